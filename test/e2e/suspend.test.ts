/** A durable wait in one node, in a real n8n. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Execution, WorkflowInput, WorkflowNode } from '../tools/host/n8nTypes';
import {
	calledTrigger,
	callWorkflow,
	hailuo,
	inARow,
	itemsOf,
	manualTrigger,
	noOperation,
	runsOf,
	VIDEO_FROM_PROMPT,
	webhookTrigger,
	workflowOf,
	type NodeSettings,
	type Wire,
} from '../tools/host/workflows';
import type { ProviderName } from '../tools/simulator/types';
import { until } from '../tools/support/until';
import { delayOf, jobIdsAt, prompts, requestsOf, suspendedVideo, untilStatus } from './support/durable';
import { jobsAbout } from './support/purchase';
import { startSuite, type Suite } from './support/suite';
import { post } from './support/trigger';

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 600_000 } });
});

afterAll(async () => {
	await suite.close();
});

const video = (changes: Record<string, unknown> = {}, settings: NodeSettings = {}): WorkflowNode =>
	suspendedVideo(suite, changes, settings);

/** Puts a field beside the job that only pairing can find. */
function paired(name = 'After'): WorkflowNode {
	return {
		...noOperation(name),
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		parameters: {
			mode: 'raw',
			jsonOutput: `={{ Object.assign({}, $json, { asked: $('Prompts').item.json.prompt }) }}`,
			options: { includeBinary: true },
		},
	};
}

function suspending(
	texts: readonly string[],
	changes: Record<string, unknown> = {},
	settings: Record<string, unknown> = {},
): WorkflowInput {
	const nodes = [manualTrigger(), ...prompts(texts), video(changes), paired()];
	return workflowOf('Suspended', nodes, { settings });
}

const end = async (id: string): Promise<Execution> => await suite.client.waitForExecution(id, { timeoutMs: 150_000 });

/** Starts a workflow and waits until n8n has put it aside. */
async function park(workflow: WorkflowInput): Promise<string> {
	const id = await suite.start(workflow);
	await untilStatus(suite, id, 'waiting');
	return id;
}

/** The execution that waits in the place of another one: the next row of the same workflow. */
async function innerOf(id: string): Promise<string> {
	const { workflowId } = await suite.client.getExecution(id);
	const rows = await suite.client.listExecutions({ workflowId });
	const inner = rows.filter((row) => Number(row.id) > Number(id)).at(-1);
	if (inner === undefined) throw new Error(`Nothing waits for execution ${id}`);
	return inner.id;
}

const OF_A_RUN = ['jobId', 'videoUrl', 'createdAt', 'completedAt', 'expiresAt', 'jobToken', 'asked'];

const withoutIds = (execution: Execution, node: string) =>
	itemsOf(execution, node).map(({ json, pairedItem }) => ({
		pairedItem,
		json: Object.fromEntries(Object.entries(json).filter(([name]) => !OF_A_RUN.includes(name))),
	}));

describe('the callback of a suspended wait', () => {
	test.each<ProviderName>(['apiframe', 'wiro'])(
		'at %s is over within a second of its last job, and reads each job once',
		async (provider) => {
			const word = `quick at ${provider}`;
			const id = await park(suspending([`${word} [[seconds:9]]`, `${word} [[seconds:12]]`], { provider }));
			const execution = await end(id);
			const jobs = jobsAbout(suite, word);
			expect(execution.status).toBe('success');
			expect(jobIdsAt(execution, 'After')).toEqual(jobs.map((job) => job.id));
			expect(delayOf(execution, jobs[1]!)).toBeLessThan(1000);
			expect(jobs.map((job) => [requestsOf(suite, job, 'create'), requestsOf(suite, job, 'read')])).toEqual([
				[1, 1],
				[1, 1],
			]);
		},
	);
});

