import { offer } from '../../core/video/catalog';
import type { Exchange, HttpResponse, JsonObject } from '../../core/http/http';
import type { AimlRoute, Job, JobReference } from '../../core/job/job';
import { textAt, wellFormed } from '../../core/http/read';
import type { Frame, VideoRequest } from '../../core/video/videoRequest';
import type { ProviderAdapter } from '../adapter';
import { ID, SLUGS, STATUS_WORDS, idOf, readFailure, readJob } from './aimlapiRead';
import { answerReader, orElse } from '../exchange';

/**
 * The current route for every video model, and the older one named after the vendor. A job is known only on the route
 * that made it, so its reference carries the route.
 */
const PATHS: Record<AimlRoute, string> = {
	universal: '/v2/video/generations',
	minimax: '/v2/generate/video/minimax/generation',
};

/** The route is not there, or not for this: nothing was made. */
const ROUTE_GONE: readonly number[] = [404, 405, 410];

/** `format: uri` rules out bare Base64, so bytes go as a data URL. */
function imageAddress(frame: Frame): string {
	if (frame.kind === 'url') return frame.url;
	const { buffer, byteOffset, byteLength } = frame.bytes;
	return `data:${frame.mimeType};base64,${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}`;
}

/**
 * The two routes name the same things differently. Source for the older one: AI/ML API docs, last revision of
 * hailuo-02's schema on it (2025-11), which has `last_image_url` beside `first_frame_image`.
 */
function createBody(request: VideoRequest, route: AimlRoute): JsonObject {
	const firstFrameField = route === 'universal' ? 'image_url' : 'first_frame_image';
	const optimizerField = route === 'universal' ? 'enhance_prompt' : 'prompt_optimizer';
	return {
		model: SLUGS[request.model] ?? request.model,
		prompt: request.prompt,
		resolution: request.resolution,
		duration: request.duration,
		[optimizerField]: request.promptOptimizer,
		...(request.firstFrame && { [firstFrameField]: imageAddress(request.firstFrame) }),
		...(request.lastFrame && { last_image_url: imageAddress(request.lastFrame) }),
	};
}

function createOn(request: VideoRequest, route: AimlRoute): Exchange<Job> {
	return {
		request: {
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: PATHS[route],
			body: { kind: 'json', value: createBody(request, route) },
		},
		read: answerReader({
			value: ({ json }) => {
				const jobId = idOf(json);
				return jobId === null ? null : readJob(json, { jobId, model: request.model }, route);
			},
			failure: readFailure,
		}),
	};
}

function getOn(reference: JobReference, route: AimlRoute): Exchange<Job> {
	return {
		request: {
			purpose: 'read',
			method: 'GET',
			host: 'api',
			path: PATHS[route],
			query: { generation_id: wellFormed(reference.jobId) },
		},
		read: answerReader({
			value: ({ json }) => (textAt(json, 'status') === null ? null : readJob(json, reference, route)),
			failure: readFailure,
		}),
	};
}

/** The routes to ask for a job, in order; a job known to be made on the current route is nowhere else. */
function routesToRead(route: AimlRoute | undefined): [AimlRoute, AimlRoute?] {
	if (route === 'universal') return ['universal'];
	return route === 'minimax' ? ['minimax', 'universal'] : ['universal', 'minimax'];
}

const routeGone = (response: HttpResponse) => ROUTE_GONE.includes(response.status);

/**
 * AI/ML API (aimlapi.com). No cancellation, no callbacks, no upload of files, no idempotency key.
 * Sources: AI/ML API docs, pages and OpenAPI of the three models, universal-video-fetch, "Errors and messages".
 */
export const aimlApi: ProviderAdapter = {
	id: ID,
	label: 'AI/ML API',
	credential: 'hailuoAimlApi',
	documentationUrl: 'https://docs.aimlapi.com/api-references/video-models',
	jobsPage: 'https://aimlapi.com/app/usage',
	offers: [
		offer({ model: 'hailuo-2.3-fast', prompt: 'required', imageTypes: ['image/jpeg', 'image/png'] }),
		offer({ model: 'hailuo-2.3', prompt: 'required', imageTypes: ['image/jpeg', 'image/png'] }),
		offer({ model: 'hailuo-02', prompt: 'required', imageTypes: ['image/jpeg', 'image/png'], without: ['512P'] }),
	],
	extras: [
		{
			name: 'route',
			label: 'Route',
			description: 'Which of the two addresses of AI/ML API the job is made on',
			models: ['hailuo-02'],
			type: 'options',
			default: 'auto',
			choices: [
				{
					name: 'Automatic',
					value: 'auto',
					description: 'The current route, or the older one where the current one is not there',
				},
				{ name: 'MiniMax (Older)', value: 'minimax', description: 'Always /v2/generate/video/minimax/generation' },
				{ name: 'Universal (Current)', value: 'universal', description: 'Always /v2/video/generations' },
			],
		},
	],
	statusWords: STATUS_WORDS,
	shortestPollSeconds: 2,
	linkLifetime: null,

	create(request) {
		// Of the three models only hailuo-02 has a page that shows the older route, so the others have no such option.
		const route = request.model === 'hailuo-02' ? request.extras.route : 'universal';
		if (route === 'minimax') return createOn(request, 'minimax');
		const universal = createOn(request, 'universal');
		return route === 'universal' ? universal : orElse(universal, routeGone, () => createOn(request, 'minimax'));
	},

	get(reference) {
		const [route, other] = routesToRead(reference.route);
		const first = getOn(reference, route);
		return other === undefined ? first : orElse(first, routeGone, () => getOn(reference, other));
	},
};
