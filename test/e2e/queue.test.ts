/** n8n on many machines: PostgreSQL, Redis, one main process, two workers and one webhook process. */
import type { Execution } from '../tools/host/n8nTypes';
import { imageFile, itemsOf, runsOf } from '../tools/host/workflows';
import { testImage } from '../tools/simulator';
import { until } from '../tools/support/until';
import { describeInQueueMode } from './support/describe';
import {
	begin,
	callbacksOf,
	delayOf,
	durable,
	finishAndRing,
	idsOf,
	jobIdsAt,
	requestsOf,
	untilAsleep,
	type Begun,
} from './support/durable';
import {
	createsAbout,
	firstJobOf,
	holds,
	jobsAbout,
	linesAbout,
	numbered,
	promptsOf,
	purchase,
} from './support/purchase';
import { startQueueSuite, type QueueSuite } from './support/queueSuite';
import { listen, make, reported, resumer } from './support/trigger';

/** No look at a job comes sooner than this after its create, so that only a Stop can end the wait. */
const SELDOM = { pollInterval: 60 };
const WITHIN_MS = 5_000;
/** A recheck comes a minute after the wait began at the earliest; what is there before was woken. */
const BEFORE_ANY_RECHECK_MS = 40_000;
/** Seconds: less than from the begin of a wait to its first recheck. */
const TIME_LIMIT = 45;
/** From the end of a job to what follows the wait, when the execution is woken for it. */
const WOKEN_WITHIN_MS = 20_000;
/** What comes at the first recheck is there before the second is due. */
const BEFORE_SECOND_RECHECK_MS = 120_000;

const IMAGE = testImage('png');

