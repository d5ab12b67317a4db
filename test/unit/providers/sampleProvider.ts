import { offer } from '../../../nodes/Hailuo/core/video/catalog';
import type { Failure, HttpResponse } from '../../../nodes/Hailuo/core/http/http';
import { describeJob, type Job, type JobReference } from '../../../nodes/Hailuo/core/job/job';
import { encodeSegment, textAt, webUrlAt } from '../../../nodes/Hailuo/core/http/read';
import type { ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';
import { answerReader, describeRefusal, mapStatus } from '../../../nodes/Hailuo/providers/exchange';

const STATUS_WORDS = { new: 'queued', busy: 'running', done: 'succeeded', broken: 'failed' } as const;

function readJob(body: unknown, reference: JobReference): Job {
	const rawStatus = textAt(body, 'state');
	const said = mapStatus(STATUS_WORDS, rawStatus);
	const videoUrl = said === 'succeeded' ? webUrlAt(body, 'file') : null;
	return describeJob({
		provider: 'sample',
		jobId: reference.jobId,
		model: reference.model ?? null,
		status: said === 'succeeded' && videoUrl === null ? 'unknown' : said,
		rawStatus,
		videoUrl,
		failure: said === 'failed' ? { code: null, message: textAt(body, 'why') ?? 'No reason given' } : null,
	});
}

function readFailure(response: HttpResponse): Failure {
	return describeRefusal(response, { message: textAt(response.json, 'why') });
}

/** A provider that does not exist: what a new one takes, and nothing more. */
export const sampleProvider: ProviderAdapter = {
	id: 'sample',
	label: 'Sample',
	credential: 'hailuoSampleApi',
	documentationUrl: 'https://docs.sample.example/videos',
	jobsPage: 'https://sample.example/jobs',
	offers: [offer({ model: 'hailuo-02', prompt: 'required', without: ['512P'], lastFrame: false })],
	extras: [],
	statusWords: STATUS_WORDS,
	shortestPollSeconds: 5,
	linkLifetime: null,

	create(request) {
		const { prompt, duration, resolution, firstFrame } = request;
		const image = firstFrame?.kind === 'url' ? firstFrame.url : Buffer.from(firstFrame?.bytes ?? []).toString('base64');
		return {
			request: {
				purpose: 'create',
				method: 'POST',
				host: 'api',
				path: '/jobs',
				body: { kind: 'json', value: { prompt, duration, resolution, ...(firstFrame && { image }) } },
			},
			read: answerReader({
				value: ({ json }) => {
					const jobId = textAt(json, 'job');
					return jobId === null ? null : readJob(json, { jobId, model: request.model });
				},
				failure: readFailure,
			}),
		};
	},

	get(reference) {
		return {
			request: { purpose: 'read', method: 'GET', host: 'api', path: `/jobs/${encodeSegment(reference.jobId)}` },
			read: answerReader({
				value: ({ json }) => (textAt(json, 'state') === null ? null : readJob(json, reference)),
				failure: readFailure,
			}),
		};
	},
};
