import { isMediaType, isRecord, isWebUrl, multipartOf, Refusal, type Simulation } from './gateway';
import { imageTypeOf } from './samples';
import { oneOf, strictCheck } from './schemas';
import { describeH3, H3_SLUGS, readH3Run } from './wiroThird';
import type { MultipartBody, RecordedRequest } from './types';

interface FrameRule {
	name: string;
	required: boolean;
}

interface ModelRules {
	first?: FrameRule;
	last?: FrameRule;
}

/** By clean slug. Field names: 2.3 and 2.3-fast as on their pages, the others as Wiro's own n8n package sends them. */
const MODELS: Record<string, ModelRules> = {
	'minimax/hailuo-2-3-fast': { first: { name: 'inputImageFirst', required: true } },
	'minimax/hailuo-2-3': { first: { name: 'inputImageFirst', required: false } },
	'minimax/image-to-video-hailuo-02': {
		first: { name: 'inputImage', required: true },
		last: { name: 'inputImage2', required: false },
	},
	'minimax/text-to-video-hailuo-02': {},
};

/** Every value is a string, in JSON as well. */
const TEXTS = {
	prompt: { type: 'string', maxLength: 2000 },
	promptOptimizer: oneOf('true', 'false'),
	resolution: oneOf('768P', '1080P'),
	duration: oneOf('6', '10'),
	callbackUrl: { type: 'string', format: 'web-url-or-empty' },
	projectid: { type: 'string' },
};
const TEXT_FIELDS = Object.keys(TEXTS);
const checkTexts = strictCheck({ type: 'object', properties: TEXTS });

const TOOL_NAME = { type: 'string', minLength: 1 };
const checkTool = strictCheck({
	type: 'object',
	properties: { slugowner: TOOL_NAME, slugproject: TOOL_NAME },
	required: ['slugowner', 'slugproject'],
});

const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

/** A Run request in order: its texts, and where its images come from. */
export interface RunRequest {
	slug: string;
	texts: Record<string, string>;
	/** For Task/Detail's `parameters`: field name and address or file name. */
	images: Record<string, string>;
}

/** Reads a slug; both the clean one and the one with dots and capitals lead to the same model. */
export function cleanSlug(owner: string, project: string): string | undefined {
	const slug = `${owner}/${project}`.toLowerCase().replace('hailuo-2.3', 'hailuo-2-3');
	return MODELS[slug] || H3_SLUGS[slug] ? slug : undefined;
}

function imageFieldsOf(slug: string, options: Simulation['options']): FrameRule[] {
	const { first, last } = MODELS[slug] ?? {};
	const renamed = options.wiroImageFields?.[slug];
	return [
		...(first ? [{ ...first, name: renamed?.first ?? first.name }] : []),
		...(last ? [{ ...last, name: renamed?.last ?? last.name }] : []),
	];
}

/** What Tool/Detail tells of a model; throws the refusal. Source: Wiro's documentation, model parameters. */
export function describeTool(body: unknown, options: Simulation['options']): Record<string, unknown> {
	const problem = checkTool(body)[0];
	if (problem) refuse(`Request parameter [${problem.path}] is not valid: ${problem.message}`);
	const { slugowner, slugproject } = body as { slugowner: string; slugproject: string };
	const slug = cleanSlug(slugowner, slugproject);
	if (slug === undefined) throw new Refusal(200, 'slug-owner-project-not-exist', { code: 1 });
	if (options.wiroToolDetailFails) refuse('tool-not-accessible');
	if (H3_SLUGS[slug]) {
		const parameters = describeH3(slug, options.wiroToolDetailLacks ?? []);
		return { result: true, errors: [], tool: [{ slugowner, slugproject, parameters }] };
	}
	const hasTwins = options.wiroImageFieldKind !== 'combined';
	const images = imageFieldsOf(slug, options).flatMap(({ name, required }) => [
		{ id: name, type: hasTwins ? 'fileinput' : 'combinefileinput', required, options: [] },
		...(hasTwins ? [{ id: `${name}Url`, type: 'text', required: false, options: [] }] : []),
	]);
	const texts = TEXT_FIELDS.map((id) => ({ id, type: id === 'prompt' ? 'textarea' : 'select', required: false }));
	const parameters = [
		{ title: 'Input', items: images },
		{ title: 'Settings', items: texts },
	];
	return { result: true, errors: [], tool: [{ slugowner, slugproject, parameters }] };
}

