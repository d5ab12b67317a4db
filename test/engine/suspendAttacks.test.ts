/** What may come between a suspended wait and its jobs: names, refusals, crashes, retries, what callers send. */
import type { INodeExecutionData, INodeParameters, INodeType } from 'n8n-workflow';
import { handedBack, inARow } from '../tools/support/runNode';
import {
	aCreateAndWait,
	aPrompt,
	fieldsOf,
	moveTo,
	nextExecutionId,
	onJob,
	onStage,
	PROVIDERS,
	type Stage,
} from './stage';
import { pass } from './looping';
import { driveSuspended, innerOf, suspend } from './suspending';

const SUSPEND = { waitStrategy: 'suspend' };

const items = ['First boat', 'Second boat', 'Third boat'].map((prompt) => aPrompt(prompt));

const idsOf = ({ simulator }: Stage) => simulator.jobs.map(({ id }) => id);

const endAll =
	(stage: Stage, phase: 'succeeded' | 'failed' = 'succeeded') =>
	(): void =>
		idsOf(stage).forEach((id) => moveTo(stage.simulator, id, phase));

/** An n8n that begins no other execution. */
const refusing: Record<string, INodeType> = {
	'n8n-nodes-base.executeWorkflowTrigger': {
		description: {
			...{ displayName: 'Start', name: 'start', group: ['input'], version: 1, description: 'Refuses' },
			...{ defaults: { name: 'Start' }, inputs: ['main'], outputs: ['main'], properties: [] },
		},
		execute: async () => await Promise.reject(new Error('No more executions')),
	},
};

describe('the name of a node that suspends', () => {
	test.each(['Parked Jobs', 'Finished Jobs', `It's "quoted" \\ ünï—ço\`dé $json {{ 1 }}`])('may be %s', (name) =>
		onStage(async (stage) => {
			const connections = inARow('Items', name, 'After');
			const { outer } = await driveSuspended(
				stage,
				aCreateAndWait('apiframe', { ...SUSPEND, timeout: '={{ 20 + 1 }}' }),
				{ items, node: { name, id: 'hailuo' }, connections },
				endAll(stage),
			);
			expect(fieldsOf(outer.outputsOf('After')[0] ?? [], 'jobId')).toEqual(idsOf(stage));
		}),
	);
});

describe('a retry from the list of the execution that waits', () => {
	const parameters = aCreateAndWait('apiframe', { ...SUSPEND, prompt: 'A boat' });

	test('with the saved workflow is refused, since there it would buy', () =>
		onStage(async (stage) => {
			const { inner } = await driveSuspended(stage, parameters, {}, endAll(stage, 'failed'));
			await expect(suspend(stage, parameters, { retryOf: inner.data })).rejects.toThrow('Could not find the node');
			expect(stage.simulator.requestsOf('apiframe', 'create').length).toBe(1);
		}));

	test('with its own workflow reads the jobs again and buys nothing', () =>
		onStage(async (stage) => {
			const outer = await suspend(stage, parameters, { executionId: nextExecutionId() });
			endAll(stage, 'failed')();
			await pass(120_000);
			const failed = await innerOf(outer).resume(innerOf(outer).run.data);
			expect(failed.run.error).toBeDefined();
			const again = await failed.retry();
			expect(again.run.error?.message).toBe(failed.run.error?.message);
			expect(stage.simulator.requestsOf('apiframe', 'create').length).toBe(1);
		}));
});

describe('an execution that waits and is killed while it looks', () => {
	const killed = async (stage: Stage, node: { onError?: 'continueErrorOutput' } = {}) => {
		const here = { items: [...items, aPrompt('')], executionId: nextExecutionId() };
		const options = { ...here, node: { onError: 'continueRegularOutput' as const, ...node } };
		const parameters = aCreateAndWait('apiframe', { ...SUSPEND, callback: 'none' });
		const outer = await suspend(stage, parameters, options);
		// n8n marks it as crashed, with what it had stored when it was put aside.
		const resumeOf = handedBack(outer, innerOf(outer).run);
		return await suspend(stage, parameters, { ...options, resumeOf });
	};

	test('hands back every job with what happened, in order and paired', () =>
		onStage(async (stage) => {
			const [left = []] = (await killed(stage)).outputsOf('Hailuo');
			expect(fieldsOf(left, 'jobId')).toEqual([...idsOf(stage), undefined]);
			expect(fieldsOf(left, 'status')).toEqual(['queued', 'queued', 'queued', undefined]);
			expect(String(left[0]?.json.error)).toMatch(/^n8n was interrupted while it waited for this job/);
			expect(left.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2, 3].map((item) => ({ item })));
			expect(JSON.stringify(left)).not.toContain('webhook-waiting');
		}));

	test('hands them to the error output where there is one', () =>
		onStage(async (stage) => {
			const [good, failed = []] = (await killed(stage, { onError: 'continueErrorOutput' })).outputsOf('Hailuo');
			expect([good, failed.length]).toEqual([[], 4]);
			for (const id of idsOf(stage)) expect(JSON.stringify(failed)).toContain(id);
		}));
});

