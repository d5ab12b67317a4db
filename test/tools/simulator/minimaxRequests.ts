import { isRecord } from './gateway';
import {
	AUDIO_SOURCE,
	BOOLEAN,
	FIXED_RATIOS,
	LARGE_IMAGE_SOURCE,
	LONG_PROMPT,
	oneOf,
	PROMPT,
	range,
	strictCheck,
	VIDEO_SOURCE,
	WEB_URL,
	WEBP_IMAGE_SOURCE,
	type Check,
	type Problem,
} from './schemas';

/**
 * What MiniMax takes. Sources: its pages on text to video, image to video, first and last frame (V1), its page and OpenAPI
 * on the create of V2.
 */
const V1_COMMON = {
	prompt: PROMPT,
	first_frame_image: WEBP_IMAGE_SOURCE,
	duration: oneOf(6, 10),
	prompt_optimizer: BOOLEAN,
	fast_pretreatment: BOOLEAN,
	aigc_watermark: BOOLEAN,
	callback_url: WEB_URL,
};

const V1_CHECKS: Record<string, Check> = {
	'MiniMax-Hailuo-2.3-Fast': v1Check('MiniMax-Hailuo-2.3-Fast', { resolution: oneOf('768P', '1080P') }, [
		'first_frame_image',
	]),
	'MiniMax-Hailuo-2.3': v1Check('MiniMax-Hailuo-2.3', { resolution: oneOf('768P', '1080P') }),
	'MiniMax-Hailuo-02': v1Check('MiniMax-Hailuo-02', {
		resolution: oneOf('512P', '768P', '1080P'),
		last_frame_image: WEBP_IMAGE_SOURCE,
	}),
};

function v1Check(model: string, properties: Record<string, object>, required: string[] = []): Check {
	return strictCheck({
		type: 'object',
		properties: { model: oneOf(model), ...V1_COMMON, ...properties },
		required: ['model', ...required],
	});
}

/** Everything wrong with a create of V1. */
export function v1Problems(body: Record<string, unknown>): Problem[] {
	const check = V1_CHECKS[String(body.model)];
	if (!check) return [{ path: 'model', message: 'unknown model' }];
	const problems = check(body);
	const [hasFirst, hasLast] = ['first_frame_image' in body, 'last_frame_image' in body];
	if (!('prompt' in body) && !hasFirst && !hasLast) problems.push({ path: 'prompt', message: 'is empty' });
	if (body.resolution === '1080P' && body.duration === 10)
		problems.push({ path: 'duration', message: '1080P supports 6 seconds only' });
	if (body.resolution === '512P' && (!hasFirst || hasLast))
		problems.push({ path: 'resolution', message: '512P needs a first frame alone' });
	return problems;
}

const RATIO = oneOf('adaptive', ...FIXED_RATIOS);

/** H3-Max has no watermark. */
const V2_CHECKS: Record<string, Check> = {
	'MiniMax-H3': v2Check('MiniMax-H3', {
		duration: range(4, 15),
		resolution: oneOf('768P', '2K'),
		aigc_watermark: BOOLEAN,
	}),
	'MiniMax-H3-Max': v2Check('MiniMax-H3-Max', { duration: range(5, 15), resolution: oneOf('480P', '768P') }),
};

function v2Check(model: string, properties: Record<string, object>): Check {
	return strictCheck({
		type: 'object',
		properties: {
			model: oneOf(model),
			content: { type: 'array', minItems: 1 },
			ratio: RATIO,
			callback_url: WEB_URL,
			...properties,
		},
		required: ['model', 'content', 'duration', 'resolution'],
	});
}

const FRAME_ROLES = ['first_frame', 'last_frame'];

const ITEM_CHECKS: Record<string, Check> = {
	text: strictCheck({
		type: 'object',
		properties: { type: oneOf('text'), text: LONG_PROMPT },
		required: ['type', 'text'],
	}),
	image_url: itemCheck('image_url', LARGE_IMAGE_SOURCE, [...FRAME_ROLES, 'reference_image']),
	video_url: itemCheck('video_url', VIDEO_SOURCE, ['reference_video']),
	audio_url: itemCheck('audio_url', AUDIO_SOURCE, ['reference_audio']),
};

function itemCheck(type: string, url: object, roles: string[]): Check {
	return strictCheck({
		type: 'object',
		properties: {
			type: oneOf(type),
			[type]: { type: 'object', properties: { url }, required: ['url'] },
			role: oneOf(...roles),
		},
		required: ['type', type, 'role'],
	});
}

/** How many items of a role there may be. */
const MOST: Record<string, number> = {
	text: 1,
	first_frame: 1,
	last_frame: 1,
	reference_image: 9,
	reference_video: 3,
	reference_audio: 3,
};

function itemProblems(item: unknown, index: number): Problem[] {
	const check = isRecord(item) ? ITEM_CHECKS[String(item.type)] : undefined;
	if (!check) return [{ path: `content.${index}.type`, message: 'unknown type' }];
	return check(item).map(({ path, message }) => ({ path: `content.${index}.${path}`, message }));
}

function contentProblems(content: readonly unknown[], body: Record<string, unknown>): Problem[] {
	const roles = content.map((item) => (isRecord(item) ? String(item.role ?? item.type) : ''));
	const count = (role: string): number => roles.filter((other) => other === role).length;
	const references = roles.filter((role) => role.startsWith('reference_'));
	const hasFrames = roles.some((role) => FRAME_ROLES.includes(role));
	const isBare = references.length === 0 && !hasFrames;
	const wrong: Array<[boolean, string, string]> = [
		[count('text') === 0, 'content', 'must include a non-empty text item (prompt is required)'],
		[Object.entries(MOST).some(([role, most]) => count(role) > most), 'content', 'too many items of a role'],
		[references.length > 12, 'content', 'at most 12 references'],
		[references.length > 0 && hasFrames, 'content', 'frames and references cannot be combined'],
		[references.length > 0 && references.every((role) => role === 'reference_audio'), 'content', 'audio alone'],
		[body.model === 'MiniMax-H3-Max' && count('last_frame') > count('first_frame'), 'content', 'last frame alone'],
		[isBare && (body.ratio === undefined || body.ratio === 'adaptive'), 'ratio', 'is needed for text to video'],
	];
	return wrong.flatMap(([isWrong, path, message]) => (isWrong ? [{ path, message }] : []));
}

/** Everything wrong with a create of V2. */
export function v2Problems(body: Record<string, unknown>): Problem[] {
	const check = V2_CHECKS[String(body.model)];
	if (!check) return [{ path: 'model', message: 'unknown model' }];
	const content: unknown[] = Array.isArray(body.content) ? body.content : [];
	return [...check(body), ...content.flatMap(itemProblems), ...contentProblems(content, body)];
}

/** The prompt, wherever the version has it. */
export function promptOf(body: Record<string, unknown>): unknown {
	const content: unknown[] = Array.isArray(body.content) ? body.content : [];
	const texts = content.flatMap((item) => (isRecord(item) && item.type === 'text' ? [item.text] : []));
	return body.prompt ?? texts[0];
}
