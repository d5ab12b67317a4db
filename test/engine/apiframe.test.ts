/** What only Apiframe has: results of many shapes, and a key under which the same create makes one job. */
import type { ApiframeResultShape, Simulator } from '../tools/simulator';
import { aCreate, aPrompt, fieldsOf, onJob, onStage, WITHOUT_KEY } from './stage';

const SHAPES: ApiframeResultShape[] = [
	'videoUrl',
	'video_url',
	'url',
	'string',
	'videos',
	'videosObjects',
	'urls',
	'output',
];

test.each(SHAPES)('a result in the shape %s is read', (apiframeResultShape) =>
	onStage(
		async ({ simulator, run, make }) => {
			const made = await make('apiframe', 'succeeded');
			const { items } = await run(onJob('get', 'apiframe'), { items: [made] });
			expect(items).toMatchObject([
				{ json: { status: 'succeeded', videoUrl: simulator.jobs[0]?.videoUrl, additionalUrls: [] } },
			]);
		},
		{ apiframeResultShape },
	),
);

const keysOf = (simulator: Simulator) =>
	simulator.requestsOf('apiframe', 'create').map(({ headers }) => headers['idempotency-key']);

describe('the idempotency key', () => {
	test('is sent with every create, another for every item', () =>
		onStage(async ({ simulator, run }) => {
			await run(aCreate('apiframe'), { items: [aPrompt(), aPrompt(), aPrompt('Another')] });
			const keys = keysOf(simulator);
			expect(keys).toEqual(keys.map(() => expect.stringMatching(/^n8n-[0-9a-f]{32}-\d+-[0-9a-f]{16}$/)));
			expect(new Set(keys).size).toBe(3);
			expect(simulator.jobs).toHaveLength(3);
		}));

	test('is the same for the same item of the same execution, and another for another request, node or execution', () =>
		onStage(async ({ simulator, run }) => {
			const same = { executionId: '77', resumeToken: 'drawn once' };
			await run(aCreate('apiframe'), same);
			await run(aCreate('apiframe'), same);
			await run(aCreate('apiframe', { resolution: '1080P' }), same);
			await run(aCreate('apiframe'), { items: [aPrompt('Edited')], ...same });
			await run(aCreate('apiframe'), { ...same, node: { id: 'another node' } });
			await run(aCreate('apiframe'), { ...same, executionId: '78' });
			const [first, second, ...others] = keysOf(simulator);
			expect(second).toBe(first);
			expect(new Set([first, ...others]).size).toBe(5);
			expect(simulator.jobs).toHaveLength(5);
		}));

	test("begins with the user's own where there is one, so that another execution buys nothing anew", () =>
		onStage(async ({ simulator, run }) => {
			const parameters = aCreate('apiframe', { options: { idempotencyKey: 'campaign ü' } });
			const first = await run(parameters, { items: [aPrompt(), aPrompt()] });
			const second = await run(parameters, { items: [aPrompt(), aPrompt()] });
			expect(keysOf(simulator)[0]).toMatch(/^campaign__-[0-9a-f]{8}-0-[0-9a-f]{16}$/);
			expect(fieldsOf(second.items, 'jobId')).toEqual(fieldsOf(first.items, 'jobId'));
			expect(simulator.jobs).toHaveLength(2);
		}));

	test('fits where it must, however long the own one is', () =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(aCreate('apiframe', { options: { idempotencyKey: 'k'.repeat(1000) } }));
			expect([error, simulator.jobs.length]).toEqual([undefined, 1]);
		}));

	test('goes to no provider that has none', () =>
		onStage(async ({ simulator, run }) => {
			for (const provider of WITHOUT_KEY) await run(aCreate(provider));
			expect(simulator.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, undefined]);
		}));
});

describe('a create of unknown outcome', () => {
	test.concurrent('is settled by the same key after several faults, before and after the job is made', () =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'reset', operation: 'create' });
			simulator.addFault({ kind: 'reset', operation: 'create', moment: 'after' });
			simulator.addFault({ kind: 'html', operation: 'create' });
			const { items, error } = await run(aCreate('apiframe'));
			expect(error).toBeUndefined();
			expect(fieldsOf(items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
			expect(new Set(keysOf(simulator)).size).toBe(1);
			expect([simulator.jobs.length, keysOf(simulator).length]).toEqual([1, 4]);
		}),
	);
});
