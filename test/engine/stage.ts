/** What the engine tests share: a simulator for each test, the built node run against it, and short names for both. */
import { Container } from '@n8n/di';
import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import {
	startSimulator,
	type JobPhase,
	type ProviderName,
	type Simulator,
	type SimulatorOptions,
} from '../tools/simulator';
import { KEYED_PROVIDERS, PROVIDER_NAMES } from '../tools/simulator/types';
import { credentialsFor } from '../tools/support/gateways';
import { runHailuo, type CredentialData, type EngineOptions, type EngineRun } from '../tools/support/runNode';
import { useVirtualClock } from '../tools/support/virtualClock';

export { LABELS } from '../tools/support/gateways';

export const PROVIDERS: readonly ProviderName[] = PROVIDER_NAMES;
export const KEYED: readonly ProviderName[] = KEYED_PROVIDERS;
export const WITHOUT_KEY: readonly ProviderName[] = PROVIDERS.filter((provider) => !KEYED.includes(provider));

export const PROMPT = 'A paper boat on a rainy street';
export const IMAGE_URL = 'https://images.example/first.png';

/** How each provider calls the phases of a job; Wiro's running job is in the middle of its work. */
export const WORDS: Record<ProviderName, Record<JobPhase, string>> = {
	aimlApi: {
		queued: 'queued',
		running: 'generating',
		succeeded: 'completed',
		failed: 'error',
		cancelled: 'cancelled',
	},
	apiframe: {
		queued: 'QUEUED',
		running: 'PROCESSING',
		succeeded: 'COMPLETED',
		failed: 'FAILED',
		cancelled: 'CANCELLED',
	},
	evolink: {
		queued: 'pending',
		running: 'processing',
		succeeded: 'completed',
		failed: 'failed',
		cancelled: 'cancelled',
	},
	minimax: {
		queued: 'queued',
		running: 'running',
		succeeded: 'succeeded',
		failed: 'failed',
		cancelled: 'cancelled',
	},
	wiro: {
		queued: 'task_queue',
		running: 'task_output',
		succeeded: 'task_postprocess_end',
		failed: 'task_postprocess_end',
		cancelled: 'task_cancel',
	},
};

/** An item whose prompt the parameters of `aCreate` take. */
export function aPrompt(prompt: string = PROMPT, more: INodeExecutionData['json'] = {}): INodeExecutionData {
	return { json: { prompt, ...more } };
}

/** What the tests of all providers make: of MiniMax a job of its newer API, since its older one has tests of its own. */
export const MODEL_OF: Record<ProviderName, string> = {
	aimlApi: 'hailuo-02',
	apiframe: 'hailuo-02',
	evolink: 'hailuo-02',
	minimax: 'hailuo-03',
	wiro: 'hailuo-02',
};

/** Parameters of a create that every provider takes, with the item's prompt: text to video, 6 s at 768P. */
export function aCreate(provider: ProviderName, changes: INodeParameters = {}): INodeParameters {
	return { provider, operation: 'create', model: MODEL_OF[provider], prompt: '={{ $json.prompt }}', ...changes };
}

export function aCreateAndWait(provider: ProviderName, changes: INodeParameters = {}): INodeParameters {
	return aCreate(provider, { operation: 'createAndWait', ...changes });
}

/** Parameters of an operation on the item's job. */
export function onJob(
	operation: 'get' | 'wait' | 'cancel',
	provider: ProviderName,
	changes: INodeParameters = {},
): INodeParameters {
	return { provider, operation, jobId: '={{ $json.jobId }}', ...changes };
}

export type RunOptions = Partial<EngineOptions> & { node?: Partial<INode> };

export type HailuoRun = EngineRun & { items: INodeExecutionData[] };

export interface Stage {
	simulator: Simulator;
	credentials: CredentialData;
	/** Runs one Hailuo node, on one item with the prompt unless there are others. */
	run(parameters: INodeParameters, options?: RunOptions): Promise<HailuoRun>;
	/** Makes a job with Create and moves it to a phase; returns the item that Create made. */
	make(provider: ProviderName, phase?: JobPhase, prompt?: string): Promise<INodeExecutionData>;
}

let executions = 0;

/** Every run is another execution, unless a test says otherwise: what is bought in one is not bought again in it. */
export function nextExecutionId(): string {
	executions += 1;
	return String(executions);
}

/** Gives a test a simulator of its own, so that tests may run side by side. Jobs take ten minutes unless told otherwise. */
export async function onStage(
	act: (stage: Stage) => Promise<void>,
	simulatorOptions: SimulatorOptions = {},
): Promise<void> {
	const simulator = await startSimulator({ jobDurationMs: 600_000, ...simulatorOptions });
	const credentials = credentialsFor(simulator);
	const run: Stage['run'] = async (parameters, options = {}) =>
		await runHailuo(parameters, { items: [aPrompt()], credentials, executionId: nextExecutionId(), ...options });
	try {
		await act({
			simulator,
			credentials,
			run,
			async make(provider, phase = 'queued', prompt = PROMPT) {
				const { items } = await run(aCreate(provider), { items: [aPrompt(prompt)] });
				const [made] = items;
				if (!made) throw new Error('No job was made');
				moveTo(simulator, String(made.json.jobId), phase);
				return made;
			},
		});
	} finally {
		await simulator.close();
	}
}

export function moveTo(simulator: Simulator, jobId: string, phase: JobPhase): void {
	if (phase === 'running') simulator.setJobProgress(jobId, 0.5);
	else if (phase === 'cancelled') simulator.finishJob(jobId, 'cancelled');
	else if (phase === 'failed') simulator.finishJob(jobId, 'failure');
	else if (phase === 'succeeded') simulator.finishJob(jobId, 'success');
}

/** The values of items' fields, in order. */
export function fieldsOf(items: readonly INodeExecutionData[], name: string): unknown[] {
	return items.map(({ json }) => json[name]);
}

/** The requests of a simulator as "create /path". */
export function requestLines({ requests }: Pick<Simulator, 'requests'>): string[] {
	return requests.map(({ operation, path }) => `${operation} ${path}`);
}

export { until } from '../tools/support/virtualClock';

useVirtualClock();

/** What nodes have written to n8n's log, as "level: message", since this file was loaded. */
export const log: string[] = [];

const write =
	(level: string) =>
	(message: string): void =>
		void log.push(`${level}: ${message}`);

const recorder = {
	error: write('error'),
	warn: write('warn'),
	info: write('info'),
	debug: () => {},
	scoped: () => recorder,
};

// The class behind every node's `this.logger` belongs to a package that n8n-core brings along.
const { Logger } = require(require.resolve('@n8n/backend-common', { paths: [require.resolve('n8n-core')] }));
Container.set(Logger, recorder);
