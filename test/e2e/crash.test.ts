/** n8n dies, or an execution fails: nothing is bought twice by itself or by a retry, and what was bought stays on record. */
import { setTimeout as pause } from 'node:timers/promises';
import { hailuo, itemsOf, noOperation, runsOf, webhookTrigger } from '../tools/host/workflows';
import { until } from '../tools/support/until';
import { begin, durable, finishAndRing, idsOf, jobIdsAt, requestsOf, type Begun } from './support/durable';
import {
	createsAbout,
	holds,
	jobsAbout,
	numbered,
	PROVIDERS,
	promptsOf,
	purchase,
	readsOf,
	RETRY,
} from './support/purchase';
import { startSuite, type Suite } from './support/suite';
import { post } from './support/trigger';

/** n8n's recovery is over long before: it marks executions as crashed while it starts. */
const SILENCE_MS = 6_000;
const PROGRESS = { workflowSettings: { saveExecutionProgress: true } };

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 600_000 } });
});

afterAll(async () => {
	await suite.close();
});

/** Starts a purchase as a live workflow would, by its webhook; its create is never answered, though the job is made. */
async function startUnanswered(mark: string, provider: (typeof PROVIDERS)[number]): Promise<string> {
	suite.simulator.addFault({ kind: 'hang', moment: 'after', operation: 'create', matches: holds(mark) });
	const path = mark.replaceAll(' ', '-');
	const trigger = webhookTrigger(path, 'Start');
	// A node that n8n would run again were it to take the execution up where it was.
	const workflow = purchase(suite, provider, { prompts: [mark], trigger, settings: RETRY, ...PROGRESS });
	const { id } = await suite.client.createWorkflow(workflow);
	await suite.client.activateWorkflow(id);
	await post(`${suite.server.url}/webhook/${path}`, {});
	await until(`the job of ${mark}`, () => jobsAbout(suite, mark).length === 1);
	const [execution] = await suite.client.listExecutions({ workflowId: id });
	return execution!.id;
}

test('n8n killed while creates are in flight and while jobs are waited for buys nothing twice and forgets no job', async () => {
	const marks = PROVIDERS.map((provider) => ({ provider, mark: `in flight at ${provider}` }));
	const inFlight = await Promise.all(marks.map(async ({ mark, provider }) => await startUnanswered(mark, provider)));

	const waitingMark = 'waited for';
	const wait = hailuo({ provider: 'wiro', operation: 'wait' }, suite.credentials, { name: 'Wait' });
	const behind = [wait, noOperation('After')];
	const workflow = purchase(suite, 'wiro', { prompts: numbered(waitingMark, 3), behind, ...PROGRESS });
	const waiting = await suite.start(workflow);
	await until('all jobs to be looked at', () => {
		const jobs = jobsAbout(suite, waitingMark);
		return jobs.length === 3 && jobs.every((job) => readsOf(suite, job).length > 0);
	});

	await suite.crashAndRestart();
	const crashed = await Promise.all(
		[...inFlight, waiting].map(async (id) => await suite.client.waitForExecution(id, { until: ['crashed'] })),
	);
	await pause(SILENCE_MS);

	for (const { mark } of marks) {
		expect(createsAbout(suite, mark)).toMatchObject([{ aborted: true }]);
		expect(jobsAbout(suite, mark)).toHaveLength(1);
	}
	const bought = jobsAbout(suite, waitingMark).map(({ id }) => id);
	expect(bought).toHaveLength(3);
	const record = crashed.at(-1)!;
	expect(jobIdsAt(record, 'Buy').sort()).toEqual([...bought].sort());
	expect(runsOf(record, 'Wait')).toMatchObject([{ executionStatus: 'crashed' }]);

	// A person retries it from the list: the wait goes on for what was bought.
	for (const id of bought) suite.simulator.finishJob(id);
	const retried = await suite.client.waitForExecution(await suite.client.retryExecution(waiting));
	expect(retried.status).toBe('success');
	expect(itemsOf(retried, 'After').map(({ json }) => json['status'])).toEqual(Array(3).fill('succeeded'));
	expect(jobIdsAt(retried, 'After')).toEqual(jobIdsAt(record, 'Buy'));
	expect(createsAbout(suite, waitingMark)).toHaveLength(3);
});

test('20 jobs that wait survive the death of n8n, though all their callbacks come while it is down', async () => {
	// 16 executions with one job, one with four.
	const waiting: Begun[] = [];
	for (const [batch, size] of [...Array<number>(16).fill(1), 4].entries()) {
		const provider = batch % 2 === 0 ? 'apiframe' : 'wiro';
		const prompts = numbered(`video ${batch}`, size);
		waiting.push(await begin(suite, durable(suite, { provider, prompts, callback: 'thisExecution' })));
	}
	const jobs = waiting.flatMap((begun) => begun.jobs);
	expect(jobs).toHaveLength(20);

	await suite.crashAndRestart(async () => {
		await Promise.all(jobs.map(async (job) => await finishAndRing(suite, job)));
		const tries = suite.simulator.callbacks.flatMap(({ attempts }) => attempts);
		expect(tries.length).toBeGreaterThanOrEqual(20);
		expect(tries.every(({ status }) => status === undefined)).toBe(true);
	});

	const executions = await Promise.all(waiting.map(async (begun) => await begun.end()));
	for (const [index, execution] of executions.entries()) {
		expect(execution.status).toBe('success');
		expect(runsOf(execution, 'After')).toHaveLength(1);
		expect(jobIdsAt(execution, 'After')).toEqual(idsOf(waiting[index]!.jobs));
	}
	expect(jobs.map((job) => [requestsOf(suite, job, 'create'), requestsOf(suite, job, 'read')])).toEqual(
		jobs.map(() => [1, 1]),
	);
});

test.each(PROVIDERS)('"Retry" in the list at %s takes over the jobs of the failed execution', async (provider) => {
	const mark = `list at ${provider}`;
	const prompts = numbered(mark, 5);
	// MiniMax refuses a video of Hailuo 2.3 in an answer of status 200; at any other nobody knows what was made.
	const refusal =
		provider === 'minimax'
			? { status: 200, body: { base_resp: { status_code: 2013, status_msg: 'invalid params' } } }
			: { status: 400 };
	suite.simulator.addFault({ kind: 'status', ...refusal, operation: 'create', matches: holds(prompts[3]!) });

	const failed = await suite.run(purchase(suite, provider, { prompts }));
	const made = idsOf(jobsAbout(suite, mark));
	expect(failed.status).toBe('error');
	expect(made).toHaveLength(4);
	const retried = await suite.client.waitForExecution(await suite.client.retryExecution(failed.id));

	expect(retried.status).toBe('success');
	expect(promptsOf(suite, jobIdsAt(retried, 'After'), mark)).toEqual(prompts);
	expect(jobIdsAt(retried, 'After')).toEqual(expect.arrayContaining(made));
	expect(jobsAbout(suite, mark)).toHaveLength(5);
	expect(createsAbout(suite, mark)).toHaveLength(6);
});
