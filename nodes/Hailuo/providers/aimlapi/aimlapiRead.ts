import type { ModelId } from '../../core/video/catalog';
import type { Failure, FailureKind, HttpResponse } from '../../core/http/http';
import {
	describeJob,
	type AimlRoute,
	type Job,
	type JobFailure,
	type JobReference,
	type JobStatus,
} from '../../core/job/job';
import { listAt, momentAt, numberAt, textAt, webUrlAt } from '../../core/http/read';
import { describeJobFailure, describeRefusal, kindOfStatus, mapStatus } from '../exchange';

export const ID = 'aimlApi';

/** How AI/ML API calls the models. */
export const SLUGS: Partial<Record<ModelId, string>> = {
	'hailuo-2.3-fast': 'minimax/hailuo-2.3-fast',
	'hailuo-2.3': 'minimax/hailuo-2.3',
	'hailuo-02': 'minimax/hailuo-02',
};

/**
 * AI/ML API's OpenAPI names only queued, generating, completed and error. The rest: its sample loops (waiting, active),
 * the prose beside them (complete), the specifications of its other video models, and the words its n8n node tests for.
 */
export const STATUS_WORDS: Readonly<Record<string, JobStatus>> = {
	queued: 'queued',
	waiting: 'queued',
	generating: 'running',
	active: 'running',
	processing: 'running',
	completed: 'succeeded',
	complete: 'succeeded',
	success: 'succeeded',
	succeeded: 'succeeded',
	done: 'succeeded',
	finished: 'succeeded',
	ready: 'succeeded',
	error: 'failed',
	failed: 'failed',
	timeout: 'failed',
	timed_out: 'failed',
	expired: 'failed',
	cancelled: 'cancelled',
	canceled: 'cancelled',
};

/** AI/ML API's no-credit answer is a 403, as is a key without the scope; only the words tell them apart. */
const NO_CREDIT = /credit|balance|top up|payment|billing|quota|spend|plan limit/i;

/**
 * Reads the id of a new job: the samples read `id` here and `generation_id` there.
 *
 * @returns null where there is none
 */
export function idOf(body: unknown): string | null {
	return textAt(body, 'id') ?? textAt(body, 'generation_id');
}

/**
 * Reads a job from the answer to a create or a read, which differ in how much they hold.
 *
 * @param body the answer, untrusted
 * @param reference what is known of the job without it
 * @param route the route that answered
 */
export function readJob(body: unknown, reference: JobReference, route: AimlRoute): Job {
	const rawStatus = textAt(body, 'status');
	const said = mapStatus(STATUS_WORDS, rawStatus);
	const videoUrl = said === 'succeeded' ? webUrlAt(body, 'video', 'url') : null;
	const unproven = said === 'succeeded' && videoUrl === null;
	return describeJob({
		provider: ID,
		jobId: reference.jobId,
		model: reference.model ?? modelIn(reference.jobId),
		route,
		status: unproven ? 'unknown' : said,
		rawStatus,
		videoUrl,
		// A documented sample has `completed` beside a filled `error`: only the status says which of them counts.
		failure: said === 'failed' ? readJobFailure(body, rawStatus) : unproven ? NO_VIDEO : null,
		cost: readCost(body),
		createdAt: momentAt(reference.createdAt),
	});
}

const NO_VIDEO: JobFailure = {
	code: 'no_video',
	message: 'AI/ML API calls the job completed but gives no address of a video',
};

/** Newer ids end in the model, as in `349872201343396:minimax/hailuo-2.3-fast`. */
function modelIn(jobId: string): string | null {
	return Object.entries(SLUGS).find(([, slug]) => jobId.endsWith(`:${slug}`))?.[0] ?? null;
}

function readJobFailure(body: unknown, rawStatus: string | null): JobFailure {
	const word = rawStatus?.toLowerCase() ?? null;
	const reason = word === 'error' || word === 'failed' ? null : word;
	return describeJobFailure(
		textAt(body, 'error', 'name') ?? reason,
		textAt(body, 'error', 'message') ?? textAt(body, 'error'),
		reason === null ? 'AI/ML API gave no reason' : `AI/ML API ended the job as '${reason}'`,
	);
}

function readCost(body: unknown): Job['cost'] {
	const dollars = numberAt(body, 'meta', 'usage', 'usd_spent');
	if (dollars !== null && dollars >= 0) return { amount: dollars, unit: 'USD' };
	const credits = numberAt(body, 'meta', 'usage', 'credits_used');
	return credits !== null && credits >= 0 ? { amount: credits, unit: 'credits' } : null;
}

/**
 * Reads a refusal: the documented envelope has `message` at the top; some routes have `error`, as an object or a text.
 */
export function readFailure(response: HttpResponse): Failure {
	const { json } = response;
	const lines = listAt(json, 'message').filter((line) => typeof line === 'string');
	const message =
		textAt(json, 'message') ??
		(lines.length > 0 ? lines.join('; ') : null) ??
		textAt(json, 'error', 'message') ??
		textAt(json, 'error');
	return describeRefusal(response, {
		kind: kindOfRefusal(response.status, message),
		code: textAt(json, 'error', 'code') ?? textAt(json, 'error', 'name') ?? textAt(json, 'code'),
		message,
	});
}

function kindOfRefusal(status: number, message: string | null): FailureKind {
	return status === 403 && message !== null && NO_CREDIT.test(message) ? 'credit' : kindOfStatus(status);
}
