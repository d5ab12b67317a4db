import { slugFor } from '../../core/video/offer';
import { sha256Hex } from '../../core/http/hmac';
import type { Exchange, JsonObject } from '../../core/http/http';
import type { Job } from '../../core/job/job';
import { encodeSegment, valueAt, webUrlAt } from '../../core/http/read';
import type { VideoRequest } from '../../core/video/videoRequest';
import type { ProviderAdapter } from '../adapter';
import { uploadExchange, uploadFrames, uploadReferences, type HeldFile, type ReferenceUrls } from '../exchange';
import { createExchange, getExchange } from '../jobExchange';
import { EVOLINK, READING, readCallback } from './evolinkRead';

/** What the bodies of all models have. */
function commonFields(request: VideoRequest): JsonObject {
	return {
		model: slugFor(EVOLINK.offers, request),
		...(request.prompt !== '' && { prompt: request.prompt }),
		quality: request.resolution.toLowerCase(),
		duration: request.duration,
		...(request.callbackUrl !== null && { callback_url: request.callbackUrl }),
	};
}

/** @param frames the addresses of the first and the last frame */
function createBody(request: VideoRequest, frames: ReadonlyArray<string | null>): JsonObject {
	const { fastPretreatment } = request.extras;
	const imageUrls = frames.filter((url) => url !== null);
	return {
		...commonFields(request),
		...(imageUrls.length > 0 && { image_urls: imageUrls }),
		model_params: {
			prompt_optimizer: request.promptOptimizer,
			// 2.3 Fast has no such field.
			...(typeof fastPretreatment === 'boolean' &&
				request.model !== 'hailuo-2.3-fast' && { fast_pretreatment: fastPretreatment }),
		},
	};
}

/** The schemas of MiniMax-H3 are closed: what a mode has no use for is an error, `image_urls` beside frames too. */
function thirdBody(
	request: VideoRequest,
	[first = null, last = null]: ReadonlyArray<string | null>,
	references?: ReferenceUrls,
): JsonObject {
	const { images = [], videos = [], audios = [] } = references ?? {};
	return {
		...commonFields(request),
		...(first !== null && { image_start: first }),
		...(last !== null && { image_end: last }),
		...(images.length > 0 && { image_urls: [...images] }),
		...(videos.length > 0 && { video_urls: [...videos] }),
		...(audios.length > 0 && { audio_urls: [...audios] }),
		...(request.aspectRatio && { aspect_ratio: request.aspectRatio }),
	};
}

/** EvoLink takes 16 to 96 characters of these. */
function fitKey(key: string): string {
	return /^[\w.-]{16,96}$/.test(key) ? key : sha256Hex(key);
}

function create(request: VideoRequest, value: JsonObject): Exchange<Job> {
	const { idempotencyKey, model } = request;
	const body = { kind: 'json' as const, value };
	const keyed =
		idempotencyKey === null ? {} : { headers: { 'Idempotency-Key': fitKey(idempotencyKey) }, idempotent: true };
	return createExchange(READING, { path: '/v1/videos/generations', body, ...keyed }, { model });
}

/**
 * The files API is a host of its own. Its pages spell the further fields now one way, now another, so only `file` is
 * sent; files live for 72 hours.
 */
function upload(file: HeldFile): Exchange<string> {
	return uploadExchange(
		file,
		{ host: 'files', path: '/api/v1/files/upload/stream' },
		{
			value: ({ json }) => webUrlAt(json, 'data', 'file_url'),
			failure: READING.readFailure,
			refuses: (body) => valueAt(body, 'success') === false,
		},
	);
}

/**
 * EvoLink (evolink.ai). It documents no cancellation. Its two official clients send an `Idempotency-Key` with every paid
 * POST, and repeat one under the same key alone; the public docs do not have it, nor how long a key is known.
 * Sources: EvoLink OpenAPI of the three older models and of the task query, EvoLink's parameter tables of minimax-h3, EvoLink pages on files, errors and callbacks.
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
		const { firstFrame, lastFrame, references } = request;
		if (references)
			return uploadReferences(references, upload, (urls) => create(request, thirdBody(request, [], urls)));
		const bodyOf = request.model.startsWith('hailuo-03') ? thirdBody : createBody;
		return uploadFrames([firstFrame, lastFrame], upload, (urls) => create(request, bodyOf(request, urls)));
	},

	get(reference) {
		return getExchange(READING, reference, { path: `/v1/tasks/${encodeSegment(reference.jobId)}` });
	},
};
