import { IMAGE_SHAPE } from '../../core/video/media';
import { offer, type OfferTerms } from '../../core/video/offer';
import type { Failure, HttpResponse } from '../../core/http/http';
import { isWebUrl, momentAt, numberAt, percentageAt, textAt, valueAt } from '../../core/http/read';
import { describeRefusal } from '../refusal';
import { describeCost, lifetimeFrom, mapStatus, urlsIn, type JobReading, type ProviderIdentity } from '../jobExchange';

/** Its limits are Zod's, and so is its way to count. */
const TAKEN = { prompt: 'required', promptCounts: 'utf16Units' } as const;

/** What Apiframe's OpenAPI has of 03, which is not what MiniMax-H3 can do; its SDK calls the model unreleased. */
const OWN_03 = {
	lastFrame: 'none',
	references: null,
	resolutions: { '768P': [6, 10], '1080P': [6, 10] },
	aspectRatios: {},
	promptLimit: 2000,
	promptOptimizer: true,
	cameraMovements: true,
	imageShape: IMAGE_SHAPE,
} satisfies Partial<OfferTerms>;

export const APIFRAME: ProviderIdentity = {
	id: 'apiframe',
	label: 'Apiframe',
	offers: [
		offer({ ...TAKEN, model: 'hailuo-2.3-fast', slug: 'hailuo-2.3-fast', firstFrame: 'recommended' }),
		offer({ ...TAKEN, model: 'hailuo-2.3', slug: 'hailuo-2.3' }),
		offer({ ...TAKEN, model: 'hailuo-02', slug: 'hailuo-02', without: ['512P'] }),
		offer({ ...TAKEN, ...OWN_03, model: 'hailuo-03', slug: 'hailuo-03' }),
	],
	handles: [],
	/** Apiframe OpenAPI 2.0.0-beta.1, `Job.status`. */
	statusWords: {
		queued: 'queued',
		processing: 'running',
		completed: 'succeeded',
		failed: 'failed',
		cancelled: 'cancelled',
	},
};

/** How long Apiframe keeps a result (OpenAPI, `Job.expired`). */
const RESULT_LIFETIME_HOURS = 24;

/** How Apiframe's answers are read; that to a create holds only a status. */
export const READING: JobReading = {
	...APIFRAME,
	idOf: (body) => textAt(body, 'jobId') ?? textAt(body, 'id'),
	read(body) {
		const rawStatus = textAt(body, 'status');
		const completedAt = momentAt(body, 'completedAt');
		// Links to assets that were purged are dead, though they may still be named (OpenAPI, `Job.expired`).
		const isPurged = valueAt(body, 'expired') === true && mapStatus(APIFRAME.statusWords, rawStatus) === 'succeeded';
		return {
			rawStatus,
			...(isPurged && { status: 'failed' }),
			model: textAt(body, 'model'),
			progress: percentageAt(body, 'progress'),
			urls: resultUrls(body),
			reason: isPurged
				? PURGED
				: { code: textAt(body, 'error', 'code'), message: textAt(body, 'error') ?? textAt(body, 'error', 'message') },
			cost: describeCost(numberAt(body, 'creditCost'), 'credits'),
			createdAt: momentAt(body, 'createdAt'),
			completedAt,
			expiresAt: lifetimeFrom(completedAt, RESULT_LIFETIME_HOURS),
		};
	},
	readFailure,
};

const PURGED = { code: 'expired', message: 'Apiframe has removed the video: it keeps results for 24 hours' };

/** OpenAPI leaves `result` untyped: the documented shapes first, else any address of an mp4 in it, else one beside it. */
function resultUrls(body: unknown): string[] {
	const result = valueAt(body, 'result');
	const beside = [valueAt(body, 'videoUrl'), valueAt(body, 'video_url')];
	return [urlsIn(result), mp4Urls(result, RESULT_DEPTH), urlsIn(beside)].find((urls) => urls.length > 0) ?? [];
}

/** Deeper than any shape that was seen. */
const RESULT_DEPTH = 4;

function mp4Urls(value: unknown, depth: number): string[] {
	if (typeof value === 'string')
		return isWebUrl(value.trim()) && /\.mp4(?:[?#]|$)/i.test(value.trim()) ? [value.trim()] : [];
	if (depth === 0 || typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap((part: unknown) => mp4Urls(part, depth - 1));
}

/**
 * Apiframe OpenAPI. 409 is an idempotency key of another request; 503 is "Service temporarily unavailable (queue / DB
 * outage). Retry with backoff."
 */
const REFUSING_STATUSES: readonly number[] = [400, 401, 402, 403, 404, 409, 429, 503];

/** The numbers of a refusal go into the message. */
function readFailure(response: HttpResponse): Failure {
	const { status, json } = response;
	const error = textAt(json, 'error') ?? textAt(json, 'error', 'message') ?? textAt(json, 'message');
	const words = [...(error === null ? [] : [error]), ...describeCredits(json)];
	const isProof = REFUSING_STATUSES.includes(status) && error !== null;
	return describeRefusal(response, {
		message: words.length > 0 ? words.join('; ') : null,
		code: textAt(json, 'code'),
		...(isProof && { made: 'no' }),
		...(isProof && status === 503 && { kind: 'unavailable' }),
	});
}

/** The numbers of a 402. */
function describeCredits(body: unknown): string[] {
	const required = numberAt(body, 'creditsRequired');
	const available = numberAt(body, 'creditsAvailable');
	if (required === null || available === null) return [];
	return [`${required} credits required, ${available} available`];
}
