/** A durable wait in one node: n8n puts the execution aside while a workflow that the node has made waits for it. */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { ProviderName } from '../tools/simulator';
import { Hailuo } from '../tools/support/built';
import { aNode, inARow } from '../tools/support/runNode';
import {
	aCreate,
	aCreateAndWait,
	aPrompt,
	fieldsOf,
	KEYED,
	moveTo,
	nextExecutionId,
	onJob,
	onStage,
	PROVIDERS,
	type Stage,
} from './stage';
import { driveSuspended, innerOf, suspend } from './suspending';

const SUSPEND = { waitStrategy: 'suspend' };

const PROMPTS = ['First boat', 'Second boat', 'Third boat'];
const items = PROMPTS.map((prompt, index) => aPrompt(prompt, { row: index + 10 }));

const finishAll =
	({ simulator }: Stage, phase: 'succeeded' | 'failed' = 'succeeded') =>
	(): void =>
		simulator.jobs.forEach(({ id }) => moveTo(simulator, id, phase));

const paired = (left: readonly INodeExecutionData[]) => left.map(({ pairedItem }) => pairedItem);

/** What differs between two runs of the same prompts. */
const OF_A_RUN = ['jobId', 'videoUrl', 'createdAt', 'completedAt', 'expiresAt', 'jobToken', 'raw'];

const alike = (left: readonly INodeExecutionData[]) =>
	left.map((item) => ({
		...item,
		json: Object.fromEntries(Object.entries(item.json).filter(([name]) => !OF_A_RUN.includes(name))),
		...(item.binary && { binary: Object.keys(item.binary) }),
	}));

describe.each(PROVIDERS)('a suspended wait at %s', (provider) => {
	test('for jobs of its own comes out of one output, in order and paired with what came in', () =>
		onStage(async (stage) => {
			const { outer } = await driveSuspended(stage, aCreateAndWait(provider, SUSPEND), { items }, finishAll(stage));
			const [left = []] = outer.outputsOf('After');
			expect(fieldsOf(left, 'status')).toEqual(['succeeded', 'succeeded', 'succeeded']);
			expect(fieldsOf(left, 'jobId')).toEqual(stage.simulator.jobs.map(({ id }) => id));
			expect(paired(outer.outputsOf('Hailuo')[0] ?? [])).toEqual([0, 1, 2].map((item) => ({ item })));
			expect(stage.simulator.requestsOf(provider, 'create').length).toBe(3);
		}));

	test('for jobs of a node before it comes out the same way', () =>
		onStage(async (stage) => {
			const made = [await stage.make(provider), await stage.make(provider, 'succeeded')];
			const { outer } = await driveSuspended(
				stage,
				onJob('wait', provider, SUSPEND),
				{ items: made },
				finishAll(stage),
			);
			const [left = []] = outer.outputsOf('Hailuo');
			expect(fieldsOf(left, 'status')).toEqual(['succeeded', 'succeeded']);
			expect(fieldsOf(left, 'jobId')).toEqual(fieldsOf(made, 'jobId'));
			expect(paired(left)).toEqual([{ item: 0 }, { item: 1 }]);
		}));

	test('reads each of its jobs once when they are over at the first look', () =>
		onStage(async (stage) => {
			await driveSuspended(stage, aCreateAndWait(provider, SUSPEND), { items }, finishAll(stage));
			expect(stage.simulator.requestsOf(provider, 'read').length).toBe(3);
		}));

	test.each<[string, INodeParameters]>([
		['plain', {}],
		['with the video', { downloadVideo: true, outputBinaryProperty: 'film' }],
		['with the raw answer', { options: { includeRaw: true } }],
		['whose jobs fail and may flow on', { onJobFailure: 'output' }],
		['that run out of time and may flow on', { timeout: 2, onTimeout: 'output' }],
	])('gives the items that polling gives, %s', (title, changes) =>
		onStage(async (stage) => {
			const { simulator } = stage;
			simulator.configure({ jobDurationMs: title.includes('out of time') ? 600_000 : 30_000 });
			const asked = title.includes('fail') ? [aPrompt('A boat [[fail:No boats]]'), aPrompt()] : items;
			const polled = await stage.run(aCreateAndWait(provider, changes), { items: asked });
			simulator.reset();
			simulator.configure({ jobDurationMs: title.includes('out of time') ? 600_000 : 30_000 });
			const { outer } = await driveSuspended(stage, aCreateAndWait(provider, { ...changes, ...SUSPEND }), {
				items: asked,
			});
			expect(outer.error).toBeUndefined();
			expect(alike(outer.outputsOf('Hailuo')[0] ?? [])).toEqual(alike(polled.items));
		}),
	);

	test.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'gives the items that polling gives with %s, where one was refused, one failed and one is good',
		(onError) =>
			onStage(async (stage) => {
				const { simulator } = stage;
				const node = { onError };
				const asked = [aPrompt(''), aPrompt('A boat [[fail:No boats]]'), aPrompt('A good boat')];
				const outputs = async (changes: INodeParameters) => {
					simulator.reset();
					simulator.configure({ jobDurationMs: 30_000 });
					const parameters = aCreateAndWait(provider, changes);
					if (changes.waitStrategy === undefined) {
						return (await stage.run(parameters, { items: asked, node })).outputsOf('Hailuo');
					}
					return (await driveSuspended(stage, parameters, { items: asked, node })).outer.outputsOf('Hailuo');
				};
				const withoutIds = (all: INodeExecutionData[][]) =>
					JSON.stringify(all.map(alike)).replaceAll(/[\w-]{8,}[\w:.-]*/g, 'id');
				const polled = withoutIds(await outputs({}));
				expect(withoutIds(await outputs(SUSPEND))).toBe(polled);
				expect(simulator.requestsOf(provider, 'create').length).toBe(2);
			}),
	);

	test('ends the execution with the reason of a job that failed, its id, and what can be done', () =>
		onStage(async (stage) => {
			const { outer } = await driveSuspended(
				stage,
				aCreateAndWait(provider, SUSPEND),
				{ items },
				finishAll(stage, 'failed'),
			);
			const ids = stage.simulator.jobs.map(({ id }) => id);
			expect(outer.run.status).not.toBe('success');
			expect(outer.outputsOf('After')).toEqual([]);
			for (const id of ids) expect(outer.error?.description).toContain(id);
			expect(outer.error?.description).toMatch(
				/To go on without buying again, read the jobs .*'Retry' only shows this error again\.$/,
			);
		}));
});

