import { setTimeout as pause } from 'node:timers/promises';
import { hailuo, itemsOf, noOperation, runsOf, webhookTrigger } from '../tools/host/workflows';
import type { WorkflowNode } from '../tools/host/n8nTypes';
import {
	begin,
	begun,
	callbacksOf,
	delayOf,
	durable,
	hintsOf,
	idsOf,
	jobIdsAt,
	LAYOUTS,
	requestsOf,
	untilStatus,
	type Begun,
} from './support/durable';
import { openEditor } from './support/editor';
import { startSuite, type Suite } from './support/suite';

const STARVATION = /Finished items wait for the others/;

/** When the workflows that were all started together have come to rest. */
const CALM_MS = 30_000;

let suite: Suite;
/** Two videos that leave as they are finished; one takes as long as all other tests here together. */
let pair: Begun | undefined;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 600_000 } });
});

afterAll(async () => {
	await suite.close();
});

describe('a callback', () => {
	test.each(['apiframe', 'wiro'] as const)(
		'of %s has the video downstream within a second of the end of the job',
		async (provider) => {
			const workflow = durable(suite, { provider, prompts: ['A boat [[seconds:5]]'], callback: 'thisExecution' });
			const { end, jobs } = await begin(suite, workflow);
			const execution = await end();

			expect(execution.status).toBe('success');
			expect(runsOf(execution, 'After')).toHaveLength(1);
			expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
			expect(delayOf(execution, jobs[0]!)).toBeLessThan(1000);
			expect(requestsOf(suite, jobs[0]!, 'create')).toBe(1);
			// The job was seconds old when the wait began, so it was only read at the doorbell.
			expect(requestsOf(suite, jobs[0]!, 'read')).toBe(1);
			expect(callbacksOf(suite, jobs[0]!).map(({ attempts }) => attempts.length)).toEqual([1]);
		},
	);

	test('has the quick one of two videos downstream as finished, while the other is still being made', async () => {
		const workflow = durable(suite, {
			prompts: ['Slow', 'Quick [[seconds:5]]'],
			callback: 'thisExecution',
			wait: { release: 'asFinished' },
		});
		pair = await begin(suite, workflow);
		await pause(7_000);
		await pair.suspended();
		const meanwhile = await suite.client.getExecution(pair.id);

		expect(jobIdsAt(meanwhile, 'After')).toEqual([pair.jobs[1]!.id]);
		expect(delayOf(meanwhile, pair.jobs[1]!)).toBeLessThan(1000);
	});
});

