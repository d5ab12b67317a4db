import { modelOfSlug, offer, slugFor } from '../../core/video/offer';
import { sha256Hex } from '../../core/http/hmac';
import type { Exchange, Failure, HttpResponse, JsonObject } from '../../core/http/http';
import type { Job } from '../../core/job/job';
import { encodeSegment, momentAt, numberAt, percentageAt, textAt, valueAt, webUrlAt } from '../../core/http/read';
import type { VideoRequest } from '../../core/video/videoRequest';
import type { CallbackNote, ProviderAdapter } from '../adapter';
import { uploadExchange, uploadFrames, type FileFrame } from '../exchange';
import { describeRefusal, kindOfStatus } from '../refusal';
import {
	createExchange,
	describeCost,
	getExchange,
	lifetimeFrom,
	mapStatus,
	type JobReading,
	type ProviderIdentity,
	type Reason,
	urlsIn,
} from '../jobExchange';

const EVOLINK: ProviderIdentity = {
	id: 'evolink',
	label: 'EvoLink',
	/** EvoLink compares the names with case. */
	offers: [
		offer({ model: 'hailuo-2.3-fast', slug: 'MiniMax-Hailuo-2.3-Fast', prompt: 'optional' }),
		offer({ model: 'hailuo-2.3', slug: 'MiniMax-Hailuo-2.3', prompt: 'required' }),
		offer({ model: 'hailuo-02', slug: 'MiniMax-Hailuo-02', prompt: 'requiredWithoutImage' }),
	],
	handles: [],
	/** EvoLink's OpenAPI has the first four; `cancelled` stands on its callback pages only. */
	statusWords: {
		pending: 'queued',
		processing: 'running',
		completed: 'succeeded',
		failed: 'failed',
		cancelled: 'cancelled',
	},
};

/** EvoLink docs, error codes of tasks; the same check may refuse the request itself. */
const CONTENT_REFUSED = 'content_policy_violation';

/** "Generated video links are valid for 24 hours" (EvoLink page for Hailuo 2.3 Fast). */
const LINK_LIFETIME_HOURS = 24;

function createBody(request: VideoRequest, imageUrls: string[]): JsonObject {
	const { fastPretreatment } = request.extras;
	return {
		model: slugFor(EVOLINK.offers, request),
		...(request.prompt !== '' && { prompt: request.prompt }),
		...(imageUrls.length > 0 && { image_urls: imageUrls }),
		quality: request.resolution.toLowerCase(),
		duration: request.duration,
		model_params: {
			prompt_optimizer: request.promptOptimizer,
			// 2.3 Fast has no such field.
			...(typeof fastPretreatment === 'boolean' &&
				request.model !== 'hailuo-2.3-fast' && { fast_pretreatment: fastPretreatment }),
		},
		...(request.callbackUrl !== null && { callback_url: request.callbackUrl }),
	};
}

/** EvoLink takes 16 to 96 characters of these. */
function fitKey(key: string): string {
	return /^[\w.-]{16,96}$/.test(key) ? key : sha256Hex(key);
}

function create(request: VideoRequest, imageUrls: string[]): Exchange<Job> {
	const { idempotencyKey, model } = request;
	const body = { kind: 'json' as const, value: createBody(request, imageUrls) };
	const keyed =
		idempotencyKey === null ? {} : { headers: { 'Idempotency-Key': fitKey(idempotencyKey) }, idempotent: true };
	return createExchange(READING, { path: '/v1/videos/generations', body, ...keyed }, { model });
}

/**
 * The files API is a host of its own. Its pages spell the further fields now one way, now another, so only `file` is
 * sent; files live for 72 hours.
 */
function upload(file: FileFrame): Exchange<string> {
	return uploadExchange(
		file,
		{ host: 'files', path: '/api/v1/files/upload/stream' },
		{
			value: ({ json }) => webUrlAt(json, 'data', 'file_url'),
			failure: readFailure,
			refuses: (body) => valueAt(body, 'success') === false,
		},
	);
}

const READING: JobReading = {
	...EVOLINK,
	idOf: (body) => textAt(body, 'id'),
	read(body, reference) {
		const createdAt = momentAt(body, 'created');
		const slug = textAt(body, 'model');
		return {
			rawStatus: textAt(body, 'status'),
			model: modelOfSlug(EVOLINK.offers, (own) => own === slug),
			progress: percentageAt(body, 'progress'),
			urls: resultUrls(body),
			reason: readReason(body),
			// Failed tasks are refunded (EvoLink docs); what was merely reserved is no cost.
			cost:
				describeCost(
					numberAt(body, 'usage', 'credits_used') ?? numberAt(body, 'usage', 'cost', 'credits'),
					'credits',
				) ?? describeCost(numberAt(body, 'usage', 'cost', 'usd'), 'USD'),
			createdAt,
			// When the link was made is not told; counted from the job's creation it cannot live shorter.
			expiresAt: lifetimeFrom(createdAt ?? momentAt(reference.createdAt), LINK_LIFETIME_HOURS),
		};
	},
	readFailure,
	refuses: hasError,
};

