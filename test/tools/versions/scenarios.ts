/** What has to work on a version of n8n, each scenario by itself, so that one that fails hides no other. */
import assert from 'node:assert/strict';
import {
	arrivalOf,
	begin,
	begun,
	callbacksOf,
	durable,
	finishAndRing,
	hintsOf,
	idsOf,
	jobIdsAt,
	promptOf,
	prompts,
	requestsOf,
	suspendedVideo,
	untilAsleep,
	type Begun,
} from '../../e2e/support/durable';
import type { Suite } from '../../e2e/support/suite';
import { aCallback, listen, make, report, reported, resumer } from '../../e2e/support/trigger';
import { GATEWAYS } from '../host/gateways';
import type { Execution, WorkflowInput } from '../host/n8nTypes';
import {
	hailuo,
	imageFile,
	itemsOf,
	manualTrigger,
	noOperation,
	runsOf,
	VIDEO_FROM_PROMPT,
	workflowOf,
} from '../host/workflows';
import { testImage } from '../simulator';
import type { SimulatedJob } from '../simulator/types';
import { until } from '../support/until';

/** `title` is the heading of its row. What is wrong is thrown. */
export type Scenario =
	| { title: string; check(suite: Suite): Promise<void> }
	/** Goes on after n8n was killed and started again. */
	| { title: string; checkOverRestart(suite: Suite): Promise<() => Promise<void>> };

const PATIENCE_MS = 150_000;
const PATIENTLY = { timeoutMs: PATIENCE_MS, pauseMs: 250 };
/** Of a job's age: its wait begins after it was made, and is rechecked a minute later at the earliest. */
const BEFORE_ANY_RECHECK_MS = 55_000;

/** @throws with the error that ended the execution */
function assertSucceeded(execution: Execution): void {
	const { error } = execution.data.resultData;
	assert.equal(execution.status, 'success', error && `${error.message} ${error.description ?? ''}`);
}

/** Their callbacks were taken, and brought them on before a recheck could have found them. */
function assertRung(suite: Suite, execution: Execution, jobs: readonly SimulatedJob[]): void {
	for (const job of jobs) {
		const answers = callbacksOf(suite, job).map(({ attempts }) => attempts.at(-1)?.status);
		assert.deepEqual(answers, [200], 'the callback was taken');
		const age = arrivalOf(execution, job) - job.createdAt;
		assert.ok(age < BEFORE_ANY_RECHECK_MS, `a job came on at an age of ${age} ms, where a recheck may have found it`);
	}
}

const statusesOf = (execution: Execution, node: string) => itemsOf(execution, node).map(({ json }) => json['status']);

async function credentialTests({ client, simulator }: Suite): Promise<void> {
	for (const name of ['n8n-nodes-hailuo.hailuo', 'n8n-nodes-hailuo.hailuoTrigger'])
		assert.ok(await client.nodeType(name), `n8n did not load ${name}`);
	for (const { label, credentialType, simulatedCredential } of GATEWAYS) {
		const data = simulatedCredential(simulator);
		assert.equal((await client.testCredential(credentialType, data)).status, 'OK', `${label}, right key`);
		const wrong = await client.testCredential(credentialType, { ...data, apiKey: 'not-the-key' });
		assert.equal(wrong.status, 'Error', `${label}, wrong key`);
	}
}

async function createAndWait(suite: Suite): Promise<void> {
	const one = async (provider: string) => {
		const node = hailuo(
			{ provider, operation: 'createAndWait', ...VIDEO_FROM_PROMPT, downloadVideo: true },
			suite.credentials,
		);
		const row = [manualTrigger(), ...prompts(['A boat [[seconds:2]]', 'A kite [[seconds:3]]']), node];
		const execution = await suite.run(workflowOf(`Poll ${provider}`, row), { timeoutMs: PATIENCE_MS });
		assertSucceeded(execution);
		assert.deepEqual(statusesOf(execution, 'Hailuo'), ['succeeded', 'succeeded']);
		const video = itemsOf(execution, 'Hailuo')[1]?.binary?.['data'];
		assert.ok(video, 'there is a video');
		// Older versions keep files on the item unless they are told otherwise.
		const bytes = video.id ? await suite.client.downloadBinary(video.id) : Buffer.from(video.data, 'base64');
		assert.equal(bytes.subarray(4, 8).toString('latin1'), 'ftyp', 'the video was downloaded');
	};
	await Promise.all(GATEWAYS.map(async ({ provider }) => await one(provider)));
}

