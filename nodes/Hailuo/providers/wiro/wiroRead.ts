import type { ModelId } from '../../core/video/catalog';
import type { Failure, FailureKind, HttpResponse } from '../../core/http/http';
import { describeJob, isOver, type Job, type JobFailure, type JobReference, type JobStatus } from '../../core/job/job';
import { cleanText, listAt, momentAt, numberAt, textAt, valueAt, webUrlAt } from '../../core/http/read';
import type { CallbackNote } from '../adapter';
import { describeJobFailure, describeRefusal, kindOfStatus, mapStatus } from '../exchange';

/** How Wiro's answers are read. Sources: Wiro page for Hailuo 2.3 Fast; Wiro docs, tasks and error codes. */
export const WIRO_ID = 'wiro';

/** Every slug under which Wiro lists a model of ours; the page of Hailuo 02 is one for each mode. */
export const SLUGS: ReadonlyArray<{ slug: string; model: ModelId }> = [
	{ slug: 'minimax/hailuo-2-3-fast', model: 'hailuo-2.3-fast' },
	{ slug: 'minimax/hailuo-2-3', model: 'hailuo-2.3' },
	{ slug: 'minimax/image-to-video-hailuo-02', model: 'hailuo-02' },
	{ slug: 'minimax/text-to-video-hailuo-02', model: 'hailuo-02' },
];

/** The word that ends good and bad tasks alike: only `pexit` and the outputs tell them apart. */
const END = 'task_postprocess_end';

/** A line on the error log, which the docs call interim; Wiro's own MCP client takes it for the end. */
const ERROR_LINE = 'task_error';

/** Words of Task/Detail and of the socket. */
export const STATUS_WORDS: Readonly<Record<string, JobStatus>> = {
	task_queue: 'queued',
	task_accept: 'running',
	task_preprocess_start: 'running',
	task_preprocess_end: 'running',
	task_assign: 'running',
	task_start: 'running',
	task_output: 'running',
	[ERROR_LINE]: 'running',
	task_output_full: 'running',
	task_error_full: 'running',
	task_end: 'running',
	task_postprocess_start: 'running',
	[END]: 'succeeded',
	task_cancel: 'cancelled',
};

/**
 * Reads a task as Detail, Cancel and Kill show it.
 *
 * @param body the answer
 * @param reference what the task was asked for by
 * @returns null when there is no task with a status in it
 */
export function readTask(body: unknown, reference: JobReference): Job | null {
	const task = valueAt(body, 'tasklist', 0);
	const rawStatus = textAt(task, 'status');
	if (rawStatus === null) return null;
	const urls = outputUrls(task);
	const { status, failure } = judge(task, rawStatus, urls.length > 0);
	const [videoUrl = null, ...additionalUrls] = status === 'succeeded' ? urls : [];
	const jobToken = reference.jobToken ?? textAt(task, 'socketaccesstoken');
	return describeJob({
		provider: WIRO_ID,
		jobId: reference.jobId,
		model: reference.model ?? readModel(task),
		status,
		rawStatus,
		videoUrl,
		additionalUrls,
		failure,
		cost: status === 'succeeded' ? readCost(task) : null,
		createdAt: momentAt(task, 'createtime') ?? momentAt(reference.createdAt),
		completedAt: isOver({ status }) ? (momentAt(task, 'endtime') ?? momentAt(task, 'canceltime')) : null,
		...(jobToken !== null && { jobToken }),
	});
}

function judge(task: unknown, rawStatus: string, hasVideo: boolean): Pick<Job, 'status' | 'failure'> {
	const status = mapStatus(STATUS_WORDS, rawStatus);
	if (rawStatus.toLowerCase() === ERROR_LINE)
		return { status, failure: readTaskFailure(task, 'Wiro reports an error') };
	if (rawStatus.toLowerCase() !== END) return { status, failure: null };
	const exit = textAt(task, 'pexit');
	if (hasVideo && (exit === null || Number(exit) === 0)) return { status: 'succeeded', failure: null };
	if (exit === null) return { status: 'unknown', failure: NO_VIDEO };
	return {
		status: 'failed',
		failure: readTaskFailure(task, `Wiro ended the task without a video (exit code ${exit})`),
	};
}

const NO_VIDEO: JobFailure = {
	code: 'no_video',
	message: 'Wiro calls the task ended but gives neither an exit code nor an address of a video',
};

function readTaskFailure(task: unknown, otherwise: string): JobFailure {
	const exit = textAt(task, 'pexit');
	const code = exit === null || Number(exit) === 0 ? null : exit;
	return describeJobFailure(code, textAt(task, 'debugerror'), cleanText(otherwise));
}

/** The addresses of the outputs, videos first. */
function outputUrls(task: unknown): string[] {
	const outputs = listAt(task, 'outputs');
	const isVideo = (output: unknown) => textAt(output, 'contenttype')?.toLowerCase().startsWith('video/') ?? false;
	const ordered = [...outputs.filter(isVideo), ...outputs.filter((output) => !isVideo(output))];
	return [...new Set(ordered.map((output) => webUrlAt(output, 'url')).filter((url) => url !== null))];
}

