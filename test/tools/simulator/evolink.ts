import { randomBytes, randomUUID } from 'node:crypto';

import { problemsOf } from './evolinkRequests';
import {
	bearerToken,
	decodeSegment,
	isMediaType,
	isRecord,
	Refusal,
	statusWord,
	videoUrlOf,
	type CallbackDialect,
	type Gateway,
	type Simulation,
} from './gateway';
import type { Answer, Operation, RecordedRequest, SimulatedJob } from './types';

/** EvoLink (https://api.evolink.ai). Sources: its OpenAPI files for the Hailuo models and the task query, its callback pages. */
const CREATE = '/v1/videos/generations';
const TASKS = '/v1/tasks/';
const CREDITS = '/v1/credits';
const TASK_ID = /^task-unified-\d+-[a-z0-9]+$/;

const WORDS = {
	queued: 'pending',
	running: 'processing',
	succeeded: 'completed',
	failed: 'failed',
	cancelled: 'cancelled',
};

export function evolink(simulation: Simulation): Gateway {
	const { jobs, keys, cdn } = simulation;
	/** By idempotency key, as EvoLink's two official clients rely on it. */
	const accepted = new Map<string, { body: string; job: SimulatedJob }>();

	function handle(request: RecordedRequest): Answer | Promise<Answer> {
		if (bearerToken(request) !== keys.evolink.apiKey) throw new Refusal(401, 'Invalid or expired token');
		const { method, path } = request;
		if (method === 'POST' && path === CREATE) return create(request);
		if (method === 'GET' && path.startsWith(TASKS)) return read(request);
		if (method === 'GET' && path === CREDITS) return { status: 200, body: CREDITS_ANSWER };
		throw new Refusal(404, `Invalid URL (${method} ${path})`);
	}

	async function create(request: RecordedRequest): Promise<Answer> {
		const { body } = request;
		if (!isMediaType(request, 'application/json') || !isRecord(body))
			throw new Refusal(400, 'The request body is not valid JSON');
		const problem = problemsOf(body, simulation.options.allowHttpCallbacks ?? true)[0];
		if (problem)
			throw new Refusal(400, `${problem.path}: ${problem.message}`, { param: problem.path.split('.')[0] ?? '' });
		const idempotencyKey = request.headers['idempotency-key'];
		if (idempotencyKey !== undefined && !/^[A-Za-z0-9._-]{16,96}$/.test(idempotencyKey))
			throw new Refusal(400, 'Idempotency-Key must have 16 to 96 characters', { code: 'invalid_idempotency_key' });
		const bodyText = JSON.stringify(body);
		const earlier = idempotencyKey === undefined ? undefined : accepted.get(idempotencyKey);
		if (earlier && earlier.body !== bodyText)
			throw new Refusal(409, 'Idempotency-Key belongs to another request', { code: 'idempotency_conflict' });
		if (earlier) return { ...answerTo(earlier.job, body), headers: { 'idempotency-replayed': 'true' } };
		const created = Math.floor(Date.now() / 1000);
		const id = `task-unified-${created}-${randomBytes(5).toString('hex').slice(0, 8)}`;
		const job = jobs.create(
			{
				provider: 'evolink',
				id,
				model: String(body.model),
				request: body,
				...(typeof body.callback_url === 'string' && { callbackUrl: body.callback_url }),
				...(idempotencyKey !== undefined && { idempotencyKey }),
			},
			body.prompt,
			simulation.options,
			cdn.addVideo(`/evolink/videos/${id}.mp4`),
		);
		if (idempotencyKey !== undefined) accepted.set(idempotencyKey, { body: bodyText, job });
		await simulation.callbacks.announce(job);
		return answerTo(job, body);
	}

	function answerTo(job: SimulatedJob, body: Record<string, unknown>): Answer {
		const { task_info: _info, results: _results, ...task } = describe(job, 'queued');
		return {
			status: 200,
			job,
			body: {
				...task,
				task_info: { can_cancel: true, estimated_time: 90, video_duration: durationOf(body) },
				usage: { billing_rule: 'per_second', credits_reserved: 17, user_group: 'default' },
			},
		};
	}

	function read(request: RecordedRequest): Answer {
		const id = decodeSegment(request.path.slice(TASKS.length));
		if (id === undefined || !TASK_ID.test(id)) throw new Refusal(400, 'Invalid task ID format', { param: 'task_id' });
		const job = jobs.find(id);
		if (!job || job.provider !== 'evolink') throw unknownJob();
		return { status: 200, body: describe(job), job };
	}

	function describe(job: SimulatedJob, asNew?: 'queued'): Record<string, unknown> {
		const phase = asNew ?? jobs.phaseOf(job);
		const fraction = phase === 'queued' ? 0 : jobs.fractionOf(job);
		return {
			created: Math.floor(job.createdAt / 1000),
			id: job.id,
			model: job.model,
			object: 'video.generation.task',
			progress: phase === 'succeeded' ? 100 : Math.min(99, Math.floor(fraction * 100)),
			status: statusWord(simulation, job.provider, phase, WORDS),
			task_info: { can_cancel: false },
			type: 'video',
			...(phase === 'succeeded' && {
				results: [videoUrlOf(simulation, job)],
				usage: { credits_reserved: 17, credits_used: 17, cost: { credits: 17, usd: 0.25 } },
			}),
			...(phase === 'failed' && { error: { code: 'service_error', message: job.failureMessage, type: 'task_error' } }),
		};
	}

	function unknownJob(): Refusal {
		return new Refusal(404, 'Task not found or expired', { param: 'task_id' });
	}

	const callbacks: CallbackDialect = {
		moments: [1],
		messageAt: (job) => (jobs.isOver(job) ? { event: jobs.phaseOf(job), body: describe(job) } : undefined),
		wants: () => true,
		falseMessage: (job) => ({
			event: 'succeeded',
			body: { ...describe(job), status: WORDS.succeeded, progress: 100, results: [`${cdn.url}/landing`] },
		}),
		headers: () => ({}),
		accepts: (status) => status >= 200 && status < 300,
		timeoutMs: 10_000,
		retryDelaysMs: [1000, 2000, 4000],
	};

	return { operationOf, handle, refuse, unknownJob, callbacks };
}

