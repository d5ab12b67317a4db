import {
	hailuo,
	inARow,
	itemsOf,
	manualTrigger,
	noOperation,
	runsOf,
	VIDEO_FROM_PROMPT,
	workflowOf,
	type NodeSettings,
	type Wire,
} from '../../tools/host/workflows';
import type { Execution, ExecutionStatus, WorkflowInput, WorkflowNode } from '../../tools/host/n8nTypes';
import type { ProviderName, RecordedCallback, SimulatedJob } from '../../tools/simulator/types';
import { until } from '../../tools/support/until';
import type { Suite } from './suite';

/**
 * Where the nodes behind the suspending node lie. `drawn` is the template's way: Recheck leads over a No Operation node
 * placed below, Finished goes straight on. In the others Recheck is dragged right back to the node itself, and the
 * Finished branch lies above it, level with it or below it.
 */
export type Layout = 'drawn' | 'above' | 'level' | 'below';

export const LAYOUTS: readonly Layout[] = ['drawn', 'above', 'level', 'below'];

export interface DurableOptions {
	provider?: ProviderName;
	/** One job each. */
	prompts: readonly string[];
	callback?: 'none' | 'thisExecution';
	/** Parameters of the waiting node on top of the usual ones. */
	wait?: Record<string, unknown>;
	settings?: NodeSettings;
	layout?: Layout;
	/** Nodes between Create and Wait. */
	between?: readonly WorkflowNode[];
}

/**
 * One item per prompt, in order.
 * @param texts the prompts, or a JavaScript expression that makes them
 */
export function prompts(texts: readonly string[] | { expression: string }): WorkflowNode[] {
	const jsonOutput =
		'expression' in texts ? `={{ { prompt: ${texts.expression} } }}` : JSON.stringify({ prompt: texts });
	const list: WorkflowNode = {
		...noOperation('List'),
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		parameters: { mode: 'raw', jsonOutput },
	};
	const split: WorkflowNode = {
		...noOperation('Prompts'),
		type: 'n8n-nodes-base.splitOut',
		parameters: { fieldToSplitOut: 'prompt' },
	};
	return [list, split];
}

/** Create with the item's prompt. */
export function create(
	suite: Pick<Suite, 'credentials'>,
	provider: ProviderName,
	changes: Record<string, unknown> = {},
): WorkflowNode {
	return hailuo({ provider, operation: 'create', ...VIDEO_FROM_PROMPT, ...changes }, suite.credentials, {
		name: 'Create',
	});
}

/** Wait for Video in a drawn loop, rechecking every minute. */
export function suspendingWait(
	suite: Suite,
	provider: ProviderName,
	changes: Record<string, unknown> = {},
	settings: NodeSettings = {},
): WorkflowNode {
	const { options, ...parameters } = changes;
	return hailuo(
		{
			provider,
			operation: 'wait',
			waitStrategy: 'loop',
			release: 'together',
			jobId: '={{ $json.jobId }}',
			...parameters,
			options: { recheckInterval: 1, ...(typeof options === 'object' ? options : {}) },
		},
		suite.credentials,
		{ name: 'Wait', position: [1200, 0], ...settings },
	);
}

/** Create Video and Wait that suspends, rechecking every minute. */
export function suspendedVideo(
	suite: Pick<Suite, 'credentials'>,
	changes: Record<string, unknown> = {},
	settings: NodeSettings = {},
): WorkflowNode {
	const { options, ...parameters } = changes;
	return hailuo(
		{
			provider: 'apiframe',
			operation: 'createAndWait',
			...VIDEO_FROM_PROMPT,
			waitStrategy: 'suspend',
			callback: 'thisExecution',
			...parameters,
			options: { recheckInterval: 1, ...(typeof options === 'object' ? options : {}) },
		},
		suite.credentials,
		{ name: 'Video', ...settings },
	);
}

/** The nodes behind `Wait` and the wires of the loop. */
export function loop(layout: Layout): { nodes: WorkflowNode[]; wires: Wire[] } {
	const height = { drawn: 0, above: -200, level: 0, below: 200 }[layout];
	const after = noOperation('After', { position: [1500, height] });
	const finished: Wire = { from: 'Wait', output: 1, to: 'After' };
	if (layout !== 'drawn') return { nodes: [after], wires: [{ from: 'Wait', to: 'Wait' }, finished] };
	const round = noOperation('Round', { position: [1500, 200] });
	return {
		nodes: [after, round],
		wires: [{ from: 'Wait', to: 'Round' }, { from: 'Round', to: 'Wait' }, finished],
	};
}

/**
 * Start → List → Prompts → Create → Wait (suspend, Recheck leading back) → After.
 */
