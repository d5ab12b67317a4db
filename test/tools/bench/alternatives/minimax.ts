import { isRecord } from '../../simulator/gateway';
import type { Answer, GatewayRequest } from '../../simulator/types';

/**
 * MiniMax's own API as far as n8n's built-in MiniMax node uses it for a video: create, query, retrieve the file. Written
 * after MiniMax's API reference (platform.minimax.io/docs/api-reference) for the Hailuo models; refusals come with HTTP
 * status 200 and a code in `base_resp`, as there.
 */
export interface MinimaxOptions {
	apiKey: string;
	/** From create to success, milliseconds; 0 ends a job at once. */
	jobDurationMs: number;
	/** The address every finished job's file has. */
	videoUrl: string;
	/** Where the jobs are kept, for who wants to see them or to end one sooner. */
	jobs?: MinimaxJob[];
}

/** Times are milliseconds since 1970. */
export interface MinimaxJob {
	taskId: string;
	fileId: string;
	createdAt: number;
	endsAt: number;
}

const MODELS = ['MiniMax-Hailuo-2.3', 'MiniMax-Hailuo-02'];
const RESOLUTIONS = ['512P', '768P', '1080P'];
const DURATIONS = [6, 10];
const LONGEST_PROMPT = 2_000;
const QUEUE_SHARE = 0.25;

const NOT_AUTHORISED = 1004;
const INVALID_PARAMETERS = 2013;

function accept(body: Record<string, unknown>): Answer {
	return { status: 200, body: { ...body, base_resp: { status_code: 0, status_msg: 'success' } } };
}

function refuse(code: number, message: string): Answer {
	return { status: 200, body: { base_resp: { status_code: code, status_msg: message } } };
}

/** What is wrong with a create's body; undefined when nothing is. */
function problemOf(body: unknown): string | undefined {
	if (!isRecord(body)) return 'the body is no JSON object';
	const { model, prompt, duration, resolution, prompt_optimizer, ...others } = body;
	const unknown = Object.keys(others)[0];
	if (unknown !== undefined) return `unknown parameter ${unknown}`;
	if (!MODELS.includes(String(model))) return `unknown model ${String(model)}`;
	if (typeof prompt !== 'string' || prompt === '' || prompt.length > LONGEST_PROMPT) return 'prompt';
	if (duration !== undefined && !DURATIONS.includes(Number(duration))) return 'duration';
	if (resolution !== undefined && !RESOLUTIONS.includes(String(resolution))) return 'resolution';
	if (prompt_optimizer !== undefined && typeof prompt_optimizer !== 'boolean') return 'prompt_optimizer';
	return undefined;
}

/** Makes a handler for `simulator.mount`, with jobs of its own. */
export function minimaxApi(options: MinimaxOptions): (request: GatewayRequest) => Answer {
	const { jobs = [] } = options;

	function create(body: unknown): Answer {
		const problem = problemOf(body);
		if (problem !== undefined) return refuse(INVALID_PARAMETERS, `invalid params, ${problem}`);
		const number = jobs.length + 1;
		const job = { taskId: String(106_916_112_000_000 + number), fileId: String(205_258_526_000_000 + number) };
		const createdAt = Date.now();
		jobs.push({ ...job, createdAt, endsAt: createdAt + options.jobDurationMs });
		return accept({ task_id: job.taskId });
	}

	function query(taskId: string | undefined): Answer {
		const job = jobs.find((candidate) => candidate.taskId === taskId);
		if (job === undefined) return refuse(INVALID_PARAMETERS, 'invalid params, task_id');
		const now = Date.now();
		if (now >= job.endsAt) {
			const video = { file_id: job.fileId, video_width: 1366, video_height: 768 };
			return accept({ task_id: job.taskId, status: 'Success', ...video });
		}
		const leavesQueueAt = job.createdAt + (job.endsAt - job.createdAt) * QUEUE_SHARE;
		const status = now < leavesQueueAt ? 'Queueing' : 'Processing';
		return accept({ task_id: job.taskId, status });
	}

	function retrieve(fileId: string | undefined): Answer {
		const job = jobs.find((candidate) => candidate.fileId === fileId);
		if (job === undefined) return refuse(INVALID_PARAMETERS, 'invalid params, file_id');
		return accept({
			file: {
				file_id: job.fileId,
				created_at: Math.floor(job.createdAt / 1000),
				filename: 'output_aigc.mp4',
				purpose: 'video_generation',
				download_url: options.videoUrl,
			},
		});
	}

	return ({ method, path, headers, query: parameters, body }) => {
		if (headers.authorization !== `Bearer ${options.apiKey}`) return refuse(NOT_AUTHORISED, 'login fail');
		switch (`${method} ${path}`) {
			case 'POST /v1/video_generation':
				return create(body);
			case 'GET /v1/query/video_generation':
				return query(parameters.task_id);
			case 'GET /v1/files/retrieve':
				return retrieve(parameters.file_id);
			default:
				return { status: 404, body: '404 page not found' };
		}
	};
}
