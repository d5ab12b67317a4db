import fc from 'fast-check';
import {
	cleanText,
	describeFailure,
	encodeSegment,
	readHeaders,
	retryAfterSeconds,
	wellFormed,
} from '../../../nodes/Hailuo/core/http/read';
import { anAnswer } from '../providers/builders';

describe('clean text', () => {
	test.each([
		['is one line', 'first\r\n\tsecond\n\n third', 'first second third'],
		['has no blanks around it', '  text  ', 'text'],
		['has no control characters', 'a\u0000b\u001b[31mc\u007fd\u009be', 'a b [31mc d e'],
		[
			'has no characters that turn its direction',
			'\u202egnp.exe\u202c \u2066x\u2069 \u200f\u200e\u061cy',
			'gnp.exe x y',
		],
		['has no other kinds of line ends', 'a\u2028b\u2029c\u0085d', 'a b c d'],
		['keeps accents and emoji', 'Déjà vu 🎬 视频', 'Déjà vu 🎬 视频'],
		['of nothing is nothing', '\n\u0000 ', ''],
	])('%s', (_what, text, expected) => {
		expect(cleanText(text)).toBe(expected);
	});

	test('has at most 500 characters, the last of a longer text an ellipsis', () => {
		expect(cleanText('x'.repeat(500))).toBe('x'.repeat(500));
		expect(cleanText('x'.repeat(501))).toBe(`${'x'.repeat(499)}…`);
		expect(cleanText('x'.repeat(5_000_000))).toBe(`${'x'.repeat(499)}…`);
	});

	test('is cut between characters, never inside one', () => {
		expect(cleanText('🎬🎬🎬🎬', 3)).toBe('🎬🎬…');
		expect(cleanText('🎬🎬🎬', 3)).toBe('🎬🎬🎬');
	});

	test('has neither controls nor more characters than allowed, whatever comes', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (text, limit) => {
				const clean = cleanText(text, limit);
				expect(Array.from(clean).length).toBeLessThanOrEqual(limit);
				expect(clean).not.toMatch(/\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
				expect(clean).toBe(clean.trim());
			}),
		);
	});
});

describe('a segment of a path', () => {
	/** The path as a URL parser, and so the server, sees it. */
	const pathWith = (id: string) => new URL(`https://api.example/v1/tasks/${encodeSegment(id)}/end`).pathname;

	const ids = [
		'abc-123_~.x',
		'a1b2:hailuo/02',
		'../../account?delete=1#now',
		'..',
		'.',
		'...',
		'..\\..\\x',
		'%2e%2e',
		'%2E%2e%2f',
		'.%2e',
		'%',
		'a b\n',
		'视频🎬',
		'\ud800',
		'a\udc00b',
		'@evil.example:80',
		';x=1',
		'\u0000',
	];

	test.each(ids)('%j stays one segment of it', (id) => {
		const segments = pathWith(id).split('/');
		expect(segments).toHaveLength(5);
		expect([segments[1], segments[2], segments[4]]).toEqual(['v1', 'tasks', 'end']);
		const { origin, search, hash } = new URL(`https://api.example/v1/${encodeSegment(id)}`);
		expect({ origin, search, hash }).toEqual({ origin: 'https://api.example', search: '', hash: '' });
	});

	test('any text is one', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', minLength: 1 }), (id) => {
				expect(pathWith(id).split('/')).toHaveLength(5);
			}),
		);
	});

	test.each([
		['a/b', 'a%2Fb'],
		['a1b2:hailuo', 'a1b2%3Ahailuo'],
		['\ud800', '%EF%BF%BD'],
	])('%j is written %s', (id, expected) => {
		expect(encodeSegment(id)).toBe(expected);
	});

	test('reads back as the id, where it is no step in the path', () => {
		for (const id of ids.filter((text) => !/^\.{1,2}$/.test(text))) {
			expect(decodeURIComponent(pathWith(id).split('/')[3]!)).toBe(wellFormed(id));
		}
	});

	test('different ids are different segments', () => {
		const segments = ids.filter((id) => wellFormed(id) === id).map(pathWith);
		expect(new Set(segments).size).toBe(segments.length);
	});
});

describe('well-formed text', () => {
	test.each([
		['plain 🎬', 'plain 🎬'],
		['\ud83c\udfac', '🎬'],
		['\ud83c', '\ufffd'],
		['\udfac\ud83c', '\ufffd\ufffd'],
		['a\ud800b', 'a\ufffdb'],
	])('of %j', (text, expected) => {
		expect(wellFormed(text)).toBe(expected);
	});
});

