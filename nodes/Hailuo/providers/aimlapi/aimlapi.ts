import type { Exchange, HttpResponse, JsonObject } from '../../core/http/http';
import type { Job, JobReference } from '../../core/job/job';
import { wellFormed } from '../../core/http/read';
import { slugFor } from '../../core/video/offer';
import type { References, VideoRequest } from '../../core/video/videoRequest';
import type { ProviderAdapter } from '../adapter';
import { addressOf, orElse } from '../exchange';
import { createExchange, getExchange } from '../jobExchange';
import { AIML_API, isOwnEnvelope, READING } from './aimlapiRead';

/**
 * The current route for every video model, and the older one named after the vendor. A job is known only on the route
 * that made it, so its handle `route` names it.
 */
const PATHS = {
	universal: '/v2/video/generations',
	minimax: '/v2/generate/video/minimax/generation',
};

type AimlRoute = keyof typeof PATHS;

/** What the older route sells too (the schemas on it); MiniMax-H3 came when it had gone from the documentation. */
const ON_OLDER_ROUTE: readonly string[] = ['hailuo-2.3-fast', 'hailuo-2.3', 'hailuo-02'];

/** The route is not there, or not for this. */
const ROUTE_GONE: readonly number[] = [404, 405, 410];

function referenceFields(references: References | undefined): JsonObject {
	const { images = [], videos = [], audios = [] } = references ?? {};
	return {
		...(images.length > 0 && { reference_image_urls: images.map(addressOf) }),
		...(videos.length > 0 && { video_urls: videos.map(addressOf) }),
		...(audios.length > 0 && { audio_urls: audios.map(addressOf) }),
	};
}

/**
 * The two routes name the same things differently. Source for the older one: AI/ML API docs, last revisions of the schemas
 * on it (2025-11): hailuo-02's has `last_image_url` beside `first_frame_image`, those of 2.3 and 2.3 Fast have `image_url`.
 */
function createBody(request: VideoRequest, route: AimlRoute): JsonObject {
	const isOld02 = route === 'minimax' && request.model === 'hailuo-02';
	const firstFrameField = isOld02 ? 'first_frame_image' : 'image_url';
	const optimizerField = route === 'universal' ? 'enhance_prompt' : 'prompt_optimizer';
	return {
		model: slugFor(AIML_API.offers, request),
		prompt: request.prompt,
		resolution: request.resolution,
		duration: request.duration,
		...(request.promptOptimizer !== null && { [optimizerField]: request.promptOptimizer }),
		...(request.firstFrame && { [firstFrameField]: addressOf(request.firstFrame) }),
		...(request.lastFrame && { last_image_url: addressOf(request.lastFrame) }),
		...referenceFields(request.references),
		...(request.aspectRatio && { ratio: request.aspectRatio }),
	};
}

function createOn(request: VideoRequest, route: AimlRoute): Exchange<Job> {
	const body = { kind: 'json' as const, value: createBody(request, route) };
	return createExchange(READING, { path: PATHS[route], body }, { model: request.model, handles: { route } });
}

function getOn(reference: JobReference, route: AimlRoute): Exchange<Job> {
	const query = { generation_id: wellFormed(reference.jobId) };
	return getExchange(READING, { ...reference, handles: { route } }, { path: PATHS[route], query });
}

/** The routes to ask for a job, in order; a job known to be made on the current route is nowhere else. */
function routesToRead(route: string | undefined): [AimlRoute, AimlRoute?] {
	if (route === 'universal') return ['universal'];
	return route === 'minimax' ? ['minimax', 'universal'] : ['universal', 'minimax'];
}

const isRouteGone = ({ status }: HttpResponse) => ROUTE_GONE.includes(status);

/** Of a create only AI/ML API's own word counts: a page in its place does not prove that nothing was made. */
const provesRouteGone = (response: HttpResponse) => isRouteGone(response) && isOwnEnvelope(response);

/**
 * AI/ML API (aimlapi.com). No cancellation, no callbacks, no upload of files, no idempotency key.
 * Sources: AI/ML API docs, pages and OpenAPI of the four models, universal-video-fetch, "Errors and messages".
 */
export const aimlApi: ProviderAdapter = {
	...AIML_API,
	credential: 'hailuoAimlApi',
	documentationUrl: 'https://docs.aimlapi.com/api-references/video-models',
	jobsPage: 'https://aimlapi.com/app/usage',
	extras: [
		{
			name: 'route',
			label: 'Route',
			models: ON_OLDER_ROUTE,
			description: 'Which of the two addresses of AI/ML API the job is made on',
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
	shortestPollSeconds: 2,
	linkLifetime: null,

	create(request) {
		const { route } = request.extras;
		const universal = createOn(request, 'universal');
		if (route === 'universal' || !ON_OLDER_ROUTE.includes(request.model)) return universal;
		return route === 'minimax'
			? createOn(request, 'minimax')
			: orElse(universal, provesRouteGone, () => createOn(request, 'minimax'));
	},

	get(reference) {
		const [route, other] = routesToRead(reference.handles?.route);
		const first = getOn(reference, route);
		return other === undefined ? first : orElse(first, isRouteGone, () => getOn(reference, other));
	},
};
