import { NodeOperationError, type IDataObject, type INodeExecutionData } from 'n8n-workflow';
import { checkLoop, starves } from '../core/graph';
import { describeJob, type Job } from '../core/job';
import { readStoredJob } from '../core/storedJob';
import { enter, isDue, isSettled, readWaitState, settle, wakeAt, WAIT_FIELD, type WaitState } from '../core/suspend';
import { readRelease } from '../fields';
import { inputError, jobFailedError, requestError, stoppedError, timedOutError } from '../io/errors';
import { isSingleStep, isToolRun, wiringOf } from '../io/host';
import { finish } from './finish';
import { readJobReference } from './reference';
import { toNodeError, type ItemOutcome } from './run';
import { parametersOf, placeOf, type Session } from './session';
import { afterStop } from './stop';
import { readJob, readWaitPlan, type WaitPlan } from './wait';

/** The node's outputs while it suspends. */
const RECHECK = 0;
const FINISHED = 1;

/** One item on its way round. */
interface Waiter {
	item: INodeExecutionData;
	itemIndex: number;
	plan: WaitPlan;
	state: WaitState;
	/** It has not been here before. */
	entering: boolean;
	/** The provider's answer, when the job was read in this turn. */
	raw: unknown;
}

/** An item that cannot even begin to wait. Its parameters say so again at every turn, so nothing need be kept. */
interface Misfit {
	item: INodeExecutionData;
	itemIndex: number;
	error: Error;
}

const LOOP_FAULTS = {
	unwired: `Output 'Recheck' is not connected`,
	elsewhere: `Output 'Recheck' leads elsewhere than back to this node`,
};

function refuse(session: Session, title: string, description: string): NodeOperationError {
	return new NodeOperationError(session.context.getNode(), title, { description });
}

/** @throws NodeOperationError when n8n could not come back to this node */
function checkLayout(session: Session, release: 'together' | 'asFinished'): void {
	if (isToolRun(session.context)) {
		throw refuse(
			session,
			`'Wait Strategy' Suspend cannot be used by an AI agent`,
			`An agent waits for its tool's answer, and a suspended execution gives none. Set 'Wait Strategy' to Poll.`,
		);
	}
	const wiring = wiringOf(session.context);
	const { name } = session.context.getNode();
	const fault = wiring === null ? null : checkLoop(wiring, name, RECHECK);
	if (fault !== null) {
		throw refuse(
			session,
			LOOP_FAULTS[fault],
			`Drag from the output 'Recheck' to this node's own input, directly or through nodes that lead nowhere else, and continue your workflow from 'Finished'. Or set 'Wait Strategy' to Poll.`,
		);
	}
	if (wiring !== null && release === 'asFinished' && starves(wiring, name, FINISHED, RECHECK)) {
		session.hints.addGeneral(
			`Finished items wait for the others: n8n runs the higher branch first. Drag the nodes behind 'Finished' above the path of 'Recheck', for example by leading 'Recheck' through a No Operation node placed below`,
		);
	}
}

function readWaiter(session: Session, item: INodeExecutionData, itemIndex: number): Waiter {
	const plan = readWaitPlan(session, itemIndex);
	const state = readWaitState(item.json);
	if (state !== null) return { item, itemIndex, plan, state, entering: false, raw: null };
	const reference = readJobReference(session, itemIndex);
	const stored = readStoredJob(item.json);
	const known: Job =
		stored?.jobId === reference.jobId ? stored : describeJob({ provider: session.adapter.id, ...reference });
	// Whatever the item says of the job's end is the past: a job that is over is read once and never suspends.
	const begun: Job = { ...known, status: 'unknown', failure: null };
	return { item, itemIndex, plan, state: enter(begun, Date.now(), toSuspendPlan(plan)), entering: true, raw: null };
}

function toSuspendPlan({ waiting, options }: WaitPlan) {
	return { timeoutMinutes: waiting.timeoutMinutes, recheckMinutes: options.recheckIntervalMinutes };
}

async function look(session: Session, waiter: Waiter): Promise<Waiter> {
	const { job } = waiter.state;
	const outcome = await readJob(session, job, 1);
	const state = settle(waiter.state, outcome, waiter.entering, Date.now(), toSuspendPlan(waiter.plan));
	return { ...waiter, state, raw: outcome.raw };
}

