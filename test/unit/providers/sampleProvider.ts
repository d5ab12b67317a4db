import { offer, slugFor } from '../../../nodes/Hailuo/core/video/offer';
import type { Exchange, Failure, FailureKind, HttpResponse } from '../../../nodes/Hailuo/core/http/http';
import type { Job, JobReference } from '../../../nodes/Hailuo/core/job/job';
import { encodeSegment, numberAt, textAt, webUrlAt } from '../../../nodes/Hailuo/core/http/read';
import type { ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';
import { answerReader } from '../../../nodes/Hailuo/providers/exchange';
import {
	createExchange,
	getExchange,
	judgeAnswer,
	mapStatus,
	type JobAnswer,
	type JobReading,
	type ProviderIdentity,
} from '../../../nodes/Hailuo/providers/jobExchange';
import { describeRefusal } from '../../../nodes/Hailuo/providers/refusal';

const SAMPLE: ProviderIdentity = {
	id: 'sample',
	label: 'Sample',
	offers: [
		offer({
			model: 'hailuo-02',
			slug: { text: 'two-from-text', image: 'two-from-image' },
			prompt: 'required',
			without: ['512P'],
			lastFrame: 'none',
		}),
	],
	handles: ['fileId'],
	statusWords: { new: 'queued', busy: 'running', done: 'succeeded', broken: 'failed' },
};

/** Everything is answered with HTTP 200: `{result: {code, text}}` says whether it went well, 0 being yes. */
const CODES: Readonly<Record<string, FailureKind>> = { '11': 'authentication', '12': 'credit', '13': 'invalid' };

function readFailure(response: HttpResponse): Failure {
	const code = textAt(response.json, 'result', 'code');
	const kind = CODES[code ?? ''];
	const message = textAt(response.json, 'result', 'text');
	return describeRefusal(response, { message, code, ...(kind && response.status < 300 && { kind, made: 'no' }) });
}

function refuses(body: unknown): boolean {
	const code = numberAt(body, 'result', 'code');
	return code !== null && code !== 0;
}

function readTask(body: unknown): JobAnswer {
	const fileId = textAt(body, 'file');
	return {
		rawStatus: textAt(body, 'state'),
		reason: { code: null, message: textAt(body, 'why') },
		...(fileId !== null && { handles: { fileId } }),
	};
}

const READING: JobReading = {
	...SAMPLE,
	idOf: (body) => textAt(body, 'task'),
	read: readTask,
	readFailure,
	refuses,
};

/** The second step: the file's address. */
function retrieve(fileId: string, task: JobAnswer, reference: JobReference): Exchange<Job> {
	return {
		request: { purpose: 'read', method: 'GET', host: 'api', path: `/files/${encodeSegment(fileId)}` },
		read: answerReader({
			value: ({ json }) => {
				const url = webUrlAt(json, 'address');
				return url === null ? null : judgeAnswer(SAMPLE, { ...task, urls: [url] }, reference);
			},
			failure: readFailure,
			refuses,
		}),
	};
}

/** A provider that does not exist: what a new one takes, and nothing more. It does what MiniMax's own API does. */
export const sampleProvider: ProviderAdapter = {
	...SAMPLE,
	credential: 'hailuoSampleApi',
	documentationUrl: 'https://docs.sample.example/videos',
	jobsPage: 'https://sample.example/jobs',
	extras: [],
	shortestPollSeconds: 1,
	linkLifetime: null,
	callbacks: {
		httpsOnly: false,
		resumesExecution: false,
		handshake(body) {
			const challenge = textAt(body, 'challenge');
			return challenge === null ? null : { challenge };
		},
		readCallback(body) {
			const jobId = textAt(body, 'task');
			const { rawStatus } = readTask(body);
			if (jobId === null || rawStatus === null) return null;
			return { reference: { jobId }, status: mapStatus(SAMPLE.statusWords, rawStatus) };
		},
	},

	create(request) {
		const { prompt, duration, resolution, firstFrame, callbackUrl } = request;
		const image = firstFrame?.kind === 'url' ? firstFrame.url : Buffer.from(firstFrame?.bytes ?? []).toString('base64');
		const value = {
			model: slugFor(SAMPLE.offers, request),
			prompt,
			duration,
			resolution,
			...(firstFrame && { image }),
			...(callbackUrl !== null && { callback: callbackUrl }),
		};
		return createExchange(READING, { path: '/tasks', body: { kind: 'json', value } }, { model: request.model });
	},

	get(reference) {
		const query = getExchange(READING, reference, { path: `/tasks/${encodeSegment(reference.jobId)}` });
		return {
			request: query.request,
			read(response) {
				const step = query.read(response);
				const task = readTask(response.json);
				const isDone = step.kind === 'value' && mapStatus(SAMPLE.statusWords, task.rawStatus) === 'succeeded';
				const fileId = task.handles?.fileId;
				if (!isDone || fileId === undefined) return step;
				return { kind: 'next', exchange: retrieve(fileId, task, reference) };
			},
		};
	},
};
