import { execFileSync } from 'node:child_process';
import {
	isWebUrl,
	listAt,
	momentAt,
	numberAt,
	percentageAt,
	textAt,
	valueAt,
	webUrlAt,
} from '../../../nodes/Hailuo/core/http/read';
import { repositoryRoot } from '../../tools/support/repository';
import { words } from '../../tools/support/words';

/** What may come instead of an object with the fields one hopes for. */
const HOSTILE: unknown[] = [
	...[undefined, null, true, 0, Number.NaN, '', 'text', [], [[]], {}, () => 'function', Symbol('symbol')],
	...[null, {}, [], true].map((field) => ({ field })),
	JSON.parse('{"__proto__": {"field": "inherited"}}'),
	Object.create({ field: 'inherited' }),
];

describe('a value', () => {
	const body: unknown = { outputs: [{ url: 'https://cdn.example/1.mp4' }, null], 'a.b': 1 };

	test.each([
		[[], body],
		[['outputs', 0, 'url'], 'https://cdn.example/1.mp4'],
		[['outputs', 1], null],
		[['outputs', '0', 'url'], 'https://cdn.example/1.mp4'],
		[['a.b'], 1],
		[['outputs', 2], undefined],
		[['outputs', -1], undefined],
		[['outputs', 1, 'url'], undefined],
		[['a', 'b'], undefined],
	])('at %j is found or undefined', (path, expected) => {
		expect(valueAt(body, ...path)).toEqual(expected);
	});

	test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('that is inherited is none: %s', (key) => {
		expect(valueAt({}, key)).toBeUndefined();
		expect(valueAt([], key)).toBeUndefined();
		expect(valueAt(body, key, 'name')).toBeUndefined();
	});

	test('that is called __proto__ in JSON is what stands there', () => {
		expect(valueAt(JSON.parse('{"__proto__": {"status": "done"}}'), '__proto__', 'status')).toBe('done');
	});

	test('of text is no character of it', () => {
		expect(valueAt('text', 0)).toBeUndefined();
		expect(valueAt('text', 'length')).toBeUndefined();
	});
});

describe('what is not there, or not of the type asked for,', () => {
	test.each(HOSTILE.map((value) => [value]))('is null and no error: %p', (value) => {
		expect(textAt(value, 'field')).toBeNull();
		expect(numberAt(value, 'field')).toBeNull();
		expect(percentageAt(value, 'field')).toBeNull();
		expect(momentAt(value, 'field')).toBeNull();
		expect(webUrlAt(value, 'field')).toBeNull();
		expect(listAt(value, 'field')).toEqual([]);
	});
});

describe('a text', () => {
	test.each([
		['as it is', 'done', 'done'],
		['without blanks around it', '  done\n', 'done'],
		['of an id that is a number', 534574, '534574'],
		['of zero', 0, '0'],
		['of blanks: none', ' \n\t', null],
		['of infinity: none', Number.POSITIVE_INFINITY, null],
		['of a boolean: none', false, null],
	])('is read %s', (_what, value, expected) => {
		expect(textAt({ value }, 'value')).toBe(expected);
	});
});

describe('a number', () => {
	test.each([
		[12.5, 12.5],
		['12.5', 12.5],
		[' 7 ', 7],
		['-3', -3],
		['0', 0],
		['', null],
		['seven', null],
		['12 credits', null],
		['1,000', null],
		['Infinity', null],
		[Number.NaN, null],
		[true, null],
		[[5], null],
	])('%j is read as %p', (value, expected) => {
		expect(numberAt({ value }, 'value')).toBe(expected);
	});

	test.each([
		[0, 0],
		[100, 100],
		['45', 45],
		[-1, null],
		[100.1, null],
		['45%', null],
	])('of percent %j is read as %p', (value, expected) => {
		expect(percentageAt({ value }, 'value')).toBe(expected);
	});
});

test('a list is read as its elements, whatever they are', () => {
	expect(listAt({ urls: ['a', null, { url: 'b' }] }, 'urls')).toEqual(['a', null, { url: 'b' }]);
	expect(listAt({ urls: { 0: 'a', length: 1 } }, 'urls')).toEqual([]);
	expect(listAt(['a'])).toEqual(['a']);
});

