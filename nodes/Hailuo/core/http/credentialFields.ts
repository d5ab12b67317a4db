import { withoutBlanks, withoutInvisible } from './invisible';
import { isWebUrl, textAt } from './read';

/**
 * The one reading of a credential's keys and addresses, for its test, for requests, for what is signed with a key and
 * for what is concealed: a key that was read in two ways would be sent in one and concealed in the other.
 */

export interface CredentialKeys {
	apiKey: string;
	/** Null where the credential signs nothing. */
	apiSecret: string | null;
}

/** A credential's own addresses, without a slash at the end. */
export interface CredentialAddresses {
	api: string;
	files: string;
}

export interface Credential {
	keys: CredentialKeys;
	addresses: CredentialAddresses;
}

/** Why a credential cannot be used, in the form's words, and what to do about it. */
export interface CredentialProblem {
	title: string;
	cure: string;
}

/** What a header can hold and anybody can see: ASCII and Latin-1 (RFC 9110, field values). */
const HEADER_VALUE = /^[\x21-\x7e\xa1-\xff]+$/;

/** All of it would not reach the provider: a query or fragment swallows the path, a backslash is a slash to some. */
const MISLEADING = /[\s\\?#]/;

/**
 * Reads a key. Pasting brings along blanks, line breaks and characters that nobody sees; a header can hold none of
 * them, and a signature made with them is another one.
 *
 * @returns the key that is sent; empty for none
 */
export function readKey(value: unknown): string {
	return withoutBlanks(textAt(value) ?? '');
}

/**
 * Reads an address.
 *
 * @returns the address without a slash at the end, null when it is not one that paths can be put behind
 */
export function readAddress(value: unknown): string | null {
	const address = withoutInvisible(textAt(value) ?? '').replace(/\/+$/, '');
	return isWebUrl(address) && !MISLEADING.test(address) ? address : null;
}

/**
 * Reads a credential of ours.
 *
 * @param fields as n8n hands them out, or with blanks and the like
 * @returns what is sent and where to; or the first thing that is wrong, without a word of what stands there
 */
export function readCredential(fields: Readonly<Record<string, unknown>>): Credential | { problem: CredentialProblem } {
	const apiKey = readKey(fields.apiKey);
	const signs = 'apiSecret' in fields && fields.authentication !== 'apiKey';
	const apiSecret = signs ? readKey(fields.apiSecret) : null;
	const api = readAddress(fields.baseUrl);
	const files = 'filesBaseUrl' in fields ? readAddress(fields.filesBaseUrl) : api;
	if (apiKey === '') return { problem: emptyKey('API Key') };
	if (apiSecret === '') return { problem: emptyKey('API Secret') };
	if (!HEADER_VALUE.test(apiKey)) return { problem: FOREIGN_KEY };
	if (api === null) return { problem: noAddress('Base URL') };
	if (files === null) return { problem: noAddress('Files Base URL') };
	return { keys: { apiKey, apiSecret }, addresses: { api, files } };
}

const emptyKey = (label: string): CredentialProblem => ({
	title: `The credential's '${label}' is empty`,
	cure: `Open the credential and paste '${label}' from your account at the provider. An expression in it may have led to nothing.`,
});

const FOREIGN_KEY: CredentialProblem = {
	title: "The credential's 'API Key' holds a character that no request can carry",
	cure: 'Copy the key from your account at the provider again: a letter of another alphabet has got into it, or dots in the place of the key.',
};

const noAddress = (label: string): CredentialProblem => ({
	title: `The credential's '${label}' is not a web address`,
	cure: `Open the credential and give '${label}' as https://…, without a user name, a blank, a backslash, '?' or '#', or clear it to get the default back.`,
});
