/** How a text or a body may be changed on its way. */
import fc from 'fast-check';

import { hostileText } from './hostile';

/** Ways to alter a text; some leave a short one as it is. */
export const alteration: fc.Arbitrary<(text: string) => string> = fc
	.record({
		kind: fc.constantFrom(
			'flip',
			'flip',
			'flip',
			'delete',
			'insert',
			'repeat',
			'swap',
			'truncate',
			'behead',
			'append',
			'prepend',
			'upper',
			'lower',
			'base64',
			'pad',
			'percent',
			'doubled',
			'reversed',
		),
		at: fc.nat(5000),
		bit: fc.integer({ min: 0, max: 6 }),
		extra: fc.oneof(fc.constantFrom('.', '=', ' ', '\n', '\0', '%2e', ',', '0', 'A'), hostileText),
	})
	.map((change) => Object.assign((text: string) => altered(text, change), { toString: () => JSON.stringify(change) }));

interface Change {
	kind: string;
	at: number;
	bit: number;
	extra: string;
}

function altered(text: string, { kind, at, bit, extra }: Change): string {
	const place = text.length === 0 ? 0 : at % text.length;
	const [before, found, after] = [text.slice(0, place), text.charAt(place), text.slice(place + 1)];
	switch (kind) {
		case 'flip':
			return before + String.fromCharCode(text.charCodeAt(place) ^ (1 << bit)) + after;
		case 'delete':
			return before + after;
		case 'insert':
			return before + extra + found + after;
		case 'repeat':
			return before + found + found + after;
		case 'swap':
			return before + after.charAt(0) + found + after.slice(1);
		case 'truncate':
			return before;
		case 'behead':
			return after;
		case 'append':
			return text + extra;
		case 'prepend':
			return extra + text;
		case 'upper':
			return text.toUpperCase();
		case 'lower':
			return text.toLowerCase();
		case 'base64':
			return text.replaceAll('-', '+').replaceAll('_', '/');
		case 'pad':
			return text.replace('.', '=.');
		case 'percent':
			return before + encodeURIComponent('.') + after;
		case 'doubled':
			return text + text;
		default:
			return Array.from(text).reverse().join('');
	}
}

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