describe('a suspended wait', () => {
	test.concurrent.each<ProviderName>(['aimlApi', 'evolink'])(
		'at %s, which calls nobody here, finds its jobs by rechecking',
		async (provider) => {
			const word = `rechecked at ${provider}`;
			const id = await park(suspending([`${word} [[seconds:20]]`], { provider }));
			const execution = await end(id);
			expect(jobIdsAt(execution, 'After')).toEqual(jobsAbout(suite, word).map((job) => job.id));
			expect(requestsOf(suite, jobsAbout(suite, word)[0]!, 'read')).toBe(1);
		},
	);

	test.concurrent('gives the same items as polling, field by field, and the same pairing', async () => {
		const words = ['One', 'Two', 'Three', 'Four', 'Five'];
		const asked = (way: string) => words.map((word, index) => `${way} ${word} [[seconds:${8 + index}]]`);
		const [polled, suspended] = await Promise.all([
			suite.run(suspending(asked('polled'), { waitStrategy: 'poll' }), { timeoutMs: 150_000 }),
			suite.run(suspending(asked('suspended')), { timeoutMs: 150_000 }),
		]);
		expect(withoutIds(suspended, 'Video')).toEqual(withoutIds(polled, 'Video'));
		expect(itemsOf(suspended, 'After').map(({ json }) => json['asked'])).toEqual(asked('suspended'));
		expect(jobIdsAt(suspended, 'After')).toEqual(jobsAbout(suite, 'suspended').map((job) => job.id));
	});

	test.concurrent.each(['v0', 'v1'])(
		'works in order %s, twice in a row and in two branches',
		async (executionOrder) => {
			const word = `order ${executionOrder}`;
			const second = video({ prompt: `=${word} again [[seconds:6]]` }, { name: 'Second' });
			const other = video({ prompt: `=${word} beside [[seconds:6]]` }, { name: 'Other' });
			const row = [manualTrigger(), ...prompts([`${word} [[seconds:6]]`]), video(), second, noOperation('After')];
			const wires: Wire[] = [...inARow(row), { from: 'Prompts', to: 'Other' }, { from: 'Other', to: 'Beside' }];
			const workflow = workflowOf('Twice', [...row, other, noOperation('Beside')], {
				wires,
				settings: { executionOrder },
			});
			const execution = await suite.run(workflow, { timeoutMs: 300_000 });
			expect(execution.status).toBe('success');
			expect(jobsAbout(suite, word)).toHaveLength(3);
			expect([...jobIdsAt(execution, 'After'), ...jobIdsAt(execution, 'Beside')].sort()).toEqual(
				[jobsAbout(suite, `${word} again`)[0]?.id, jobsAbout(suite, `${word} beside`)[0]?.id].sort(),
			);
		},
	);

	test.concurrent('works inside Loop Over Items, once for each batch', async () => {
		const batches: WorkflowNode = {
			...noOperation('Batches'),
			type: 'n8n-nodes-base.splitInBatches',
			typeVersion: 3,
			parameters: { batchSize: 1, options: {} },
		};
		const texts = prompts(['batch one [[seconds:6]]', 'batch two [[seconds:6]]']);
		const row = [manualTrigger(), ...texts, batches];
		const wires: Wire[] = [
			...inARow(row),
			{ from: 'Batches', output: 1, to: 'Video' },
			{ from: 'Video', to: 'Batches' },
			{ from: 'Batches', output: 0, to: 'After' },
		];
		const workflow = workflowOf('Batches', [...row, video(), noOperation('After')], { wires });
		const execution = await suite.run(workflow, { timeoutMs: 300_000 });
		expect(execution.status).toBe('success');
		expect(jobIdsAt(execution, 'After')).toEqual(jobsAbout(suite, 'batch ').map((job) => job.id));
		expect(jobsAbout(suite, 'batch ')).toHaveLength(2);
	});

	test.concurrent('works in a sub-workflow, whose caller gets the videos', async () => {
		const child = workflowOf('Called', [calledTrigger(), video()]);
		const { id } = await suite.client.createWorkflow(child);
		await suite.client.activateWorkflow(id);
		const call = callWorkflow(id, 'once');
		const texts = prompts(['called one [[seconds:8]]', 'called two [[seconds:6]]']);
		const parent = workflowOf('Calling', [manualTrigger(), ...texts, call, paired('Behind')]);
		const execution = await suite.run(parent, { timeoutMs: 150_000 });
		expect(execution.status).toBe('success');
		expect(jobIdsAt(execution, 'Behind')).toEqual(jobsAbout(suite, 'called ').map((job) => job.id));
	});

	test.concurrent('answers a webhook by Respond to Webhook when the video is there', async () => {
		const path = 'suspended-response';
		const trigger = { ...webhookTrigger(path, 'Start') };
		trigger.parameters = { ...trigger.parameters, responseMode: 'responseNode' };
		const respond: WorkflowNode = {
			...noOperation('Respond'),
			type: 'n8n-nodes-base.respondToWebhook',
			typeVersion: 1.4,
			parameters: { options: {} },
		};
		const workflow = workflowOf('Responding', [trigger, video({ prompt: 'for a caller [[seconds:6]]' }), respond]);
		const { id } = await suite.client.createWorkflow(workflow);
		await suite.client.activateWorkflow(id);
		const answer = await post(`${suite.server.url}/webhook/${path}`, {});
		expect(JSON.parse(answer.text)).toMatchObject({
			jobId: jobsAbout(suite, 'for a caller')[0]?.id,
			status: 'succeeded',
		});
	});

	test.concurrent('runs by Execute step too, and shows its items there', async () => {
		const workflow = workflowOf('Step', [
			manualTrigger(),
			...prompts(['by a step [[seconds:6]]']),
			video(),
			noOperation('After'),
		]);
		const { id } = await suite.client.createWorkflow(workflow);
		const step = await suite.client.runWorkflow(id, { step: 'Video' });
		const execution = await end(step);
		expect(execution.status).toBe('success');
		expect(jobIdsAt(execution, 'Video')).toEqual(jobsAbout(suite, 'by a step').map((job) => job.id));
		expect(runsOf(execution, 'After')).toEqual([]);
	});

	test.concurrent('leaves nothing to do after a Stop while it is suspended', async () => {
		const id = await park(suspending(['to be stopped']));
		await suite.client.stopExecution(id);
		await untilStatus(suite, id, 'canceled');
		suite.simulator.finishJob(jobsAbout(suite, 'to be stopped')[0]!.id);
		await pause(5_000);
		const execution = await suite.client.getExecution(id);
		expect(execution.status).toBe('canceled');
		expect(runsOf(execution, 'After')).toEqual([]);
		expect(jobsAbout(suite, 'to be stopped')).toHaveLength(1);
		// Nobody has told the one that waits in its place; it finds its job by the callback or the recheck, and ends.
		expect(['waiting', 'success']).toContain((await suite.client.getExecution(await innerOf(id))).status);
	});
});

