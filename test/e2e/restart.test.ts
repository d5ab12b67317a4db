import { runsOf } from '../tools/host/workflows';
import type { Begun } from './support/durable';
import { begin, durable, finishAndRing, jobIdsAt, requestsOf } from './support/durable';
import { OWNER, startSuite, type Suite } from './support/suite';

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 600_000 } });
});

afterAll(async () => {
	await suite.close();
});

test('20 jobs that wait survive the death of n8n, though all their callbacks come while it is down', async () => {
	// 16 executions with one job, one with four.
	const batches = [...Array.from({ length: 16 }, () => 1), 4];
	const waiting: Begun[] = [];
	for (const [batch, size] of batches.entries()) {
		const texts = Array.from({ length: size }, (_, index) => `Video ${batch}-${index}`);
		const provider = batch % 2 === 0 ? 'apiframe' : 'wiro';
		waiting.push(await begin(suite, durable(suite, { provider, prompts: texts, callback: 'thisExecution' })));
	}
	const jobs = waiting.flatMap((begun) => begun.jobs);
	expect(jobs).toHaveLength(20);

	await suite.server.kill();
	await Promise.all(jobs.map(async (job) => await finishAndRing(suite, job)));
	const tries = suite.simulator.callbacks.flatMap(({ attempts }) => attempts);
	expect(tries.length).toBeGreaterThanOrEqual(20);
	expect(tries.every(({ status }) => status === undefined)).toBe(true);
	await suite.server.start();
	await suite.client.signIn(OWNER);

	const executions = await Promise.all(waiting.map(async (begun) => await begun.end()));
	for (const [index, execution] of executions.entries()) {
		expect(execution.status).toBe('success');
		expect(runsOf(execution, 'After')).toHaveLength(1);
		expect(jobIdsAt(execution, 'After')).toEqual(waiting[index]!.jobs.map(({ id }) => id));
	}
	for (const job of jobs) {
		expect(requestsOf(suite, job, 'create')).toBe(1);
		expect(requestsOf(suite, job, 'read')).toBe(1);
	}
});
