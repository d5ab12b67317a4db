import fc from 'fast-check';
import { concealing, concealJson } from '../../../nodes/Hailuo/core/http/secrets';

const KEY = 'sk-live/Q7+x=9"é&zz<4>\\e2';

/** Ways of writing a text into which a provider's answer may put a key. */
const FORMS: Record<string, (text: string) => string> = {
	'as it is': (text) => text,
	'in capitals': (text) => text.toUpperCase(),
	'in a URL': encodeURIComponent,
	'in a URL in small letters': (text) => encodeURIComponent(text).toLowerCase(),
	'in a URL in a URL': (text) => encodeURIComponent(encodeURIComponent(text)),
	'in a URL, every byte': (text) =>
		[...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
	'in a form': (text) => new URLSearchParams({ text }).toString().slice(5),
	'in JSON': (text) => JSON.stringify(text).slice(1, -1),
	'in JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
	'in JSON as PHP writes it': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
	'in JSON, every character': (text) =>
		Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
	'in a URL in JSON': (text) => JSON.stringify(encodeURIComponent(text)).slice(1, -1),
	'in HTML': (text) =>
		text.replace(
			/[&<>"']/g,
			(character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? '&apos;',
		),
	'in HTML with numbers': (text) => [...text].map((character) => `&#${character.codePointAt(0)};`).join(''),
	'in HTML with hexadecimal numbers': (text) =>
		[...text].map((character) => `&#x${character.codePointAt(0)?.toString(16)};`).join(''),
	'in HTML in JSON': (text) => JSON.stringify(text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')).slice(1, -1),
	'in JSON with a line break after each character': (text) => JSON.stringify([...text].join('\n')).slice(1, -1),
	'in a URL with a zero-width space after each character': (text) => encodeURIComponent([...text].join('\u200b')),
	'in HTML with a soft hyphen after each character': (text) =>
		[...text].map((character) => character.replace('&', '&amp;')).join('&shy;'),
	'in hexadecimal': (text) => Buffer.from(text).toString('hex'),
	'in hexadecimal in capitals': (text) => Buffer.from(text).toString('hex').toUpperCase(),
	...Object.fromEntries(
		Object.entries({
			'a soft hyphen': '\u00ad',
			'a zero-width space': '\u200b',
			'a zero-width joiner': '\u200d',
			'a byte order mark': '\ufeff',
			'a mark of direction': '\u202e',
			'a variation selector': '\ufe0f',
			'a null character': '\u0000',
			'a control character': '\u0085',
			'a blank': ' ',
			'a fixed blank': '\u00a0',
			'a line break': '\r\n',
		}).map(([what, between]) => [`with ${what} after each character`, (text: string) => [...text].join(between)]),
	),
};

/** As providers make keys: letters, digits and some signs; at least one digit in any eight characters. */
const keys = fc
	.array(fc.stringMatching(/^[A-Za-z._~+/=-]{3}[0-9]$/), { minLength: 2, maxLength: 12 })
	.map((parts) => parts.join(''));

/** What may stand beside a key without being part of it. */
const around = fc.constantFrom('', ' ', 'Bearer ', '"', '[', '<b>', '§', '视频 ', 'Ä', '\n', '🎬');

const forms = fc.constantFrom(...Object.keys(FORMS));

describe('concealing', () => {
	test.each(Object.entries(FORMS))('takes a secret out %s', (_form, write) => {
		expect(concealing([KEY])(`Key ${write(KEY)} and again ${write(KEY)}.`)).toBe('Key *** and again ***.');
	});

	test('takes any secret out in any form, whatever is beside it, and nothing else', () => {
		fc.assert(
			fc.property(keys, forms, around, around, (key, form, before, after) => {
				const quote = FORMS[form]!(key);
				expect(concealing([key])(`${before}${quote}${after}`)).toBe(`${before}***${after}`);
			}),
			{ numRuns: 1000 },
		);
	});

	test('takes every part of eight characters and more out, in any form', () => {
		fc.assert(
			fc.property(keys, forms, fc.nat(), fc.nat(), (key, form, from, length) => {
				const start = from % (key.length - 7);
				const part = key.slice(start, start + 8 + (length % (key.length - start - 7)));
				expect(concealing([key])(`<${FORMS[form]!(part)}>`)).toBe('<***>');
			}),
			{ numRuns: 1000 },
		);
	});

	test.each([
		['first', (key: string) => key.slice(4)],
		['last', (key: string) => key.slice(0, -4)],
	])('takes out all but the %s four characters', (_which, cut) => {
		const key = 'afk_live8Zk3mQ7xWvT2nRb5Yc9Lp4Hd6Fs1Gj0KtA';
		expect(concealing([key])(`The key ${cut(key)} is not valid`)).toBe('The key *** is not valid');
	});

	test('goes by parts without a digit from twelve characters on: a key may have the name of its provider in it', () => {
		const conceal = concealing(['afk_simulated-apiframe-key-8a47e3']);
		expect(conceal('https://cdn.example/apiframe/1.mp4')).toBe('https://cdn.example/apiframe/1.mp4');
		expect(conceal('simulated-apiframe')).toBe('***');
	});

	test('takes whole the longer of two secrets of which one begins the other', () => {
		expect(concealing(['abcdefgh', 'abcdefgh-secret'])('abcdefgh-secret, abcdefgh')).toBe('***, ***');
	});

	test('does without what pasting brings along', () => {
		expect(concealing(['  abcd\u200befgh\n'])('abcdefgh')).toBe('***');
	});

	test('takes every character of a secret for itself', () => {
		const odd = '.*+?^${}()|[]\\/-';
		expect(concealing([odd])(`a${odd}b`)).toBe('a***b');
		expect(concealing([odd])('anything else')).toBe('anything else');
	});

	test.each(['%41%42%43%44xyz1', '\\u0041bcdefg1', '&lt;key&gt;1234', '100%25off-key7'])(
		'takes out a secret that looks like an escape: %s',
		(key) => {
			for (const write of [FORMS['as it is']!, encodeURIComponent, FORMS['in JSON']!, FORMS['in HTML']!])
				expect(concealing([key])(`(${write(key)})`)).toBe('(***)');
		},
	);

	test.each([
		['hunter2', 'Key hunter2, "HUNTER2" and key=hunter2&x', 'Key ***, "***" and key=***&x'],
		['hunter2', 'hunter22, ahunter2, hunter 2, hünter2', 'hunter22, ahunter2, hunter 2, hünter2'],
		['k+1/é', 'k%2B1%2F%C3%A9 and k+1\\/é', '*** and ***'],
		['hunter2', '68756e74657232', '***'],
	])('takes the short secret %s out where it is a word of its own', (secret, text, expected) => {
		expect(concealing([secret])(text)).toBe(expected);
	});

	test('of no secret changes nothing', () => {
		expect(concealing(['', '   ', '\u200b'])('failed')).toBe('failed');
	});
});

describe('a text without the secret', () => {
	/** No generator finds eight characters in a row of this in any form. */
	const conceal = concealing(['9f3b71ce04aa8a47e3c2b96d04', '7Zk3mQ7xWvT2nRb5Yc9']);
	const pieces = fc.constantFrom('%', '%25', '%2', '\\', '\\u00', '&amp;', '&#', '&#x', ';', ' ', '\u200b', '9f3', 'İ');
	const texts = fc.oneof(
		fc.string({ unit: 'binary' }),
		fc.lorem({ maxCount: 40 }),
		fc.webUrl({ withQueryParameters: true }),
		fc.json(),
		fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 12 }).map((parts) => parts.join('')),
	);

	test('is left as it is', () => {
		fc.assert(
			fc.property(texts, (text) => {
				expect(conceal(text)).toBe(text);
			}),
			{ numRuns: 1000 },
		);
	});

	test('is left as it is around the secret', () => {
		fc.assert(
			fc.property(texts, texts, (before, after) => {
				expect(conceal(`${before}|9f3b71ce04aa8a47e3c2b96d04|${after}`)).toBe(`${before}|***|${after}`);
			}),
			{ numRuns: 1000 },
		);
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
