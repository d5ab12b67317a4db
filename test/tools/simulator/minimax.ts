import { randomBytes, randomInt } from 'node:crypto';

import {
	bearerToken,
	decodeSegment,
	isMediaType,
	isRecord,
	Refusal,
	statusWord,
	type CallbackDialect,
	type Gateway,
	type Simulation,
} from './gateway';
import { promptOf, v1Problems, v2Problems } from './minimaxRequests';
import type { Answer, JobPhase, Operation, RecordedRequest, SimulatedJob } from './types';

/**
 * MiniMax (https://api.minimax.io). Sources: its pages on video generation, V1 and V2, on the retrieval of files, on
 * callbacks and on error codes. V1 refuses in answers of status 200; V2 has true statuses. Each knows its own tasks only.
 */
const CREATES = ['/v1/video_generation', '/v2/video_generation'];
const V1_QUERY = '/v1/query/video_generation';
const V1_FILE = '/v1/files/retrieve';
const V2_LIST = '/v2/query/video_generation';
const V2_QUERY = '/v2/query/video_generation/';
const V2_DELETE = '/v2/video_generation/';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** V1 has no word for a cancelled task: nothing cancels one. */
const V1_WORDS: Record<JobPhase, string> = {
	queued: 'Queueing',
	running: 'Processing',
	succeeded: 'Success',
	failed: 'Fail',
	cancelled: 'Fail',
};

/** V1's callbacks have words of their own. */
const V1_CALLBACK_WORDS: Record<JobPhase, string> = {
	queued: 'processing',
	running: 'processing',
	succeeded: 'success',
	failed: 'failed',
	cancelled: 'failed',
};

const V2_WORDS: Record<JobPhase, string> = {
	queued: 'queued',
	running: 'running',
	succeeded: 'succeeded',
	failed: 'failed',
	cancelled: 'cancelled',
};

const OK = { base_resp: { status_code: 0, status_msg: 'success' } };

const isV2 = (path: string): boolean => path.startsWith('/v2/');
const isV2Job = ({ model }: SimulatedJob): boolean => model.startsWith('MiniMax-H3');

