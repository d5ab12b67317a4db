import fc from 'fast-check';

import { DURATIONS, MODELS, RESOLUTIONS, VIDEO_MODES } from '../../../nodes/Hailuo/core/video/catalog';
import { IMAGE_TYPES, MEDIA_KINDS } from '../../../nodes/Hailuo/core/video/media';
import type { Exchange, Failure, HttpRequest } from '../../../nodes/Hailuo/core/http/http';
import { describeJob, type Job, type JobStatus } from '../../../nodes/Hailuo/core/job/job';
import type { VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import type { ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';
import {
	A_CALLBACK_URL,
	A_PROMPT,
	FIRST_URL,
	LAST_URL,
	aFile,
	aRequest,
	aUrl,
	anAnswer,
	failureOf,
	follow,
	followWith,
	type Fixture,
} from './builders';
import { requestsFor } from './offeredRequests';
import { describeCallbackContract } from './callbackContract';
import { damaged, expectLegalJob, expectShowable, MEANINGLESS_BODIES } from './legal';

const HOSTILE_IDS = [
	'../../x?y#z',
	'..',
	'.',
	'%2e%2e',
	'a/b\\c',
	'a b+c&d=e;f',
	'349872201343396:minimax/hailuo-2.3-fast',
	'кадр-視頻-🎬',
	'\uD800',
	'line\r\nfeed',
	'{{ $json.id }}\'"',
];

const FAILURE_KINDS: Readonly<Record<number, string>> = {
	301: 'redirect',
	302: 'redirect',
	303: 'redirect',
	307: 'redirect',
	308: 'redirect',
	401: 'authentication',
	404: 'notFound',
	429: 'rateLimit',
};

const NO_SUCCESS = [
	301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415, 418, 422, 425, 429, 500, 501,
	502, 503, 504, 520, 524, 529,
];

/** No provider documents these for a refused create, but where its answers in test/unit/fixtures have one. */
const UNPROVING = [301, 302, 303, 307, 308, 405, 408, 409, 410, 415, 418, 425, 500, 501, 502, 503, 504, 520, 524, 529];

/** How the frameworks that providers are built with tell which value is wrong, and how. */
const DETAILS = [
	['a list of issues in details', { details: [{ path: ['prompt'], message: 'Too short' }] }],
	['issues', { issues: [{ code: 'too_small', path: ['prompt', 0], message: 'Too short' }] }],
	['meta', { meta: [{ message: 'Too short', path: ['prompt'] }] }],
	['an object in meta', { meta: { fieldErrors: { prompt: ['Too short'] }, formErrors: [] } }],
	['detail', { detail: [{ loc: ['body', 'prompt'], msg: 'Too short', type: 'value_error' }] }],
	['a text in detail', { detail: 'prompt: Too short' }],
	['texts by path in details', { details: { prompt: ['Too short', 'Needed'] } }],
	['a text by path in details', { details: { prompt: 'Too short' } }],
] as const;

/** A gateway's own schema of a model that has other resolutions than the model itself. */
const STATED_OTHERWISE = ['apiframe hailuo-03'];

/** Everything a request holds as text, files left out. */
function textOf(request: HttpRequest): string {
	return JSON.stringify(request, (_key, value: unknown) => (value instanceof Uint8Array ? value.length : value));
}

function urlOf(request: HttpRequest): URL {
	const url = new URL(`https://provider.example/base${request.path}`);
	for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
	return url;
}

function expectLegalRequest(request: HttpRequest): void {
	expect(request.path).toMatch(/^\/[^/?#\s][^?#\s]*$/);
	expect(['api', 'files']).toContain(request.host);
	expect(['GET', 'POST', 'DELETE']).toContain(request.method);
	if (request.method === 'GET') expect(request.body).toBeUndefined();
	expect(Object.keys(request.headers ?? {}).join()).not.toMatch(/authorization|api-key|nonce|signature|cookie/i);
}

function expectLegalFailure(failure: Failure): void {
	expectShowable(failure.message);
	expect(['no', 'maybe']).toContain(failure.made);
	if (failure.retryAfterSeconds !== null) expect(failure.retryAfterSeconds).toBeGreaterThanOrEqual(0);
}

/** Replaces one text wherever it stands in a body. */
function replaced(body: unknown, from: string, to: string): unknown {
	return JSON.parse(JSON.stringify(body), (_key, value: unknown) => (value === from ? to : value)) as unknown;
}

/**
 * What every provider must keep, whoever writes it.
 *
 * @param adapter the provider
 * @param all replies and callbacks of it; among them one of a job that succeeded, and of an upload where it uploads
 * @param documentedWords every status word its own pages name
 */
export function describeContract(
	adapter: ProviderAdapter,
	all: readonly Fixture[],
	documentedWords: Readonly<Record<string, JobStatus>>,
): void {
	const fixtures = all.filter(({ operation }) => operation !== 'callback' && operation !== 'prepare');
	const prepared = all.filter(({ operation }) => operation === 'prepare');
	describeCallbackContract(
		adapter,
		all.filter(({ operation }) => operation === 'callback'),
	);
	const accepted = ({ answers }: Fixture) => answers.every(({ status }) => status >= 200 && status < 300);
	const uploaded = fixtures.find((fixture) => fixture.operation === 'upload' && accepted(fixture));
	const made = fixtures.find((fixture) => fixture.operation === 'create' && fixture.job)!;
	const done = fixtures.find((fixture) => fixture.operation === 'get' && fixture.job?.status === 'succeeded')!;
	const model = adapter.offers[0]!.model;
	const withImage = () => adapter.create(aRequest({ model, firstFrame: aUrl() }));
	const withFile = () => adapter.create(aRequest({ model, firstFrame: aFile() }));
	const exchangeFor = ({ operation, reference }: Pick<Fixture, 'operation' | 'reference'>): Exchange<Job> => {
		const jobReference = { jobId: 'job-1', ...reference };
		if (operation === 'get') return adapter.get(jobReference);
		if (operation === 'cancel') return adapter.cancel!(jobReference);
		return operation === 'upload' ? withFile() : withImage();
	};
	const operations: Array<[string, () => Exchange<Job>]> = [
		['create', withImage],
		['get', () => adapter.get({ jobId: 'job-1' })],
	];
	if (adapter.cancel) operations.push(['cancel', () => adapter.cancel!({ jobId: 'job-1' })]);

	const toldOf = ({ body }: HttpRequest) =>
		prepared.find(({ question }) => JSON.stringify(question) === JSON.stringify(body?.kind === 'json' && body.value));

	/** Creates, with whatever comes before it and the create answered as documented. */
	const create = (request: VideoRequest) =>
		followWith(adapter.create(request), (sent) => {
			const { purpose } = sent;
			return (purpose === 'upload' ? uploaded! : purpose === 'read' ? toldOf(sent)! : made).answers[0]!;
		});

	describe(`${adapter.label} as a provider`, () => {
		test('says who it is', () => {
			expect(adapter.id).toMatch(/^[a-z][A-Za-z0-9]*$/);
			expect(adapter.credential).toMatch(/^hailuo[A-Z][A-Za-z0-9]*Api$/);
			expect([adapter.documentationUrl, adapter.jobsPage].filter((url) => !url.startsWith('https://'))).toEqual([]);
			expect(adapter.shortestPollSeconds).toBeGreaterThan(0);
		});

		test('has handles that are no other field of a job', () => {
			const fields = [...Object.keys(describeJob({ provider: '', jobId: '' })), 'timedOut', 'raw', 'event', 'context'];
			expect(adapter.handles.filter((name) => fields.includes(name) || !/^[a-z][A-Za-z]*$/.test(name))).toEqual([]);
			expect(new Set(adapter.handles).size).toBe(adapter.handles.length);
		});

		test('sells each model at most once, and one at least', () => {
			const models = adapter.offers.map((offer) => offer.model);
			expect(models.length).toBeGreaterThan(0);
			expect(new Set(models).size).toBe(models.length);
		});

		test.each(adapter.offers.map((offer) => [offer.model, offer] as const))(
			'sells nothing of %s that it cannot do',
			(_name, offer) => {
				const known = MODELS[offer.model];
				expect(Object.keys(offer.resolutions)).not.toEqual([]);
				for (const resolution of RESOLUTIONS) {
					const durations = offer.resolutions[resolution] ?? [];
					const isOwn = STATED_OTHERWISE.includes(`${adapter.id} ${offer.model}`);
					if (!isOwn) expect(known.resolutions[resolution] ?? []).toEqual(expect.arrayContaining([...durations]));
					expect(DURATIONS).toEqual(expect.arrayContaining([...durations]));
				}
				expect(IMAGE_TYPES).toEqual(expect.arrayContaining([...offer.imageTypes]));
				const steps = ['none', 'besideFirst', 'alone'];
				expect(steps.indexOf(offer.lastFrame)).toBeLessThanOrEqual(steps.indexOf(known.lastFrame));
				for (const kind of MEDIA_KINDS)
					expect(offer.references?.[kind] ?? 0).toBeLessThanOrEqual(known.references?.[kind] ?? 0);
				for (const mode of VIDEO_MODES)
					expect(known.aspectRatios[mode] ?? []).toEqual(expect.arrayContaining([...(offer.aspectRatios[mode] ?? [])]));
				if (!known.textToVideo) expect(offer.firstFrame).not.toBe('optional');
			},
		);

		test('offers only extra options that the form can show', () => {
			const names = adapter.extras.map((extra) => extra.name);
			expect(new Set(names).size).toBe(names.length);
			for (const extra of adapter.extras) {
				expect(adapter.offers.map((offer) => offer.model)).toEqual(expect.arrayContaining([...(extra.models ?? [])]));
				if (extra.type === 'options') expect(extra.choices.map((choice) => choice.value)).toContain(extra.default);
			}
		});

		describe('creating', () => {
			test.each(adapter.offers.map((offer) => [offer.model, offer] as const))(
				'sends one create for %s, files and questions before it',
				(_name, offer) => {
					for (const request of requestsFor(offer)) {
						const { requests, step } = create(request);
						requests.forEach(expectLegalRequest);
						expect(requests.map(({ purpose }) => purpose).join()).toMatch(
							adapter.prepare ? /^(read,)?create$/ : /^(upload,)*create$/,
						);
						const sent = textOf(requests.at(-1)!);
						expect(sent).toContain(A_PROMPT);
						if (request.firstFrame?.kind === 'url') expect(sent).toContain(FIRST_URL);
						if (request.lastFrame?.kind === 'url') expect(sent).toContain(LAST_URL);
						const given = Object.values(request.references ?? {}).flat();
						for (const media of given) if (media.kind === 'url') expect(sent).toContain(media.url);
						if (request.aspectRatio) expect(sent).toContain(`"${request.aspectRatio}"`);
						if (request.promptOptimizer === null) expect(sent).not.toMatch(/optimi[sz]er|enhance/i);
						expect(step).toMatchObject({ kind: 'value', value: { jobId: made.job?.jobId, model: offer.model } });
					}
				},
			);

			test('describes the same request each time, and leaves its input alone', () => {
				const request = Object.freeze(aRequest({ model, firstFrame: Object.freeze(aUrl()) }));
				expect(textOf(adapter.create(request).request)).toBe(textOf(adapter.create(request).request));
			});

			test('calls a create with a key repeatable only where the provider has such keys', () => {
				const { requests } = create(aRequest({ model, firstFrame: aUrl(), idempotencyKey: 'order-7-of-2026-05' }));
				const last = requests.at(-1)!;
				expect(last.idempotent ?? false).toBe(adapter.idempotentCreate !== undefined);
				if (last.idempotent) expect(textOf(last)).toContain('order-7-of-2026-05');
				expect(create(aRequest({ model, firstFrame: aUrl() })).requests.at(-1)!.idempotent).toBeUndefined();
			});

			test('names the callback address only where the provider has callbacks', () => {
				const { requests } = create(aRequest({ model, firstFrame: aUrl(), callbackUrl: A_CALLBACK_URL }));
				expect(textOf(requests.at(-1)!).includes(A_CALLBACK_URL)).toBe(adapter.callbacks !== undefined);
				expect(textOf(create(aRequest({ model, firstFrame: aUrl() })).requests.at(-1)!)).not.toMatch(
					/callback|webhook/i,
				);
			});

			const refusals = fixtures.filter(({ operation, failure }) => operation === 'create' && failure?.made === 'no');
			const documented = refusals.flatMap(({ answers }) => answers.map(({ status }) => status));
			const elsewhere = { location: 'https://elsewhere.example/x' };

			test.each(NO_SUCCESS)('answered with a page of status %i, may have made a job', (status) => {
				for (const body of ['', '<html>no</html>', {}, []]) {
					const failure = failureOf(withImage(), anAnswer(status, body, elsewhere));
					expectLegalFailure(failure);
					expect(failure).toMatchObject({ httpStatus: status, made: 'maybe' });
					expect(failure.kind).toBe(FAILURE_KINDS[status] ?? failure.kind);
				}
			});

			test.each(NO_SUCCESS.filter((status) => UNPROVING.includes(status) && !documented.includes(status)))(
				"answered with %i, may have made a job, also in the provider's own words",
				(status) => {
					for (const { answers } of refusals) {
						const failure = failureOf(withImage(), anAnswer(status, answers[0]!.json, elsewhere));
						expect([answers[0]!.json, failure.made]).toEqual([answers[0]!.json, 'maybe']);
					}
				},
			);

			test.each(DETAILS)('is refused with all that %s says', (_where, details) => {
				const refusal = refusals.find(({ answers }) => answers[0]!.status !== 429)!;
				const { status, json } = refusal.answers[0]!;
				const { message } = failureOf(withImage(), anAnswer(status, { ...Object(details), ...Object(json) }));
				expect(message).toContain(refusal.failure?.message ?? '');
				for (const words of ['Too short', 'prompt']) expect(message).toContain(words);
			});

			test('tells how long to wait after a 429', () => {
				expect(failureOf(withImage(), anAnswer(429, {}, { 'retry-after': '7' })).retryAfterSeconds).toBe(7);
			});

			test.each(MEANINGLESS_BODIES.map((body) => [JSON.stringify(body), body]))(
				'answered with a 200 of %s, may have made a job',
				(_text, body) => {
					expect(failureOf(withImage(), anAnswer(200, body)).made).toBe('maybe');
				},
			);

			if (uploaded) {
				test('makes nothing when an upload fails', () => {
					for (const reply of [
						anAnswer(500),
						anAnswer(502, '<html>'),
						anAnswer(400, {}),
						anAnswer(200, {}),
						anAnswer(302),
					]) {
						const { requests, step } = follow(withFile(), reply);
						expect(requests.map(({ purpose }) => purpose)).toEqual(['upload']);
						expect(step).toMatchObject({ kind: 'failure', failure: { made: 'no' } });
					}
				});
			}
		});

		describe('finding a job', () => {
			test.each(HOSTILE_IDS)('keeps the id %j in its place', (jobId) => {
				for (const [name] of operations.slice(1)) {
					const exchange = (id: string) =>
						exchangeFor({ operation: name === 'get' ? 'get' : 'cancel', reference: { jobId: id } });
					// A 404 leads on to every further route.
					const plain = follow(exchange('job-1'), anAnswer(404)).requests;
					const hostile = follow(exchange(jobId), anAnswer(404)).requests;
					expect(hostile.length).toBe(plain.length);
					hostile.forEach((request, index) => {
						expectLegalRequest(request);
						const [url, plainUrl] = [urlOf(request), urlOf(plain[index]!)];
						const segments = url.pathname.split('/');
						const plainSegments = plainUrl.pathname.split('/');
						expect(segments.map((segment, at) => (plainSegments[at] === 'job-1' ? 'job-1' : segment))).toEqual(
							plainSegments,
						);
						expect([...url.searchParams.keys()]).toEqual([...plainUrl.searchParams.keys()]);
						expect(url.hash).toBe('');
						expect(() => encodeURIComponent(Object.values(request.query ?? {}).join())).not.toThrow();
					});
				}
			});

			test.each(operations.slice(1))('to %s it, takes a refusal for a failure', (_name, start) => {
				for (const status of NO_SUCCESS) {
					const failure = failureOf(start(), anAnswer(status, '<html>no</html>'));
					expectLegalFailure(failure);
					expect(failure.kind).toBe(FAILURE_KINDS[status] ?? failure.kind);
				}
			});
		});

		describe('reading answers', () => {
			test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (_name, fixture) => {
				expect(fixture._source).not.toBe('');
				const { step } = follow(
					exchangeFor(fixture),
					...fixture.answers,
					...(fixture.operation === 'upload' ? made.answers : []),
				);
				if (step.kind === 'value') {
					expectLegalJob(step.value, adapter);
					expect(fixture.failure).toBeUndefined();
					expect(step.value).toMatchObject(fixture.job ?? {});
				} else {
					expectLegalFailure(step.failure);
					expect(fixture.job).toBeUndefined();
					expect(step.failure).toMatchObject(fixture.failure ?? {});
				}
			});

			test.each(operations)('to %s a job, never takes a meaningless body for one', (_name, start) => {
				for (const body of MEANINGLESS_BODIES) expectLegalFailure(failureOf(start(), anAnswer(200, body)));
			});

			test.each(operations)('to %s a job, survives any JSON with any status', (_name, start) => {
				fc.assert(
					fc.property(fc.integer({ min: 200, max: 599 }), fc.jsonValue(), (status, body) => {
						const { step } = follow(start(), anAnswer(status, body));
						if (step.kind === 'value') expectLegalJob(step.value, adapter);
						else expectLegalFailure(step.failure);
					}),
				);
			});

			test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))(
				'survives damage to %s',
				(_name, fixture) => {
					const { answers } = fixture;
					answers.forEach(({ status, json, text }, place) =>
						fc.assert(
							fc.property(damaged(json ?? text), (body) => {
								const replies = answers.map((answer, index) => (index === place ? anAnswer(status, body) : answer));
								const { step } = follow(exchangeFor(fixture), ...replies, ...made.answers);
								if (step.kind === 'value') expectLegalJob(step.value, adapter);
								else expectLegalFailure(step.failure);
							}),
						),
					);
				},
			);
		});

		describe('status words', () => {
			const word =
				done.job?.rawStatus ?? (follow(exchangeFor(done), ...done.answers).step as { value: Job }).value.rawStatus!;
			const readAs = (other: string): Job => {
				const replies = done.answers.map(({ status, json }) => anAnswer(status, replaced(json, word, other)));
				const { step } = follow(exchangeFor(done), ...replies);
				if (step.kind === 'failure') throw new Error(`'${other}' is read as ${step.failure.kind}`);
				return step.value;
			};

			test.each(Object.entries(documentedWords))('%s, which is documented, is %s', (documented, status) => {
				expect(adapter.statusWords[documented.toLowerCase()]).toBe(status);
			});

			test.each(Object.entries(adapter.statusWords))('%s means %s, in any case', (documented, status) => {
				const capitalised = documented.charAt(0).toUpperCase() + documented.slice(1);
				for (const spelling of [documented, documented.toUpperCase(), capitalised]) {
					expect(readAs(spelling)).toMatchObject({ status, rawStatus: spelling });
				}
				expect(documented).toBe(documented.toLowerCase());
			});

			test.each(['brand_new', 'Moderating', '7', 'constructor', 'toString', '__proto__'])(
				'%s, which nobody documents, is unknown and shown',
				(other) => {
					expect(readAs(other)).toMatchObject({ status: 'unknown', rawStatus: other, failure: null });
				},
			);

			const broken = fixtures.filter(({ operation, job }) => {
				const { status, failure } = job ?? {};
				const isTold = failure && failure.code !== 'expired' && !failure.message.endsWith('gave no reason');
				return operation === 'get' && status === 'failed' && isTold;
			});

			test('are looked at beside the reasons of failures that were documented', () => {
				expect(broken.length).toBeGreaterThan(0);
			});

			test.each(['ERRORED', 'rejected', 'task_failed', 'ABORTED', 'Timed-Out', '7', 'constructor'])(
				'%s, which nobody documents, bears the reason of a failure that stands beside it',
				(other) => {
					for (const fixture of broken) {
						const { step } = follow(exchangeFor(fixture), ...fixture.answers);
						const known = (step as { value: Job }).value;
						const replies = fixture.answers.map(({ status, json }) =>
							anAnswer(status, replaced(json, known.rawStatus!, other)),
						);
						const { step: strange } = follow(exchangeFor(fixture), ...replies);
						const message = fixture.job?.failure?.message;
						expect(strange).toMatchObject({ value: { status: 'unknown', rawStatus: other, failure: { message } } });
					}
				},
			);
		});
	});
}
