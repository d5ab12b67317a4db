import type { INodeParameters } from 'n8n-workflow';
import type { JobPhase, ProviderName } from '../tools/simulator';
import {
	aCreateAndWait,
	fieldsOf,
	LABELS,
	MODEL_OF,
	moveTo,
	onJob,
	onStage,
	PROMPT,
	PROVIDERS,
	until,
	WORDS,
} from './stage';
import { aged } from './looping';

/** Ends the wait for a job that is not over, right after the first look. */
const IN_NO_TIME: INodeParameters = { timeout: 0.0001 };

const FAILURES = PROVIDERS.flatMap((provider) =>
	(['failed', 'cancelled'] as const).map((phase): [ProviderName, 'failed' | 'cancelled'] => [provider, phase]),
);

describe('Wait', () => {
	test.each(PROVIDERS)('at %s looks at a job that is over once', (provider) =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make(provider, 'succeeded');
			const { items, error } = await run(onJob('wait', provider), { items: [made] });
			expect(error).toBeUndefined();
			expect(items).toMatchObject([
				{
					json: {
						provider,
						jobId: made.json.jobId,
						model: MODEL_OF[provider],
						status: 'succeeded',
						rawStatus: WORDS[provider].succeeded,
						videoUrl: simulator.jobs[0]?.videoUrl,
						failure: null,
					},
					pairedItem: { item: 0 },
				},
			]);
			expect(items[0]?.json).not.toHaveProperty('timedOut');
			expect(simulator.requestsOf(provider, 'read')).toHaveLength(1);
		}),
	);

	test.concurrent.each(['aimlApi', 'apiframe', 'wiro'] as const)(
		'at %s looks again until the job is over',
		(provider) =>
			onStage(async ({ simulator, run, make }) => {
				const made = await make(provider, 'running');
				const waiting = run(onJob('wait', provider), { items: [made] });
				await until(() => simulator.requestsOf(provider, 'read').length === 1);
				simulator.finishJob(String(made.json.jobId));
				expect(fieldsOf((await waiting).items, 'status')).toEqual(['succeeded']);
				expect(simulator.requestsOf(provider, 'read')).toHaveLength(2);
			}),
	);

	test.concurrent('waits for all items side by side and keeps their order', () =>
		onStage(async ({ simulator, run, make }) => {
			const phases: JobPhase[] = ['running', 'succeeded', 'running', 'failed', 'running'];
			const made = await Promise.all(phases.map((phase) => make('apiframe', phase)));
			const waiting = run(onJob('wait', 'apiframe', { onJobFailure: 'output' }), { items: made });
			await until(() => simulator.requestsOf('apiframe', 'read').length === 5);
			for (const { json } of made) simulator.finishJob(String(json.jobId));
			const { items } = await waiting;
			expect(fieldsOf(items, 'status')).toEqual(['succeeded', 'succeeded', 'succeeded', 'failed', 'succeeded']);
			expect(fieldsOf(items, 'jobId')).toEqual(fieldsOf(made, 'jobId'));
			expect(simulator.requestsOf('apiframe', 'read')).toHaveLength(8);
		}),
	);

	test.each(FAILURES)('at %s fails the item of a %s job, naming the job and what to do', (provider, phase) =>
		onStage(async ({ run, make }) => {
			const made = await make(provider, phase, 'A cat [[fail:CUDA error]]');
			const { error } = await run(onJob('wait', provider), { items: [made] });
			const { [phase]: title } = {
				failed: `CUDA error: ${LABELS[provider]} made no video`,
				cancelled: `The job was cancelled at ${LABELS[provider]}`,
			};
			expect(error).toMatchObject({
				name: 'NodeApiError',
				message: `${title} [item 0]`,
				context: { itemIndex: 0, job: { provider, jobId: made.json.jobId, status: phase } },
			});
			expect(error?.description).toContain(`The last status of job ${made.json.jobId} was '${WORDS[provider][phase]}'`);
			expect(error?.description).toContain(`set 'On Job Failure' to 'Output the Job'`);
		}),
	);

	test.each(FAILURES)('at %s lets the item of a %s job flow on where the form says so', (provider, phase) =>
		onStage(async ({ run, make }) => {
			const made = await make(provider, phase, 'A cat [[fail:CUDA error]]');
			const { items, error } = await run(onJob('wait', provider, { onJobFailure: 'output' }), { items: [made] });
			expect(error).toBeUndefined();
			expect(items).toMatchObject([{ json: { jobId: made.json.jobId, status: phase, videoUrl: null } }]);
			expect(items[0]?.json).not.toHaveProperty('error');
		}),
	);

	test.each(PROVIDERS)('at %s out of time fails the item with the id, the last status and what to do', (provider) =>
		onStage(async ({ run, make }) => {
			const made = await make(provider, 'running');
			const { error } = await run(onJob('wait', provider, IN_NO_TIME), { items: [made] });
			expect(error).toMatchObject({
				name: 'NodeApiError',
				message: `${LABELS[provider]} did not finish the video within 0.0001 minutes [item 0]`,
				context: { itemIndex: 0, job: { provider, jobId: made.json.jobId, status: 'running' } },
			});
			expect(error?.description).toContain(`Its last status was '${WORDS[provider].running}'`);
			expect(error?.description).toContain(`Wait on with 'Wait for Video'`);
		}),
	);

	test.each([
		[60, 'r'.repeat(60)],
		[61, `${'r'.repeat(59)}…`],
		[10_000, `${'r'.repeat(59)}…`],
	])('out of time quotes a last status of %i characters by no more than 60', (length, quoted) =>
		onStage(
			async ({ run, make }) => {
				const made = await make('apiframe', 'running');
				const { error } = await run(onJob('wait', 'apiframe', IN_NO_TIME), { items: [made] });
				expect(error?.description).toContain(`Its last status was '${quoted}'.`);
			},
			{ statusWords: { apiframe: { running: 'r'.repeat(length) } } },
		),
	);

	test.each(PROVIDERS)('at %s out of time puts the job out as timedOut where the form says so', (provider) =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make(provider, 'running');
			const parameters = onJob('wait', provider, { ...IN_NO_TIME, onTimeout: 'output' });
			const { items, error } = await run(parameters, { items: [made] });
			expect(error).toBeUndefined();
			expect(items).toMatchObject([{ json: { jobId: made.json.jobId, status: 'running', timedOut: true } }]);
			expect(simulator.requestsOf(provider, 'read')).toHaveLength(1);
		}),
	);

	test('counts its time from when the job was made, and still looks once', () =>
		onStage(async ({ simulator, run, make }) => {
			const [over, going] = [await make('apiframe'), await make('apiframe')];
			moveTo(simulator, String(over.json.jobId), 'succeeded');
			const { items, error } = await run(onJob('wait', 'apiframe', { onTimeout: 'output', timeout: 8 }), {
				items: [over, going].map((item) => aged(item, 9 * 60)),
			});
			expect(error).toBeUndefined();
			expect(items).toMatchObject([{ json: { status: 'succeeded' } }, { json: { status: 'queued', timedOut: true } }]);
			expect(simulator.requestsOf('apiframe', 'read')).toHaveLength(2);
		}));

	test.concurrent('waits as long as a 429 asks before it looks again', () =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make('aimlApi', 'succeeded');
			simulator.addFault({ kind: 'status', status: 429, headers: { 'retry-after': '4' }, operation: 'read' });
			await run(onJob('wait', 'aimlApi'), { items: [made] });
			const [first, second] = simulator.requestsOf('aimlApi', 'read').map(({ at }) => at);
			expect(Number(second) - Number(first)).toBe(4000);
		}),
	);

	test.each<[string, INodeParameters]>([
		['Wait', onJob('wait', 'apiframe')],
		['Create and Wait', aCreateAndWait('apiframe')],
	])("%s hints where n8n would cancel the workflow before the item's time is up, and at no other item", (_how, form) =>
		onStage(async ({ make, run }) => {
			const items = [1, 2, 3].map(async (minutes) => {
				const { json } = await make('apiframe', 'succeeded');
				return { json: { ...json, prompt: PROMPT, minutes } };
			});
			const given = { items: await Promise.all(items), node: { onError: 'continueRegularOutput' } } as const;
			const hintsWithin = async (timeLimit: number) =>
				(await run({ ...form, timeout: '={{ $json.minutes }}' }, { ...given, timeLimit })).hints;
			const told = (seconds: number, which: string) => [
				`n8n cancels this workflow ${seconds} seconds after its start ('Timeout Workflow' in its settings), and that is before this node's 'Timeout': raise the one or lower the other [${which}]`,
			];
			expect(await hintsWithin(179)).toEqual(told(179, 'item 2'));
			expect(await hintsWithin(60)).toEqual(told(60, 'item 1, 2'));
			for (const none of [180, 0, -1]) expect(await hintsWithin(none)).toEqual([]);
		}),
	);

	test.each<[string, INodeParameters, string]>([
		['a timeout of nothing', { timeout: 0 }, `'Timeout' is 0`],
		['a timeout that is no number', { timeout: '={{ "soon" }}' }, `'Timeout' is 'soon'`],
		['an outcome nobody knows', { onTimeout: '={{ "shrug" }}' }, `'On Timeout' is 'shrug'`],
		['a negative interval', { options: { pollInterval: -1 } }, `'Poll Interval' is -1`],
	])('with %s makes no request', (_case, changes, message) =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(onJob('wait', 'apiframe', changes), { items: [{ json: { jobId: 'x' } }] });
			expect(error).toMatchObject({ name: 'NodeOperationError', message: expect.stringContaining(message) });
			expect(simulator.requests).toEqual([]);
		}),
	);
});