async function imageFromFile(suite: Suite): Promise<void> {
	const one = async (provider: string) => {
		const node = hailuo(
			{ provider, operation: 'create', ...VIDEO_FROM_PROMPT, prompt: 'A boat', firstFrame: 'binary' },
			suite.credentials,
		);
		const row = [manualTrigger(), ...imageFile(testImage('png')), node];
		const execution = await suite.run(workflowOf(`Image ${provider}`, row), { timeoutMs: PATIENCE_MS });
		assertSucceeded(execution);
		assert.deepEqual(statusesOf(execution, 'Hailuo'), ['queued']);
	};
	await Promise.all(GATEWAYS.map(async ({ provider }) => await one(provider)));
}

/** Leads the node's last output, which On Error adds, to a node of its own. */
function withErrorOutput(workflow: WorkflowInput, node: string): WorkflowInput {
	const { main } = workflow.connections[node] ?? { main: [] };
	return {
		...workflow,
		nodes: [...workflow.nodes, noOperation('Failed', { position: [1500, -200] })],
		connections: {
			...workflow.connections,
			[node]: { main: [...main, [{ node: 'Failed', type: 'main', index: 0 }]] },
		},
	};
}

const ONE_FAILS = ['Good [[seconds:6]]', 'Bad [[seconds:4]][[fail:CUDA error]]'];

/** The failed item is on the error output with its job, and nowhere else. */
function assertOneFailed(execution: Execution, good: string): void {
	assertSucceeded(execution);
	assert.deepEqual(statusesOf(execution, good), ['succeeded']);
	const failed = itemsOf(execution, 'Failed').map(({ json }) => json);
	assert.equal(failed.length, 1);
	assert.match(String(failed[0]?.['error']), /made no video/);
	// Before 2.36 the error output takes no `details`.
	assert.match(JSON.stringify(failed[0]?.['details'] ?? failed[0]?.['message'] ?? null), /"jobId"/);
	assert.equal(failed[0]?.['hailuoWait'], undefined, 'the state of the wait is gone');
}

async function errorOutput(suite: Suite): Promise<void> {
	const node = hailuo({ provider: 'apiframe', operation: 'createAndWait', ...VIDEO_FROM_PROMPT }, suite.credentials, {
		onError: 'continueErrorOutput',
	});
	const workflow = workflowOf('Error output', [manualTrigger(), ...prompts(ONE_FAILS), node, noOperation('After')]);
	const execution = await suite.run(withErrorOutput(workflow, 'Hailuo'), { timeoutMs: PATIENCE_MS });
	assertOneFailed(execution, 'After');
}

async function suspendWithCallback(suite: Suite): Promise<void> {
	const workflow = durable(suite, {
		prompts: ['Slow', 'Quick'],
		callback: 'thisExecution',
		wait: { release: 'asFinished', downloadVideo: true },
	});
	const { id, jobs, suspended, end } = await begin(suite, workflow);
	const [slow, quick] = jobs;
	assert.ok(slow && quick);
	await finishAndRing(suite, quick);
	const arrived = async () => jobIdsAt(await suite.client.getExecution(id), 'After');
	await until('the quick one arrives', async () => (await arrived()).length > 0, PATIENTLY);
	assert.deepEqual(await arrived(), [quick.id], 'the quick one has left alone');
	await suspended();
	await finishAndRing(suite, slow);
	const execution = await end(PATIENCE_MS);
	assertSucceeded(execution);
	assert.deepEqual(jobIdsAt(execution, 'After'), [quick.id, slow.id]);
	assertRung(suite, execution, [quick, slow]);
	assert.equal(requestsOf(suite, quick, 'read'), 1, 'only the callback had the job read');
}

async function suspendWithErrorOutput(suite: Suite): Promise<void> {
	const workflow = durable(suite, {
		prompts: ONE_FAILS,
		callback: 'thisExecution',
		settings: { onError: 'continueErrorOutput' },
	});
	const { end } = await begin(suite, withErrorOutput(workflow, 'Wait'));
	assertOneFailed(await end(PATIENCE_MS), 'After');
}

