import { offer, type ModelId } from '../../core/video/catalog';
import type { Exchange, Failure, HttpResponse, JsonObject } from '../../core/http/http';
import { describeJob, type Job, type JobFailure, type JobReference, type JobStatus } from '../../core/job/job';
import {
	encodeSegment,
	listAt,
	momentAt,
	numberAt,
	percentageAt,
	textAt,
	valueAt,
	webUrlAt,
} from '../../core/http/read';
import type { VideoRequest } from '../../core/video/videoRequest';
import type { CallbackNote, ProviderAdapter } from '../adapter';
import {
	answerReader,
	describeJobFailure,
	describeRefusal,
	kindOfStatus,
	mapStatus,
	uploadFrames,
	type FileFrame,
} from '../exchange';

const ID = 'evolink';

/** Compared with case by EvoLink. */
const NAMES: Partial<Record<ModelId, string>> = {
	'hailuo-2.3-fast': 'MiniMax-Hailuo-2.3-Fast',
	'hailuo-2.3': 'MiniMax-Hailuo-2.3',
	'hailuo-02': 'MiniMax-Hailuo-02',
};

/** EvoLink's OpenAPI has the first four; `cancelled` stands on its callback pages only. */
const STATUS_WORDS: Readonly<Record<string, JobStatus>> = {
	pending: 'queued',
	processing: 'running',
	completed: 'succeeded',
	failed: 'failed',
	cancelled: 'cancelled',
};

/** EvoLink docs, error codes of tasks; the same check may refuse the request itself. */
const CONTENT_REFUSED = 'content_policy_violation';

/** "Generated video links are valid for 24 hours" (EvoLink page for Hailuo 2.3 Fast). */
const LINK_LIFETIME_MILLISECONDS = 24 * 60 * 60 * 1000;

