import type { Failure, JsonObject, JsonValue } from '../http/http';
import { toJson } from '../http/json';
import { momentAt, numberAt, valueAt } from '../http/read';
import { isOver, type Job } from '../job/job';
import { readFailureFromItem, readJobFromItem, writeJob } from '../job/jobFromItem';
import { isHopeless, isYoung, SUSPICION_SECONDS } from './patience';
import { LONGEST_SECONDS, pauseSeconds, type Rhythm } from './rhythm';

/**
 * Waiting for a job, as one plain value: `enter` makes it, `settle` takes in what a read said, `wakeAt` tells when to look
 * again. Who polls keeps it in a variable; who suspends puts it on the item, since a timed wake-up of the execution hands
 * its input on unchanged and keeps nothing else. All moments are of our own clock: the provider's may be wrong.
 */

/** The field of an item's json that holds the state. */
export const WAIT_FIELD = 'hailuoWait';

/** A suspended execution may be woken a moment early. */
const EARLY_MILLISECONDS = 1500;

/** Moments are ISO 8601. */
export interface WaitState {
	/** From when the timeout counts: the job's making where we know it, else the first look. */
	since: string;
	nextCheckAt: string;
	/** Before that the provider is not asked again, whatever rings. */
	notBefore: string;
	/** How often the job was looked at, its making included. */
	looks: number;
	/** A callback or a socket said that something happened. */
	rang: boolean;
	/** As it was read last; before the first read, what its item knew of it. */
	job: Job;
	/** The provider has answered for this job before. */
	answered: boolean;
	/** Why there will be no more reads, though the job is not over. */
	failure?: Failure;
	timedOut?: true;
	/** Why the last read did not work, and since when none has; the next one may. */
	fault?: Failure;
	faultSince?: string;
	/** Since when the provider names a failure without ending the job. */
	suspectedSince?: string;
	/** The provider's last answer, where the user wants it. */
	raw?: JsonValue;
}

export interface WaitPlan {
	timeoutMinutes: number;
	rhythm: Rhythm;
}

/** What one read came to; `raw` is the provider's answer, where the user wants it. */
export type ReadOutcome = { ok: true; job: Job; raw?: JsonValue } | { ok: false; failure: Failure };

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

const after = (now: number, seconds: number) => iso(now + Math.min(seconds, LONGEST_SECONDS) * 1000);

/** When to look again: after so many seconds, but not later than the deadline. */
function checkAfter(now: number, seconds: number, since: string, plan: WaitPlan): string {
	return iso(Math.min(now + Math.min(seconds, LONGEST_SECONDS) * 1000, deadlineOf({ since }, plan)));
}

/**
 * Reads the state an item carries. It comes back from outside: another node may have touched it.
 *
 * @param json an item's
 * @param handleNames the handles that the provider's jobs have
 * @returns null when there is none, or none of ours
 */
export function readWaitState(json: unknown, handleNames: readonly string[]): WaitState | null {
	const found = valueAt(json, WAIT_FIELD);
	const since = momentAt(found, 'since');
	const nextCheckAt = momentAt(found, 'nextCheckAt');
	const job = readJobFromItem(valueAt(found, 'job'), handleNames);
	if (since === null || nextCheckAt === null || job === null) return null;
	const failure = readFailureFromItem(valueAt(found, 'failure'));
	const fault = readFailureFromItem(valueAt(found, 'fault'));
	const faultSince = momentAt(found, 'faultSince');
	// Items that have waited since an earlier version bear the account in full.
	const suspectedSince = momentAt(found, 'suspectedSince') ?? momentAt(found, 'suspicion', 'since');
	const raw = valueAt(found, 'raw');
	return {
		since,
		nextCheckAt,
		notBefore: momentAt(found, 'notBefore') ?? since,
		looks: numberAt(found, 'looks') ?? 1,
		rang: valueAt(found, 'rang') === true,
		job,
		answered: valueAt(found, 'answered') === true,
		...(failure !== null && { failure }),
		...(valueAt(found, 'timedOut') === true && { timedOut: true }),
		...(fault !== null && { fault }),
		...(faultSince !== null && { faultSince }),
		...(suspectedSince !== null && { suspectedSince }),
		...(raw !== undefined && { raw: toJson(raw) }),
	};
}

/**
 * @returns the state as an item carries it
 */
export function writeWaitState(state: WaitState): JsonObject {
	const written = { ...state, job: writeJob(state.job) };
	return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, toJson(value)]));
}

/**
 * Begins to wait for a job.
 *
 * @param known the job as its item tells it, or as it was made
 * @param now milliseconds since 1970
 * @param fresh whether it was made just now: otherwise what an item says of a job's end is the past, and the job is looked
 * at before anything is believed
 */
