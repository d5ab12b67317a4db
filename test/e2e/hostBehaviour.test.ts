/** What the documents say of n8n itself around a wait, and no other suite shows. */
import { setTimeout as pause } from 'node:timers/promises';
import {
	calledTrigger,
	callWorkflow,
	inARow,
	itemsOf,
	manualTrigger,
	noOperation,
	runsOf,
	webhookTrigger,
	workflowOf,
} from '../tools/host/workflows';
import type { Workflow, WorkflowInput } from '../tools/host/n8nTypes';
import { until } from '../tools/support/until';
import {
	begin,
	create,
	durable,
	finishAndRing,
	idsOf,
	jobIdsAt,
	loop,
	prompts,
	suspendingWait,
} from './support/durable';
import { jobsAbout, purchase } from './support/purchase';
import { startSuite, type Suite } from './support/suite';
import { hailuoTrigger, listen, post } from './support/trigger';

/** Seconds after which n8n cancels a workflow of these tests: before the first recheck, which comes after a minute. */
const LIMIT = 30;
/** For n8n to begin an execution that it lets in. */
const BEGIN_MS = 6_000;

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({
		simulator: { jobDurationMs: 600_000, callbackRetryDelaysMs: [] },
		environment: { N8N_CONCURRENCY_PRODUCTION_LIMIT: '1' },
	});
});

afterAll(async () => {
	await suite.close();
});

const limited = (workflow: WorkflowInput): WorkflowInput => ({
	...workflow,
	settings: { ...workflow.settings, executionTimeout: LIMIT },
});

/** Publishes a workflow that begins with a Webhook node instead of its manual trigger. */
async function publish(path: string, workflow: WorkflowInput, responseMode = 'onReceived'): Promise<Workflow> {
	const trigger = webhookTrigger(path, 'Start');
	const webhook = { ...trigger, parameters: { ...trigger.parameters, responseMode } };
	const nodes = workflow.nodes.map((node) => (node.name === 'Start' ? webhook : node));
	const published = await suite.client.createWorkflow({ ...workflow, nodes });
	await suite.client.activateWorkflow(published.id);
	return published;
}

const call = async (path: string) => await post(`${suite.webhookUrl}/webhook/${path}`, {});

describe("'Timeout Workflow' over a suspended wait", () => {
	test.concurrent('counts from the start of the execution when a recheck wakes it', async () => {
		const { id, jobs } = await begin(suite, limited(durable(suite, { provider: 'aimlApi', prompts: ['Rechecked'] })));
		suite.simulator.finishJob(jobs[0]!.id);
		await suite.client.waitForExecution(id, { until: ['canceled'], timeoutMs: 150_000 });
		expect(runsOf(await suite.client.getExecution(id), 'After')).toEqual([]);
	});

	test.concurrent('counts anew when a callback wakes it', async () => {
		const workflow = limited(durable(suite, { prompts: ['Rung'], callback: 'thisExecution' }));
		const { end, jobs } = await begin(suite, workflow);
		await pause((LIMIT + 2) * 1000);
		await finishAndRing(suite, jobs[0]!);
		const execution = await end();
		expect(execution.status).toBe('success');
		expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
	});
});

describe('a Webhook node before a suspended wait', () => {
	test.concurrent("that answers 'When Last Node Finishes' answers when the execution is put aside", async () => {
		const mark = 'answered at once';
		await publish('at-once', durable(suite, { prompts: [mark], callback: 'thisExecution' }), 'lastNode');
		const { status, text } = await call('at-once');
		expect(status).toBe(200);
		const [job] = jobsAbout(suite, mark);
		expect(JSON.parse(text)).toMatchObject({ jobId: job!.id, status: 'queued', videoUrl: null });
	});

	test.concurrent("that leaves it to 'Respond to Webhook' answers when the video is there", async () => {
		const mark = 'answered at the end';
		const workflow = durable(suite, { prompts: [mark], callback: 'thisExecution' });
		const respond = { type: 'n8n-nodes-base.respondToWebhook', typeVersion: 1.4, parameters: { options: {} } };
		const nodes = workflow.nodes.map((node) => (node.name === 'After' ? { ...node, ...respond } : node));
		await publish('at-the-end', { ...workflow, nodes }, 'responseNode');
		const answering = call('at-the-end');
		await until('the job', () => jobsAbout(suite, mark).length === 1);
		const [job] = jobsAbout(suite, mark);
		await pause(BEGIN_MS);
		await finishAndRing(suite, job!);
		expect(JSON.parse((await answering).text)).toMatchObject({ jobId: job!.id, status: 'succeeded' });
	});
});

