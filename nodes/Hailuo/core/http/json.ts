import type { JsonValue } from './http';

/** What may be an integer beyond 2^53: it has sixteen digits at least. Most answers have none and are parsed once. */
const LONG_INTEGER = /(?:^|[\s:,[])-?\d{16}/;

/** All in JSON that can hold a digit: texts, which are left alone, and numbers. */
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

const INTEGER = /^-?[1-9]\d*$/;

const TEXT_OR_MARK = /"[^"\\]*(?:\\.[^"\\]*)*"|["[\]{},]/g;

/** A cut document can end after a text, after a bracket and before a comma; the last of these may be after a key. */
const CUTS_TRIED = 3;

/**
 * Reads JSON without losing a digit: AI/ML API answers with ids such as the number 7615917337495212779, of which
 * JSON.parse keeps sixteen digits. An integer that a number cannot give back becomes a text; all else is as JSON.parse has it. (A reviver
 * that is shown the source text would do the same from Node 21 on, but it throws on deep nesting, and older hosts would
 * need this way beside it.)
 *
 * @returns what a text of JSON stands for, or undefined when it is none
 */
export function parseJson(text: string): unknown {
	try {
		const value: unknown = JSON.parse(text);
		if (!LONG_INTEGER.test(text)) return value;
		// Only a text that is known to be JSON can be taken apart so simply.
		const exact = text.replace(TEXT_OR_NUMBER, (token) =>
			INTEGER.test(token) && String(Number(token)) !== token ? `"${token}"` : token,
		);
		return exact === text ? value : (JSON.parse(exact) as unknown);
	} catch {
		return undefined;
	}
}

/**
 * Reads what is whole in an object of JSON that was cut short, or has something else behind it.
 *
 * @returns the object up to its last whole member, undefined when there is none
 */
export function parseCutJson(text: string): unknown {
	const ends: number[] = [];
	let depth = 0;
	for (const { 0: token, index } of text.matchAll(TEXT_OR_MARK)) {
		// A quote by itself opens a text that never ends.
		if (token === '"') break;
		if (token === '{' || token === '[') depth += 1;
		else ends.push(token === ',' ? index : index + token.length);
		if (token === '}' || token === ']') depth -= 1;
		if (depth <= 0) break;
		if (ends.length > CUTS_TRIED) ends.shift();
	}
	const cuts = ends.reverse().map((end) => text.slice(0, end));
	for (const cut of cuts) {
		const value = parseJson(cut + closersOf(cut));
		if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) return value;
	}
	return undefined;
}

/** The brackets that would end what a text of JSON has begun. */
function closersOf(text: string): string {
	const closers: string[] = [];
	for (const [token] of text.matchAll(TEXT_OR_MARK)) {
		if (token === '{') closers.push('}');
		else if (token === '[') closers.push(']');
		else if (token === '}' || token === ']') closers.pop();
	}
	return closers.reverse().join('');
}

/**
 * @returns a copy of a value that JSON.parse or an expression gave, with all that is no JSON as null
 */
export function toJson(value: unknown): JsonValue {
	if (typeof value === 'string' || typeof value === 'boolean') return value;
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	if (Array.isArray(value)) return value.map(toJson);
	if (typeof value !== 'object' || value === null) return null;
	return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
}

/**
 * @returns a copy that is the same text for the same content, in whatever order fields were added
 */
export function inOneOrder(value: JsonValue): JsonValue {
	if (Array.isArray(value)) return value.map(inOneOrder);
	if (typeof value !== 'object' || value === null) return value;
	const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
	return Object.fromEntries(fields.map(([name, field]) => [name, inOneOrder(field)]));
}
