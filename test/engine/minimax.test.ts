/**
 * MiniMax itself: both versions of its API, each with its own way to the video, its refusals, its cancellation and its
 * challenge. What all providers have in common is tried with the others.
 */
import { serveTrigger } from '../tools/support/triggerServer';
import {
	aCreate,
	aCreateAndWait,
	aPrompt,
	fieldsOf,
	MODEL_OF,
	moveTo,
	onJob,
	onStage,
	PROMPT,
	requestLines,
	until,
} from './stage';

const V1 = { model: 'hailuo-02' };
const V2 = { model: MODEL_OF.minimax };

/** Nothing is waited for, so that every refusal is shown at once. */
const AT_ONCE = { waitForSlot: 0, createRetries: 0 };

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown;
const QUERY = 'read /v1/query/video_generation';
const FILE = 'read /v1/files/retrieve';

describe('Create and Wait at MiniMax', () => {
	test.concurrent('asks V1 for the task, and then for its file', () =>
		onStage(
			async ({ simulator, run }) => {
				const { items, error } = await run(aCreateAndWait('minimax', V1));
				expect(error).toBeUndefined();
				const [job] = simulator.jobs;
				expect(items).toEqual([
					{
						json: {
							provider: 'minimax',
							jobId: job?.id,
							model: 'hailuo-02',
							status: 'succeeded',
							rawStatus: 'Success',
							progress: null,
							videoUrl: job?.videoUrl,
							additionalUrls: [],
							failure: null,
							cost: null,
							createdAt: ISO,
							completedAt: null,
							expiresAt: ISO,
							fileId: expect.stringMatching(/^\d{15}$/) as unknown,
						},
						pairedItem: { item: 0 },
					},
				]);
				expect(requestLines(simulator)).toEqual(['create /v1/video_generation', QUERY, FILE]);
				expect(simulator.requests[1]?.query).toEqual({ task_id: job?.id });
				expect(simulator.requests[2]?.query).toEqual({ file_id: items[0]?.json.fileId });
			},
			{ jobDurationMs: 500 },
		),
	);

	test.concurrent('has the video of V2 from the task itself', () =>
		onStage(
			async ({ simulator, run }) => {
				const form = { resolution: '2K', duration: 15, aspectRatio: '9:16', options: { aigcWatermark: true } };
				const { items, error } = await run(aCreateAndWait('minimax', { ...V2, ...form }));
				expect(error).toBeUndefined();
				const [job] = simulator.jobs;
				expect(items).toMatchObject([{ json: { jobId: job?.id, status: 'succeeded', videoUrl: job?.videoUrl } }]);
				expect(items[0]?.json).not.toHaveProperty('fileId');
				expect(requestLines(simulator)).toEqual([
					'create /v2/video_generation',
					`read /v2/query/video_generation/${job?.id}`,
				]);
				expect(job?.request).toEqual({
					model: 'MiniMax-H3',
					content: [{ type: 'text', text: PROMPT }],
					resolution: '2K',
					duration: 15,
					ratio: '9:16',
					aigc_watermark: true,
				});
			},
			{ jobDurationMs: 500 },
		),
	);

	test.concurrent.each([V1, V2])('tells why a job failed (%j)', (version) =>
		onStage(
			async ({ run }) => {
				const items = [aPrompt('A cat [[fail:output new_sensitive]]')];
				const { error } = await run(aCreateAndWait('minimax', version), { items });
				expect(error?.message).toBe('output new_sensitive: MiniMax made no video [item 0]');
			},
			{ jobDurationMs: 100 },
		),
	);
});

