import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { watchPeakMemory, type PeakMemory } from '../../tools/host/peakMemory';
import { cpuSecondsOf } from '../../tools/host/processTree';
import { inARow, itemsOf, noOperation, postJson, webhookTrigger, workflowOf } from '../../tools/host/workflows';
import type { Execution, ExecutionStatus, ExecutionSummary, WorkflowInput } from '../../tools/host/n8nTypes';
import type { ProviderName, RecordedCallback, RecordedRequest, SimulatedJob } from '../../tools/simulator/types';
import { until } from '../../tools/support/until';
import { create, loop, promptOf, prompts, suspendingWait } from './durable';
import type { QueueSuite } from './queueSuite';

export interface LoadPlan {
	provider: ProviderName;
	/** A drawn loop behind Create, or Create and Wait that suspends. */
	form: 'loop' | 'suspend';
	executions: number;
	/** In each execution. */
	jobs: number;
	/** From the end of the first job to that of the last; each execution's jobs are spread over all of it. */
	endsWithinMs: number;
}

/** What became of it. */
export interface Load {
	executions: Execution[];
	/** Per execution, in the order of the items. */
	jobs: SimulatedJob[][];
	/** All creates, also of jobs that no execution knows. */
	creates: RecordedRequest[];
	reads: RecordedRequest[];
	callbacks: RecordedCallback[];
	/** What was told to a server behind the wait: when, and of which job. */
	arrivals: Array<{ jobId: string; at: number }>;
	/** Turns of workers, from a start or a resume to the next suspension or the end. */
	segments: number;
	/** What each process of n8n took from before the first start to the last end. */
	processes: Array<{ name: string; memory: PeakMemory; cpuSeconds: number }>;
}

const RECORDER = 'downstream';
/** At the same time. */
const STARTS = 10;
const LOOK_MS = 500;
const START_MS = 180_000;
/** Any of these is over. */
const OVER: readonly ExecutionStatus[] = ['success', 'error', 'canceled', 'crashed'];

/** Start, by a call with a number → Prompts → Create → Wait, put aside → Tell, a server that keeps a record. */
function loaded(suite: QueueSuite, path: string, { provider, form, jobs }: LoadPlan): WorkflowInput {
	const texts = `Array.from({ length: ${jobs} }, (_, index) => 'Video ' + index + ' of ' + $json.body.number)`;
	const recorder = `${suite.simulator.url}/${RECORDER}`;
	const tell = postJson(recorder, '={{ { jobId: $json.jobId } }}', 'Tell', { position: [1700, 0] });
	const begin = [webhookTrigger(path, 'Start'), ...prompts({ expression: texts })];
	if (form === 'suspend') {
		const changes = { operation: 'createAndWait', waitStrategy: 'suspend', options: { recheckInterval: 1 } };
		const wait = create(suite, provider, { ...changes, callback: 'thisExecution' });
		return workflowOf(`Load ${path}`, [...begin, wait, noOperation('After'), tell]);
	}
	const row = [...begin, create(suite, provider, { callback: 'thisExecution' }), suspendingWait(suite, provider)];
	const { nodes, wires } = loop('drawn');
	return workflowOf(`Load ${path}`, [...row, ...nodes, tell], {
		wires: [...inARow(row), ...wires, { from: 'After', to: 'Tell' }],
	});
}