export function minimax(simulation: Simulation): Gateway {
	const { jobs, keys, cdn } = simulation;
	const fileIds = new Map<SimulatedJob, string>();
	/** A record that was deleted is known no more. */
	const deleted = new Set<SimulatedJob>();

	function handle(request: RecordedRequest): Answer | Promise<Answer> {
		checkKey(request);
		const { method, path, query } = request;
		if (method === 'POST' && CREATES.includes(path)) return create(request);
		if (method === 'GET' && path === V1_QUERY) return { ...jobAnswer(v1Job(query.task_id), describeV1) };
		if (method === 'GET' && path === V1_FILE) return retrieve(query.file_id);
		if (method === 'GET' && path === V2_LIST) return list(query);
		if (method === 'GET' && path.startsWith(V2_QUERY)) return jobAnswer(v2Job(path.slice(V2_QUERY.length)), describeV2);
		if (method === 'DELETE' && path.startsWith(V2_DELETE)) return cancelOrDelete(v2Job(path.slice(V2_DELETE.length)));
		throw new Refusal(404);
	}

	function checkKey(request: RecordedRequest): void {
		const token = bearerToken(request);
		if (token === keys.minimax.apiKey) return;
		const status = isV2(request.path) ? 401 : 200;
		if (token === undefined)
			throw new Refusal(
				status,
				"login fail: Please carry the API secret key in the 'Authorization' field of the request header",
				{ code: 1004 },
			);
		throw new Refusal(status, 'invalid api key', { code: isV2(request.path) ? 1004 : 2049 });
	}

	async function create(request: RecordedRequest): Promise<Answer> {
		const { body, path } = request;
		const status = isV2(path) ? 400 : 200;
		if (!isMediaType(request, 'application/json') || !isRecord(body) || request.rawBody.length > MAX_BODY_BYTES)
			throw new Refusal(status, 'invalid params, body', { code: 2013 });
		const problem = (isV2(path) ? v2Problems(body) : v1Problems(body))[0];
		if (problem) throw new Refusal(status, `invalid params, ${problem.path} ${problem.message}`, { code: 2013 });
		const id = String(randomInt(1e14, 2.5e14));
		const job = jobs.create(
			{
				provider: 'minimax',
				id,
				model: String(body.model),
				request: body,
				...(typeof body.callback_url === 'string' && { callbackUrl: body.callback_url }),
			},
			promptOf(body),
			simulation.options,
			freshLink(id),
		);
		fileIds.set(job, String(randomInt(1e14, 2.5e14)));
		await simulation.callbacks.announce(job);
		return { status: 200, job, body: { task_id: id, ...(!isV2(path) && OK) } };
	}

	function freshLink(id: string): string {
		return cdn.addVideo(`/minimax/${id}/${randomBytes(4).toString('hex')}/output_aigc.mp4`);
	}

	function linkOf(job: SimulatedJob): string {
		if (simulation.options.minimaxFreshLinks === true) job.videoUrl = freshLink(job.id);
		return simulation.options.videoUrl?.(job) ?? job.videoUrl;
	}

	function v1Job(id: string | undefined): SimulatedJob {
		const job = jobs.find(id ?? '');
		if (!job || job.provider !== 'minimax' || isV2Job(job)) throw unknownV1('task_id');
		return job;
	}

	function v2Job(segment: string): SimulatedJob {
		const job = jobs.find(decodeSegment(segment) ?? '');
		if (!job || job.provider !== 'minimax' || !isV2Job(job) || deleted.has(job)) throw unknownV2();
		return job;
	}

	function jobAnswer(job: SimulatedJob, describe: (job: SimulatedJob) => Record<string, unknown>): Answer {
		return { status: 200, body: describe(job), job };
	}

	function describeV1(job: SimulatedJob, words = V1_WORDS): Record<string, unknown> {
		const phase = jobs.phaseOf(job);
		const hasFailed = phase === 'failed' || phase === 'cancelled';
		const hasVideo = phase === 'succeeded';
		return {
			task_id: job.id,
			status: statusWord(simulation, job.provider, phase, words),
			file_id: hasVideo ? fileIds.get(job) : '',
			video_width: hasVideo ? 1366 : 0,
			video_height: hasVideo ? 768 : 0,
			...(hasFailed ? { base_resp: { status_code: 1000, status_msg: job.failureMessage } } : OK),
		};
	}

	function retrieve(fileId: string | undefined): Answer {
		const job = jobs.all.find(
			(candidate) => fileIds.get(candidate) === fileId && jobs.phaseOf(candidate) === 'succeeded',
		);
		if (fileId === undefined || !job) throw unknownV1('file_id');
		return {
			status: 200,
			job,
			body: {
				file: {
					file_id: Number(fileId),
					bytes: simulation.options.videoBytes ?? 0,
					created_at: Math.floor(job.endsAt / 1000),
					filename: 'output_aigc.mp4',
					purpose: 'video_generation',
					download_url: linkOf(job),
				},
				...OK,
			},
		};
	}

	function describeV2(job: SimulatedJob): Record<string, unknown> {
		const phase = jobs.phaseOf(job);
		const { resolution, duration, ratio } = isRecord(job.request) ? job.request : {};
		return {
			task: {
				id: job.id,
				model: job.model,
				status: statusWord(simulation, job.provider, phase, V2_WORDS),
				task_type: 'generation',
				modality: 'video',
				...(phase === 'succeeded' && {
					content: { url: linkOf(job) },
					resolution,
					duration,
					ratio,
					usage: { output_seconds: duration },
				}),
				...(phase === 'failed' && { error: { code: '1000', message: job.failureMessage } }),
			},
		};
	}

	function list({ page_num, page_size }: Record<string, string>): Answer {
		if (!/^\d+$/.test(page_num ?? '1') || !/^\d+$/.test(page_size ?? '10'))
			throw new Refusal(400, 'invalid params, page_num', { code: 2013 });
		const own = jobs.all.filter((job) => job.provider === 'minimax' && isV2Job(job) && !deleted.has(job));
		const items = own.slice(0, Number(page_size ?? 10)).map((job) => describeV2(job).task);
		return { status: 200, body: { items, total: own.length } };
	}

	/** One call for two things, by the state of the task. */
	function cancelOrDelete(job: SimulatedJob): Answer {
		const phase = jobs.phaseOf(job);
		if (phase === 'queued') {
			jobs.cancel(job);
			return { status: 200, job, body: { task_id: job.id, action: 'cancelled', status: 'cancelled' } };
		}
		if (phase === 'running' || phase === 'cancelled')
			throw new Refusal(400, `invalid params, task is ${phase} and cannot be cancelled`, { code: 2013 });
		deleted.add(job);
		return { status: 200, job, body: { task_id: job.id, action: 'deleted', status: phase } };
	}

	const callbacks: CallbackDialect = {
		moments: [0.25, 1],
		messageAt: (job) => ({ event: jobs.phaseOf(job), body: callbackBody(job) }),
		wants: () => true,
		falseMessage: (job) => ({
			event: 'succeeded',
			body: isV2Job(job)
				? { task: { id: job.id, model: job.model, status: 'succeeded', content: { url: `${cdn.url}/landing` } } }
				: { task_id: job.id, status: 'success', file_id: '1', ...OK },
		}),
		headers: () => ({}),
		accepts: (status) => status >= 200 && status < 300,
		timeoutMs: 10_000,
		// Not documented; the usual three tries.
		retryDelaysMs: [2000, 4000],
		challengeMs: 3000,
	};

	function callbackBody(job: SimulatedJob): Record<string, unknown> {
		return isV2Job(job) ? describeV2(job) : describeV1(job, V1_CALLBACK_WORDS);
	}

	function reset(): void {
		fileIds.clear();
		deleted.clear();
	}

	return {
		operationOf,
		handle,
		refuse,
		unknownJob: ({ path }) => (isV2(path) ? unknownV2() : unknownV1('task_id')),
		callbacks,
		reset,
	};
}

