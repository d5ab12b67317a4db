import fc from 'fast-check';
import { concealing, concealJson } from '../../../nodes/Hailuo/core/http/secrets';
import { signaturesOf } from '../../../nodes/Hailuo/providers/wiro/wiroSignature';

const KEY = 'sk-live/Q7+x=9 "é"zz';

describe('concealing', () => {
	test.each([
		['as it is', KEY],
		['in other letters', KEY.toUpperCase()],
		['in a URL', encodeURIComponent(KEY)],
		['in a URL in small letters', encodeURIComponent(KEY).toLowerCase()],
		['in JSON', JSON.stringify(KEY).slice(1, -1)],
		['in JSON as PHP writes it', KEY.replaceAll('/', '\\/')],
	])('takes a secret out %s', (_case, spelling) => {
		expect(concealing([KEY])(`Key ${spelling} and again ${spelling}.`)).toBe('Key *** and again ***.');
	});

	test('takes a secret out of Base64, wherever it stands in it and in both alphabets', () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ minLength: 0, maxLength: 9 }),
				fc
					.string({ unit: 'binary', minLength: 8, maxLength: 40 })
					.filter((key) => key.trim() === key && key.length >= 8),
				fc.constantFrom('base64' as const, 'base64url' as const),
				(before, key, alphabet) => {
					const bytes = Buffer.concat([before, Buffer.from(key), Buffer.from(':x')]);
					const shown = concealing([key])(bytes.toString(alphabet));
					expect(shown).toContain('***');
					// At most one byte at either end may be left, which the neighbours share.
					expect(shown.replace('***', '').length).toBeLessThanOrEqual(
						bytes.toString(alphabet).length - Math.floor((Buffer.byteLength(key) * 8) / 6) + 1,
					);
				},
			),
		);
	});

	test('takes whole the longer of two secrets of which one begins the other', () => {
		expect(concealing(['abcdefgh', 'abcdefgh-secret'])('abcdefgh-secret, abcdefgh')).toBe('***, ***');
	});

	test('does without the blanks that pasting brings along', () => {
		expect(concealing(['  abcdefgh\n'])('abcdefgh')).toBe('***');
	});

	test('takes every character of a secret for itself', () => {
		const odd = '.*+?^${}()|[]\\/-';
		expect(concealing([odd])(`a${odd}b`)).toBe('a***b');
		expect(concealing([odd])('anything else')).toBe('anything else');
	});

	test('leaves texts alone in which there is none, and secrets too short to be told from words', () => {
		expect(concealing([KEY])('No such job')).toBe('No such job');
		expect(concealing(['', '   ', 'failed'])('failed')).toBe('failed');
	});
});

describe('concealing in JSON', () => {
	test('goes through texts and keys, and leaves the rest as it is', () => {
		const body = { a: [`Bearer ${KEY}`, 7, null, true], [KEY]: { deep: KEY }, id: 'job-1' };
		expect(concealJson(body, concealing([KEY]))).toEqual({
			a: ['Bearer ***', 7, null, true],
			'***': { deep: '***' },
			id: 'job-1',
		});
	});

	test('ends in a body of endless depth', () => {
		const text = '['.repeat(100_000) + ']'.repeat(100_000);
		const ended = concealJson(JSON.parse(text), concealing([KEY]));
		expect(JSON.stringify(ended)).toBe(`${'['.repeat(100)}null${']'.repeat(100)}`);
	});

	test('keeps a key called __proto__ an ordinary one', () => {
		const concealed = concealJson(JSON.parse('{"__proto__": {"id": "x"}}'), concealing([KEY]));
		expect(Object.hasOwn(Object(concealed), '__proto__')).toBe(true);
		expect(Object.getPrototypeOf(concealed)).toBe(Object.prototype);
	});

	test('changes nothing in any JSON without the secret', () => {
		fc.assert(
			fc.property(fc.jsonValue({ maxDepth: 20 }), (value) => {
				const body: unknown = JSON.parse(JSON.stringify(value));
				expect(concealJson(body, concealing(['a-key-that-no-generator-finds']))).toEqual(body);
			}),
		);
	});
});

describe("Wiro's signatures", () => {
	/** `printf 'secret1700000000' | openssl dgst -sha256 -hmac key`, and of the next second. */
	test('are those of the seconds in which a request was under way', () => {
		expect(signaturesOf({ apiKey: ' key', apiSecret: 'secret ' }, 1_700_000_000, 1_700_000_001)).toEqual([
			'c7f0146b2281ff7a65ce35770f3b7ced1aaeb6ab6f16924c6fcb3d690a688018',
			'2df8c492e305454b414cf5c1233dc7445845307fb3499c2a3383463ef05786a2',
		]);
	});

	test('are none where there is no secret', () => {
		expect(signaturesOf({ apiKey: 'key', apiSecret: '' }, 1, 9)).toEqual([]);
	});
});
