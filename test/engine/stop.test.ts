/** n8n's Stop: nothing new is bought, nobody waits any more, and no paid job is forgotten. */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { ProviderName, Simulator } from '../tools/simulator';
import {
	aCreate,
	aCreateAndWait,
	aPrompt,
	LABELS,
	log,
	moveTo,
	onJob,
	onStage,
	PROVIDERS,
	until,
	type HailuoRun,
	type RunOptions,
	type Stage,
} from './stage';
import { aged, due, suspend, wake, type SuspendOptions } from './looping';

const WITH_CANCEL: readonly ProviderName[] = ['minimax', 'wiro'];
const WITHOUT_CANCEL = PROVIDERS.filter((provider) => !WITH_CANCEL.includes(provider));

interface StoppedRun extends HailuoRun {
	/** Milliseconds from the Stop to the end. */
	ended: number;
}

/** Runs a node and stops the execution as soon as something is so. */
async function runAndStop(
	{ run }: Stage,
	when: () => boolean,
	parameters: INodeParameters,
	options: RunOptions = {},
): Promise<StoppedRun> {
	let stop = (): void => {};
	const running = run(parameters, { ...options, onStarted: (stopRun) => (stop = stopRun) });
	await until(when);
	const stopped = Date.now();
	stop();
	const result = await running;
	return { ...result, ended: Date.now() - stopped };
}

/** What the node itself has logged about the fate of a job; n8n logs the errors of nodes too. */
const linesAbout = (jobId: unknown) =>
	log.filter(
		(line) => /^\w+: Hailuo: /.test(line) && line.includes(String(jobId)) && !line.includes(' was made for item '),
	);

const isRead =
	(simulator: Simulator, provider: ProviderName, times = 1) =>
	() =>
		simulator.requestsOf(provider, 'read').filter(({ status }) => status !== undefined).length >= times;

describe('a Stop while jobs are waited for', () => {
	test.concurrent.each(PROVIDERS)('at %s ends the wait within a second, between two looks', (provider) =>
		onStage(async (stage) => {
			const { simulator } = stage;
			const made = await stage.make(provider, 'running');
			const { ended, error } = await runAndStop(stage, isRead(simulator, provider), onJob('wait', provider), {
				items: [made],
			});
			expect(ended).toBeLessThan(1000);
			expect(simulator.requestsOf(provider, 'read')).toHaveLength(1);
			expect(simulator.phaseOf(String(made.json.jobId))).toBe('running');
			expect(error).toMatchObject({
				message: `The execution was stopped while ${LABELS[provider]} was making the video [item 0]`,
				description: `Job ${made.json.jobId} runs on at ${LABELS[provider]}; read it later with 'Get Video'.`,
				context: { itemIndex: 0, job: { jobId: made.json.jobId, status: 'running' } },
			});
			expect(linesAbout(made.json.jobId)).toEqual([
				`warn: Hailuo: the execution was stopped while ${LABELS[provider]} job ${made.json.jobId} was running; it runs on at the provider`,
			]);
		}),
	);

	test.concurrent.each(PROVIDERS)('at %s ends the wait within a second, in a look that hangs', (provider) =>
		onStage(async (stage) => {
			const { simulator } = stage;
			const made = await stage.make(provider, 'running');
			simulator.addFault({ kind: 'hang', operation: 'read' });
			const asked = () => simulator.requestsOf(provider, 'read').length === 1;
			const { ended } = await runAndStop(stage, asked, onJob('wait', provider), { items: [made] });
			expect(ended).toBeLessThan(1000);
			await until(() => simulator.requestsOf(provider, 'read')[0]?.aborted === true);
			expect(linesAbout(made.json.jobId)).toHaveLength(1);
		}),
	);

	test.concurrent.each(['get', 'wait'] as const)('ends %s within a second while it pauses for a 429', (operation) =>
		onStage(async (stage) => {
			const { simulator } = stage;
			const made = await stage.make('evolink', 'running');
			simulator.addFault({ kind: 'status', status: 429, headers: { 'retry-after': '60' }, operation: 'read' });
			const { ended } = await runAndStop(stage, isRead(simulator, 'evolink'), onJob(operation, 'evolink'), {
				items: [made],
			});
			expect(ended).toBeLessThan(1000);
			expect(simulator.requestsOf('evolink', 'read')).toHaveLength(1);
		}),
	);

	test.concurrent('logs the ids of all that run on, and not of those that are over', () =>
		onStage(async (stage) => {
			const made = await Promise.all([
				stage.make('apiframe', 'running', 'One'),
				stage.make('apiframe', 'succeeded', 'Two'),
				stage.make('apiframe', 'queued', 'Three'),
			]);
			await runAndStop(stage, isRead(stage.simulator, 'apiframe', 3), onJob('wait', 'apiframe'), { items: made });
			expect(made.map(({ json }) => linesAbout(json.jobId).length)).toEqual([1, 0, 1]);
		}),
	);

	test.concurrent('leaves a job alone that was made in this execution, where nothing else is asked for', () =>
		onStage(async (stage) => {
			const { simulator } = stage;
			await runAndStop(stage, isRead(simulator, 'wiro'), aCreateAndWait('wiro'));
			expect(simulator.jobs).toHaveLength(1);
			expect(simulator.phaseOf(String(simulator.jobs[0]?.id))).toBe('queued');
			expect(linesAbout(simulator.jobs[0]?.id)).toHaveLength(1);
		}),
	);
});

