import { NodeApiError, NodeOperationError, type INodeExecutionData } from 'n8n-workflow';
import { enter, type WaitState } from '../../core/waiting/waitState';
import { cleanText, textAt } from '../../core/http/read';
import { nameOtherJobs, nameOwnJob, stoppedError, tellRetry } from '../../io/errors';
import { hasSpareOutput } from '../../io/wiring';
import { CAN_AWAIT_EXECUTION, keepDoorbell } from '../../io/innerExecution';
import { isToolRun, wiringOf } from '../../io/n8nInternals';
import { afterStop } from '../afterStop';
import { planCallback } from '../callbackPlan';
import { NOT_FOR_AGENTS } from '../loop/checkLoop';
import type { Operation } from '../operation';
import { makeJob, readPurchase } from '../purchase';
import { placeOf, type RunContext } from '../runContext';
import { runItems, toOutput, type ItemOutcome } from '../runItems';
import { beginWait, draftWaitSettings, planOf, readWaitSettings } from '../wait';
import { drawInnerWorkflow, resolveSettings } from './innerWorkflow';
import { parkItem } from './parkedItem';
import { readDoorbell } from './whileAsleep';

/** The waits of a run that have been begun, by item. */
type Begun = Map<number, { state: WaitState; isBought: boolean }>;

function refuse(run: RunContext, title: string, description: string): NodeOperationError {
	return new NodeOperationError(run.context.getNode(), title, { description });
}

/**
 * Looks, before anything is bought, whether the execution can be put aside at all.
 *
 * @throws NodeOperationError that says what to do
 */
function checkSuspension(run: RunContext): void {
	const { context } = run;
	if (isToolRun(context)) throw refuse(run, NOT_FOR_AGENTS.title, NOT_FOR_AGENTS.cure);
	if (!CAN_AWAIT_EXECUTION) {
		throw refuse(
			run,
			`This n8n is too old for 'Wait Strategy' Suspend`,
			`It takes n8n 2.27 or later. Until then use 'Create Video', and behind it 'Wait for Video' with 'Wait Strategy' Loop, or set it to Poll.`,
		);
	}
	if (!context.getWorkflow().id) {
		throw refuse(
			run,
			`The workflow is not saved yet`,
			`n8n goes on with saved workflows only. Save it and run it again.`,
		);
	}
	const wiring = wiringOf(context);
	if (wiring !== null && hasSpareOutput(wiring, context.getNode().name)) throw refuse(run, DRAWN.title, DRAWN.cure);
}

/** Of a node that suspends, with a loop drawn around it. */
export const DRAWN = {
	title: `This node has one output now, but two are connected`,
	cure: `Suspend needs no loop: continue your workflow from the first output and remove the connection that leads back. Or set 'Wait Strategy' to Loop, which works as the two outputs were drawn.`,
} as const;

/** Makes each item's job. */
function creating(begun: Begun): Operation {
	return {
		async prepare(run, itemIndex) {
			const { settings, problems } = draftWaitSettings(run, itemIndex);
			const plan = await planCallback(run, itemIndex, settings.options);
			const all = { callback: plan.callback, problems: [...problems, ...plan.problems] };
			const purchase = await readPurchase(run, itemIndex, settings.options, all);
			return async () => {
				const { job, adopted } = await makeJob(run, purchase);
				// Nobody will see this item any more, so nobody could make use of the job.
				if (run.isStoppedByUser()) throw stoppedError(placeOf(run, itemIndex), job, await afterStop(run, job, true));
				const state = enter(job, Date.now(), planOf(run, settings, 'rechecking'), !adopted);
				begun.set(itemIndex, { state, isBought: true });
				return { json: {} };
			};
		},
	};
}