describe('Get at MiniMax', () => {
	test.each([V1, V2])('has a fresh link each time (%j)', (version) =>
		onStage(
			async ({ simulator, run }) => {
				const { items } = await run(aCreate('minimax', version));
				simulator.finishJob(String(items[0]?.json.jobId));
				const links = [];
				for (let look = 0; look < 3; look += 1) {
					const seen = await run(onJob('get', 'minimax'), { items });
					links.push(...fieldsOf(seen.items, 'videoUrl'));
				}
				expect(new Set(links).size).toBe(3);
				expect(links.at(-1)).toBe(simulator.jobs[0]?.videoUrl);
			},
			{ minimaxFreshLinks: true },
		),
	);

	test('finds a job of V2 by its ID alone, and names its model', () =>
		onStage(async ({ simulator, run, make }) => {
			const jobId = String((await make('minimax', 'running')).json.jobId);
			simulator.requests.length = 0;
			const { items } = await run(onJob('get', 'minimax', { jobId }), { items: [{ json: {} }] });
			expect(items).toMatchObject([{ json: { jobId, model: 'hailuo-03', status: 'running' } }]);
			expect(requestLines(simulator)).toEqual([QUERY, `read /v2/query/video_generation/${jobId}`]);
		}));

	test('finds a job of V1 by its ID alone', () =>
		onStage(async ({ simulator, run }) => {
			const made = await run(aCreate('minimax', V1));
			const jobId = String(made.items[0]?.json.jobId);
			simulator.requests.length = 0;
			const { items } = await run(onJob('get', 'minimax', { jobId }), { items: [{ json: {} }] });
			expect(items).toMatchObject([{ json: { jobId, model: null, status: 'queued', rawStatus: 'Queueing' } }]);
			expect(requestLines(simulator)).toEqual([QUERY]);
		}));
});

describe('Cancel at MiniMax', () => {
	const look = (jobId: unknown) => `read /v2/query/video_generation/${String(jobId)}`;
	const end = (jobId: unknown) => `cancel /v2/video_generation/${String(jobId)}`;

	test('ends a job that waits for its turn', () =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make('minimax');
			simulator.requests.length = 0;
			const { items, error } = await run(onJob('cancel', 'minimax'), { items: [made] });
			expect(error).toBeUndefined();
			expect(items).toMatchObject([{ json: { ...made.json, status: 'cancelled', rawStatus: 'cancelled' } }]);
			expect(simulator.phaseOf(String(made.json.jobId))).toBe('cancelled');
			expect(requestLines(simulator)).toEqual([look(made.json.jobId), end(made.json.jobId)]);
		}));

	test.each(['succeeded', 'failed', 'cancelled'] as const)(
		'of a job that has %s reports it as it is, and its record stays',
		(phase) =>
			onStage(async ({ simulator, run, make }) => {
				const made = await make('minimax', phase);
				simulator.requests.length = 0;
				const { items } = await run(onJob('cancel', 'minimax'), { items: [made] });
				expect(fieldsOf(items, 'status')).toEqual([phase]);
				expect(requestLines(simulator)).toEqual([look(made.json.jobId)]);
				expect(fieldsOf((await run(onJob('get', 'minimax'), { items: [made] })).items, 'status')).toEqual([phase]);
			}),
	);

	test('of a job that runs says that it is too late', () =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make('minimax', 'running');
			simulator.requests.length = 0;
			const { error } = await run(onJob('cancel', 'minimax'), { items: [made] });
			expect(error).toMatchObject({
				message: 'MiniMax did not cancel the job [item 0]',
				description: expect.stringContaining("only while they wait for their turn; this one is 'running'") as unknown,
			});
			expect(simulator.requestsOf('minimax', 'cancel')).toEqual([]);
		}));

	test('of a job that begins meanwhile says so too', () =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make('minimax');
			const jobId = String(made.json.jobId);
			simulator.addFault({
				kind: 'slow',
				operation: 'cancel',
				delayMs: 0,
				matches() {
					moveTo(simulator, jobId, 'running');
					return true;
				},
			});
			const { error } = await run(onJob('cancel', 'minimax'), { items: [made] });
			expect(error?.message).toContain('MiniMax did not cancel the job');
			expect(simulator.phaseOf(jobId)).toBe('running');
		}));

	test('of a job of V1 leaves it alone, for V1 has none', () =>
		onStage(async ({ simulator, run }) => {
			const { items } = await run(aCreate('minimax', V1));
			const { error } = await run(onJob('cancel', 'minimax'), { items });
			expect(error?.message).toContain('MiniMax did not cancel the job');
			expect(error?.description).toContain('MiniMax cancels jobs of Hailuo 03 alone');
			expect(simulator.requestsOf('minimax', 'cancel')).toEqual([]);
		}));
});

