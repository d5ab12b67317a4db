import type { WorkflowInput, WorkflowNode } from '../../tools/host/n8nTypes';
import {
	hailuo,
	inARow,
	manualTrigger,
	noOperation,
	VIDEO_FROM_PROMPT,
	workflowOf,
	type NodeSettings,
} from '../../tools/host/workflows';
import {
	PROVIDER_NAMES,
	type ProviderName,
	type RecordedRequest,
	type SimulatedJob,
} from '../../tools/simulator/types';
import { prompts } from './durable';
import type { Suite } from './suite';

export const PROVIDERS: readonly ProviderName[] = PROVIDER_NAMES;

export { LABELS } from '../../tools/support/gateways';

/** n8n takes 0 for its default of a second. */
export const RETRY: NodeSettings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

/** Prompts that only one test uses, so that tests at one simulator may run side by side. */
export function numbered(mark: string, count: number): string[] {
	return Array.from({ length: count }, (_, index) => `${mark} ${index}`);
}

export interface PurchaseOptions {
	/** One item each. */
	prompts: readonly string[];
	operation?: 'create' | 'createAndWait';
	parameters?: Record<string, unknown>;
	settings?: NodeSettings;
	/** Takes the place of the manual trigger. */
	trigger?: WorkflowNode;
	/** Nodes between the prompts and the one that buys. */
	before?: readonly WorkflowNode[];
	/** Nodes behind the one that buys; default one called After. */
	behind?: readonly WorkflowNode[];
	workflowSettings?: Record<string, unknown>;
}

/** Start → List → Prompts → Buy → After; with an error output Buy leads to Failed as well. */
export function purchase(suite: Suite, provider: ProviderName, options: PurchaseOptions): WorkflowInput {
	const { operation = 'create', before = [], behind = [noOperation('After')] } = options;
	const buy = hailuo({ provider, operation, ...VIDEO_FROM_PROMPT, ...options.parameters }, suite.credentials, {
		name: 'Buy',
		...options.settings,
	});
	const row = [options.trigger ?? manualTrigger(), ...prompts(options.prompts), ...before, buy, ...behind];
	const hasErrorOutput = buy.onError === 'continueErrorOutput';
	const nodes = hasErrorOutput ? [...row, noOperation('Failed', { position: [1100, 200] })] : row;
	const wires = [...inARow(row), ...(hasErrorOutput ? [{ from: 'Buy', output: 1, to: 'Failed' }] : [])];
	return workflowOf(`Purchase at ${provider}`, nodes, { wires, settings: { ...options.workflowSettings } });
}

/** Whether a request holds a text; a prompt is in the body as it is at every provider. */
export function holds(text: string): (request: RecordedRequest) => boolean {
	return ({ rawBody }) => rawBody.includes(text);
}

/** The jobs whose prompt holds a text, oldest first. */
export function jobsAbout(suite: Suite, text: string): SimulatedJob[] {
	return suite.simulator.jobs.filter(({ request }) => JSON.stringify(request).includes(text));
}

/** The requests to make a job whose prompt holds a text. */
export function createsAbout(suite: Suite, text: string): RecordedRequest[] {
	return suite.simulator.requests.filter((request) => request.operation === 'create' && holds(text)(request));
}

/** The answered reads of a job. */
export function readsOf(suite: Suite, job: SimulatedJob): RecordedRequest[] {
	return suite.simulator.requestsOf(job.provider, 'read').filter(({ jobId }) => jobId === job.id);
}

/** Which of the numbered prompts jobs were made for, in the order of the ids. */
export function promptsOf(suite: Suite, jobIds: readonly unknown[], mark: string): unknown[] {
	return jobIds.map((id) => {
		const made = JSON.stringify(suite.simulator.job(String(id))?.request ?? {});
		const at = made.indexOf(mark);
		return at < 0 ? id : made.slice(at, at + mark.length + 2);
	});
}

const MADE = / job (\S+) was made for item \d+ of execution (\d+)/;

/** The lines that the node itself has written to n8n's log about what became of a job after it was made. */
export function linesAbout(suite: Suite, jobId: string): string[] {
	return suite.log
		.split('\n')
		.filter((line) => line.includes('Hailuo: ') && line.includes(jobId) && !MADE.test(line))
		.map((line) => line.slice(line.indexOf('Hailuo: ')).trim());
}

/** The ids of the jobs of an execution that are on record in n8n's log. */
export function idsInLog(suite: Suite, executionId: string): string[] {
	return [...suite.log.matchAll(new RegExp(MADE, 'g'))]
		.filter(([, , execution]) => execution === executionId)
		.map(([, jobId]) => jobId!);
}

/**
 * The first job of an execution that is on record in n8n's log; of this execution and no other, where a test that is
 * tried again has made jobs of the same prompt before.
 */
export function firstJobOf(suite: Suite, executionId: string): SimulatedJob | undefined {
	const [id] = idsInLog(suite, executionId);
	return id === undefined ? undefined : suite.simulator.job(id);
}
