import type { Job, JobReference } from '../core/job/job';
import { describeJob } from '../core/job/job';
import { readJobFromItem } from '../core/job/jobFromItem';
import { toJson } from '../core/http/json';
import { pollUntilSettled } from '../core/waiting/pollUntilSettled';
import { enter, isSettled, type WaitPlan, type WaitState } from '../core/waiting/waitState';
import { readDownloadForm, readOptions, readWaitingForm, type WaitingForm } from '../fields/form';
import { pause } from '../io/cancelSignal';
import { inputError, jobFailedError, requestError, stoppedError, timedOutError } from '../io/errors';
import { timeLimitOf } from '../io/n8nInternals';
import { afterStop } from './afterStop';
import { fetchJob } from './askAgain';
import { finish, type OutputSettings } from './finish';
import { readJobReference } from './jobReference';
import type { Operation } from './operation';
import { Abandoned, parametersOf, placeOf, type JobResult, type RunContext } from './runContext';

/** How one item wants to wait. */
export interface WaitSettings extends OutputSettings {
	waiting: WaitingForm;
}

/**
 * Reads how an item wants to wait.
 *
 * @returns the settings, and what is wrong with them beside the options, which have problems of their own
 */
export function draftWaitSettings(run: RunContext, itemIndex: number): { settings: WaitSettings; problems: string[] } {
	const get = parametersOf(run, itemIndex);
	const waiting = readWaitingForm(get);
	const limit = timeLimitOf(run.context);
	if (limit !== null && limit < waiting.timeoutMinutes * 60) {
		run.hints.add(
			itemIndex,
			`n8n cancels this workflow ${limit} seconds after its start ('Timeout Workflow' in its settings), and that is before this node's 'Timeout': raise the one or lower the other`,
		);
	}
	const options = readOptions(get, run.adapter);
	const download = readDownloadForm(get);
	return { settings: { waiting, options, download }, problems: [...waiting.problems, ...download.problems] };
}

/**
 * Reads how an item wants to wait, when that is all there is to read.
 *
 * @throws NodeOperationError with everything that is wrong with it
 */
export function readWaitSettings(run: RunContext, itemIndex: number): WaitSettings {
	const { settings, problems } = draftWaitSettings(run, itemIndex);
	const all = [...problems, ...settings.options.problems];
	if (all.length > 0) throw inputError(placeOf(run, itemIndex), all, 'job');
	return settings;
}

/**
 * @returns what the waiting itself goes by
 */
export function planOf(
	run: RunContext,
	{ waiting, options }: WaitSettings,
	kind: WaitPlan['rhythm']['kind'],
): WaitPlan {
	const { shortestPollSeconds: shortestPauseSeconds } = run.adapter;
	const { timeoutMinutes } = waiting;
	return {
		timeoutMinutes,
		rhythm:
			kind === 'polling'
				? { kind, shortestPauseSeconds, intervalSeconds: options.pollIntervalSeconds }
				: { kind, shortestPauseSeconds, intervalMinutes: options.recheckIntervalMinutes },
	};
}

/**
 * Begins to wait for the job that an item asks for.
 *
 * @throws NodeOperationError when there is no id, or when the item's job is another provider's
 */
export function beginWait(run: RunContext, itemIndex: number, plan: WaitPlan): WaitState {
	const { json } = run.context.getInputData()[itemIndex] ?? {};
	const reference = readJobReference(run, itemIndex);
	const provider = run.adapter.id;
	const stored = readJobFromItem(json, run.adapter.handles);
	// Any other item may have columns of these names with something else in them.
	const isTold = stored?.provider === provider && stored.jobId === reference.jobId;
	return enter(isTold ? stored : describeJob({ provider, ...reference }), Date.now(), plan);
}

/**
 * Says how a settled wait ends.
 *
 * @returns the job as it leaves, or the error of its item
 */
export function conclude(
	run: RunContext,
	itemIndex: number,
	{ job, failure, timedOut, fault, raw }: WaitState,
	{ timeoutMinutes, onTimeout, onJobFailure }: WaitingForm,
): JobResult | Error {
	const place = placeOf(run, itemIndex);
	if (failure !== undefined) return requestError(place, failure, job);
	if (timedOut && onTimeout === 'error') return timedOutError(place, job, fault ?? null, timeoutMinutes);
	const ended = job.status === 'failed' || job.status === 'cancelled';
	if (ended && onJobFailure === 'error') return jobFailedError(place, job);
	return { job: timedOut ? { ...job, timedOut } : job, raw: raw ?? null };
}

/**
 * Waits by polling until an item's job is over.
 *
 * @param fresh the job as it was made just now; null when it is only known by reference
 * @returns the job as it leaves
 * @throws NodeApiError with the job on it: timed out, unreadable, failed, stopped
 */
export async function awaitJob(
	run: RunContext,
	itemIndex: number,
	reference: JobReference,
	fresh: JobResult | null,
	settings: WaitSettings,
): Promise<JobResult> {
	const { includeRaw, cancelOnStop } = settings.options;
	const plan = planOf(run, settings, 'polling');
	const known: Job = fresh?.job ?? describeJob({ provider: run.adapter.id, ...reference });
	const begun = enter(known, Date.now(), plan, fresh !== null);
	const follower = isSettled(begun) ? null : ((await run.sockets())?.follow(reference) ?? null);
	const state = await pollUntilSettled(
		{
			read: async (job) => {
				const read = await fetchJob(run, job, includeRaw, 0);
				if (!read.ok) return read;
				return { ...read, job: { ...read.job, progress: read.job.progress ?? follower?.progress ?? null } };
			},
			pause: async (milliseconds, listens) => {
				const ring = listens ? follower?.nextRing() : undefined;
				await pause(milliseconds, run.stop, ring);
				return ring?.aborted === true;
			},
			now: () => Date.now(),
			isStopped: () => run.stop.aborted,
		},
		includeRaw && fresh !== null ? { ...begun, raw: toJson(fresh.raw) } : begun,
		plan,
	);
	follower?.close();
	if (!isSettled(state)) {
		if (!run.isStoppedByUser()) throw new Abandoned();
		throw stoppedError(placeOf(run, itemIndex), state.job, await afterStop(run, state.job, cancelOnStop));
	}
	const conclusion = conclude(run, itemIndex, state, settings.waiting);
	if (conclusion instanceof Error) throw conclusion;
	return conclusion;
}

export const wait: Operation = {
	refersToJob: true,
	prepare(run, itemIndex) {
		const reference = readJobReference(run, itemIndex);
		const settings = readWaitSettings(run, itemIndex);
		return async () => {
			const result = await awaitJob(run, itemIndex, reference, null, settings);
			return await finish(run, itemIndex, result, settings);
		};
	},
};
