import { isRecord, Refusal } from './gateway';
import { BOOLEAN, oneOf, strictCheck, WEB_URL, ZOD_PROMPT, type Check, type Problem } from './schemas';

/** What Apiframe takes in POST /v2/videos/generate. Source: its OpenAPI file, which closes both objects to unknown keys. */
const MODELS = ['hailuo-02', 'hailuo-2.3', 'hailuo-2.3-fast', 'hailuo-03'];
const WEBHOOK_FIELDS = ['webhookUrl', 'webhook_url'] as const;

/** Keyed by model and by the spelling of the callback field. */
const CREATE_CHECKS: Record<string, Check> = Object.fromEntries(
	MODELS.flatMap((model) => WEBHOOK_FIELDS.map((field) => [`${model} ${field}`, createCheck(model, field)])),
);

function createCheck(model: string, webhookField: string): Check {
	return strictCheck({
		type: 'object',
		required: ['model', 'prompt'],
		properties: {
			model: oneOf(model),
			prompt: ZOD_PROMPT,
			[webhookField]: WEB_URL,
			webhookEvents: { type: 'array', minItems: 1, items: oneOf('progress', 'completed', 'failed') },
			hailuoParams: {
				type: 'object',
				properties: {
					image: WEB_URL,
					duration: oneOf(6, 10),
					resolution: oneOf('768p', '1080p'),
					prompt_optimizer: BOOLEAN,
					...(model === 'hailuo-02' && { end_image: WEB_URL }),
				},
			},
		},
	});
}

/** Throws the refusal, which names every problem, when a create request is not in order. */
export function checkCreate(body: Record<string, unknown>, webhookField: string): void {
	const fields: Record<string, string[]> = {};
	for (const { path, message } of problemsOf(body, webhookField)) (fields[path] ??= []).push(message);
	if (Object.keys(fields).length > 0) throw new Refusal(400, 'Validation failed', { fields });
}

function problemsOf(body: Record<string, unknown>, webhookField: string): Problem[] {
	const check = CREATE_CHECKS[`${String(body.model)} ${webhookField}`];
	if (!check) return [{ path: 'model', message: `Invalid discriminator value. Expected one of ${MODELS.join(', ')}` }];
	const problems = check(body);
	const params = isRecord(body.hailuoParams) ? body.hailuoParams : {};
	// Its pages say so of the other three; of hailuo-03 there is only the schema, which allows both.
	if (body.model !== 'hailuo-03' && params.resolution === '1080p' && params.duration === 10) {
		problems.push({ path: 'hailuoParams.duration', message: '1080p supports 6 seconds only' });
	}
	return problems;
}

/** Five credits for 768p and 6 s, ten for more. */
export function creditsOf(request: unknown): number {
	const params = isRecord(request) && isRecord(request.hailuoParams) ? request.hailuoParams : {};
	return params.resolution === '1080p' || params.duration === 10 ? 10 : 5;
}
