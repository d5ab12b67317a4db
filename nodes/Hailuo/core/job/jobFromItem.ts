import { FAILURE_KINDS, type Failure } from '../http/http';
import { describeJob, JOB_STATUSES, type Handles, type Job, type JobReference } from './job';
import { describeFailure, listAt, momentAt, numberAt, percentageAt, textAt, webUrlAt } from '../http/read';

/**
 * Jobs as they come back from items and from n8n's memory: written by this package, but anybody may have touched them.
 */

/**
 * Writes a job, or a reference to one, as items and n8n's memory hold it: its handles beside its other fields.
 */
export function writeJob<Known extends JobReference>({ handles, ...fields }: Known): Omit<Known, 'handles'> {
	// In one order, since what is written may be signed.
	return { ...fields, ...Object.fromEntries(Object.entries(handles ?? {}).sort()) };
}

/**
 * Reads what finds a job again, from an item of any origin: these names are this package's own.
 *
 * @param value an item's json
 * @param handleNames the handles that the job's provider has
 */
export function readHandles(
	value: unknown,
	jobId: string,
	handleNames: readonly string[],
): Required<Pick<JobReference, 'jobId' | 'handles'>> {
	const known = handleNames.map((name) => [name, textAt(value, name)] as const);
	const handles: Handles = Object.fromEntries(known.flatMap(([name, handle]) => (handle ? [[name, handle]] : [])));
	return { jobId, handles };
}

/**
 * Reads what finds a job again, and what its provider may not tell of it.
 *
 * @param value a job of this package: in any other table `model` and `createdAt` may be about something else
 * @param handleNames the handles that the job's provider has
 */
export function readReference(value: unknown, jobId: string, handleNames: readonly string[]): JobReference {
	const model = textAt(value, 'model');
	const createdAt = momentAt(value, 'createdAt');
	return { ...readHandles(value, jobId, handleNames), ...(model && { model }), ...(createdAt && { createdAt }) };
}

/**
 * Reads a whole job.
 *
 * @param handleNames the handles that the job's provider has
 * @returns null when provider, id or a status we know is missing
 */
export function readJobFromItem(value: unknown, handleNames: readonly string[]): Job | null {
	const provider = textAt(value, 'provider');
	const jobId = textAt(value, 'jobId');
	const status = JOB_STATUSES.find((known) => known === textAt(value, 'status'));
	if (provider === null || jobId === null || status === undefined) return null;
	const message = textAt(value, 'failure', 'message');
	const amount = numberAt(value, 'cost', 'amount');
	return describeJob({
		provider,
		...readHandles(value, jobId, handleNames),
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

/**
 * Reads why a read did not work.
 *
 * @returns null when there is no kind we know
 */
export function readFailureFromItem(value: unknown): Failure | null {
	const kind = FAILURE_KINDS.find((known) => known === textAt(value, 'kind'));
	if (kind === undefined) return null;
	return describeFailure({
		kind,
		message: textAt(value, 'message') ?? '',
		code: textAt(value, 'code'),
		httpStatus: numberAt(value, 'httpStatus'),
		retryAfterSeconds: numberAt(value, 'retryAfterSeconds'),
	});
}