describe.each(PROVIDERS)('at %s, where n8n begins no execution that waits,', (provider) => {
	test('the error names every job that was made, and what takes them over', () =>
		onStage(async (stage) => {
			const { error } = await suspend(stage, aCreateAndWait(provider, SUSPEND), { items, types: refusing });
			expect(error?.message).toBe('No more executions');
			for (const id of idsOf(stage)) expect(error?.description).toContain(id);
			expect(error?.description).toContain(`'Retry' in the list of executions takes over the jobs`);
		}));

	test('Retry On Fail buys nothing twice', () =>
		onStage(async (stage) => {
			const node = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
			await suspend(stage, aCreateAndWait(provider, SUSPEND), { items, node, types: refusing });
			expect(stage.simulator.requestsOf(provider, 'create').length).toBe(3);
		}));

	test.each(['continueRegularOutput', 'continueErrorOutput'] as const)('%s hands every job on', (onError) =>
		onStage(async (stage) => {
			const outer = await suspend(stage, aCreateAndWait(provider, SUSPEND), {
				items: [...items, aPrompt('')],
				node: { onError },
				types: refusing,
			});
			const left = outer.outputsOf('Hailuo')[onError === 'continueErrorOutput' ? 1 : 0] ?? [];
			expect(left.length).toBe(4);
			for (const [index, id] of idsOf(stage).entries()) expect(JSON.stringify(left[index])).toContain(id);
			expect(left[0]?.json.error).toBe('No more executions');
		}),
	);
});

describe('an expression in a field of a suspended wait', () => {
	const FIELDS: Array<[string, INodeParameters]> = [
		['timeout', { timeout: '={{ $json.missing }}' }],
		['timeout as text', { timeout: '={{ "25" }}' }],
		['timeout as a date', { timeout: '={{ $now }}' }],
		['onTimeout', { onTimeout: '={{ $json.missing }}' }],
		['onJobFailure', { onJobFailure: '={{ null }}' }],
		['downloadVideo', { downloadVideo: '={{ $json.missing }}' }],
		['downloadVideo as text', { downloadVideo: '={{ "true" }}' }],
		['outputBinaryProperty', { downloadVideo: true, outputBinaryProperty: '={{ $json.missing }}' }],
		[
			'outputBinaryProperty by place',
			{ downloadVideo: true, outputBinaryProperty: '=f{{ $itemIndex }}{{ $runIndex }}' },
		],
		[
			'outputBinaryProperty by another node',
			{ downloadVideo: true, outputBinaryProperty: '={{ $("Items").item.json.row }}' },
		],
		['includeRaw', { options: { includeRaw: '={{ $json.missing }}' } }],
		['all options', { options: '={{ ({ includeRaw: true }) }}' as never }],
		['recheckInterval', { options: { recheckInterval: '={{ $json.missing }}' } }],
		['maxConcurrency', { options: { maxConcurrency: '={{ undefined }}' } }],
		['cancelOnStop', { options: { cancelOnStop: '={{ null }}' } }],
		['maxVideoSize', { downloadVideo: true, options: { maxVideoSize: '={{ $json.missing }}' } }],
	];

	const OF_A_RUN = ['jobId', 'videoUrl', 'createdAt', 'completedAt', 'expiresAt', 'raw'];
	const shape = (left: readonly INodeExecutionData[]) =>
		left.map(({ json, binary, pairedItem }) => ({
			json: Object.fromEntries(Object.entries(json).filter(([name]) => !OF_A_RUN.includes(name))),
			raw: 'raw' in json,
			binary: Object.keys(binary ?? {}),
			pairedItem,
		}));

	test.each(FIELDS)('comes to what it comes to when polling: %s', (_name, changes) =>
		onStage(async (stage) => {
			const { simulator } = stage;
			const asked = [aPrompt('One', { row: 'a' }), aPrompt('Two', { row: 'b' })];
			simulator.configure({ jobDurationMs: 5000 });
			const polled = await stage.run(aCreateAndWait('apiframe', changes), { items: asked });
			simulator.reset();
			simulator.configure({ jobDurationMs: 5000 });
			const made = simulator.jobs.length;
			const outer = await (async () => {
				const parameters = aCreateAndWait('apiframe', { ...changes, ...SUSPEND });
				if (polled.error !== undefined) return await suspend(stage, parameters, { items: asked });
				return (await driveSuspended(stage, parameters, { items: asked })).outer;
			})();
			expect(outer.error?.message).toBe(polled.error?.message);
			expect(shape(outer.outputsOf('Hailuo')[0] ?? [])).toEqual(shape(polled.items));
			if (polled.error !== undefined) expect(simulator.jobs.length).toBe(made);
		}),
	);
});