describe('a suspended wait that ends badly', () => {
	test.concurrent(
		'fails its execution with the reason first; a retry of it buys nothing, one of its wait neither',
		async () => {
			const id = await park(suspending(['to fail'], { options: { recheckInterval: 60 } }));
			suite.simulator.finishJob(jobsAbout(suite, 'to fail')[0]!.id, 'failure');
			const execution = await end(id);
			expect(execution.status).toBe('error');
			const { error } = execution.data.resultData;
			expect(error?.message).toMatch(/^Video generation failed upstream: Apiframe made no video \[item 0\]$/);
			expect(JSON.stringify(error)).toContain(jobsAbout(suite, 'to fail')[0]!.id);
			const inner = await innerOf(id);
			const retries = [await suite.client.retryExecution(id), await suite.client.retryExecution(inner)];
			for (const retried of retries) expect((await end(retried)).status).toBe('error');
			expect(jobsAbout(suite, 'to fail')).toHaveLength(1);
		},
	);

	test.concurrent.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'with %s gives what polling gives',
		async (onError) => {
			const build = (way: string, waitStrategy: string) => {
				const texts = prompts([
					`${way} ${onError} good [[seconds:6]]`,
					`${way} ${onError} bad [[seconds:6]] [[fail:No boats]]`,
					'',
				]);
				const row = [manualTrigger(), ...texts, video({ waitStrategy }, { onError }), noOperation('After')];
				// Without an error output a second wire would be one of a drawn loop.
				const failed: Wire[] = onError === 'continueErrorOutput' ? [{ from: 'Video', output: 1, to: 'Failed' }] : [];
				const wires = [...inARow(row), ...failed];
				return workflowOf('Errors', [...row, noOperation('Failed')], { wires });
			};
			const [polled, suspended] = await Promise.all([
				suite.run(build('polled', 'poll'), { timeoutMs: 150_000 }),
				suite.run(build('suspended', 'suspend'), { timeoutMs: 150_000 }),
			]);
			const shape = (execution: Execution) =>
				[itemsOf(execution, 'Video'), itemsOf(execution, 'Video', 1)].map((items) =>
					items.map(({ json, pairedItem }) => [Object.keys(json).sort(), json['error'], pairedItem]),
				);
			expect(shape(suspended)).toEqual(shape(polled));
		},
	);
});

