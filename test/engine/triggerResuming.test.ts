/** What becomes of callbacks at a trigger that wakes executions, up to n8n's own waiting endpoint. */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { TriggerServer } from '../tools/support/triggerServer';
import { nextExecutionId, onJob, onStage, until } from './stage';
import { pass, suspend } from './looping';
import { CALLING, logged, onScene, said, statusesOf, type Made, type Scene } from './triggerScene';
import type { CallingProvider } from '../tools/simulator/types';

interface Resuming extends Omit<Scene, 'make'> {
	trigger: TriggerServer;
	/** Makes a job, of an execution of its own unless told otherwise, that waits at the trigger's n8n, and ends it. */
	make(changes?: INodeParameters, executionId?: string): Promise<Made>;
	/** Lets n8n's waiting endpoint answer, which until then keeps its callers waiting. */
	open(): void;
}

async function onResuming(
	provider: CallingProvider,
	answerOf: (count: number) => number,
	act: (scene: Resuming) => Promise<void>,
): Promise<void> {
	let open = () => {};
	const gate = new Promise<void>((resolve) => {
		open = () => resolve();
	});
	await onScene(provider, async (scene) => {
		const trigger = await scene.listen({}, { onCallback: 'resumeExecution' });
		trigger.answerRing = async (count) => {
			const status = answerOf(count);
			await gate;
			return status;
		};
		const make: Resuming['make'] = async (changes = {}, executionId = nextExecutionId()) =>
			await scene.finished(null, changes, { webhookWaitingBaseUrl: trigger.waitingUrl, executionId });
		try {
			await act({ ...scene, trigger, make, open });
		} finally {
			open();
		}
	});
}

describe.each(CALLING)("'Resume the Waiting Execution' at %s", (provider) => {
	test('hands on which job it is and what became of it, of whatever came with that', () =>
		onResuming(
			provider,
			() => 200,
			async ({ trigger, make, report, open }) => {
				const { jobId, query } = await make();
				open();
				const body = said(provider, jobId, { padding: 'x'.repeat(1_000_000) });
				expect((await report(trigger.url + query, body)).status).toBe(200);
				await until(() => trigger.rings.length > 0);
				expect(trigger.rings.map((ring) => ring.body)).toEqual([
					{ hailuoCallback: { jobId, handles: {}, status: 'succeeded' } },
				]);
			},
		));

	test('rings once for equal calls, and does not try again where there is no such execution', () =>
		onResuming(
			provider,
			() => 404,
			async ({ trigger, make, report, open }) => {
				const { jobId, query } = await make();
				const calls = Array.from({ length: 40 }, () => report(trigger.url + query, said(provider, jobId)));
				expect(new Set(statusesOf(await Promise.all(calls)))).toEqual(new Set([200]));
				const before = logged('could not be woken').length;
				open();
				await until(() => logged('could not be woken').length > before);
				expect(trigger.rings).toHaveLength(1);
			},
		));

	test('tries again where the execution is running, or n8n is not ready', () =>
		onResuming(
			provider,
			(count) => [409, 503, 200][count - 1] ?? 200,
			async ({ trigger, make, report, open }) => {
				const { jobId, query } = await make();
				open();
				await report(trigger.url + query, said(provider, jobId));
				await until(() => trigger.rings.length === 3);
			},
		));

	test.each([
		['was delivered', 200],
		['came to nothing', 404],
	])('rings for another job of the execution after a ring that %s', (_what, status) =>
		onResuming(
			provider,
			(count) => (count === 1 ? status : 200),
			async ({ trigger, make, report, open }) => {
				const executionId = nextExecutionId();
				const made = [await make({}, executionId), await make({ prompt: 'A boat at night' }, executionId)];
				open();
				for (const [index, { jobId, query }] of made.entries()) {
					await report(trigger.url + query, said(provider, jobId));
					await until(() => trigger.rings.length > index);
					await pass(1000);
				}
				expect(trigger.rings.map(({ body }) => body)).toMatchObject(
					made.map(({ jobId }) => ({ hailuoCallback: { jobId } })),
				);
				const paths = trigger.rings.map(({ path }) => path.split('?')[0]);
				expect(paths).toEqual(made.map(() => `/webhook-waiting/${executionId}/hailuo`));
			},
		),
	);

	test('promises nothing without a ticket, or for one that names another n8n', () =>
		onResuming(
			provider,
			() => 200,
			async ({ trigger, finished, report, open }) => {
				const { jobId, query } = await finished();
				open();
				expect((await report(trigger.url, said(provider, jobId))).status).toBe(401);
				expect((await report(trigger.url + query, said(provider, jobId))).status).toBe(400);
				expect(trigger.rings).toEqual([]);
			},
		));
});

describe('what the trigger hands on', () => {
	test('wakes the execution that waits for the job', () =>
		onStage(async (stage) => {
			const job: INodeExecutionData = await stage.make('apiframe');
			const slept = await suspend(stage, onJob('wait', 'apiframe'), { items: [job], executionId: nextExecutionId() });
			const note = { jobId: String(job.json.jobId), handles: {}, status: 'succeeded' };
			const { told } = await slept.callWebhook('Hailuo', { hailuoCallback: note });
			expect(told?.webhookResponse).toEqual({ resumed: true });
		}));
});
