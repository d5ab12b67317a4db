import fc from 'fast-check';

import { parseCutJson, parseJson, toJson } from '../../../nodes/Hailuo/core/http/json';

describe('a text', () => {
	test.each([
		['{"a":[1,"b",null]}', { a: [1, 'b', null] }],
		['null', null],
		['"x"', 'x'],
		[' 7 ', 7],
	])('%s stands for what it says', (text, value) => {
		expect(parseJson(text)).toEqual(value);
	});

	test.each(['', ' ', '{', '{"a":}', 'undefined', "{'a':1}", '<html>', '{"a":1},'])(
		'%j stands for nothing, and nothing is thrown',
		(text) => {
			expect(parseJson(text)).toBeUndefined();
		},
	);
});

/** A text of JSON and what it stands for. */
interface Document {
	json: string;
	value: unknown;
}

const number = fc
	.oneof(
		fc.stringMatching(/^-?(0|[1-9]\d{0,24})$/),
		fc.stringMatching(/^-?(0|[1-9]\d{0,18})(\.\d{1,20})?([eE][-+]?\d{1,3})?$/),
		fc.constantFrom('7615917337495212779', '9007199254740991', '9007199254740992', '9007199254740993', '-0', '1e400'),
	)
	.map((json): Document => {
		const isLost = /^-?[1-9]\d*$/.test(json) && String(Number(json)) !== json;
		return { json, value: isLost ? json : Number(json) };
	});

const text = fc
	.oneof(
		fc.string({ unit: 'binary' }),
		fc
			.array(
				fc.oneof(
					number,
					fc.constantFrom('"', '\\', ': ', ', ', '[', '\n').map((json) => ({ json })),
				),
			)
			.map((parts) => parts.map(({ json }) => json).join('')),
	)
	.map((value): Document => ({ json: JSON.stringify(value), value }));

const blank = fc.constantFrom('', '', ' ', '\n\t');

/** Documents of all these, with blanks anywhere. */
const { document } = fc.letrec<{ document: Document }>((tie) => ({
	document: fc
		.tuple(
			blank,
			fc.oneof(
				{ depthSize: 'small' },
				number,
				text,
				fc.constantFrom(true, false, null).map((value): Document => ({ json: String(value), value })),
				fc.array(tie('document'), { maxLength: 5 }).map((members): Document => {
					return { json: `[${members.map(({ json }) => json).join(',')}]`, value: members.map(({ value }) => value) };
				}),
				fc.array(fc.tuple(text, blank, tie('document')), { maxLength: 5 }).map((members): Document => {
					const json = members.map(([key, space, member]) => `${key.json}${space}:${member.json}`).join(',');
					return {
						json: `{${json}}`,
						value: Object.fromEntries(members.map(([key, , { value }]) => [key.value, value])),
					};
				}),
			),
			blank,
		)
		.map(([before, { json, value }, after]): Document => ({ json: before + json + after, value })),
}));

/** What newer engines can do: they show a reviver the source text. */
function parseBySource(json: string): unknown {
	return JSON.parse(json, (_key: string, value: unknown, context?: { source?: string }) => {
		const source = context?.source ?? '';
		return typeof value === 'number' && /^-?[1-9]\d*$/.test(source) && String(value) !== source ? source : value;
	});
}

describe('an integer', () => {
	test.each<[string, unknown]>([
		['7615917337495212779', '7615917337495212779'],
		['-7615917337495212779', '-7615917337495212779'],
		['9007199254740991', 9007199254740991],
		['9007199254740992', 2 ** 53],
		['-9007199254740992', -(2 ** 53)],
		['-0', -0],
		['9007199254740993', '9007199254740993'],
		['1000000000000000000000', '1000000000000000000000'],
		['0.1234567890123456789', Number('0.1234567890123456789')],
		['1e21', 1e21],
		['12345678901234567890.5', Number('12345678901234567890.5')],
		['"7615917337495212779"', '7615917337495212779'],
		['"id: 7615917337495212779, "', 'id: 7615917337495212779, '],
		['"\\": 7615917337495212779"', '": 7615917337495212779'],
	])('%s keeps every digit, and only where a number cannot', (token, value) => {
		expect(parseJson(token)).toEqual(value);
		expect(parseJson(`{"a":{"id": ${token},"list":[ ${token} , 1]}}`)).toEqual({ a: { id: value, list: [value, 1] } });
	});
});

