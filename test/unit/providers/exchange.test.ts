import type { Exchange, HttpResponse } from '../../../nodes/Hailuo/core/http/http';
import { after, answerReader, orElse, uploadFrames } from '../../../nodes/Hailuo/providers/exchange';
import { mapStatus } from '../../../nodes/Hailuo/providers/jobExchange';
import { describeRefusal, kindOfStatus } from '../../../nodes/Hailuo/providers/refusal';
import { textAt } from '../../../nodes/Hailuo/core/http/read';
import { aFile, aUrl, anAnswer, failureOf, follow } from './builders';

/** An exchange with a given path that leads to the text of its answer. */
function anExchange(path: string): Exchange<string> {
	return {
		request: { purpose: 'read', method: 'GET', host: 'api', path },
		read: answerReader({
			value: ({ text }) => (text === '' ? null : text),
			failure: (response) => describeRefusal(response, { message: null }),
		}),
	};
}

const pathsOf = ({ requests }: { requests: Array<{ path: string }> }) => requests.map(({ path }) => path);

describe('an answer', () => {
	test('that redirects is a failure that names the other origin and nothing else of the address', () => {
		const redirect = anAnswer(307, 'moved', { location: 'https://elsewhere.example:8443/login?token=secret' });
		expect(failureOf(anExchange('/'), redirect)).toMatchObject({
			kind: 'redirect',
			httpStatus: 307,
			message: 'The address answered with a redirect (HTTP 307 to https://elsewhere.example:8443)',
		});
	});

	test.each([{}, { location: '/relative' }, { location: 'not an address' }])(
		'that redirects by %j is one too',
		(headers) => {
			expect(failureOf(anExchange('/'), anAnswer(302, '', headers)).message).toBe(
				'The address answered with a redirect (HTTP 302)',
			);
		},
	);

	test('that makes no sense is shown in part', () => {
		const unreadable: Exchange<string> = {
			...anExchange('/'),
			read: answerReader<string>({ value: () => null, failure: never }),
		};
		expect(failureOf(unreadable, anAnswer(200, '<html>\n\u202eWelcome</html>')).message).toBe(
			'The answer (HTTP 200) is no JSON: <html> Welcome</html>',
		);
		expect(failureOf(unreadable, anAnswer(200, { taskId: 7 })).message).toBe(
			'The answer (HTTP 200) has not the documented shape: {"taskId":7}',
		);
		expect(failureOf(unreadable, anAnswer(200, 'x'.repeat(9000))).message.length).toBeLessThan(200);
	});

	test('of status 200 can be a refusal where the provider reports them so', () => {
		const inBand: Exchange<string> = {
			...anExchange('/'),
			read: answerReader({
				value: ({ json }) => textAt(json, 'id'),
				failure: (response) => describeRefusal(response, { message: 'No', kind: 'invalid', made: 'no' }),
				refuses: (body) => textAt(body, 'error') !== null,
			}),
		};
		const refusal = { error: 'No' };
		expect(failureOf(inBand, anAnswer(200, refusal))).toMatchObject({ kind: 'invalid', message: 'No', made: 'no' });
		expect(failureOf(inBand, anAnswer(200, {}))).toMatchObject({ kind: 'unreadable', made: 'maybe' });
		for (const taken of [{ id: '7' }, { id: '7', ...refusal }])
			expect(follow(inBand, anAnswer(200, taken)).step).toEqual({ kind: 'value', value: '7' });
	});
});

describe('a refusal', () => {
	test.each([
		[401, 'authentication'],
		[402, 'credit'],
		[403, 'permission'],
		[404, 'notFound'],
		[410, 'notFound'],
		[409, 'conflict'],
		[429, 'rateLimit'],
		[308, 'redirect'],
		[400, 'invalid'],
		[422, 'invalid'],
		[408, 'provider'],
		[500, 'provider'],
		[503, 'provider'],
	])('of status %i is of kind %s', (status, kind) => {
		expect(kindOfStatus(status)).toBe(kind);
	});

	test('without words that can be shown says so', () => {
		expect(describeRefusal(anAnswer(500), { message: '\u0000\n\u202e' }).message).toBe(
			'HTTP 500 without an explanation',
		);
	});

	test('may say in words how long to wait', () => {
		const refusal = describeRefusal(anAnswer(429), { message: 'Slow down', retryWords: 'retry after 60 seconds' });
		expect(refusal.retryAfterSeconds).toBe(60);
	});
});

describe('a status word', () => {
	test.each(['Done', 'DONE', 'done'])('%s is found in any case', (word) => {
		expect(mapStatus({ done: 'succeeded' }, word)).toBe('succeeded');
	});

	test.each([null, '', 'other', 'toString', '__proto__'])('%j is unknown', (word) => {
		expect(mapStatus({ done: 'succeeded' }, word)).toBe('unknown');
	});
});

describe('a chain', () => {
	test('goes from the first to the second with what the first led to', () => {
		const chain = follow(
			after(anExchange('/first'), (value) => anExchange(`/${value}`)),
			anAnswer(200, 'second'),
			anAnswer(200, 'end'),
		);
		expect(pathsOf(chain)).toEqual(['/first', '/second']);
		expect(chain.step).toEqual({ kind: 'value', value: 'end' });
	});

	test('whose first has several requests waits for all of them', () => {
		const first = after(anExchange('/a'), () => anExchange('/b'));
		expect(
			pathsOf(
				follow(
					after(first, () => anExchange('/c')),
					anAnswer(200, 'x'),
				),
			),
		).toEqual(['/a', '/b', '/c']);
	});

	test('whose first fails made nothing', () => {
		const chain = after(anExchange('/first'), () => anExchange('/second'));
		expect(failureOf(chain, anAnswer(500))).toMatchObject({ httpStatus: 500, made: 'no' });
	});

	test('falls back only where it applies', () => {
		const chain = orElse(
			anExchange('/new'),
			({ status }: HttpResponse) => status === 404,
			() => anExchange('/old'),
		);
		expect(pathsOf(follow(chain, anAnswer(404)))).toEqual(['/new', '/old']);
		expect(pathsOf(follow(chain, anAnswer(500)))).toEqual(['/new']);
	});

	test('uploads files in order, keeps addresses, and leaves gaps where there is no frame', () => {
		const frames = [aFile('a.png'), null, aUrl('https://images.example/b.png'), aFile('c.png')];
		const chain = uploadFrames(
			frames,
			(file) => anExchange(`/upload/${file.fileName}`),
			(urls) => anExchange(`/create?${JSON.stringify(urls)}`),
		);
		expect(pathsOf(follow(chain, anAnswer(200, 'one'), anAnswer(200, 'two'), anAnswer(200, 'made')))).toEqual([
			'/upload/a.png',
			'/upload/c.png',
			'/create?["one",null,"https://images.example/b.png","two"]',
		]);
	});
});

function never(): never {
	throw new Error('Not to be asked');
}
