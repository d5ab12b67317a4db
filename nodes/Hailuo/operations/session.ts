import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import type { Failure } from '../core/http';
import { Limiter } from '../core/limiter';
import { cleanText, textAt } from '../core/read';
import type { Job, JobReference } from '../core/job';
import { readOptions, type GetParameter } from '../fields';
import type { ErrorPlace } from '../io/errors';
import { Gateway } from '../io/gateway';
import { Ledger } from '../io/ledger';
import { LiveChannel } from '../io/live';
import { providerById } from '../providers';
import type { ProviderAdapter } from '../providers/adapter';

/** What all items of one run of the node share. */
export interface Session {
	context: IExecuteFunctions;
	adapter: ProviderAdapter;
	gateway: Gateway;
	ledger: Ledger;
	/** The provider's own account of its jobs; opened only by those who wait, null where there is none. */
	live(): Promise<LiveChannel | null>;
	/** Turns for items whose images must be held in memory while they are sent. */
	files: Limiter;
	hints: Hints;
	/** Fires at n8n's Stop, and when another item's error is about to end the run. */
	stop: AbortSignal;
	/** n8n's Stop alone. */
	isStoppedByUser(): boolean;
	/** Makes `stop` fire, because the run is going to end with an error. */
	abandon(): void;
	/** Jobs this run has made or adopted, by item: an error must not hide them. */
	made: Map<number, Job>;
	/** Tells this run of the node from others: execution, node, run. */
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
export function parametersOf(session: Pick<Session, 'context'>, itemIndex: number): GetParameter {
	return (name, fallback) => session.context.getNodeParameter(name, itemIndex, fallback);
}

export function placeOf(session: Pick<Session, 'context' | 'adapter'>, itemIndex: number): ErrorPlace {
	return { node: session.context.getNode(), adapter: session.adapter, itemIndex };
}

/** @returns a job's provider and id, as lines of n8n's log name it: ids come from outside */
export function nameForLog({ adapter }: Pick<Session, 'adapter'>, job: Pick<JobReference, 'jobId'>): string {
	return `${adapter.label} job ${cleanText(job.jobId, 120)}`;
}

/** Thrown inside a run for an item that was given up because the run is ending anyway; never shown. */
export class Abandoned extends Error {}

/** @returns true when a failure only says that the run is ending */
export function isAbandoned(session: Session, failure: Failure): boolean {
	return failure.kind === 'stopped' && !session.isStoppedByUser();
}

/**
 * Opens what all items of a run share.
 *
 * @throws NodeOperationError when there is no such provider, or the credential has no usable address
 */
export async function openSession(context: IExecuteFunctions): Promise<Session> {
	const node = context.getNode();
	const adapter = providerById(textAt(context.getNodeParameter('provider', 0)) ?? '');
	if (adapter === undefined) throw new NodeOperationError(node, `'Provider' is none of this node's providers`);
	const get = parametersOf({ context }, 0);
	// What is wrong with an item's options is said with all else that is wrong with that item.
	const { maxConcurrency } = readOptions(get, adapter);
	const ledger = new Ledger(context);
	const stopped = context.getExecutionCancelSignal();
	const abandoned = new AbortController();
	let channel: Promise<LiveChannel | null> | undefined;
	return {
		context,
		adapter,
		gateway: await Gateway.open(context, adapter, maxConcurrency),
		ledger,
		live: async () => await (channel ??= LiveChannel.open(context, adapter)),
		files: new Limiter(maxConcurrency),
		hints: new Hints(),
		stop: stopped ? AbortSignal.any([stopped, abandoned.signal]) : abandoned.signal,
		isStoppedByUser: () => stopped?.aborted === true,
		abandon: () => abandoned.abort(),
		made: new Map(),
		identity: [context.getExecutionId(), node.id, ledger.run],
	};
}
