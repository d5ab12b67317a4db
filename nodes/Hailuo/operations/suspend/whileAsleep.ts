import { NodeOperationError, type INodeExecutionData } from 'n8n-workflow';
import { textAt } from '../../core/http/read';
import { nameOwnJob } from '../../io/errors';
import { doorbellUrlOf } from '../../io/n8nInternals';
import type { WaitingItem } from '../loop/waitingItem';
import type { RunContext } from '../runContext';
import type { ItemOutcome } from '../runItems';

/**
 * What the inner execution has put out while it is put aside. The outer node reads the doorbell from it. And n8n takes the
 * first output for the result should its process die while the inner execution runs: it marks that one as crashed, with
 * the data that it had stored before and no error (n8n 2.41, ExecutionRecoveryService.amend, WaitTracker).
 */

const DOORBELL_FIELD = 'hailuoDoorbell';

/** @returns what leaves for an item should nobody wait for its job any more */
export function brokenOff(run: RunContext, { itemIndex, state }: WaitingItem): ItemOutcome {
	const error = new NodeOperationError(
		run.context.getNode(),
		`n8n was interrupted while it waited for this job; the job goes on, and 'Get Video' or 'Wait for Video' can fetch it [item ${itemIndex}]`,
		{ itemIndex },
	);
	nameOwnJob(error, state.job);
	return { ok: false, error };
}

/** @returns the item, for the second output, that tells the doorbell of this execution */
export function tellDoorbell(run: RunContext): INodeExecutionData {
	return { json: { [DOORBELL_FIELD]: doorbellUrlOf(run.context) } };
}

/**
 * @param outputs what the inner execution has put out
 * @returns its doorbell; null for none
 */
export function readDoorbell(outputs: ReadonlyArray<INodeExecutionData[] | null>): string | null {
	return textAt(outputs, 1, 0, 'json', DOORBELL_FIELD);
}
