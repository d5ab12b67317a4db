import { UNSEEN } from './invisible';

/** How often a text may be escaped. */
const ESCAPES_DEEP = 4;

/** HTML's names for the characters that keys are made of besides letters and digits. */
const ENTITIES: Readonly<Record<string, string>> = {
	...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", sol: '/', bsol: '\\', plus: '+', equals: '=', lowbar: '_' },
	...{ period: '.', colon: ':', comma: ',', semi: ';', commat: '@', num: '#', dollar: '$', percnt: '%', ast: '*' },
	...{ quest: '?', excl: '!', lpar: '(', rpar: ')', lsqb: '[', lbrack: '[', rsqb: ']', rbrack: ']', lcub: '{' },
	...{ lbrace: '{', rcub: '}', rbrace: '}', verbar: '|', vert: '|', hat: '^', grave: '`', nbsp: '', shy: '' },
	...{ hyphen: '-', dash: '-', newline: '', tab: '' },
};

/** Percent escapes of an ASCII character or of the bytes of others; escapes of JSON and of HTML. */
const ESCAPE =
	/%[0-7][0-9a-f]|(?:%[89a-f][0-9a-f])+|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\["\\/bfnrt]|&#\d{1,7};|&#x[0-9a-f]{1,6};|&[a-z]{2,8};/g;

/** @param escape in lower case */
function decodeEscape(escape: string): string {
	const codeOf = (digits: string, base: number) => {
		const code = Number.parseInt(digits, base);
		return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
	};
	if (/^%[0-7]/.test(escape)) return codeOf(escape.slice(1), 16);
	if (escape.startsWith('%')) return Buffer.from(escape.replaceAll('%', ''), 'hex').toString('utf8');
	if (/^\\[ux]/.test(escape)) return codeOf(escape.slice(2), 16);
	if (escape.startsWith('\\')) return /[bfnrt]/.test(escape) ? '\n' : escape.slice(1);
	if (escape.startsWith('&#x')) return codeOf(escape.slice(3, -1), 16);
	if (escape.startsWith('&#')) return codeOf(escape.slice(2, -1), 10);
	return ENTITIES[escape.slice(1, -1)] ?? escape;
}

/** From where to where something stands in a text. */
export type Range = readonly [start: number, end: number];

/** A text of as many characters in lower case. */
const inLowerCase = (text: string) => text.replaceAll('\u0130', 'i').toLowerCase();

/** Puts something in the place of all that a pattern finds. */
type Replace<Layer> = (layer: Layer, pattern: RegExp, replacement: (found: string) => string) => Layer;

/**
 * @returns a text with nothing unseen in it, then with one escape after the other taken off
 */
function peel<Layer extends { text: string }>(whole: Layer, replaceIn: Replace<Layer>): Layer[] {
	const layers = [replaceIn(whole, UNSEEN, () => '')];
	for (let layer = layers[0]; layer && layers.length <= ESCAPES_DEEP; layers.push(layer)) {
		if (layer.text.search(ESCAPE) === -1) break;
		const decoded = replaceIn(layer, ESCAPE, (escape) => inLowerCase(decodeEscape(escape)));
		layer = replaceIn(decoded, UNSEEN, () => '');
	}
	return layers;
}

/**
 * Takes off all that can be put into a text or around it: unseen characters, escapes of URLs, JSON and HTML.
 *
 * @returns the text in lower case with nothing unseen in it, then with one escape after the other taken off
 */
export function peelText(text: string): string[] {
	const layers = peel({ text: inLowerCase(text) }, (layer, pattern, replacement) => ({
		text: layer.text.replace(pattern, replacement),
	}));
	return layers.map((layer) => layer.text);
}

/** A text that was made of another one, with the place in that one from which each character comes. */
export interface TracedText {
	text: string;
	origins: Range[];
}

const replaceTraced: Replace<TracedText> = ({ text, origins }, pattern, replacement) => {
	const traced: Range[] = [];
	let done = 0;
	const keepUntil = (end: number) => {
		for (const origin of origins.slice(done, end)) traced.push(origin);
		done = end;
	};
	for (const { 0: found, index } of text.matchAll(pattern)) {
		keepUntil(index);
		done += found.length;
		const whole: Range = [origins[index]?.[0] ?? 0, origins[done - 1]?.[1] ?? 0];
		for (let rest = replacement(found).length; rest > 0; rest -= 1) traced.push(whole);
	}
	keepUntil(text.length);
	return { text: text.replace(pattern, replacement), origins: traced };
};

/**
 * Does what peelText does, and remembers where all characters come from. It takes some ten times as long.
 *
 * @returns `origins` are places in `text`
 */
export function peelTraced(text: string): TracedText[] {
	const origins = Array.from({ length: text.length }, (_, place): Range => [place, place + 1]);
	return peel({ text: inLowerCase(text), origins }, replaceTraced);
}
