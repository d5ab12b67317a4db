import type { Failure, HttpResponse } from '../../core/http/http';
import { describeJob, type Job, type JobFailure, type JobReference, type JobStatus } from '../../core/job/job';
import { isWebUrl, momentAt, numberAt, percentageAt, textAt, valueAt } from '../../core/http/read';
import { describeJobFailure, describeRefusal, mapStatus } from '../exchange';

export const ID = 'apiframe';

/** Apiframe OpenAPI 2.0.0-beta.1, `Job.status`. */
export const STATUS_WORDS: Readonly<Record<string, JobStatus>> = {
	queued: 'queued',
	processing: 'running',
	completed: 'succeeded',
	failed: 'failed',
	cancelled: 'cancelled',
};

/** How long Apiframe keeps a result (OpenAPI, `Job.expired`). */
const RESULT_LIFETIME_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Where the several descriptions of `result` put the address, the current documentation first. */
const RESULT_KEYS = ['videoUrl', 'video_url', 'url', 'videos', 'urls', 'output'] as const;

/** Deeper than any documented shape. */
const RESULT_DEPTH = 4;

/**
 * Reads a job from the answer to a create, which holds only its status, or to a read.
 *
 * @param body the answer, untrusted
 * @param reference what is known of the job without it
 */
export function readJob(body: unknown, reference: JobReference): Job {
	const rawStatus = textAt(body, 'status');
	const said = mapStatus(STATUS_WORDS, rawStatus);
	const [videoUrl = null, ...additionalUrls] = said === 'succeeded' ? resultUrls(valueAt(body, 'result')) : [];
	const completedAt = momentAt(body, 'completedAt');
	const job = describeJob({
		provider: ID,
		jobId: reference.jobId,
		model: textAt(body, 'model') ?? reference.model ?? null,
		status: said,
		rawStatus,
		progress: percentageAt(body, 'progress'),
		videoUrl,
		additionalUrls,
		failure: said === 'failed' ? readJobFailure(body) : null,
		cost: readCost(body),
		createdAt: momentAt(body, 'createdAt') ?? momentAt(reference.createdAt),
		completedAt,
	});
	if (said !== 'succeeded') return job;
	if (videoUrl !== null) return { ...job, expiresAt: expiryOf(completedAt) };
	return valueAt(body, 'expired') === true
		? { ...job, status: 'failed', failure: EXPIRED }
		: { ...job, status: 'unknown', failure: NO_VIDEO };
}

const NO_VIDEO: JobFailure = {
	code: 'no_video',
	message: 'Apiframe calls the job completed but gives no address of a video',
};

const EXPIRED: JobFailure = {
	code: 'expired',
	message: 'Apiframe has removed the video: it keeps results for 24 hours',
};

function expiryOf(completedAt: string | null): string | null {
	return completedAt === null ? null : momentAt(Date.parse(completedAt) + RESULT_LIFETIME_MILLISECONDS);
}

function readJobFailure(body: unknown): JobFailure {
	const message = textAt(body, 'error') ?? textAt(body, 'error', 'message');
	return describeJobFailure(textAt(body, 'error', 'code'), message, 'Apiframe gave no reason');
}

function readCost(body: unknown): Job['cost'] {
	const credits = numberAt(body, 'creditCost');
	return credits !== null && credits >= 0 ? { amount: credits, unit: 'credits' } : null;
}

/** OpenAPI leaves `result` untyped: the documented shapes first, else any address of an mp4 in it. */
function resultUrls(result: unknown): string[] {
	const known = knownUrls(result, RESULT_DEPTH);
	return [...new Set(known.length > 0 ? known : mp4Urls(result, RESULT_DEPTH))];
}

function knownUrls(value: unknown, depth: number): string[] {
	if (typeof value === 'string') return isWebUrl(value.trim()) ? [value.trim()] : [];
	if (depth === 0 || typeof value !== 'object' || value === null) return [];
	const parts: unknown[] = Array.isArray(value) ? value : RESULT_KEYS.map((key) => valueAt(value, key));
	return parts.flatMap((part) => knownUrls(part, depth - 1));
}

function mp4Urls(value: unknown, depth: number): string[] {
	if (typeof value === 'string')
		return isWebUrl(value.trim()) && /\.mp4(?:[?#]|$)/i.test(value.trim()) ? [value.trim()] : [];
	if (depth === 0 || typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap((part: unknown) => mp4Urls(part, depth - 1));
}

/**
 * Reads a refusal; what it names in detail, fields and numbers, goes into the message.
 */
export function readFailure(response: HttpResponse): Failure {
	const { status, json } = response;
	const error = textAt(json, 'error') ?? textAt(json, 'error', 'message') ?? textAt(json, 'message');
	const words = [...(error === null ? [] : [error]), ...describeDetails(json), ...describeCredits(json)];
	const known = { message: words.length > 0 ? words.join('; ') : null, code: textAt(json, 'code') };
	// "Service temporarily unavailable (queue / DB outage). Retry with backoff." (OpenAPI), if Apiframe itself says so:
	// a proxy's page of the same status knows nothing of what the server behind it did.
	if (status === 503 && error !== null) return describeRefusal(response, { ...known, kind: 'unavailable', made: 'no' });
	return describeRefusal(response, known);
}

/** `details` of a 400: a list of messages for each path. */
function describeDetails(body: unknown): string[] {
	const details = valueAt(body, 'details');
	if (typeof details !== 'object' || details === null) return [];
	return Object.entries(details).map(([path, messages]: [string, unknown]) => {
		const words = Array.isArray(messages)
			? messages.filter((word) => typeof word === 'string').join(', ')
			: textAt(messages);
		return words === null || words === '' ? path : `${path}: ${words}`;
	});
}

/** The numbers of a 402. */
function describeCredits(body: unknown): string[] {
	const required = numberAt(body, 'creditsRequired');
	const available = numberAt(body, 'creditsAvailable');
	if (required === null || available === null) return [];
	return [`${required} credits required, ${available} available`];
}