describe('a suspended wait', () => {
	test.concurrent.each(['aimlApi', 'evolink'] as const)(
		'at %s, which calls nobody, ends at the next recheck',
		async (provider) => {
			const { end, jobs } = await begin(suite, durable(suite, { provider, prompts: ['A boat [[seconds:20]]'] }));
			const execution = await end();

			expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
			const [after] = runsOf(execution, 'After');
			expect(after!.startTime - jobs[0]!.createdAt).toBeLessThan(75_000);
			expect(requestsOf(suite, jobs[0]!, 'create')).toBe(1);
			expect(requestsOf(suite, jobs[0]!, 'read')).toBe(1);
		},
	);

	test.concurrent.each(LAYOUTS)('as finished loses nothing and hints where it must when drawn %s', async (layout) => {
		const workflow = durable(suite, {
			prompts: ['First', 'Second [[seconds:15]]'],
			callback: 'thisExecution',
			wait: { release: 'asFinished' },
			layout,
		});
		const { end, id, jobs } = await begin(suite, workflow);
		await pause(CALM_MS);
		const meanwhile = await suite.client.getExecution(id);
		suite.simulator.finishJob(jobs[0]!.id);
		const execution = await end();

		const starving = layout === 'level' || layout === 'below';
		expect(jobIdsAt(meanwhile, 'After')).toEqual(starving ? [] : [jobs[1]!.id]);
		expect(jobIdsAt(execution, 'After').sort()).toEqual(idsOf(jobs).sort());
		const hints = hintsOf(execution, 'Wait');
		if (starving) expect(hints).toContainEqual(expect.stringMatching(STARVATION));
		else expect(hints).toEqual([]);
	});

	test.concurrent.each(LAYOUTS)(
		'together ends in one run, in the order of the items, when drawn %s',
		async (layout) => {
			const workflow = durable(suite, {
				prompts: ['First [[seconds:20]]', 'Second [[seconds:8]]', 'Third [[seconds:14]]'],
				callback: 'thisExecution',
				layout,
			});
			const { end, jobs } = await begin(suite, workflow);
			const execution = await end();

			expect(runsOf(execution, 'After')).toHaveLength(1);
			expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
			for (const { json } of itemsOf(execution, 'After')) {
				expect(json).toMatchObject({ status: 'succeeded', failure: null });
				expect(json).not.toHaveProperty('hailuoWait');
			}
			expect(hintsOf(execution, 'Wait')).toEqual([]);
		},
	);

	test.concurrent('keeps the items paired with those they came from', async () => {
		const workflow = durable(suite, {
			prompts: ['First [[seconds:12]]', 'Second [[seconds:5]]'],
			callback: 'thisExecution',
			wait: { release: 'asFinished' },
		});
		const after = workflow.nodes.find(({ name }) => name === 'After')!;
		Object.assign(after, {
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { mode: 'raw', jsonOutput: `={{ { jobId: $json.jobId, prompt: $('Prompts').item.json.prompt } }}` },
		});
		const { end, jobs } = await begin(suite, workflow);
		const execution = await end();

		expect(itemsOf(execution, 'After').map(({ json }) => json)).toEqual([
			{ jobId: jobs[1]!.id, prompt: 'Second [[seconds:5]]' },
			{ jobId: jobs[0]!.id, prompt: 'First [[seconds:12]]' },
		]);
	});

	test.concurrent('works in a published workflow that a webhook started', async () => {
		const path = 'durable-production';
		const manual = durable(suite, { prompts: ['A boat [[seconds:6]]'], callback: 'thisExecution' });
		const trigger = webhookTrigger(path, 'Start');
		const { id } = await suite.client.createWorkflow({
			...manual,
			nodes: manual.nodes.map((node) => (node.name === 'Start' ? trigger : node)),
		});
		await suite.client.activateWorkflow(id);
		await fetch(`${suite.client.url}/webhook/${path}`, { method: 'POST' });
		await pause(3_000);
		const [{ id: executionId } = { id: '' }] = await suite.client.listExecutions({ workflowId: id });
		const execution = await suite.client.waitForExecution(executionId, { timeoutMs: 120_000 });

		expect(execution.mode).toBe('webhook');
		const { jobs } = await begun(suite, executionId);
		expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
	});

	test.concurrent('shows its result in the editor in which Execute Workflow was pressed', async () => {
		const workflow = durable(suite, { prompts: ['A boat [[seconds:10]]'], callback: 'thisExecution' });
		const { id: workflowId } = await suite.client.createWorkflow(workflow);
		const editor = await openEditor(suite);
		const executionId = await editor.execute(workflowId, 'Start');
		const execution = await suite.client.waitForExecution(executionId, { timeoutMs: 120_000 });
		await pause(1_000);
		editor.close();

		expect(execution.mode).toBe('manual');
		const { jobs } = await begun(suite, executionId);
		expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
		const told = editor.messages.filter(({ data }) => data?.['executionId'] === executionId);
		const ran = told.filter(({ type }) => type === 'nodeExecuteAfter').map(({ data }) => data['nodeName']);
		expect(ran.at(-1)).toBe('After');
		const ends = told.filter(({ type }) => type === 'executionFinished').map(({ data }) => data['status']);
		expect(ends.at(-1)).toBe('success');
		expect(told.map(({ type }) => type)).toContain('executionWaiting');
	});

	test.concurrent('does not suspend for a job that is over', async () => {
		const soon: WorkflowNode = {
			...noOperation('Soon'),
			type: 'n8n-nodes-base.wait',
			typeVersion: 1.1,
			parameters: { amount: 2, unit: 'seconds' },
		};
		const get = hailuo({ provider: 'wiro', operation: 'get' }, suite.credentials, { name: 'Get' });
		const workflow = durable(suite, { provider: 'wiro', prompts: ['A boat [[seconds:1]]'], between: [soon, get] });
		const execution = await suite.run(workflow, { timeoutMs: 40_000 });

		expect(runsOf(execution, 'Wait')).toHaveLength(1);
		expect(runsOf(execution, 'Round')).toHaveLength(0);
		expect(itemsOf(execution, 'After')).toMatchObject([{ json: { status: 'succeeded' } }]);
	});

	test.concurrent.each([
		['unwired', `Output 'Recheck' is not connected`],
		['leading elsewhere', `Output 'Recheck' leads away from this node`],
	])('with Recheck %s is refused at once, saying what to connect', async (fault, message) => {
		const drawn = durable(suite, { prompts: ['A boat'] });
		const elsewhere = [{ node: 'After', type: 'main' as const, index: 0 }];
		const execution = await suite.run({
			...drawn,
			connections: { ...drawn.connections, Wait: { main: [fault === 'unwired' ? [] : elsewhere, elsewhere] } },
		});
		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error?.message).toBe(message);
		expect(execution.data.resultData.error?.description).toContain(`Drag from the output 'Recheck'`);
		expect(runsOf(execution, 'After')).toEqual([]);
	});

	test.concurrent('by Execute step reads once and says that nothing waits', async () => {
		const { id } = await suite.client.createWorkflow(durable(suite, { prompts: ['A boat'] }));
		const executionId = await suite.client.runWorkflow(id, { step: 'Wait' });
		const execution = await suite.client.waitForExecution(executionId);

		expect(execution.status).toBe('success');
		expect(runsOf(execution, 'Wait')).toHaveLength(1);
		expect(runsOf(execution, 'Round')).toEqual([]);
		expect(hintsOf(execution, 'Wait')).toEqual([expect.stringMatching(/^Only this step was run/)]);
		const { jobs } = await begun(suite, executionId);
		expect(requestsOf(suite, jobs[0]!, 'read')).toBe(1);
		expect(itemsOf(execution, 'Wait')).toMatchObject([{ json: { hailuoWait: { job: { status: 'queued' } } } }]);
	});

	test.concurrent('leaves nothing to do after a Stop while it is suspended', async () => {
		const { id, jobs } = await begin(suite, durable(suite, { prompts: ['A boat'], callback: 'thisExecution' }));
		await suite.client.stopExecution(id);
		await untilStatus(suite, id, 'canceled');
		suite.simulator.finishJob(jobs[0]!.id);
		await pause(5_000);
		const execution = await suite.client.getExecution(id);
		expect(execution.status).toBe('canceled');
		expect(runsOf(execution, 'After')).toEqual([]);
		expect(requestsOf(suite, jobs[0]!, 'read')).toBe(0);
	});
});

describe('minutes later, when all is quiet', () => {
	test('the slow one of the two videos is downstream within a second too', async () => {
		const { end, jobs, suspended } = pair!;
		const [slow, quick] = jobs;
		await suspended();
		suite.simulator.finishJob(slow!.id);
		const execution = await end();

		expect(slow!.endsAt - quick!.endsAt).toBeGreaterThanOrEqual(60_000);
		expect(runsOf(execution, 'After')).toHaveLength(2);
		expect(jobIdsAt(execution, 'After')).toEqual([quick!.id, slow!.id]);
		expect(delayOf(execution, slow!)).toBeLessThan(1000);
		expect(hintsOf(execution, 'Wait')).toEqual([]);
	});
});
