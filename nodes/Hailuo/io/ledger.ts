import type { IExecuteFunctions } from 'n8n-workflow';
import type { Failure } from '../core/http/http';
import type { Job, JobReference } from '../core/job/job';
import { describeFailure, numberAt, textAt, valueAt } from '../core/http/read';
import { readReference, writeJob } from '../core/job/jobFromItem';
import type { ProviderAdapter } from '../providers/adapter';
import { isCalledDirectly } from './n8nInternals';

/**
 * Remembers in the execution's own data what has been bought.
 *
 * n8n's Retry On Fail, and "retry" in the list of executions, run a node again for all its items. The node's context
 * is kept between the tries and with a failed execution, so a job made in an earlier try is found here and not bought
 * again: when run index, item index and fingerprint of the request agree.
 *
 * A tool that is called directly has another run index in every try, and calls that run at once can have the same one. Each
 * of its runs therefore has a number of its own here, and leaves what it has bought when it ends in an error. With Retry On
 * Fail the next run that asks for the same takes that over, and then no other can. Should that be another call, the try it
 * was left for buys in its place: every call comes to one job all the same.
 */
const MEMBER = 'hailuoJobs';

/** Counts the direct calls of the node in this execution. */
const CALLS = 'hailuoCalls';

export type Entry =
	{ state: 'made'; job: JobReference } | { state: 'unknown'; failure: Failure; idempotencyKey: string | null };

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export class Ledger {
	private readonly entries: Record<string, unknown>;

	/** Tells this run of the node from the execution's others: a loop's second run is another purchase. */
	readonly run: string;

	private readonly takesOver: boolean;

	constructor(
		context: IExecuteFunctions,
		private readonly adapter: Pick<ProviderAdapter, 'handles' | 'idempotentCreate'>,
	) {
		const memory = context.getContext('node');
		const kept: unknown = memory[MEMBER];
		// The very object: runs of a tool that are under way at once share it.
		this.entries = isRecord(kept) ? kept : {};
		memory[MEMBER] = this.entries;
		const isDirect = isCalledDirectly(context);
		this.takesOver = isDirect && context.getNode().retryOnFail === true;
		if (isDirect) {
			const calls = (numberAt(memory, CALLS) ?? 0) + 1;
			memory[CALLS] = calls;
			this.run = `call ${calls}`;
		} else {
			this.run = String(Number(context.getWorkflowDataProxy(0).$runIndex));
		}
	}

	private keyOf(itemIndex: number): string {
		return `${this.run}:${itemIndex}`;
	}

	/** Makes an earlier run's entry that is left this run's own, if there is one for the very same request. */
	private takeOver(itemIndex: number, fingerprint: string): void {
		for (const [key, entry] of Object.entries(this.entries)) {
			if (!isRecord(entry) || entry.left !== true || !key.endsWith(`:${itemIndex}`)) continue;
			if (entry.fingerprint !== fingerprint) continue;
			Reflect.deleteProperty(this.entries, key);
			this.entries[this.keyOf(itemIndex)] = { ...entry, left: false };
			return;
		}
	}

	/**
	 * @returns what an earlier try left behind for the very same request, or null
	 */
	find(itemIndex: number, fingerprint: string): Entry | null {
		if (this.takesOver) this.takeOver(itemIndex, fingerprint);
		const entry = this.entries[this.keyOf(itemIndex)];
		if (textAt(entry, 'fingerprint') !== fingerprint) return null;
		const jobId = textAt(entry, 'job', 'jobId');
		if (jobId !== null)
			return { state: 'made', job: readReference(valueAt(entry, 'job'), jobId, this.adapter.handles) };
		const message = textAt(entry, 'unknown');
		if (message === null) return null;
		const failure = describeFailure({ kind: 'network', message, made: 'maybe' });
		// After that the key would buy anew.
		const replayed = (this.adapter.idempotentCreate?.hours ?? 0) * 60 * 60 * 1000;
		const isFresh = Date.now() - (numberAt(entry, 'at') ?? 0) < replayed;
		return { state: 'unknown', failure, idempotencyKey: isFresh ? textAt(entry, 'idempotencyKey') : null };
	}

	recordMade(itemIndex: number, fingerprint: string, { jobId, handles, model, createdAt }: Job): void {
		this.entries[this.keyOf(itemIndex)] = { fingerprint, job: writeJob({ jobId, handles, model, createdAt }) };
	}

	/**
	 * @param sent the key under which the provider can be asked again (a retry from the list is another execution and would
	 * make another), and since when it may know that key, in milliseconds since 1970
	 */
	recordUnknown(
		itemIndex: number,
		fingerprint: string,
		failure: Failure,
		sent: { idempotencyKey: string; sentAt: number },
	): void {
		const { idempotencyKey, sentAt } = sent;
		this.entries[this.keyOf(itemIndex)] = { fingerprint, unknown: failure.message, idempotencyKey, at: sentAt };
	}

	/** Forgets this run, when all its items went well and so no try will follow. */
	close(): void {
		for (const key of this.ownKeys()) Reflect.deleteProperty(this.entries, key);
	}

	/** Leaves what this run has bought to the next try, when it ends in an error and its run index will not tell the two. */
	leave(): void {
		if (!this.takesOver) return;
		for (const key of this.ownKeys()) {
			const entry = this.entries[key];
			if (isRecord(entry)) entry.left = true;
		}
	}

	private ownKeys(): string[] {
		return Object.keys(this.entries).filter((key) => key.startsWith(`${this.run}:`));
	}
}