const unknownV1 = (name: string): Refusal => new Refusal(200, `invalid params, ${name}`, { code: 2013 });
const unknownV2 = (): Refusal => new Refusal(400, 'invalid task_id', { code: 2013 });

function operationOf({ method, path }: { method: string; path: string }): Operation {
	if (method === 'POST' && CREATES.includes(path)) return 'create';
	if (method === 'DELETE' && path.startsWith(V2_DELETE)) return 'cancel';
	if (path === V2_LIST) return 'credentialTest';
	return path === V1_QUERY || path === V1_FILE || path.startsWith(V2_QUERY) ? 'read' : 'other';
}

/** The documented code of each HTTP status of V2, with the type and the words of its sample. */
const ERRORS: Record<number, { code: number; type: string; message: string }> = {
	400: { code: 2013, type: 'bad_request_error', message: 'invalid params' },
	401: { code: 1004, type: 'authorized_error', message: 'login fail' },
	402: { code: 1008, type: 'insufficient_balance_error', message: 'insufficient balance' },
	422: {
		code: 1026,
		type: 'unprocessable_entity_error',
		message: 'video description contains sensitive content',
	},
	429: { code: 1002, type: 'rate_limit_error', message: 'rate limit, please retry later' },
	500: { code: 1000, type: 'server_error', message: 'internal error' },
	529: { code: 1002, type: 'overloaded_error', message: 'server overloaded' },
};

const MESSAGES: Record<string, string> = {
	1000: 'unknown error',
	1002: 'rate limit',
	1004: 'not authorized',
	1008: 'insufficient balance',
	1026: 'input new_sensitive',
	1027: 'output new_sensitive',
	1033: 'mysql failed',
	1039: 'token limit',
	1042: 'invisible character ratio limit',
	2013: 'invalid params',
	2049: 'invalid api key',
	2056: 'usage limit exceeded',
	2061: 'your current token plan not support model',
};

function refuse({ status, message, details }: Refusal, { path }: RecordedRequest): Answer {
	return isV2(path) ? refuseV2(status, message, details.code) : refuseV1(status, message, details.code);
}

function refuseV1(status: number, message: string, given: number | string | undefined): Answer {
	const code = given ?? { 400: 2013, 401: 1004, 402: 1008, 429: 1002, 500: 1000 }[status];
	// What its servers do not know, and what is between, answers without the envelope.
	if (code === undefined)
		return { status, body: message || (status === 404 ? '404 page not found' : `HTTP ${status}`) };
	const body = { base_resp: { status_code: code, status_msg: message || MESSAGES[String(code)] } };
	return { status, headers: { 'trace-id': randomBytes(16).toString('hex') }, body };
}

function refuseV2(status: number, message: string, given: number | string | undefined): Answer {
	const known = ERRORS[status];
	const code = given ?? known?.code;
	const words = message || MESSAGES[String(given)] || (known?.message ?? `HTTP ${status}`);
	return {
		status,
		body: {
			type: 'error',
			error: {
				type: known?.type ?? 'api_error',
				message: code === undefined ? words : `${words} (${code})`,
				http_code: String(status),
			},
			request_id: randomBytes(16).toString('hex'),
		},
	};
}
