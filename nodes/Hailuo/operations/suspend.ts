import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { describeJob, type Job } from '../core/job';
import { toJson } from '../core/json';
import { readStoredJob } from '../core/storedJob';
import { enter, isDue, isSettled, readWaitState, settle, wakeAt, WAIT_FIELD, type WaitState } from '../core/suspend';
import { readRelease } from '../fields';
import { inputError, jobFailedError, nameOtherJobs, requestError, stoppedError, timedOutError } from '../io/errors';
import { isSingleStep } from '../io/host';
import { finish } from './finish';
import { checkLayout } from './layout';
import { readJobReference } from './reference';
import { toNodeError, type ItemOutcome } from './run';
import { parametersOf, placeOf, type Session } from './session';
import { afterStop } from './stop';
import { readJob, readWaitPlan, type WaitPlan } from './wait';

/** One item on its way round. */
interface Waiter {
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
interface Misfit {
	item: INodeExecutionData;
	itemIndex: number;
	error: Error;
}

function readWaiter(session: Session, item: INodeExecutionData, itemIndex: number): Waiter {
	const plan = readWaitPlan(session, itemIndex);
	const state = readWaitState(item.json);
	if (state?.job.provider === session.adapter.id)
		return { item, itemIndex, plan, state, entering: false, changed: false };
	const reference = readJobReference(session, itemIndex);
	const stored = readStoredJob(item.json);
	const known: Job =
		stored?.jobId === reference.jobId ? stored : describeJob({ provider: session.adapter.id, ...reference });
	const begun = enter(known, Date.now(), toSuspendPlan(plan));
	return { item, itemIndex, plan, state: begun, entering: true, changed: true };
}

/** @returns the items that can wait, and with Continue On Fail those that cannot */
function readWaiters(session: Session, goOn: boolean): { waiters: Waiter[]; misfits: Misfit[] } {
	const waiters: Waiter[] = [];
	const misfits: Misfit[] = [];
	for (const [itemIndex, item] of session.context.getInputData().entries()) {
		try {
			waiters.push(readWaiter(session, item, itemIndex));
		} catch (error) {
			const mapped = toNodeError(session, error, itemIndex);
			if (!goOn) throw mapped;
			misfits.push({ item, itemIndex, error: mapped });
		}
	}
	return { waiters, misfits };
}

function toSuspendPlan({ waiting, options }: WaitPlan) {
	return { timeoutMinutes: waiting.timeoutMinutes, recheckMinutes: options.recheckIntervalMinutes };
}

async function look(session: Session, waiter: Waiter): Promise<Waiter> {
	const { plan, entering } = waiter;
	const { raw, ...outcome } = await readJob(session, waiter.state.job, 1);
	const state = settle(waiter.state, outcome, entering, Date.now(), toSuspendPlan(plan));
	const next = plan.options.includeRaw && outcome.ok ? { ...state, raw: toJson(raw) } : state;
	return { ...waiter, state: next, changed: true };
}

/** @returns the error that a settled item ends in, or null when it ends well */
function errorOf(session: Session, { itemIndex, plan, state }: Waiter): Error | null {
	const place = placeOf(session, itemIndex);
	const { job, failure, timedOut, fault } = state;
	if (failure !== undefined) return requestError(place, failure, job);
	const { timeoutMinutes, onTimeout, onJobFailure } = plan.waiting;
	if (timedOut) return onTimeout === 'error' ? timedOutError(place, job, fault ?? null, timeoutMinutes) : null;
	const ended = job.status === 'failed' || job.status === 'cancelled';
	return ended && onJobFailure === 'error' ? jobFailedError(place, job) : null;
}

async function release(session: Session, waiter: Waiter): Promise<ItemOutcome> {
	const { itemIndex, state, plan } = waiter;
	const error = errorOf(session, waiter);
	if (error !== null) return { ok: false, error };
	const job: Job = state.timedOut ? { ...state.job, timedOut: true } : state.job;
	try {
		const result = { job, raw: state.raw ?? null };
		return { ok: true, item: await finish(session, itemIndex, result, plan.waiting.onJobFailure) };
	} catch (failure) {
		return { ok: false, error: toNodeError(session, failure, itemIndex) };
	}
}

/** Puts a state on a copy of an item; the incoming one stays as it is. */
function carry(item: INodeExecutionData, itemIndex: number, state: IDataObject): INodeExecutionData {
	return { ...item, json: { ...item.json, [WAIT_FIELD]: state }, pairedItem: { item: itemIndex } };
}

function goRound({ item, itemIndex, state, changed }: Waiter): INodeExecutionData {
	// n8n stores an object once, however often it appears: what is not changed must not be copied at every turn.
	if (!changed) return { ...item, pairedItem: { item: itemIndex } };
	return carry(item, itemIndex, { ...state, job: { ...state.job } });
}

function inOrder<Entry extends { itemIndex: number }>(entries: Entry[]): Entry[] {
	return entries.sort((left, right) => left.itemIndex - right.itemIndex);
}

type Finished = Array<{ itemIndex: number; outcome: ItemOutcome }>;

/** @throws the first item's error, when the others shall not go on */
async function releaseAll(
	session: Session,
	settled: readonly Waiter[],
	misfits: readonly Misfit[],
	all: readonly Waiter[],
	goOn: boolean,
): Promise<Finished> {
	const outcomes = settled.map(async (waiter) => ({
		itemIndex: waiter.itemIndex,
		outcome: await release(session, waiter),
	}));
	const wrong = misfits.map(({ itemIndex, error }) => ({ itemIndex, outcome: { ok: false as const, error } }));
	const finished = inOrder([...(await Promise.all(outcomes)), ...wrong]);
	for (const { itemIndex, outcome } of finished) {
		if (!outcome.ok && !goOn) throw endRun(session, outcome.error, itemIndex, all);
	}
	return finished;
}

/** @returns the error, naming the jobs of the other items too */
function endRun(session: Session, error: Error, itemIndex: number, all: readonly Waiter[]): Error {
	const mapped = toNodeError(session, error, itemIndex);
	nameOtherJobs(mapped, new Map(all.map((waiter) => [waiter.itemIndex, waiter.state.job])), itemIndex);
	return mapped;
}

/** What has to end the run is not kept until the others are over. */
function throwFirst(session: Session, settled: readonly Waiter[], all: readonly Waiter[]): void {
	for (const waiter of settled) {
		const error = errorOf(session, waiter);
		if (error !== null) throw endRun(session, error, waiter.itemIndex, all);
	}
}

/** A Stop while jobs are being read. One while the execution is suspended never reaches the node. */
async function endAtStop(session: Session, waiters: readonly Waiter[]): Promise<void> {
	if (!session.isStoppedByUser()) return;
	const open = waiters.filter(({ state }) => !isSettled(state));
	const left = await Promise.all(
		open.map(async ({ state, plan }) => await afterStop(session, state.job, plan.options.cancelOnStop)),
	);
	const [first] = open;
	if (first && left[0]) throw stoppedError(placeOf(session, first.itemIndex), first.state.job, left[0]);
}

export interface SuspendResult {
	recheck: INodeExecutionData[];
	finished: Finished;
}

/**
 * Waits without staying: reads the jobs that are due, sends round what is not over by output Recheck, and suspends the
 * execution when there is nothing to do before some moment or a callback.
 *
 * @param goOn n8n's Continue On Fail
 * @returns what leaves by the two outputs
 * @throws NodeOperationError when the workflow is not wired for it; the first item's error when the others shall not go on
 */
export async function suspendAll(session: Session, goOn: boolean): Promise<SuspendResult> {
	const { context } = session;
	const problems: string[] = [];
	const mode = readRelease(parametersOf(session, 0), problems);
	if (problems.length > 0) throw inputError(placeOf(session, 0), problems);
	const step = isSingleStep(context);
	if (!step) checkLayout(session, mode);
	const { waiters, misfits } = readWaiters(session, goOn);

	const now = Date.now();
	const due = new Set(
		waiters.filter(({ state, plan }) => (step && !isSettled(state)) || isDue(state, now, toSuspendPlan(plan))),
	);
	const looked = await Promise.all(
		waiters.map(async (waiter) => (due.has(waiter) ? await look(session, waiter) : waiter)),
	);
	await endAtStop(session, looked);
	const settled = looked.filter(({ state }) => isSettled(state));
	const open = looked.filter(({ state }) => !isSettled(state));
	if (!goOn) throwFirst(session, settled, looked);

	const isOver = open.length === 0;
	if (step && !isOver) {
		session.hints.addGeneral(
			`Only this step was run, so the jobs were read once and nothing waits. Run the whole workflow to wait`,
		);
	}
	const someLeave = mode === 'asFinished' && settled.length + misfits.length > 0;
	if (isOver || step || someLeave) {
		return { recheck: open.map(goRound), finished: await releaseAll(session, settled, misfits, looked, goOn) };
	}
	// What was learned has to be on the items before the execution is suspended: n8n keeps a node's input, not its output.
	if (due.size > 0 || looked.some(({ entering }) => entering)) {
		const round = [
			...looked.map((waiter) => ({ itemIndex: waiter.itemIndex, item: goRound(waiter) })),
			// An item of nothing but an error would be taken for one of n8n's own and be led to the error output early.
			...misfits.map(({ itemIndex, item }) => ({ itemIndex, item: carry(item, itemIndex, {}) })),
		];
		return { recheck: inOrder(round).map(({ item }) => item), finished: [] };
	}
	const moments = open.map(({ state, plan }) => wakeAt(state, now, toSuspendPlan(plan)));
	await context.putExecutionToWait(new Date(Math.min(...moments)));
	return { recheck: [...context.getInputData()], finished: [] };
}
