import {
	BOOLEAN,
	FIXED_RATIOS,
	listOf,
	LONG_PROMPT,
	oneOf,
	PROMPT,
	range,
	strictCheck,
	WEB_URL,
	type Check,
	type Problem,
} from './schemas';

/** What EvoLink takes in POST /v1/videos/generations. Sources: its OpenAPI files, its parameter tables of minimax-h3; callback_url from those of other models. */
const CALLBACK_URL = { type: 'string', maxLength: 2048 };

interface ModelRules {
	required: string[];
	images: { min: number; max: number };
	qualities: string[];
	fastPretreatment: boolean;
}

const MODELS: Record<string, ModelRules> = {
	'MiniMax-Hailuo-2.3-Fast': {
		required: ['image_urls'],
		images: { min: 1, max: 1 },
		qualities: ['768p', '1080p'],
		fastPretreatment: false,
	},
	'MiniMax-Hailuo-2.3': {
		required: ['prompt'],
		images: { min: 0, max: 1 },
		qualities: ['768p', '1080p'],
		fastPretreatment: true,
	},
	'MiniMax-Hailuo-02': {
		required: [],
		images: { min: 0, max: 2 },
		qualities: ['512p', '768p', '1080p'],
		fastPretreatment: true,
	},
};

const HAILUO_CHECKS: Record<string, Check> = Object.fromEntries(
	Object.entries(MODELS).map(([model, { required, images, qualities, fastPretreatment }]) => [
		model,
		strictCheck({
			type: 'object',
			required: ['model', ...required],
			properties: {
				model: oneOf(model),
				prompt: PROMPT,
				image_urls: { type: 'array', items: WEB_URL, minItems: images.min, maxItems: images.max },
				quality: oneOf(...qualities),
				duration: oneOf(6, 10),
				callback_url: CALLBACK_URL,
				model_params: {
					type: 'object',
					properties: { prompt_optimizer: BOOLEAN, ...(fastPretreatment && { fast_pretreatment: BOOLEAN }) },
				},
			},
		}),
	]),
);

const ANY_RATIO = oneOf('adaptive', ...FIXED_RATIOS);
const REFERENCES = { image_urls: listOf(WEB_URL, 9), video_urls: listOf(WEB_URL, 3), audio_urls: listOf(WEB_URL, 3) };

/** MiniMax-H3 has a model for each mode, whose schemas leave out what the mode has no use for. */
const H3_MODES: Record<string, { properties: Record<string, object>; required?: string[] }> = {
	'text-to-video': { properties: { aspect_ratio: oneOf(...FIXED_RATIOS) } },
	'image-to-video': { properties: { image_start: WEB_URL, image_end: WEB_URL } },
	'reference-to-video': { properties: { ...REFERENCES, aspect_ratio: ANY_RATIO } },
};

/** Of the variants only seconds, qualities and modes are documented; the rest is taken to be as H3 has it. */
const H3_FAMILY = [
	{ name: 'minimax-h3', seconds: range(4, 15), qualities: oneOf('768p', '2k'), modes: Object.keys(H3_MODES) },
	{ name: 'minimax-h3-max', seconds: range(5, 15), qualities: oneOf('480p', '768p'), modes: Object.keys(H3_MODES) },
	{
		name: 'minimax-h3-max-turbo',
		seconds: range(5, 15),
		qualities: oneOf('480p', '768p'),
		modes: ['text-to-video', 'image-to-video'],
	},
];

const H3_CHECKS: Record<string, Check> = Object.fromEntries(
	H3_FAMILY.flatMap(({ name, seconds, qualities, modes }) =>
		modes.map((mode) => [
			`${name}-${mode}`,
			strictCheck({
				type: 'object',
				required: ['model', 'prompt', ...(name !== 'minimax-h3' && mode === 'image-to-video' ? ['image_start'] : [])],
				properties: {
					model: oneOf(`${name}-${mode}`),
					prompt: LONG_PROMPT,
					duration: seconds,
					quality: qualities,
					callback_url: CALLBACK_URL,
					...H3_MODES[mode]?.properties,
				},
			}),
		]),
	),
);

const CREATE_CHECKS: Record<string, Check> = { ...HAILUO_CHECKS, ...H3_CHECKS };

function h3Problems(body: Record<string, unknown>): Problem[] {
	const { model } = body;
	if (String(model).endsWith('image-to-video') && !('image_start' in body) && !('image_end' in body))
		return [{ path: 'image_start', message: 'image_start or image_end is required' }];
	if (!String(model).endsWith('reference-to-video')) return [];
	const counts = Object.keys(REFERENCES).map((name) => (Array.isArray(body[name]) ? body[name].length : 0));
	const total = counts.reduce((sum, count) => sum + count, 0);
	if (total === 0) return [{ path: 'image_urls', message: 'At least one reference is required' }];
	return total > 12 ? [{ path: 'image_urls', message: 'At most 12 references' }] : [];
}

/** Everything wrong with a create request; `allowHttpCallbacks` lets loopback be called. */
export function problemsOf(body: Record<string, unknown>, allowHttpCallbacks: boolean): Problem[] {
	const check = CREATE_CHECKS[String(body.model)];
	if (!check) return [{ path: 'model', message: `Expected one of ${Object.keys(CREATE_CHECKS).join(', ')}` }];
	const problems = check(body);
	if (H3_CHECKS[String(body.model)]) problems.push(...h3Problems(body));
	const images = Array.isArray(body.image_urls) ? body.image_urls.length : 0;
	if (body.prompt === undefined && images === 0)
		problems.push({ path: 'prompt', message: 'Required without an image' });
	if (body.quality === '1080p' && body.duration === 10)
		problems.push({ path: 'duration', message: '1080p supports 6 seconds only' });
	if (body.quality === '512p' && images !== 1)
		problems.push({ path: 'quality', message: '512p needs exactly one image' });
	if (typeof body.callback_url === 'string' && !isCallbackUrl(body.callback_url, allowHttpCallbacks)) {
		problems.push({ path: 'callback_url', message: 'Must be an https address on a public host' });
	}
	return problems;
}

const PRIVATE_HOST = /^(localhost|127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|\[(::1|f[cd]|fe80))/i;

function isCallbackUrl(value: string, allowHttp: boolean): boolean {
	if (!URL.canParse(value)) return false;
	const { protocol, host } = new URL(value);
	return allowHttp ? protocol === 'http:' || protocol === 'https:' : protocol === 'https:' && !PRIVATE_HOST.test(host);
}