/** Waits until the first recheck is over. Both come at the same time, and what n8n runs when it is killed is lost. */
async function untilRechecked(suite: Suite, { id, jobs }: Begun): Promise<void> {
	await until('the first recheck', () => jobs.every((job) => requestsOf(suite, job, 'read') > 0), PATIENTLY);
	await untilAsleep(suite, id, 30_000);
}

async function suspendOverRestart(suite: Suite): Promise<() => Promise<void>> {
	const waiting = await begin(suite, durable(suite, { provider: 'aimlApi', prompts: ['One', 'Two'] }));
	const { jobs, end } = waiting;
	await untilRechecked(suite, waiting);
	return async () => {
		jobs.forEach(({ id }) => suite.simulator.finishJob(id));
		const execution = await end(PATIENCE_MS);
		assertSucceeded(execution);
		assert.deepEqual(jobIdsAt(execution, 'After'), idsOf(jobs));
		assert.equal(requestsOf(suite, jobs[0]!, 'create'), 1);
	};
}

/** Its next recheck is minutes away when n8n is killed: what n8n will wake within the next minute it holds in memory. */
async function ringAfterRestart(suite: Suite): Promise<() => Promise<void>> {
	const wait = { options: { recheckInterval: 10 } };
	const waiting = await begin(suite, durable(suite, { prompts: ['One'], callback: 'thisExecution', wait }));
	const [job] = waiting.jobs;
	assert.ok(job);
	await untilRechecked(suite, waiting);
	return async () => {
		await finishAndRing(suite, job);
		const execution = await waiting.end(PATIENCE_MS);
		assertSucceeded(execution);
		assert.deepEqual(jobIdsAt(execution, 'After'), [job.id]);
	};
}

async function executeStep(suite: Suite): Promise<void> {
	const { id } = await suite.client.createWorkflow(durable(suite, { prompts: ['A boat'] }));
	const executionId = await suite.client.runWorkflow(id, { step: 'Wait' });
	const execution = await suite.client.waitForExecution(executionId, { timeoutMs: PATIENCE_MS });
	assertSucceeded(execution);
	const { jobs } = await begun(suite, executionId);
	assert.equal(requestsOf(suite, jobs[0]!, 'read'), 1);
	// Versions without hints have it in the log.
	assert.match([...hintsOf(execution, 'Wait'), suite.server.log].join('\n'), /Only this step was run/);
}

async function wrongWiring(suite: Suite): Promise<void> {
	const drawn = durable(suite, { prompts: ['A boat'] });
	const after = [{ node: 'After', type: 'main' as const, index: 0 }];
	const workflow = { ...drawn, connections: { ...drawn.connections, Wait: { main: [[], after] } } };
	const execution = await suite.run(workflow, { timeoutMs: PATIENCE_MS });
	// The node that would buy says so, before it does.
	assert.equal(execution.data.resultData.error?.message, `Output 'Recheck' is not connected (node 'Wait')`);
}

function suspended(suite: Suite, texts: readonly string[], changes: Record<string, unknown> = {}): WorkflowInput {
	const node = suspendedVideo(suite, changes);
	return workflowOf('Suspended', [manualTrigger(), ...prompts(texts), node, noOperation('After')]);
}

/** The jobs whose prompts begin so, in the order of the items. */
const jobsOf = ({ simulator }: Suite, prompt: string): SimulatedJob[] =>
	simulator.jobs.filter((job) => promptOf(job).startsWith(prompt));

/** @throws with the error that ended it where it does not come to wait, as where the node finds this n8n too old */
async function suspendOne(suite: Suite, workflow: WorkflowInput): Promise<string> {
	const id = await suite.start(workflow);
	const execution = await suite.client.waitForExecution(id, { until: ['waiting', 'error'], timeoutMs: PATIENCE_MS });
	assert.equal(execution.status, 'waiting', execution.data.resultData.error?.message);
	return id;
}

async function suspendInOneNode(suite: Suite): Promise<void> {
	const id = await suspendOne(suite, suspended(suite, ['One of two', 'One of two'], { downloadVideo: true }));
	const jobs = jobsOf(suite, 'One of two');
	for (const job of jobs) await finishAndRing(suite, job);
	const execution = await suite.client.waitForExecution(id, { timeoutMs: PATIENCE_MS });
	assertSucceeded(execution);
	assert.deepEqual(jobIdsAt(execution, 'After'), idsOf(jobs));
	assertRung(suite, execution, jobs);
	const video = itemsOf(execution, 'After')[0]?.binary?.['data'];
	assert.ok(video?.id, 'the video is there');
	assert.equal((await suite.client.downloadBinary(video.id)).subarray(4, 8).toString('latin1'), 'ftyp');
}

