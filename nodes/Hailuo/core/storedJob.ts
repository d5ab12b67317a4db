import { describeJob, JOB_STATUSES, type Job, type JobReference } from './job';
import { listAt, momentAt, numberAt, percentageAt, textAt, webUrlAt } from './read';

/**
 * Jobs as they come back from items and from n8n's memory: written by this package, but anybody may have touched them.
 */

/**
 * Reads what finds a job again from anything that looks like a job.
 *
 * @param value an item's json, a job
 */
export function readReference(value: unknown, jobId: string): JobReference {
	const jobToken = textAt(value, 'jobToken');
	const route = textAt(value, 'route');
	const model = textAt(value, 'model');
	const createdAt = textAt(value, 'createdAt');
	return {
		jobId,
		...(jobToken && { jobToken }),
		...((route === 'universal' || route === 'minimax') && { route }),
		...(model && { model }),
		...(createdAt && { createdAt }),
	};
}

/**
 * Reads a whole job.
 *
 * @returns null when provider, id or a status we know is missing
 */
export function readStoredJob(value: unknown): Job | null {
	const provider = textAt(value, 'provider');
	const jobId = textAt(value, 'jobId');
	const status = JOB_STATUSES.find((known) => known === textAt(value, 'status'));
	if (provider === null || jobId === null || status === undefined) return null;
	const message = textAt(value, 'failure', 'message');
	const amount = numberAt(value, 'cost', 'amount');
	const { jobToken, route } = readReference(value, jobId);
	return describeJob({
		provider,
		jobId,
		model: textAt(value, 'model'),
		status,
		rawStatus: textAt(value, 'rawStatus'),
		progress: percentageAt(value, 'progress'),
		videoUrl: webUrlAt(value, 'videoUrl'),
		additionalUrls: listAt(value, 'additionalUrls').flatMap((url) => webUrlAt(url) ?? []),
		failure: message === null ? null : { code: textAt(value, 'failure', 'code'), message },
		cost: amount === null ? null : { amount, unit: textAt(value, 'cost', 'unit') ?? '' },
		createdAt: momentAt(value, 'createdAt'),
		completedAt: momentAt(value, 'completedAt'),
		expiresAt: momentAt(value, 'expiresAt'),
		...(jobToken && { jobToken }),
		...(route && { route }),
	});
}
