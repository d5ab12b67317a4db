import type { Job, JobReference } from '../core/job/job';
import type { AfterStop } from '../io/errors';
import { cancelJob } from './askAgain';
import { nameForLog, type RunContext } from './runContext';

/**
 * What became of each job at an execution's Stop, by the signal of that Stop. n8n runs a node with Retry On Fail again
 * after a Stop too, and the next try meets the same jobs.
 */
const settled = new WeakMap<AbortSignal, Map<string, Promise<AfterStop>>>();

/**
 * Deals, once, with a job that was still going when the execution was stopped: cancels it where the user wants that and
 * the provider can, and leaves its id in n8n's log where not, for it is paid for.
 *
 * @returns what became of it; never throws
 */
export async function afterStop(run: RunContext, job: JobReference | Job, cancelOnStop: boolean): Promise<AfterStop> {
	const signal = run.context.getExecutionCancelSignal();
	if (signal === undefined) return await settle(run, job, cancelOnStop);
	const jobs = settled.get(signal) ?? new Map<string, Promise<AfterStop>>();
	settled.set(signal, jobs);
	const key = `${run.adapter.id} ${job.jobId}`;
	const outcome = jobs.get(key) ?? settle(run, job, cancelOnStop);
	jobs.set(key, outcome);
	return await outcome;
}

async function settle(run: RunContext, job: JobReference | Job, cancelOnStop: boolean): Promise<AfterStop> {
	const { context } = run;
	const name = nameForLog(run, job);
	const outcome = cancelOnStop ? await cancelJob(run, job, undefined) : null;
	if (outcome === null) {
		context.logger.warn(`Hailuo: the execution was stopped while ${name} was running; it runs on at the provider`);
		return cancelOnStop ? 'noCancellation' : 'running';
	}
	if (outcome.ok && outcome.value.status === 'cancelled') {
		context.logger.info(`Hailuo: ${name} was cancelled because the execution was stopped`);
		return 'cancelled';
	}
	context.logger.warn(`Hailuo: ${name} could not be cancelled after the execution was stopped`);
	return 'notCancelled';
}