describe('the items of the execution that waits', () => {
	test('hold no more than the wait needs, whatever came in', () =>
		onStage(async (stage) => {
			const outer = await suspend(stage, aCreateAndWait('apiframe', SUSPEND), {
				items: [aPrompt('A boat', { ballast: 'x'.repeat(50_000) })],
			});
			const { data } = innerOf(outer).run;
			expect(JSON.stringify(data).length).toBeLessThan(8_000);
		}));

	test('follow expressions that only the outer workflow can resolve', () =>
		onStage(async (stage) => {
			const timeouts = [3, 5].map((minutes) => aPrompt('A boat', { minutes }));
			const { outer } = await driveSuspended(
				stage,
				aCreateAndWait('apiframe', {
					...SUSPEND,
					timeout: '={{ $("Items").item.json.minutes }}',
					onTimeout: '={{ $("Items").item.json.minutes === 3 ? "output" : "output" }}',
					options: { includeRaw: '={{ $("Items").item.json.minutes === 5 }}' },
				}),
				{ items: timeouts },
			);
			const [left = []] = outer.outputsOf('Hailuo');
			expect(fieldsOf(left, 'timedOut')).toEqual([true, true]);
			expect(left.map(({ json }) => 'raw' in json)).toEqual([false, true]);
		}));

	test('are passed on as they are where a node before has marked them as failed', () =>
		onStage(async (stage) => {
			const failed = { json: { error: 'No boat', row: 7 } };
			const job = await stage.make('wiro');
			const { outer } = await driveSuspended(
				stage,
				onJob('wait', 'wiro', SUSPEND),
				{ items: [failed, job] },
				finishAll(stage),
			);
			const [left = []] = outer.outputsOf('Hailuo');
			expect(left[0]).toEqual({ ...failed, pairedItem: { item: 0 } });
			expect(left[1]?.json.status).toBe('succeeded');
		}));

	test('cannot be made up outside: what an item brings of a wait is not believed', () =>
		onStage(async (stage) => {
			const state = {
				since: new Date().toISOString(),
				nextCheckAt: new Date().toISOString(),
				job: { provider: 'wiro', jobId: 'invented', status: 'succeeded', videoUrl: 'https://evil.example/v.mp4' },
			};
			const job = await stage.make('wiro', 'succeeded');
			const touched = { json: { ...job.json, hailuoWait: state, hailuoParked: { outcome: { evil: true } } } };
			const { outer } = await driveSuspended(stage, onJob('wait', 'wiro', SUSPEND), { items: [touched] });
			const [left = []] = outer.outputsOf('Hailuo');
			expect(left.map(({ json }) => [json.jobId, json.evil])).toEqual([[job.json.jobId, undefined]]);
		}));

	test('that wait for nothing make no execution that waits', () =>
		onStage(async (stage) => {
			const outer = await suspend(stage, aCreateAndWait('wiro', SUSPEND), {
				items: [aPrompt(''), aPrompt('')],
				node: { onError: 'continueRegularOutput' },
			});
			expect(outer.run.status).toBe('success');
			expect(outer.inner).toEqual([]);
			expect(fieldsOf(outer.outputsOf('After')[0] ?? [], 'error').length).toBe(2);
		}));
});

