/** Parts of an n8n on many machines die or go away for a while: nothing is bought twice, and no job is forgotten. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Execution } from '../tools/host/n8nTypes';
import {
	hailuo,
	itemsOf,
	manualTrigger,
	noOperation,
	runsOf,
	webhookTrigger,
	workflowOf,
} from '../tools/host/workflows';
import type { ProviderName, SimulatedJob } from '../tools/simulator/types';
import { until } from '../tools/support/until';
import { describeInQueueMode } from './support/describe';
import {
	begin,
	callbacksOf,
	durable,
	finishAndRing,
	idsOf,
	jobIdsAt,
	prompts as promptItems,
	requestsOf,
	statusOf,
	type Begun,
} from './support/durable';
import {
	createsAbout,
	holds,
	idsInLog,
	jobsAbout,
	numbered,
	PROVIDERS,
	purchase,
	readsOf,
	RETRY,
} from './support/purchase';
import { startQueueSuite, type QueueSuite } from './support/queueSuite';
import { aCallback, listen, make, post, report } from './support/trigger';

const ENVIRONMENT = {
	// n8n's own values let a minute and a half pass before a dead worker is noticed.
	QUEUE_WORKER_LOCK_DURATION: '20000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '4000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
	// n8n ends itself when Redis is away for ten seconds, which a busy machine may need for the restart alone.
	QUEUE_BULL_REDIS_TIMEOUT_THRESHOLD: '60000',
};
/**
 * Well over what n8n needs to end the executions of a dead worker, and over the 60 to 70 seconds after which a wait is
 * rechecked whose callback was lost while Redis was away.
 */
const END_MS = 150_000;
/** Long enough for another worker to take up what it were to take up. */
const SILENCE_MS = 6_000;
const PROGRESS = { workflowSettings: { saveExecutionProgress: true } };
const VIDEO_BYTES = 200_000;

