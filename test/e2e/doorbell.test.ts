import { setTimeout as pause } from 'node:timers/promises';
import { itemsOf, noOperation, runsOf } from '../tools/host/workflows';
import type { WorkflowNode } from '../tools/host/n8nTypes';
import type { ProviderName, SimulatedJob } from '../tools/simulator/types';
import { begin, callbacksOf, durable, idsOf, jobIdsAt, requestsOf, statusOf, type Begun } from './support/durable';
import { startSuite, type Suite } from './support/suite';

/** When the workflows that were all started together have come to rest. */
const CALM_MS = 20_000;

let suite: Suite;

beforeAll(async () => {
	// A provider that calls once and never again makes every lost callback a lost one.
	suite = await startSuite({ simulator: { jobDurationMs: 600_000, callbackRetryDelaysMs: [] } });
	for (const fault of [{ kind: 'early' }, { kind: 'late', delayMs: 80_000 }] as const) {
		const matchesJob = ({ request }: SimulatedJob) => JSON.stringify(request).includes(`{${fault.kind}}`);
		suite.simulator.addFault({ ...fault, operation: 'callback', times: 100, matchesJob });
	}
});

afterAll(async () => {
	await suite.close();
});

function waitFor(provider: ProviderName, texts: readonly string[], wait: Record<string, unknown> = {}): Promise<Begun> {
	return begin(suite, durable(suite, { provider, prompts: texts, callback: 'thisExecution', wait }));
}

/** What callers of the doorbell were answered, in order. */
function answersOf(job: Begun['jobs'][number]): Array<number | undefined> {
	return callbacksOf(suite, job).flatMap(({ attempts }) => attempts.map(({ status }) => status));
}

describe('the doorbell of a suspended execution', () => {
	test.concurrent.each([
		['apiframe', 'together'],
		['apiframe', 'asFinished'],
		['wiro', 'together'],
		['wiro', 'asFinished'],
	] as const)('lets 8 jobs of %s that end in the same instant through once each, %s', async (provider, release) => {
		const texts = Array.from({ length: 8 }, (_, index) => `Video ${index}`);
		const { end, jobs } = await waitFor(provider, texts, { release });
		await pause(CALM_MS);
		for (const { id } of jobs) suite.simulator.finishJob(id);
		const execution = await end();

		expect(jobIdsAt(execution, 'After').sort()).toEqual(idsOf(jobs).sort());
		if (release === 'together') expect(runsOf(execution, 'After')).toHaveLength(1);
		// Which of them n8n answers with 200, 409 or not in time depends on how busy it is.
		expect(jobs.flatMap(answersOf)).toHaveLength(8);
		for (const job of jobs) expect(requestsOf(suite, job, 'read')).toBeLessThanOrEqual(2);
	});

	test.concurrent.each(['apiframe', 'wiro'] as const)(
		'is not there yet for a callback of %s that comes before Create is answered; the recheck finds the job',
		async (provider) => {
			const { end, jobs } = await waitFor(provider, ['A boat {early}']);
			const execution = await end();

			expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
			// While it runs for the first time n8n may not even have its data.
			expect([[409], [500]]).toContainEqual(answersOf(jobs[0]!));
			expect(runsOf(execution, 'After')[0]!.startTime - jobs[0]!.createdAt).toBeLessThan(75_000);
			expect(requestsOf(suite, jobs[0]!, 'read')).toBe(1);
		},
	);

	test.concurrent('is gone for a callback that comes when all is over', async () => {
		const { end, jobs } = await waitFor('apiframe', ['A boat {late}[[seconds:5]]']);
		const execution = await end();
		await pause(25_000);

		expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
		expect(answersOf(jobs[0]!)).toEqual([409]);
		const later = await suite.client.getExecution(execution.id);
		expect(runsOf(later, 'After')).toEqual(runsOf(execution, 'After'));
		expect(requestsOf(suite, jobs[0]!, 'read')).toBe(1);
	});

	test.concurrent("does not open without the execution's own token", async () => {
		const { end, id, jobs } = await waitFor('apiframe', ['A boat']);
		const [job] = jobs;
		const url = new URL(job!.callbackUrl!);
		url.searchParams.set('signature', 'f'.repeat(64));
		const wrong = await suite.simulator.sendCallback(job!.id, { url: url.href });
		const told = await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
		expect(await told.text()).toContain('Invalid token');
		url.search = '';
		const none = await suite.simulator.sendCallback(job!.id, { url: url.href });

		expect([wrong, none].map(({ attempts }) => attempts[0]?.status)).toEqual([401, 401]);
		expect(await statusOf(suite, id)).toBe('waiting');
		suite.simulator.finishJob(job!.id);
		expect(jobIdsAt(await end(), 'After')).toEqual([job!.id]);
	});

	test.concurrent("leaves n8n's own Wait node alone, which waits for a call of its own", async () => {
		const other: WorkflowNode = {
			...noOperation('Approval'),
			type: 'n8n-nodes-base.wait',
			typeVersion: 1.1,
			webhookId: 'c0ffee00-0000-4000-8000-000000000001',
			parameters: { resume: 'webhook', httpMethod: 'POST', options: {} },
		};
		const workflow = durable(suite, {
			prompts: ['A boat [[seconds:8]]'],
			callback: 'thisExecution',
			between: [other],
			// What goes on behind the Wait node is the call that woke it.
			wait: { jobId: `={{ $('Create').first().json.jobId }}` },
		});
		const { end, id, jobs } = await begin(suite, workflow);
		await pause(12_000);
		expect(answersOf(jobs[0]!)).toEqual([404]);
		expect(await statusOf(suite, id)).toBe('waiting');
		expect(itemsOf(await suite.client.getExecution(id), 'Wait')).toEqual([]);

		const own = jobs[0]!.callbackUrl!.replace(/\/hailuo(?=\?)/, '');
		const called = await fetch(own, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
		expect(called.status).toBe(200);
		const execution = await end();
		expect(runsOf(execution, 'Approval')).toHaveLength(1);
		expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
		expect(requestsOf(suite, jobs[0]!, 'read')).toBe(1);
	});
});
