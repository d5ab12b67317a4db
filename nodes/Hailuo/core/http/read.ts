import type { Failure, HttpResponse } from './http';

/**
 * Readers for JSON from outside. None throws; what is not there, or not of the type asked for, is null.
 */

/** Characters of a provider's text that reach the user. */
const TEXT_LIMIT = 500;

/** C0 and C1 controls, and the characters that reorder text on the screen. */
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** The parser of URLs also takes `https:x.example` and drops line breaks; other parsers do neither. */
const WEB_ADDRESS = /^https?:\/\/[^\s/][^\u0000-\u001f\u007f]*$/i;

/** An ISO 8601 moment; a gateway that leaves the zone out means UTC, whatever zone this machine is in. */
const ISO_MOMENT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * Walks into untrusted JSON.
 *
 * @param value anything
 * @param path keys and array indexes, in order
 * @returns what lies there, or undefined
 */
export function valueAt(value: unknown, ...path: Array<string | number>): unknown {
	let current = value;
	for (const key of path) {
		if (typeof current !== 'object' || current === null) return undefined;
		if (!Object.hasOwn(current, key)) return undefined;
		current = Reflect.get(current, key);
	}
	return current;
}

/**
 * Reads a text or a number as text: gateways differ, and some of them change, in how they spell ids and codes.
 *
 * @returns the text without surrounding blanks; null when empty or of another type
 */
export function textAt(value: unknown, ...path: Array<string | number>): string | null {
	const found = valueAt(value, ...path);
	if (typeof found === 'number' && Number.isFinite(found)) return String(found);
	if (typeof found !== 'string') return null;
	const text = found.trim();
	return text === '' ? null : text;
}

/**
 * Reads a number, also one spelled as text (Wiro spells all of them so).
 *
 * @returns a finite number or null
 */
export function numberAt(value: unknown, ...path: Array<string | number>): number | null {
	const text = textAt(value, ...path);
	if (text === null) return null;
	const number = Number(text);
	return Number.isFinite(number) ? number : null;
}

/**
 * Reads a percentage.
 *
 * @returns 0 to 100, or null when absent or outside
 */
export function percentageAt(value: unknown, ...path: Array<string | number>): number | null {
	const number = numberAt(value, ...path);
	return number !== null && number >= 0 && number <= 100 ? number : null;
}

/**
 * Reads a list.
 *
 * @returns the elements; none when it is no array
 */
export function listAt(value: unknown, ...path: Array<string | number>): unknown[] {
	const found = valueAt(value, ...path);
	return Array.isArray(found) ? found : [];
}

/**
 * Says whether a text is an address that may be fetched as a result: absolute, http or https, without a user name.
 */
export function isWebUrl(text: string): boolean {
	if (!WEB_ADDRESS.test(text)) return false;
	try {
		const url = new URL(text);
		return (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '';
	} catch {
		return false;
	}
}

/**
 * Reads a web address.
 *
 * @returns the address as it stands, or null when it is not one
 */
export function webUrlAt(value: unknown, ...path: Array<string | number>): string | null {
	const text = textAt(value, ...path);
	return text !== null && isWebUrl(text) ? text : null;
}

/** No gateway is that old; a garbled small number would read as 1970 and end every wait at once. */
const EARLIEST_MOMENT = Date.UTC(2000, 0);

/** Years of more than four digits come of numbers in microseconds, and are no longer written as ISO_MOMENT has it. */
const LATEST_MOMENT = Date.UTC(10_000, 0);

/**
 * Reads a moment: seconds or milliseconds since 1970 as number or text, or an ISO 8601 text.
 *
 * @returns ISO 8601 in UTC, or null for anything else, for 0, which Wiro uses for "not yet", and for moments
 * before 2000 or after 9999
 */
export function momentAt(value: unknown, ...path: Array<string | number>): string | null {
	const text = textAt(value, ...path);
	if (text === null) return null;
	const number = Number(text);
	const milliseconds = Number.isFinite(number) ? (Math.abs(number) < 1e11 ? number * 1000 : number) : parseIso(text);
	const isLikely = milliseconds >= EARLIEST_MOMENT && milliseconds < LATEST_MOMENT;
	return isLikely ? new Date(milliseconds).toISOString() : null;
}

function parseIso(text: string): number {
	const [, day, time, zone] = ISO_MOMENT.exec(text) ?? [];
	return Date.parse(time === undefined ? `${day}` : `${day}T${time}${zone ?? 'Z'}`);
}

/**
 * Makes a provider's text fit to be shown: one line, no control or direction characters, at most 500 characters.
 */
export function cleanText(text: string, limit: number = TEXT_LIMIT): string {
	const line = text
		.slice(0, limit * 4)
		.replace(INVISIBLE, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	const characters = Array.from(line);
	return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`;
}

/**
 * Makes any text fit for a URL: a lone surrogate, which encoders throw on, becomes the replacement character.
 */
export function wellFormed(text: string): string {
	return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/**
 * Makes any text one segment of a path: an id such as `../../x?y#z` stays an id. A lone dot or two would be read as
 * a step in the path even when percent-encoded once (WHATWG URL), so these are encoded twice.
 */
export function encodeSegment(text: string): string {
	const encoded = encodeURIComponent(wellFormed(text));
	return encoded === '.' || encoded === '..' ? encoded.replaceAll('.', '%252E') : encoded;
}

/**
 * Reads the headers of an answer.
 *
 * @param headers what the client gives; values that are no text are left out
 * @returns names in lower case
 */
export function readHeaders(headers: unknown): Record<string, string> {
	if (typeof headers !== 'object' || headers === null) return {};
	const pairs = Object.entries(headers).flatMap(([name, value]): Array<[string, string]> =>
		typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
	);
	return Object.fromEntries(pairs);
}

/**
 * Reads how long a provider asks to wait: the Retry-After header (seconds or an HTTP date), else words such as
 * EvoLink's "retry after 60 seconds" in its `fallback_suggestion`.
 *
 * @param response the refusal; a date counts from its own Date header, since an adapter has no clock
 * @param words further text that may say it
 * @returns seconds, at most one hour, or null
 */
export function retryAfterSeconds(response: HttpResponse, words: string | null = null): number | null {
	const header = response.headers['retry-after'];
	const bounded = (seconds: number) => Math.min(Math.max(seconds, 0), 3600);
	if (header !== undefined) {
		const seconds = Number(header);
		if (header.trim() !== '' && Number.isFinite(seconds)) return bounded(seconds);
		const wait = Date.parse(header) - Date.parse(response.headers.date ?? '');
		if (Number.isFinite(wait)) return bounded(wait / 1000);
	}
	const match = words === null ? null : /retry after (\d{1,5}) ?s/i.exec(words);
	return match ? bounded(Number(match[1])) : null;
}

/**
 * Builds a failure with everything unsaid in its most careful form: a create may have made a job, whatever its status,
 * unless who knows the provider says otherwise.
 */
export function describeFailure(known: Pick<Failure, 'kind'> & Partial<Failure>): Failure {
	const code = cleanText(known.code ?? '');
	return {
		httpStatus: null,
		retryAfterSeconds: null,
		made: 'maybe',
		...known,
		code: code === '' ? null : code,
		message: cleanText(known.message ?? ''),
	};
}
