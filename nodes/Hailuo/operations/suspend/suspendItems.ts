import type { INodeExecutionData } from 'n8n-workflow';
import type { Job } from '../../core/job/job';
import { isDue, isSettled, wakeAt } from '../../core/waiting/waitState';
import { readRelease } from '../../fields/form';
import { inputError, nameOtherJobs, nameOwnJob, stoppedError } from '../../io/errors';
import { isSingleStep } from '../../io/n8nInternals';
import { finish } from '../finish';
import { checkWiring } from './checkWiring';
import { toNodeError, type ItemOutcome } from '../runItems';
import { parametersOf, placeOf, type RunContext } from '../runContext';
import { afterStop } from '../afterStop';
import {
	carry,
	errorOf,
	goRound,
	look,
	readWaitingItems,
	toSuspendPlan,
	type InvalidItem,
	type WaitingItem,
} from './waitingItem';

async function release(run: RunContext, waiter: WaitingItem): Promise<ItemOutcome> {
	const { itemIndex, state, plan } = waiter;
	const error = errorOf(run, waiter);
	if (error !== null) return { ok: false, error };
	const job: Job = state.timedOut ? { ...state.job, timedOut: true } : state.job;
	try {
		const result = { job, raw: state.raw ?? null };
		return { ok: true, item: await finish(run, itemIndex, result, plan.waiting.onJobFailure) };
	} catch (failure) {
		const mapped = toNodeError(run, failure, itemIndex);
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
	run: RunContext,
	settled: readonly WaitingItem[],
	misfits: readonly InvalidItem[],
	all: readonly WaitingItem[],
	goOn: boolean,
): Promise<Finished> {
	const outcomes = settled.map(async (waiter) => ({
		itemIndex: waiter.itemIndex,
		outcome: await release(run, waiter),
	}));
	const wrong = misfits.map(({ itemIndex, error }) => ({ itemIndex, outcome: { ok: false as const, error } }));
	const finished = inOrder([...(await Promise.all(outcomes)), ...wrong]);
	for (const { itemIndex, outcome } of finished) {
		if (!outcome.ok && !goOn) throw endRun(run, outcome.error, itemIndex, all);
	}
	return finished;
}

/** @returns the error, naming the jobs of the other items too */
function endRun(run: RunContext, error: Error, itemIndex: number, all: readonly WaitingItem[]): Error {
	const mapped = toNodeError(run, error, itemIndex);
	nameOtherJobs(mapped, new Map(all.map((waiter) => [waiter.itemIndex, waiter.state.job])), itemIndex);
	return mapped;
}

/** What has to end the run is not kept until the others are over. */
function throwFirst(run: RunContext, settled: readonly WaitingItem[], all: readonly WaitingItem[]): void {
	for (const waiter of settled) {
		const error = errorOf(run, waiter);
		if (error !== null) throw endRun(run, error, waiter.itemIndex, all);
	}
}

/** A Stop while jobs are being read. One while the execution is suspended never reaches the node. */
async function endAtStop(run: RunContext, waiters: readonly WaitingItem[]): Promise<void> {
	if (!run.isStoppedByUser()) return;
	const open = waiters.filter(({ state }) => !isSettled(state));
	const left = await Promise.all(
		open.map(async ({ state, plan }) => await afterStop(run, state.job, plan.options.cancelOnStop)),
	);
	const [first] = open;
	if (first && left[0]) throw stoppedError(placeOf(run, first.itemIndex), first.state.job, left[0]);
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
export async function suspendItems(run: RunContext, goOn: boolean): Promise<SuspendResult> {
	const { context } = run;
	const problems: string[] = [];
	const mode = readRelease(parametersOf(run, 0), problems);
	if (problems.length > 0) throw inputError(placeOf(run, 0), problems);
	const step = isSingleStep(context);
	if (!step) checkWiring(run, mode);
	const { waiters, misfits } = readWaitingItems(run, goOn);

	const now = Date.now();
	const due = new Set(
		waiters.filter(({ state, plan }) => (step && !isSettled(state)) || isDue(state, now, toSuspendPlan(plan))),
	);
	const looked = await Promise.all(waiters.map(async (waiter) => (due.has(waiter) ? await look(run, waiter) : waiter)));
	await endAtStop(run, looked);
	const settled = looked.filter(({ state }) => isSettled(state));
	const open = looked.filter(({ state }) => !isSettled(state));
	if (!goOn) throwFirst(run, settled, looked);

	const isOver = open.length === 0;
	if (step && !isOver) {
		run.hints.addGeneral(
			`Only this step was run, so the jobs were read once and nothing waits. Run the whole workflow to wait`,
		);
	}
	const someLeave = mode === 'asFinished' && settled.length + misfits.length > 0;
	if (isOver || step || someLeave) {
		return { recheck: open.map(goRound), finished: await releaseAll(run, settled, misfits, looked, goOn) };
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