describe('headers', () => {
	test('have names in lower case and values that are text', () => {
		expect(
			readHeaders({ 'Retry-After': '5', 'SET-COOKIE': ['a', 'b'], 'content-length': 5, etag: undefined, date: '' }),
		).toEqual({ 'retry-after': '5', date: '' });
	});

	test.each([undefined, null, 'Retry-After: 5', 7, []])('of %j are none', (headers) => {
		expect(readHeaders(headers)).toEqual({});
	});

	test('of a class are read as those of an object', () => {
		class Headers {
			Date = 'now';
			private readonly hidden = 1;
			get computed(): number {
				return this.hidden;
			}
		}
		expect(readHeaders(new Headers())).toEqual({ date: 'now' });
	});
});

describe('how long a provider asks to wait', () => {
	const now = 'Wed, 21 Oct 2026 07:28:00 GMT';
	const waitOf = (headers: Record<string, string>, words?: string) =>
		retryAfterSeconds(anAnswer(429, {}, headers), words);

	test.each<[string, Record<string, string>, number | null]>([
		['nothing', {}, null],
		['seconds', { 'retry-after': '120' }, 120],
		['seconds with a fraction', { 'retry-after': '0.5' }, 0.5],
		['no time at all', { 'retry-after': '0' }, 0],
		['time gone by', { 'retry-after': '-5' }, 0],
		['a day: one hour is the most that is believed', { 'retry-after': '86400' }, 3600],
		['a date, counted from its own', { 'retry-after': 'Wed, 21 Oct 2026 07:29:30 GMT', date: now }, 90],
		['a date gone by', { 'retry-after': 'Wed, 21 Oct 2026 07:00:00 GMT', date: now }, 0],
		['a date next year', { 'retry-after': 'Thu, 21 Oct 2027 07:28:00 GMT', date: now }, 3600],
		['a date without its own', { 'retry-after': 'Wed, 21 Oct 2026 07:29:30 GMT' }, null],
		['a date while its own is nonsense', { 'retry-after': now, date: 'today' }, null],
		['an empty header', { 'retry-after': ' ' }, null],
		['a word', { 'retry-after': 'soon' }, null],
		['infinity', { 'retry-after': 'Infinity' }, null],
	])('is read from its header: %s', (_what, headers, expected) => {
		expect(waitOf(headers)).toBe(expected);
	});

	test.each([
		['retry after 60 seconds', 60],
		['Too many requests. Please Retry After 5s!', 5],
		['retry after 7 s', 7],
		['retry after 99999 seconds', 3600],
		['retry after 123456789 seconds', null],
		['retry after a while', null],
		['retry after 2 minutes', null],
		['60 seconds', null],
		['', null],
	])('is read from its words: %s', (words, expected) => {
		expect(waitOf({}, words)).toBe(expected);
	});

	test('is what the header says where both say it, and what the words say where the header makes no sense', () => {
		expect(waitOf({ 'retry-after': '3' }, 'retry after 60 seconds')).toBe(3);
		expect(waitOf({ 'retry-after': 'soon' }, 'retry after 60 seconds')).toBe(60);
	});
});

describe('a described failure', () => {
	test('is careful in everything that is not said', () => {
		expect(describeFailure({ kind: 'network' })).toEqual({
			kind: 'network',
			message: '',
			code: null,
			httpStatus: null,
			retryAfterSeconds: null,
			made: 'maybe',
		});
	});

	test.each([
		[200, 'maybe'],
		[202, 'maybe'],
		[299, 'maybe'],
		[300, 'no'],
		[302, 'no'],
		[400, 'no'],
		[401, 'no'],
		[407, 'no'],
		[408, 'maybe'],
		[409, 'no'],
		[429, 'no'],
		[499, 'no'],
		[500, 'maybe'],
		[502, 'maybe'],
		[503, 'maybe'],
		[504, 'maybe'],
	])('of a create that was answered %i: something was made: %s', (httpStatus, made) => {
		expect(describeFailure({ kind: 'provider', httpStatus }).made).toBe(made);
	});

	test('follows what the adapter knows better', () => {
		expect(describeFailure({ kind: 'unavailable', httpStatus: 503, made: 'no' }).made).toBe('no');
		expect(describeFailure({ kind: 'conflict', httpStatus: 409, made: 'maybe' }).made).toBe('maybe');
	});

	test('has a message fit to be shown', () => {
		expect(describeFailure({ kind: 'provider', message: ' a\u0000\nb ' }).message).toBe('a b');
	});
});
