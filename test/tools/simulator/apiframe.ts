import { randomUUID } from 'node:crypto';

import { apiframeCallbacks } from './apiframeCallbacks';
import { checkCreate, creditsOf } from './apiframeRequests';
import {
	decodeSegment,
	isMediaType,
	isRecord,
	multipartOf,
	Refusal,
	statusWord,
	videoUrlOf,
	type Gateway,
	type Simulation,
} from './gateway';
import { imageTypeOf } from './samples';
import type { Answer, ApiframeResultShape, Operation, RecordedRequest, SimulatedJob } from './types';

/** Apiframe v2 (https://api.apiframe.ai). Sources: its Hailuo 2.3 Fast page, its OpenAPI file and SDK, its webhooks page. */
const CREATE = '/v2/videos/generate';
const UPLOADS = '/v2/uploads';
const ME = '/v2/me';
const JOBS = '/v2/jobs/';
const DAY_MS = 86_400_000;
const MAX_UPLOAD_BYTES = 25 * 1024 * 1024;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const WORDS = {
	queued: 'QUEUED',
	running: 'PROCESSING',
	succeeded: 'COMPLETED',
	failed: 'FAILED',
	cancelled: 'CANCELLED',
};

const RESULT_SHAPES: Record<ApiframeResultShape, (url: string) => unknown> = {
	videoUrl: (url) => ({ videoUrl: url }),
	video_url: (url) => ({ video_url: url }),
	url: (url) => ({ url }),
	string: (url) => url,
	videos: (url) => ({ videos: [url] }),
	videosObjects: (url) => ({ videos: [{ url }] }),
	urls: (url) => ({ urls: [url] }),
	output: (url) => ({ output: url }),
};

