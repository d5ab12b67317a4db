import { randomInt, randomUUID } from 'node:crypto';

import {
	bearerToken,
	isMediaType,
	isRecord,
	Refusal,
	statusWord,
	videoUrlOf,
	type Gateway,
	type Simulation,
} from './gateway';
import {
	AUDIO_SOURCE,
	BOOLEAN,
	FIXED_RATIOS,
	IMAGE_SOURCE,
	listOf,
	LONG_PROMPT,
	oneOf,
	range,
	strictCheck,
	VIDEO_SOURCE,
	ZOD_PROMPT,
	type Check,
	type Problem,
} from './schemas';
import type { Answer, Operation, RecordedRequest, SimulatedJob } from './types';

/**
 * AI/ML API (https://api.aimlapi.com). Sources: its pages and OpenAPI files for hailuo-02, hailuo-2.3, hailuo-2.3-fast and h3, its
 * error page and billing page. Two route families hold their own jobs and know nothing of each other's ids.
 */
const ROUTES: Record<string, 'universal' | 'minimax'> = {
	'/v2/video/generations': 'universal',
	'/v2/generate/video/minimax/generation': 'minimax',
};
const BILLING = '/v2/billing';
const RESOLUTION = oneOf('768P', '1080P');
const DURATION = oneOf(6, 10);

const COMMON = { prompt: ZOD_PROMPT, resolution: RESOLUTION, duration: DURATION };

/** Keyed by route and model: each model is sold on some routes only. */
const CREATE_CHECKS: Record<string, Check> = {
	'universal minimax/hailuo-2.3-fast': createCheck(
		'minimax/hailuo-2.3-fast',
		{ ...COMMON, image_url: IMAGE_SOURCE, enhance_prompt: BOOLEAN },
		['image_url'],
	),
	'universal minimax/hailuo-2.3': createCheck('minimax/hailuo-2.3', {
		...COMMON,
		image_url: IMAGE_SOURCE,
		enhance_prompt: BOOLEAN,
	}),
	'universal minimax/hailuo-02': createCheck('minimax/hailuo-02', {
		...COMMON,
		image_url: IMAGE_SOURCE,
		last_image_url: IMAGE_SOURCE,
		enhance_prompt: BOOLEAN,
	}),
	'universal minimax/h3': createCheck('minimax/h3', {
		prompt: { ...LONG_PROMPT, format: 'at-most-7000-units' },
		image_url: IMAGE_SOURCE,
		last_image_url: IMAGE_SOURCE,
		reference_image_urls: listOf(IMAGE_SOURCE, 9),
		video_urls: listOf(VIDEO_SOURCE, 3),
		audio_urls: listOf(AUDIO_SOURCE, 3),
		duration: range(4, 15),
		resolution: oneOf('2K'),
		ratio: oneOf('adaptive', ...FIXED_RATIOS),
	}),
	// The older OpenAPI files of 2025-11.
	'minimax minimax/hailuo-2.3-fast': createCheck(
		'minimax/hailuo-2.3-fast',
		{ ...COMMON, image_url: IMAGE_SOURCE, prompt_optimizer: BOOLEAN },
		['image_url'],
	),
	'minimax minimax/hailuo-2.3': createCheck('minimax/hailuo-2.3', {
		...COMMON,
		image_url: IMAGE_SOURCE,
		prompt_optimizer: BOOLEAN,
	}),
	// hailuo-02's: first_frame_image and prompt_optimizer, but last_image_url.
	'minimax minimax/hailuo-02': createCheck('minimax/hailuo-02', {
		...COMMON,
		first_frame_image: IMAGE_SOURCE,
		last_image_url: IMAGE_SOURCE,
		prompt_optimizer: BOOLEAN,
	}),
};

function createCheck(model: string, properties: Record<string, object>, required: string[] = []): Check {
	return strictCheck({
		type: 'object',
		properties: { model: oneOf(model), ...properties },
		required: ['model', 'prompt', ...required],
	});
}

const WORDS = {
	queued: 'queued',
	running: 'generating',
	succeeded: 'completed',
	failed: 'error',
	cancelled: 'cancelled',
};
const CREDITS_PER_VIDEO = 399_000;

