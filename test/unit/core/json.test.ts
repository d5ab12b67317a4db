import fc from 'fast-check';

import { parseJson, toJson } from '../../../nodes/Hailuo/core/http/json';

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