describe('a web address is', () => {
	const TAKEN = words(`
		https://cdn.example/video.mp4?signature=a%2Fb&expires=1 http://127.0.0.1:8080/video.mp4 https://[::1]/video.mp4
		HTTPS://CDN.EXAMPLE/video.mp4 https://bücher.example/film https://cdn.example https://cdn.example/@user
	`);
	test.each([...TAKEN, 'https://cdn.example/my film.mp4'])('%s', (text) => {
		expect(isWebUrl(text)).toBe(true);
		expect(webUrlAt({ url: ` ${text} ` }, 'url')).toBe(text);
	});

	const REFUSED = words(`
		video.mp4 /video.mp4 //cdn.example/video.mp4 cdn.example/video.mp4 https: https:// https:///video.mp4
		https:cdn.example/video.mp4 https:/cdn.example/video.mp4 https://cdn.example:99999/video.mp4
		https://user@cdn.example/video.mp4 https://user:secret@cdn.example/video.mp4 https://:secret@cdn.example/video.mp4
		file:///etc/passwd ftp://cdn.example/video.mp4 data:video/mp4;base64,AAAA javascript:alert(1)
		blob:https://cdn.example/1 ws://cdn.example/ httpx://cdn.example/
	`);
	const WITH_BLANKS = [
		'',
		'https://cdn example/video.mp4',
		'https://cdn.example/a\n.mp4',
		'https://cdn.example/a\t.mp4',
	];
	test.each([...REFUSED, ...WITH_BLANKS, 'https:\\\\cdn.example\\video.mp4'])('not %j', (text) => {
		expect(isWebUrl(text)).toBe(false);
		expect(webUrlAt({ url: text }, 'url')).toBeNull();
	});
});

describe('a moment', () => {
	test.each([
		['seconds', 1756817821, '2025-09-02T12:57:01.000Z'],
		['seconds with a fraction', 1756817821.5, '2025-09-02T12:57:01.500Z'],
		['seconds as text', '1756817821', '2025-09-02T12:57:01.000Z'],
		['milliseconds', 1756817821000, '2025-09-02T12:57:01.000Z'],
		['ISO 8601', '2025-09-02T12:57:01.000Z', '2025-09-02T12:57:01.000Z'],
		['ISO 8601 without seconds', '2025-09-02T12:57Z', '2025-09-02T12:57:00.000Z'],
		['ISO 8601 with microseconds', '2025-09-02T12:57:01.123456Z', '2025-09-02T12:57:01.123Z'],
		['ISO 8601 in another zone', '2025-09-02T14:57:01+02:00', '2025-09-02T12:57:01.000Z'],
		['ISO 8601 in another zone without a colon', '2025-09-02T14:57:01+0200', '2025-09-02T12:57:01.000Z'],
		['ISO 8601 with a blank', '2025-09-02 12:57:01Z', '2025-09-02T12:57:01.000Z'],
		['a day', '2025-09-02', '2025-09-02T00:00:00.000Z'],
		['the first second of 2000', 946684800, '2000-01-01T00:00:00.000Z'],
	])('is read from %s', (_what, value, expected) => {
		expect(momentAt({ value }, 'value')).toBe(expected);
	});

	test("without a zone is UTC, whatever this machine's zone is", () => {
		// Jest's tests have a copy of the environment, so a zone can only be set from without.
		const script = `
			const { momentAt } = require('./nodes/Hailuo/core/http/read');
			const moments = ['2025-09-02T12:57:01', '2025-09-02 12:57:01.5', '2025-09-02'].map((text) => momentAt(text));
			console.log(JSON.stringify([new Date(0).getHours(), ...moments]));`;
		const output = execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], {
			cwd: repositoryRoot,
			env: { ...process.env, TZ: 'Asia/Tokyo' },
			encoding: 'utf8',
		});
		expect(JSON.parse(output)).toEqual([
			9,
			'2025-09-02T12:57:01.000Z',
			'2025-09-02T12:57:01.500Z',
			'2025-09-02T00:00:00.000Z',
		]);
	});

	test.each([
		['0, which stands for "not yet"', 0],
		['"0"', '0'],
		['a negative number', -1756817821],
		['a number beyond all dates', 8.64e15 + 1],
		['a number too small for any gateway', 2026],
		['a moment before 2000', '1999-12-31T23:59:59Z'],
		['a month that is none', '2025-13-01T00:00:00Z'],
		['an hour that is none', '2025-09-02T25:00:00Z'],
		['words', 'yesterday'],
		['words that a lenient parser takes for a date', 'task 5'],
		['a date in another spelling', '09/02/2025'],
		['a day and more', '2025-09-02T'],
		['an object', { seconds: 1756817821 }],
		['a boolean', true],
	])('is not %s', (_what, value) => {
		expect(momentAt({ value }, 'value')).toBeNull();
	});
});
