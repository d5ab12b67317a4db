import type { Failure } from './http';
import { isOver, type Job } from './job';
import { deadlineOf, judgeFault, judgeSuspicion, type ReadOutcome, type Suspicion } from './poll';
import { momentAt, numberAt, textAt, valueAt } from './read';
import { readStoredJob } from './storedJob';

/**
 * Waiting without being there: all that is known travels on the items themselves, since a timed wake-up of n8n hands a
 * node's input on unchanged and keeps nothing else.
 */

/** The field of an item's json that holds the state. */
export const WAIT_FIELD = 'hailuoWait';

/** A job made so few seconds ago need not be read on entering: it cannot be over. */
const YOUNG_SECONDS = 10;

/** n8n looks for executions to wake once a minute; the first recheck comes soon in case the job is a quick one. */
const FIRST_RECHECK_SECONDS = 60;

/** n8n may wake an execution a moment early. */
const EARLY_MILLISECONDS = 1500;

/** What an item that waits carries. Moments are ISO 8601. */
export interface WaitState {
	/** From when the timeout counts: the job's creation where known, else the first look. */
	since: string;
	nextCheckAt: string;
	/** A callback said that something happened. */
	rang: boolean;
	/** As it was read last; before the first read, what its item knew of it. */
	job: Job;
	/** Why there will be no more reads, though the job is not over. */
	failure?: Failure;
	timedOut?: true;
	/** Reads in a row, and since when, that found a failure which is not final. */
	suspicion?: Suspicion;
}

export interface SuspendPlan {
	timeoutMinutes: number;
	recheckMinutes: number;
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

/**
 * Reads the state an item carries. It comes back from outside: another node may have touched it.
 *
 * @param job reads the job inside, which only this package writes
 * @returns null when there is none, or none of ours
 */
export function readWaitState(json: unknown): WaitState | null {
	const found = valueAt(json, WAIT_FIELD);
	const since = momentAt(found, 'since');
	const nextCheckAt = momentAt(found, 'nextCheckAt');
	if (since === null || nextCheckAt === null) return null;
	const job = readStoredJob(valueAt(found, 'job'));
	if (job === null) return null;
	const reads = numberAt(found, 'suspicion', 'reads');
	const failure = valueAt(found, 'failure');
	return {
		since,
		nextCheckAt,
		rang: valueAt(found, 'rang') === true,
		job,
		...(isFailure(failure) && { failure }),
		...(valueAt(found, 'timedOut') === true && { timedOut: true }),
		...(reads !== null && { suspicion: { reads, since: numberAt(found, 'suspicion', 'since') ?? 0 } }),
	};
}

function isFailure(value: unknown): value is Failure {
	return textAt(value, 'kind') !== null && typeof valueAt(value, 'message') === 'string';
}

/**
 * Makes the state of an item that comes in for the first time.
 *
 * @param job what is known of it
 * @param now milliseconds since 1970
 * @returns a state that is due at once, unless the job was made seconds ago
 */
export function enter(job: Job, now: number, plan: SuspendPlan): WaitState {
	const created = Date.parse(job.createdAt ?? '');
	const young = Number.isFinite(created) && Math.abs(now - created) <= YOUNG_SECONDS * 1000;
	const since = iso(deadlineOf(job.createdAt, now, 0));
	return { since, nextCheckAt: iso(young ? now + firstRecheck(plan) : now), rang: false, job };
}

function firstRecheck(plan: SuspendPlan): number {
	return Math.min(plan.recheckMinutes * 60, FIRST_RECHECK_SECONDS) * 1000;
}

/** @returns milliseconds since 1970 */
export function deadlineOfState(state: WaitState, plan: SuspendPlan): number {
	return Date.parse(state.since) + plan.timeoutMinutes * 60_000;
}

/** @returns true when an item waits for nothing more */
export function isSettled(state: WaitState): boolean {
	return state.failure !== undefined || state.timedOut === true || isOver(state.job);
}

/** @returns true when an item's job should be read now */
export function isDue(state: WaitState, now: number, plan: SuspendPlan): boolean {
	if (isSettled(state)) return false;
	return (
		state.rang || Math.min(Date.parse(state.nextCheckAt), deadlineOfState(state, plan)) <= now + EARLY_MILLISECONDS
	);
}

/**
 * Takes in what a read said.
 *
 * @param entering whether this was the first look of this wait
 * @param now milliseconds since 1970
 * @returns the next state, not rung; settled when the job is over, lost, or out of time
 */
export function settle(
	state: WaitState,
	outcome: ReadOutcome,
	entering: boolean,
	now: number,
	plan: SuspendPlan,
): WaitState {
	const wait = entering ? firstRecheck(plan) : plan.recheckMinutes * 60_000;
	const { since } = state;
	if (!outcome.ok) {
		const { failure } = outcome;
		const asked = (failure.retryAfterSeconds ?? 0) * 1000;
		const next = { since, nextCheckAt: iso(now + Math.max(wait, asked)), rang: false, job: state.job };
		// Rechecks are minutes apart, so faults are not counted: the deadline is the limit.
		const isHopeless = judgeFault(failure, 0, now - Date.parse(since)) === 'hopeless';
		return isHopeless ? { ...next, failure } : expire(next, now, plan);
	}
	const { job, suspicion } = judgeSuspicion(outcome.job, state.suspicion ?? null, now);
	const begun = iso(deadlineOf(job.createdAt, Date.parse(since), 0));
	const next = { since: begun, nextCheckAt: iso(now + wait), rang: false, job, ...(suspicion && { suspicion }) };
	return isOver(job) ? next : expire(next, now, plan);
}

function expire(state: WaitState, now: number, plan: SuspendPlan): WaitState {
	return deadlineOfState(state, plan) <= now + EARLY_MILLISECONDS ? { ...state, timedOut: true } : state;
}

/**
 * When the execution has to be woken for those that still wait.
 *
 * @returns milliseconds since 1970; at least a second from now
 */
export function wakeAt(states: readonly WaitState[], now: number, plan: SuspendPlan): number {
	const moments = states
		.filter((state) => !isSettled(state))
		.map((state) => Math.min(Date.parse(state.nextCheckAt), deadlineOfState(state, plan)));
	return Math.max(Math.min(...moments), now + 1000);
}
