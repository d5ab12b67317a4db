import type { Exchange, HttpResponse, JsonObject } from '../../core/http/http';
import type { Job } from '../../core/job/job';
import { encodeSegment, webUrlAt } from '../../core/http/read';
import { slugFor } from '../../core/video/offer';
import type { VideoRequest } from '../../core/video/videoRequest';
import type { ProviderAdapter } from '../adapter';
import { orElse, uploadExchange, uploadFrames, type HeldFile } from '../exchange';
import { createExchange, getExchange } from '../jobExchange';
import { readCallback, verifyCallback } from './apiframeCallback';
import { APIFRAME, READING } from './apiframeRead';

type CallbackSpelling = 'camelCase' | 'snake_case';

function createBody(
	request: VideoRequest,
	image: string | null,
	endImage: string | null,
	spelling: CallbackSpelling,
): JsonObject {
	// Of the second spelling only the address is attested, and an unknown key would have the whole request refused.
	const callback: JsonObject =
		spelling === 'camelCase'
			? {
					webhookUrl: request.callbackUrl,
					webhookEvents: [...(request.callbackProgress ? ['progress'] : []), 'completed', 'failed'],
				}
			: { webhook_url: request.callbackUrl };
	return {
		model: slugFor(APIFRAME.offers, request),
		prompt: request.prompt,
		hailuoParams: {
			duration: request.duration,
			// The enum is lower case: `768P` is refused.
			resolution: request.resolution.toLowerCase(),
			...(request.promptOptimizer !== null && { prompt_optimizer: request.promptOptimizer }),
			...(image !== null && { image }),
			...(endImage !== null && { end_image: endImage }),
		},
		...(request.callbackUrl !== null && callback),
	};
}

function createWith(
	request: VideoRequest,
	image: string | null,
	endImage: string | null,
	spelling: CallbackSpelling,
): Exchange<Job> {
	// One key with two bodies is a 409, should the refused first spelling have been remembered.
	const key =
		request.idempotencyKey !== null && spelling === 'snake_case'
			? `${request.idempotencyKey}-2`
			: request.idempotencyKey;
	const value = createBody(request, image, endImage, spelling);
	return createExchange(
		READING,
		{
			path: '/v2/videos/generate',
			body: { kind: 'json', value },
			...(key !== null && { headers: { 'Idempotency-Key': key }, idempotent: true }),
		},
		{ model: request.model },
	);
}

/**
 * Apiframe's model pages say `webhook_url`, its OpenAPI and SDK `webhookUrl`; unknown keys are refused. A refusal that
 * names ours as unknown made nothing, so the other spelling is tried once.
 */
function create(request: VideoRequest, image: string | null, endImage: string | null): Exchange<Job> {
	const first = createWith(request, image, endImage, 'camelCase');
	if (request.callbackUrl === null) return first;
	return orElse(first, refusesCallbackField, () => createWith(request, image, endImage, 'snake_case'));
}

/**
 * Whether an answer is a refusal of Apiframe's own, so that nothing was made, and for the field's name. An address that
 * is refused for its value names the field as well, but calls it invalid, not unrecognised.
 */
function refusesCallbackField(response: HttpResponse): boolean {
	const { status, text } = response;
	return (
		status === 400 &&
		READING.readFailure(response).made === 'no' &&
		/webhook(?:Url|Events)/.test(text) &&
		/unrecogni[sz]ed|unknown|unexpected|additional|not allowed/i.test(text)
	);
}

/** Uploads live for an hour or two (OpenAPI, `/v2/uploads`): they are made right before the create. */
function upload(file: HeldFile): Exchange<string> {
	const value = ({ json }: HttpResponse) => webUrlAt(json, 'url');
	return uploadExchange(file, { host: 'api', path: '/v2/uploads' }, { value, failure: READING.readFailure });
}

/**
 * Apiframe (apiframe.ai), v2. No cancellation, though its jobs can be CANCELLED.
 * Sources: Apiframe OpenAPI 2.0.0-beta.1, Apiframe model page for Hailuo 2.3 Fast, Apiframe docs.
 */
export const apiframe: ProviderAdapter = {
	...APIFRAME,
	credential: 'hailuoApiframeApi',
	documentationUrl: 'https://apiframe.ai/docs',
	jobsPage: 'https://console.apiframe.ai/dashboard',
	extras: [],
	shortestPollSeconds: 2,
	linkLifetime: '24 hours',
	callbacks: { httpsOnly: false, resumesExecution: true, readCallback, verify: verifyCallback },
	// "24 h" (OpenAPI, Idempotency-Key).
	idempotentCreate: { hours: 23 },

	create(request) {
		return uploadFrames([request.firstFrame, request.lastFrame], upload, ([image = null, endImage = null]) =>
			create(request, image, endImage),
		);
	},

	get(reference) {
		return getExchange(READING, reference, { path: `/v2/jobs/${encodeSegment(reference.jobId)}` });
	},
};