export function aimlApi(simulation: Simulation): Gateway {
	const { jobs, keys, cdn } = simulation;

	function handle(request: RecordedRequest): Answer {
		if (bearerToken(request) !== keys.aimlApi.apiKey)
			throw new Refusal(401, 'Unauthorized: the API key is missing or not valid');
		if (request.path === BILLING && request.method === 'GET') {
			return { status: 200, body: { current_balance: 42.5, currency: 'USD' } };
		}
		const route = ROUTES[request.path];
		const state = route === undefined ? 404 : (simulation.options.aimlApiRoutes?.[route] ?? 'open');
		if (route === undefined || state !== 'open') {
			throw new Refusal(state === 'open' ? 404 : state, `Cannot ${request.method} ${request.path}`);
		}
		if (request.method === 'POST') return create(request, route);
		if (request.method === 'GET') return read(request, route);
		throw new Refusal(404, `Cannot ${request.method} ${request.path}`);
	}

	function create(request: RecordedRequest, route: 'universal' | 'minimax'): Answer {
		const { body } = request;
		if (!isMediaType(request, 'application/json') || !isRecord(body))
			throw new Refusal(400, 'The request body is not valid JSON');
		const check = CREATE_CHECKS[`${route} ${String(body.model)}`];
		if (!check) throw new Refusal(400, `model: Invalid value, received ${JSON.stringify(body.model)}`);
		const problems = check(body);
		if (body.resolution === '1080P' && body.duration === 10) {
			problems.push({ path: 'duration', message: '1080P supports 6 seconds only' });
		}
		problems.push(...referenceProblems(body));
		if (problems.length > 0) {
			const text = problems.map(
				({ path, message }) => `${path === '' ? '' : `${path}: `}${message}${received(body, path)}`,
			);
			throw new Refusal(400, text.join('; '));
		}
		const model = String(body.model);
		const number = String(randomInt(1e14, 3.5e14));
		const id = route === 'universal' ? `${number}:${model}` : number;
		const job = jobs.create(
			{ provider: 'aimlApi', id, model, route, request: body },
			body.prompt,
			simulation.options,
			videoPath(),
		);
		const idKeys = simulation.options.aimlApiIdKeys ?? 'both';
		return {
			status: 200,
			headers: { 'x-inference-id': id },
			job,
			body: {
				...(idKeys !== 'generation_id' && { id }),
				...(idKeys !== 'id' && { generation_id: id }),
				status: simulation.options.statusWords?.aimlApi?.queued ?? WORDS.queued,
				...(route === 'universal' && { meta: { usage: { credits_used: CREDITS_PER_VIDEO } } }),
			},
		};
	}

	function read(request: RecordedRequest, route: 'universal' | 'minimax'): Answer {
		const unknown = Object.keys(request.query).filter((name) => name !== 'generation_id');
		const id = request.query.generation_id;
		if (unknown.length > 0) throw new Refusal(400, `Unrecognized key(s) in query: '${unknown.join("', '")}'`);
		if (!id) throw new Refusal(400, 'generation_id: Required');
		const job = jobs.find(id);
		if (!job || job.provider !== 'aimlApi' || job.route !== route) throw unknownJob();
		return { status: 200, headers: { 'x-inference-id': id }, body: describe(job), job };
	}

	function describe(job: SimulatedJob): Record<string, unknown> {
		const phase = jobs.phaseOf(job);
		return {
			id: job.id,
			status: statusWord(simulation, job.provider, phase, WORDS),
			video: phase === 'succeeded' ? { url: videoUrlOf(simulation, job) } : null,
			error: phase === 'failed' ? { name: 'GenerationError', message: job.failureMessage } : null,
			meta: phase === 'succeeded' ? { usage: { credits_used: CREDITS_PER_VIDEO, usd_spent: 0.1995 } } : null,
		};
	}

	function videoPath(): string {
		const day = new Date().toISOString().slice(0, 10);
		return cdn.addVideo(`/whale/inference_output%2Fvideo%2F${day}%2F${randomUUID()}%2Foutput.mp4`);
	}

	function unknownJob(): Refusal {
		return new Refusal(404, 'Generation not found');
	}

	return { operationOf, handle, refuse, unknownJob };
}

const FRAME_FIELDS = ['image_url', 'last_image_url'];
const REFERENCE_FIELDS = ['reference_image_urls', 'video_urls', 'audio_urls'];

/** What minimax/h3 says of its references in prose; frames and references exclude each other at MiniMax. */
function referenceProblems(body: Record<string, unknown>): Problem[] {
	const references = REFERENCE_FIELDS.filter((name) => name in body);
	const isMixed = references.length > 0 && FRAME_FIELDS.some((name) => name in body);
	const isAlone = references.length === 1 && references[0] === 'audio_urls';
	const text = references.length === 0 && !FRAME_FIELDS.some((name) => name in body);
	return [
		...(isMixed ? [{ path: references[0] ?? '', message: 'Frames and references cannot be combined' }] : []),
		...(isAlone ? [{ path: 'audio_urls', message: 'Cannot be the only reference' }] : []),
		...(text && body.ratio === 'adaptive' ? [{ path: 'ratio', message: 'Cannot be adaptive without an image' }] : []),
	];
}

function operationOf({ method, path }: { method: string; path: string }): Operation {
	if (path === BILLING) return 'credentialTest';
	if (ROUTES[path] === undefined) return 'other';
	return method === 'POST' ? 'create' : method === 'GET' ? 'read' : 'other';
}

function received(body: Record<string, unknown>, path: string): string {
	const value = body[path];
	return value === undefined ? '' : `, received ${JSON.stringify(value).slice(0, 80)}`;
}

const MESSAGES: Record<number, string> = {
	403: 'You have run out of credits. Please top up your balance or update your payment method to continue',
	429: 'You have exceeded your rate limit. Please try again later',
	500: 'Internal server error',
	504: 'Generation timeout',
};

/** The documented envelope; its statusCode is a string in the documented sample of 429. */
function refuse(refusal: Refusal, request: RecordedRequest): Answer {
	const { status } = refusal;
	return {
		status,
		body: {
			message: refusal.message || (MESSAGES[status] ?? `Request failed with status ${status}`),
			path: request.path,
			requestId: randomUUID(),
			statusCode: status === 429 ? '429' : status,
			timestamp: new Date().toISOString(),
			...(refusal.details.code !== undefined && { code: refusal.details.code }),
		},
	};
}
