import type { IDataObject, INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { textAt, valueAt } from '../core/read';
import { isOver } from '../core/job';
import { isSettled, readWaitState, WAIT_FIELD } from '../core/suspend';
import { Wakings } from '../core/wakings';
import { heldItems, turnOf } from '../io/host';
import { answer } from '../io/webhook';
import { providerById } from '../providers';
import { concerns } from '../providers/adapter';

/** Answers the provider without waking the execution. */
function stayAsleep(reason: string): IWebhookResponseData {
	return { webhookResponse: { resumed: false, reason } };
}

/** Marks a copy of an item as rung. */
function ring(item: INodeExecutionData): INodeExecutionData {
	const carried = valueAt(item.json, WAIT_FIELD);
	const state: IDataObject = { ...(typeof carried === 'object' ? carried : {}), rang: true };
	return { ...item, json: { ...item.json, [WAIT_FIELD]: state } };
}

/** Of this process of n8n. */
const WAKINGS = new Wakings();

/**
 * Answers a callback that comes to an execution which waits. It wakes the execution when the callback is about the end
 * of one of its jobs, and marks that job's item; what the job is, the node then reads from the provider itself. So a
 * forged callback, of which there can be none without the execution's resume token, could at most cause a read.
 */
export function answerDoorbell(context: IWebhookFunctions): IWebhookResponseData {
	const adapter = providerById(textAt(context.getNodeParameter('provider', '')) ?? '');
	const note = adapter?.callbacks?.readCallback(context.getBodyData()) ?? null;
	if (note === null) return stayAsleep('not a callback of this provider');
	if (!isOver(note)) return stayAsleep('only progress');
	const items = heldItems(context);
	const isRinging = ({ json }: INodeExecutionData) => {
		const state = readWaitState(json);
		return state !== null && !isSettled(state) && concerns(note, state.job);
	};
	if (!items.some(isRinging)) return stayAsleep('not a job that is waited for');
	if (!WAKINGS.begin(context.getExecutionId(), turnOf(context), Date.now())) {
		// The status n8n has for an execution that runs: providers call again.
		answer(context, 409, 'The execution is being woken by another callback');
		return { noWebhookResponse: true };
	}
	const marked = items.map((item) => (isRinging(item) ? ring(item) : item));
	return { webhookResponse: { resumed: true }, workflowData: [marked] };
}
