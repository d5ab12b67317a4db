import type { Exchange, Failure, HttpResponse, JsonObject } from '../../core/http/http';
import { isOver, type Job, type JobReference } from '../../core/job/job';
import { describeFailure, encodeSegment, textAt, valueAt } from '../../core/http/read';
import { MEDIA_KINDS, type MediaKind } from '../../core/video/media';
import { modelOfSlug, modeOf, slugFor } from '../../core/video/offer';
import type { Media, VideoRequest } from '../../core/video/videoRequest';
import { addressOf, answerReader, fail } from '../exchange';
import { createExchange, endOfLink, getExchange, judgeAnswer, urlsIn, type JobReading } from '../jobExchange';
import { CREATED, MINIMAX } from './minimaxRead';
import { readFailure, readUnknownId, refuses } from './minimaxRefusal';

/**
 * MiniMax's newer version, for MiniMax-H3 and MiniMax-H3-Max. Sources: MiniMax's pages and OpenAPI on its create, query
 * and delete.
 */

const READING: JobReading = {
	...CREATED,
	read(body) {
		const task = valueAt(body, 'task');
		const slug = textAt(task, 'model');
		const rawStatus = textAt(task, 'status');
		const urls = urlsIn(valueAt(task, 'content'));
		const hasExpired = rawStatus?.toLowerCase() === 'expired';
		return {
			rawStatus,
			model: modelOfSlug(MINIMAX.offers, (own) => own === slug),
			urls,
			reason: {
				code: textAt(task, 'error', 'code') ?? (hasExpired ? 'expired' : null),
				message: textAt(task, 'error', 'message') ?? (hasExpired ? 'The job took longer than MiniMax allows' : null),
			},
			expiresAt: endOfLink(urls[0]),
		};
	},
	readFailure: readUnknownId,
};

const TYPES: Record<MediaKind, 'image_url' | 'video_url' | 'audio_url'> = {
	images: 'image_url',
	videos: 'video_url',
	audios: 'audio_url',
};

function contentOf(kind: MediaKind, media: Media, role: string): JsonObject {
	const type = TYPES[kind];
	return { type, [type]: { url: addressOf(media) }, role };
}

/** What a text is made into has to have a ratio; all else may follow what it is given (V2 create, `ratio`). */
function ratioOf(request: VideoRequest): string {
	return request.aspectRatio ?? (modeOf(request) === 'text' ? '16:9' : 'adaptive');
}

function createBody(request: VideoRequest): JsonObject {
	const { prompt, firstFrame, lastFrame, references, duration, resolution, callbackUrl } = request;
	const { aigcWatermark } = request.extras;
	return {
		model: slugFor(MINIMAX.offers, request),
		content: [
			{ type: 'text', text: prompt },
			...(firstFrame ? [contentOf('images', firstFrame, 'first_frame')] : []),
			...(lastFrame ? [contentOf('images', lastFrame, 'last_frame')] : []),
			...MEDIA_KINDS.flatMap((kind) =>
				(references?.[kind] ?? []).map((media) => contentOf(kind, media, `reference_${kind.slice(0, -1)}`)),
			),
		],
		duration,
		resolution,
		ratio: ratioOf(request),
		...(typeof aigcWatermark === 'boolean' && { aigc_watermark: aigcWatermark }),
		...(callbackUrl !== null && { callback_url: callbackUrl }),
	};
}

/** Makes the job; a file goes as a data URL. */
export function createV2(request: VideoRequest): Exchange<Job> {
	const body = { kind: 'json' as const, value: createBody(request) };
	return createExchange(CREATED, { path: '/v2/video_generation', body }, { model: request.model });
}

/** Reads the job; each answer has a fresh link. */
export function getV2(reference: JobReference): Exchange<Job> {
	return getExchange(READING, reference, { path: `/v2/query/video_generation/${encodeSegment(reference.jobId)}` });
}

const notCancellable = (message: string, { status }: HttpResponse): Failure =>
	describeFailure({ kind: 'notCancellable', message, httpStatus: status });

/** By V2's own word, since V1's jobs that wait for their turn are not cancelled. */
const isQueued = ({ rawStatus }: Job) => rawStatus?.toLowerCase() === 'queued';

/** Only a job that waits for its turn is cancelled; of one that is over the same call deletes the record. */
function refuseToCancel(job: Job, response: HttpResponse): Failure {
	return notCancellable(
		`MiniMax cancels jobs of Hailuo 03 alone, and only while they wait for their turn; this one is '${job.rawStatus}'`,
		response,
	);
}

/**
 * Ends a job that waits for its turn. It is looked at before, since the call that cancels deletes the record of a job that
 * is over; and after a refusal, since it may have begun meanwhile.
 *
 * @param look reads the job
 */
export function cancelQueued(reference: JobReference, look: Exchange<Job>): Exchange<Job> {
	return {
		request: look.request,
		read(response) {
			const step = look.read(response);
			if (step.kind === 'next') return { kind: 'next', exchange: cancelQueued(reference, step.exchange) };
			if (step.kind === 'failure' || isOver(step.value)) return step;
			return isQueued(step.value)
				? { kind: 'next', exchange: cancelCall(reference) }
				: fail(refuseToCancel(step.value, response));
		},
	};
}

/** The states' own refusals: other ones are about the key, the network or MiniMax itself. */
const BY_STATE: readonly Failure['kind'][] = ['invalid', 'notFound', 'conflict'];

function cancelCall(reference: JobReference): Exchange<Job> {
	const answer = answerReader<Job>({
		value: ({ json }) => {
			// The pages of the two regions call the action differently.
			const words = [textAt(json, 'status'), textAt(json, 'action')].map((word) => word?.toLowerCase());
			const isCancelled = words.includes('cancelled') || words.includes('cancel');
			return isCancelled ? judgeAnswer(MINIMAX, { rawStatus: 'cancelled' }, reference) : null;
		},
		failure: readFailure,
		refuses,
	});
	return {
		request: {
			purpose: 'cancel',
			method: 'DELETE',
			host: 'api',
			path: `/v2/video_generation/${encodeSegment(reference.jobId)}`,
		},
		read(response) {
			const step = answer(response);
			if (step.kind !== 'failure' || !BY_STATE.includes(step.failure.kind)) return step;
			return { kind: 'next', exchange: lookAgain(reference, step.failure) };
		},
	};
}

function lookAgain(reference: JobReference, refusal: Failure): Exchange<Job> {
	const look = getV2(reference);
	return {
		request: look.request,
		read(response) {
			const step = look.read(response);
			if (step.kind !== 'value' || isOver(step.value)) return step;
			return fail(isQueued(step.value) ? refusal : refuseToCancel(step.value, response));
		},
	};
}
