import { describeJob, isOver, type Job, type JobReference } from '../core/job/job';
import { waitForJob, type ReadOutcome, type WaitOutcome } from '../core/waiting/poll';
import { readDownloadForm, readOptions, readWaitingForm, type NodeOptions, type WaitingForm } from '../fields/form';
import { pause } from '../io/cancelSignal';
import { inputError, requestError, stoppedError, timedOutError } from '../io/errors';
import { finish } from './finish';
import type { Operation } from './operation';
import { readAskingAgain } from './askAgain';
import { readJobReference } from './jobReference';
import { Abandoned, parametersOf, placeOf, type JobResult, type RunContext } from './runContext';
import { afterStop } from './afterStop';

export interface WaitPlan {
	waiting: WaitingForm;
	options: NodeOptions;
}

/**
 * Reads how an item wants to wait.
 *
 * @returns the plan, and what is wrong with it beside the options, which have problems of their own
 */
export function draftWaitPlan(run: RunContext, itemIndex: number): { plan: WaitPlan; problems: string[] } {
	const get = parametersOf(run, itemIndex);
	const waiting = readWaitingForm(get);
	const options = readOptions(get, run.adapter);
	return { plan: { waiting, options }, problems: [...waiting.problems, ...readDownloadForm(get).problems] };
}

/**
 * Reads how an item wants to wait, when that is all there is to read.
 *
 * @throws NodeOperationError with everything that is wrong with it
 */
export function readWaitPlan(run: RunContext, itemIndex: number): WaitPlan {
	const { plan, problems } = draftWaitPlan(run, itemIndex);
	const all = [...problems, ...plan.options.problems];
	if (all.length > 0) throw inputError(placeOf(run, itemIndex), all);
	return plan;
}

/** A read answers only what the provider knows; what we knew before is kept beside it. */
function merge(known: JobReference, read: Job): Job {
	return {
		...read,
		model: read.model ?? known.model ?? null,
		createdAt: read.createdAt ?? known.createdAt ?? null,
		...(known.jobToken && { jobToken: known.jobToken }),
		...(known.route && !read.route && { route: known.route }),
	};
}

/**
 * Reads a job once.
 *
 * @param repeats how often a read that failed in passing is repeated
 */
export async function readJob(
	run: RunContext,
	reference: JobReference,
	repeats: number,
): Promise<ReadOutcome & { raw: unknown }> {
	const outcome = await readAskingAgain(run, reference, repeats);
	if (!outcome.ok) return { ok: false, failure: outcome.failure, raw: null };
	return { ok: true, job: merge(reference, outcome.value), raw: outcome.raw };
}

/**
 * Waits by polling until an item's job is over.
 *
 * @param fresh the job as it was made just now; null when it is only known by reference
 * @throws NodeApiError with the job on it: timed out, unreadable, stopped
 */
export async function awaitJob(
	run: RunContext,
	itemIndex: number,
	reference: JobReference,
	fresh: JobResult | null,
	plan: WaitPlan,
): Promise<JobResult> {
	if (fresh !== null && isOver(fresh.job)) return fresh;
	const { adapter, stop } = run;
	let raw: unknown = fresh?.raw ?? null;
	const follower = (await run.sockets())?.follow(reference) ?? null;
	const outcome: WaitOutcome = await waitForJob(
		{
			read: async () => {
				const read = await readJob(run, reference, 0);
				if (!read.ok) return read;
				({ raw } = read);
				return { ok: true, job: { ...read.job, progress: read.job.progress ?? follower?.progress ?? null } };
			},
			pause: async (milliseconds) => await pause(milliseconds, stop, follower?.nextRing()),
			now: () => Date.now(),
			isStopped: () => stop.aborted,
		},
		{ shortestPollSeconds: adapter.shortestPollSeconds, pollIntervalSeconds: plan.options.pollIntervalSeconds },
		plan.waiting.timeoutMinutes,
		fresh?.job ?? null,
		reference.createdAt ?? null,
	);
	follower?.close();
	const place = placeOf(run, itemIndex);
	switch (outcome.kind) {
		case 'over':
			return { job: outcome.job, raw };
		case 'timedOut':
			if (plan.waiting.onTimeout === 'output') {
				const job = outcome.job ?? describeJob({ provider: adapter.id, ...reference });
				return { job: { ...job, timedOut: true }, raw };
			}
			throw timedOutError(place, outcome.job ?? reference, outcome.failure, plan.waiting.timeoutMinutes);
		case 'unreadable':
			throw requestError(place, outcome.failure, outcome.job ?? reference);
		case 'stopped': {
			if (!run.isStoppedByUser()) throw new Abandoned();
			const left = await afterStop(run, outcome.job ?? reference, plan.options.cancelOnStop);
			throw stoppedError(place, outcome.job ?? reference, left);
		}
	}
}

export const wait: Operation = {
	prepare(run, itemIndex) {
		const reference = readJobReference(run, itemIndex);
		const plan = readWaitPlan(run, itemIndex);
		return async () => {
			const result = await awaitJob(run, itemIndex, reference, null, plan);
			return await finish(run, itemIndex, result, plan.waiting.onJobFailure);
		};
	},
};
