import { BOOLEAN, oneOf, PROMPT, strictCheck, WEB_URL, type Check, type Problem } from './schemas';

/** What EvoLink takes in POST /v1/videos/generations. Source: its OpenAPI files; callback_url from those of other models. */
const MAX_CALLBACK_URL = 2048;

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

const CREATE_CHECKS: Record<string, Check> = Object.fromEntries(
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
				callback_url: { type: 'string', maxLength: MAX_CALLBACK_URL },
				model_params: {
					type: 'object',
					properties: { prompt_optimizer: BOOLEAN, ...(fastPretreatment && { fast_pretreatment: BOOLEAN }) },
				},
			},
		}),
	]),
);

/** Everything wrong with a create request; `allowHttpCallbacks` lets loopback be called. */
export function problemsOf(body: Record<string, unknown>, allowHttpCallbacks: boolean): Problem[] {
	const check = CREATE_CHECKS[String(body.model)];
	if (!check) return [{ path: 'model', message: `Expected one of ${Object.keys(MODELS).join(', ')}` }];
	const problems = check(body);
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