export function durable(suite: Suite, options: DurableOptions): WorkflowInput {
	const { provider = 'apiframe', layout = 'drawn' } = options;
	const row = [
		manualTrigger(),
		...prompts(options.prompts),
		create(suite, provider, provider === 'aimlApi' ? {} : { callback: options.callback ?? 'none' }),
		...(options.between ?? []),
		suspendingWait(suite, provider, options.wait, options.settings),
	];
	const { nodes, wires } = loop(layout);
	return workflowOf(`Durable ${provider}`, [...row, ...nodes], { wires: [...inARow(row), ...wires] });
}

/** A running execution and the jobs it has made. */
export interface Begun {
	id: string;
	/** In the order of the items. */
	jobs: SimulatedJob[];
	/** Waits for its end. */
	end(timeoutMs?: number): Promise<Execution>;
	/** Waits until it is suspended. */
	suspended(): Promise<void>;
}

const STATES_POLL_MS = 150;

export async function statusOf(suite: Suite, id: string): Promise<ExecutionStatus> {
	return (await suite.client.getExecution(id)).status;
}

/** Waits until an execution is in a state. */
export async function untilStatus(suite: Suite, id: string, wanted: ExecutionStatus): Promise<void> {
	await suite.client.waitForExecution(id, { until: [wanted] });
}

/**
 * Waits until an execution is suspended for so long that nothing but a callback can have it go on meanwhile.
 * @throws Error when it is over
 */
export async function untilAsleep(suite: Suite, id: string, forMs: number, timeoutMs = 150_000): Promise<void> {
	const isAsleep = async () => {
		const { waitTill } = await suite.client.waitForExecution(id, { until: ['waiting'], timeoutMs });
		return Date.parse(waitTill ?? '') - Date.now() > forMs;
	};
	const what = `execution ${id} is suspended for ${forMs / 1000} s`;
	await until(what, isAsleep, { timeoutMs, pauseMs: STATES_POLL_MS });
}

/**
 * Creates and starts a workflow, and waits until it is suspended.
 * @param maker the node whose jobs are meant
 */
export async function begin(suite: Suite, workflow: WorkflowInput, maker = 'Create'): Promise<Begun> {
	const id = await suite.start(workflow);
	await untilStatus(suite, id, 'waiting');
	return await begun(suite, id, maker);
}

export async function begun(suite: Suite, id: string, maker = 'Create'): Promise<Begun> {
	const execution = await suite.client.getExecution(id);
	const jobs = itemsOf(execution, maker).map(({ json }) => {
		const job = suite.simulator.job(String(json['jobId']));
		if (job === undefined) throw new Error(`No job ${String(json['jobId'])}`);
		return job;
	});
	return {
		id,
		jobs,
		end: async (timeoutMs = 150_000) => await suite.client.waitForExecution(id, { timeoutMs }),
		suspended: async () => await untilStatus(suite, id, 'waiting'),
	};
}

/** What a job cost: the requests that touched it. */
export function requestsOf(suite: Suite, job: SimulatedJob, operation: 'create' | 'read'): number {
	return suite.simulator.requestsOf(job.provider, operation).filter(({ jobId }) => jobId === job.id).length;
}

export function callbacksOf(suite: Suite, job: SimulatedJob): RecordedCallback[] {
	return suite.simulator.callbacks.filter(({ jobId }) => jobId === job.id);
}

/**
 * Ends a job now, and waits until its callback was answered, or could not be.
 * @throws Error when its provider calls nobody
 */
export async function finishAndRing(suite: Suite, job: SimulatedJob): Promise<void> {
	suite.simulator.finishJob(job.id);
	await until(`a callback for job ${job.id}`, () => callbacksOf(suite, job).length > 0);
	await suite.simulator.callbacksSettled();
}

/** When the run of a node began that got a job; milliseconds since 1970. */
export function arrivalOf(execution: Execution, job: SimulatedJob, nodeName = 'After'): number {
	const run = runsOf(execution, nodeName).find(({ data }) =>
		data?.main[0]?.some(({ json }) => json['jobId'] === job.id),
	);
	if (run === undefined) throw new Error(`Job ${job.id} never came to ${nodeName}`);
	return run.startTime;
}

/** Milliseconds from a job's end to the start of a node's run that got it. */
export function delayOf(execution: Execution, job: SimulatedJob, nodeName = 'After'): number {
	return arrivalOf(execution, job, nodeName) - job.endsAt;
}

export function jobIdsAt(execution: Execution, nodeName: string, output = 0): unknown[] {
	return itemsOf(execution, nodeName, output).map(({ json }) => json['jobId']);
}

/** As it was asked for. */
export const promptOf = ({ request }: SimulatedJob): string => String(Reflect.get(Object(request), 'prompt'));

export const idsOf = (jobs: readonly SimulatedJob[]): string[] => jobs.map(({ id }) => id);

export function hintsOf(execution: Execution, nodeName: string): string[] {
	return runsOf(execution, nodeName).flatMap(({ hints }) => (hints ?? []).map(({ message }) => message));
}
