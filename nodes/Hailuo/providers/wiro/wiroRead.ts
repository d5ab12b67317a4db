import { FIXED_RATIOS } from '../../core/video/catalog';
import { modelOfSlug, offer } from '../../core/video/offer';
import type { Failure, FailureKind, HttpResponse } from '../../core/http/http';
import { isOver, type JobStatus } from '../../core/job/job';
import { parseJson } from '../../core/http/json';
import { listAt, momentAt, numberAt, textAt, valueAt } from '../../core/http/read';
import type { CallbackNote } from '../adapter';
import { describeRefusal, kindOfStatus } from '../refusal';
import {
	describeCost,
	mapStatus,
	readJob,
	urlsIn,
	type Reason,
	type JobReading,
	type ProviderIdentity,
} from '../jobExchange';

/** How Wiro's answers are read. Sources: Wiro page for Hailuo 2.3 Fast; Wiro docs, tasks and error codes. */

/** The word that ends good and bad tasks alike: only `pexit` and the outputs tell them apart. */
const END = 'task_postprocess_end';

/** A line on the error log, which the docs call interim; Wiro's own MCP client takes it for the end. */
const ERROR_LINE = 'task_error';

const TWO_PAGES = { text: 'minimax/text-to-video-hailuo-02', image: 'minimax/image-to-video-hailuo-02' };

export const WIRO: ProviderIdentity = {
	id: 'wiro',
	label: 'Wiro',
	offers: [
		offer({ model: 'hailuo-2.3-fast', slug: 'minimax/hailuo-2-3-fast', prompt: 'optional' }),
		offer({ model: 'hailuo-2.3', slug: 'minimax/hailuo-2-3', prompt: 'requiredWithoutImage' }),
		offer({ model: 'hailuo-02', slug: TWO_PAGES, prompt: 'requiredWithoutImage', without: ['512P'] }),
		offer({
			model: 'hailuo-03',
			slug: { text: 'minimax/h3', image: 'minimax/h3', reference: 'minimax/h3-r2v' },
			prompt: 'required',
			// As third parties list it; the frame's own shape is kept.
			lastFrame: 'besideFirst',
			aspectRatios: { text: FIXED_RATIOS, reference: FIXED_RATIOS },
			// Of one upload (Wiro docs, files); of a form with several files nothing is said.
			filesTogether: 100,
		}),
	],
	/** The socket access token: a second name of the same task. */
	handles: ['jobToken'],
	/** Words of Task/Detail and of the socket. */
	statusWords: {
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
	},
};

/** How a task is read as Detail, Cancel and Kill show it. */
export const TASK: JobReading = {
	...WIRO,
	idOf: createdHandle,
	read(body, reference) {
		const task = valueAt(body, 'tasklist', 0);
		const rawStatus = textAt(task, 'status');
		const status = statusOf(task, rawStatus);
		const jobToken = reference.handles?.jobToken ?? textAt(task, 'socketaccesstoken');
		return {
			rawStatus,
			status,
			model: modelOf(task),
			urls: outputUrls(task),
			reason: readReason(task, rawStatus),
			isDoubtful: rawStatus?.toLowerCase() === ERROR_LINE,
			cost: status === 'succeeded' ? describeCost(numberAt(task, 'totalcost'), 'USD') : null,
			createdAt: momentAt(task, 'createtime'),
			completedAt: isOver({ status }) ? (momentAt(task, 'endtime') ?? momentAt(task, 'canceltime')) : null,
			...(jobToken !== null && { handles: { jobToken } }),
		};
	},
	readFailure,
	refuses: isRefusal,
};

/** An end with exit code 0, or none, is a success, and a good one once it has a video: outputs may come a moment later. */
function statusOf(task: unknown, rawStatus: string | null): JobStatus {
	const status = mapStatus(WIRO.statusWords, rawStatus);
	const hasFailed = status === 'succeeded' && Number(textAt(task, 'pexit') ?? 0) !== 0;
	return hasFailed ? 'failed' : status;
}

/** The addresses of the outputs, videos first. Three of Wiro's SDKs also read `output`; some values are JSON as text. */
function outputUrls(task: unknown): string[] {
	const given = valueAt(task, 'outputs') ?? valueAt(task, 'output');
	const outputs = (typeof given === 'string' ? parseJson(given) : undefined) ?? given;
	const isVideo = (output: unknown) => textAt(output, 'contenttype')?.toLowerCase().startsWith('video/') ?? false;
	const list: unknown[] = Array.isArray(outputs) ? outputs : [outputs];
	return urlsIn([...list.filter(isVideo), ...list.filter((output) => !isVideo(output))]);
}

