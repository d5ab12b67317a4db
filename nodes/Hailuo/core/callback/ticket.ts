import { equalInConstantTime, hmacHex, sha256 } from '../http/hmac';
import type { JsonValue } from '../http/http';
import { parseJson, toJson } from '../http/json';
import { numberAt, textAt, valueAt, wellFormed } from '../http/read';

/** How long a ticket may be used. A job that takes longer is found by the recheck. */
export const TICKET_LIFETIME_SECONDS = 24 * 60 * 60;

/** A provider's clock and ours may differ; a ticket from further ahead was not made here. */
const CLOCK_TOLERANCE_SECONDS = 5 * 60;

/** The query parameter of a callback address that holds the ticket. */
export const TICKET_PARAMETER = 'hailuoTicket';

/** Longer addresses are cut or refused somewhere on the way. */
export const CALLBACK_URL_LIMIT = 2000;

/**
 * What travels through the provider and back.
 *
 * A ticket belongs to one job, but it is written before that job has an id: the address goes into the very request that
 * makes the job. So it bears a serial number of its own, and the trigger binds that to the first job it comes with. Until
 * then only the provider knows the ticket, and the provider says what its jobs are anyway; whoever sees it later, in the
 * log of a proxy for instance, finds it bound.
 */
export interface Ticket {
	/** Where the execution that made the job can be woken; null when nothing waits. */
	resumeUrl: string | null;
	/** The user's own data; null for none. */
	context: JsonValue;
	/** Tells the ticket from all others; the same for every try of one create. */
	serial: string;
}

/**
 * Names the trigger that an address leads to: the end of its path, which is n8n's id for that trigger and our own word.
 * What stands before it differs between the test and the production address, and with proxies.
 *
 * @param url absolute
 * @returns `''` for an address that is no trigger's. It may be a relay's, which passes the call on to a trigger that
 * cannot be told beforehand, so a ticket in it serves at every trigger of its credential
 */
export function triggerPlaceOf(url: string): string {
	return /[^/]+\/hailuo(?=\/?$)/.exec(URL.canParse(url) ? new URL(url).pathname : '')?.[0] ?? '';
}

/** The credential's key signs other things as well, so tickets are signed with a key made of it for this use alone. */
function signatureOf(secret: string, provider: string, payload: string, place: string): string {
	// The place is known at both ends, so it need not travel. A payload has no blanks.
	const signed = place === '' ? payload : `${payload} ${place}`;
	return hmacHex(sha256(`n8n-nodes-hailuo ticket ${provider} ${secret}`), signed);
}

/**
 * Writes a ticket.
 *
 * @param secret the credential's key, not blank: a blank one signs nothing
 * @param issuedAt seconds since 1970
 * @param place the trigger it is for, of `triggerPlaceOf`
 * @returns letters, digits, `-`, `_` and one `.`
 */
export function writeTicket(
	secret: string,
	provider: string,
	issuedAt: number,
	{ resumeUrl, context, serial }: Ticket,
	place: string = '',
): string {
	const payload = Buffer.from(JSON.stringify([issuedAt, resumeUrl, context, serial])).toString('base64url');
	return `${payload}.${signatureOf(secret, provider, payload, place)}`;
}

/**
 * Reads a ticket that came back.
 *
 * @param secret the credential's key; under a blank one, which everybody knows, no ticket is genuine
 * @param now seconds since 1970
 * @param text untrusted
 * @param place the trigger it came to, of `triggerPlaceOf`
 * @returns the ticket, or null when it is forged, altered, another credential's, provider's or trigger's, too old, or none
 * at all
 */
export function readTicket(
	secret: string,
	provider: string,
	now: number,
	text: string,
	place: string = '',
): Ticket | null {
	if (secret.trim() === '') return null;
	const [payload, signature, ...rest] = text.split('.');
	if (payload === undefined || signature === undefined || rest.length > 0) return null;
	const genuine = [place, ''].map((known) => signatureOf(secret, provider, payload, known));
	if (!genuine.some((known) => equalInConstantTime(signature, known))) return null;
	const parsed = parseJson(Buffer.from(payload, 'base64url').toString('utf8'));
	const issuedAt = numberAt(parsed, 0);
	const serial = textAt(parsed, 3);
	if (issuedAt === null || serial === null) return null;
	if (now - issuedAt > TICKET_LIFETIME_SECONDS || issuedAt - now > CLOCK_TOLERANCE_SECONDS) return null;
	return { resumeUrl: textAt(parsed, 1), context: toJson(valueAt(parsed, 2)), serial };
}

/** What URL-encoding leaves to be encoded in a query that was typed by hand. */
const NOT_IN_A_QUERY = /[^\x21-\x7e]+/g;

/**
 * Puts a ticket into a callback address. The address's own query stays as it is to the letter: it may be signed.
 *
 * @param url absolute
 * @returns the address with the ticket as its last parameter, and without a fragment: that never reaches a server, and
 * Wiro's SDK refuses addresses that have one
 */
export function addTicket(url: string, ticket: string): string {
	const { origin, pathname } = new URL(url);
	const query = /^[^?#]*\?([^#]*)/.exec(url)?.[1] ?? '';
	const isTicket = (parameter: string) => parameter.split('=', 1)[0] === TICKET_PARAMETER;
	const own = query === '' ? [] : query.split('&').filter((parameter) => !isTicket(parameter));
	const kept = own.map((parameter) => wellFormed(parameter).replace(NOT_IN_A_QUERY, encodeURIComponent));
	return `${origin}${pathname}?${[...kept, `${TICKET_PARAMETER}=${ticket}`].join('&')}`;
}

/** A character of an address as it is, or URL-encoded any number of times, or as JSON may spell it. */
const spelled = (character: string) => {
	const hex = character.charCodeAt(0).toString(16);
	return `(?:\\${character}|%(?:25)*${hex}|\\\\u00${hex})`;
};

const [SLASH, QUESTION, EQUALS] = ['/', '?', '='].map(spelled);

/**
 * Tickets, and the tokens of addresses that wake an execution: ours, and those of n8n's own Wait node. Links to videos
 * have parameters called signature as well, which must stay.
 */
const TICKETS = new RegExp(
	`(${TICKET_PARAMETER}${EQUALS}|(?:${SLASH}hailuo|webhook-waiting${SLASH}\\w+)${SLASH}?${QUESTION}signature${EQUALS})[\\w.%~-]+`,
	'gi',
);

/**
 * Masks what wakes an execution or proves a callback, in a text that a provider or an error quotes it in.
 *
 * @returns the text with `***` in the place of tickets and of the signatures of n8n's resume addresses
 */
export function concealTickets(text: string): string {
	return text.replace(TICKETS, '$1***');
}
