import type { INodeParameters } from 'n8n-workflow';
import type { Fault, JobPhase, ProviderName } from '../tools/simulator';
import { fieldsOf, MODEL_OF, onJob, onStage, PROVIDERS, requestLines, until, WORDS } from './stage';

const PHASES: readonly JobPhase[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];

const everyPhase = PROVIDERS.flatMap((provider) => PHASES.map((phase): [JobPhase, ProviderName] => [phase, provider]));

const FAILURE_CODES: Record<ProviderName, string | null> = {
	aimlApi: 'GenerationError',
	apiframe: null,
	evolink: 'service_error',
	minimax: '1000',
	wiro: '1',
};

describe('Get', () => {
	test.each(everyPhase)('shows a %s job at %s as it is, with one request', (phase, provider) =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make(provider, phase, 'A cat [[fail:CUDA error]]');
			simulator.requests.length = 0;
			const { items, error } = await run(onJob('get', provider), { items: [made] });
			expect(error).toBeUndefined();
			expect(items).toHaveLength(1);
			expect(items[0]).toMatchObject({
				json: {
					provider,
					jobId: made.json.jobId,
					model: MODEL_OF[provider],
					status: phase,
					rawStatus: WORDS[provider][phase],
					videoUrl: phase === 'succeeded' ? simulator.jobs[0]?.videoUrl : null,
					additionalUrls: [],
					failure: phase === 'failed' ? { code: FAILURE_CODES[provider], message: 'CUDA error' } : null,
				},
				pairedItem: { item: 0 },
			});
			expect(simulator.requests.map(({ operation }) => operation)).toEqual(['read']);
		}),
	);

	test.each(PROVIDERS)('at %s needs nothing but the id', (provider) =>
		onStage(async ({ run, make }) => {
			const made = await make(provider, 'succeeded');
			const { items } = await run(onJob('get', provider, { jobId: String(made.json.jobId) }), {
				items: [{ json: { row: 7 } }],
			});
			expect(items).toMatchObject([{ json: { provider, jobId: made.json.jobId, status: 'succeeded' } }]);
			expect(items[0]?.json).not.toHaveProperty('row');
		}),
	);

	test('of many items keeps their order, each with its own job', () =>
		onStage(async ({ simulator, run, make }) => {
			const phases: JobPhase[] = ['failed', 'succeeded', 'queued', 'running'];
			const made = await Promise.all(phases.map((phase) => make('evolink', phase)));
			simulator.addFault({ kind: 'slow', operation: 'read', delayMs: 100, times: 2 });
			const { items } = await run(onJob('get', 'evolink'), { items: made });
			expect(fieldsOf(items, 'status')).toEqual(phases);
			expect(fieldsOf(items, 'jobId')).toEqual(fieldsOf(made, 'jobId'));
			expect(items.map(({ pairedItem }) => pairedItem)).toEqual(phases.map((_, item) => ({ item })));
		}));

	test.each<[ProviderName, string]>([
		['apiframe', 'read /v2/jobs/..%2F..%2Ftasks%2Fother%3Fx%3D1%23frag'],
		['evolink', 'read /v1/tasks/..%2F..%2Ftasks%2Fother%3Fx%3D1%23frag'],
	])('at %s keeps an id that looks like a path in its place', (provider, line) =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(onJob('get', provider, { jobId: '../../tasks/other?x=1#frag' }));
			expect(requestLines(simulator)).toEqual([line]);
			expect(error?.description).toContain('Job ../../tasks/other?x=1#frag is');
		}),
	);

	test('at aimlApi keeps an id that looks like a query in its place', () =>
		onStage(async ({ simulator, run }) => {
			await run(onJob('get', 'aimlApi', { jobId: 'a&generation_id=b#c' }));
			expect(simulator.requests[0]?.query).toEqual({ generation_id: 'a&generation_id=b#c' });
		}));

	test("at wiro sends an id as text, whatever it looks like, and the task's token where the item has it", () =>
		onStage(async ({ simulator, run, make }) => {
			await run(onJob('get', 'wiro', { jobId: '"}../x' }));
			const made = await make('wiro');
			await run(onJob('get', 'wiro'), { items: [made] });
			await run(onJob('get', 'wiro', { jobId: String(made.json.jobToken) }), { items: [{ json: {} }] });
			expect(simulator.requestsOf('wiro', 'read').map(({ body }) => body)).toEqual([
				{ taskid: '"}../x' },
				{ tasktoken: made.json.jobToken },
				{ tasktoken: made.json.jobToken },
			]);
		}));

	test.each<[string, INodeParameters, string]>([
		['no id', { jobId: '={{ $json.missing }}' }, `'Job ID' is empty`],
		['an empty id', { jobId: '= ' }, `'Job ID' is empty`],
		['an option that is no number', { options: { maxConcurrency: '={{ "many" }}' } }, `'Max Concurrency' is 'many'`],
		['a switch that is neither', { downloadVideo: '={{ "maybe" }}' }, `'Download Video' is 'maybe'`],
	])('with %s makes no request', (_case, changes, message) =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(onJob('get', 'apiframe', changes), { items: [{ json: { jobId: 'x' } }] });
			expect(error).toMatchObject({ name: 'NodeOperationError', message: expect.stringContaining(message) });
			expect(error?.message).toContain('[item 0]');
			expect(simulator.requests).toEqual([]);
		}),
	);
});