test.each(PROVIDERS)('at %s: of jobs that are over at the first look Retry On Fail buys none again', (provider) =>
	onStage(async (stage) => {
		const jobs = [await stage.make(provider, 'failed'), await stage.make(provider)];
		// Of a job that was made a moment ago nobody expects that it is over.
		const made = jobs.map(({ json: { createdAt: _createdAt, ...json } }) => ({ json }));
		const node = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
		const { error } = await suspend(stage, onJob('wait', provider, SUSPEND), { items: made, node });
		for (const { json } of made) expect(error?.description).toContain(String(json.jobId));
		expect(stage.simulator.requestsOf(provider, 'create').length).toBe(2);
	}),
);

test.each(PROVIDERS)('at %s: Execute Once and Always Output Data keep one item and one job', (provider) =>
	onStage(async (stage) => {
		const { outer } = await driveSuspended(
			stage,
			aCreateAndWait(provider, SUSPEND),
			{ items, node: { executeOnce: true, alwaysOutputData: true, notes: 'Mine', notesInFlow: true } },
			endAll(stage),
		);
		expect(fieldsOf(outer.outputsOf('After')[0] ?? [], 'jobId')).toEqual(idsOf(stage));
		expect(idsOf(stage).length).toBe(1);
	}),
);

test('a create of unknown outcome leaves as its error while the others wait, and is not sent again', () =>
	onStage(async (stage) => {
		stage.simulator.addFault({ kind: 'reset', operation: 'create', skip: 1, times: 1 });
		const { outer } = await driveSuspended(
			stage,
			aCreateAndWait('wiro', SUSPEND),
			{ items, node: { onError: 'continueRegularOutput', retryOnFail: true, maxTries: 3, waitBetweenTries: 0 } },
			endAll(stage),
		);
		const [left = []] = outer.outputsOf('After');
		expect(fieldsOf(left, 'status').filter((status) => status === 'succeeded').length).toBe(2);
		expect(left.filter(({ json }) => json.error !== undefined).length).toBe(1);
		expect(left.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2].map(() => ({ item: expect.any(Number) })));
		expect(stage.simulator.requestsOf('wiro', 'create').length).toBe(3);
	}));

describe('a callback that is made up', () => {
	const asleep = async (stage: Stage, provider: 'apiframe' | 'wiro' = 'apiframe') =>
		await suspend(stage, aCreateAndWait(provider, { ...SUSPEND, callback: 'thisExecution' }), {
			...{ items, executionId: nextExecutionId() },
			webhookWaitingBaseUrl: 'http://127.0.0.1:9/webhook-waiting',
		});

	test('with a name of megabytes is not kept for the execution that waits', () =>
		onStage(async (stage) => {
			const outer = await asleep(stage);
			const body = { event: 'completed', jobId: 'x'.repeat(2_000_000), status: 'COMPLETED', progress: 100 };
			expect((await outer.callWebhook('Hailuo', body)).told).toEqual({
				webhookResponse: { resumed: false, reason: 'not a callback of this provider' },
			});
		}));

	test('cannot tell the outer execution which jobs have rung', () =>
		onStage(async (stage) => {
			const outer = await asleep(stage);
			const { told } = await outer.callWebhook('Hailuo', { hailuoRung: idsOf(stage) });
			expect(told).toEqual({ webhookResponse: { resumed: false, reason: 'not a callback of this provider' } });
		}));

	test('about two hundred thousand jobs that have rung is looked through in a moment', () =>
		onStage(async (stage) => {
			const inner = innerOf(await asleep(stage));
			const hailuoRung = Array.from({ length: 200_000 }, (_, index) => `none ${index}`);
			const { told } = await inner.callDoorbell({ hailuoRung });
			expect(told).toEqual({ webhookResponse: { resumed: false, reason: 'not a job that is waited for' } });
		}));

	test('of Wiro that has the token alone is handed on and wakes nothing before the others', () =>
		onStage(async (stage) => {
			const inner = innerOf(await asleep(stage, 'wiro'));
			const [state] = inner.run.data.executionData?.nodeExecutionStack[0]?.data.main?.[0] ?? [];
			const token = JSON.stringify(state?.json).match(/"jobToken":"([^"]+)"/)?.[1] ?? '';
			const note = { jobId: token, handles: { jobToken: token }, status: 'succeeded' };
			const { told } = await inner.callDoorbell({ hailuoCallback: note });
			expect([token === '', told]).toEqual([
				false,
				{ webhookResponse: { resumed: false, reason: 'the execution is woken for the last of its jobs' } },
			]);
		}));
});

test('an execution that waits for a hundred jobs takes less than two kilobytes for each, whatever came in', () =>
	onStage(async (stage) => {
		const many = Array.from({ length: 100 }, (_, index) => aPrompt(`Boat ${index}`, { ballast: 'x'.repeat(5000) }));
		const outer = await suspend(stage, aCreateAndWait('apiframe', SUSPEND), {
			...{ items: many, executionId: nextExecutionId() },
		});
		expect(JSON.stringify(innerOf(outer).run.data).length / 100).toBeLessThan(2000);
	}));
