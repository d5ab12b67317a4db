import { setTimeout as pause } from 'node:timers/promises';
import {
	code,
	hailuo,
	itemsOf,
	manualTrigger,
	noOperation,
	runsOf,
	webhookTrigger,
	workflowOf,
} from '../host/workflows';
import type { WorkflowNode } from '../host/n8nTypes';
import {
	begin,
	begun,
	callbacksOf,
	create,
	delayOf,
	durable,
	hintsOf,
	idsOf,
	inARow,
	jobIdsAt,
	LAYOUTS,
	loop,
	prompts,
	requestsOf,
	suspendingWait,
	untilStatus,
} from './support/durable';
import { startSuite, type Suite } from './support/suite';

const STARVATION = /Finished items wait for the others/;

/** When the workflows that were all started together have come to rest. */
const CALM_MS = 30_000;

let suite: Suite;

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

	test.concurrent('as finished puts each video downstream within a second of its callback', async () => {
		const workflow = durable(suite, {
			prompts: ['Slow', 'Quick'],
			callback: 'thisExecution',
			wait: { release: 'asFinished' },
		});
		const { end, jobs, suspended } = await begin(suite, workflow);
		const [slow, quick] = jobs;
		await pause(CALM_MS);
		suite.simulator.finishJob(quick!.id);
		await pause(60_000);
		await suspended();
		suite.simulator.finishJob(slow!.id);
		const execution = await end();

		expect(runsOf(execution, 'After')).toHaveLength(2);
		expect(jobIdsAt(execution, 'After')).toEqual([quick!.id, slow!.id]);
		expect(slow!.endsAt - quick!.endsAt).toBeGreaterThanOrEqual(60_000);
		expect(delayOf(execution, quick!)).toBeLessThan(1000);
		expect(delayOf(execution, slow!)).toBeLessThan(1000);
		expect(hintsOf(execution, 'Wait')).toEqual([]);
	});

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

	describe('in a sub-workflow', () => {
		const trigger: WorkflowNode = {
			...noOperation('Called'),
			type: 'n8n-nodes-base.executeWorkflowTrigger',
			typeVersion: 1.1,
			parameters: { inputSource: 'passthrough' },
		};

		async function call(texts: readonly string[], options: { finished: boolean; timeoutMs?: number }) {
			const row = [trigger, create(suite, 'apiframe', 'thisExecution'), suspendingWait(suite, 'apiframe')];
			const { nodes, wires } = loop('drawn');
			const child = workflowOf('Called', [...row, ...nodes], {
				wires: [...inARow(row), ...wires.filter(({ to }) => options.finished || to !== 'After')],
			});
			const { id } = await suite.client.createWorkflow(child);
			await suite.client.activateWorkflow(id);
			const execute: WorkflowNode = {
				...noOperation('Call'),
				type: 'n8n-nodes-base.executeWorkflow',
				typeVersion: 1.2,
				parameters: { workflowId: { __rl: true, mode: 'id', value: id }, mode: 'once', options: {} },
			};
			const parent = workflowOf('Calling', [manualTrigger(), ...prompts(texts), execute, noOperation('Behind')]);
			return await suite.run(parent, { timeoutMs: options.timeoutMs ?? 150_000 });
		}

		test.concurrent('hands the finished items to the workflow that called it', async () => {
			const execution = await call(['One [[seconds:12]]', 'Two [[seconds:6]]'], { finished: true });
			expect(execution.status).toBe('success');
			expect(runsOf(execution, 'Behind')).toHaveLength(1);
			const behind = itemsOf(execution, 'Behind').map(({ json }) => json);
			expect(behind).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
			const made = behind.map(({ jobId }) => JSON.stringify(suite.simulator.job(String(jobId))?.request));
			expect(made).toEqual([expect.stringContaining('One'), expect.stringContaining('Two')]);
		});

		test.concurrent('is refused when nothing follows Finished, where the result would be lost', async () => {
			const execution = await call(['Three'], { finished: false, timeoutMs: 30_000 });
			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error?.message).toContain(`Output 'Finished' is not connected`);
		});
	});

	test.concurrent('out of time puts the job out as timed out where the form says so', async () => {
		const wait = { timeout: 0.5, onTimeout: 'output' };
		const { end, jobs } = await begin(suite, durable(suite, { prompts: ['A boat'], wait }));
		const execution = await end();
		expect(itemsOf(execution, 'After')).toMatchObject([
			{ json: { jobId: jobs[0]!.id, status: 'queued', timedOut: true } },
		]);
		expect(requestsOf(suite, jobs[0]!, 'read')).toBe(1);
	});

	test.concurrent('out of time fails, naming the job', async () => {
		const { end, jobs } = await begin(suite, durable(suite, { prompts: ['A boat'], wait: { timeout: 0.5 } }));
		const execution = await end();
		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error?.message).toBe(
			`The job ${jobs[0]!.id} at Apiframe was not over within 0.5 minutes [item 0]`,
		);
	});

	test.concurrent('lets a failed job flow on where the form says so', async () => {
		const texts = ['A boat [[seconds:6]][[fail:CUDA error]]'];
		const wait = { onJobFailure: 'output' };
		const { end } = await begin(suite, durable(suite, { prompts: texts, callback: 'thisExecution', wait }));
		expect(itemsOf(await end(), 'After')).toMatchObject([
			{ json: { status: 'failed', videoUrl: null, failure: { message: expect.stringContaining('CUDA error') } } },
		]);
	});

	test.concurrent('fails with a failed job at once, while others go on at the provider', async () => {
		const texts = ['Long', 'A boat [[seconds:6]][[fail:CUDA error]]'];
		const { end, jobs } = await begin(suite, durable(suite, { prompts: texts, callback: 'thisExecution' }));
		const execution = await end(30_000);
		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error?.message).toBe(
			`The job ${jobs[1]!.id} at Apiframe was not successful [item 1]`,
		);
	});

	test.concurrent('with Continue On Fail puts the error beside the job in its place', async () => {
		const workflow = durable(suite, {
			prompts: ['Good [[seconds:12]]', 'Bad [[seconds:6]][[fail:CUDA error]]', 'Good [[seconds:9]]'],
			callback: 'thisExecution',
			settings: { onError: 'continueRegularOutput' },
		});
		const { end, jobs } = await begin(suite, workflow);
		const execution = await end();
		expect(execution.status).toBe('success');
		expect(runsOf(execution, 'After')).toHaveLength(1);
		expect(itemsOf(execution, 'After')).toMatchObject([
			{ json: { jobId: jobs[0]!.id, status: 'succeeded' } },
			{ json: { jobId: jobs[1]!.id, status: 'failed', error: expect.stringContaining('not successful') } },
			{ json: { jobId: jobs[2]!.id, status: 'succeeded' } },
		]);
		expect(itemsOf(execution, 'After')[1]!.json).not.toHaveProperty('hailuoWait');
	});

	test.concurrent('with an error output leads the failed item there, free of the state of the wait', async () => {
		const drawn = durable(suite, {
			prompts: ['Good [[seconds:12]]', 'Bad [[seconds:6]][[fail:CUDA error]]', 'No id'],
			callback: 'thisExecution',
			between: [
				code(
					`return $input.all().map((item, index) => index < 2 ? item : { json: { error: 'None' }, pairedItem: index });`,
				),
			],
			settings: { onError: 'continueErrorOutput' },
		});
		const failed = noOperation('Failed', { position: [1500, -200] });
		const { Wait } = drawn.connections;
		const { end, jobs } = await begin(suite, {
			...drawn,
			nodes: [...drawn.nodes, failed],
			connections: {
				...drawn.connections,
				Wait: { main: [...Wait!.main, [{ node: 'Failed', type: 'main', index: 0 }]] },
			},
		});
		const execution = await end();
		expect(jobIdsAt(execution, 'After')).toEqual([jobs[0]!.id]);
		expect(runsOf(execution, 'Failed')).toHaveLength(1);
		expect(itemsOf(execution, 'Failed').map(({ json }) => json)).toEqual([
			{
				error: expect.stringContaining('not successful'),
				details: expect.objectContaining({ jobId: jobs[1]!.id, status: 'failed' }),
			},
			{ error: expect.stringContaining(`'Job ID' is empty`) },
		]);
	});

	test.concurrent('keeps the files of items that go round, and downloads the video once, at Finished', async () => {
		const note = code(
			`return $input.all().map(({ json }, index) => ({ json, pairedItem: index, binary: { note: {
				data: Buffer.from('Note ' + index).toString('base64'), mimeType: 'text/plain', fileName: index + '.txt' } } }));`,
		);
		const workflow = durable(suite, {
			prompts: ['First [[seconds:12]]', 'Second [[seconds:6]]'],
			callback: 'thisExecution',
			between: [note],
			wait: { downloadVideo: true },
		});
		const { end, jobs } = await begin(suite, workflow);
		const execution = await end();

		const round = itemsOf(execution, 'Round');
		expect(round.length).toBeGreaterThanOrEqual(6);
		for (const { binary } of round)
			expect(binary).toHaveProperty('note.fileName', expect.stringMatching(/^[01]\.txt$/));
		const videos = itemsOf(execution, 'After').map(({ binary }) => binary!['data']!);
		expect(videos.map(({ mimeType }) => mimeType)).toEqual(['video/mp4', 'video/mp4']);
		const bytes = await suite.client.downloadBinary(videos[0]!.id!);
		expect(bytes).toHaveLength(262_144);
		for (const { id } of jobs) {
			const downloads = suite.simulator.requestsOf('cdn', 'download').filter(({ path }) => path.includes(id));
			expect(downloads).toHaveLength(1);
		}
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