async function failInOneNode(suite: Suite): Promise<void> {
	const id = await suspendOne(suite, suspended(suite, ['Bound to fail']));
	const [job] = jobsOf(suite, 'Bound to fail');
	assert.ok(job);
	suite.simulator.finishJob(job.id, 'failure');
	const execution = await suite.client.waitForExecution(id, { timeoutMs: PATIENCE_MS });
	assert.equal(execution.status, 'error');
	assert.match(String(execution.data.resultData.error?.message), /made no video/);
}

async function suspendInOneNodeOverRestart(suite: Suite): Promise<() => Promise<void>> {
	const id = await suspendOne(suite, suspended(suite, ['Through a crash'], { options: { recheckInterval: 10 } }));
	const [job] = jobsOf(suite, 'Through a crash');
	assert.ok(job);
	return async () => {
		await finishAndRing(suite, job);
		const execution = await suite.client.waitForExecution(id, { timeoutMs: PATIENCE_MS });
		assertSucceeded(execution);
		assert.deepEqual(jobIdsAt(execution, 'After'), [job.id]);
	};
}

async function triggerStarts(suite: Suite): Promise<void> {
	for (const provider of ['apiframe', 'wiro'] as const) {
		const listener = await listen(suite, { provider, events: ['succeeded'], onCallback: 'startWorkflow' });
		const { jobId, callbackUrl } = await make(suite, provider, listener, { context: { row: 7 } });
		suite.simulator.finishJob(jobId);
		const forged = await report(suite, provider, callbackUrl.replace(/.$/, '!'), aCallback(provider, jobId));
		assert.equal(forged.status, 401, 'a forged ticket is refused');
		const reply = await report(suite, provider, callbackUrl, aCallback(provider, jobId));
		assert.equal(reply.status, 200);
		const items = (await listener.items(1)).map(({ json }) => json);
		assert.equal(items.length, 1);
		assert.equal(items[0]?.['jobId'], jobId);
		assert.equal(items[0]?.['event'], 'succeeded');
		assert.deepEqual(items[0]?.['context'], { row: 7 });
	}
}

async function triggerResumes(suite: Suite): Promise<void> {
	const listener = await resumer(suite, 'apiframe');
	const { jobs, end } = await begin(suite, reported(suite, 'apiframe', listener.url, ['One', 'Two']));
	jobs.forEach((job) => suite.simulator.finishJob(job.id));
	const execution = await end(PATIENCE_MS);
	assertSucceeded(execution);
	await suite.simulator.callbacksSettled();
	assert.deepEqual(jobIdsAt(execution, 'After'), idsOf(jobs));
	assert.equal(runsOf(execution, 'After').length, 1);
	assertRung(suite, execution, jobs);
}

/** In the order of the table's rows. */
export const SCENARIOS: readonly Scenario[] = [
	{ title: 'Credential tests', check: credentialTests },
	{ title: 'Create and Wait, download', check: createAndWait },
	{ title: 'Image from a file', check: imageFromFile },
	{ title: 'Error output', check: errorOutput },
	{ title: 'Suspend: callback, download', check: suspendInOneNode },
	{ title: 'Suspend: a job that fails', check: failInOneNode },
	{ title: 'Suspend: callback after a crash', checkOverRestart: suspendInOneNodeOverRestart },
	{ title: 'Loop: callback, As Finished', check: suspendWithCallback },
	{ title: 'Loop: recheck after a crash', checkOverRestart: suspendOverRestart },
	{ title: 'Loop: callback after a crash', checkOverRestart: ringAfterRestart },
	{ title: 'Loop: error output', check: suspendWithErrorOutput },
	{ title: 'Loop: checks of the drawing', check: wrongWiring },
	{ title: 'Loop: Execute step', check: executeStep },
	{ title: 'Trigger starts', check: triggerStarts },
	{ title: 'Trigger resumes', check: triggerResumes },
];
