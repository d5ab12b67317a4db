import type { Failure, FailureKind } from '../http/http';
import { isOver, type Job } from '../job/job';

/** The adaptive schedule: 2 s after the first look, each pause half as long again, at most 15 s (AI/ML API's own samples). */
const FIRST_PAUSE_SECONDS = 2;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_SECONDS = 15;

/** Reads in a row that may fail before the wait is given up; with the schedule above that spans about 75 s. */
const TOLERATED_FAULTS = 8;

/** How long after the first look a 404 may only mean that the provider's own copies have not caught up. */
const NOT_FOUND_GRACE_SECONDS = 20;

/** A failure that is not final becomes final when it has stood for so many reads or seconds. */
const PERSISTENT_READS = 3;
const PERSISTENT_SECONDS = 60;

/** Faults that the next read will meet again: the key or the id is wrong. */
const HOPELESS: readonly FailureKind[] = ['authentication', 'permission', 'credit', 'invalid', 'redirect'];

/** Faults that only ask for patience; they do not count against the tolerated ones. */
const PATIENT: readonly FailureKind[] = ['rateLimit', 'unavailable'];

export interface PollPolicy {
	/** What the provider asks for at least, seconds. */
	shortestPollSeconds: number;
	/** The user's fixed interval in seconds; 0 for the adaptive schedule. */
	pollIntervalSeconds: number;
}

/**
 * How long to pause before the next read.
 *
 * @param looks how many reads there were
 * @returns seconds: never less than the provider asks for, never more than 15 unless it asks for that
 */
export function pauseSeconds(looks: number, policy: PollPolicy): number {
	const adaptive = Math.min(FIRST_PAUSE_SECONDS * PAUSE_GROWTH ** Math.max(looks - 1, 0), LONGEST_PAUSE_SECONDS);
	return Math.max(policy.shortestPollSeconds, policy.pollIntervalSeconds > 0 ? policy.pollIntervalSeconds : adaptive);
}

/**
 * When a wait ends for want of time.
 *
 * @param createdAt the job's creation, ISO 8601, where known
 * @param firstLook milliseconds since 1970
 * @returns milliseconds since 1970: counted from the creation where it is known and past, else from the first look
 */
export function deadlineOf(createdAt: string | null, firstLook: number, timeoutMinutes: number): number {
	const created = createdAt === null ? Number.NaN : Date.parse(createdAt);
	const since = Number.isFinite(created) ? Math.min(created, firstLook) : firstLook;
	return since + timeoutMinutes * 60_000;
}

export type ReadOutcome = { ok: true; job: Job } | { ok: false; failure: Failure };

export type WaitOutcome =
	| { kind: 'over'; job: Job }
	/** `job` is the last one read; null when no read succeeded, and then `failure` says why. */
	| { kind: 'timedOut'; job: Job | null; failure: Failure | null }
	| { kind: 'unreadable'; job: Job | null; failure: Failure }
	| { kind: 'stopped'; job: Job | null };

export interface WaitTools {
	/** Asks the provider once. Never throws. */
	read(): Promise<ReadOutcome>;
	/** Pauses; may return early when something suggests that a look is worth while. Never throws. */
	pause(milliseconds: number): Promise<void>;
	/** Milliseconds since 1970. */
	now(): number;
	isStopped(): boolean;
}

/** Reads in a row, and since when, that found a failure which is not final. */
export interface Suspicion {
	reads: number;
	/** Milliseconds since 1970. */
	since: number;
}

/**
 * Keeps account of a failure that the provider has named without ending the job.
 *
 * @param before what the last read left; null for nothing
 * @param now milliseconds since 1970
 * @returns the job, failed when its provisional failure has persisted, and the account for the next read
 */
export function judgeSuspicion(
	job: Job,
	before: Suspicion | null,
	now: number,
): { job: Job; suspicion: Suspicion | null } {
	if (isOver(job) || job.failure === null) return { job, suspicion: null };
	const suspicion = { reads: (before?.reads ?? 0) + 1, since: before?.since ?? now };
	const persistent = suspicion.reads >= PERSISTENT_READS || now - suspicion.since >= PERSISTENT_SECONDS * 1000;
	return { job: persistent ? { ...job, status: 'failed' } : job, suspicion };
}

/**
 * Says what a read that failed means for the wait.
 *
 * @param faults failed reads in a row before this one
 * @param elapsed milliseconds since the first look
 * @returns `patient` does not count against the tolerated faults
 */
export function judgeFault(failure: Failure, faults: number, elapsed: number): 'patient' | 'tolerated' | 'hopeless' {
	const lost = failure.kind === 'notFound' && elapsed > NOT_FOUND_GRACE_SECONDS * 1000;
	if (lost || HOPELESS.includes(failure.kind)) return 'hopeless';
	if (PATIENT.includes(failure.kind)) return 'patient';
	return faults >= TOLERATED_FAULTS ? 'hopeless' : 'tolerated';
}

/**
 * Waits until a job is over by asking again and again.
 *
 * @param last the job as it was created, when it was just now: the first look then comes after a pause; null to look at once
 * @param timeoutMinutes from the job's creation where known, else from the first look; the job is read at least once
 */
export async function waitForJob(
	tools: WaitTools,
	policy: PollPolicy,
	timeoutMinutes: number,
	last: Job | null,
	createdAt: string | null,
): Promise<WaitOutcome> {
	if (last !== null && isOver(last)) return { kind: 'over', job: last };
	let suspicion: Suspicion | null = null;
	const start = tools.now();
	let job = last;
	let looks = 0;
	let faults = 0;
	let fault: Failure | null = null;
	let deadline = deadlineOf(createdAt ?? last?.createdAt ?? null, start, timeoutMinutes);
	if (last !== null) {
		looks = 1;
		await tools.pause(Math.min(pauseSeconds(1, policy) * 1000, Math.max(deadline - start, 0)));
	}
	for (;;) {
		if (tools.isStopped()) return { kind: 'stopped', job };
		const outcome = await tools.read();
		looks += 1;
		let askedSeconds = 0;
		if (outcome.ok) {
			({ job, suspicion } = judgeSuspicion(outcome.job, suspicion, tools.now()));
			if (isOver(job)) return { kind: 'over', job };
			deadline = Math.min(deadline, deadlineOf(job.createdAt, start, timeoutMinutes));
			faults = 0;
			fault = null;
		} else {
			fault = outcome.failure;
			if (tools.isStopped() || fault.kind === 'stopped') return { kind: 'stopped', job };
			const verdict = judgeFault(fault, faults, tools.now() - start);
			if (verdict === 'hopeless') return { kind: 'unreadable', job, failure: fault };
			if (verdict === 'tolerated') faults += 1;
			askedSeconds = fault.retryAfterSeconds ?? 0;
		}
		const left = deadline - tools.now();
		if (left <= 0) return { kind: 'timedOut', job, failure: fault };
		await tools.pause(Math.min(Math.max(pauseSeconds(looks, policy), askedSeconds) * 1000, left));
		// The last look comes at the deadline, unless that is sooner than the provider lets us look again.
		const tooSoon = Math.max(policy.shortestPollSeconds, askedSeconds) * 1000 > left;
		if (tooSoon && tools.now() >= deadline && !tools.isStopped()) return { kind: 'timedOut', job, failure: fault };
	}
}