/** Only successes are billed (Wiro docs, pricing). */
function readCost(task: unknown): Job['cost'] {
	const amount = numberAt(task, 'totalcost');
	return amount !== null && amount >= 0 ? { amount, unit: 'USD' } : null;
}

/** Some clients see the slug with dots and capitals, as in `MiniMax/hailuo-2.3-Fast`. */
function readModel(task: unknown): string | null {
	const parts = [textAt(task, 'modelslugowner'), textAt(task, 'modelslugproject')];
	const slug = parts.join('/').toLowerCase().replaceAll('.', '-');
	return SLUGS.find((known) => known.slug === slug)?.model ?? null;
}

/**
 * Reads a callback. Wiro does not document its body; its SDKs say that it holds the finished task, as Task/Detail has
 * it or alone.
 */
export function readCallback(body: unknown): CallbackNote | null {
	const listed = valueAt(body, 'tasklist', 0);
	const task = listed === undefined ? body : listed;
	const jobId = textAt(task, 'taskid') ?? textAt(task, 'id');
	const jobToken = textAt(task, 'socketaccesstoken') ?? textAt(task, 'tasktoken');
	if (jobId === null && jobToken === null) return null;
	const known = readTask({ tasklist: [task] }, { jobId: jobId ?? jobToken ?? '' });
	const status = known?.status ?? 'unknown';
	// Wiro calls once, at the end, so that a callback whose status says nothing is about the end too.
	return { jobId, jobToken, status: status === 'unknown' ? 'succeeded' : status };
}

/** Says whether an answer of status 2xx is a refusal, provided that it holds no task. */
export function isRefusal(body: unknown): boolean {
	const result = valueAt(body, 'result');
	return result === false || result === 'false' || listAt(body, 'errors').length > 0 || hasNoTask(body);
}

/** The id of the task that Run made, or at least its token: either finds the job again. */
export function createdHandle(body: unknown): string | null {
	return textAt(body, 'taskid') ?? textAt(body, 'socketaccesstoken');
}

function hasNoTask(body: unknown): boolean {
	const tasks = valueAt(body, 'tasklist');
	return Array.isArray(tasks) && tasks.length === 0;
}

/** All errors' words. */
export function errorMessage(body: unknown): string | null {
	const messages = listAt(body, 'errors').map((error) => textAt(error, 'message'));
	const joined = messages.filter((message) => message !== null).join('; ');
	return joined === '' ? textAt(body, 'message') : joined;
}

/** Reads `{result: false, errors: [{code, message}]}`, which comes with HTTP 200 as well as with 401 and 404. */
export function readFailure(response: HttpResponse): Failure {
	const { status, json } = response;
	const code = textAt(json, 'errors', 0, 'code');
	const message = errorMessage(json);
	if (status < 300 && code === null && hasNoTask(json)) {
		return describeRefusal(response, { kind: 'notFound', message: message ?? 'Wiro knows no such task' });
	}
	const { kind, made } = meaningOf(status, code, message ?? '');
	// Whatever else it says, an answer that names a task does not prove that none was made.
	const isProof = made !== undefined && createdHandle(json) === null;
	return describeRefusal(response, { message, code, kind, ...(isProof && { made }) });
}

/** The codes of Wiro's docs besides 0 and 1. */
const KINDS: Readonly<Record<string, FailureKind>> = {
	'96': 'slot',
	'97': 'credit',
	'98': 'authentication',
	'99': 'authentication',
};

/** Code 0 is used for everything without a code of its own, so the words decide. */
const WORDS: ReadonlyArray<{ pattern: RegExp; kind: FailureKind }> = [
	{ pattern: /requested ip/i, kind: 'permission' },
	{ pattern: /authori[sz]ation|signature authentication|sign[ -]?in/i, kind: 'authentication' },
	{ pattern: /content polic|moderation|sensitive|nsfw|inappropriate/i, kind: 'content' },
	{ pattern: /server|internal|unexpected|try again|timed? ?out|temporar/i, kind: 'provider' },
];

function meaningOf(status: number, code: string | null, message: string): { kind: FailureKind; made?: 'no' } {
	if (code !== null && status < 500 && Object.hasOwn(KINDS, code))
		return { kind: KINDS[code] ?? 'provider', made: 'no' };
	if (status >= 300) return { kind: kindOfStatus(status) };
	if (code === '1')
		return { kind: /not-accessible|not allowed/i.test(message) ? 'permission' : 'notFound', made: 'no' };
	// A code 0 without words of its own proves nothing.
	if (code !== '0' || message === '') return { kind: 'provider' };
	const kind = WORDS.find(({ pattern }) => pattern.test(message))?.kind ?? 'invalid';
	return kind === 'provider' ? { kind } : { kind, made: 'no' };
}