/** What a task says of its failure: words on the error log, or an exit code that is not 0. */
function readReason(task: unknown, rawStatus: string | null): Reason {
	const exit = textAt(task, 'pexit');
	const code = exit === null || Number(exit) === 0 ? null : exit;
	const word = rawStatus?.toLowerCase();
	const otherwise = word === ERROR_LINE ? 'Wiro reports an error' : null;
	const ended = code === null ? otherwise : `Wiro ended the task without a video (exit code ${code})`;
	return { code, message: textAt(task, 'debugerror') ?? ended };
}

/** Some clients see the slug with dots and capitals, as in `MiniMax/hailuo-2.3-Fast`. */
function modelOf(task: unknown): string | null {
	const parts = [textAt(task, 'modelslugowner'), textAt(task, 'modelslugproject')];
	const slug = parts.join('/').toLowerCase().replaceAll('.', '-');
	return modelOfSlug(WIRO.offers, (own) => own === slug);
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
	const name = jobId ?? jobToken;
	if (name === null) return null;
	const reference = { jobId: name, ...(jobToken !== null && { handles: { jobToken } }) };
	const { status } = readJob(TASK, { tasklist: [task] }, reference);
	// Wiro calls once, at the end, so that a callback whose status says nothing is about the end too.
	return { reference, status: status === 'unknown' ? 'succeeded' : status };
}

/** Says whether an answer of status 2xx is a refusal, provided that it holds no task. */
function isRefusal(body: unknown): boolean {
	const result = valueAt(body, 'result');
	return result === false || result === 'false' || listAt(body, 'errors').length > 0 || hasNoTask(body);
}

/** The id of the task that Run made, or at least its token: either finds the job again. */
function createdHandle(body: unknown): string | null {
	return textAt(body, 'taskid') ?? textAt(body, 'socketaccesstoken');
}

function hasNoTask(body: unknown): boolean {
	const tasks = valueAt(body, 'tasklist');
	return Array.isArray(tasks) && tasks.length === 0;
}

/** An answer that names the task it made is no refusal, whatever else it says. */
export function refusesRun(body: unknown): boolean {
	return createdHandle(body) === null && isRefusal(body);
}

/** All errors' words. */
export function errorMessage(body: unknown): string | null {
	const messages = listAt(body, 'errors').map((error) => textAt(error, 'message'));
	const joined = messages.filter((message) => message !== null).join('; ');
	return joined === '' ? textAt(body, 'message') : joined;
}

/** Reads `{result: false, errors: [{code, message}]}`, which comes with HTTP 200 as well as with 401 and 404. */
function readFailure(response: HttpResponse): Failure {
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
	// Two of Wiro's SDKs meet an unknown task with this word and code 0 instead of 1.
	{ pattern: /task-not-(?:founded|exist)/i, kind: 'notFound' },
	{ pattern: /requested ip|suspended|permission/i, kind: 'permission' },
	{ pattern: /authori[sz]ation|signature authentication|sign[ -]?in/i, kind: 'authentication' },
	{ pattern: /content polic|moderation|sensitive|nsfw|inappropriate/i, kind: 'content' },
	{ pattern: /server|internal|unexpected|try again|timed? ?out|temporar/i, kind: 'provider' },
];

/** Besides 200, 401 and 404, which the docs have: those that say in HTTP what Wiro's codes say. */
const REFUSING_STATUSES: readonly number[] = [400, 401, 402, 403, 404, 429];

/** @returns null for a code that is not documented, and for a code 0 without words: they say nothing */
function kindOfCode(code: string | null, message: string): FailureKind | null {
	if (code !== null && Object.hasOwn(KINDS, code)) return KINDS[code] ?? null;
	if (code === '1') return /not-accessible|not allowed/i.test(message) ? 'permission' : 'notFound';
	if (code !== '0' || message === '') return null;
	return WORDS.find(({ pattern }) => pattern.test(message))?.kind ?? 'invalid';
}

function meaningOf(status: number, code: string | null, message: string): { kind: FailureKind; made?: 'no' } {
	const said = kindOfCode(code, message);
	// A status of its own says more than a code that stands for many things.
	const isCodeFirst = status < 300 || (status < 500 && code !== null && Object.hasOwn(KINDS, code));
	const kind = isCodeFirst ? (said ?? 'provider') : kindOfStatus(status);
	const isProof = said !== null && said !== 'provider' && (status < 300 || REFUSING_STATUSES.includes(status));
	return { kind, ...(isProof && { made: 'no' }) };
}
