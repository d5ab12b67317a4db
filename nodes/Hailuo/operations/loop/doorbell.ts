import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { isOver, type Job } from '../../core/job/job';
import { textAt, valueAt } from '../../core/http/read';
import { CallbacksSeen } from '../../core/callback/callbacksSeen';
import { isSettled, readWaitState, WAIT_FIELD, type WaitState } from '../../core/waiting/waitState';
import { ResumeGuard } from '../../core/callback/resumeGuard';
import { readRelease, type Release } from '../../fields/form';
import { doorbellUrlOf, heldItems, isStillThere, turnOf } from '../../io/n8nInternals';
import { openRinger, readRing, type Ring } from '../../io/doorbells';
import { refuseForNow, stayAsleep } from '../../io/webhookResponse';
import { concerns } from '../../providers/adapter';
import { providerById } from '../../providers/registry';
import { forgetRung, wakeWhenQuiet } from './quietRings';

/** Marks a copy of an item as rung. */
function ring(item: INodeExecutionData): INodeExecutionData {
	const carried = valueAt(item.json, WAIT_FIELD);
	const state: IDataObject = { ...(typeof carried === 'object' ? carried : {}), rang: true };
	return { ...item, json: { ...item.json, [WAIT_FIELD]: state } };
}

/** Milliseconds before its next check in which an execution is left to the clock. */
const NEARLY_DUE = 2000;

/** Of this process of n8n. */
const CALLBACKS_SEEN = new CallbacksSeen();
const RESUME_GUARD = new ResumeGuard();

/** What is wrong with the choice, the node itself has said before it suspended. */
function releaseOf(context: IWebhookFunctions): Release {
	return readRelease((name, fallback) => context.getNodeParameter(name, fallback), []);
}

/** @returns the state of an item that waits; null when it waits for nothing, or no more */
function openStateOf({ json }: INodeExecutionData, handleNames: readonly string[]): WaitState | null {
	const state = readWaitState(json, handleNames);
	return state === null || isSettled(state) ? null : state;
}

/** An execution, and the node in it that waits. */
function sleeperOf(context: IExecuteFunctions | IWebhookFunctions): string {
	return `${context.getExecutionId()} ${context.getNode().name}`;
}

/** Takes note that this process is about to put the execution aside. */
export function expectAllRings(context: IExecuteFunctions): void {
	CALLBACKS_SEEN.expect(sleeperOf(context), Date.now());
}

/** @returns what says whether a ring is about a job; a thousand jobs may have rung for a thousand */
function aboutWhat(ring: Ring): (job: Job) => boolean {
	if ('note' in ring) return (job) => concerns(ring.note, job);
	const rungJobs = new Set(ring.rungJobs);
	return ({ jobId }) => rungJobs.has(jobId);
}

/**
 * Answers a callback that comes to an execution which waits. When it is about the end of one of its jobs, it marks that
 * job's item and wakes the execution, where all are released together for the last of them; what a job is, the node then
 * reads from the provider itself. So a forged callback, of which there can be none without the execution's resume token,
 * could at most cause a read.
 */
export async function answerDoorbell(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const adapter = providerById(textAt(context.getNodeParameter('provider', '')) ?? '');
	const given = adapter === undefined ? null : readRing(context.getBodyData(), adapter);
	if (adapter === undefined || given === null) return stayAsleep('not a callback of this provider');
	if ('note' in given && !isOver(given.note)) return stayAsleep('only progress');
	const items = heldItems(context);
	const states = items.map((item) => openStateOf(item, adapter.handles));
	const awaited = states.filter((state) => state !== null);
	const isAbout = aboutWhat(given);
	const ringing = awaited.filter(({ job }) => isAbout(job)).map(({ job }) => job.jobId);
	if (ringing.length === 0) return stayAsleep('not a job that is waited for');

	const sleeper = sleeperOf(context);
	const now = Date.now();
	const rung = CALLBACKS_SEEN.add(sleeper, ringing, now);
	const isLast = awaited.every(({ job }) => rung.has(job.jobId));
	// A job that did not succeed may end the wait of all.
	const isGood = 'note' in given && given.note.status === 'succeeded';
	if (!isLast && isGood && releaseOf(context) === 'together') {
		if (!CALLBACKS_SEEN.isWhole(sleeper)) wakeWhenQuiet(openRinger(context), sleeper, doorbellUrlOf(context), ringing);
		return stayAsleep('the execution is woken for the last of its jobs');
	}
	// n8n itself wakes it then, or has done so since this request began: its clock passes no doorbell.
	if (Math.min(...awaited.map(({ nextCheckAt }) => Date.parse(nextCheckAt))) <= now + NEARLY_DUE)
		return refuseForNow(context, 'The execution is about to look by itself');
	const there = await isStillThere(context);
	if (there === false) return refuseForNow(context, 'The execution has gone on');
	if (!RESUME_GUARD.begin(sleeper, turnOf(context), there === true, Date.now()))
		return refuseForNow(context, 'The execution is being woken by another callback');
	forgetRung(sleeper);
	const marked = items.map((item, index) => (rung.has(states[index]?.job.jobId ?? '') ? ring(item) : item));
	return { webhookResponse: { resumed: true }, workflowData: [marked] };
}
