/** n8n's Retry On Fail runs a node again for all its items; so does "retry" in the list of executions. */
import type { INode, INodeExecutionData, INodeType } from 'n8n-workflow';
import type { ProviderName, Simulator } from '../tools/simulator';
import { aHailuoNode, aNode, runWorkflow, type EngineRun } from '../tools/support/runNode';
import { FIRST, FIRST_URL, LAST, place } from './images';
import {
	aCreate,
	aCreateAndWait,
	aPrompt,
	fieldsOf,
	KEYED,
	LABELS,
	nextExecutionId,
	onStage,
	PROVIDERS,
	requestLines,
	WITHOUT_KEY,
} from './stage';

/** n8n takes 0 for its default of a second. */
const RETRY: { node: Partial<INode> } = { node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 } };

const FIVE = Array.from({ length: 5 }, (_, index) => aPrompt(`Boat ${index}`));
const isThird = ({ rawBody }: { rawBody: Buffer }) => rawBody.toString().includes('Boat 3');

/** Prompts of the jobs made, in the order of the items. */
function boatsOf(simulator: Simulator, items: readonly INodeExecutionData[]): unknown[] {
	return fieldsOf(items, 'jobId').map(
		(id) => /Boat \d/.exec(JSON.stringify(simulator.job(String(id))?.request))?.[0] ?? id,
	);
}

const ALL_FIVE = ['Boat 0', 'Boat 1', 'Boat 2', 'Boat 3', 'Boat 4'];

describe('Retry On Fail', () => {
	test.each(PROVIDERS)('at %s with a fault on item 3 of 5 makes exactly 5 jobs', (provider) =>
		onStage(async ({ simulator, run }) => {
			const fault = { kind: 'status', status: 400, operation: 'create' } as const;
			simulator.addFault({ ...fault, matches: isThird, times: 2 });
			const { items, error, runsOf } = await run(aCreate(provider), { items: FIVE, ...RETRY });
			expect(error).toBeUndefined();
			expect(boatsOf(simulator, items)).toEqual(ALL_FIVE);
			expect(items.map(({ pairedItem }) => pairedItem)).toEqual(FIVE.map((_, item) => ({ item })));
			expect(simulator.jobs).toHaveLength(5);
			expect(simulator.requests).toHaveLength(7);
			expect(runsOf('Hailuo')).toBe(1);
		}),
	);

	test.each(PROVIDERS)('at %s ends with the error when the fault stays, with all jobs named', (provider) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', status: 400, operation: 'create', matches: isThird, times: 9 });
			const { error } = await run(aCreate(provider), { items: FIVE, ...RETRY });
			expect(error).toMatchObject({ context: { itemIndex: 3 } });
			expect(simulator.jobs).toHaveLength(4);
			for (const { id } of simulator.jobs) expect(error?.description).toContain(id);
		}),
	);

	test.each(WITHOUT_KEY)('at %s reports an unknown outcome again, and does not buy it again', (provider) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'reset', operation: 'create', moment: 'after', matches: isThird });
			const { error } = await run(aCreate(provider), { items: FIVE, ...RETRY });
			expect(error).toMatchObject({
				message: `It is not known whether ${LABELS[provider]} made this job [item 3]`,
				description: expect.stringContaining('it was not sent again'),
			});
			expect(simulator.requests).toHaveLength(5);
			expect(simulator.jobs).toHaveLength(5);
		}),
	);

	test.concurrent.each(['aimlApi', 'apiframe', 'wiro'] as const)(
		'at %s waits on for the job that the first try made',
		(provider) =>
			onStage(
				async ({ simulator, run }) => {
					simulator.addFault({ kind: 'status', status: 401, operation: 'read' });
					const { items, error } = await run(aCreateAndWait(provider), RETRY);
					expect(error).toBeUndefined();
					expect(items).toMatchObject([
						{ json: { jobId: simulator.jobs[0]?.id, status: 'succeeded', model: 'hailuo-02' } },
					]);
					expect(simulator.requests.map(({ operation }) => operation)).toEqual(['create', 'read', 'read']);
					expect(simulator.jobs).toHaveLength(1);
				},
				{ jobDurationMs: 100 },
			),
	);

	test.concurrent('of a job that failed looks at it again, and buys no other', () =>
		onStage(
			async ({ simulator, run }) => {
				const { error } = await run(aCreateAndWait('apiframe'), { items: [aPrompt('A cat [[fail]]')], ...RETRY });
				expect(error?.message).toContain('made no video');
				expect(simulator.jobs).toHaveLength(1);
				expect(simulator.requestsOf('apiframe', 'create')).toHaveLength(1);
			},
			{ jobDurationMs: 100 },
		),
	);

	test.concurrent('runs a node once that puts a failed job out as an item', () =>
		onStage(
			async ({ simulator, run }) => {
				const { items, error } = await run(aCreateAndWait('apiframe', { onJobFailure: 'output' }), {
					items: [aPrompt('A cat [[fail]]')],
					...RETRY,
				});
				expect(error).toBeUndefined();
				expect(fieldsOf(items, 'status')).toEqual(['failed']);
				expect(simulator.requests.map(({ operation }) => operation)).toEqual(['create', 'read']);
			},
			{ jobDurationMs: 100 },
		),
	);

	test('beside Continue On Fail, which runs the node again when the first item is an error, buys nothing twice', () =>
		onStage(async ({ simulator, run }) => {
			const isFirst = ({ rawBody }: { rawBody: Buffer }) => rawBody.toString().includes('Boat 0');
			simulator.addFault({ kind: 'status', status: 400, operation: 'create', matches: isFirst, times: 9 });
			const { items } = await run(aCreate('evolink'), {
				items: FIVE,
				node: { ...RETRY.node, onError: 'continueRegularOutput' },
			});
			expect(items.map(({ json }) => json.error ?? json.status)).toEqual([
				'EvoLink refused the values of the request [item 0]',
				'queued',
				'queued',
				'queued',
				'queued',
			]);
			expect(simulator.jobs).toHaveLength(4);
			// Three tries of the first item, one of each other.
			expect(simulator.requests).toHaveLength(7);
		}));

	test('of wrong values sends nothing in any try', () =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(aCreate('wiro'), { items: [...FIVE, aPrompt('x'.repeat(2001))], ...RETRY });
			expect(error?.message).toContain('2001 characters');
			expect(simulator.requests).toEqual([]);
		}));
});

