import { isWebUrl, wellFormed } from '../http/read';
import { quoted } from './words';

/** What tells the next address of a list from one that is part of an address, such as `…/fetch?url=https://…`. */
const FURTHER_ADDRESS = /[\s,;|]["']?https?:\/\//i;

const USER_INFO = /^https?:\/\/[^/?#]*@/i;

/** Before the query some read it as a slash, others as part of a name. */
const BACKSLASH = /^[^?#]*\\/;

/** What may stand in no URI (RFC 3986), a percent sign that begins no code included. */
const FOREIGN = /[^!#-;=?-Z[\]_a-z~]|%(?![0-9a-fA-F]{2})/gu;

/**
 * Says what is wrong with an address that a provider is to open.
 *
 * @param field its name in the form
 * @param given as it was filled in; no password that may be in it is repeated
 * @returns null for an address that may be sent
 */
export function describeAddressProblem(field: string, given: string): string | null {
	const address = given.trim();
	if (address === '') return `'${field}' is empty`;
	if (FURTHER_ADDRESS.test(address)) return `'${field}' holds more than one address; give one`;
	if (USER_INFO.test(address))
		return `'${field}' holds a user name or a password; give an address that opens without signing in`;
	if (isWebUrl(address) && !BACKSLASH.test(address)) return null;
	return `'${field}' ${quoted(address)} is not a web address that begins with https:// or http://`;
}

/**
 * Writes an address as a URI: blanks and letters of other scripts percent-encoded, other scripts' domains in Punycode.
 * Some gateways refuse them as they are (JSON Schema, `format: uri`). What is a URI already stays byte for byte, for it
 * may be signed.
 *
 * @param address a web address
 */
export function toUri(address: string): string {
	const [, scheme = '', host = '', rest = ''] = /^(https?:\/\/)([^/?#]*)([^]*)$/i.exec(address) ?? [];
	const plainHost = /[^\x21-\x7e]/.test(host) ? new URL(address).host : host;
	return scheme + plainHost + wellFormed(rest).replace(FOREIGN, encodeURIComponent);
}
