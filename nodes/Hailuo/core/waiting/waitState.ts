import type { Failure, JsonValue } from '../http/http';
import { isOver, type Job } from '../job/job';
import { toJson } from '../http/json';
import { deadlineOf, judgeFault, judgeSuspicion, type ReadOutcome, type Suspicion } from './poll';
import { momentAt, numberAt, valueAt } from '../http/read';
import { readFailureFromItem, readJobFromItem } from '../job/jobFromItem';

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

/** Whatever interval an expression gives, nobody is asked more often. */
const SHORTEST_RECHECK_SECONDS = 10;

/** Any number of minutes may be asked for, but not any has a date at its end. */
const LONGEST_RECHECK_SECONDS = 365 * 24 * 60 * 60;

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
	/** Why the last read did not work; the next one may. */
	fault?: Failure;
	/** The provider's last answer, where the user wants it. */
	raw?: JsonValue;
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
	const job = readJobFromItem(valueAt(found, 'job'));
	if (job === null) return null;
	const reads = numberAt(found, 'suspicion', 'reads');
	const failure = readFailureFromItem(valueAt(found, 'failure'));
	const fault = readFailureFromItem(valueAt(found, 'fault'));
	const raw = valueAt(found, 'raw');
	return {
		since,
		nextCheckAt,
		rang: valueAt(found, 'rang') === true,
		job,
		...(failure !== null && { failure }),
		...(valueAt(found, 'timedOut') === true && { timedOut: true }),
		...(fault !== null && { fault }),
		...(raw !== undefined && { raw: toJson(raw) }),
		...(reads !== null && { suspicion: { reads, since: numberAt(found, 'suspicion', 'since') ?? 0 } }),
	};
}

/**
 * Makes the state of an item that comes in for the first time.
 *
 * @param known the job as the item tells it
 * @param now milliseconds since 1970
 * @returns a state that is not settled, since what an item says of a job's end is the past: it is due at once, unless
 * the job was made seconds ago and nobody says that it is over
 */
export function enter(known: Job, now: number, plan: SuspendPlan): WaitState {
	const created = Date.parse(known.createdAt ?? '');
	const young = Number.isFinite(created) && Math.abs(now - created) <= YOUNG_SECONDS * 1000 && !isOver(known);
	return {
		since: iso(deadlineOf(known.createdAt, now, 0)),
		nextCheckAt: iso(young ? now + firstRecheck(plan) : now),
		rang: false,
		job: { ...known, status: 'unknown', failure: null },
	};
}

function recheck(plan: SuspendPlan): number {
	const seconds = Math.min(plan.recheckMinutes * 60, LONGEST_RECHECK_SECONDS);
	return Math.max(seconds, SHORTEST_RECHECK_SECONDS) * 1000;
}

function firstRecheck(plan: SuspendPlan): number {
	return Math.min(recheck(plan), FIRST_RECHECK_SECONDS * 1000);
}

/** @returns milliseconds since 1970 */
function deadlineOfState(state: WaitState, plan: SuspendPlan): number {
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
	const wait = entering ? firstRecheck(plan) : recheck(plan);
	const { since } = state;
	if (!outcome.ok) {
		const { failure } = outcome;
		const asked = (failure.retryAfterSeconds ?? 0) * 1000;
		const next: WaitState = { ...state, nextCheckAt: iso(now + Math.max(wait, asked)), rang: false };
		// Rechecks are minutes apart, so faults are not counted: the deadline is the limit.
		const isHopeless = judgeFault(failure, 0, now - Date.parse(since)) === 'hopeless';
		return isHopeless ? { ...next, failure } : expire({ ...next, fault: failure }, now, plan);
	}
	const { job, suspicion } = judgeSuspicion(outcome.job, state.suspicion ?? null, now);
	const begun = iso(deadlineOf(job.createdAt, Date.parse(since), 0));
	const next = { since: begun, nextCheckAt: iso(now + wait), rang: false, job, ...(suspicion && { suspicion }) };
	return isSettled(next) ? next : expire(next, now, plan);
}

function expire(state: WaitState, now: number, plan: SuspendPlan): WaitState {
	return deadlineOfState(state, plan) <= now + EARLY_MILLISECONDS ? { ...state, timedOut: true } : state;
}

/**
 * When the execution has to be woken for an item that waits.
 *
 * @returns milliseconds since 1970; at least a second from now
 */
export function wakeAt(state: WaitState, now: number, plan: SuspendPlan): number {
	return Math.max(Math.min(Date.parse(state.nextCheckAt), deadlineOfState(state, plan)), now + 1000);
}
