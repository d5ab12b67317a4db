/** How a text or a body may be changed on its way. */
import fc from 'fast-check';

import { hostileText } from './hostile';

/** A text, cut in three at a place, and what a change may make use of. */
interface Cut {
	text: string;
	before: string;
	/** The character at the place. */
	found: string;
	after: string;
	bit: number;
	extra: string;
}

const WAYS = {
	flip: ({ before, found, after, bit }: Cut) => before + String.fromCharCode(found.charCodeAt(0) ^ (1 << bit)) + after,
	delete: ({ before, after }: Cut) => before + after,
	insert: ({ before, extra, found, after }: Cut) => before + extra + found + after,
	repeat: ({ before, found, after }: Cut) => before + found + found + after,
	swap: ({ before, found, after }: Cut) => before + after.charAt(0) + found + after.slice(1),
	truncate: ({ before }: Cut) => before,
	behead: ({ after }: Cut) => after,
	append: ({ text, extra }: Cut) => text + extra,
	prepend: ({ text, extra }: Cut) => extra + text,
	upper: ({ text }: Cut) => text.toUpperCase(),
	lower: ({ text }: Cut) => text.toLowerCase(),
	base64: ({ text }: Cut) => text.replaceAll('-', '+').replaceAll('_', '/'),
	pad: ({ text }: Cut) => text.replace('.', '=.'),
	percent: ({ before, after }: Cut) => before + encodeURIComponent('.') + after,
	doubled: ({ text }: Cut) => text + text,
	reversed: ({ text }: Cut) => Array.from(text).reverse().join(''),
};

/** Ways to alter a text; some leave a short one as it is. */
export const alteration: fc.Arbitrary<(text: string) => string> = fc
	.record({
		way: fc.constantFrom<keyof typeof WAYS>('flip', 'flip', ...(Object.keys(WAYS) as Array<keyof typeof WAYS>)),
		at: fc.nat(5000),
		bit: fc.integer({ min: 0, max: 6 }),
		extra: fc.oneof(fc.constantFrom('.', '=', ' ', '\n', '\0', '%2e', ',', '0', 'A'), hostileText),
	})
	.map((change) => {
		const alter = (text: string) => {
			const place = text.length === 0 ? 0 : change.at % text.length;
			const [before, found, after] = [text.slice(0, place), text.charAt(place), text.slice(place + 1)];
			return WAYS[change.way]({ ...change, text, before, found, after });
		};
		return Object.assign(alter, { toString: () => JSON.stringify(change) });
	});

/** The same bytes with one of them changed, gone or added, or as a client writes the JSON it has read in them. */
export function alterBytes(body: Uint8Array, kind: string, place: number, bit: number): Uint8Array {
	if (kind === 'append') return Buffer.concat([body, Buffer.from([place & 255])]);
	if (kind === 'truncate') return body.slice(0, place % Math.max(body.length, 1));
	if (kind === 'parse') return parsedAgain(body);
	return body.map((byte, index) => (index === place % body.length ? byte ^ (1 << bit) : byte));
}

/** As a client sends on what it has parsed. */
function parsedAgain(body: Uint8Array): Uint8Array {
	try {
		return Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString('utf8'))));
	} catch {
		return body;
	}
}