const cancelOnStop = { options: { cancelOnStop: true } };

describe("'Cancel on Stop'", () => {
	test.concurrent.each(['queued', 'running'] as const)('cancels a %s Wiro job and says so', (phase) =>
		onStage(async (stage) => {
			const { simulator } = stage;
			const made = await stage.make('wiro', phase);
			const parameters = onJob('wait', 'wiro', cancelOnStop);
			const { ended, error } = await runAndStop(stage, isRead(simulator, 'wiro'), parameters, { items: [made] });
			expect(ended).toBeLessThan(1500);
			expect(simulator.phaseOf(String(made.json.jobId))).toBe('cancelled');
			expect(error?.description).toBe(`Job ${made.json.jobId} was cancelled at Wiro.`);
			expect(linesAbout(made.json.jobId)).toEqual([
				`info: Hailuo: Wiro job ${made.json.jobId} was cancelled because the execution was stopped`,
			]);
		}),
	);

	test.concurrent('cancels every Wiro job of a run', () =>
		onStage(async (stage) => {
			const { simulator } = stage;
			const items = Array.from({ length: 10 }, (_, index) => aPrompt(`Boat ${index}`));
			await runAndStop(stage, isRead(simulator, 'wiro', 10), aCreateAndWait('wiro', cancelOnStop), { items });
			expect(simulator.jobs.map(({ id }) => simulator.phaseOf(id))).toEqual(items.map(() => 'cancelled'));
		}),
	);

	test.concurrent('says of which Wiro job it was not possible', () =>
		onStage(async (stage) => {
			const { simulator } = stage;
			const made = await stage.make('wiro');
			simulator.setJobProgress(String(made.json.jobId), 0.28);
			const parameters = onJob('wait', 'wiro', cancelOnStop);
			await runAndStop(stage, isRead(simulator, 'wiro'), parameters, { items: [made] });
			expect(linesAbout(made.json.jobId)).toEqual([
				`warn: Hailuo: Wiro job ${made.json.jobId} could not be cancelled after the execution was stopped`,
			]);
		}),
	);

	test.concurrent('does not call a job cancelled that was over by then', () =>
		onStage(async (stage) => {
			const { simulator } = stage;
			const made = await stage.make('wiro', 'running');
			const parameters = onJob('wait', 'wiro', cancelOnStop);
			const seen = () => isRead(simulator, 'wiro')() && (moveTo(simulator, String(made.json.jobId), 'succeeded'), true);
			await runAndStop(stage, seen, parameters, { items: [made] });
			expect(simulator.phaseOf(String(made.json.jobId))).toBe('succeeded');
			expect(linesAbout(made.json.jobId).filter((line) => line.includes('was cancelled'))).toEqual([]);
		}),
	);
});

