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
});

// properties/addresses has the statement for any text: it stays one segment, and reads back as it was.
test.each([
	['a/b', 'a%2Fb'],
	['a1b2:hailuo', 'a1b2%3Ahailuo'],
	['..', '%252E%252E'],
	['\ud800', '%EF%BF%BD'],
])('%j is written %s as a segment of a path', (id, expected) => {
	expect(encodeSegment(id)).toBe(expected);
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

	test.each([null, 303, 400, 401, 404, 408, 409, 429, 500, 503])(
		'of a create leaves open whether something was made, whatever its status: %j',
		(httpStatus) => {
			expect(describeFailure({ kind: 'provider', httpStatus }).made).toBe('maybe');
		},
	);

	test('follows what the adapter knows better', () => {
		expect(describeFailure({ kind: 'unavailable', httpStatus: 503, made: 'no' }).made).toBe('no');
		expect(describeFailure({ kind: 'conflict', httpStatus: 409, made: 'maybe' }).made).toBe('maybe');
	});

	test('has a message fit to be shown', () => {
		expect(describeFailure({ kind: 'provider', message: ' a\u0000\nb ' }).message).toBe('a b');
	});
});