export function enter(known: Job, now: number, plan: WaitPlan, fresh = false): WaitState {
	const created = Math.min(Date.parse(known.createdAt ?? ''), now);
	const unread = { ...known, status: 'unknown' as const, failure: null, videoUrl: null, additionalUrls: [] };
	const restsFirst = fresh || (plan.rhythm.kind === 'rechecking' && isYoung(known.createdAt, now) && !isOver(known));
	const since = iso(Number.isFinite(created) ? created : now);
	return {
		since,
		nextCheckAt: restsFirst ? checkAfter(now, pauseSeconds(1, plan.rhythm), since, plan) : iso(now),
		notBefore: iso(now),
		looks: restsFirst ? 1 : 0,
		rang: false,
		job: fresh ? known : unread,
		answered: fresh || known.createdAt !== null,
	};
}

/** Milliseconds since 1970. */
function deadlineOf({ since }: Pick<WaitState, 'since'>, plan: WaitPlan): number {
	return Date.parse(since) + Math.min(plan.timeoutMinutes * 60, LONGEST_SECONDS) * 1000;
}

/** When the job is to be read, milliseconds since 1970: the last time at the deadline, if the provider allows it then. */
function dueAt(state: WaitState, plan: WaitPlan): number {
	const wanted = state.rang ? 0 : Math.min(Date.parse(state.nextCheckAt), deadlineOf(state, plan));
	return Math.max(wanted, Date.parse(state.notBefore));
}

function toleranceOf({ rhythm }: WaitPlan): number {
	return rhythm.kind === 'rechecking' ? EARLY_MILLISECONDS : 0;
}

/** @returns true when an item waits for nothing more */
export function isSettled(state: WaitState): boolean {
	return state.failure !== undefined || state.timedOut === true || isOver(state.job);
}

/** @returns true when an item's job should be read now */
export function isDue(state: WaitState, now: number, plan: WaitPlan): boolean {
	return !isSettled(state) && dueAt(state, plan) <= now + toleranceOf(plan);
}

/**
 * When to come back to a job that is not over: to read it, or because its time is up.
 *
 * @returns milliseconds since 1970
 */
export function wakeAt(state: WaitState, plan: WaitPlan): number {
	return Math.min(dueAt(state, plan), deadlineOf(state, plan));
}

/**
 * Ends a wait whose time is up before the provider may be asked again.
 *
 * @param now milliseconds since 1970
 */
export function expire(state: WaitState, now: number, plan: WaitPlan): WaitState {
	if (isSettled(state) || isDue(state, now, plan)) return state;
	return deadlineOf(state, plan) <= now + toleranceOf(plan) ? { ...state, timedOut: true } : state;
}

/**
 * Takes in what a read said.
 *
 * @param now milliseconds since 1970
 * @returns the next state, not rung; settled when the job is over, lost, or out of time
 */
export function settle(state: WaitState, outcome: ReadOutcome, now: number, plan: WaitPlan): WaitState {
	const { shortestPauseSeconds } = plan.rhythm;
	const { since, answered, job: known } = state;
	const raw = (outcome.ok ? outcome.raw : undefined) ?? state.raw;
	const looks = state.looks + 1;
	const asked = outcome.ok ? 0 : (outcome.failure.retryAfterSeconds ?? 0);
	const pause = Math.max(pauseSeconds(looks, plan.rhythm), asked);
	const notBefore = after(now, Math.max(shortestPauseSeconds, asked));
	const nextCheckAt = checkAfter(now, pause, since, plan);
	const next = { since, nextCheckAt, notBefore, looks, rang: false, ...(raw !== undefined && { raw }) };
	if (!outcome.ok) {
		const { failure } = outcome;
		const { faultSince = iso(now), suspectedSince } = state;
		const faulty = { ...next, job: known, answered, faultSince, ...(suspectedSince && { suspectedSince }) };
		const seconds = (now - Date.parse(faultSince)) / 1000;
		const isLost = isHopeless(failure, isYoung(since, now), answered, seconds);
		return isLost ? { ...faulty, failure } : expire({ ...faulty, fault: failure }, now, plan);
	}
	const { job } = outcome;
	if (isOver(job) || job.failure === null) return expire({ ...next, job, answered: true }, now, plan);
	const { suspectedSince = iso(now) } = state;
	const suspected = { ...next, answered: true, suspectedSince };
	if (now - Date.parse(suspectedSince) >= SUSPICION_SECONDS * 1000)
		return { ...suspected, job: { ...job, status: 'failed' } };
	const judgedAt = checkAfter(now, Math.min(pause, SUSPICION_SECONDS), since, plan);
	return expire({ ...suspected, job, nextCheckAt: judgedAt }, now, plan);
}
