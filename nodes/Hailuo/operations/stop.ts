import type { Job, JobReference } from '../core/job';
import { cleanText } from '../core/read';
import type { AfterStop } from '../io/errors';
import type { Session } from './session';

/**
 * Deals with a job that was still going when the execution was stopped: cancels it where the user wants that and the
 * provider can, and leaves its id in n8n's log where not, for it is paid for.
 *
 * @returns what became of it; never throws
 */
export async function afterStop(session: Session, job: JobReference | Job, cancelOnStop: boolean): Promise<AfterStop> {
	const { adapter, gateway, context } = session;
	const name = `${adapter.label} job ${cleanText(job.jobId, 120)}`;
	if (!cancelOnStop || adapter.cancel === undefined) {
		context.logger.warn(`Hailuo: the execution was stopped while ${name} was running; it runs on at the provider`);
		return cancelOnStop ? 'noCancellation' : 'running';
	}
	const outcome = await gateway.run(adapter.cancel(job), { retries: 1, slotWait: 0 }, undefined);
	if (outcome.ok && outcome.value.status === 'cancelled') {
		context.logger.info(`Hailuo: ${name} was cancelled because the execution was stopped`);
		return 'cancelled';
	}
	context.logger.warn(`Hailuo: ${name} could not be cancelled after the execution was stopped`);
	return 'notCancelled';
}
