import { wellFormed } from './read';

/**
 * Keeps a credential's secrets out of what is shown. A gateway that refuses a request may quote it, key included, and
 * what it says goes into errors, items and n8n's database.
 */

/** A shorter text would be found in innocent words. */
const SHORTEST_SECRET = 8;

const COVER = '***';

/** Deeper than any answer; what lies below it is not kept. */
const JSON_DEPTH = 100;

/** Replaces every occurrence of a secret. */
export type Conceal = (text: string) => string;

/**
 * The characters that a text has in the Base64 of anything it stands in: three groups, one for each place among the
 * three bytes that become four characters. The characters at the ends depend on the neighbours and are left out.
 */
function base64Cores(secret: string): string[] {
	const bytes = Buffer.from(secret, 'utf8');
	return [0, 1, 2].map((offset) => {
		const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
		return whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
	});
}

/** A text as a pattern; the two alphabets of Base64 differ in two characters. */
function toPattern(text: string, isBase64: boolean): string {
	const escaped = text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
	return isBase64 ? escaped.replaceAll('\\+', '[-+]').replaceAll('\\/', '[/_]') : escaped;
}

/**
 * Builds the concealing of secrets, as they are and as they stand in a URL, in JSON and in Base64.
 *
 * @param secrets blanks around them do not count; those of fewer than 8 characters are left out
 * @returns what puts `***` in their place, in any case of letters
 */
export function concealing(secrets: readonly string[]): Conceal {
	const known = secrets.map((secret) => secret.trim()).filter((secret) => secret.length >= SHORTEST_SECRET);
	const patterns = known.flatMap((secret) => {
		const written = [secret, encodeURIComponent(wellFormed(secret)), JSON.stringify(secret).slice(1, -1)];
		// PHP escapes slashes in JSON.
		const spellings = new Set([...written, secret.replaceAll('/', '\\/')]);
		return [
			...[...spellings].map((text) => toPattern(text, false)),
			...base64Cores(secret).map((text) => toPattern(text, true)),
		];
	});
	if (patterns.length === 0) return (text) => text;
	// The first alternative that fits is taken, and one secret may begin with another.
	const pattern = new RegExp(patterns.sort((left, right) => right.length - left.length).join('|'), 'gi');
	return (text) => text.replace(pattern, COVER);
}

/**
 * @param value what JSON.parse gave
 * @returns a copy of it with secrets concealed in every text and every key
 */
export function concealJson(value: unknown, conceal: Conceal, depth: number = JSON_DEPTH): unknown {
	if (typeof value === 'string') return conceal(value);
	if (typeof value !== 'object' || value === null) return value;
	if (depth === 0) return null;
	if (Array.isArray(value)) return value.map((member) => concealJson(member, conceal, depth - 1));
	return Object.fromEntries(
		Object.entries(value).map(([key, member]: [string, unknown]) => [
			conceal(key),
			concealJson(member, conceal, depth - 1),
		]),
	);
}
