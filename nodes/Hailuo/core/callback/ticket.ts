import { equalInConstantTime, hmacHex, sha256 } from '../http/hmac';
import type { JsonValue } from '../http/http';
import { parseJson, toJson } from '../http/json';
import { textAt, numberAt, valueAt } from '../http/read';

/** How long a ticket may be used. A job that takes longer is found by the recheck. */
export const TICKET_LIFETIME_SECONDS = 24 * 60 * 60;

/** A provider's clock and ours may differ; a ticket from further ahead was not made here. */
const CLOCK_TOLERANCE_SECONDS = 5 * 60;

/** The query parameter of a callback address that holds the ticket. */
export const TICKET_PARAMETER = 'hailuoTicket';

/** Longer addresses are cut or refused somewhere on the way. */
export const CALLBACK_URL_LIMIT = 2000;

/** What travels through the provider and back. */
export interface Ticket {
	/** Where the execution that made the job can be woken; null when nothing waits. */
	resumeUrl: string | null;
	/** The user's own data; null for none. */
	context: JsonValue;
}

/** The credential's key signs other things as well, so tickets are signed with a key made of it for this use alone. */
function signatureOf(secret: string, provider: string, payload: string): string {
	return hmacHex(sha256(`n8n-nodes-hailuo ticket ${provider} ${secret}`), payload);
}

/**
 * Writes a ticket.
 *
 * @param secret the credential's key
 * @param issuedAt seconds since 1970
 * @returns letters, digits, `-`, `_` and one `.`
 */
export function writeTicket(secret: string, provider: string, issuedAt: number, ticket: Ticket): string {
	const payload = Buffer.from(JSON.stringify([issuedAt, ticket.resumeUrl, ticket.context])).toString('base64url');
	return `${payload}.${signatureOf(secret, provider, payload)}`;
}

/**
 * Reads a ticket that came back.
 *
 * @param text untrusted
 * @param now seconds since 1970
 * @returns the ticket, or null when it is forged, altered, another credential's or provider's, too old, or none at all
 */
export function readTicket(secret: string, provider: string, now: number, text: string): Ticket | null {
	const [payload, signature, ...rest] = text.split('.');
	if (payload === undefined || signature === undefined || rest.length > 0) return null;
	if (!equalInConstantTime(signature, signatureOf(secret, provider, payload))) return null;
	const parsed = parseJson(Buffer.from(payload, 'base64url').toString('utf8'));
	const issuedAt = numberAt(parsed, 0);
	if (issuedAt === null || now - issuedAt > TICKET_LIFETIME_SECONDS || issuedAt - now > CLOCK_TOLERANCE_SECONDS)
		return null;
	return { resumeUrl: textAt(parsed, 1), context: toJson(valueAt(parsed, 2)) };
}

/**
 * Puts a ticket into a callback address.
 *
 * @param url absolute
 * @returns the address with the ticket among its parameters
 */
export function addTicket(url: string, ticket: string): string {
	const address = new URL(url);
	// A fragment never reaches a server, and Wiro's SDK refuses addresses that have one.
	address.hash = '';
	address.searchParams.set(TICKET_PARAMETER, ticket);
	return address.href;
}