function createBody(request: VideoRequest, imageUrls: string[]): JsonObject {
	const { fastPretreatment } = request.extras;
	return {
		model: NAMES[request.model] ?? request.model,
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

function create(request: VideoRequest, imageUrls: string[]): Exchange<Job> {
	return {
		request: {
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: '/v1/videos/generations',
			body: { kind: 'json', value: createBody(request, imageUrls) },
		},
		read: answerReader({
			value: ({ json }) => {
				const jobId = textAt(json, 'id');
				return jobId === null ? null : readJob(json, { jobId, model: request.model });
			},
			failure: readFailure,
			refused: ({ json }) => textAt(json, 'id') === null && hasError(json),
		}),
	};
}

/**
 * The files API is a host of its own. Its pages spell the further fields now one way, now another, so only `file` is
 * sent; files live for 72 hours.
 */
function upload(file: FileFrame): Exchange<string> {
	return {
		request: {
			purpose: 'upload',
			method: 'POST',
			host: 'files',
			path: '/api/v1/files/upload/stream',
			body: { kind: 'multipart', fields: [{ name: 'file', file }] },
		},
		read: answerReader({
			value: ({ json }) => webUrlAt(json, 'data', 'file_url'),
			failure: readFailure,
			refused: ({ json }) => valueAt(json, 'success') === false,
		}),
	};
}

function readJob(body: unknown, reference: JobReference): Job {
	const rawStatus = textAt(body, 'status');
	const said = mapStatus(STATUS_WORDS, rawStatus);
	const [videoUrl = null, ...additionalUrls] = said === 'succeeded' ? resultUrls(body) : [];
	const unproven = said === 'succeeded' && videoUrl === null;
	const createdAt = momentAt(body, 'created') ?? momentAt(reference.createdAt);
	return describeJob({
		provider: ID,
		jobId: reference.jobId,
		model: reference.model ?? readModel(body),
		status: unproven ? 'unknown' : said,
		rawStatus,
		progress: percentageAt(body, 'progress'),
		videoUrl,
		additionalUrls,
		failure: said === 'failed' ? readJobFailure(body) : unproven ? NO_VIDEO : null,
		cost: readCost(body),
		createdAt,
		// When the link was made is not told; counted from the job's creation it cannot live shorter.
		expiresAt:
			videoUrl === null || createdAt === null ? null : momentAt(Date.parse(createdAt) + LINK_LIFETIME_MILLISECONDS),
	});
}

const NO_VIDEO: JobFailure = {
	code: 'no_video',
	message: 'EvoLink calls the job completed but gives no address of a video',
};

const NO_REASON = 'EvoLink gave no reason';

function readModel(body: unknown): string | null {
	const name = textAt(body, 'model');
	return Object.entries(NAMES).find(([, own]) => own === name)?.[0] ?? null;
}

/** `results` is documented; `result_data` (a list or one object) is what some tasks have instead. */
function resultUrls(body: unknown): string[] {
	const results = listAt(body, 'results').map((result) => webUrlAt(result));
	const data = valueAt(body, 'result_data');
	const further = (Array.isArray(data) ? data : [data]).map(
		(part) => webUrlAt(part, 'url') ?? webUrlAt(part, 'video_url'),
	);
	const found = [results, further].map((urls) => urls.filter((url) => url !== null));
	return [...new Set(found.find((urls) => urls.length > 0))];
}

/** Failed tasks are refunded (EvoLink docs); what was merely reserved is no cost. */
function readCost(body: unknown): Job['cost'] {
	const credits = numberAt(body, 'usage', 'credits_used') ?? numberAt(body, 'usage', 'cost', 'credits');
	if (credits !== null && credits >= 0) return { amount: credits, unit: 'credits' };
	const dollars = numberAt(body, 'usage', 'cost', 'usd');
	return dollars !== null && dollars >= 0 ? { amount: dollars, unit: 'USD' } : null;
}

function readJobFailure(body: unknown): JobFailure {
	const message = textAt(body, 'error', 'message') ?? textAt(body, 'error') ?? NO_REASON;
	const suggestion = textAt(body, 'error', 'suggestion');
	const words = suggestion === null ? message : `${message} (${suggestion})`;
	return describeJobFailure(textAt(body, 'error', 'code'), words, NO_REASON);
}

function hasError(body: unknown): boolean {
	const error = valueAt(body, 'error');
	return typeof error === 'object' ? error !== null : textAt(error) !== null;
}

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
	// "Service temporarily unavailable, retry after 30 seconds" (OpenAPI), if EvoLink itself says so: a proxy's page of
	// the same status knows nothing of what the server behind it did.
	if (status === 503 && type === 'service_unavailable_error') {
		return describeRefusal(response, { ...known, kind: 'unavailable', made: 'no' });
	}
	const contentRefused = word === CONTENT_REFUSED || type === CONTENT_REFUSED;
	return describeRefusal(response, { ...known, kind: contentRefused ? 'content' : kindOfStatus(meant) });
}

/** A callback's body is the answer to a task query (EvoLink docs, callbacks of other models). */
function readCallback(body: unknown): CallbackNote | null {
	const jobId = textAt(body, 'id');
	const status = textAt(body, 'status');
	if (jobId === null || status === null) return null;
	return { jobId, jobToken: null, status: mapStatus(STATUS_WORDS, status) };
}

/**
 * EvoLink (evolink.ai). It documents no cancellation and, for Hailuo, no idempotency key.
 * Sources: EvoLink OpenAPI of the three models and of the task query, EvoLink pages on files, errors and callbacks.
 */
export const evolink: ProviderAdapter = {
	id: ID,
	label: 'EvoLink',
	credential: 'hailuoEvolinkApi',
	documentationUrl: 'https://docs.evolink.ai/en/api-manual/video-series/hailuo/hailuo-2-3-fast-video-generate',
	jobsPage: 'https://evolink.ai/dashboard',
	offers: [
		offer({ model: 'hailuo-2.3-fast', prompt: 'optional' }),
		offer({ model: 'hailuo-2.3', prompt: 'required' }),
		offer({ model: 'hailuo-02', prompt: 'requiredWithoutImage' }),
	],
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
	statusWords: STATUS_WORDS,
	// Each read of an unfinished task makes the gateway ask MiniMax, so EvoLink's own client asks no more often.
	shortestPollSeconds: 8,
	linkLifetime: '24 hours',
	// Documented for other models of the same endpoint; https only, and no private hosts.
	callbacks: { documented: false, httpsOnly: true, readCallback },

	create(request) {
		return uploadFrames([request.firstFrame, request.lastFrame], upload, (urls) =>
			create(
				request,
				urls.filter((url) => url !== null),
			),
		);
	},

	get(reference) {
		return {
			request: { purpose: 'read', method: 'GET', host: 'api', path: `/v1/tasks/${encodeSegment(reference.jobId)}` },
			read: answerReader({
				value: ({ json }) => (textAt(json, 'status') === null ? null : readJob(json, reference)),
				failure: readFailure,
			}),
		};
	},
};