describe.each(['get', 'wait', 'cancel'] as const)('%s', (operation) => {
	test('refuses a job that another provider made, before any request', () =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make('apiframe', 'succeeded');
			simulator.requests.length = 0;
			const { error } = await run(onJob(operation, 'wiro'), { items: [made] });
			expect(error).toMatchObject({
				name: 'NodeOperationError',
				message: `'Provider' is Wiro, but job ${made.json.jobId} was made by Apiframe; choose Apiframe [item 0]`,
			});
			expect(simulator.requests).toEqual([]);
		}));

	test("takes any other column called provider for the user's own", () =>
		onStage(async ({ run, make }) => {
			const made = await make('wiro', 'succeeded');
			for (const json of [
				{ ...made.json, provider: 'Acme Films' },
				{ ...made.json, provider: 3 },
				{ id: made.json.jobId, jobId: 'of something else', provider: 'apiframe' },
			]) {
				const { items, error } = await run(onJob(operation, 'wiro', { jobId: String(made.json.jobId) }), {
					items: [{ json }],
				});
				expect(error).toBeUndefined();
				expect(items).toMatchObject([{ json: { provider: 'wiro', jobId: made.json.jobId, status: 'succeeded' } }]);
			}
		}));
});

/** What a table may hold beside a job's ID, with nothing of it being the job's. */
const OWN_COLUMNS = { model: 'Camera 7', createdAt: new Date(Date.now() - 3 * 86_400_000).toISOString() };

describe("columns of the user's own beside an ID", () => {
	test.each(PROVIDERS)('at %s do not become what the job says of itself', (provider) =>
		onStage(async ({ run, make }) => {
			const made = await make(provider, 'succeeded');
			const { jobId } = made.json;
			const rows = [{ jobId }, { jobId, ...OWN_COLUMNS }, { jobId, ...OWN_COLUMNS, provider: 'Acme Films' }];
			const { items } = await run(onJob('get', provider), { items: rows.map((json) => ({ json })) });
			const [alone, ...others] = items.map(({ json }) => json);
			expect(alone).toMatchObject({ jobId, status: 'succeeded' });
			expect(others).toEqual([alone, alone]);
		}),
	);

	test.concurrent.each(['aimlApi', 'apiframe', 'wiro'] as const)('at %s do not end the wait for it', (provider) =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make(provider, 'running');
			const { jobId } = made.json;
			const waiting = run(onJob('wait', provider), { items: [{ json: { jobId, ...OWN_COLUMNS } }] });
			await until(() => simulator.requestsOf(provider, 'read').length === 1);
			simulator.finishJob(String(jobId));
			expect((await waiting).items).toMatchObject([{ json: { jobId, status: 'succeeded' } }]);
		}),
	);

	test('keep away neither the route of a job nor its token', () =>
		onStage(async ({ simulator, run, make }) => {
			const [routed, tokened] = [await make('aimlApi'), await make('wiro')];
			const { jobToken } = tokened.json;
			await run(onJob('get', 'aimlApi'), { items: [{ json: { jobId: routed.json.jobId, route: 'minimax' } }] });
			await run(onJob('get', 'wiro'), { items: [{ json: { jobId: tokened.json.jobId, jobToken } }] });
			expect(simulator.requestsOf('aimlApi', 'read')[0]?.path).toContain('minimax');
			expect(simulator.requestsOf('wiro', 'read')[0]?.body).toEqual({ tasktoken: jobToken });
		}));
});

test("a moment on a job's item is put out as ISO 8601, and nothing else as a moment", () =>
	onStage(async ({ run, make }) => {
		// AI/ML API does not say when it made a job.
		const made = await make('aimlApi', 'succeeded');
		const moments = ['2026-05-04 10:00:00', 1_777_888_800, 'last Monday'];
		const { items } = await run(onJob('get', 'aimlApi'), {
			items: moments.map((createdAt) => ({ json: { ...made.json, createdAt } })),
		});
		expect(fieldsOf(items, 'createdAt')).toEqual(['2026-05-04T10:00:00.000Z', '2026-05-04T10:00:00.000Z', null]);
	}));

describe('a single look', () => {
	test.concurrent.each<[string, Fault]>([
		['a 500', { kind: 'status', status: 500 }],
		['a 429 that names its time', { kind: 'status', status: 429, headers: { 'retry-after': '2' } }],
	])('survives %s', (_case, fault) =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make('apiframe', 'succeeded');
			simulator.addFault({ ...fault, operation: 'read' });
			const { items, error } = await run(onJob('get', 'apiframe'), { items: [made] });
			expect(error).toBeUndefined();
			expect(fieldsOf(items, 'status')).toEqual(['succeeded']);
			const [first, second, ...more] = simulator.requestsOf('apiframe', 'read').map(({ at }) => at);
			expect(more).toEqual([]);
			const pause = Number(second) - Number(first);
			// Otherwise a second, a quarter more or less.
			if (fault.status === 429) expect(pause).toBe(2000);
			else expect([pause >= 750, pause <= 1250]).toEqual([true, true]);
		}),
	);
});
