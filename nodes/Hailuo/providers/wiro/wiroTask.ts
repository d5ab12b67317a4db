import type { Exchange } from '../../core/http/http';
import { isOver, type Job, type JobReference } from '../../core/job/job';
import { describeFailure, listAt, textAt, valueAt, wellFormed } from '../../core/http/read';
import { after, fail } from '../exchange';
import { getExchange, judgeAnswer } from '../jobExchange';
import { TASK } from './wiroRead';

/**
 * Wiro's calls about a task that exists. Sources: Wiro page for Hailuo 2.3 Fast, Wiro docs on tasks.
 */

/** Two names of one task. */
type TaskHandle = { taskid: string } | { tasktoken: string };

/** Ids are digits; a token (`eDcCm5yyUfIvMFspTwww49OUfgXkQt`) in the place of an id is told by its shape. */
const TOKEN = /^(?=.*[A-Za-z])[A-Za-z0-9]{20,}$/;

function handleOf(jobId: string): TaskHandle {
	return TOKEN.test(jobId) ? { tasktoken: jobId } : { taskid: wellFormed(jobId) };
}

function taskCall(call: 'Detail' | 'Cancel' | 'Kill', handle: TaskHandle, reference: JobReference): Exchange<Job> {
	return getExchange(TASK, reference, {
		purpose: call === 'Detail' ? 'read' : 'cancel',
		method: 'POST',
		path: `/v1/Task/${call}`,
		body: { kind: 'json', value: handle },
	});
}

/**
 * Reads a task, by its token where that is known: the page knows no other way, the docs take either.
 *
 * @param reference the job; a token as its id serves as well
 */
export function getTask(reference: JobReference): Exchange<Job> {
	const { jobId, handles } = reference;
	const jobToken = handles?.jobToken;
	return taskCall('Detail', jobToken === undefined ? handleOf(jobId) : { tasktoken: jobToken }, reference);
}

/** Between the queue and the work Wiro takes neither call. */
const IN_BETWEEN: readonly string[] = ['task_queue', 'task_accept', 'task_preprocess_start', 'task_preprocess_end'];

/**
 * Ends a task whatever its state. Cancel ends a queued one, Kill a running one, and each refuses the other's: so Cancel,
 * then Kill, then a look, and all of that once more where the look shows a task that is not over: it was between the two.
 *
 * @param reference the job; a token as its id serves as well
 * @returns leads to the ended task, or to the task as it is when it was over already; fails with `notCancellable` when
 * Wiro refuses both calls on a task that is not over
 */
export function cancelTask(reference: JobReference): Exchange<Job> {
	const handle = handleOf(reference.jobId);
	if ('taskid' in handle) return endTask(reference, handle, 1);
	// Cancel takes an id alone (Wiro page; its SDKs and MCP client).
	return after(getId(reference), (id) => endTask(reference, id === null ? handle : { taskid: id }, 1));
}

/** Asks for the id of a task of which only the token is known; it leads to null where none is told. */
function getId(reference: JobReference): Exchange<string | null> {
	const detail = getTask(reference);
	return {
		request: detail.request,
		read(response) {
			const step = detail.read(response);
			return step.kind === 'failure' ? step : { kind: 'value', value: textAt(response.json, 'tasklist', 0, 'id') };
		},
	};
}

function endTask(reference: JobReference, handle: TaskHandle, repeats: number): Exchange<Job> {
	return endBy('Cancel', reference, handle, (accepted) =>
		endBy('Kill', reference, accepted, (_, refusal) => look(reference, accepted, refusal, repeats)),
	);
}

/** One call; `otherwise` goes on when Wiro says that the task's state does not allow it. */
function endBy(
	call: 'Cancel' | 'Kill',
	reference: JobReference,
	handle: TaskHandle,
	otherwise: (handle: TaskHandle, refusal: string) => Exchange<Job>,
): Exchange<Job> {
	const exchange = taskCall(call, handle, reference);
	return {
		request: exchange.request,
		read(response) {
			const step = exchange.read(response);
			const isAccepted = response.status >= 200 && response.status < 300;
			if (step.kind !== 'failure' || !isAccepted) return step;
			const { kind, code, message } = step.failure;
			// Not found has the same code; the look at the end tells them apart.
			if (code === '1') return { kind: 'next', exchange: otherwise(handle, message) };
			// Page and docs disagree about the field that names the task.
			if (kind === 'invalid' && 'taskid' in handle) {
				return { kind: 'next', exchange: byToken(reference, (token) => endBy(call, reference, token, otherwise)) };
			}
			if (valueAt(response.json, 'result') !== true || listAt(response.json, 'errors').length > 0) return step;
			// Accepted, but the task is not shown: an empty list is how a cancellation may be answered (Wiro's MCP client).
			const isGone = kind === 'notFound';
			const cancelled = judgeAnswer(TASK, { rawStatus: 'task_cancel' }, reference);
			return isGone ? { kind: 'value', value: cancelled } : { kind: 'next', exchange: getTask(reference) };
		},
	};
}

/** Task/Detail tells the token of a task of which only the id is known. */
function byToken(reference: JobReference, proceed: (handle: TaskHandle) => Exchange<Job>): Exchange<Job> {
	const jobToken = reference.handles?.jobToken;
	if (jobToken !== undefined) return proceed({ tasktoken: jobToken });
	return after(getTask(reference), ({ handles, jobId }) => proceed({ tasktoken: handles.jobToken ?? jobId }));
}

function look(reference: JobReference, handle: TaskHandle, refusal: string, repeats: number): Exchange<Job> {
	const exchange = getTask(reference);
	return {
		request: exchange.request,
		read(response) {
			const step = exchange.read(response);
			if (step.kind !== 'value' || isOver(step.value)) return step;
			const { rawStatus } = step.value;
			// It may have come to where Kill works only after Kill was refused.
			if (repeats > 0) return { kind: 'next', exchange: endTask(reference, handle, repeats - 1) };
			const inBetween = IN_BETWEEN.includes(rawStatus?.toLowerCase() ?? '');
			const why = inBetween ? 'the task is just being started; try again in a moment' : refusal;
			return fail(
				describeFailure({ kind: 'notCancellable', message: `Wiro does not end a task in state ${rawStatus}: ${why}` }),
			);
		},
	};
}
