import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import type { Failure } from '../core/http/http';
import { Limiter } from '../core/http/limiter';
import { cleanText, textAt } from '../core/http/read';
import type { Job, JobReference } from '../core/job/job';
import { readHandBack, readOptions, type GetParameter, type HandBack } from '../fields/form';
import type { ErrorPlace } from '../io/errors';
import { ProviderClient, type ExchangeResult } from '../io/providerClient';
import { Ledger } from '../io/ledger';
import { doorbellUrlOf } from '../io/n8nInternals';
import { ProgressSockets } from '../io/progressSocket';
import { providerById } from '../providers/registry';
import type { ProviderAdapter } from '../providers/adapter';

/** What all items of one run of the node share. */
export interface RunContext {
	context: IExecuteFunctions;
	adapter: ProviderAdapter;
	client: ProviderClient;
	ledger: Ledger;
	/** The provider's own account of its jobs; opened only by those who wait, null where there is none. */
	sockets(): Promise<ProgressSockets | null>;
	/** What the provider told before a create, by the question, which is asked once for all items. */
	prepared: Map<string, Promise<ExchangeResult<unknown>>>;
	/** Turns for items whose images must be held in memory while they are sent. */
	files: Limiter;
	/** Turns for downloads, which may last long: requests need not wait for them. */
	downloads: Limiter;
	hints: Hints;
	/** Fires at n8n's Stop, and when another item's error is about to end the run. */
	stop: AbortSignal;
	/** n8n's Stop alone. */
	isStoppedByUser(): boolean;
	/** Makes `stop` fire, because the run is going to end with an error. */
	abandon(): void;
	/** Jobs this run has made or adopted, by item: an error must not hide them. */
	made: Map<number, Job>;
	/** How what fails is to be handed back, where the node waits in the place of another one; null for an ordinary node. */
	handBack: HandBack | null;
	/** Tells this run of the node from all others, also from those of another n8n that has the same workflow. */
	identity: readonly string[];
}

/** What one item came to, before it is put on an n8n item. */
export interface JobResult {
	job: Job;
	raw: unknown;
}

/** Collects what is worth telling the user without being an error, and says it once for all items it is about. */
export class Hints {
	private readonly items = new Map<string, number[]>();

	add(itemIndex: number, text: string): void {
		this.items.set(text, [...(this.items.get(text) ?? []), itemIndex]);
	}

	/** Adds what concerns no item in particular. */
	addGeneral(text: string): void {
		this.items.set(text, []);
	}

	/** @returns one sentence a hint, naming the first items it is about */
	sentences(): string[] {
		return [...this.items].map(([text, items]) => {
			if (items.length === 0) return text;
			const named = items.slice(0, 5).join(', ') + (items.length > 5 ? `, … (${items.length} items)` : '');
			return `${text} [item ${named}]`;
		});
	}
}

/** @returns a reader of one item's parameters */
export function parametersOf(run: Pick<RunContext, 'context'>, itemIndex: number): GetParameter {
	return (name, fallback) => run.context.getNodeParameter(name, itemIndex, fallback);
}

/** @returns where an error about this item is said to have happened */
export function placeOf(run: Pick<RunContext, 'context' | 'adapter'>, itemIndex: number): ErrorPlace {
	return { node: run.context.getNode(), adapter: run.adapter, itemIndex };
}

/** @returns a job's provider and id, as lines of n8n's log name it: ids come from outside */
export function nameForLog({ adapter }: Pick<RunContext, 'adapter'>, job: Pick<JobReference, 'jobId'>): string {
	return `${adapter.label} job ${cleanText(job.jobId, 120)}`;
}

/** Thrown inside a run for an item that was given up because the run is ending anyway; never shown. */
export class Abandoned extends Error {}

/** @returns true when a failure only says that the run is ending */
export function isAbandoned(run: RunContext, failure: Failure): boolean {
	return failure.kind === 'stopped' && !run.isStoppedByUser();
}

/**
 * Executions are counted by the database: a copy of it (a restored backup, a second n8n with the same workflow) counts the
 * same numbers again. The address that resumes an execution has a token that n8n draws for each, and keeps through all its
 * tries; older hosts have none, so workflow and instance stand beside it.
 */
function identityOf(context: IExecuteFunctions, ledger: Ledger): string[] {
	const workflow = context.getWorkflow().id ?? '';
	return [context.getInstanceId(), workflow, doorbellUrlOf(context), context.getNode().id, ledger.run];
}

/**
 * Opens what all items of a run share.
 *
 * @throws NodeOperationError when there is no such provider, or the credential has no usable address
 */
export async function openRun(context: IExecuteFunctions): Promise<RunContext> {
	const node = context.getNode();
	const adapter = providerById(textAt(context.getNodeParameter('provider', 0)) ?? '');
	if (adapter === undefined) throw new NodeOperationError(node, `'Provider' is none of this node's providers`);
	const get = parametersOf({ context }, 0);
	// What is wrong with an item's options is said with all else that is wrong with that item.
	const { maxConcurrency } = readOptions(get, adapter);
	const ledger = new Ledger(context, adapter);
	const stopped = context.getExecutionCancelSignal();
	const abandoned = new AbortController();
	let channel: Promise<ProgressSockets | null> | undefined;
	return {
		context,
		adapter,
		client: await ProviderClient.open(context, adapter, maxConcurrency),
		ledger,
		sockets: async () => await (channel ??= ProgressSockets.open(context, adapter)),
		prepared: new Map(),
		files: new Limiter(maxConcurrency),
		downloads: new Limiter(maxConcurrency),
		hints: new Hints(),
		stop: stopped ? AbortSignal.any([stopped, abandoned.signal]) : abandoned.signal,
		isStoppedByUser: () => stopped?.aborted === true,
		abandon: () => abandoned.abort(),
		made: new Map(),
		handBack: readHandBack(get),
		identity: identityOf(context, ledger),
	};
}