async function start(suite: QueueSuite, path: string, executions: number): Promise<void> {
	const numbers = Array.from({ length: executions }, (_, number) => number);
	const caller = async (): Promise<void> => {
		for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
			const { statusCode, body } = await request(`${suite.webhookUrl}/webhook/${path}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ number }),
			});
			const text = await body.text();
			if (statusCode !== 200) throw new Error(`n8n answered ${statusCode} to a start: ${text}`);
		}
	};
	await Promise.all(Array.from({ length: STARTS }, caller));
}

/** Looks until all executions of a workflow are in one of these states. */
async function untilAll(
	suite: QueueSuite,
	workflowId: string,
	executions: number,
	states: readonly ExecutionStatus[],
	timeoutMs: number,
): Promise<ExecutionSummary[]> {
	let all: ExecutionSummary[] = [];
	const areThere = async () => {
		// Beside each is the one that waits in its place, where one does.
		const rows = await suite.client.listAllExecutions(workflowId);
		all = rows.filter(({ mode }) => mode !== 'integrated');
		return all.length === executions && all.every(({ status }) => states.includes(status));
	};
	await until(`all executions are ${states.join(' or ')}`, areThere, { timeoutMs, pauseMs: LOOK_MS });
	return all;
}

async function endAll(suite: QueueSuite, jobs: readonly SimulatedJob[][], withinMs: number): Promise<void> {
	// The first of each execution, then the second of each, and so on.
	const [one = []] = jobs;
	const inTurn = one.flatMap((_, index) => jobs.map((ofOne) => ofOne[index]!));
	const begun = Date.now();
	for (const [index, { id }] of inTurn.entries()) {
		await pause(Math.max(begun + (withinMs * index) / (inTurn.length - 1) - Date.now(), 0));
		suite.simulator.finishJob(id);
	}
}

/** With which an execution was started. */
function numberOf(execution: Execution): number {
	return Number(Reflect.get(Object(itemsOf(execution, 'Start')[0]?.json['body']), 'number'));
}

function jobOf(jobs: readonly SimulatedJob[], prompt: string): SimulatedJob {
	const job = jobs.findLast((candidate) => promptOf(candidate) === prompt);
	if (job === undefined) throw new Error(`No job of ${prompt}`);
	return job;
}

/** Runs a workflow many times, lets all its jobs end, and waits for all executions. */
export async function load(suite: QueueSuite, plan: LoadPlan, timeoutMs: number): Promise<Load> {
	const { simulator, client, cluster } = suite;
	const arrivals: Load['arrivals'] = [];
	simulator.mount(RECORDER, ({ body, at }) => {
		arrivals.push({ jobId: String(Reflect.get(Object(body), 'jobId')), at });
		return { status: 200, body: {} };
	});
	// A load that is tried again finds what the one before has left.
	const creates = simulator.requestsOf(plan.provider, 'create').length;
	const reads = simulator.requestsOf(plan.provider, 'read').length;
	const callbacks = simulator.callbacks.length;
	const path = `load-${simulator.jobs.length}`;
	const { id: workflowId } = await client.createWorkflow(loaded(suite, path, plan));
	await client.activateWorkflow(workflowId);
	const watches = await Promise.all(
		cluster.processes.map(async ({ name, processId }) => ({
			name,
			processId,
			cpuBefore: await cpuSecondsOf(processId),
			watch: await watchPeakMemory(processId, { sampleMs: LOOK_MS, restMs: 0 }),
		})),
	);
	try {
		return await measured();
	} finally {
		// Else a load that fails keeps the test run from ending.
		await Promise.all(watches.map(async ({ watch }) => await watch.end()));
	}

	async function measured(): Promise<Load> {
		await start(suite, path, plan.executions);
		const waiting = await untilAll(suite, workflowId, plan.executions, ['waiting'], START_MS);
		const numbers = await Promise.all(waiting.map(async ({ id }) => numberOf(await client.getExecution(id))));
		const jobs = numbers.map((number) =>
			Array.from({ length: plan.jobs }, (_, index) => jobOf(simulator.jobs, `Video ${index} of ${number}`)),
		);
		await endAll(suite, jobs, plan.endsWithinMs);
		await untilAll(suite, workflowId, plan.executions, OVER, timeoutMs);
		await simulator.callbacksSettled();
		const executions = await Promise.all(waiting.map(async ({ id }) => await client.getExecution(id)));
		const processes = await Promise.all(
			watches.map(async ({ name, processId, cpuBefore, watch }) => ({
				name,
				cpuSeconds: (await cpuSecondsOf(processId)) - cpuBefore,
				memory: await watch.end(),
			})),
		);
		return {
			executions,
			jobs,
			creates: simulator.requestsOf(plan.provider, 'create').slice(creates),
			reads: simulator.requestsOf(plan.provider, 'read').slice(reads),
			callbacks: simulator.callbacks.slice(callbacks),
			arrivals,
			segments: waiting.reduce((sum, { id }) => sum + cluster.segmentsOf(id).length, 0),
			processes,
		};
	}
}
