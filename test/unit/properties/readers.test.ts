/** Whatever a gateway answers, reading it throws nothing, promises nothing that is not there, and loses no paid job. */
import fc from 'fast-check';

import { MODEL_IDS } from '../../../nodes/Hailuo/core/video/catalog';
import {
	FAILURE_KINDS,
	type Exchange,
	type Failure,
	type HttpRequest,
	type HttpResponse,
	type Step,
} from '../../../nodes/Hailuo/core/http/http';
import { JOB_STATUSES, type Job, type JobReference } from '../../../nodes/Hailuo/core/job/job';
import type { VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import type { ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';
import {
	A_CALLBACK_URL,
	aFile,
	anAnswer,
	aRequest,
	aUrl,
	LAST_URL,
	readFixtures,
	type Fixture,
} from '../providers/builders';
import { expectLegalJob, expectShowable } from '../providers/legal';
import { words } from '../../tools/support/words';
import { answersOf, bodiesOf, hostileLeaf, hostileText } from './hostile';
import { idsIn, isAccepted, provesNothingMade } from './proof';
import { describeProperties } from './run';

/** Two uploads and two creates; Cancel, Detail, Cancel, Kill, Detail, and once more Cancel, Kill, Detail, Detail. */
const LONGEST_CHAIN = 10;

/** Wiro's sources differ in the names of image fields; its refusal tells the one it takes. */
const RENAMINGS: Readonly<Record<string, Fixture[]>> = {
	wiro: ['inputImage', 'inputImageLast', 'inputImageFirstUrl'].map((field) => ({
		name: `create-renamed-${field}`,
		_source: 'Wiro docs, errors',
		operation: 'create',
		answers: [anAnswer(200, { result: false, errors: [{ code: 0, message: `Request files [${field}] required` }] })],
	})),
};

interface Exchanged {
	request: HttpRequest;
	response: HttpResponse;
}

interface Course {
	exchanged: Exchanged[];
	step: Exclude<Step<Job>, { kind: 'next' }>;
	last: Exchanged;
}

type Reply = (request: HttpRequest, index: number) => HttpResponse;

/** A gateway that gives some answers in turn, over and over. */
function inTurn(answers: fc.Arbitrary<HttpResponse>): fc.Arbitrary<Reply> {
	return fc.array(answers, { minLength: 1, maxLength: 3 }).map((given) =>
		Object.assign((_request: HttpRequest, index: number) => given[index % given.length]!, {
			[fc.toStringMethod]: () => fc.stringify(given),
		}),
	);
}

function run(exchange: Exchange<Job>, reply: Reply): Course {
	const exchanged: Exchanged[] = [];
	for (let current = exchange; exchanged.length < LONGEST_CHAIN;) {
		const last = { request: current.request, response: reply(current.request, exchanged.length) };
		exchanged.push(last);
		const step = current.read(last.response);
		if (step.kind !== 'next') return { exchanged, step, last };
		current = step.exchange;
	}
	throw new Error(`A chain of ${LONGEST_CHAIN} requests has no end`);
}

/** Whether a client that knows nothing of ours would fetch it over http or https. */
function isFetchable(url: string): boolean {
	return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}

function expectLegal(job: Job, adapter: ProviderAdapter): void {
	expectLegalJob(job, adapter);
	if (job.status === 'succeeded') expect(isFetchable(job.videoUrl ?? '')).toBe(true);
	expect([job.videoUrl ?? 'https://none.example', ...job.additionalUrls].filter((url) => !isFetchable(url))).toEqual(
		[],
	);
	if (typeof job.failure?.code === 'string') expectShowable(job.failure.code);
}

function expectLegalFailure(failure: Failure, exchanged: readonly Exchanged[]): void {
	expect(FAILURE_KINDS).toContain(failure.kind);
	expectShowable(failure.message);
	if (failure.code !== null) expectShowable(failure.code);
	expect([null, ...exchanged.map(({ response }) => response.status)]).toContain(failure.httpStatus);
	expect(failure.retryAfterSeconds ?? 0).toBeGreaterThanOrEqual(0);
	expect(failure.retryAfterSeconds ?? 0).toBeLessThanOrEqual(3600);
}

function expectLegalPath({ path, query }: HttpRequest): void {
	expect(path).toMatch(/^\/[^\s?#\\]+$/);
	expect(new URL(`https://provider.example/base${path}`).pathname).toBe(`/base${path}`);
	expect(() => encodeURIComponent(Object.values(query ?? {}).join())).not.toThrow();
}

function expectLegalEnd(adapter: ProviderAdapter, { exchanged, step, last }: Course): void {
	for (const { request } of exchanged) expectLegalPath(request);
	if (step.kind === 'failure') return expectLegalFailure(step.failure, exchanged);
	expectLegal(step.value, adapter);
	expect(isAccepted(last.response)).toBe(true);
}

/** What must be true of a create however it was answered. */
function expectHonestCreate(adapter: ProviderAdapter, course: Course): void {
	expectLegalEnd(adapter, course);
	const { exchanged, step, last } = course;
	const creates = exchanged.filter(({ request }) => request.purpose === 'create');
	for (const { response } of creates.slice(0, -1)) expect(provesNothingMade(adapter, response)).toBe(true);
	if (last.request.purpose !== 'create') {
		// An upload costs nothing.
		expect(creates).toEqual([]);
		expect(step).toMatchObject({ kind: 'failure', failure: { made: 'no' } });
		return;
	}
	const ids = idsIn(adapter, last.response);
	if (isAccepted(last.response) && ids.length > 0) expect(step.kind).toBe('value');
	if (step.kind === 'value') expect(ids[0]).toBe(step.value.jobId);
	else if (step.failure.made === 'no') expect(provesNothingMade(adapter, last.response)).toBe(true);
}

/** Requests for anything the provider sells. */
function requestsOf(adapter: ProviderAdapter): fc.Arbitrary<VideoRequest> {
	return fc
		.record({
			offer: fc.constantFrom(...adapter.offers),
			first: fc.constantFrom(aUrl(), aFile()),
			last: fc.constantFrom(null, aUrl(LAST_URL), aFile('last.png')),
			callbackUrl: fc.constantFrom(null, A_CALLBACK_URL),
			idempotencyKey: fc.constantFrom(null, 'order-7'),
			withFrame: fc.boolean(),
		})
		.map(({ offer, first, last, withFrame, ...rest }) => {
			const firstFrame = withFrame || offer.firstFrame === 'required' ? first : null;
			return aRequest({
				model: offer.model,
				firstFrame,
				lastFrame: firstFrame && offer.lastFrame !== 'none' ? last : null,
				...rest,
			});
		});
}

const references: fc.Arbitrary<JobReference> = fc.record(
	{
		jobId: hostileText.filter((text) => text.trim() !== ''),
		handles: fc.record(
			{
				jobToken: fc.oneof(fc.constant('eDcCm5yyUfIvMFspTwww49OUfgXkQt'), hostileText),
				fileId: fc.oneof(fc.constant('176844028768320'), hostileText),
				route: fc.oneof(fc.constantFrom('universal', 'minimax'), hostileText),
			},
			{ requiredKeys: [] },
		),
		model: fc.option(fc.oneof(fc.constantFrom(...MODEL_IDS), hostileText)),
		createdAt: fc.option(fc.oneof(fc.constant('2026-05-04T10:00:00.000Z'), hostileText)),
	},
	{ requiredKeys: ['jobId'] },
);

/** JSON as WebSocket text, and texts that are none. */
function messages(json: fc.Arbitrary<{ text: string }>): fc.Arbitrary<string> {
	const types = fc.constantFrom(...words('task_output task_start task_postprocess_end TASK_CANCEL task_error gone'));
	const log = fc.tuple(fc.nat(1500), fc.constantFrom('%', ' %', '.5%', '/0', ' / 7')).map((parts) => parts.join(''));
	const message = fc.oneof(log, hostileLeaf, fc.record({ percentage: hostileLeaf, stepCurrent: hostileLeaf }));
	const event = fc.record({ type: types, message }).map((value) => JSON.stringify(value));
	return fc.oneof(
		event,
		json.map(({ text }) => text),
		hostileText,
	);
}

describeProperties('readers', (holds) => {
	describe.each(providers.map((adapter) => [adapter.label, adapter] as const))('%s', (_label, adapter) => {
		const fixtures = [...readFixtures(adapter.id), ...(RENAMINGS[adapter.id] ?? [])];
		const replies = fixtures.filter(({ operation }) => operation !== 'callback');
		const repliesTo = (...operations: Array<Fixture['operation']>) =>
			fc.oneof(
				{ weight: 4, arbitrary: answersOf(replies.filter(({ operation }) => operations.includes(operation))) },
				{ weight: 1, arbitrary: answersOf(replies) },
			);
		const uploaded = replies
			.filter(({ operation }) => operation === 'upload')
			.flatMap(({ answers }) => answers.filter(({ status }) => status < 300));
		const creates = fc.record({ request: requestsOf(adapter), answers: inTurn(repliesTo('create', 'upload')) });
		const reads = fc.record({ reference: references, answers: inTurn(repliesTo('get', 'cancel')) });

		const expectThisJob = (course: Course, { jobId }: JobReference) => {
			expectLegalEnd(adapter, course);
			if (course.step.kind === 'value') expect(course.step.value.jobId).toBe(jobId);
		};

		holds(
			'a create, however it is answered, loses no job that was made and denies none that may have been',
			creates,
			({ request, answers: reply }) => {
				const answer = (sent: HttpRequest, index: number) =>
					sent.purpose === 'upload' ? uploaded[0]! : reply(sent, index);
				expectHonestCreate(adapter, run(adapter.create(request), answer));
			},
			{ cases: 1500 },
		);

		if (uploaded.length > 0) {
			holds(
				'an upload, however it is answered, leads to a create or to nothing made',
				creates.filter(({ request }) => request.firstFrame?.kind === 'file'),
				({ request, answers: reply }) => expectHonestCreate(adapter, run(adapter.create(request), reply)),
			);
		}

		holds(
			'a read, however it is answered, ends in this job or a failure that can be shown',
			reads,
			({ reference, answers: reply }) => expectThisJob(run(adapter.get(reference), reply), reference),
			{ cases: 1500 },
		);

		if (adapter.cancel) {
			holds(
				'a cancel, however it is answered, ends in this job or a failure that can be shown',
				reads,
				({ reference, answers: reply }) => expectThisJob(run(adapter.cancel!(reference), reply), reference),
			);
		}

		if (adapter.callbacks) {
			const { readCallback } = adapter.callbacks;
			holds('a callback names a job or is none', bodiesOf(fixtures), ({ json }) => {
				const note = readCallback(json);
				if (note === null) return;
				expect(note.reference.jobId).toEqual(expect.stringMatching(/\S/));
				expect(JOB_STATUSES).toContain(note.status);
				if (note.job === undefined) return;
				expect(note.job.jobId).toBe(note.reference.jobId);
				expectLegal(note.job, adapter);
			});
		}

		if (adapter.progressSocket) {
			const { greet, readEvent } = adapter.progressSocket;
			holds('a message of the socket tells a percentage or nothing', messages(bodiesOf(fixtures)), (text) => {
				const event = readEvent(text);
				if (event === null) return;
				expect([true, false]).toContain(event.isFinal);
				expect(event.progress ?? 0).toBeGreaterThanOrEqual(0);
				expect(event.progress ?? 0).toBeLessThanOrEqual(100);
			});
			holds('a greeting of the socket holds the token and nothing else of the job', references, (reference) => {
				const greeting = greet(reference);
				const { jobToken } = reference.handles ?? {};
				if (jobToken === undefined) expect(greeting).toBeNull();
				else expect(JSON.parse(greeting ?? '')).toEqual({ type: 'task_info', tasktoken: jobToken });
			});
		}
	});
});
