import type { Exchange, JsonObject } from '../../core/http/http';
import type { Job, JobReference } from '../../core/job/job';
import { textAt, webUrlAt, wellFormed } from '../../core/http/read';
import { slugFor } from '../../core/video/offer';
import type { VideoRequest } from '../../core/video/videoRequest';
import { addressOf, answerReader } from '../exchange';
import {
	createExchange,
	endOfLink,
	getExchange,
	judgeAnswer,
	mapStatus,
	type JobAnswer,
	type JobReading,
} from '../jobExchange';
import { CREATED, MINIMAX } from './minimaxRead';
import { readReason, readUnknownId, refuses } from './minimaxRefusal';

/**
 * MiniMax's older version, for Hailuo 02, 2.3 and 2.3 Fast. Sources: MiniMax's pages on text to video, image to video,
 * first and last frame, the query, and the retrieval of files.
 */

function readTask(body: unknown): JobAnswer {
	const fileId = textAt(body, 'file_id');
	return {
		rawStatus: textAt(body, 'status'),
		reason: readReason(body),
		...(fileId !== null && { handles: { fileId } }),
	};
}

const READING: JobReading = { ...CREATED, read: readTask, readFailure: readUnknownId };

function createBody(request: VideoRequest): JsonObject {
	const { prompt, firstFrame, lastFrame, duration, resolution, promptOptimizer, callbackUrl } = request;
	const { fastPretreatment, aigcWatermark } = request.extras;
	return {
		model: slugFor(MINIMAX.offers, request),
		...(prompt !== '' && { prompt }),
		...(firstFrame && { first_frame_image: addressOf(firstFrame) }),
		...(lastFrame && { last_frame_image: addressOf(lastFrame) }),
		duration,
		resolution,
		...(promptOptimizer !== null && { prompt_optimizer: promptOptimizer }),
		...(typeof fastPretreatment === 'boolean' && { fast_pretreatment: fastPretreatment }),
		...(typeof aigcWatermark === 'boolean' && { aigc_watermark: aigcWatermark }),
		...(callbackUrl !== null && { callback_url: callbackUrl }),
	};
}

/** Makes the job; a file goes as a data URL. */
export function createV1(request: VideoRequest): Exchange<Job> {
	const body = { kind: 'json' as const, value: createBody(request) };
	return createExchange(CREATED, { path: '/v1/video_generation', body }, { model: request.model });
}

/** The second step: the link to the task's file. */
function retrieve(fileId: string, task: JobAnswer, reference: JobReference): Exchange<Job> {
	return {
		request: {
			purpose: 'read',
			method: 'GET',
			host: 'api',
			path: '/v1/files/retrieve',
			query: { file_id: wellFormed(fileId) },
		},
		read: answerReader({
			value: ({ json }) => {
				if (textAt(json, 'file', 'file_id') === null) return null;
				const url = webUrlAt(json, 'file', 'download_url');
				const found = url === null ? {} : { urls: [url], expiresAt: endOfLink(url) };
				return judgeAnswer(MINIMAX, { ...task, ...found }, reference);
			},
			failure: readUnknownId,
			refuses,
		}),
	};
}

/**
 * Reads the job, and asks for a fresh link where it has a video: the link lives for an hour, the file for much longer.
 */
export function getV1(reference: JobReference): Exchange<Job> {
	const query = getExchange(READING, reference, {
		path: '/v1/query/video_generation',
		query: { task_id: wellFormed(reference.jobId) },
	});
	return {
		request: query.request,
		read(response) {
			const step = query.read(response);
			const task = readTask(response.json);
			const isDone = step.kind === 'value' && mapStatus(MINIMAX.statusWords, task.rawStatus) === 'succeeded';
			const fileId = task.handles?.fileId;
			if (!isDone || fileId === undefined) return step;
			return { kind: 'next', exchange: retrieve(fileId, task, reference) };
		},
	};
}