describe('a Stop while a suspended wait reads its jobs', () => {
	/** Stops a run in a read that hangs, once so many have been asked for. */
	function inARead({ simulator }: Stage, provider: ProviderName, reads = 1): SuspendOptions {
		simulator.addFault({ kind: 'hang', provider, operation: 'read', times: reads });
		const isAsked = () => simulator.requestsOf(provider, 'read').length === reads;
		return { onStarted: (stop) => void until(isAsked).then(stop) };
	}

	const runsOn = (provider: ProviderName, { json }: INodeExecutionData) =>
		`warn: Hailuo: the execution was stopped while ${LABELS[provider]} job ${json.jobId} was running; it runs on at the provider`;
	const cancelled = ({ json }: INodeExecutionData) =>
		`info: Hailuo: Wiro job ${json.jobId} was cancelled because the execution was stopped`;

	test.each(PROVIDERS)('at %s ends it, and leaves the ID in the log', (provider) =>
		onStage(async (stage) => {
			const item = aged(await stage.make(provider, 'running'));
			const options = { items: [item], ...inARead(stage, provider) };
			const { run, error } = await suspend(stage, onJob('wait', provider), options);
			expect(run.status).not.toBe('waiting');
			expect(error).toMatchObject({
				message: `The execution was stopped while ${LABELS[provider]} was making the video [item 0]`,
				description: `Job ${item.json.jobId} runs on at ${LABELS[provider]}; read it later with 'Get Video'.`,
				context: { itemIndex: 0, job: { jobId: item.json.jobId } },
			});
			expect(stage.simulator.phaseOf(String(item.json.jobId))).toBe('running');
			expect(linesAbout(item.json.jobId)).toEqual([runsOn(provider, item)]);
		}),
	);

	test("with 'Cancel on Stop' cancels every Wiro job, also in a recheck and with Continue On Fail", () =>
		onStage(async (stage) => {
			const { simulator } = stage;
			const items = [await stage.make('wiro', 'running', 'One'), await stage.make('wiro', 'running', 'Two')];
			const parameters = onJob('wait', 'wiro', cancelOnStop);
			const slept = await suspend(stage, parameters, { items });
			const node = { onError: 'continueRegularOutput' } as const;
			const { error } = await wake(stage, parameters, slept, due, { node, ...inARead(stage, 'wiro', 2) });
			expect(items.map(({ json }) => simulator.phaseOf(String(json.jobId)))).toEqual(['cancelled', 'cancelled']);
			expect(items.map(({ json }) => linesAbout(json.jobId))).toEqual(items.map((item) => [cancelled(item)]));
			expect(error).toMatchObject({
				message: 'The execution was stopped while Wiro was making the video [item 0]',
				description: `Job ${items[0]?.json.jobId} was cancelled at Wiro.`,
			});
		}));

	test('takes no failure of a read for the end of its job', () =>
		onStage(async (stage) => {
			const { simulator } = stage;
			// Its time is up: the read would be its last.
			const item = aged(await stage.make('wiro', 'running'), 3600);
			const parameters = onJob('wait', 'wiro', cancelOnStop);
			simulator.addFault({ kind: 'hang', operation: 'read' });
			const isAsked = () => simulator.requestsOf('wiro', 'read').length > 0;
			const { error } = await suspend(stage, parameters, {
				items: [item],
				onStarted: (stop) => void until(isAsked).then(stop),
			});
			expect(error?.description).toBe(`Job ${item.json.jobId} was cancelled at Wiro.`);
			expect(simulator.phaseOf(String(item.json.jobId))).toBe('cancelled');
			expect(linesAbout(item.json.jobId)).toEqual([cancelled(item)]);
		}));
});

const BOTH: Array<[string, (provider: ProviderName) => INodeParameters]> = [
	['Create', aCreate],
	['Create and Wait', aCreateAndWait],
];