test.concurrent(
	'a sub-workflow that is run once for each item, and suspends, hands on the first item alone',
	async () => {
		const row = [
			calledTrigger(),
			create(suite, 'apiframe', { callback: 'thisExecution' }),
			suspendingWait(suite, 'apiframe'),
		];
		const { nodes, wires } = loop('drawn');
		const child = workflowOf('Called for each', [...row, ...nodes], { wires: [...inARow(row), ...wires] });
		const { id } = await suite.client.createWorkflow(child);
		await suite.client.activateWorkflow(id);
		const each = callWorkflow(id, 'each');
		const texts = prompts(['Each 1 [[seconds:5]]', 'Each 2 [[seconds:5]]', 'Each 3 [[seconds:5]]']);
		const execution = await suite.run(
			workflowOf('Calling for each', [manualTrigger(), ...texts, each, noOperation('Behind')]),
			{
				timeoutMs: 150_000,
			},
		);
		expect(itemsOf(execution, 'Behind')).toHaveLength(1);
	},
);

describe('whoever calls n8n from outside', () => {
	test.concurrent('is told that a waiting execution does not exist', async () => {
		const { status, text } = await post(`${suite.webhookUrl}/webhook-waiting/0/hailuo`, {});
		expect(status).toBe(404);
		expect(text).toContain('The execution \\"0\\" does not exist.');
	});

	test.concurrent('is told that a webhook is not there, or not for GET', async () => {
		const unknown = await post(`${suite.webhookUrl}/webhook/5f0c1a52/hailuo`, {});
		expect(unknown.status).toBe(404);
		expect(unknown.text).toMatch(/The requested webhook .* is not registered\./);
		const { url } = await listen(suite, { provider: 'wiro' });
		expect((await post(url, {})).status).toBe(401);
		const got = await fetch(url);
		expect(got.status).toBe(404);
		expect(await got.text()).toMatch(/not registered for GET requests/);
	});

	test.concurrent('reaches a trigger only while its workflow is published', async () => {
		const node = hailuoTrigger({ provider: 'wiro' }, suite.credentials);
		await suite.client.createWorkflow(workflowOf('Unpublished', [node, noOperation('After')]));
		const { status } = await post(`${suite.webhookUrl}/webhook/${node.webhookId}/hailuo`, {});
		expect(status).toBe(404);
	});
});

test("an execution that polls holds one of n8n's concurrency slots, and a suspended one holds none", async () => {
	const polling = purchase(suite, 'wiro', { prompts: ['holds the slot'], operation: 'createAndWait' });
	await publish('holding', polling);
	const [first] = await Promise.all(
		['first', 'second'].map(async (name) => await publish(name, durable(suite, { prompts: [`${name} in the queue`] }))),
	);
	await call('holding');
	await until('the polled job', () => jobsAbout(suite, 'holds the slot').length === 1);
	// n8n answers the call when it lets the execution in.
	const letIn = call('first');
	await pause(BEGIN_MS);
	expect(jobsAbout(suite, 'first in the queue')).toEqual([]);

	const [polled] = jobsAbout(suite, 'holds the slot');
	suite.simulator.finishJob(polled!.id);
	await until('the job of the first', () => jobsAbout(suite, 'first in the queue').length === 1, { timeoutMs: 60_000 });
	expect((await letIn).status).toBe(200);
	await call('second');
	await until('the job of the second', () => jobsAbout(suite, 'second in the queue').length === 1);
	expect(await suite.client.listExecutions({ workflowId: first!.id })).toMatchObject([{ status: 'waiting' }]);
});