/** @returns the error that a settled item ends in, or null when it ends well */
function errorOf(session: Session, { itemIndex, plan, state }: Waiter): Error | null {
	const place = placeOf(session, itemIndex);
	const { job, failure, timedOut } = state;
	if (failure !== undefined) return requestError(place, failure, job);
	const { timeoutMinutes, onTimeout, onJobFailure } = plan.waiting;
	if (timedOut) return onTimeout === 'error' ? timedOutError(place, job, null, timeoutMinutes) : null;
	const ended = job.status === 'failed' || job.status === 'cancelled';
	return ended && onJobFailure === 'error' ? jobFailedError(place, job) : null;
}

async function release(session: Session, waiter: Waiter): Promise<ItemOutcome> {
	const { itemIndex, state, plan, raw } = waiter;
	const error = errorOf(session, waiter);
	if (error !== null) return { ok: false, error };
	const job: Job = state.timedOut ? { ...state.job, timedOut: true } : state.job;
	try {
		return { ok: true, item: await finish(session, itemIndex, { job, raw }, plan.waiting.onJobFailure) };
	} catch (failure) {
		return { ok: false, error: toNodeError(session, failure, itemIndex) };
	}
}

/** Puts the state on a copy of the item; the incoming one stays as it is. */
function goRound({ item, itemIndex, state }: Waiter): INodeExecutionData {
	const carried: IDataObject = { ...state, job: { ...state.job } };
	return { ...item, json: { ...item.json, [WAIT_FIELD]: carried }, pairedItem: { item: itemIndex } };
}

function inOrder<Entry extends { itemIndex: number }>(entries: Entry[]): Entry[] {
	return entries.sort((left, right) => left.itemIndex - right.itemIndex);
}

export interface SuspendResult {
	recheck: INodeExecutionData[];
	finished: Array<{ itemIndex: number; outcome: ItemOutcome }>;
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
	const items = context.getInputData();
	const problems: string[] = [];
	const mode = readRelease(parametersOf(session, 0), problems);
	if (problems.length > 0) throw inputError(placeOf(session, 0), problems);
	const step = isSingleStep(context);
	if (!step) checkLayout(session, mode);

	const waiters: Waiter[] = [];
	const misfits: Misfit[] = [];
	for (const [itemIndex, item] of items.entries()) {
		try {
			waiters.push(readWaiter(session, item, itemIndex));
		} catch (error) {
			if (!goOn) throw toNodeError(session, error, itemIndex);
			misfits.push({ item, itemIndex, error: toNodeError(session, error, itemIndex) });
		}
	}

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
	if (!goOn) throwFirst(session, settled);

	const all = open.length === 0;
	if (step && !all)
		session.hints.addGeneral(
			`Only this step was run, so the jobs were read once and nothing waits. Run the whole workflow to wait`,
		);
	const leaves = all || step || mode === 'asFinished';
	if (leaves && (all || step || settled.length + misfits.length > 0)) {
		const outcomes = settled.map(async (waiter) => ({
			itemIndex: waiter.itemIndex,
			outcome: await release(session, waiter),
		}));
		const wrong = misfits.map(({ itemIndex, error }) => ({ itemIndex, outcome: { ok: false as const, error } }));
		return { recheck: open.map(goRound), finished: inOrder([...(await Promise.all(outcomes)), ...wrong]) };
	}
	if (due.size > 0 || looked.some(({ entering }) => entering)) {
		const round = [
			...looked.map((waiter) => ({ itemIndex: waiter.itemIndex, item: goRound(waiter) })),
			...misfits.map(({ itemIndex, item }) => ({ itemIndex, item: { ...item, pairedItem: { item: itemIndex } } })),
		];
		return { recheck: inOrder(round).map(({ item }) => item), finished: [] };
	}
	await context.putExecutionToWait(
		new Date(Math.min(...open.map(({ state, plan }) => wakeAt([state], now, toSuspendPlan(plan))))),
	);
	return { recheck: [...items], finished: [] };
}

function throwFirst(session: Session, settled: readonly Waiter[]): void {
	for (const waiter of settled) {
		const error = errorOf(session, waiter);
		if (error !== null) throw toNodeError(session, error, waiter.itemIndex);
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
