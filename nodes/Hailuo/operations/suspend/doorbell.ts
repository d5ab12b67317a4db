import type { IDataObject, INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { isOver, type Job } from '../../core/job/job';
import { textAt, valueAt } from '../../core/http/read';
import { CallbacksSeen } from '../../core/callback/callbacksSeen';
import { isSettled, readWaitState, WAIT_FIELD } from '../../core/waiting/waitState';
import { ResumeGuard } from '../../core/callback/resumeGuard';
import { readRelease, type Release } from '../../fields/form';
import { heldItems, turnOf } from '../../io/n8nInternals';
import { respond } from '../../io/webhookResponse';
import { providerById } from '../../providers/registry';
import { concerns } from '../../providers/adapter';

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
const WAKINGS = new ResumeGuard();
const RINGS = new CallbacksSeen();

/** What is wrong with the choice, the node itself has said before it suspended. */
function releaseOf(context: IWebhookFunctions): Release {
	return readRelease((name, fallback) => context.getNodeParameter(name, fallback), []);
}

/** @returns the job that an item waits for; null when it waits for none, or no more */
function awaitedJobOf({ json }: INodeExecutionData): Job | null {
	const state = readWaitState(json);
	return state === null || isSettled(state) ? null : state.job;
}

/**
 * Answers a callback that comes to an execution which waits. When it is about the end of one of its jobs, it marks that
 * job's item and wakes the execution, where all are released together for the last of them; what a job is, the node then
 * reads from the provider itself. So a forged callback, of which there can be none without the execution's resume token,
 * could at most cause a read.
 */
export function answerDoorbell(context: IWebhookFunctions): IWebhookResponseData {
	const adapter = providerById(textAt(context.getNodeParameter('provider', '')) ?? '');
	const note = adapter?.callbacks?.readCallback(context.getBodyData()) ?? null;
	if (note === null) return stayAsleep('not a callback of this provider');
	if (!isOver(note)) return stayAsleep('only progress');
	const items = heldItems(context);
	const jobs = items.map(awaitedJobOf);
	const awaited = jobs.filter((job) => job !== null);
	const ringing = awaited.filter((job) => concerns(note, job)).map(({ jobId }) => jobId);
	if (ringing.length === 0) return stayAsleep('not a job that is waited for');

	const sleeper = `${context.getExecutionId()} ${context.getNode().name}`;
	const now = Date.now();
	const rung = RINGS.add(sleeper, ringing, now);
	const isLast = awaited.every(({ jobId }) => rung.has(jobId));
	// A job that did not succeed may end the wait of all.
	const isGood = note.status === 'succeeded';
	if (!isLast && isGood && releaseOf(context) === 'together')
		return stayAsleep('the execution is woken for the last of its jobs');
	if (!WAKINGS.begin(sleeper, turnOf(context), now)) {
		// The status n8n has for an execution that runs: providers call again.
		respond(context, 409, 'The execution is being woken by another callback');
		return { noWebhookResponse: true };
	}
	const marked = items.map((item, index) => (rung.has(jobs[index]?.jobId ?? '') ? ring(item) : item));
	return { webhookResponse: { resumed: true }, workflowData: [marked] };
}
