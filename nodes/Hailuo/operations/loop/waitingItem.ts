import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { expire, readWaitState, settle, WAIT_FIELD, type WaitPlan, type WaitState } from '../../core/waiting/waitState';
import { nameOtherJobs } from '../../io/errors';
import type { StateSeal } from '../../io/waitProof';
import { fetchJob } from '../askAgain';
import { carriedJobs, passOnFailed } from '../jobReference';
import { toNodeError, type ItemOutcome } from '../runItems';
import type { RunContext } from '../runContext';
import { parkedOutcome } from '../suspend/parkedItem';
import { beginWait, planOf, readWaitSettings, type WaitSettings } from '../wait';

/** One item on its way round. */
export interface WaitingItem {
	item: INodeExecutionData;
	itemIndex: number;
	settings: WaitSettings;
	plan: WaitPlan;
	state: WaitState;
	/** The item bears another state, or none. */
	changed: boolean;
}

/** An item that has nothing to wait for. It says so again at every turn, so nothing need be kept. */
export interface OtherItem {
	item: INodeExecutionData;
	itemIndex: number;
	outcome: ItemOutcome;
}

function readWaitingItem(run: RunContext, seal: StateSeal, item: INodeExecutionData, itemIndex: number): WaitingItem {
	const settings = readWaitSettings(run, itemIndex);
	const plan = planOf(run, settings, 'rechecking');
	const state = readWaitState(item.json, run.adapter.handles);
	if (state?.job.provider === run.adapter.id && seal.isSealed(item.json, state)) {
		const current = expire(state, Date.now(), plan);
		return { item, itemIndex, settings, plan, state: current, changed: current !== state };
	}
	const begun = beginWait(run, itemIndex, plan);
	if (state?.job.jobId !== begun.job.jobId) return { item, itemIndex, settings, plan, state: begun, changed: true };
	// A state that cannot be proved, such as one of an earlier version or one that a node on the way has touched, is believed
	// in nothing but when it began and when it is to be looked at.
	const { since, nextCheckAt, notBefore, rang } = state;
	const bounded = { since: since < begun.since ? since : begun.since, nextCheckAt, notBefore, rang };
	return { item, itemIndex, settings, plan, state: expire({ ...begun, ...bounded }, Date.now(), plan), changed: false };
}

/** @returns what leaves for an item that waits for nothing; null for one that waits */
function passOn(run: RunContext, item: INodeExecutionData, itemIndex: number): INodeExecutionData | null {
	if (run.handBack === null) return passOnFailed(run, itemIndex);
	const outcome = parkedOutcome(item);
	return outcome === null ? null : { json: outcome, pairedItem: { item: itemIndex } };
}

/**
 * Reads what the items that came in carry.
 *
 * @param goOn n8n's Continue On Fail
 * @returns the items that can wait, and where it shall go on those that cannot
 * @throws NodeOperationError of the first that cannot, where it shall not
 */
export function readWaitingItems(
	run: RunContext,
	seal: StateSeal,
	goOn: boolean,
): { waiting: WaitingItem[]; others: OtherItem[] } {
	const waiting: WaitingItem[] = [];
	const others: OtherItem[] = [];
	for (const [itemIndex, item] of run.context.getInputData().entries()) {
		try {
			const hasState = readWaitState(item.json, run.adapter.handles) !== null;
			const left = hasState ? null : passOn(run, item, itemIndex);
			if (left === null) waiting.push(readWaitingItem(run, seal, item, itemIndex));
			else others.push({ item, itemIndex, outcome: { ok: true, item: left } });
		} catch (error) {
			const mapped = toNodeError(run, error, itemIndex);
			if (!goOn) {
				nameOtherJobs(mapped, carriedJobs(run), itemIndex);
				throw mapped;
			}
			others.push({ item, itemIndex, outcome: { ok: false, error: mapped } });
		}
	}
	return { waiting, others };
}

/**
 * Reads a waiting item's job.
 *
 * @returns the item with what that has changed; as it was when n8n's Stop came and the read failed
 */
export async function look(run: RunContext, waiting: WaitingItem): Promise<WaitingItem> {
	const { plan, settings, state } = waiting;
	const outcome = await fetchJob(run, state.job, settings.options.includeRaw, 0);
	// Such a failure is no end of the wait: the job is still to be cancelled, or to be named in the log.
	if (!outcome.ok && run.isStoppedByUser()) return waiting;
	return { ...waiting, state: settle(state, outcome, Date.now(), plan), changed: true };
}

/** Puts a state on a copy of an item; the incoming one stays as it is. */
export function carry(item: INodeExecutionData, itemIndex: number, state: IDataObject): INodeExecutionData {
	return { ...item, json: { ...item.json, [WAIT_FIELD]: state }, pairedItem: { item: itemIndex } };
}

/** @returns the item as it goes round, with the state it has by now */
export function goRound({ item, itemIndex, state, changed }: WaitingItem, seal: StateSeal): INodeExecutionData {
	// n8n stores an object once, however often it appears: what is not changed must not be copied at every turn.
	return changed ? carry(item, itemIndex, seal.seal(state)) : { ...item, pairedItem: { item: itemIndex } };
}
