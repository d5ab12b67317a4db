import { withoutBlanks } from './invisible';
import { peelText, peelTraced, type Range } from './peel';

/**
 * Keeps a credential's secrets out of what is shown. A provider that refuses a request may quote it, key included, and
 * what it says goes into errors, items and n8n's database.
 *
 * A text is compared after all that can be put into it or around it is gone: invisible characters and blanks, escapes of
 * URLs, JSON and HTML, one in the other (see peel). What is found is covered where it stands in the text as it came.
 */

const COVER = '***';

/** Deeper than any answer; what lies below it is not kept. */
const JSON_DEPTH = 100;

/** So many characters of a secret in a row are covered; a shorter secret is covered where it stands alone. */
const SHORTEST_RUN = 8;

/** A run without a digit may be words, such as the provider's name in front of its keys, which links hold as well. */
const SHORTEST_WORDS = 12;

/** Characters looked at together. Every run of eight has five of its own at each fourth place of a text. */
const GRAM = 5;
const STRIDE = SHORTEST_RUN - GRAM + 1;

/** Replaces every occurrence of a secret. */
export type Conceal = (text: string) => string;

/** What is looked for: a secret as it is left when nothing is around it, and how much of it counts. */
interface Needle {
	text: string;
	shortest: number;
}

/** Every form in which a secret is looked for: each layer of it, since what looks like an escape may be part of it. */
function needlesOf(secret: string): Needle[] {
	const hexadecimal = Buffer.from(withoutBlanks(secret)).toString('hex');
	return [
		...[...new Set(peelText(secret))].map((text) => ({ text, shortest: SHORTEST_RUN })),
		// Less would be a small number.
		...(hexadecimal.length < SHORTEST_RUN ? [] : [{ text: hexadecimal, shortest: 2 * SHORTEST_RUN }]),
	].map(({ text, shortest }) => ({ text, shortest: Math.min(shortest, text.length) }));
}

/** Two neighbouring characters as a number below 2^14. */
const pairAt = (text: string, place: number) =>
	((text.charCodeAt(place) & 127) << 7) | (text.charCodeAt(place + 1) & 127);

/** Builds the search for runs of needles of eight characters and more. */
function runFinder(needles: readonly Needle[]): (text: string) => Range[] {
	const grams = new Map<string, Array<{ needle: Needle; place: number }>>();
	/** Most places of a text are passed over at the sight of two characters that stand together in no needle. */
	const pairs = new Uint8Array(1 << 14);
	for (const needle of needles) {
		for (let place = 0; place + GRAM <= needle.text.length; place += 1) {
			const gram = needle.text.slice(place, place + GRAM);
			grams.set(gram, [...(grams.get(gram) ?? []), { needle, place }]);
			pairs[pairAt(gram, 0)] = 1;
		}
	}
	return (text) => {
		const runs: Range[] = [];
		for (let place = 0; place + GRAM <= text.length; place += STRIDE) {
			if (pairs[pairAt(text, place)] !== 1) continue;
			for (const found of grams.get(text.slice(place, place + GRAM)) ?? []) {
				const run = widen(text, place, found.needle.text, found.place);
				if (run[1] - run[0] >= found.needle.shortest && isTelling(text.slice(...run), found.needle)) runs.push(run);
			}
		}
		return runs;
	};
}

/** A run as far as text and needle agree on both sides of a place. */
function widen(text: string, place: number, needle: string, placeInNeedle: number): Range {
	let before = 0;
	while (before < place && before < placeInNeedle && text[place - before - 1] === needle[placeInNeedle - before - 1])
		before += 1;
	let after = GRAM;
	while (placeInNeedle + after < needle.length && text[place + after] === needle[placeInNeedle + after]) after += 1;
	return [place - before, place + after];
}

function isTelling(run: string, needle: Needle): boolean {
	return run.length >= SHORTEST_WORDS || /\d/.test(run) || run === needle.text;
}

/** Where a short secret stands in a text. */
function findAll(text: string, needle: string): Range[] {
	const found: Range[] = [];
	for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1))
		found.push([at, at + needle.length]);
	return found;
}

/** Says whether a place in a text is a word of its own. */
function isWord(text: string, [start, end]: Range): boolean {
	const isPart = /[\p{L}\p{N}]/u.test(`${text[start - 1] ?? ''}${text[end] ?? ''}`);
	return !isPart && !/\s/.test(text.slice(start, end));
}

/** Puts the cover over ranges, one cover where they touch. */
function cover(text: string, ranges: Range[]): string {
	const pieces: string[] = [];
	let end = -1;
	for (const range of ranges.sort((left, right) => left[0] - right[0])) {
		if (range[0] > end) pieces.push(text.slice(Math.max(end, 0), range[0]), COVER);
		end = Math.max(end, range[1]);
	}
	return pieces.join('') + text.slice(Math.max(end, 0));
}

/**
 * Builds the concealing of secrets and of all their parts of eight characters and more (twelve, where the part has no
 * digit), in any case of letters: as they are, with invisible characters or blanks inside, escaped for URLs, JSON and
 * HTML up to four times, and in hexadecimal. A secret of fewer characters is covered where it is a word of its own.
 *
 * @param secrets invisible characters and blanks in them do not count; empty ones are left out
 * @returns what puts `***` in their place
 */
export function concealing(secrets: readonly string[]): Conceal {
	const needles = secrets.flatMap(needlesOf).filter(({ text }) => text !== '');
	if (needles.length === 0) return (text) => text;
	const findRuns = runFinder(needles.filter(isLong));
	const words = needles.filter((needle) => !isLong(needle));
	const shortest = Math.min(...needles.map((needle) => needle.shortest));
	const findWords = (text: string) => words.flatMap((needle) => findAll(text, needle.text));
	return (text) => {
		if (text.length < shortest) return text;
		// To look first and to ask for the place only where there is something takes a tenth of the time.
		if (!peelText(text).some((peeled) => findRuns(peeled).length + findWords(peeled).length > 0)) return text;
		const ranges = peelTraced(text).flatMap(({ text: peeled, origins }) => {
			const toOrigin = ([start, end]: Range): Range => [origins[start]?.[0] ?? 0, origins[end - 1]?.[1] ?? 0];
			const found = findWords(peeled).map(toOrigin);
			return [...findRuns(peeled).map(toOrigin), ...found.filter((range) => isWord(text, range))];
		});
		return cover(text, ranges);
	};
}

const isLong = (needle: Needle) => needle.text.length >= SHORTEST_RUN;

/**
 * @param value what parseJson gave
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
