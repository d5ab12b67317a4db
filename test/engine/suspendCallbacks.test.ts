/** Callbacks of a suspended wait: from the execution that is put aside to the one that waits in its place. */
import type { IDataObject, INodeType } from 'n8n-workflow';
import { Hailuo } from '../tools/support/built';
import { Endpoint } from '../tools/support/endpoint';
import type { EngineRun, InnerRun } from '../tools/support/runNode';
import { pass, wokenBy } from './looping';
import {
	aCreate,
	aCreateAndWait,
	aPrompt,
	fieldsOf,
	moveTo,
	nextExecutionId,
	onJob,
	onStage,
	until,
	type Stage,
} from './stage';
import { driveSuspended, innerOf, suspend, type SuspendOptions } from './suspending';

const SUSPEND = { waitStrategy: 'suspend', callback: 'thisExecution' };

const three = ['One', 'Two', 'Three'].map((prompt) => aPrompt(prompt));

/** Apiframe's callback, in the shape of its documentation (webhooks, payload). */
const said = (jobId: unknown, status = 'COMPLETED'): IDataObject => {
	const ends: IDataObject = { COMPLETED: 'completed', FAILED: 'failed', PROCESSING: 'progress' };
	return { event: ends[status], jobId: String(jobId), status, progress: status === 'PROCESSING' ? 40 : 100 };
};

/** A suspended wait for three jobs, beside n8n's waiting endpoint. */
interface Scene extends Stage {
	endpoint: Endpoint;
	outer: EngineRun;
	inner: InnerRun;
	jobIds: string[];
	/** What came to the doorbell of the inner execution. */
	rings(): IDataObject[];
}

async function onScene(act: (scene: Scene) => Promise<void>, options: SuspendOptions = {}): Promise<void> {
	const endpoint = await new Endpoint().open();
	try {
		await onStage(async (stage) => {
			const outer = await suspend(stage, aCreateAndWait('apiframe', SUSPEND), {
				...{ items: three, executionId: nextExecutionId(), webhookWaitingBaseUrl: `${endpoint.url}/webhook-waiting` },
				...options,
			});
			const inner = innerOf(outer);
			const doorbell = `/webhook-waiting/${inner.run.executionId}/hailuo`;
			const isRing = ({ path }: { path: string }) => path.split('?')[0] === doorbell;
			await act({
				...stage,
				endpoint,
				outer,
				inner,
				jobIds: stage.simulator.jobs.map(({ id }) => id),
				rings: () => endpoint.received.filter(isRing).map(({ body }) => JSON.parse(body)),
			});
		});
	} finally {
		await endpoint.close();
	}
}

/** Two processes of n8n: one executes and so puts executions aside, the other takes callbacks. */
function anotherProcess(): INodeType {
	let other: INodeType | undefined;
	jest.isolateModules(() => {
		other = new (require('../../dist/nodes/Hailuo/Hailuo.node') as { Hailuo: new () => INodeType }).Hailuo();
	});
	if (other?.webhook === undefined) throw new Error('The node has no webhook');
	return Object.assign(new Hailuo(), { webhook: other.webhook });
}

const inTwoProcesses = () => ({ types: { 'n8n-nodes-hailuo.hailuo': anotherProcess() } });