const FRAMES: Array<[string, Parameters<typeof place>[2]]> = [
	['one file', { first: FIRST, last: null }],
	['a file behind an address', { first: { url: FIRST_URL }, last: LAST }],
	['two files', { first: FIRST, last: LAST }],
];

describe.each(KEYED)('an outcome that stays unknown at %s', (provider) => {
	test.concurrent.each(FRAMES)(
		'is not asked for again with %s: uploaded anew it would be another request',
		(_what, frames) =>
			onStage(async ({ simulator, run }) => {
				const { parameters, item } = await place(provider, 'hailuo-02', frames, 'memory');
				simulator.addFault({ kind: 'reset', operation: 'create', moment: 'after', times: 99 });
				const failed = await run(parameters, { items: [item] });
				const unknown = `It is not known whether ${LABELS[provider]} made this job [item 0]`;
				expect(failed.error?.message).toBe(unknown);
				simulator.clearFaults();
				const before = simulator.requests.length;
				const retried = await run(parameters, { items: [item], retryOf: failed.data, mode: 'retry' });
				expect(retried.error?.message).toBe(unknown);
				expect(requestLines({ requests: simulator.requests.slice(before) })).toEqual([]);
				expect(simulator.jobs).toHaveLength(1);
			}),
	);
});

describe('an outcome that stays unknown at apiframe', () => {
	test.concurrent(
		'is settled by the same key in the next try',
		() =>
			onStage(async ({ simulator, run }) => {
				// Longer than one try repeats it.
				simulator.addFault({
					kind: 'html',
					status: 500,
					operation: 'create',
					moment: 'after',
					matches: isThird,
					times: 6,
				});
				const { items, error } = await run(aCreate('apiframe'), { items: FIVE, ...RETRY });
				expect(error).toBeUndefined();
				expect(boatsOf(simulator, items)).toEqual(ALL_FIVE);
				expect(simulator.jobs).toHaveLength(5);
				const keys = simulator.requestsOf('apiframe', 'create').map(({ headers }) => headers['idempotency-key']);
				expect(new Set(keys).size).toBe(5);
			}),
		40_000,
	);

	test.concurrent(
		'is settled by the key of the execution that failed, when that is retried',
		() =>
			onStage(async ({ simulator, run }) => {
				simulator.addFault({
					kind: 'html',
					status: 500,
					operation: 'create',
					moment: 'after',
					matches: isThird,
					times: 5,
				});
				const failed = await run(aCreate('apiframe'), { items: FIVE });
				expect(failed.error?.message).toBe('It is not known whether Apiframe made this job [item 3]');
				const { items, error } = await run(aCreate('apiframe'), { items: FIVE, retryOf: failed.data, mode: 'retry' });
				expect(error).toBeUndefined();
				expect(boatsOf(simulator, items)).toEqual(ALL_FIVE);
				expect(simulator.jobs).toHaveLength(5);
			}),
		40_000,
	);
});

