import { describeJob, isOver, type Job, type JobReference } from '../core/job';
import { waitForJob, type ReadOutcome, type WaitOutcome } from '../core/poll';
import { readDownloadForm, readOptions, readWaitingForm, type NodeOptions, type WaitingForm } from '../fields';
import { pause } from '../io/cancelSignal';
import { inputError, requestError, stoppedError, timedOutError } from '../io/errors';
import { finish } from './finish';
import type { Operation } from './operation';
import { readPatiently } from './patience';
import { readJobReference } from './reference';
import { Abandoned, parametersOf, placeOf, type JobResult, type Session } from './session';
import { afterStop } from './stop';

export interface WaitPlan {
	waiting: WaitingForm;
	options: NodeOptions;
}

/**
 * Reads how an item wants to wait.
 *
 * @returns the plan, and what is wrong with it beside the options, which have problems of their own
 */
export function draftWaitPlan(session: Session, itemIndex: number): { plan: WaitPlan; problems: string[] } {
	const get = parametersOf(session, itemIndex);
	const waiting = readWaitingForm(get);
	const options = readOptions(get, session.adapter);
	return { plan: { waiting, options }, problems: [...waiting.problems, ...readDownloadForm(get).problems] };
}

/**
 * Reads how an item wants to wait, when that is all there is to read.
 *
 * @throws NodeOperationError with everything that is wrong with it
 */
export function readWaitPlan(session: Session, itemIndex: number): WaitPlan {
	const { plan, problems } = draftWaitPlan(session, itemIndex);
	const all = [...problems, ...plan.options.problems];
	if (all.length > 0) throw inputError(placeOf(session, itemIndex), all);
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
	session: Session,
	reference: JobReference,
	repeats: number,
): Promise<ReadOutcome & { raw: unknown }> {
	const outcome = await readPatiently(session, reference, repeats);
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
	session: Session,
	itemIndex: number,
	reference: JobReference,
	fresh: JobResult | null,
	plan: WaitPlan,
): Promise<JobResult> {
	if (fresh !== null && isOver(fresh.job)) return fresh;
	const { adapter, stop } = session;
	let raw: unknown = fresh?.raw ?? null;
	const follower = (await session.live())?.follow(reference) ?? null;
	const outcome: WaitOutcome = await waitForJob(
		{
			read: async () => {
				const read = await readJob(session, reference, 0);
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
	const place = placeOf(session, itemIndex);
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
			if (!session.isStoppedByUser()) throw new Abandoned();
			const left = await afterStop(session, outcome.job ?? reference, plan.options.cancelOnStop);
			throw stoppedError(place, outcome.job ?? reference, left);
		}
	}
}

export const wait: Operation = {
	prepare(session, itemIndex) {
		const reference = readJobReference(session, itemIndex);
		const plan = readWaitPlan(session, itemIndex);
		return async () => {
			const result = await awaitJob(session, itemIndex, reference, null, plan);
			return await finish(session, itemIndex, result, plan.waiting.onJobFailure);
		};
	},
};
