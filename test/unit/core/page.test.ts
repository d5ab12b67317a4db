import fc from 'fast-check';
import type { Exchange, HttpPurpose, HttpResponse } from '../../../nodes/Hailuo/core/http/http';
import { readAnswer } from '../../../nodes/Hailuo/core/http/page';
import { describeFailure } from '../../../nodes/Hailuo/core/http/read';

const CHALLENGE = '<!DOCTYPE html><html><head><style>p{}</style><title>Just a\n moment…</title></head><body>…';

/** Where an adapter reads a refusal from the status, and says so. */
const exchangeFor = (purpose: HttpPurpose): Exchange<string> => ({
	request: { purpose, method: 'POST', host: 'api', path: '/' },
	read: ({ status }) =>
		status === 200
			? { kind: 'value', value: 'read' }
			: { kind: 'failure', failure: describeFailure({ kind: 'permission', httpStatus: status, message: 'by status' }) },
});

const aPage = (status: number, text: string, headers: Record<string, string> = {}): HttpResponse => ({
	status,
	headers,
	json: undefined,
	text,
});

const PURPOSES: HttpPurpose[] = ['read', 'cancel', 'upload'];

describe.each(PURPOSES)('a page in answer to a %s', (purpose) => {
	test.each([200, 204, 400, 401, 402, 403, 404, 409, 410, 422])('of status %i says nothing of the job', (status) => {
		expect(readAnswer(exchangeFor(purpose), aPage(status, CHALLENGE))).toEqual({
			kind: 'failure',
			failure: {
				kind: 'unreadable',
				httpStatus: status,
				code: null,
				message: `The answer (HTTP ${status}) is no JSON: Just a moment…`,
				retryAfterSeconds: null,
				made: 'maybe',
			},
		});
	});

	test.each([
		[429, 'rateLimit'],
		[408, 'provider'],
		[500, 'provider'],
		[502, 'provider'],
		[521, 'provider'],
	])('of status %i is a fault that passes: %s', (status, kind) => {
		const step = readAnswer(exchangeFor(purpose), aPage(status, CHALLENGE, { 'retry-after': '7' }));
		expect(step).toMatchObject({ failure: { kind, httpStatus: status, retryAfterSeconds: 7 } });
	});

	test('of status 413 is a refusal: servers say of themselves what is too large for them', () => {
		const step = readAnswer(exchangeFor(purpose), aPage(413, '<title>413 Request Entity Too Large</title>'));
		expect(step).toMatchObject({
			failure: { kind: 'permission', message: 'The answer (HTTP 413) is no JSON: 413 Request Entity Too Large' },
		});
	});

	test.each([301, 302, 307, 308])('of status %i is left to who reads redirects', (status) => {
		expect(readAnswer(exchangeFor(purpose), aPage(status, CHALLENGE))).toMatchObject({
			failure: { message: 'by status' },
		});
	});

	test.each([['a text'], [7], [true], [null]])('is any JSON that is no object or list: %j', (json) => {
		const response = { ...aPage(404, JSON.stringify(json)), json };
		expect(readAnswer(exchangeFor(purpose), response)).toMatchObject({ failure: { kind: 'unreadable' } });
	});

	test('is not JSON, whatever it says', () => {
		const response = { ...aPage(403, '{}'), json: {} };
		expect(readAnswer(exchangeFor(purpose), response)).toMatchObject({ failure: { kind: 'permission' } });
		expect(readAnswer(exchangeFor(purpose), { ...response, status: 200 })).toEqual({ kind: 'value', value: 'read' });
	});
});

test.each([400, 403, 404, 500])(
	'a page in answer to a create (%i) is read by its status, in the words of the page',
	(status) => {
		expect(readAnswer(exchangeFor('create'), aPage(status, CHALLENGE))).toMatchObject({
			failure: { kind: 'permission', message: `The answer (HTTP ${status}) is no JSON: Just a moment…` },
		});
	},
);

describe('the words of a page', () => {
	const messageOf = (text: string) => {
		const step = readAnswer(exchangeFor('read'), aPage(404, text));
		return step.kind === 'failure' ? step.failure.message : '';
	};

	test.each([
		['its title', '<html><TITLE lang="en">Not\tFound</TITLE><h1>Oops</h1>', 'Not Found'],
		['its first words where it has none', '<h1>Oops</h1><p>It is <b>gone</b></p>', 'Oops It is gone'],
		['without script and style', '<style>a{b}</style><script>let a</script>Gone<script>let b', 'Gone'],
		['of a plain text', 'upstream connect error', 'upstream connect error'],
		['of a title that says nothing: its first words', '<title> </title><p>Gone', 'Gone'],
	])('are %s', (_what, text, words) => {
		expect(messageOf(text)).toBe(`The answer (HTTP 404) is no JSON: ${words}`);
	});

	test.each(['', ' \n', '<html></html>', '<script>let a'])('may be missing: %j', (text) => {
		expect(messageOf(text)).toBe('The answer (HTTP 404) is no JSON');
	});

	test('are one short line, whatever it holds', () => {
		const bits = fc.constantFrom('<title>', '</title>', '<script', '<', '>', '\u202e', '\u0000', '\n', 'x'.repeat(300));
		fc.assert(
			fc.property(fc.array(fc.oneof(bits, fc.string({ unit: 'binary' }))), (parts) => {
				const message = messageOf(parts.join(''));
				expect(message.length).toBeLessThan(300);
				expect(message).not.toMatch(/\p{Cc}|\u202e/u);
			}),
		);
	});
});
