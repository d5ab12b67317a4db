import { ASPECT_RATIOS, FIXED_RATIOS } from '../../core/video/catalog';
import { offer, type OfferTerms } from '../../core/video/offer';
import type { JsonObject } from '../../core/http/http';
import { textAt, valueAt } from '../../core/http/read';
import type { CallbackNote } from '../adapter';
import { mapStatus, type JobReading, type ProviderIdentity } from '../jobExchange';
import { readFailure, refuses } from './minimaxRefusal';

/**
 * MiniMax-H3's terms at MiniMax (V2 create, its OpenAPI): a text is needed whatever else there is, and beside a frame the
 * ratio is ignored. Files travel inside of the request, a third longer as Base64, which may have 64 MB.
 */
const THIRD = {
	prompt: 'required',
	aspectRatios: { text: FIXED_RATIOS, reference: ASPECT_RATIOS },
	mediaSizes: { images: 30, videos: 50, audios: 15 },
	filesTogether: 45,
} satisfies Partial<OfferTerms>;

export const MINIMAX: ProviderIdentity = {
	id: 'minimax',
	label: 'MiniMax',
	offers: [
		offer({ model: 'hailuo-2.3-fast', slug: 'MiniMax-Hailuo-2.3-Fast', prompt: 'optional' }),
		offer({ model: 'hailuo-2.3', slug: 'MiniMax-Hailuo-2.3', prompt: 'requiredWithoutImage' }),
		offer({ model: 'hailuo-02', slug: 'MiniMax-Hailuo-02', prompt: 'requiredWithoutImage' }),
		offer({ ...THIRD, model: 'hailuo-03', slug: 'MiniMax-H3' }),
		offer({ ...THIRD, model: 'hailuo-03-max', slug: 'MiniMax-H3-Max' }),
	],
	/** V1 keeps the video as a file; its link is asked for by the file's id, and is another each time. */
	handles: ['fileId'],
	/**
	 * V1's five, with `failed` of its callbacks and of MiniMax's command line client, then V2's. `expired` stands on the
	 * Chinese pages alone: the task took too long.
	 */
	statusWords: {
		preparing: 'queued',
		queueing: 'queued',
		processing: 'running',
		success: 'succeeded',
		fail: 'failed',
		failed: 'failed',
		queued: 'queued',
		running: 'running',
		succeeded: 'succeeded',
		cancelled: 'cancelled',
		expired: 'failed',
	},
};

/** How the answer to a create is read, in both versions: a new task has no status yet, only its id. */
export const CREATED: JobReading = {
	...MINIMAX,
	idOf: (body) => textAt(body, 'task_id'),
	read: () => ({ rawStatus: null, status: 'queued' }),
	readFailure,
	refuses,
};

/** MiniMax tries an address before it reports to it, and wants back what it has sent, within three seconds. */
export function handshake(body: unknown): JsonObject | null {
	const challenge = valueAt(body, 'challenge');
	return typeof challenge === 'string' || typeof challenge === 'number' ? { challenge } : null;
}

/** A callback's body is the answer to a query: V1's is flat, V2's has a `task` (MiniMax's pages on both creates). */
export function readCallback(body: unknown): CallbackNote | null {
	const jobId = textAt(body, 'task', 'id') ?? textAt(body, 'task', 'task_id') ?? textAt(body, 'task_id');
	const status = textAt(body, 'task', 'status') ?? textAt(body, 'status');
	if (jobId === null || status === null) return null;
	return { reference: { jobId }, status: mapStatus(MINIMAX.statusWords, status) };
}