describeInQueueMode('queue mode', () => {
	let suite: QueueSuite;

	beforeAll(async () => {
		suite = await startQueueSuite({
			simulator: { jobDurationMs: 600_000, videoBytes: 300_000, callbackRetryDelaysMs: [] },
		});
	});

	afterAll(async () => {
		await suite.close();
	});

	/** The workers that ran an execution, one name for each time it was taken up. */
	const workersOf = ({ id }: { id: string }) => suite.cluster.segmentsOf(id).map(({ worker }) => worker.name);

	async function videoOf(execution: Execution): Promise<Buffer> {
		const [item] = itemsOf(execution, 'After');
		const { id } = item!.binary!['data']!;
		expect(id).toMatch(/^database:/);
		return await suite.client.downloadBinary(id!);
	}

	/** Nobody calls for its job, so it goes on by a recheck, a minute after its begin. */
	let rechecked: Begun;
	/** Of eight calls at once most find it running already; a recheck finds the rest. */
	let crowded: Begun;

	describe('an execution that began at one worker', () => {
		const FILES = numbered('from a file', 3);
		let woken: Begun;
		let failed: Execution;

		beforeAll(async () => {
			const [first, second] = suite.cluster.workers;
			await second!.stop();
			suite.simulator.addFault({ kind: 'status', status: 400, operation: 'create', matches: holds(FILES[1]!) });
			failed = await suite.run(
				purchase(suite, 'evolink', {
					prompts: FILES,
					before: imageFile(IMAGE),
					parameters: { prompt: "={{ $('Prompts').item.json.prompt }}", firstFrame: 'binary' },
				}),
			);
			const wait = { downloadVideo: true };
			woken = await begin(suite, durable(suite, { prompts: ['Woken'], callback: 'thisExecution', wait }));
			const unrung = durable(suite, { provider: 'aimlApi', prompts: ['Rechecked [[seconds:5]]'] });
			rechecked = await begin(suite, { ...unrung, settings: { ...unrung.settings, executionTimeout: TIME_LIMIT } });
			const crowd = durable(suite, { prompts: numbered('At once', 8), callback: 'thisExecution' });
			crowded = await begin(suite, crowd);
			await second!.start();
			await first!.stop();
		});

		test('goes on at another when a callback reaches the webhook process, with its video in the database', async () => {
			const [job] = woken.jobs;
			await untilAsleep(suite, woken.id, WOKEN_WITHIN_MS + 5_000);
			const rechecks = requestsOf(suite, job!, 'read');
			await finishAndRing(suite, job!);
			const execution = await woken.end();

			expect(callbacksOf(suite, job!)).toMatchObject([{ attempts: [{ status: 200 }] }]);
			expect(suite.webhookUrl).toBe(suite.cluster.webhooks[0]!.url);
			expect(job!.callbackUrl).toContain(`${suite.webhookUrl}/`);
			expect(delayOf(execution, job!)).toBeLessThan(WOKEN_WITHIN_MS);
			expect(workersOf(woken).at(0)).toBe('worker1');
			expect(workersOf(woken).at(-1)).toBe('worker2');
			expect(runsOf(execution, 'After')).toHaveLength(1);
			expect(jobIdsAt(execution, 'After')).toEqual([job!.id]);
			expect(requestsOf(suite, job!, 'create')).toBe(1);
			expect(requestsOf(suite, job!, 'read')).toBe(rechecks + 1);
			expect(await videoOf(execution)).toHaveLength(300_000);
		});

		test('and is retried at another takes over its jobs, and reads from the database the image it still needs', async () => {
			const made = jobsAbout(suite, 'from a file');
			expect(failed.status).toBe('error');
			expect(made).toHaveLength(2);
			const retried = await suite.client.waitForExecution(await suite.client.retryExecution(failed.id));

			expect([...workersOf(failed), ...workersOf(retried)]).toEqual(['worker1', 'worker2']);
			expect(retried.status).toBe('success');
			expect(promptsOf(suite, jobIdsAt(retried, 'After'), 'from a file')).toEqual(FILES);
			expect(jobIdsAt(retried, 'After')).toEqual(expect.arrayContaining(idsOf(made)));
			expect(jobsAbout(suite, 'from a file')).toHaveLength(3);
			expect(createsAbout(suite, 'from a file')).toHaveLength(4);
			const uploads = suite.simulator.uploads.map(({ bytes }) => bytes.equals(IMAGE));
			expect(uploads).toEqual([true, true, true, true]);
		});
	});

	describe('with both workers', () => {
		beforeAll(async () => {
			await suite.cluster.start();
		});

		test.concurrent(
			'a suspended wait that nobody calls for is woken by the main process and read by a worker',
			async () => {
				const execution = await rechecked.end();

				expect(workersOf(rechecked)).toHaveLength(2);
				expect(jobIdsAt(execution, 'After')).toEqual(idsOf(rechecked.jobs));
				const [job] = rechecked.jobs;
				expect(requestsOf(suite, job!, 'read')).toBe(1);
				expect(runsOf(execution, 'After')[0]!.startTime - job!.createdAt).toBeLessThan(BEFORE_SECOND_RECHECK_MS);
			},
		);

		test.concurrent("a suspended wait has the whole of n8n's time limit again when a worker takes it up", async () => {
			const execution = await rechecked.end();
			const { startedAt, stoppedAt } = execution;
			expect(Date.parse(stoppedAt ?? '') - Date.parse(startedAt ?? '')).toBeGreaterThan(TIME_LIMIT * 1000);
			expect(execution.status).toBe('success');
		});

		test.concurrent('jobs that end in the same instant come downstream once each', async () => {
			const { end, jobs } = crowded;
			for (const { id } of jobs) suite.simulator.finishJob(id);
			const execution = await end();

			expect(jobs.flatMap((job) => callbacksOf(suite, job))).toHaveLength(8);
			expect(runsOf(execution, 'After')).toHaveLength(1);
			expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
			expect(createsAbout(suite, 'At once')).toHaveLength(8);
		});

		test.concurrent.each([false, true])(
			"a Stop reaches the worker, which ends the wait; with 'Cancel on Stop' %s",
			async (cancelOnStop) => {
				const workflow = purchase(suite, 'wiro', {
					prompts: [`stopped, ${cancelOnStop}`],
					operation: 'createAndWait',
					parameters: { options: { ...SELDOM, cancelOnStop } },
				});
				const id = await suite.start(workflow);
				await until('the job that is waited for', () => firstJobOf(suite, id) !== undefined);
				const job = firstJobOf(suite, id)!;
				const stopped = Date.now();
				await suite.client.stopExecution(id);
				await until('a line of the log', () => linesAbout(suite, job.id).length > 0);

				expect(Date.now() - stopped).toBeLessThan(WITHIN_MS);
				expect((await suite.client.waitForExecution(id)).status).toBe('canceled');
				const line = cancelOnStop
					? `Hailuo: Wiro job ${job.id} was cancelled because the execution was stopped`
					: `Hailuo: the execution was stopped while Wiro job ${job.id} was running; it runs on at the provider`;
				expect(linesAbout(suite, job.id)).toEqual([line]);
				expect(suite.cluster.segmentsOf(id)[0]!.worker.log).toContain(line);
				expect(suite.simulator.phaseOf(job.id) === 'cancelled').toBe(cancelOnStop);
			},
		);

		test.concurrent('the trigger at the webhook process starts a workflow at a worker, and drops repeats', async () => {
			const listener = await listen(suite, { provider: 'apiframe' });
			const { jobId, callbackUrl } = await make(suite, 'apiframe', listener, { context: { row: 7 } });
			suite.simulator.finishJob(jobId);
			const send = async () => await suite.simulator.sendCallback(jobId, { url: callbackUrl });
			expect((await send()).attempts).toMatchObject([{ status: 200 }]);
			const first = await listener.items(1);
			expect((await send()).attempts).toMatchObject([{ status: 200 }]);
			const items = await listener.items(1);

			expect(callbackUrl).toContain(`${suite.cluster.webhooks[0]!.url}/`);
			expect(first).toMatchObject([{ json: { jobId, status: 'succeeded', event: 'succeeded', context: { row: 7 } } }]);
			expect(items).toEqual(first);
			const [execution] = await listener.executions();
			expect(workersOf(execution!)).toHaveLength(1);
		});

		test.concurrent('the trigger at the webhook process wakes the execution that waits for the job', async () => {
			const listener = await resumer(suite, 'wiro');
			const { end, id, jobs } = await begin(suite, reported(suite, 'wiro', listener.url, ['Reported']));
			suite.simulator.finishJob(jobs[0]!.id);
			const execution = await end(BEFORE_ANY_RECHECK_MS);

			expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
			expect(workersOf({ id })).toHaveLength(2);
			expect(createsAbout(suite, 'Reported')).toHaveLength(1);
			expect(await listener.executions()).toEqual([]);
		});
	});
});