function operationOf({ method, path }: { method: string; path: string }): Operation {
	if (path === CREATE && method === 'POST') return 'create';
	if (path === CREDITS) return 'credentialTest';
	return path.startsWith(TASKS) && method === 'GET' ? 'read' : 'other';
}

function durationOf(body: Record<string, unknown>): number {
	return typeof body.duration === 'number' ? body.duration : 6;
}

const CREDITS_ANSWER = {
	success: true,
	message: '',
	data: {
		user: { remaining_credits: 1000, used_credits: 10 },
		token: { remaining_credits: 1000, unlimited_credits: true, used_credits: 10 },
	},
};

/** The documented type and, where there is one, message and suggestion of each HTTP status. */
const ERRORS: Record<number, { type: string; message?: string; suggestion?: string }> = {
	400: { type: 'invalid_request_error' },
	401: { type: 'authentication_error' },
	402: {
		type: 'insufficient_quota_error',
		message: 'Insufficient quota',
		suggestion: 'https://evolink.ai/dashboard/billing',
	},
	403: { type: 'permission_error', message: 'Access denied' },
	404: { type: 'not_found_error' },
	413: { type: 'request_too_large_error' },
	429: { type: 'rate_limit_error', message: 'Rate limit exceeded', suggestion: 'retry after 60 seconds' },
	500: { type: 'internal_server_error', message: 'Internal server error', suggestion: 'try again later' },
	502: { type: 'upstream_error', message: 'Upstream service error', suggestion: 'try again later' },
	503: {
		type: 'service_unavailable_error',
		message: 'Service temporarily unavailable',
		suggestion: 'retry after 30 seconds',
	},
};

function refuse(refusal: Refusal): Answer {
	const { status, details } = refusal;
	const known = ERRORS[status];
	return {
		status,
		headers: { 'x-request-id': randomUUID() },
		body: {
			error: {
				code: details.code ?? status,
				message: refusal.message || (known?.message ?? `Request failed with status ${status}`),
				type: details.type ?? known?.type ?? 'api_error',
				...(details.param && { param: details.param }),
				...(known?.suggestion && { fallback_suggestion: known.suggestion }),
			},
		},
	};
}