describe('a callback to an execution that is put aside', () => {
	test('is asked for at the address of that execution', () =>
		onScene(async ({ simulator, outer, endpoint }) => {
			const addresses = simulator.jobs.map(({ callbackUrl }) => callbackUrl?.split('?')[0]);
			const own = `${endpoint.url}/webhook-waiting/${outer.executionId}/hailuo`;
			expect(addresses).toEqual([own, own, own]);
		}));

	test('is handed on to the one that waits in its place, and never wakes it itself', () =>
		onScene(async ({ outer, jobIds, rings }) => {
			const { told } = await outer.callWebhook('Hailuo', said(jobIds[1]));
			expect(told).toEqual({ webhookResponse: { resumed: false, handedOn: true } });
			await until(() => rings().length === 1);
			expect(rings()).toEqual([{ hailuoCallback: { jobId: jobIds[1], handles: {}, status: 'succeeded' } }]);
		}));

	test('that a trigger has handed on goes the same way', () =>
		onScene(async ({ outer, jobIds, rings }) => {
			await outer.callWebhook('Hailuo', { hailuoCallback: { jobId: jobIds[0], handles: {}, status: 'failed' } });
			await until(() => rings().length === 1);
			expect(rings()).toEqual([{ hailuoCallback: { jobId: jobIds[0], handles: {}, status: 'failed' } }]);
		}));

	test.each<[string, IDataObject, string]>([
		['that is none of the provider', { hello: 'world' }, 'not a callback of this provider'],
		['about progress', said('x', 'PROCESSING'), 'only progress'],
	])('%s goes nowhere', (_what, body, reason) =>
		onScene(async ({ outer, endpoint }) => {
			expect((await outer.callWebhook('Hailuo', body)).told).toEqual({
				webhookResponse: { resumed: false, reason },
			});
			await pass(1000);
			expect(endpoint.received).toEqual([]);
		}),
	);

	test('before anything waits there is left alone', () =>
		onStage(async (stage) => {
			const made = await suspend(stage, aCreate('apiframe', SUSPEND));
			const { told } = await made.callWebhook('Hailuo', said('any'));
			expect(told).toMatchObject({ webhookResponse: { resumed: false } });
		}));

	test('wakes the waiting one for the last of its jobs, which reads each once, and the items leave', () =>
		onScene(async (scene) => {
			const { outer, inner, jobIds, rings, simulator } = scene;
			for (const id of jobIds) {
				moveTo(simulator, id, 'succeeded');
				await outer.callWebhook('Hailuo', said(id));
			}
			await until(() => rings().length === 3);
			const [first, second, last] = rings();
			for (const early of [first!, second!])
				expect((await inner.callDoorbell(early)).told).toMatchObject({
					webhookResponse: { resumed: false },
				});
			const woken = await inner.resume(wokenBy(await inner.callDoorbell(last!), inner.run));
			expect(woken.run.run.status).toBe('success');
			expect(simulator.requestsOf('apiframe', 'read').length).toBe(3);
			expect(fieldsOf(woken.run.outputsOf('Finished Jobs')[0] ?? [], 'jobId')).toEqual(jobIds);
		}));

	test('that is forged costs one read of that job at most, and brings nothing out', () =>
		onScene(async ({ outer, inner, jobIds, rings, simulator }) => {
			await outer.callWebhook('Hailuo', said(jobIds[0], 'FAILED'));
			await until(() => rings().length === 1);
			const woken = await inner.resume(wokenBy(await inner.callDoorbell(rings()[0]!), inner.run));
			expect(woken.run.run.status).toBe('waiting');
			expect(simulator.requestsOf('apiframe', 'read').map(({ jobId }) => jobId)).toEqual([jobIds[0]]);
		}));

	test('about a job of another execution costs nothing', () =>
		onScene(async ({ outer, inner, rings, simulator }) => {
			await outer.callWebhook('Hailuo', said('foreign'));
			await until(() => rings().length === 1);
			const { told } = await inner.callDoorbell(rings()[0]!);
			expect(told).toEqual({ webhookResponse: { resumed: false, reason: 'not a job that is waited for' } });
			expect(simulator.requestsOf('apiframe', 'read')).toEqual([]);
		}));
});

describe('callbacks that come to several processes', () => {
	test('wake the waiting execution after a quiet of some seconds, for the jobs that have rung there', () =>
		onScene(async ({ inner, jobIds, rings, simulator }) => {
			const started = Date.now();
			for (const id of jobIds.slice(0, 2)) {
				moveTo(simulator, id, 'succeeded');
				const { told } = await inner.callDoorbell(said(id));
				expect(told).toMatchObject({ webhookResponse: { resumed: false } });
				await pass(1000);
			}
			await until(() => rings().length === 1);
			expect(Date.now() - started).toBeGreaterThanOrEqual(5000);
			expect(Date.now() - started).toBeLessThan(6500);
			expect(rings()).toEqual([{ hailuoRung: jobIds.slice(0, 2) }]);
			const woken = await inner.resume(wokenBy(await inner.callDoorbell(rings()[0]!), inner.run));
			expect(woken.run.run.status).toBe('waiting');
			expect(simulator.requestsOf('apiframe', 'read').map(({ jobId }) => jobId)).toEqual(jobIds.slice(0, 2));
		}, inTwoProcesses()));

	test('wake it once in such a quiet, and later after a longer one', () =>
		onScene(async ({ inner, jobIds, rings }) => {
			await inner.callDoorbell(said(jobIds[0]));
			await until(() => rings().length === 1);
			const started = Date.now();
			await inner.callDoorbell(said(jobIds[1]));
			await until(() => rings().length === 2);
			expect(Date.now() - started).toBeGreaterThanOrEqual(8000);
			await pass(60_000);
			expect(rings().length).toBe(2);
		}, inTwoProcesses()));

	test('need not, where the last of them has woken it meanwhile', () =>
		onScene(async ({ inner, jobIds, rings }) => {
			for (const id of jobIds) await inner.callDoorbell(said(id));
			await pass(60_000);
			expect(rings()).toEqual([]);
		}, inTwoProcesses()));

	test('is what no execution waits for that the same process has put aside', () =>
		onScene(async ({ inner, jobIds, rings }) => {
			await inner.callDoorbell(said(jobIds[0]));
			await pass(60_000);
			expect(rings()).toEqual([]);
		}));
});

test('jobs of a Create before it ring for a suspended wait through the address of its execution', () =>
	onStage(async (stage) => {
		const made = await stage.make('apiframe');
		const { outer, wakings } = await driveSuspended(
			stage,
			onJob('wait', 'apiframe', SUSPEND),
			{ items: [made] },
			async (inner, outside) => {
				moveTo(stage.simulator, String(made.json.jobId), 'succeeded');
				expect((await outside.callWebhook('Hailuo', said(made.json.jobId))).told).toMatchObject({
					webhookResponse: { handedOn: true },
				});
				expect(inner.run.run.status).toBe('waiting');
			},
		);
		expect([fieldsOf(outer.outputsOf('After')[0] ?? [], 'status'), wakings]).toEqual([['succeeded'], 1]);
	}));