describeInQueueMode('faults in queue mode', () => {
	let suite: QueueSuite;

	beforeAll(async () => {
		suite = await startQueueSuite({
			// Callbacks come once and never again.
			simulator: { jobDurationMs: 600_000, callbackRetryDelaysMs: [], videoBytes: VIDEO_BYTES },
			environment: ENVIRONMENT,
		});
	});

	afterAll(async () => {
		await suite.close();
	});

	/** The reads of a job, answered or not. */
	const readsSent = (job: SimulatedJob) =>
		suite.simulator.requestsOf(job.provider, 'read').filter(({ path }) => path.includes(job.id));

	const isPolled = (mark: string) => jobsAbout(suite, mark).some((job) => readsOf(suite, job).length > 0);

	function expectOneCreateEach(jobs: readonly SimulatedJob[]): void {
		expect(jobs.map((job) => requestsOf(suite, job, 'create'))).toEqual(jobs.map(() => 1));
	}

	/** Waits for the jobs of these ids, as a person does who has found them in the log. */
	async function fetchVideos(provider: ProviderName, jobIds: readonly string[]): Promise<Execution> {
		const wait = hailuo(
			{ provider, operation: 'wait', jobId: '={{ $json.prompt }}', downloadVideo: true },
			suite.credentials,
			{ name: 'Wait' },
		);
		return await suite.run(workflowOf('Fetch', [manualTrigger(), ...promptItems(jobIds), wait, noOperation('After')]));
	}

	describe('a worker that is killed', () => {
		const CREATING = PROVIDERS.map((provider) => ({ provider, mark: `creating at ${provider}` }));
		const POLLING = 'polling with progress saved';
		const BUYING_AND_POLLING = 'buying and polling';
		const DOWNLOADING = 'downloading';
		const GOING_ON = 'going on after a callback';

		/** Executions by what they were at when their worker died. */
		const started: Record<string, string> = {};

		/** As a live workflow would, by its webhook. The second of its two creates is never answered, though the job is made. */
		async function startUnanswered(provider: ProviderName, mark: string): Promise<string> {
			const prompts = numbered(mark, 2);
			suite.simulator.addFault({ kind: 'hang', moment: 'after', operation: 'create', matches: holds(prompts[1]!) });
			const path = mark.replaceAll(' ', '-');
			const trigger = webhookTrigger(path, 'Start');
			// A node that n8n would run again were it to take the execution up where it was.
			const workflow = purchase(suite, provider, { prompts, trigger, settings: RETRY, ...PROGRESS });
			const { id: workflowId } = await suite.client.createWorkflow(workflow);
			await suite.client.activateWorkflow(workflowId);
			await post(`${suite.webhookUrl}/webhook/${path}`, {});
			await until(`the jobs of ${mark}`, () => jobsAbout(suite, mark).length === 2);
			const [execution] = await suite.client.listExecutions({ workflowId });
			const { id } = execution!;
			await until(`the answer to the first create of ${mark}`, () => idsInLog(suite, id).length === 1);
			return id;
		}

		beforeAll(async () => {
			const [first, second] = suite.cluster.workers;
			await second!.stop();
			for (const { provider, mark } of CREATING) started[mark] = await startUnanswered(provider, mark);

			const wait = hailuo({ provider: 'wiro', operation: 'wait' }, suite.credentials, { name: 'Wait' });
			const behind = [wait, noOperation('After')];
			const polling = purchase(suite, 'wiro', { prompts: [POLLING], behind, settings: RETRY, ...PROGRESS });
			started[POLLING] = await suite.start(polling);
			const operation = 'createAndWait';
			const buying = purchase(suite, 'evolink', { prompts: [BUYING_AND_POLLING], operation, settings: RETRY });
			started[BUYING_AND_POLLING] = await suite.start(buying);

			suite.simulator.addFault({ kind: 'stall', provider: 'cdn', operation: 'download', bytes: VIDEO_BYTES / 2 });
			const downloading = purchase(suite, 'apiframe', {
				prompts: [`${DOWNLOADING} [[seconds:1]]`],
				operation,
				parameters: { downloadVideo: true },
				settings: RETRY,
			});
			started[DOWNLOADING] = await suite.start(downloading);

			const suspended = await begin(suite, durable(suite, { prompts: [GOING_ON], callback: 'thisExecution' }));
			started[GOING_ON] = suspended.id;
			const [rung] = suspended.jobs;
			suite.simulator.addFault({ kind: 'hang', operation: 'read', matches: ({ path }) => path.includes(rung!.id) });
			await finishAndRing(suite, rung!);

			await until('the polls', () => isPolled(POLLING) && isPolled(BUYING_AND_POLLING));
			await until('the download', () => suite.simulator.requestsOf('cdn', 'download').length > 0);
			await until('the look after the callback', () => readsSent(rung!).length > 0);
			await first!.kill();
			await second!.start();
			const ended = { until: ['error'], timeoutMs: END_MS } as const;
			await Promise.all(Object.values(started).map(async (id) => await suite.client.waitForExecution(id, ended)));
			await pause(SILENCE_MS);
		});

		test('has its executions ended by n8n, which runs none of them again', async () => {
			const states = await Promise.all(Object.values(started).map(async (id) => await statusOf(suite, id)));
			expect(states).toEqual(states.map(() => 'error'));
			const runners = Object.values(started).flatMap((id) => suite.cluster.segmentsOf(id));
			expect(new Set(runners.map(({ worker }) => worker.name))).toEqual(new Set(['worker1']));
		});

		test.each(CREATING)(
			'while creating at $provider sends nothing again; what came of the create is not known',
			({ mark }) => {
				const [answered, unanswered] = numbered(mark, 2);
				expect(createsAbout(suite, answered!)).toMatchObject([{ status: expect.any(Number) }]);
				expect(createsAbout(suite, unanswered!)).toMatchObject([{ aborted: true }]);
				expect(jobsAbout(suite, mark)).toHaveLength(2);
				expect(idsInLog(suite, started[mark]!)).toEqual(idsOf(jobsAbout(suite, answered!)));
			},
		);

		test.each([POLLING, BUYING_AND_POLLING, DOWNLOADING, GOING_ON])(
			'while %s buys nothing again, and its job is in the log',
			(mark) => {
				const jobs = jobsAbout(suite, mark);
				expect(jobs).toHaveLength(1);
				expect(createsAbout(suite, mark)).toHaveLength(1);
				expect(idsInLog(suite, started[mark]!)).toEqual(idsOf(jobs));
			},
		);

		test('buys nothing and finds nothing when a person retries its executions: no node is run again', async () => {
			const bought = suite.simulator.jobs.length;
			const retried = await Promise.all(
				Object.values(started).map(
					async (id) => await suite.client.waitForExecution(await suite.client.retryExecution(id)),
				),
			);
			expect(retried.map(({ data }) => data.resultData.runData)).toEqual(retried.map(() => ({})));
			expect(suite.simulator.jobs).toHaveLength(bought);
			for (const { provider } of CREATING)
				expectOneCreateEach(suite.simulator.jobs.filter((job) => job.provider === provider));
		});

		test.each(PROVIDERS)(
			'loses no job of %s whose id had come back: each is waited for by the id in the log',
			async (provider) => {
				suite.simulator.clearFaults();
				const ids = Object.values(started)
					.flatMap((id) => idsInLog(suite, id))
					.filter((id) => suite.simulator.job(id)?.provider === provider);
				expect(ids.length).toBeGreaterThanOrEqual(provider === 'aimlApi' ? 1 : 2);
				for (const id of ids) suite.simulator.finishJob(id);
				const execution = await fetchVideos(provider, ids);

				expect(jobIdsAt(execution, 'After')).toEqual(ids);
				for (const { json, binary } of itemsOf(execution, 'After')) {
					expect(json['status']).toBe('succeeded');
					expect(await suite.client.downloadBinary(binary!['data']!.id!)).toHaveLength(VIDEO_BYTES);
				}
			},
		);
	});

	describe('Redis that restarts', () => {
		test('holds up creates, polls and callbacks, and nothing is bought twice or lost', async () => {
			const polling = await suite.start(
				purchase(suite, 'wiro', { prompts: ['Redis, polled'], operation: 'createAndWait' }),
			);
			const later = await begin(suite, durable(suite, { prompts: ['Redis, rung later'], callback: 'thisExecution' }));
			const meanwhile = await begin(suite, durable(suite, { prompts: ['Redis, rung'], callback: 'thisExecution' }));
			await until('a poll', () => isPolled('Redis, polled'));
			const slow = { kind: 'slow', operation: 'create', moment: 'after', delayMs: 5_000 } as const;
			suite.simulator.addFault({ ...slow, matches: holds('Redis, in flight') });
			const creating = await suite.start(purchase(suite, 'evolink', { prompts: ['Redis, in flight'] }));
			await until('a create', () => jobsAbout(suite, 'Redis, in flight').length === 1);

			await suite.redis.stop();
			suite.simulator.finishJob(meanwhile.jobs[0]!.id);
			await pause(2_000);
			await suite.redis.start();
			await finishAndRing(suite, later.jobs[0]!);
			suite.simulator.finishJob(jobsAbout(suite, 'Redis, polled')[0]!.id);

			const executions = await Promise.all([
				suite.client.waitForExecution(polling, { timeoutMs: END_MS }),
				later.end(END_MS),
				meanwhile.end(END_MS),
				suite.client.waitForExecution(creating, { timeoutMs: END_MS }),
			]);
			const jobs = jobsAbout(suite, 'Redis, ');
			expect(executions.map(({ status }) => status)).toEqual(executions.map(() => 'success'));
			expect(executions.flatMap((execution) => jobIdsAt(execution, 'After')).sort()).toEqual(idsOf(jobs).sort());
			expectOneCreateEach(jobs);
			expect(jobs).toHaveLength(4);
		});
	});

	/** What is waited for over the restart of PostgreSQL; nothing of it needs the database meanwhile. */
	let polled: string;
	let rungInVain: Begun;
	let rungAfterwards: Begun;
	/** Executions that had something to save while it was away. */
	let needing: string[] = [];

	describe('PostgreSQL that restarts', () => {
		test('loses no job of executions that need it just then', async () => {
			const poll = purchase(suite, 'wiro', { prompts: ['PostgreSQL, polled'], operation: 'createAndWait' });
			polled = await suite.start(poll);
			const durableWait = (prompt: string) => durable(suite, { prompts: [prompt], callback: 'thisExecution' });
			rungInVain = await begin(suite, durableWait('PostgreSQL, rung in vain'));
			rungAfterwards = await begin(suite, durableWait('PostgreSQL, rung afterwards'));
			const slow = { kind: 'slow', operation: 'create', moment: 'after', delayMs: 4_000 } as const;
			suite.simulator.addFault({ ...slow, matches: holds('PostgreSQL, in flight') });
			const creating = await suite.start(purchase(suite, 'evolink', { prompts: ['PostgreSQL, in flight'] }));
			const ending = await suite.start(
				purchase(suite, 'apiframe', { prompts: ['PostgreSQL, ending'], operation: 'createAndWait' }),
			);
			await until('the polls', () => isPolled('PostgreSQL, polled') && isPolled('PostgreSQL, ending'));
			await until('a create', () => jobsAbout(suite, 'PostgreSQL, in flight').length === 1);

			await suite.postgres.stop();
			suite.simulator.finishJob(jobsAbout(suite, 'PostgreSQL, ending')[0]!.id);
			await finishAndRing(suite, rungInVain.jobs[0]!);
			await pause(5_000);
			await suite.postgres.start();

			await suite.cluster.untilReady();
			await until('the answer to the create', () => idsInLog(suite, creating).length === 1);

			needing = [creating, ending];
			const inLog = needing.flatMap((id) => idsInLog(suite, id));
			expect(inLog).toEqual(['in flight', 'ending'].flatMap((what) => idsOf(jobsAbout(suite, `PostgreSQL, ${what}`))));
			expect(callbacksOf(suite, rungInVain.jobs[0]!)).toMatchObject([{ attempts: [{ status: 503 }] }]);
			const jobs = jobsAbout(suite, 'PostgreSQL, ');
			expect(jobs).toHaveLength(5);
			expectOneCreateEach(jobs);
		});
	});

	describe('a webhook process that dies', () => {
		test('loses callbacks but no job, and does not make a repeat new', async () => {
			const listener = await listen(suite, { provider: 'wiro' });
			const { jobId, callbackUrl } = await make(suite, 'wiro', listener);
			suite.simulator.finishJob(jobId);
			const send = async () => await report(suite, 'wiro', callbackUrl, aCallback('wiro', jobId));
			await send();
			const items = await listener.items(1);
			expect(items).toMatchObject([{ json: { jobId } }]);
			const waiting = await Promise.all(
				(['apiframe', 'wiro'] as const).map(async (provider) => {
					const prompts = numbered('While nobody answers', 2);
					return await begin(suite, durable(suite, { provider, prompts, callback: 'thisExecution' }));
				}),
			);
			const jobs = waiting.flatMap((begun) => begun.jobs);

			const [webhook] = suite.cluster.webhooks;
			await webhook!.kill();
			await Promise.all(jobs.map(async (job) => await finishAndRing(suite, job)));
			await webhook!.start();
			expect((await send()).status).toBe(200);
			expect(await listener.items(1)).toEqual(items);

			const executions = await Promise.all(waiting.map(async (begun) => await begun.end()));
			const tries = jobs.flatMap((job) => callbacksOf(suite, job)).flatMap(({ attempts }) => attempts);
			expect(tries).toHaveLength(4);
			expect(tries.every(({ status }) => status === undefined)).toBe(true);
			expect(executions.flatMap((execution) => jobIdsAt(execution, 'After'))).toEqual(idsOf(jobs));
			expect(executions.map((execution) => runsOf(execution, 'After').length)).toEqual([1, 1]);
			expect(jobs.map((job) => requestsOf(suite, job, 'read'))).toEqual(jobs.map(() => 1));
			expectOneCreateEach(jobs);
		});
	});

	describe('a minute after the restart of PostgreSQL', () => {
		test('polls and suspended waits have gone on', async () => {
			const recheckedExecution = await rungInVain.end();
			await finishAndRing(suite, rungAfterwards.jobs[0]!);
			suite.simulator.finishJob(jobsAbout(suite, 'PostgreSQL, polled')[0]!.id);
			const others = await Promise.all([rungAfterwards.end(), suite.client.waitForExecution(polled)]);

			expect(callbacksOf(suite, rungAfterwards.jobs[0]!)).toMatchObject([{ attempts: [{ status: 200 }] }]);
			for (const execution of [recheckedExecution, ...others]) {
				expect(execution.status).toBe('success');
				expect(itemsOf(execution, 'After')).toMatchObject([{ json: { status: 'succeeded' } }]);
			}
			expectOneCreateEach(jobsAbout(suite, 'PostgreSQL, '));
		});

		test('what n8n could not save is marked as crashed, at the latest when its main process starts again', async () => {
			await suite.cluster.main.kill();
			await suite.cluster.main.start();
			for (const id of needing) {
				const execution = await suite.client.waitForExecution(id, { until: ['success', 'error', 'crashed'] });
				if (execution.status === 'success') expect(jobIdsAt(execution, 'After')).toEqual(idsInLog(suite, id));
			}
			expectOneCreateEach(jobsAbout(suite, 'PostgreSQL, '));
		});
	});
});