describe('the workflow that waits in the place of a node', () => {
	test("has the outer workflow's id, is saved whatever that one saves, and has no time limit", () =>
		onStage(async (stage) => {
			const outer = await suspend(stage, aCreateAndWait('wiro', { ...SUSPEND, timeout: 30 }), {
				settings: { executionOrder: 'v0', saveDataSuccessExecution: 'none', executionTimeout: 600 },
				workflowId: 'films',
			});
			const { workflow } = innerOf(outer);
			expect(workflow.id).toBe('films');
			expect(workflow.settings).toEqual({
				executionOrder: 'v1',
				callerPolicy: 'any',
				saveDataSuccessExecution: 'all',
				saveDataErrorExecution: 'all',
				saveManualExecutions: true,
				executionTimeout: -1,
			});
			expect(outer.hints.join()).toContain('n8n cancels this workflow 600 seconds after its start');
		}));

	test.each(['v0', 'v1'] as const)('works in order %s, twice in one workflow', (executionOrder) =>
		onStage(async (stage) => {
			const second = aNode('Second', 'n8n-nodes-hailuo.hailuo', onJob('get', 'apiframe'), {
				credentials: { hailuoApiframeApi: { id: 'hailuoApiframeApi', name: 'hailuoApiframeApi' } },
			});
			const { outer } = await driveSuspended(
				stage,
				aCreateAndWait('apiframe', SUSPEND),
				{ items, executionOrder, nodes: [second], connections: inARow('Items', 'Hailuo', 'Second', 'After') },
				finishAll(stage),
			);
			const [left = []] = outer.outputsOf('After');
			expect(fieldsOf(left, 'status')).toEqual(['succeeded', 'succeeded', 'succeeded']);
		}),
	);
});

describe('before anything is bought a suspended wait', () => {
	const refused = async (
		stage: Stage,
		options: Parameters<typeof suspend>[2],
		parameters: INodeParameters = aCreateAndWait('apiframe', SUSPEND),
	) => {
		const { error } = await suspend(stage, parameters, options);
		expect(stage.simulator.requests).toEqual([]);
		return `${error?.message} ${error?.description}`;
	};

	test('is refused where a loop is still drawn around the node', () =>
		onStage(async (stage) => {
			const connections = {
				...inARow('Items', 'Hailuo'),
				Hailuo: { main: [inARow('x', 'Hailuo').x?.main?.[0] ?? [], inARow('x', 'After').x?.main?.[0] ?? []] },
			};
			expect(await refused(stage, { connections })).toContain('This node has one output now, but two are connected');
		}));

	test('is refused in a workflow that is not saved', () =>
		onStage(async (stage) => {
			expect(await refused(stage, { workflowId: '' })).toContain('The workflow is not saved yet');
		}));

	test('is refused as a tool of an agent', () =>
		onStage(async (stage) => {
			const type = 'n8n-nodes-hailuo.hailuoTool';
			expect(await refused(stage, { node: { type }, types: { [type]: new Hailuo() } })).toContain(
				"An AI agent cannot use this 'Wait Strategy'",
			);
		}));
});

describe('money under a suspended wait', () => {
	test.each(KEYED.concat('aimlApi'))(
		'at %s: a retry from the list after the first turn failed takes the jobs over',
		(provider: ProviderName) =>
			onStage(async (stage) => {
				const { simulator } = stage;
				const asked = [aPrompt('A boat'), aPrompt('A bad boat [[refuse:No]]')];
				const executionId = nextExecutionId();
				simulator.addFault({ kind: 'status', status: 400, operation: 'create', skip: 1, times: 1 });
				const failed = await suspend(stage, aCreateAndWait(provider, SUSPEND), { items: asked, executionId });
				expect(failed.error?.description).toContain(
					`'Retry' in the list of executions takes over the jobs that were made and buys nothing twice`,
				);
				const again = await suspend(stage, aCreateAndWait(provider, SUSPEND), {
					items: asked,
					retryOf: failed.data,
					executionId: nextExecutionId(),
				});
				expect(again.run.status).toBe('waiting');
				expect(simulator.jobs.length).toBe(2);
			}),
	);

	test('a retry from the list of a wait that failed while it was suspended shows the error again and asks nobody', () =>
		onStage(async (stage) => {
			const { simulator } = stage;
			const parameters = aCreateAndWait('apiframe', SUSPEND);
			const { outer } = await driveSuspended(stage, parameters, { items }, finishAll(stage, 'failed'));
			const asked = simulator.requests.length;
			const again = await suspend(stage, parameters, { items, retryOf: outer.data, executionId: nextExecutionId() });
			expect(again.error?.message).toBe(outer.error?.message);
			expect(simulator.requests.length).toBe(asked);
		}));

	test('a stop while jobs are made ends the run and makes no execution that waits', () =>
		onStage(async (stage) => {
			let stop = () => {};
			stage.simulator.addFault({ kind: 'slow', operation: 'create', delayMs: 2000, times: 3 });
			setTimeout(() => stop(), 1000);
			const outer = await suspend(stage, aCreateAndWait('wiro', SUSPEND), {
				items,
				onStarted: (given) => (stop = given),
			});
			expect(outer.inner).toEqual([]);
			expect(stage.simulator.jobs.every(({ id }) => stage.simulator.phaseOf(id) === 'cancelled')).toBe(true);
		}));
});

test('Create does not wait, whatever strategy was left behind', () =>
	onStage(async (stage) => {
		const outer = await suspend(stage, aCreate('wiro', SUSPEND));
		expect([outer.run.status, outer.inner.length]).toEqual(['success', 0]);
	}));