/** Checks a Run request as a strict Wiro would; throws the refusal. */
export function readRun(request: RecordedRequest, slug: string, options: Simulation['options']): RunRequest {
	if (H3_SLUGS[slug]) return readH3Run(request, slug);
	const form = multipartOf(request);
	const fields = form?.fields ?? jsonFields(request);
	const files = form?.files ?? {};
	const isMultipart = form !== undefined;
	const hasTwins = options.wiroImageFieldKind !== 'combined';
	const images: Record<string, string> = {};
	const known = new Set<string>();
	for (const { name, required } of imageFieldsOf(slug, options)) {
		known.add(name);
		if (hasTwins) known.add(`${name}Url`);
		const image = readImage(name, required, fields, files, isMultipart && hasTwins);
		if (image !== undefined) images[name] = image;
	}
	const texts: Record<string, string> = {};
	const ignores = options.wiroIgnoresUnknownFields === true;
	for (const [name, value] of Object.entries(fields)) {
		if (known.has(name) || (ignores && !TEXT_FIELDS.includes(name))) continue;
		if (typeof value !== 'string') refuse(`Request parameter [${name}] must be a string`);
		texts[name] = value;
	}
	const stray = Object.keys(files).find((name) => !known.has(name));
	if (stray !== undefined && !ignores) refuse(`Request files [${stray}] is not expected`);
	const problem = checkTexts(texts)[0];
	if (problem)
		refuse(`Request parameter [${problem.path || unknownKey(problem.message)}] is not valid: ${problem.message}`);
	const prompt = texts.prompt;
	if (Object.keys(images).length === 0 && (prompt === undefined || prompt === ''))
		refuse('Request parameter [prompt] required');
	if (texts.resolution === '1080P' && texts.duration === '10')
		refuse('Request parameter [duration] must be 6 for 1080P');
	return { slug, texts, images };
}

/**
 * An image is given either as a file in `{name}` or as an address in `{name}Url`. In multipart both fields are sent and one is
 * empty; in JSON the address may also stand in `{name}` itself.
 */
function readImage(
	name: string,
	required: boolean,
	fields: Record<string, unknown>,
	files: MultipartBody['files'],
	isMultipart: boolean,
): string | undefined {
	const urlName = `${name}Url`;
	const bytes = files[name]?.bytes ?? Buffer.alloc(0);
	const isNamed = name in files || name in fields;
	if (isMultipart && isNamed && !(urlName in fields)) refuse(`Request parameter [${urlName}] required`);
	if (isMultipart && !isNamed && urlName in fields) refuse(`Request files [${name}] required`);
	const addresses = [fields[name], fields[urlName]].filter((value) => value !== undefined && value !== '');
	if (addresses.length + (bytes.length > 0 ? 1 : 0) > 1)
		refuse(`Request files [${name}] send either file or URL, not both`);
	if (bytes.length > 0) {
		if (bytes.length > MAX_IMAGE_BYTES) refuse(`Request files [${name}] is too large`);
		if (imageTypeOf(bytes) === undefined) refuse(`Request files [${name}] is not an image`);
		return files[name]?.filename ?? 'image';
	}
	const address = addresses[0];
	if (address === undefined) {
		if (required) refuse(`Request files [${name}] required`);
		return undefined;
	}
	if (typeof address !== 'string' || !isWebUrl(address)) refuse(`Request parameter [${urlName}] is not a valid URL`);
	return address;
}

function jsonFields(request: RecordedRequest): Record<string, unknown> {
	if (!isMediaType(request, 'application/json') || !isRecord(request.body)) refuse('Request parameters are invalid.');
	return request.body;
}

function unknownKey(message: string): string {
	return /'([^']*)'/.exec(message)?.[1] ?? '';
}

function refuse(message: string): never {
	throw new Refusal(200, message, { code: 0 });
}