export function apiframe(simulation: Simulation): Gateway {
	const { jobs, keys, cdn } = simulation;
	const accepted = new Map<string, { body: string; at: number; job: SimulatedJob }>();

	function handle(request: RecordedRequest): Answer | Promise<Answer> {
		const key = request.headers['x-api-key'];
		if (key === undefined) throw new Refusal(401, 'API key is required');
		if (key !== keys.apiframe.apiKey) throw new Refusal(401, 'Invalid API key');
		const { method, path } = request;
		if (method === 'POST' && path === CREATE) return create(request);
		if (method === 'POST' && path === UPLOADS) return upload(request);
		if (method === 'GET' && path === ME) return { status: 200, body: ME_ANSWER };
		if (method === 'GET' && path.startsWith(JOBS)) return read(request);
		throw new Refusal(404, 'Not found');
	}

	async function create(request: RecordedRequest): Promise<Answer> {
		const { body } = request;
		const idempotencyKey = request.headers['idempotency-key'];
		if (!isMediaType(request, 'application/json') || !isRecord(body)) throw new Refusal(400, 'Invalid JSON body');
		if (idempotencyKey !== undefined && (idempotencyKey === '' || idempotencyKey.length > 255)) {
			throw new Refusal(400, 'Idempotency-Key must have 1 to 255 characters');
		}
		const webhookField = simulation.options.apiframeWebhookField ?? 'webhookUrl';
		checkCreate(body, webhookField);
		const bodyText = JSON.stringify(body);
		const earlier = idempotencyKey === undefined ? undefined : accepted.get(idempotencyKey);
		if (earlier && Date.now() - earlier.at < DAY_MS) {
			if (earlier.body !== bodyText)
				throw new Refusal(409, 'Idempotency-Key was already used with a different request body');
			return {
				status: 202,
				body: { jobId: earlier.job.id, status: statusWord(simulation, 'apiframe', jobs.phaseOf(earlier.job), WORDS) },
				job: earlier.job,
			};
		}
		const callbackUrl = body[webhookField];
		const id = randomUUID();
		const job = jobs.create(
			{
				provider: 'apiframe',
				id,
				model: String(body.model),
				request: body,
				...(typeof callbackUrl === 'string' && { callbackUrl }),
				// What an absent list means is not documented; the two ends are the sensible reading.
				callbackEvents: Array.isArray(body.webhookEvents) ? body.webhookEvents.map(String) : ['completed', 'failed'],
				...(idempotencyKey !== undefined && { idempotencyKey }),
			},
			body.prompt,
			simulation.options,
			cdn.addVideo(`/apiframe/videos/${id}.mp4`),
		);
		if (idempotencyKey !== undefined) accepted.set(idempotencyKey, { body: bodyText, at: Date.now(), job });
		await simulation.callbacks.announce(job);
		return {
			status: 202,
			body: { jobId: id, status: simulation.options.statusWords?.apiframe?.queued ?? WORDS.queued },
			job,
		};
	}

	function read(request: RecordedRequest): Answer {
		const id = decodeSegment(request.path.slice(JOBS.length));
		if (id === undefined || !UUID.test(id))
			throw new Refusal(400, 'Validation failed', { fields: { id: ['Invalid uuid'] } });
		const job = jobs.find(id);
		if (!job || job.provider !== 'apiframe') throw unknownJob();
		return { status: 200, body: describe(job), job };
	}

	function describe(job: SimulatedJob): Record<string, unknown> {
		const phase = jobs.phaseOf(job);
		const isOver = phase !== 'queued' && phase !== 'running';
		return {
			id: job.id,
			status: statusWord(simulation, job.provider, phase, WORDS),
			model: job.model,
			progress: isOver && phase !== 'succeeded' ? null : Math.floor(jobs.fractionOf(job) * 100),
			result: phase === 'succeeded' ? resultOf(job) : null,
			error: phase === 'failed' ? job.failureMessage : null,
			creditCost: phase === 'succeeded' ? creditsOf(job.request) : null,
			webhookStatus: simulation.callbacks.statusOf(job),
			createdAt: new Date(job.createdAt).toISOString(),
			completedAt: isOver ? new Date(job.endsAt).toISOString() : null,
			expired: false,
			input: job.request,
		};
	}

	function resultOf(job: SimulatedJob): unknown {
		return RESULT_SHAPES[simulation.options.apiframeResultShape ?? 'videoUrl'](videoUrlOf(simulation, job));
	}

	function upload(request: RecordedRequest): Answer {
		const form = multipartOf(request);
		if (!form) throw new Refusal(400, 'Expected a multipart body');
		const { fields } = form;
		const { file, ...others } = form.files;
		const unknown = [...Object.keys(others), ...Object.keys(fields)];
		if (unknown.length > 0) throw new Refusal(400, `Unexpected field '${unknown[0]}'`);
		if (!file || file.bytes.length === 0)
			throw new Refusal(400, 'A file is required', { fields: { file: ['Required'] } });
		if (file.bytes.length > MAX_UPLOAD_BYTES)
			throw new Refusal(400, 'File is too large', { fields: { file: ['At most 25 MB'] } });
		const contentType = imageTypeOf(file.bytes);
		if (contentType === undefined)
			throw new Refusal(400, 'Unsupported file type', { fields: { file: ['Unsupported file type'] } });
		const id = randomUUID();
		const url = cdn.addFile(`/apiframe/uploads/${id}`, file.bytes, contentType);
		simulation.uploads.push({ provider: 'apiframe', url, bytes: file.bytes, contentType, filename: file.filename });
		const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
		return { status: 201, body: { id, url, kind: 'image', contentType, byteSize: file.bytes.length, expiresAt } };
	}

	function unknownJob(): Refusal {
		return new Refusal(404, 'Job not found');
	}

	const callbacks = apiframeCallbacks(simulation, describe);
	return { operationOf, handle, refuse, unknownJob, callbacks, reset: () => accepted.clear() };
}

function operationOf({ method, path }: { method: string; path: string }): Operation {
	if (path === CREATE && method === 'POST') return 'create';
	if (path === UPLOADS && method === 'POST') return 'upload';
	if (path === ME) return 'credentialTest';
	return path.startsWith(JOBS) && method === 'GET' ? 'read' : 'other';
}

const ME_ANSWER = {
	user: { id: 'user_1', email: 'someone@example.com', role: 'user' },
	team: { id: 'team_1', name: 'Simulated team', plan: 'pay-as-you-go', credits: 1000 },
	apiKey: { id: 'key_1', name: 'test', prefix: 'afk_' },
};

const MESSAGES: Record<number, string> = {
	402: 'Insufficient credits',
	403: 'API key is inactive',
	429: 'Too many requests',
	500: 'Internal server error',
	502: 'Bad gateway',
	503: 'Service unavailable',
};

function refuse(refusal: Refusal): Answer {
	const { status, details } = refusal;
	const error = refusal.message || (MESSAGES[status] ?? `Request failed with status ${status}`);
	return {
		status,
		headers: { 'x-request-id': randomUUID() },
		body: {
			error,
			...(details.fields && { details: details.fields }),
			...(details.code !== undefined && { code: details.code }),
			...(status === 402 && { creditsRequired: 5, creditsAvailable: 0 }),
		},
	};
}
