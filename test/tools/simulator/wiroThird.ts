import { isMediaType, isRecord, isWebUrl, multipartOf, Refusal } from './gateway';
import { mediaTypeOf } from './samples';
import { FIXED_RATIOS, LONG_PROMPT, oneOf, strictCheck } from './schemas';
import type { RecordedRequest, UploadedFile } from './types';

/**
 * MiniMax-H3 at Wiro. No page gives the names of its parameters: these are made up, of the kinds that Wiro's documentation
 * of model parameters has, so that only who asks Tool/Detail knows them.
 */
interface FileRule {
	name: string;
	/** One file with a twin for its address; several addresses in the twin; files and addresses in the field itself. */
	type: 'fileinput' | 'multifileinput' | 'combinefileinput';
	family: 'image/' | 'video/' | 'audio/';
	limit: number;
}

const FRAMES: FileRule[] = [
	{ name: 'openingImage', type: 'fileinput', family: 'image/', limit: 1 },
	{ name: 'closingImageLast', type: 'fileinput', family: 'image/', limit: 1 },
];
const REFERENCES: FileRule[] = [
	{ name: 'guideImages', type: 'combinefileinput', family: 'image/', limit: 9 },
	{ name: 'guideVideos', type: 'multifileinput', family: 'video/', limit: 3 },
	{ name: 'guideAudios', type: 'combinefileinput', family: 'audio/', limit: 3 },
];

export const H3_SLUGS: Readonly<Record<string, readonly FileRule[]>> = {
	'minimax/h3': FRAMES,
	'minimax/h3-r2v': REFERENCES,
};

const SECONDS = Array.from({ length: 12 }, (_, index) => String(index + 4));

/** Every value is a string. Resolutions are spelled as nobody else spells them. */
const LISTS: Record<string, string[]> = {
	resolution: ['768p', '2k'],
	duration: SECONDS,
	pictureRatio: [...FIXED_RATIOS],
};

const checkTexts = strictCheck({
	type: 'object',
	properties: {
		prompt: LONG_PROMPT,
		...Object.fromEntries(Object.entries(LISTS).map(([name, values]) => [name, oneOf(...values)])),
		callbackUrl: { type: 'string', format: 'web-url-or-empty' },
		projectid: { type: 'string' },
	},
	required: ['prompt'],
});

/** What Tool/Detail tells of the parameters. */
export function describeH3(slug: string, lacking: readonly string[]): unknown[] {
	const files = (H3_SLUGS[slug] ?? []).flatMap(({ name, type }) => [
		{ id: name, type, required: false, options: [] },
		...(type === 'combinefileinput' ? [] : [{ id: `${name}Url`, type: 'text', required: false, options: [] }]),
	]);
	const lists = Object.entries(LISTS).map(([id, values]) => ({
		id,
		type: 'select',
		required: false,
		options: values.map((value) => ({ value, text: value })),
	}));
	const isTold = ({ id }: { id: string }) => !lacking.includes(id);
	return [
		{ title: 'Input', items: files.filter(isTold) },
		{ title: 'Settings', items: [{ id: 'prompt', type: 'textarea', required: true }, ...lists].filter(isTold) },
	];
}

/** All values or files of one name, those that came again included. */
function allOf<Value>(parts: Record<string, Value>, name: string): Value[] {
	return Object.entries(parts).flatMap(([key, value]) => (key.split('#')[0] === name ? [value] : []));
}

function addressesOf(rule: FileRule, fields: Record<string, unknown>): unknown[] {
	const own = allOf(fields, rule.name).flat();
	const twin = allOf(fields, `${rule.name}Url`);
	if (rule.type === 'combinefileinput' && twin.length > 0) refuse(`Request parameter [${rule.name}Url] is not known`);
	const listed = rule.type === 'multifileinput' ? twin.flatMap((text) => String(text).split(',')) : twin;
	return [...own, ...listed].filter((address) => address !== '');
}

function readFiles(rule: FileRule, fields: Record<string, unknown>, files: Record<string, UploadedFile>): string[] {
	const sent = allOf(files, rule.name);
	for (const { bytes } of sent) {
		if (mediaTypeOf(bytes)?.startsWith(rule.family) !== true) refuse(`Request files [${rule.name}] is not of its kind`);
	}
	const addresses = addressesOf(rule, fields);
	const wrong = addresses.find((address) => typeof address !== 'string' || !isWebUrl(address));
	if (wrong !== undefined) refuse(`Request parameter [${rule.name}] is not a valid URL: ${String(wrong)}`);
	if (sent.length > 0 && addresses.length > 0)
		refuse(`Request files [${rule.name}] send either files or URLs, not both`);
	if (sent.length + addresses.length > rule.limit) refuse(`Request files [${rule.name}] takes at most ${rule.limit}`);
	return [...sent.map(({ filename }) => filename), ...addresses.map(String)];
}

/** Checks a Run request for H3 as a strict Wiro would; throws the refusal. */
export function readH3Run(
	request: RecordedRequest,
	slug: string,
): { slug: string; texts: Record<string, string>; images: Record<string, string> } {
	const form = multipartOf(request);
	const fields: Record<string, unknown> = form?.fields ?? jsonFields(request);
	const files = form?.files ?? {};
	const rules = H3_SLUGS[slug] ?? [];
	const known = rules.flatMap(({ name }) => [name, `${name}Url`]);
	const stray = Object.keys(files).find((key) => !known.includes(key.split('#')[0] ?? ''));
	if (stray !== undefined) refuse(`Request files [${stray}] is not expected`);
	const texts = Object.fromEntries(Object.entries(fields).filter(([key]) => !known.includes(key.split('#')[0] ?? '')));
	const problem = checkTexts(texts)[0];
	if (problem) refuse(`Request parameter [${problem.path}] is not valid: ${problem.message}`);
	const given = rules.map((rule) => [rule.name, readFiles(rule, fields, files)] as const);
	const images = Object.fromEntries(given.flatMap(([name, all]) => (all.length > 0 ? [[name, all.join(',')]] : [])));
	const names = Object.keys(images);
	if (slug === 'minimax/h3-r2v' && names.every((name) => name === 'guideAudios'))
		refuse('Request files [guideImages] required');
	if (names.includes('closingImageLast') && !names.includes('openingImage'))
		refuse('Request files [openingImage] required');
	return { slug, texts: texts as Record<string, string>, images };
}

function jsonFields(request: RecordedRequest): Record<string, unknown> {
	if (!isMediaType(request, 'application/json') || !isRecord(request.body)) refuse('Request parameters are invalid.');
	return request.body;
}

function refuse(message: string): never {
	throw new Refusal(200, message, { code: 0 });
}
