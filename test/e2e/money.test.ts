/** n8n runs a node again, goes on past an error or retries an execution: every job is bought once, and none is lost. */
import type { Execution } from '../tools/host/n8nTypes';
import { hailuo, itemsOf, runsOf } from '../tools/host/workflows';
import {
	createsAbout,
	holds,
	jobsAbout,
	LABELS,
	numbered,
	PROVIDERS,
	promptsOf,
	purchase,
	readsOf,
	RETRY,
} from './support/purchase';
import { jobIdsAt } from './support/durable';
import { startSuite, type Suite } from './support/suite';

const WITHOUT_KEY = PROVIDERS.filter((provider) => provider !== 'apiframe');

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 1_000 } });
});

afterAll(async () => {
	await suite.close();
});

async function retryFromList({ id }: Execution, withCurrentWorkflow = false): Promise<Execution> {
	return await suite.client.waitForExecution(await suite.client.retryExecution(id, { withCurrentWorkflow }));
}

const errorOf = (execution: Execution) => execution.data.resultData.error;

describe('Retry On Fail', () => {
	test.concurrent.each(PROVIDERS)('at %s with a fault on item 3 of 5 makes exactly 5 jobs', async (provider) => {
		const prompts = numbered(`third at ${provider}`, 5);
		suite.simulator.addFault({ kind: 'status', status: 400, operation: 'create', matches: holds(prompts[3]!) });

		const execution = await suite.run(purchase(suite, provider, { prompts, settings: RETRY }));

		expect(errorOf(execution)).toBeUndefined();
		expect(promptsOf(suite, jobIdsAt(execution, 'After'), `third at ${provider}`)).toEqual(prompts);
		expect(jobsAbout(suite, `third at ${provider}`)).toHaveLength(5);
		expect(createsAbout(suite, `third at ${provider}`)).toHaveLength(6);
	});

	test.concurrent.each(WITHOUT_KEY)('at %s does not send again what may have been made', async (provider) => {
		const mark = `unknown at ${provider}`;
		const prompts = numbered(mark, 5);
		suite.simulator.addFault({ kind: 'reset', moment: 'after', operation: 'create', matches: holds(prompts[3]!) });

		const execution = await suite.run(purchase(suite, provider, { prompts, settings: RETRY }));
		const retried = await retryFromList(execution);

		for (const { status, data } of [execution, retried]) {
			expect(status).toBe('error');
			expect(data.resultData.error?.message).toBe(`It is not known whether ${LABELS[provider]} made this job [item 3]`);
		}
		expect(jobsAbout(suite, mark)).toHaveLength(5);
		expect(createsAbout(suite, mark)).toHaveLength(5);
	});

	test.concurrent.each(PROVIDERS)('at %s runs a node once that puts a failed job out as an item', async (provider) => {
		const mark = `once at ${provider}`;
		const workflow = purchase(suite, provider, {
			prompts: [`${mark} [[fail]]`],
			operation: 'createAndWait',
			parameters: { onJobFailure: 'output' },
			settings: RETRY,
		});

		const execution = await suite.run(workflow);

		expect(execution.status).toBe('success');
		expect(itemsOf(execution, 'After').map(({ json }) => json['status'])).toEqual(['failed']);
		expect(createsAbout(suite, mark)).toHaveLength(1);
		const [job, ...others] = jobsAbout(suite, mark);
		expect(others).toEqual([]);
		// A second run of the node would have read the job that was over by then.
		expect(readsOf(suite, job!).filter(({ at }) => at >= job!.endsAt)).toHaveLength(1);
	});
});