describe('the video of a suspended wait', () => {
	test.concurrent('belongs to the execution that asked for it, also when successes are not saved', async () => {
		const id = await park(suspending(['to be kept [[seconds:6]]'], { downloadVideo: true }));
		const execution = await end(id);
		const [item] = itemsOf(execution, 'Video');
		const file = item?.binary?.['data'];
		expect(file).toMatchObject({ mimeType: 'video/mp4' });
		expect(file?.id).toContain(`executions/${id}/`);
		expect(await suite.client.downloadBinary(file!.id!)).toHaveLength(262_144);
		await suite.client.deleteExecution(await innerOf(id));
		expect(await suite.client.downloadBinary(file!.id!)).toHaveLength(262_144);
	});

	test.concurrent('reaches the nodes behind it in a workflow that saves no successes', async () => {
		const path = 'suspended-unsaved';
		const nodes = [
			webhookTrigger(path, 'Start'),
			...prompts(['unsaved [[seconds:6]]']),
			video({ downloadVideo: true }),
			{
				...noOperation('Read'),
				type: 'n8n-nodes-base.crypto',
				typeVersion: 1,
				parameters: { action: 'hash', type: 'SHA256', binaryData: true, binaryPropertyName: 'data' },
			},
			hailuo(
				{ provider: 'wiro', operation: 'create', ...VIDEO_FROM_PROMPT, prompt: '={{ "read " + $json.data }}' },
				suite.credentials,
				{
					name: 'Tell',
				},
			),
		];
		const settings = { saveDataSuccessExecution: 'none' };
		const { id } = await suite.client.createWorkflow(workflowOf('Unsaved', nodes, { settings }));
		await suite.client.activateWorkflow(id);
		await post(`${suite.server.url}/webhook/${path}`, {});
		await until('the video was read', () => jobsAbout(suite, 'read ').length === 1, { timeoutMs: 60_000 });
		expect(JSON.stringify(jobsAbout(suite, 'read ')[0]?.request)).toMatch(/read [0-9a-f]{64}/);
	});
});

describe('after n8n was killed', () => {
	test('two suspended waits are over, one by its callback and one by rechecking, and nothing was bought twice', async () => {
		const ids = [
			await park(suspending(['killed rung'])),
			await park(suspending(['killed rechecked [[seconds:1]]'], { callback: 'none' })),
		];
		await suite.crashAndRestart();
		suite.simulator.finishJob(jobsAbout(suite, 'killed rung')[0]!.id);
		const ended = await Promise.all(ids.map(end));
		expect(ended.map(({ status }) => status)).toEqual(['success', 'success']);
		expect(ended.flatMap((execution) => jobIdsAt(execution, 'After'))).toEqual(
			jobsAbout(suite, 'killed').map((job) => job.id),
		);
		expect(jobsAbout(suite, 'killed')).toHaveLength(2);
	});
});