describe('a document', () => {
	test('is read as JSON.parse reads it, but for the digits of its integers', () => {
		fc.assert(
			fc.property(document, ({ json, value }) => {
				expect(parseJson(json)).toEqual(value);
				if (!/\d{16}/.test(json)) expect(JSON.parse(json)).toEqual(value);
			}),
			{ numRuns: 2000 },
		);
	});

	test('that was written here comes back as it was', () => {
		const big = fc.bigInt().map(Number);
		fc.assert(
			fc.property(fc.oneof(fc.jsonValue(), fc.double({ noNaN: true }), big), (value) => {
				const json = JSON.stringify(value);
				expect(parseJson(json)).toEqual(JSON.parse(json));
			}),
		);
	});

	test('that is none is none, whatever has got into it', () => {
		const bits = fc.constantFrom('"', ',', '}', '7615917337495212779', '\\', '');
		fc.assert(
			fc.property(document, fc.nat(), bits, ({ json }, at, bit) => {
				const place = at % (json.length + 1);
				const broken = json.slice(0, place) + bit + json.slice(place + 1);
				let isJson = true;
				try {
					JSON.parse(broken);
				} catch {
					isJson = false;
				}
				expect(parseJson(broken) !== undefined).toBe(isJson);
			}),
			{ numRuns: 2000 },
		);
	});

	test('of any depth and length is read: 2 MB take a few times as long as with JSON.parse', () => {
		const job = {
			id: 'job-1',
			url: `https://cdn.example/${'a'.repeat(60)}.mp4`,
			says: 'a "b" \n\\',
			list: [1.5, true, null],
		};
		const jobs = JSON.stringify(Array.from({ length: 14_000 }, () => job));
		const timeOf = (parse: (json: string) => unknown, json: string) => {
			const start = performance.now();
			parse(json);
			return performance.now() - start;
		};
		const documents = {
			plain: `{"id":1,"jobs":${jobs}}`,
			'with a long id': `{"id":7615917337495212779,"jobs":${jobs}}`,
		};
		const lines = Object.entries(documents).map(([what, json]) => {
			const ways = [JSON.parse, parseJson, parseBySource].map((parse) =>
				Math.min(...Array.from({ length: 2 }, () => timeOf(parse, json))).toFixed(0),
			);
			return `${what}: JSON.parse ${ways[0]} ms, parseJson ${ways[1]} ms, a reviver ${ways[2]} ms`;
		});
		console.log(`JSON of ${(documents.plain.length / 2 ** 20).toFixed(1)} MB ${lines.join('; ')}`);
		const deep = `[7615917337495212779,${'['.repeat(100_000)}${']'.repeat(100_000)}]`;
		expect(parseJson(deep)).toEqual(expect.arrayContaining(['7615917337495212779']));
	});
});

describe('an object that was cut short', () => {
	test.each<[string, unknown]>([
		['{"id":"job-1","status":"queued"', { id: 'job-1', status: 'queued' }],
		['{"id":"job-1","status":"que', { id: 'job-1' }],
		['{"id":"job-1","status":', { id: 'job-1' }],
		['{"id":"job-1","status"', { id: 'job-1' }],
		['{"id":"job-1",', { id: 'job-1' }],
		['{"id":"job-1"', { id: 'job-1' }],
		['{"data":{"id":"job-1","a":[1,2,{"b":"c', { data: { id: 'job-1', a: [1, 2] } }],
		['{"id":7615917337495212779,"n":1', { id: '7615917337495212779' }],
		['{"id":"job-1","text":"a \\"b\\", c, d, e, f', { id: 'job-1' }],
		['{"id":"job-1"}<!-- "x", "y", "z", "q" -->', { id: 'job-1' }],
		['{"id":"job-1"}{"id":"job-2"}', { id: 'job-1' }],
	])('%s is read as far as it is whole', (cut, value) => {
		expect(parseCutJson(cut)).toEqual(value);
	});

	test.each(['{"id":"job-', '{"id":7615917337', '{"id"', '{', '', '<html>{"id":1</html>', '"job-1"', '7', ']'])(
		'%s has nothing whole in it',
		(cut) => {
			expect(parseCutJson(cut)).toBeUndefined();
		},
	);

	test('anywhere has no member but whole ones', () => {
		const members = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.array(fc.string())));
		fc.assert(
			fc.property(members, fc.nat(), (object, at) => {
				const json = JSON.stringify(object);
				const found = parseCutJson(json.slice(0, at % (json.length + 1))) ?? {};
				for (const [key, value] of Object.entries(found)) {
					// A list may have lost its last elements.
					if (Array.isArray(value)) expect(object[key]).toEqual(expect.arrayContaining(value));
					else expect(value).toEqual(object[key]);
				}
			}),
			{ numRuns: 1000 },
		);
	});

	test('is read in a time that grows with its length alone', () => {
		const deep = '{"a":'.repeat(200_000);
		expect(parseCutJson(`${deep}"${'\\"'.repeat(100_000)}`)).toBeUndefined();
		expect(parseCutJson(`{"id":"job-1","a":${'['.repeat(200_000)}${'1,'.repeat(200_000)}`)).toMatchObject({
			id: 'job-1',
		});
	});
});

describe('a copy as JSON', () => {
	test('of JSON is equal to it, and not the same', () => {
		fc.assert(
			fc.property(fc.jsonValue(), (value) => {
				const plain: unknown = JSON.parse(JSON.stringify(value));
				expect(toJson(plain)).toEqual(plain);
			}),
		);
		const value = { list: [{}] };
		expect(toJson(value)).not.toBe(value);
	});

	test.each<[string, unknown, unknown]>([
		['undefined', undefined, null],
		['a function', () => 1, null],
		['a symbol', Symbol('x'), null],
		['NaN', Number.NaN, null],
		['infinity', Number.POSITIVE_INFINITY, null],
		['a member that is none', { a: 1, b: undefined }, { a: 1, b: null }],
		['an element that is none', [1, undefined], [1, null]],
	])('of %s has null for it', (_case, value, expected) => {
		expect(toJson(value)).toEqual(expected);
	});

	test('keeps a member called __proto__ a member', () => {
		const copy = toJson(JSON.parse('{"__proto__":{"polluted":true}}'));
		expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":true}}');
		expect(Reflect.get(Object(copy), 'polluted')).toBeUndefined();
	});
});
