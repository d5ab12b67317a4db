import { ASPECT_RATIOS, FIXED_RATIOS } from '../../core/video/catalog';
import { modelOfSlug, offer, type OfferTerms } from '../../core/video/offer';
import type { Failure, HttpResponse } from '../../core/http/http';
import { momentAt, numberAt, percentageAt, textAt, valueAt } from '../../core/http/read';
import type { CallbackNote } from '../adapter';
import { describeRefusal, kindOfStatus } from '../refusal';
import {
	describeCost,
	lifetimeFrom,
	mapStatus,
	urlsIn,
	type JobReading,
	type ProviderIdentity,
	type Reason,
} from '../jobExchange';

/** How EvoLink's answers are read. Sources: EvoLink OpenAPI of the task query, EvoLink pages on errors and callbacks. */

/** MiniMax-H3 and its variants have a name for each mode. */
const slugsOf = (name: string, ...more: Array<'reference'>) =>
	Object.fromEntries((['text', 'image', ...more] as const).map((mode) => [mode, `${name}-${mode}-to-video`]));

/** EvoLink's parameter tables of minimax-h3; with a frame it takes no aspect ratio. */
const THIRD = {
	prompt: 'required',
	references: { images: 9, videos: 3, audios: 3, total: 12, audioAlone: true },
	aspectRatios: { text: FIXED_RATIOS, reference: ASPECT_RATIOS },
	mediaSizes: { images: 30, videos: 50, audios: 15 },
} satisfies Partial<OfferTerms>;

/** Of the variants' schemas the seconds, qualities and modes were read, the rest not: so `adaptive` is left unsaid. */
const VARIANT = {
	references: { ...THIRD.references, audioAlone: false },
	aspectRatios: { text: FIXED_RATIOS, reference: FIXED_RATIOS },
} satisfies Partial<OfferTerms>;

export const EVOLINK: ProviderIdentity = {
	id: 'evolink',
	label: 'EvoLink',
	/** EvoLink compares the names with case. */
	offers: [
		offer({ model: 'hailuo-2.3-fast', slug: 'MiniMax-Hailuo-2.3-Fast', prompt: 'optional' }),
		offer({ model: 'hailuo-2.3', slug: 'MiniMax-Hailuo-2.3', prompt: 'required' }),
		offer({ model: 'hailuo-02', slug: 'MiniMax-Hailuo-02', prompt: 'requiredWithoutImage' }),
		offer({ ...THIRD, model: 'hailuo-03', slug: slugsOf('minimax-h3', 'reference') }),
		offer({ ...THIRD, ...VARIANT, model: 'hailuo-03-max', slug: slugsOf('minimax-h3-max', 'reference') }),
		offer({
			...THIRD,
			...VARIANT,
			model: 'hailuo-03-max-turbo',
			slug: slugsOf('minimax-h3-max-turbo'),
			references: null,
		}),
	],
	handles: [],
	/** EvoLink's OpenAPI has the first four; `cancelled` stands on its callback pages only. */
	statusWords: {
		pending: 'queued',
		processing: 'running',
		completed: 'succeeded',
		failed: 'failed',
		cancelled: 'cancelled',
	},
};

/** EvoLink docs, error codes of tasks; the same check may refuse the request itself. */
const CONTENT_REFUSED = 'content_policy_violation';

/** "Generated video links are valid for 24 hours" (EvoLink page for Hailuo 2.3 Fast). */
const LINK_LIFETIME_HOURS = 24;

/** Create and task query have one shape. */
export const READING: JobReading = {
	...EVOLINK,
	idOf: (body) => textAt(body, 'id'),
	read(body, reference) {
		const createdAt = momentAt(body, 'created');
		const slug = textAt(body, 'model');
		return {
			rawStatus: textAt(body, 'status'),
			model: modelOfSlug(EVOLINK.offers, (own) => own === slug),
			progress: percentageAt(body, 'progress'),
			urls: resultUrls(body),
			reason: readReason(body),
			// Failed tasks are refunded (EvoLink docs); what was merely reserved is no cost.
			cost:
				describeCost(
					numberAt(body, 'usage', 'credits_used') ?? numberAt(body, 'usage', 'cost', 'credits'),
					'credits',
				) ?? describeCost(numberAt(body, 'usage', 'cost', 'usd'), 'USD'),
			createdAt,
			// When the link was made is not told; counted from the job's creation it cannot live shorter.
			expiresAt: lifetimeFrom(createdAt ?? momentAt(reference.createdAt), LINK_LIFETIME_HOURS),
		};
	},
	readFailure,
	refuses: hasError,
};

/** `results` is documented; `result_data` is what some tasks have instead. */
function resultUrls(body: unknown): string[] {
	const results = urlsIn(valueAt(body, 'results'));
	return results.length > 0 ? results : urlsIn(valueAt(body, 'result_data'));
}

function readReason(body: unknown): Reason {
	const message = textAt(body, 'error', 'message') ?? textAt(body, 'error');
	const suggestion = textAt(body, 'error', 'suggestion');
	return {
		code: textAt(body, 'error', 'code'),
		message: message === null || suggestion === null ? message : `${message} (${suggestion})`,
	};
}

function hasError(body: unknown): boolean {
	const error = valueAt(body, 'error');
	return typeof error === 'object' ? error !== null : textAt(error) !== null;
}

/** EvoLink OpenAPI, the answers to a create. */
const REFUSING_STATUSES: readonly number[] = [400, 401, 402, 403, 404, 413, 429];

/**
 * How a 503 says that the request was not taken: "Service temporarily unavailable, retry after 30 seconds" (OpenAPI), and
 * "No available channel..." with the code `service_unavailable` (documented until 2026-03), which is said before dispatch.
 */
const NOT_TAKEN: readonly string[] = ['service_unavailable_error', 'service_unavailable'];

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
	if (status === 503 && NOT_TAKEN.some((said) => said === word || said === type)) {
		return describeRefusal(response, { ...known, kind: 'unavailable', made: 'no' });
	}
	const contentRefused = word === CONTENT_REFUSED || type === CONTENT_REFUSED;
	return describeRefusal(response, {
		...known,
		kind: contentRefused ? 'content' : kindOfStatus(meant),
		...(REFUSING_STATUSES.includes(status) && type !== null && { made: 'no' }),
	});
}

/** A callback's body is the answer to a task query (EvoLink docs, callbacks). */
export function readCallback(body: unknown): CallbackNote | null {
	const jobId = textAt(body, 'id');
	const status = textAt(body, 'status');
	if (jobId === null || status === null) return null;
	return { reference: { jobId }, status: mapStatus(EVOLINK.statusWords, status) };
}
