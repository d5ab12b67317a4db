import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import type { Suite } from '../../../e2e/support/suite';
import { N8nRefused } from '../../host/n8nClient';
import type { Execution, ExecutionStatus } from '../../host/n8nTypes';
import { readStatus } from '../../host/processTree';
import { runsOf } from '../../host/workflows';
import { until } from '../../support/until';
import { patiently, withSuite } from '../benchSuite';
import { HeapInspector, INSPECTED } from '../heapInspector';
import type { Finished, Held, WaitingMeasurement } from './data';
import { DOWNSTREAM, type Strategy, WEBHOOK_PATH, type WaitingWorkflow } from './strategies';

/** Run to their end before the first figure, so that code and heap are as they are in an n8n at work. */
export const WARM_UPS = 30;
/** How many jobs are ended, and how long after their creation. */
export const SAMPLE = 20;
export const JOB_AGE_AT_END_MS = 120_000;

const STARTS_AT_A_TIME = 10;
const WARM_UP_WAIT_MS = 3_000;
/** After every job was read, which a suspended execution does about a minute after its start. */
const CALM_MS = 10_000;
/** For memory that was freed to go back to the system. */
const AFTER_SWEEP_MS = 1_500;
/** One after another over the 15 s that lie between two looks of both polls: what is timed is the wait, not a rush. */
const BETWEEN_ENDS_MS = 15_000 / SAMPLE;
/** Looks are few, so as not to keep the n8n busy that is measured. */
const STEP = { timeoutMs: 240_000, pauseMs: 250 };
const ENDED: ExecutionStatus[] = ['success', 'error', 'canceled', 'crashed'];

/** A strategy's workflow, live in its n8n. */
interface Stage {
	suite: Suite;
	inspector: HeapInspector;
	workflowId: string;
	waiting: WaitingWorkflow;
}

async function startOne({ server }: Suite): Promise<void> {
	const path = `/webhook/${WEBHOOK_PATH}`;
	const answer = await request(`${server.url}${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ prompt: 'A paper boat crosses a puddle at dawn' }),
	});
	const body = await answer.body.text();
	if (answer.statusCode !== 200) throw new N8nRefused('POST', path, answer.statusCode, body);
}

async function startExecutions({ suite, waiting }: Stage, count: number): Promise<void> {
	const wanted = waiting.jobs().length + count;
	let left = count;
	const startUntilDone = async () => {
		while (left-- > 0) await patiently(() => startOne(suite));
	};
	await Promise.all(Array.from({ length: STARTS_AT_A_TIME }, startUntilDone));
	await until('a job for every execution', () => waiting.jobs().length === wanted, STEP);
}

/** Beside a suspended one there is the one that waits in its place. */
async function endedExecutions({ suite, workflowId }: Stage): Promise<string[]> {
	const executions = await patiently(() => suite.client.listAllExecutions(workflowId, ENDED));
	return executions.filter(({ mode }) => mode !== 'integrated').map(({ id }) => id);
}

/** Ends jobs, and waits for their executions, whose ids it returns. */
async function finishJobs(stage: Stage, jobIds: readonly string[], pauseMs: number): Promise<string[]> {
	const before = await endedExecutions(stage);
	for (const jobId of jobIds) {
		stage.waiting.finish(jobId);
		await pause(pauseMs);
	}
	const ended = async () => (await endedExecutions(stage)).filter((id) => !before.includes(id));
	const areOver = async () => (await ended()).length >= jobIds.length;
	await until('the end of every execution whose job is over', areOver, STEP);
	return ended();
}

async function warmUp(stage: Stage): Promise<void> {
	await startExecutions(stage, WARM_UPS);
	await pause(WARM_UP_WAIT_MS);
	const jobIds = stage.waiting.jobs().map(({ id }) => id);
	await finishJobs(stage, jobIds, 0);
}

async function sampleMemory({ suite, inspector }: Stage, waiting: number, samples: number): Promise<Held> {
	const held: Held = { waiting, resident: [], heap: [] };
	while (held.resident.length < samples) {
		await inspector.collectGarbage();
		held.heap.push(await inspector.usedHeap());
		await pause(AFTER_SWEEP_MS);
		held.resident.push((await readStatus(suite.server.processId))?.residentBytes ?? 0);
	}
	return held;
}

/** Starts what is missing to so many waiting executions, lets them settle and looks at n8n's memory. */
async function measureWaiting(stage: Stage, count: number, samples: number): Promise<Held> {
	const { waiting } = stage;
	await startExecutions(stage, WARM_UPS + count - waiting.jobs().length);
	await until('a read of every job', () => waiting.jobs().every(({ id }) => waiting.readsOf(id) > 0), STEP);
	await pause(CALM_MS);
	const held = await sampleMemory(stage, count, samples);
	const ended = await endedExecutions(stage);
	if (ended.length !== WARM_UPS) throw new Error(`${ended.length - WARM_UPS} of ${count} executions wait no more`);
	return held;
}

function readFinished(execution: Execution, { jobs, jobIdField, readsOf }: WaitingWorkflow): Finished {
	const [run] = runsOf(execution, DOWNSTREAM);
	const jobId = run?.data?.main[0]?.[0]?.json[jobIdField];
	const job = jobs().find(({ id }) => id === jobId);
	if (run === undefined || job === undefined) throw new Error(`Execution ${execution.id} ended without its video`);
	return { reads: readsOf(job.id), delay: run.startTime - job.endsAt };
}

/** Ends the last jobs, which are of about the same age with every strategy, while the other executions go on waiting. */
async function measureEnds(stage: Stage): Promise<Finished[]> {
	const { suite, waiting } = stage;
	const sample = waiting.jobs().slice(-SAMPLE);
	const youngest = Math.max(...sample.map(({ createdAt }) => createdAt));
	await pause(Math.max(0, youngest + JOB_AGE_AT_END_MS - Date.now()));
	const jobIds = sample.map(({ id }) => id);
	const executionIds = await finishJobs(stage, jobIds, BETWEEN_ENDS_MS);
	return Promise.all(
		executionIds.map(async (id) => readFinished(await patiently(() => suite.client.getExecution(id)), waiting)),
	);
}

async function openStage(suite: Suite, strategy: Strategy): Promise<Stage> {
	const inspector = await HeapInspector.connect(suite.server.log);
	const waiting = await strategy.prepare(suite);
	const { id: workflowId } = await suite.client.createWorkflow(waiting.workflow);
	await suite.client.activateWorkflow(workflowId);
	return { suite, inspector, workflowId, waiting };
}

/**
 * Measures one way to wait in an n8n of its own.
 * @param counts of executions that wait at the same time, from few to many
 * @param samples of memory for each of them
 * @param tell hears how far it has come
 * @throws Error when not all executions wait as long as they should, or end without their video
 */
export async function measureStrategy(
	strategy: Strategy,
	counts: readonly number[],
	samples: number,
	tell: (progress: string) => void,
): Promise<WaitingMeasurement> {
	return withSuite({ environment: INSPECTED }, async (suite) => {
		const measured: WaitingMeasurement = { held: [], finished: [] };
		const stage = await openStage(suite, strategy);
		await warmUp(stage);
		for (const count of counts) {
			measured.held.push(await measureWaiting(stage, count, samples));
			tell(`${count} waiting`);
		}
		measured.finished = await measureEnds(stage);
		tell(`${SAMPLE} jobs have ended`);
		stage.inspector.close();
		return measured;
	});
}
