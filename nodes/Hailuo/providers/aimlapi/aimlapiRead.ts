import { IMAGE_SHAPE } from '../../core/video/media';
import { modelOfSlug, offer, type OfferTerms } from '../../core/video/offer';
import type { Failure, FailureKind, HttpResponse } from '../../core/http/http';
import { listAt, numberAt, textAt, valueAt } from '../../core/http/read';
import { describeRefusal, kindOfStatus } from '../refusal';
import {
	describeCost,
	endOfLink,
	mapStatus,
	urlsIn,
	type JobReading,
	type ProviderIdentity,
	type Reason,
} from '../jobExchange';

const TAKEN: Pick<OfferTerms, 'prompt' | 'promptCounts' | 'imageTypes'> = {
	prompt: 'required',
	promptCounts: 'utf16Units',
	imageTypes: ['image/jpeg', 'image/png'],
};

/**
 * AI/ML API's OpenAPI of minimax/h3 has 2K alone, and for its images what it has for the older models. Files travel inside
 * of the request, a third longer as Base64; MiniMax takes 64 MB of it.
 */
const OWN_03 = { without: ['768P'], imageShape: IMAGE_SHAPE, filesTogether: 45 } satisfies Partial<OfferTerms>;

export const AIML_API: ProviderIdentity = {
	id: 'aimlApi',
	label: 'AI/ML API',
	offers: [
		offer({ ...TAKEN, model: 'hailuo-2.3-fast', slug: 'minimax/hailuo-2.3-fast' }),
		offer({ ...TAKEN, model: 'hailuo-2.3', slug: 'minimax/hailuo-2.3' }),
		offer({ ...TAKEN, model: 'hailuo-02', slug: 'minimax/hailuo-02', without: ['512P'] }),
		offer({ ...TAKEN, ...OWN_03, model: 'hailuo-03', slug: 'minimax/h3' }),
	],
	/** A job is known only on the route that made it. */
	handles: ['route'],
	/**
	 * AI/ML API's OpenAPI names only queued, generating, completed and error. The rest: its sample loops (waiting, active),
	 * the prose beside them (complete), the specifications of its other video models, and the words its n8n node tests for.
	 */
	statusWords: {
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
	},
};

/** How AI/ML API's answers are read. */
export const READING: JobReading = {
	...AIML_API,
	/** The samples read `id` here and `generation_id` there. */
	idOf: (body) => textAt(body, 'id') ?? textAt(body, 'generation_id'),
	read(body, { jobId }) {
		const rawStatus = textAt(body, 'status');
		const urls = urlsIn(valueAt(body, 'video'));
		return {
			rawStatus,
			// Newer ids end in the model, as in `349872201343396:minimax/hailuo-2.3-fast`.
			model: modelOfSlug(AIML_API.offers, (slug) => jobId.endsWith(`:${slug}`)),
			urls,
			reason: readReason(body, rawStatus),
			cost:
				describeCost(numberAt(body, 'meta', 'usage', 'usd_spent'), 'USD') ??
				describeCost(numberAt(body, 'meta', 'usage', 'credits_used'), 'credits') ??
				// The older route (AI/ML API docs, last revision of its schema).
				describeCost(numberAt(body, 'meta', 'usage', 'tokens_used'), 'tokens'),
			expiresAt: endOfLink(urls[0]),
		};
	},
	readFailure,
};

/** A documented sample has `completed` beside a filled `error`: only the status says which of them counts. */
function readReason(body: unknown, rawStatus: string | null): Reason {
	const word = rawStatus?.toLowerCase() ?? null;
	const isTelling = word !== 'error' && word !== 'failed' && mapStatus(AIML_API.statusWords, word) === 'failed';
	const ending = isTelling ? word : null;
	return {
		code: textAt(body, 'error', 'name') ?? ending,
		message:
			textAt(body, 'error', 'message') ??
			textAt(body, 'error') ??
			(ending === null ? null : `AI/ML API ended the job as '${ending}'`),
	};
}

/** AI/ML API's no-credit answer is a 403, as is a key without the scope; only the words tell them apart. */
const NO_CREDIT = /credit|balance|top up|payment|billing|quota|spend|plan limit/i;

/** AI/ML API docs, "Errors and messages"; 405 and 410 say of an older route what 404 says of any. */
const REFUSING_STATUSES: readonly number[] = [400, 401, 403, 404, 405, 410, 429];

/** The documented one is `{message, path, requestId, statusCode, timestamp}`. */
export function isOwnEnvelope({ json, status }: HttpResponse): boolean {
	const speaks = textAt(json, 'message') !== null || listAt(json, 'message').length > 0;
	return speaks && numberAt(json, 'statusCode') === status;
}

/** The documented envelope has `message` at the top; some routes have `error`, as an object or a text. */
function readFailure(response: HttpResponse): Failure {
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
		...(REFUSING_STATUSES.includes(response.status) && isOwnEnvelope(response) && { made: 'no' }),
	});
}

function kindOfRefusal(status: number, message: string | null): FailureKind {
	return status === 403 && message !== null && NO_CREDIT.test(message) ? 'credit' : kindOfStatus(status);
}