describe('"Retry" in the list of executions', () => {
	test.concurrent.each(PROVIDERS)('at %s takes over the jobs of the failed execution', async (provider) => {
		const mark = `list at ${provider}`;
		const prompts = numbered(mark, 5);
		suite.simulator.addFault({ kind: 'status', status: 400, operation: 'create', matches: holds(prompts[3]!) });

		const failed = await suite.run(purchase(suite, provider, { prompts }));
		const made = jobsAbout(suite, mark);
		expect(failed.status).toBe('error');
		expect(made).toHaveLength(4);
		for (const { id } of made) expect(errorOf(failed)?.description).toContain(id);
		const retried = await retryFromList(failed);

		expect(retried.status).toBe('success');
		expect(promptsOf(suite, jobIdsAt(retried, 'After'), mark)).toEqual(prompts);
		expect(jobIdsAt(retried, 'After')).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
		expect(jobsAbout(suite, mark)).toHaveLength(5);
		expect(createsAbout(suite, mark)).toHaveLength(6);
	});

	test.concurrent('waits on for a job whose wait failed', async () => {
		const mark = 'waits on';
		suite.simulator.addFault({
			kind: 'status',
			status: 403,
			operation: 'read',
			matches: ({ path }) => jobsAbout(suite, mark).some(({ id }) => path.includes(id)),
		});

		const workflow = purchase(suite, 'evolink', { prompts: [mark], operation: 'createAndWait' });
		const failed = await suite.run(workflow);
		const retried = await retryFromList(failed);

		const [job, ...others] = jobsAbout(suite, mark);
		expect(others).toEqual([]);
		expect(failed.status).toBe('error');
		expect(errorOf(failed)?.message).toContain(job!.id);
		expect(itemsOf(retried, 'After')).toMatchObject([{ json: { jobId: job!.id, status: 'succeeded' } }]);
	});

	test.concurrent('settles an outcome at Apiframe that was not known, under the same key', async () => {
		const mark = 'settled';
		const prompts = numbered(mark, 5);
		// As often as one try asks.
		suite.simulator.addFault({
			kind: 'html',
			status: 500,
			operation: 'create',
			moment: 'after',
			matches: holds(prompts[3]!),
			times: 5,
		});

		const failed = await suite.run(purchase(suite, 'apiframe', { prompts }));
		expect(errorOf(failed)?.message).toBe('It is not known whether Apiframe made this job [item 3]');
		const retried = await retryFromList(failed);

		expect(retried.status).toBe('success');
		expect(promptsOf(suite, jobIdsAt(retried, 'After'), mark)).toEqual(prompts);
		expect(jobsAbout(suite, mark)).toHaveLength(5);
		const keys = createsAbout(suite, prompts[3]!).map(({ headers }) => headers['idempotency-key']);
		expect(keys).toHaveLength(6);
		expect(new Set(keys).size).toBe(1);
	});

	test.concurrent('with an edited prompt buys anew', async () => {
		const mark = 'edited';
		const prompts = numbered(mark, 2);
		suite.simulator.addFault({ kind: 'status', status: 400, operation: 'create', matches: holds(prompts[1]!) });
		const workflow = purchase(suite, 'wiro', { prompts });
		const { id } = await suite.client.createWorkflow(workflow);
		const failed = await suite.client.waitForExecution(await suite.client.runWorkflow(id, { trigger: 'Start' }));
		const buy = workflow.nodes.find(({ name }) => name === 'Buy')!;
		buy.parameters['prompt'] = '={{ $json.prompt }}, at dusk';
		await suite.client.updateWorkflow(id, { nodes: workflow.nodes, connections: workflow.connections });

		const retried = await retryFromList(failed, true);

		expect(retried.status).toBe('success');
		expect(jobsAbout(suite, `${mark} 0`)).toHaveLength(2);
		expect(jobsAbout(suite, ', at dusk').map(({ id: jobId }) => jobId)).toEqual(
			expect.arrayContaining(jobIdsAt(retried, 'After')),
		);
	});
});

describe('Continue On Fail', () => {
	const failing = (provider: string) => [`flows on at ${provider}`, `flows on at ${provider} [[fail]]`];

	test.concurrent.each(PROVIDERS)('at %s lets the id of a failed job flow on beside its error', async (provider) => {
		const get = hailuo({ provider, operation: 'get', jobId: '={{ $json.jobId }}' }, suite.credentials, {
			name: 'Get',
		});
		const workflow = purchase(suite, provider, {
			prompts: failing(provider),
			operation: 'createAndWait',
			settings: { onError: 'continueRegularOutput' },
			behind: [get],
		});

		const execution = await suite.run(workflow);

		expect(execution.status).toBe('success');
		const [good, failed] = itemsOf(execution, 'Buy').map(({ json }) => json);
		expect(good).toMatchObject({ provider, status: 'succeeded' });
		expect(good).not.toHaveProperty('error');
		expect(failed).toMatchObject({
			provider,
			jobId: expect.any(String),
			status: 'failed',
			error: `The job ${String(failed!['jobId'])} at ${LABELS[provider]} was not successful [item 1]`,
		});
		expect(itemsOf(execution, 'Get').map(({ json }) => [json['jobId'], json['status']])).toEqual([
			[good!['jobId'], 'succeeded'],
			[failed!['jobId'], 'failed'],
		]);
	});

	test.concurrent.each(PROVIDERS)('at %s puts the job into `details` on the error output', async (provider) => {
		const mark = `error output at ${provider}`;
		const workflow = purchase(suite, provider, {
			prompts: [mark, `${mark} [[fail]]`, `${mark} refused`],
			operation: 'createAndWait',
			settings: { onError: 'continueErrorOutput' },
		});
		suite.simulator.addFault({
			kind: 'status',
			status: 400,
			operation: 'create',
			matches: holds(`${mark} refused`),
		});

		const execution = await suite.run(workflow);

		expect(execution.status).toBe('success');
		expect(runsOf(execution, 'Failed')).toHaveLength(1);
		expect(itemsOf(execution, 'After')).toMatchObject([{ json: { status: 'succeeded' } }]);
		const [failed, refused, ...others] = itemsOf(execution, 'Failed').map(({ json }) => json);
		expect(others).toEqual([]);
		const job = jobsAbout(suite, `${mark} [[fail]]`)[0]!;
		expect(failed).toMatchObject({
			prompt: `${mark} [[fail]]`,
			error: `The job ${job.id} at ${LABELS[provider]} was not successful [item 1]`,
			details: { provider, jobId: job.id, status: 'failed' },
		});
		expect(refused).toMatchObject({
			prompt: `${mark} refused`,
			error: `${LABELS[provider]} refused the values of the request [item 2]`,
		});
		expect(refused).not.toHaveProperty('details');
	});
});
