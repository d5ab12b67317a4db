import type { INodeExecutionData } from 'n8n-workflow';
import type { Job } from '../core/job';
import { isDue, isSettled, wakeAt } from '../core/suspend';
import { readRelease } from '../fields';
import { inputError, nameOtherJobs, nameOwnJob, stoppedError } from '../io/errors';
import { isSingleStep } from '../io/host';
import { finish } from './finish';
import { checkLayout } from './layout';
import { toNodeError, type ItemOutcome } from './run';
import { parametersOf, placeOf, type Session } from './session';
import { afterStop } from './stop';
import { carry, errorOf, goRound, look, readWaiters, toSuspendPlan, type Misfit, type Waiter } from './waiter';

async function release(session: Session, waiter: Waiter): Promise<ItemOutcome> {
	const { itemIndex, state, plan } = waiter;
	const error = errorOf(session, waiter);
	if (error !== null) return { ok: false, error };
	const job: Job = state.timedOut ? { ...state.job, timedOut: true } : state.job;
	try {
		const result = { job, raw: state.raw ?? null };
		return { ok: true, item: await finish(session, itemIndex, result, plan.waiting.onJobFailure) };
	} catch (failure) {
		const mapped = toNodeError(session, failure, itemIndex);
		nameOwnJob(mapped, job);
		return { ok: false, error: mapped };
	}
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
