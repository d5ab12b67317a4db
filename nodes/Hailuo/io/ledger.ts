import type { IExecuteFunctions } from 'n8n-workflow';
import type { Failure } from '../core/http';
import type { Job, JobReference } from '../core/job';
import { describeFailure, numberAt, textAt, valueAt } from '../core/read';
import { readReference } from '../core/storedJob';

/**
 * Remembers in the execution's own data what has been bought.
 *
 * n8n's Retry On Fail, and "retry" in the list of executions, run a node again for all its items. The node's context
 * is kept between the tries and with a failed execution, so a job made in an earlier try is found here and not bought
 * again: when run index, item index and fingerprint of the request agree.
 */
const MEMBER = 'hailuoJobs';

export type Entry =
	{ state: 'made'; job: JobReference } | { state: 'unknown'; failure: Failure; idempotencyKey: string | null };

/** Apiframe replays a create for 24 hours; after that its key would buy anew. */
const REPLAY_MILLISECONDS = 23 * 60 * 60 * 1000;

export class Ledger {
	private readonly entries: Record<string, unknown>;

	/** @param runIndex which run of the node this is: a loop's second run is another purchase */
	constructor(
		context: IExecuteFunctions,
		private readonly runIndex: number,
	) {
		const memory = context.getContext('node');
		const kept: unknown = memory[MEMBER];
		this.entries = typeof kept === 'object' && kept !== null ? { ...kept } : {};
		memory[MEMBER] = this.entries;
	}

	private keyOf(itemIndex: number): string {
		return `${this.runIndex}:${itemIndex}`;
	}

	/**
	 * @returns what an earlier try left behind for the very same request, or null
	 */
	find(itemIndex: number, fingerprint: string): Entry | null {
		const entry = this.entries[this.keyOf(itemIndex)];
		if (textAt(entry, 'fingerprint') !== fingerprint) return null;
		const jobId = textAt(entry, 'job', 'jobId');
		if (jobId !== null) return { state: 'made', job: readReference(valueAt(entry, 'job'), jobId) };
		const message = textAt(entry, 'unknown');
		if (message === null) return null;
		const failure = describeFailure({ kind: 'network', message, made: 'maybe' });
		const isFresh = Date.now() - (numberAt(entry, 'at') ?? 0) < REPLAY_MILLISECONDS;
		return { state: 'unknown', failure, idempotencyKey: isFresh ? textAt(entry, 'idempotencyKey') : null };
	}

	recordMade(itemIndex: number, fingerprint: string, job: Job): void {
		this.entries[this.keyOf(itemIndex)] = { fingerprint, job: readReference(job, job.jobId) };
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
		for (const key of Object.keys(this.entries)) {
			if (key.startsWith(`${this.runIndex}:`)) Reflect.deleteProperty(this.entries, key);
		}
	}
}
