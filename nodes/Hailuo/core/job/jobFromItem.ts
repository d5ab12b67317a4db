import type { Failure, FailureKind } from '../http/http';
import { describeJob, JOB_STATUSES, type Job, type JobReference } from './job';
import { describeFailure, listAt, momentAt, numberAt, percentageAt, textAt, webUrlAt } from '../http/read';

/**
 * Jobs as they come back from items and from n8n's memory: written by this package, but anybody may have touched them.
 */

/**
 * Reads what finds a job again, from an item of any origin: these names are this package's own.
 *
 * @param value an item's json
 */
export function readHandles(value: unknown, jobId: string): Pick<JobReference, 'jobId' | 'jobToken' | 'route'> {
	const jobToken = textAt(value, 'jobToken');
	const route = textAt(value, 'route');
	return {
		jobId,
		...(jobToken && { jobToken }),
		...((route === 'universal' || route === 'minimax') && { route }),
	};
}

/**
 * Reads what finds a job again, and what its provider may not tell of it.
 *
 * @param value a job of this package: in any other table `model` and `createdAt` may be about something else
 */
export function readReference(value: unknown, jobId: string): JobReference {
	const model = textAt(value, 'model');
	const createdAt = momentAt(value, 'createdAt');
	return { ...readHandles(value, jobId), ...(model && { model }), ...(createdAt && { createdAt }) };
}

/**
 * Reads a whole job.
 *
 * @returns null when provider, id or a status we know is missing
 */
export function readJobFromItem(value: unknown): Job | null {
	const provider = textAt(value, 'provider');
	const jobId = textAt(value, 'jobId');
	const status = JOB_STATUSES.find((known) => known === textAt(value, 'status'));
	if (provider === null || jobId === null || status === undefined) return null;
	const message = textAt(value, 'failure', 'message');
	const amount = numberAt(value, 'cost', 'amount');
	return describeJob({
		provider,
		...readHandles(value, jobId),
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
	});
}

/** Every kind by itself, so that the compiler misses none. */
const FAILURE_KINDS: { [Kind in FailureKind]: Kind } = {
	authentication: 'authentication',
	permission: 'permission',
	credit: 'credit',
	invalid: 'invalid',
	content: 'content',
	notFound: 'notFound',
	conflict: 'conflict',
	rateLimit: 'rateLimit',
	slot: 'slot',
	unavailable: 'unavailable',
	provider: 'provider',
	notCancellable: 'notCancellable',
	redirect: 'redirect',
	unreadable: 'unreadable',
	network: 'network',
	timeout: 'timeout',
	stopped: 'stopped',
};

/**
 * Reads why a read did not work.
 *
 * @returns null when there is no kind we know
 */
export function readFailureFromItem(value: unknown): Failure | null {
	const kind = Object.values(FAILURE_KINDS).find((known) => known === textAt(value, 'kind'));
	if (kind === undefined) return null;
	return describeFailure({
		kind,
		message: textAt(value, 'message') ?? '',
		code: textAt(value, 'code'),
		httpStatus: numberAt(value, 'httpStatus'),
		retryAfterSeconds: numberAt(value, 'retryAfterSeconds'),
	});
}