describe('a create that V1 refuses in an answer of status 200', () => {
	test.each([
		[1002, 'takes no more requests for the moment', 'rate limit. (HTTP 200, code 1002)'],
		[1004, 'refused the credential', 'not authorized'],
		[1008, 'has not enough credit in your account', 'insufficient balance'],
		[1026, 'refused what the prompt or the image shows', 'input new_sensitive'],
		[1039, 'takes no more requests for the moment', 'token limit'],
		[1042, 'refused the values of the request', 'invisible character'],
		[2013, 'refused the values of the request', 'invalid params'],
		[2049, 'refused the credential', 'invalid api key'],
		[2056, 'has not enough credit in your account', 'usage limit exceeded'],
		[2061, 'does not allow this with the credential', 'not support model'],
	])('with code %i %s', (code, title, says) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', operation: 'create', status: 200, code, times: 9 });
			const { error, items } = await run(aCreate('minimax', { ...V1, options: AT_ONCE }));
			expect(error).toMatchObject({
				name: 'NodeApiError',
				message: `MiniMax ${title} [item 0]`,
				description: expect.stringContaining(says) as unknown,
				httpCode: '200',
			});
			expect([items, simulator.jobs, simulator.requests.length]).toEqual([[], [], 1]);
		}),
	);

	test.each([1000, 1024, 1027, 1033])('with code %i leaves it open what was made, and is not sent again', (code) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', operation: 'create', status: 200, code, times: 9 });
			const { error } = await run(aCreate('minimax', V1));
			expect(error?.message).toBe('It is not known whether MiniMax made this job [item 0]');
			expect(error?.description).toContain('https://platform.minimax.io/console/usage');
			expect(simulator.requests).toHaveLength(1);
		}),
	);

	test('for its rate is sent again, for as long as the form says', () =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', operation: 'create', status: 200, code: 1002, times: 2 });
			const { items, error } = await run(aCreate('minimax', V1));
			expect(error).toBeUndefined();
			expect(fieldsOf(items, 'jobId')).toEqual([simulator.jobs[0]?.id]);
			expect(simulator.requestsOf('minimax', 'create')).toHaveLength(3);
		}));
});

describe('a trigger that MiniMax reports to', () => {
	test.each([V1, V2])('sends its challenge back, and starts once for each end (%j)', (version) =>
		onStage(async ({ simulator, credentials, run }) => {
			const trigger = await serveTrigger({ provider: 'minimax', events: ['succeeded', 'failed'] }, { credentials });
			try {
				const reporting = { callback: 'url', callbackUrl: trigger.url, options: { context: '{"row":7}' } };
				const { items, error } = await run(aCreate('minimax', { ...version, ...reporting }));
				expect(error).toBeUndefined();
				const jobId = String(items[0]?.json.jobId);
				expect(simulator.job(jobId)).toMatchObject({ hasProvenAddress: true });
				expect(trigger.executions).toEqual([]);
				simulator.setJobProgress(jobId, 0.5);
				simulator.finishJob(jobId);
				await until(() => trigger.executions.length > 0);
				await simulator.callbacksSettled();
				await trigger.settled();
				expect(trigger.executions.map((execution) => execution.map(({ json }) => json))).toMatchObject([
					[{ provider: 'minimax', jobId, status: 'succeeded', event: 'succeeded', context: { row: 7 } }],
				]);
				expect(trigger.executions[0]?.[0]?.json.videoUrl).toBe(simulator.job(jobId)?.videoUrl);
			} finally {
				await trigger.close();
			}
		}),
	);

	test('is told nothing where somebody else answers at its address', () =>
		onStage(async ({ simulator, credentials, run }) => {
			const trigger = await serveTrigger({ provider: 'wiro' }, { credentials });
			try {
				const { items } = await run(aCreate('minimax', { callback: 'url', callbackUrl: trigger.url }));
				const jobId = String(items[0]?.json.jobId);
				expect(simulator.job(jobId)).toMatchObject({ hasProvenAddress: false });
				simulator.finishJob(jobId);
				await simulator.callbacksSettled();
				expect([simulator.callbacks, trigger.executions]).toEqual([[], []]);
			} finally {
				await trigger.close();
			}
		}));
});
