/** n8n on many machines: PostgreSQL, Redis, one main process, two workers and one webhook process. */
import { hailuo, itemsOf, manualTrigger, noOperation, workflowOf } from '../host/workflows';
import { begin, callbacksOf, durable, finishAndRing, idsOf, jobIdsAt } from './support/durable';
import { describeInQueueMode, startQueueSuite, type QueueSuite } from './support/queueSuite';

describeInQueueMode('queue mode', () => {
	let suite: QueueSuite;

	beforeAll(async () => {
		suite = await startQueueSuite({ simulator: { jobDurationMs: 1_000, videoBytes: 300_000 } });
	});

	afterAll(async () => {
		await suite.close();
	});

	test('a worker makes a video and keeps it where the main process finds it', async () => {
		const parameters = {
			provider: 'apiframe',
			operation: 'createAndWait',
			model: 'hailuo-2.3',
			prompt: 'A paper boat crosses a puddle at dawn',
			resolution: '768P',
			duration: 6,
			downloadVideo: true,
		};
		const make = hailuo(parameters, suite.credentials, { name: 'Make' });
		const execution = await suite.run(workflowOf('One video', [manualTrigger(), make, noOperation('After')]));

		expect(itemsOf(execution, 'After')).toMatchObject([{ json: { status: 'succeeded' } }]);
		expect(suite.cluster.segmentsOf(execution.id)).toHaveLength(1);
		const video = itemsOf(execution, 'After')[0]!.binary!['data']!;
		expect(video.id).toMatch(/^database:/);
		expect(await suite.client.downloadBinary(video.id!)).toHaveLength(300_000);
	});

	test('a callback reaches the webhook process, which wakes the execution', async () => {
		const workflow = durable(suite, { prompts: ['A boat [[seconds:600]]'], callback: 'thisExecution' });
		const { end, id, jobs } = await begin(suite, workflow);
		await finishAndRing(suite, jobs[0]!);
		const execution = await end();

		const [callback] = callbacksOf(suite, jobs[0]!);
		expect(callback).toMatchObject({ attempts: [{ status: 200 }] });
		expect(callback!.url).toContain(`${suite.webhookUrl}/`);
		expect(suite.webhookUrl).toBe(suite.cluster.webhooks[0]!.url);
		expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
		expect(suite.cluster.segmentsOf(id)).toHaveLength(2);
	});
});