/** Takes each item's job as it is. */
function taking(begun: Begun): Operation {
	return {
		refersToJob: true,
		prepare(run, itemIndex) {
			const settings = readWaitSettings(run, itemIndex);
			const state = beginWait(run, itemIndex, planOf(run, settings, 'rechecking'));
			return async () => {
				begun.set(itemIndex, { state, isBought: false });
				return await Promise.resolve({ json: {} });
			};
		},
	};
}

/** What n8n makes of an error of another execution is not always an error of a node. */
function toOwnError(run: RunContext, error: unknown): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const message = error instanceof Error ? error.message : String(error);
	return new NodeOperationError(run.context.getNode(), cleanText(message), {
		description: textAt(error, 'description') ?? '',
	});
}

/** Names the jobs in an error that knows nothing of them: n8n may have refused to begin the execution that waits. */
function namingAll(
	run: RunContext,
	error: NodeApiError | NodeOperationError,
	begun: Begun,
): NodeApiError | NodeOperationError {
	const jobs = new Map([...begun].map(([itemIndex, { state }]) => [itemIndex, state.job]));
	const told = error.description ?? '';
	if ([...jobs.values()].some(({ jobId }) => told.includes(jobId))) return error;
	nameOtherJobs(error, jobs, NO_ITEM);
	if (run.made.size > 0) tellRetry(error);
	return error;
}

const NO_ITEM = -1;

/** What becomes of an item, where the others go on, that nothing waits for. */
function notWaitedFor(run: RunContext, reason: unknown, { state }: { state: WaitState }): ItemOutcome {
	const { message, description } = toOwnError(run, reason);
	const error = new NodeOperationError(run.context.getNode(), message, { description: description ?? '' });
	nameOwnJob(error, state.job);
	return { ok: false, error };
}

/**
 * Waits without staying and without a drawing: a workflow made for it waits in the place of this node, and n8n puts this
 * execution aside until that one is over. Then it hands on what that one came to as this node's output, or its error; this
 * node does not run again.
 *
 * @param operation whether the jobs are to be made first
 * @param goOn n8n's Continue On Fail
 * @returns the node's output: nothing yet where the execution is put aside
 * @throws NodeOperationError when that cannot be, naming what was bought; the first item's error when the others shall not
 * go on
 */
export async function suspendItems(
	run: RunContext,
	operation: 'createAndWait' | 'wait',
	goOn: boolean,
): Promise<INodeExecutionData[]> {
	const { context } = run;
	checkSuspension(run);
	const begun: Begun = new Map();
	const count = context.getInputData().length;
	const outcomes = await runItems(run, operation === 'wait' ? taking(begun) : creating(begun), count, goOn);
	if (begun.size === 0) return outcomes.map((outcome, itemIndex) => toOutput(run, outcome, itemIndex));
	const settingsOf = resolveSettings(context);
	const parked = outcomes.map((outcome, itemIndex) => {
		const wait = begun.get(itemIndex);
		if (wait === undefined) return parkItem(itemIndex, { outcome: toOutput(run, outcome, itemIndex).json });
		const settings = settingsOf(itemIndex);
		const { state, isBought } = wait;
		return parkItem(itemIndex, { ...(settings && { settings }), ...(isBought && { isBought }) }, state);
	});
	try {
		const { data, waitTill } = await context.executeWorkflow(
			{ code: drawInnerWorkflow(context, goOn) },
			parked,
			undefined,
			{
				parentExecution: {
					executionId: context.getExecutionId(),
					workflowId: context.getWorkflow().id ?? '',
					shouldResume: true,
				},
			},
		);
		if (!waitTill) return data[0] ?? [];
		const doorbell = readDoorbell(data);
		if (doorbell !== null) keepDoorbell(context, doorbell);
		return [];
	} catch (error) {
		if (!goOn) throw namingAll(run, toOwnError(run, error), begun);
		return outcomes.map((outcome, itemIndex) => {
			const wait = begun.get(itemIndex);
			return toOutput(run, wait === undefined ? outcome : notWaitedFor(run, error, wait), itemIndex);
		});
	}
}
