import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { describeJob } from '../../core/job/job';
import { toJson } from '../../core/http/json';
import { readJobFromItem } from '../../core/job/jobFromItem';
import {
	enter,
	readWaitState,
	settle,
	WAIT_FIELD,
	type SuspendPlan,
	type WaitState,
} from '../../core/waiting/waitState';
import { jobFailedError, requestError, timedOutError } from '../../io/errors';
import { readJobReference } from '../jobReference';
import { toNodeError } from '../runItems';
import { placeOf, type RunContext } from '../runContext';
import { readJob, readWaitPlan, type WaitPlan } from '../wait';

/** One item on its way round. */
export interface WaitingItem {
	item: INodeExecutionData;
	itemIndex: number;
	plan: WaitPlan;
	state: WaitState;
	/** It has not been here before. */
	entering: boolean;
	/** The item bears another state, or none. */
	changed: boolean;
}

/** An item that cannot even begin to wait. Its parameters say so again at every turn, so nothing need be kept. */
export interface InvalidItem {
	item: INodeExecutionData;
	itemIndex: number;
	error: Error;
}

function readWaiter(run: RunContext, item: INodeExecutionData, itemIndex: number): WaitingItem {
	const plan = readWaitPlan(run, itemIndex);
	const state = readWaitState(item.json);
	if (state?.job.provider === run.adapter.id) return { item, itemIndex, plan, state, entering: false, changed: false };
	const reference = readJobReference(run, itemIndex);
	const provider = run.adapter.id;
	const stored = readJobFromItem(item.json);
	// Any other item may have columns of these names with something else in them.
	const isTold = stored?.provider === provider && stored.jobId === reference.jobId;
	const known = isTold ? stored : describeJob({ provider, ...reference });
	const begun = enter(known, Date.now(), toSuspendPlan(plan));
	return { item, itemIndex, plan, state: begun, entering: true, changed: true };
}

/**
 * Reads what the items that came in carry.
 *
 * @param goOn n8n's Continue On Fail
 * @returns the items that can wait, and where it shall go on those that cannot
 * @throws NodeOperationError of the first that cannot, where it shall not
 */
export function readWaitingItems(run: RunContext, goOn: boolean): { waiters: WaitingItem[]; misfits: InvalidItem[] } {
	const waiters: WaitingItem[] = [];
	const misfits: InvalidItem[] = [];
	for (const [itemIndex, item] of run.context.getInputData().entries()) {
		try {
			waiters.push(readWaiter(run, item, itemIndex));
		} catch (error) {
			const mapped = toNodeError(run, error, itemIndex);
			if (!goOn) throw mapped;
			misfits.push({ item, itemIndex, error: mapped });
		}
	}
	return { waiters, misfits };
}

/** @returns the part of a plan that the waiting itself needs */
export function toSuspendPlan({ waiting, options }: WaitPlan): SuspendPlan {
	return { timeoutMinutes: waiting.timeoutMinutes, recheckMinutes: options.recheckIntervalMinutes };
}

/**
 * Reads a waiter's job.
 *
 * @returns the waiter with what that has changed; as it was when n8n's Stop came and the read failed
 */
export async function look(run: RunContext, waiter: WaitingItem): Promise<WaitingItem> {
	const { plan, entering } = waiter;
	const { raw, ...outcome } = await readJob(run, waiter.state.job, 1);
	// Such a failure is no end of the wait: the job is still to be cancelled, or to be named in the log.
	if (!outcome.ok && run.isStoppedByUser()) return waiter;
	const state = settle(waiter.state, outcome, entering, Date.now(), toSuspendPlan(plan));
	const next = plan.options.includeRaw && outcome.ok ? { ...state, raw: toJson(raw) } : state;
	return { ...waiter, state: next, changed: true };
}

/** @returns the error that a settled item ends in, or null when it ends well */
export function errorOf(run: RunContext, { itemIndex, plan, state }: WaitingItem): Error | null {
	const place = placeOf(run, itemIndex);
	const { job, failure, timedOut, fault } = state;
	if (failure !== undefined) return requestError(place, failure, job);
	const { timeoutMinutes, onTimeout, onJobFailure } = plan.waiting;
	if (timedOut) return onTimeout === 'error' ? timedOutError(place, job, fault ?? null, timeoutMinutes) : null;
	const ended = job.status === 'failed' || job.status === 'cancelled';
	return ended && onJobFailure === 'error' ? jobFailedError(place, job) : null;
}

/** Puts a state on a copy of an item; the incoming one stays as it is. */
export function carry(item: INodeExecutionData, itemIndex: number, state: IDataObject): INodeExecutionData {
	return { ...item, json: { ...item.json, [WAIT_FIELD]: state }, pairedItem: { item: itemIndex } };
}

/** @returns the item as it goes round, with the state it has by now */
export function goRound({ item, itemIndex, state, changed }: WaitingItem): INodeExecutionData {
	// n8n stores an object once, however often it appears: what is not changed must not be copied at every turn.
	if (!changed) return { ...item, pairedItem: { item: itemIndex } };
	return carry(item, itemIndex, { ...state, job: { ...state.job } });
}
