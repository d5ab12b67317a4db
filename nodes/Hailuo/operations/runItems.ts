import { NodeApiError, NodeOperationError, type INodeExecutionData } from 'n8n-workflow';
import { writeJob } from '../core/job/jobFromItem';
import { wholeText } from '../io/agent';
import { jobOf, nameOtherJobs, nameOwnJob, tellRetry } from '../io/errors';
import { ERROR_DETAILS, isToolRun } from '../io/n8nInternals';
import { carriedJobs, passOnFailed } from './jobReference';
import type { Operation, Task } from './operation';
import { Abandoned, type RunContext } from './runContext';

export type ItemOutcome = { ok: true; item: INodeExecutionData } | { ok: false; error: Error };

/**
 * Makes sure that an error is one of n8n's, with the item it belongs to.
 */
export function toNodeError(run: RunContext, error: unknown, itemIndex: number): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	return new NodeOperationError(run.context.getNode(), error instanceof Error ? error : String(error), {
		itemIndex,
	});
}

/**
 * Checks all items before anything is sent for one of them.
 *
 * @param goOn whether the other items shall go on when one is wrong
 * @returns what is left to do by item, or the error
 */
async function prepareAll(
	run: RunContext,
	operation: Operation,
	count: number,
	goOn: boolean,
): Promise<Array<Task | ItemOutcome>> {
	const prepared: Array<Task | ItemOutcome> = [];
	for (let itemIndex = 0; itemIndex < count; itemIndex += 1) {
		try {
			const failed = operation.refersToJob ? passOnFailed(run, itemIndex) : null;
			prepared.push(failed === null ? await operation.prepare(run, itemIndex) : { ok: true, item: failed });
		} catch (error) {
			const mapped = toNodeError(run, error, itemIndex);
			if (!goOn) {
				if (operation.refersToJob) nameOtherJobs(mapped, carriedJobs(run), itemIndex);
				throw mapped;
			}
			prepared.push({ ok: false, error: mapped });
		}
	}
	return prepared;
}

/**
 * Does one operation for all items side by side.
 *
 * An item's error does not touch the others when they shall go on. Otherwise it ends the run: nothing more is begun,
 * waiting ends, but a create that has been sent is awaited, so that a retry finds every job that was bought.
 *
 * @param goOn n8n's Continue On Fail
 * @returns outcomes in the order of the items
 * @throws the first item's error, naming its job and those of the others, when they shall not go on
 */
export async function runItems(
	run: RunContext,
	operation: Operation,
	count: number,
	goOn: boolean,
): Promise<ItemOutcome[]> {
	const prepared = await prepareAll(run, operation, count, goOn);
	let first: { error: NodeApiError | NodeOperationError; itemIndex: number } | undefined;
	const outcomes = await Promise.all(
		prepared.map(async (task, itemIndex): Promise<ItemOutcome> => {
			if (typeof task !== 'function') return task;
			try {
				return { ok: true, item: await task() };
			} catch (error) {
				if (error instanceof Abandoned) return { ok: false, error };
				const mapped = toNodeError(run, error, itemIndex);
				if (!goOn) {
					first ??= { error: mapped, itemIndex };
					run.abandon();
				}
				return { ok: false, error: mapped };
			}
		}),
	);
	if (first) {
		const own = run.made.get(first.itemIndex);
		if (own !== undefined) nameOwnJob(first.error, own);
		nameOtherJobs(first.error, run.made, first.itemIndex);
		if (run.made.size > 0 && !run.isStoppedByUser() && !isToolRun(run.context)) tellRetry(first.error);
		throw first.error;
	}
	return outcomes;
}

/**
 * Makes the item that n8n's Continue On Fail puts in the place of one that failed. On the regular output the job's
 * fields stand beside the error, so that the next node can read the job; for the error output n8n recognises only items
 * that have nothing but `error` and one or two more fields, so there the job is in one of these.
 */
function toErrorItem(run: RunContext, error: Error, itemIndex: number): INodeExecutionData {
	const made = run.made.get(itemIndex);
	const job = jobOf(error) ?? (made ? writeJob(made) : null);
	const known = job === null ? {} : { provider: run.adapter.id, ...job };
	const separate = run.handBack === 'errorOutput' || run.context.getNode().onError === 'continueErrorOutput';
	const details = separate && job !== null ? { [ERROR_DETAILS]: known } : {};
	const text = isToolRun(run.context) ? wholeText(error) : error.message;
	return { json: { ...(separate ? {} : known), error: text, ...details }, pairedItem: { item: itemIndex } };
}

/** Puts what an item came to on an item of the output. */
export function toOutput(run: RunContext, outcome: ItemOutcome, itemIndex: number): INodeExecutionData {
	return outcome.ok ? outcome.item : toErrorItem(run, outcome.error, itemIndex);
}
