import { code, inARow, itemsOf, manualTrigger, noOperation, runsOf, workflowOf } from '../tools/host/workflows';
import type { WorkflowNode } from '../tools/host/n8nTypes';
import { begin, create, durable, jobIdsAt, loop, prompts, requestsOf, suspendingWait } from './support/durable';
import { startSuite, type Suite } from './support/suite';

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 600_000 } });
});

afterAll(async () => {
	await suite.close();
});

describe('a suspended wait', () => {
	describe('in a sub-workflow', () => {
		const trigger: WorkflowNode = {
			...noOperation('Called'),
			type: 'n8n-nodes-base.executeWorkflowTrigger',
			typeVersion: 1.1,
			parameters: { inputSource: 'passthrough' },
		};

		async function call(texts: readonly string[], options: { finished: boolean; timeoutMs?: number }) {
			const row = [
				trigger,
				create(suite, 'apiframe', { callback: 'thisExecution' }),
				suspendingWait(suite, 'apiframe'),
			];
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
		// Both to wait, and both again when the second had rung as well.
		expect(round.length).toBeGreaterThanOrEqual(4);
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
});