test.each(PROVIDERS)('at %s what was bought is kept for the next try only where there will be one', (provider) =>
	onStage(async ({ simulator, run }) => {
		const kept = ({ data }: EngineRun) =>
			Object.keys(Object(data.executionData?.contextData['node:Hailuo']?.hailuoJobs));
		expect(kept(await run(aCreate(provider), { items: FIVE }))).toEqual([]);
		simulator.addFault({ kind: 'status', status: 400, operation: 'create', matches: isThird });
		expect(kept(await run(aCreate(provider), { items: FIVE }))).toHaveLength(4);
	}),
);

/** Hands its items to output 0 as often as it is told, then to output 1. */
class Loop implements INodeType {
	description: INodeType['description'] = {
		displayName: 'Loop',
		name: 'loop',
		group: ['transform'],
		version: 1,
		description: 'Goes round',
		defaults: { name: 'Loop' },
		inputs: ['main'],
		outputs: ['main', 'main'],
		properties: [],
	};

	execute: NonNullable<INodeType['execute']>;

	constructor(items: INodeExecutionData[], rounds: number) {
		let left = rounds;
		this.execute = async () => {
			left -= 1;
			const round = items.map(({ json }) => ({ json }));
			return await Promise.resolve(left >= 0 ? [round, []] : [[], round]);
		};
	}
}

test.each(PROVIDERS)("at %s a loop's second run buys anew, the same prompts too", (provider) =>
	onStage(async ({ simulator, credentials }) => {
		const items = [aPrompt('Boat 0'), aPrompt('Boat 1')];
		// The first run fails once, so that its jobs are remembered when it succeeds.
		simulator.addFault({ kind: 'status', status: 400, operation: 'create' });
		const { error, runsOf } = await runWorkflow(
			[aNode('Items', 'test.items'), aNode('Loop', 'test.loop'), aHailuoNode(aCreate(provider), RETRY.node)],
			{
				Items: { main: [[{ node: 'Loop', type: 'main', index: 0 }]] },
				Loop: { main: [[{ node: 'Hailuo', type: 'main', index: 0 }], []] },
				Hailuo: { main: [[{ node: 'Loop', type: 'main', index: 0 }]] },
			},
			{ items, credentials, executionId: nextExecutionId(), types: { 'test.loop': new Loop(items, 2) } },
		);
		expect(error).toBeUndefined();
		expect(runsOf('Hailuo')).toBe(2);
		expect(simulator.jobs).toHaveLength(4);
		if (KEYED.includes(provider)) expect(new Set(simulator.jobs.map((job) => job.idempotencyKey)).size).toBe(4);
	}),
);

describe('a failed execution that is retried from the list', () => {
	const fails = { kind: 'status', status: 400, operation: 'create' } as const;

	test.each(PROVIDERS)('at %s adopts the jobs it made, and makes the others', (provider) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ ...fails, matches: isThird });
			const failed = await run(aCreate(provider), { items: FIVE });
			expect(failed.error).toBeDefined();
			const { items, error } = await run(aCreate(provider), { items: FIVE, retryOf: failed.data, mode: 'retry' });
			expect(error).toBeUndefined();
			expect(boatsOf(simulator, items)).toEqual(ALL_FIVE);
			expect(simulator.jobs).toHaveLength(5);
			expect(simulator.requests).toHaveLength(6);
		}),
	);

	test.each(WITHOUT_KEY)('at %s reports an unknown outcome again', (provider) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'reset', operation: 'create', moment: 'after', matches: isThird });
			const failed = await run(aCreate(provider), { items: FIVE });
			const { error } = await run(aCreate(provider), { items: FIVE, retryOf: failed.data, mode: 'retry' });
			expect(error?.message).toBe(`It is not known whether ${LABELS[provider]} made this job [item 3]`);
			expect([simulator.jobs.length, simulator.requests.length]).toEqual([5, 5]);
		}),
	);

	test.each<[string, ProviderName, Record<string, string>]>([
		['an edited resolution', 'aimlApi', { resolution: '1080P' }],
		['an edited prompt', 'apiframe', { prompt: '={{ $json.prompt }}, at dusk' }],
		['another model', 'wiro', { model: 'hailuo-2.3' }],
	])('buys anew with %s', (_what, provider, changes) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ ...fails, matches: isThird });
			const failed = await run(aCreate(provider), { items: FIVE });
			expect(simulator.jobs).toHaveLength(4);
			const edited = aCreate(provider, changes);
			const { items, error } = await run(edited, { items: FIVE, retryOf: failed.data, mode: 'retry' });
			expect(error).toBeUndefined();
			expect(boatsOf(simulator, items)).toEqual(ALL_FIVE);
			expect(simulator.jobs).toHaveLength(9);
		}),
	);

	test('does not adopt what another execution has made', () =>
		onStage(async ({ simulator, run }) => {
			await run(aCreate('evolink'), { items: FIVE });
			await run(aCreate('evolink'), { items: FIVE });
			expect(simulator.jobs).toHaveLength(10);
			expect(requestLines(simulator)).toHaveLength(10);
		}));
});