/** `results` is documented; `result_data` is what some tasks have instead. */
function resultUrls(body: unknown): string[] {
	const results = urlsIn(valueAt(body, 'results'));
	return results.length > 0 ? results : urlsIn(valueAt(body, 'result_data'));
}

function readReason(body: unknown): Reason {
	const message = textAt(body, 'error', 'message') ?? textAt(body, 'error');
	const suggestion = textAt(body, 'error', 'suggestion');
	return {
		code: textAt(body, 'error', 'code'),
		message: message === null || suggestion === null ? message : `${message} (${suggestion})`,
	};
}

function hasError(body: unknown): boolean {
	const error = valueAt(body, 'error');
	return typeof error === 'object' ? error !== null : textAt(error) !== null;
}

/** EvoLink OpenAPI, the answers to a create. */
const REFUSING_STATUSES: readonly number[] = [400, 401, 402, 403, 404, 413, 429];

/**
 * How a 503 says that the request was not taken: "Service temporarily unavailable, retry after 30 seconds" (OpenAPI), and
 * "No available channel..." with the code `service_unavailable` (documented until 2026-03), which is said before dispatch.
 */
const NOT_TAKEN: readonly string[] = ['service_unavailable_error', 'service_unavailable'];

/**
 * The API's envelope is `error` with `code` (mostly the HTTP status again), `type` and `message`; the files API's is
 * `success: false` with `code` and `msg`, possibly in an answer of status 200.
 */
function readFailure(response: HttpResponse): Failure {
	const { status, json } = response;
	const type = textAt(json, 'error', 'type');
	const number = numberAt(json, 'error', 'code') ?? numberAt(json, 'code');
	const word = number === null ? textAt(json, 'error', 'code') : null;
	const meant = status < 400 && number !== null && number >= 400 && number < 600 ? number : status;
	const known = {
		message:
			textAt(json, 'error', 'message') ?? textAt(json, 'error') ?? textAt(json, 'msg') ?? textAt(json, 'message'),
		code: word ?? type ?? (number === null ? null : String(number)),
		retryWords: textAt(json, 'error', 'fallback_suggestion'),
	};
	if (status === 503 && NOT_TAKEN.some((said) => said === word || said === type)) {
		return describeRefusal(response, { ...known, kind: 'unavailable', made: 'no' });
	}
	const contentRefused = word === CONTENT_REFUSED || type === CONTENT_REFUSED;
	return describeRefusal(response, {
		...known,
		kind: contentRefused ? 'content' : kindOfStatus(meant),
		...(REFUSING_STATUSES.includes(status) && type !== null && { made: 'no' }),
	});
}

/** A callback's body is the answer to a task query (EvoLink docs, callbacks). */
function readCallback(body: unknown): CallbackNote | null {
	const jobId = textAt(body, 'id');
	const status = textAt(body, 'status');
	if (jobId === null || status === null) return null;
	return { reference: { jobId }, status: mapStatus(EVOLINK.statusWords, status) };
}

/**
 * EvoLink (evolink.ai). It documents no cancellation. Its two official clients send an `Idempotency-Key` with every paid
 * POST, and repeat one under the same key alone; the public docs do not have it, nor how long a key is known.
 * Sources: EvoLink OpenAPI of the three models and of the task query, EvoLink pages on files, errors and callbacks.
 */
export const evolink: ProviderAdapter = {
	...EVOLINK,
	credential: 'hailuoEvolinkApi',
	documentationUrl: 'https://docs.evolink.ai/en/api-manual/video-series/hailuo/hailuo-2-3-fast-video-generate',
	jobsPage: 'https://evolink.ai/dashboard',
	extras: [
		{
			name: 'fastPretreatment',
			label: 'Fast Pretreatment',
			description: 'Whether the prompt optimizer takes less time over the prompt',
			models: ['hailuo-02', 'hailuo-2.3'],
			type: 'boolean',
			default: false,
		},
	],
	// Each read of an unfinished task makes the gateway ask MiniMax, so EvoLink's own client asks no more often.
	shortestPollSeconds: 8,
	linkLifetime: '24 hours',
	// For all three models since 2026-03: https only, no private hosts, at most 2,048 characters (EvoLink OpenAPI).
	callbacks: { httpsOnly: true, resumesExecution: true, readCallback },
	idempotentCreate: { hours: 1 },

	create(request) {
		return uploadFrames([request.firstFrame, request.lastFrame], upload, (urls) =>
			create(
				request,
				urls.filter((url) => url !== null),
			),
		);
	},

	get(reference) {
		return getExchange(READING, reference, { path: `/v1/tasks/${encodeSegment(reference.jobId)}` });
	},
};
