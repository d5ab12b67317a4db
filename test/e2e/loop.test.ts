import { setTimeout as pause } from 'node:timers/promises';
import {
	calledTrigger,
	callWorkflow,
	code,
	inARow,
	itemsOf,
	manualTrigger,
	noOperation,
	runsOf,
	webhookTrigger,
	workflowOf,
} from '../tools/host/workflows';
import {
	begin,
	begun,
	create,
	delayOf,
	durable,
	hintsOf,
	idsOf,
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
	test.each([
		// The job was seconds old when the wait began, so it is only read at the doorbell.
		['apiframe', 5, 1],
		['wiro', 5, 1],
		['apiframe', 75, 2],
	] as const)(
		'of %s has the video downstream within a second of the end of a job that took %i s',
		async (provider, seconds, reads) => {
			const prompt = `A boat [[seconds:${seconds}]]`;
			const { end, jobs } = await begin(
				suite,
				durable(suite, { provider, prompts: [prompt], callback: 'thisExecution' }),
			);
			const execution = await end();

			expect(execution.status).toBe('success');
			expect(runsOf(execution, 'After')).toHaveLength(1);
			expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
			expect(delayOf(execution, jobs[0]!)).toBeLessThan(1000);
			expect(requestsOf(suite, jobs[0]!, 'create')).toBe(1);
			expect(requestsOf(suite, jobs[0]!, 'read')).toBe(reads);
		},
	);
});

describe('a suspended wait', () => {
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

	test.concurrent('in a sub-workflow hands the finished items to the workflow that called it', async () => {
		const row = [
			calledTrigger(),
			create(suite, 'apiframe', { callback: 'thisExecution' }),
			suspendingWait(suite, 'apiframe'),
		];
		const { nodes, wires } = loop('drawn');
		const child = workflowOf('Called', [...row, ...nodes], { wires: [...inARow(row), ...wires] });
		const { id } = await suite.client.createWorkflow(child);
		await suite.client.activateWorkflow(id);
		const call = callWorkflow(id, 'once');
		const texts = prompts(['One [[seconds:12]]', 'Two [[seconds:6]]']);
		const parent = workflowOf('Calling', [manualTrigger(), ...texts, call, noOperation('Behind')]);
		const execution = await suite.run(parent, { timeoutMs: 150_000 });

		expect(execution.status).toBe('success');
		expect(runsOf(execution, 'Behind')).toHaveLength(1);
		const behind = itemsOf(execution, 'Behind').map(({ json }) => json);
		expect(behind).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
		const made = behind.map(({ jobId }) => JSON.stringify(suite.simulator.job(String(jobId))?.request));
		expect(made).toEqual([expect.stringContaining('One'), expect.stringContaining('Two')]);
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
