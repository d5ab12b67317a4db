import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { pauseSeconds } from '../../core/waiting/rhythm';
import { isDue, isSettled, wakeAt } from '../../core/waiting/waitState';
import { readRelease } from '../../fields/form';
import { pause } from '../../io/cancelSignal';
import { inputError, nameOtherJobs, nameOwnJob, stoppedError, tellAfterSuspension } from '../../io/errors';
import { isSingleStep } from '../../io/n8nInternals';
import { NO_SEAL, WaitProof } from '../../io/waitProof';
import { afterStop } from '../afterStop';
import { finish } from '../finish';
import { parametersOf, placeOf, type RunContext } from '../runContext';
import { toNodeError, toOutput, type ItemOutcome } from '../runItems';
import { conclude } from '../wait';
import { isBought } from '../suspend/parkedItem';
import { brokenOff, tellDoorbell } from '../suspend/whileAsleep';
import { checkLoop } from './checkLoop';
import { expectAllRings } from './doorbell';
import { carry, goRound, look, readWaitingItems, type OtherItem, type WaitingItem } from './waitingItem';

async function release(run: RunContext, waiting: WaitingItem): Promise<ItemOutcome> {
	const { itemIndex, settings, state } = waiting;
	const conclusion = conclude(run, itemIndex, state, settings.waiting);
	if (conclusion instanceof Error) return { ok: false, error: conclusion };
	try {
		return { ok: true, item: await finish(run, itemIndex, conclusion, settings) };
	} catch (failure) {
		const mapped = toNodeError(run, failure, itemIndex);
		nameOwnJob(mapped, conclusion.job);
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
	others: readonly OtherItem[],
	all: readonly WaitingItem[],
	goOn: boolean,
): Promise<Finished> {
	const outcomes = settled.map(async (waiting) => ({
		itemIndex: waiting.itemIndex,
		outcome: await release(run, waiting),
	}));
	const left = others.map(({ itemIndex, outcome }) => ({ itemIndex, outcome }));
	const finished = inOrder([...(await Promise.all(outcomes)), ...left]);
	for (const { itemIndex, outcome } of finished) {
		if (!outcome.ok && !goOn) throw endRun(run, outcome.error, itemIndex, all);
	}
	return finished;
}

/** @returns the error, naming the jobs of the other items too */
function endRun(run: RunContext, error: Error, itemIndex: number, all: readonly WaitingItem[]): Error {
	const mapped = toNodeError(run, error, itemIndex);
	nameOtherJobs(mapped, new Map(all.map((waiting) => [waiting.itemIndex, waiting.state.job])), itemIndex);
	if (all.some(({ item }) => isBought(item))) tellAfterSuspension(mapped);
	return mapped;
}

/** What has to end the run is not kept until the others are over. */
function throwFirst(run: RunContext, settled: readonly WaitingItem[], all: readonly WaitingItem[]): void {
	for (const { itemIndex, state, settings } of settled) {
		const conclusion = conclude(run, itemIndex, state, settings.waiting);
		if (conclusion instanceof Error) throw endRun(run, conclusion, itemIndex, all);
	}
}

/** A Stop while jobs are being read. One while the execution is suspended never reaches the node. */
async function endAtStop(run: RunContext, all: readonly WaitingItem[]): Promise<void> {
	if (!run.isStoppedByUser()) return;
	const open = all.filter(({ state }) => !isSettled(state));
	const left = await Promise.all(
		open.map(async ({ state, settings }) => await afterStop(run, state.job, settings.options.cancelOnStop)),
	);
	const [first] = open;
	if (first && left[0]) throw stoppedError(placeOf(run, first.itemIndex), first.state.job, left[0]);
}

/** Milliseconds that are not worth another sleep: n8n looks only once a minute for executions to wake. */
const SHORT_REST = 10_000;

/** A callback may come so soon after a read that the provider is not to be asked again for some seconds. */
async function restAfterRings(run: RunContext, waiting: readonly WaitingItem[]): Promise<void> {
	const rung = waiting.filter(({ state }) => state.rang && !isSettled(state));
	const rests = rung.map(({ state, plan }) => wakeAt(state, plan) - Date.now()).filter((rest) => rest <= SHORT_REST);
	await pause(Math.max(0, ...rests), run.stop);
}

/** In n8n's memory of the node, which an execution keeps while it is suspended. */
const WENT_ROUND = 'wentRound';

/**
 * Says whether the items have just been sent round with what was learned, so that there is nothing to do but suspend. Were
 * that told by the items alone, a node on the way that drops or changes the state would have them read and sent round
 * without end.
 */
function takeRound(context: IExecuteFunctions): boolean {
	const memory = context.getContext('node');
	const wentRound = memory[WENT_ROUND] === true;
	memory[WENT_ROUND] = false;
	return wentRound;
}

export interface LoopResult {
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
export async function loopItems(run: RunContext, goOn: boolean): Promise<LoopResult> {
	const { context } = run;
	const problems: string[] = [];
	const mode = readRelease(parametersOf(run, 0), problems);
	if (problems.length > 0) throw inputError(placeOf(run, 0), problems);
	const step = isSingleStep(context);
	const isInner = run.handBack !== null;
	if (!step && !isInner) checkLoop(run, mode);
	const proof = isInner ? NO_SEAL : await WaitProof.open(context, run.adapter);
	const { waiting, others } = readWaitingItems(run, proof, goOn);

	const cameRound = takeRound(context);
	if (!cameRound) await restAfterRings(run, waiting);
	const now = Date.now();
	const due = new Set(waiting.filter(({ state, plan }) => (step && !isSettled(state)) || isDue(state, now, plan)));
	const looked = await Promise.all(
		waiting.map(async (one) => (due.has(one) && !cameRound ? await look(run, one) : one)),
	);
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
	const someLeave = mode === 'asFinished' && settled.length + others.length > 0;
	if (isOver || step || someLeave) {
		const recheck = open.map((one) => goRound(one, proof));
		return { recheck, finished: await releaseAll(run, settled, others, looked, goOn) };
	}
	// What was learned has to be on the items before the execution is suspended: n8n keeps a node's input, not its output.
	if (!cameRound && looked.some(({ changed }) => changed)) {
		context.getContext('node')[WENT_ROUND] = true;
		const round = [
			...looked.map((one) => ({ itemIndex: one.itemIndex, item: goRound(one, proof) })),
			// An item of nothing but an error would be taken for one of n8n's own and be led to the error output early.
			...others.map(({ itemIndex, item }) => ({ itemIndex, item: carry(item, itemIndex, {}) })),
		];
		return { recheck: inOrder(round).map(({ item }) => item), finished: [] };
	}
	// What is due right after a read was touched on the way, and so was a ring: neither hastens the next look.
	const moments = open.map(({ state, plan }) => {
		if (!cameRound) return wakeAt(state, plan);
		const next = wakeAt({ ...state, rang: false }, plan);
		return next > now ? next : now + pauseSeconds(state.looks, plan.rhythm) * 1000;
	});
	await context.putExecutionToWait(new Date(Math.max(Math.min(...moments), now + 1000)));
	expectAllRings(context);
	// n8n keeps what came in; what goes out here only an outer execution sees.
	if (!isInner) return { recheck: [...context.getInputData()], finished: [] };
	const broken = looked.map((one) => ({ itemIndex: one.itemIndex, outcome: brokenOff(run, one) }));
	const left = inOrder([...broken, ...others.map(({ itemIndex, outcome }) => ({ itemIndex, outcome }))]);
	return {
		recheck: left.map(({ itemIndex, outcome }) => toOutput(run, outcome, itemIndex)),
		finished: [{ itemIndex: 0, outcome: { ok: true, item: tellDoorbell(run) } }],
	};
}