describe('a Stop while a create is on its way', () => {
	test.concurrent.each(
		WITH_CANCEL.flatMap((provider) =>
			BOTH.map(([operation, parameters]) => [operation, provider, parameters] as const),
		),
	)('of %s awaits it and cancels the job at %s', (_operation, provider, parameters) =>
		onStage(async (stage) => {
			const { simulator } = stage;
			simulator.addFault({ kind: 'slow', operation: 'create', delayMs: 600 });
			const asked = () => simulator.requests.length === 1;
			await runAndStop(stage, asked, parameters(provider));
			expect(simulator.requests[0]).toMatchObject({ operation: 'create', status: 200 });
			expect(simulator.requests[0]).not.toHaveProperty('aborted');
			expect(simulator.jobs.map(({ id }) => simulator.phaseOf(id))).toEqual(['cancelled']);
			expect(linesAbout(simulator.jobs[0]?.id)).toEqual([
				`info: Hailuo: ${LABELS[provider]} job ${simulator.jobs[0]?.id} was cancelled because the execution was stopped`,
			]);
		}),
	);

	test.concurrent.each(
		WITHOUT_CANCEL.flatMap((provider) =>
			BOTH.map(([operation, parameters]) => [provider, operation, parameters] as const),
		),
	)('at %s of %s awaits it and logs the id of the job', (provider, operation, parameters) =>
		onStage(async (stage) => {
			const { simulator } = stage;
			simulator.addFault({ kind: 'slow', operation: 'create', delayMs: 600, moment: 'after' });
			const asked = () => simulator.jobs.length === 1;
			const { error, items } = await runAndStop(stage, asked, parameters(provider));
			// Create has nothing left to do and puts the job out; Create and Wait says what becomes of it.
			expect(error?.description ?? items[0]?.json.jobId).toBe(
				operation === 'Create'
					? simulator.jobs[0]?.id
					: `${LABELS[provider]} offers no cancellation, so job ${simulator.jobs[0]?.id} runs on; read it later with 'Get Video'.`,
			);
			expect(simulator.requests).toHaveLength(1);
			expect(simulator.requests[0]).not.toHaveProperty('aborted');
			expect(linesAbout(simulator.jobs[0]?.id)).toEqual([
				expect.stringContaining(`warn: Hailuo: the execution was stopped while ${LABELS[provider]} job`),
			]);
		}),
	);

	test.concurrent.each(PROVIDERS)('at %s sends no create that was still waiting for its turn', (provider) =>
		onStage(async (stage) => {
			const { simulator } = stage;
			simulator.addFault({ kind: 'slow', operation: 'create', delayMs: 300, times: 9 });
			const items = Array.from({ length: 9 }, (_, index) => aPrompt(`Boat ${index}`));
			const asked = () => simulator.requests.length === 2;
			const parameters = aCreate(provider, { options: { maxConcurrency: 2 } });
			await runAndStop(stage, asked, parameters, { items });
			expect(simulator.requestsOf(provider, 'create')).toHaveLength(2);
			expect(simulator.jobs).toHaveLength(2);
		}),
	);

	test.concurrent.each(PROVIDERS)('at %s buys nothing in the next try of Retry On Fail', (provider) =>
		onStage(async (stage) => {
			const { simulator } = stage;
			simulator.addFault({ kind: 'slow', operation: 'create', delayMs: 300 });
			await runAndStop(stage, () => simulator.requests.length === 1, aCreateAndWait(provider), {
				node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
			});
			expect(simulator.requestsOf(provider, 'create')).toHaveLength(1);
			expect(simulator.jobs).toHaveLength(1);
		}),
	);

	test.concurrent('in a pause between two tries ends it within a second, and sends nothing more', () =>
		onStage(async (stage) => {
			const { simulator } = stage;
			simulator.addFault({ kind: 'status', status: 429, headers: { 'retry-after': '30' }, operation: 'create' });
			const answered = () => simulator.requests[0]?.status === 429;
			const { ended } = await runAndStop(stage, answered, aCreate('aimlApi'));
			expect(ended).toBeLessThan(1000);
			expect([simulator.requests.length, simulator.jobs.length]).toEqual([1, 0]);
		}),
	);
});
