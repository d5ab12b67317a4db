/** What a callback does that comes to a suspended execution, in n8n-core's own webhook context. */
import type { IConnections, IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import {
	aHailuoNode,
	aNode,
	runWorkflow,
	type EngineOptions,
	type EngineRun,
	type WebhookCall,
} from '../tools/support/runNode';
import { moveTo, nextExecutionId, onJob, onStage, type Stage } from './stage';
import { suspend, to, wokenBy } from './looping';

/** A node that suspends, with Recheck leading back to it. */
function aSuspender(name: string, next: string, changes: INodeParameters): { node: INode; connections: IConnections } {
	const parameters = { waitStrategy: 'loop', release: 'together', ...onJob('wait', 'apiframe', changes) };
	return {
		node: aHailuoNode(parameters, { id: name, name }),
		connections: { [name]: { main: [to(name), to(next)] } },
	};
}

/** Items → Hailuo, or a node of another name, which suspends for these jobs. */
async function asleep(
	stage: Stage,
	items: INodeExecutionData[],
	changes: INodeParameters = {},
	{ executionId = nextExecutionId(), name = 'Hailuo' } = {},
): Promise<EngineRun> {
	const drawing = { recheck: name, node: { id: name, name } };
	const slept = await suspend(stage, onJob('wait', 'apiframe', changes), { items, executionId, ...drawing });
	expect(slept.run.status).toBe('waiting');
	return slept;
}

/** Items → First → Second, which suspend one after the other for jobs that were made before. */
async function asleepInARow({ credentials }: Stage, options: Partial<EngineOptions>): Promise<EngineRun> {
	const first = aSuspender('First', 'Second', { jobId: '={{ $json.first }}' });
	const second = aSuspender('Second', 'After', { jobId: `={{ $('Items').first().json.second }}` });
	const nodes = [aNode('Items', 'test.items'), first.node, second.node, aNode('After', 'test.pass')];
	const connections = { Items: { main: [to('First')] }, ...first.connections, ...second.connections };
	const slept = await runWorkflow(nodes, connections, { credentials, ...options });
	expect(slept.run.status).toBe('waiting');
	return slept;
}

/** Apiframe's callback, in the shape of its documentation (webhooks, payload). */
function said(status: 'COMPLETED' | 'FAILED' | 'PROCESSING', { json }: INodeExecutionData): IDataObject {
	const ends = { COMPLETED: 'completed', FAILED: 'failed', PROCESSING: 'progress' };
	return { event: ends[status], jobId: json.jobId, status, progress: status === 'PROCESSING' ? 40 : 100 };
}

const ring = async (slept: EngineRun, body: IDataObject) => await slept.callWebhook('Hailuo', body);

/** Which items the execution goes on with are marked as rung; null when it sleeps on. */
function wokenWith({ told }: WebhookCall): boolean[] | null {
	const items = told?.workflowData?.[0];
	return items === undefined ? null : items.map(({ json }) => Reflect.get(Object(json.hailuoWait), 'rang') === true);
}

describe('a callback to a suspended execution', () => {
	afterEach(() => {
		jest.restoreAllMocks();
	});

	test.each<[string, (job: INodeExecutionData) => IDataObject, string]>([
		['that is no callback of the provider', () => ({ hello: 'world' }), 'not a callback of this provider'],
		['about progress', (job) => said('PROCESSING', job), 'only progress'],
		['about another job', () => said('COMPLETED', { json: { jobId: 'another' } }), 'not a job that is waited for'],
	])('%s does not wake it', (_, body, reason) =>
		onStage(async (stage) => {
			const job = await stage.make('apiframe');
			const { told, status } = await ring(await asleep(stage, [job]), body(job));
			expect(told).toEqual({ webhookResponse: { resumed: false, reason } });
			expect(status).toBeNull();
		}),
	);

	test('about its only job wakes it with that job marked, and all else on the item as it was', () =>
		onStage(async (stage) => {
			const job = await stage.make('apiframe');
			const slept = await asleep(stage, [{ json: { ...job.json, row: 7 } }]);
			const call = await ring(slept, said('COMPLETED', job));
			expect(call.told?.webhookResponse).toEqual({ resumed: true });
			expect(wokenWith(call)).toEqual([true]);
			expect(call.told?.workflowData?.[0]?.[0]?.json).toMatchObject({ ...job.json, row: 7 });
		}));

	test('waits for the other jobs where all are released together, and the last one marks them all', () =>
		onStage(async (stage) => {
			const jobs = [await stage.make('apiframe'), await stage.make('apiframe'), await stage.make('apiframe')];
			const slept = await asleep(stage, jobs);
			const [first, second, third] = jobs.map((job) => said('COMPLETED', job));
			expect(wokenWith(await ring(slept, second!))).toBeNull();
			expect(wokenWith(await ring(slept, first!))).toBeNull();
			expect(wokenWith(await ring(slept, second!))).toBeNull();
			expect(wokenWith(await ring(slept, third!))).toEqual([true, true, true]);
		}));

	test('about a job that failed wakes it at once, with the jobs that had rung before', () =>
		onStage(async (stage) => {
			const jobs = [await stage.make('apiframe'), await stage.make('apiframe'), await stage.make('apiframe')];
			const slept = await asleep(stage, jobs);
			expect(wokenWith(await ring(slept, said('COMPLETED', jobs[0]!)))).toBeNull();
			expect(wokenWith(await ring(slept, said('FAILED', jobs[2]!)))).toEqual([true, false, true]);
		}));

	test.each([
		['in the form', 'asFinished'],
		['by an expression, with blanks around it', "={{ ' asFinished ' }}"],
	])('wakes it for each job where they are released as they finish, chosen %s', (_where, release) =>
		onStage(async (stage) => {
			const jobs = [await stage.make('apiframe'), await stage.make('apiframe')];
			const slept = await asleep(stage, jobs, { release });
			expect(wokenWith(await ring(slept, said('COMPLETED', jobs[1]!)))).toEqual([false, true]);
		}),
	);

	test('that finds it in the turn from which another one is waking it is told to come again', () =>
		onStage(async (stage) => {
			const jobs = [await stage.make('apiframe'), await stage.make('apiframe')];
			const slept = await asleep(stage, jobs, { release: 'asFinished' });
			await ring(slept, said('COMPLETED', jobs[0]!));
			const { told, status } = await ring(slept, said('COMPLETED', jobs[1]!));
			expect(status).toBe(409);
			expect(told).toEqual({ noWebhookResponse: true });
		}));

	test('that comes again, since its wake-up came to nothing, still stands for all that had rung', () =>
		onStage(async (stage) => {
			const jobs = [await stage.make('apiframe'), await stage.make('apiframe')];
			const slept = await asleep(stage, jobs);
			const [first, second] = jobs.map((job) => said('COMPLETED', job));
			await ring(slept, first!);
			expect(wokenWith(await ring(slept, second!))).toEqual([true, true]);
			const { status } = await ring(slept, second!);
			expect(status).toBe(409);
			jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 11_000);
			expect(wokenWith(await ring(slept, second!))).toEqual([true, true]);
		}));

	test('for a second suspended wait is not taken for one that comes too late to the first', () =>
		onStage(async (stage) => {
			const [first, second] = [await stage.make('apiframe'), await stage.make('apiframe')];
			const items = [{ json: { first: first.json.jobId, second: second.json.jobId } }];
			const options = { items, executionId: nextExecutionId() };
			const atFirst = await asleepInARow(stage, options);
			moveTo(stage.simulator, String(first.json.jobId), 'succeeded');
			const woken = await atFirst.callWebhook('First', said('COMPLETED', first));
			const atSecond = await asleepInARow(stage, { ...options, resumeOf: wokenBy(woken, atFirst) });
			expect(atSecond.runsOf('Second')).toBeLessThanOrEqual(atFirst.runsOf('First'));
			expect(wokenWith(await atSecond.callWebhook('Second', said('COMPLETED', second)))).toEqual([true]);
			// To the first it still comes too late.
			expect((await atFirst.callWebhook('First', said('COMPLETED', first))).status).toBe(409);
		}));

	test('knows nothing of what rang for another node of its execution', () =>
		onStage(async (stage) => {
			const jobs = [await stage.make('apiframe'), await stage.make('apiframe')];
			const executionId = nextExecutionId();
			const one = await asleep(stage, jobs, {}, { executionId });
			const other = await asleep(stage, jobs, {}, { executionId, name: 'Second' });
			await ring(one, said('COMPLETED', jobs[0]!));
			expect(wokenWith(await other.callWebhook('Second', said('COMPLETED', jobs[1]!)))).toBeNull();
		}));

	test('knows nothing of what rang in another execution', () =>
		onStage(async (stage) => {
			const jobs = [await stage.make('apiframe'), await stage.make('apiframe')];
			const [one, other] = [await asleep(stage, jobs), await asleep(stage, jobs)];
			await ring(one, said('COMPLETED', jobs[0]!));
			expect(wokenWith(await ring(other, said('COMPLETED', jobs[1]!)))).toBeNull();
		}));
});
