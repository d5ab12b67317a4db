import { describeFailure, listAt, textAt } from '../../core/http/read';
import type { Exchange } from '../../core/http/http';
import { MEDIA_KINDS, type MediaKind } from '../../core/video/media';
import { slugFor } from '../../core/video/offer';
import type { Media, VideoRequest } from '../../core/video/videoRequest';
import { fail } from '../exchange';
import { joinWords } from '../../core/video/words';
import { askTool, LAST_FRAME_NAME } from './wiroFrames';
import { WIRO } from './wiroRead';

/**
 * The parameters of MiniMax-H3, whose names no page of Wiro's gives: they are taken from Tool/Detail, or nothing is bought.
 * Source: Wiro docs, model parameters.
 */

/** A parameter as Tool/Detail lists it. */
interface Parameter {
	name: string;
	/** How it takes files; null for one that takes none. Of several files `many` takes addresses in its twin, `mixed` in itself. */
	files: 'one' | 'many' | 'mixed' | null;
	/** Whether the twin `<name>Url` is listed. */
	hasTwin: boolean;
	/** The values of a list; empty where there is none. */
	choices: string[];
}

/** Files under the name of their parameter. */
export interface NamedFiles {
	parameter: Parameter;
	files: readonly Media[];
}

/** A request in Wiro's own names. */
export interface NamedRequest {
	texts: Readonly<Record<string, string>>;
	files: readonly NamedFiles[];
}

const FILE_TYPES: Readonly<Record<string, Parameter['files']>> = {
	fileinput: 'one',
	multifileinput: 'many',
	combinefileinput: 'mixed',
};

/** Nothing else goes in a request as a name. */
const NAME = /^[a-z]\w{0,39}$/i;

const KIND_NAMES: Record<MediaKind, RegExp> = {
	images: /image|photo|picture/i,
	videos: /video/i,
	audios: /audio|sound|voice/i,
};

/** @param parameters of Tool/Detail, untrusted */
function parametersIn(parameters: unknown): Parameter[] {
	const items = listAt(parameters).flatMap((group) => listAt(group, 'items'));
	const names = items.map((item) => textAt(item, 'id') ?? '');
	return items.flatMap((item, index): Parameter[] => {
		const name = names[index] ?? '';
		if (!NAME.test(name)) return [];
		const files = FILE_TYPES[textAt(item, 'type')?.toLowerCase() ?? ''] ?? null;
		const choices = listAt(item, 'options').flatMap((option) => textAt(option, 'value') ?? textAt(option) ?? []);
		return [{ name, files, hasTwin: names.includes(`${name}Url`), choices }];
	});
}

/** Which of the parameters takes a text; one that fits several is none, and of a list the value has to be on it. */
function nameText(parameters: readonly Parameter[], name: RegExp, value: string): Record<string, string> | null {
	const [parameter, ...others] = parameters.filter((candidate) => !candidate.files && name.test(candidate.name));
	if (parameter === undefined || others.length > 0) return null;
	const { choices } = parameter;
	const choice = choices.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
	return choices.length > 0 && choice === undefined ? null : { [parameter.name]: choice ?? value };
}

const IS_IMAGE = /image|photo|picture|frame/i;

const FRAMES = [
	{ what: 'first', isNamed: (name: string) => IS_IMAGE.test(name) && !LAST_FRAME_NAME.test(name) },
	{ what: 'last', isNamed: (name: string) => IS_IMAGE.test(name) && LAST_FRAME_NAME.test(name) },
] as const;

/**
 * Puts references under the one parameter that takes them all, or one under each of several. Files and addresses under one
 * name reach Wiro apart from each other, and the prompt counts references in their order: so all are of one kind there.
 */
function nameReferences(fitting: readonly Parameter[], files: readonly Media[]): NamedFiles[] | null {
	const [parameter, ...others] = fitting;
	if (parameter === undefined) return null;
	const areAlike = new Set(files.map(({ kind }) => kind)).size === 1;
	const takesAll = files.length === 1 || (parameter.files !== 'one' && areAlike);
	if (others.length === 0) return takesAll ? [{ parameter, files }] : null;
	const areSingle = fitting.every((candidate) => candidate.files === 'one');
	if (!areSingle || fitting.length < files.length) return null;
	return fitting.flatMap((single, index) => {
		const file = files[index];
		return file ? [{ parameter: single, files: [file] }] : [];
	});
}

function wordsFor(kind: MediaKind, files: readonly Media[]): string {
	const isMixed = new Set(files.map(({ kind: given }) => given)).size > 1;
	return `${files.length} reference ${files.length === 1 ? kind.slice(0, -1) : kind}${isMixed ? ', files and addresses together' : ''}`;
}

/** @returns the request in Wiro's names, with what has none */
function nameAll(request: VideoRequest, told: unknown): NamedRequest & { missing: string[] } {
	const parameters = parametersIn(told);
	const { prompt, resolution, duration, aspectRatio, references } = request;
	const texts: Record<string, string> = {};
	const files: NamedFiles[] = [];
	const missing: string[] = [];
	for (const [what, name, value] of [
		['the prompt', /^prompt$/i, prompt],
		[`the resolution ${resolution}`, /^resolution$/i, resolution],
		[`the duration ${duration}`, /^duration$/i, String(duration)],
		[`the aspect ratio ${aspectRatio}`, /ratio$/i, aspectRatio],
	] as const) {
		const named = value === undefined ? {} : nameText(parameters, name, value);
		if (named === null) missing.push(what);
		else Object.assign(texts, named);
	}
	for (const { what, isNamed } of FRAMES) {
		const frame = request[`${what}Frame`];
		if (frame === null) continue;
		const [parameter, ...others] = parameters.filter(({ name, files: takes }) => takes && isNamed(name));
		if (parameter && others.length === 0) files.push({ parameter, files: [frame] });
		else missing.push(`the ${what} frame`);
	}
	for (const kind of MEDIA_KINDS) {
		const given = references?.[kind] ?? [];
		const fitting = parameters.filter(({ name, files: takes }) => takes && KIND_NAMES[kind].test(name));
		const named = given.length === 0 ? [] : nameReferences(fitting, given);
		if (named === null) missing.push(wordsFor(kind, given));
		else files.push(...named);
	}
	return { texts, files, missing };
}

/**
 * Says a request in the names that Tool/Detail gives.
 *
 * @param parameters what Tool/Detail answered, untrusted
 * @returns null where one of them is not told
 */
export function nameRequest(request: VideoRequest, parameters: unknown): NamedRequest | null {
	const { texts, files, missing } = nameAll(request, parameters);
	return missing.length === 0 ? { texts, files } : null;
}

/**
 * Asks for the names once more where they are not known; it makes no job.
 *
 * @returns leads to the request in Wiro's names; fails where Wiro does not tell all of them
 */
export function askNames(request: VideoRequest): Exchange<NamedRequest> {
	const asked = askTool(request);
	return {
		request: asked.request,
		read(response) {
			const step = asked.read(response);
			if (step.kind !== 'value') return step.kind === 'failure' ? step : { kind: 'next', exchange: askNames(request) };
			const { texts, files, missing } = nameAll(request, step.value);
			if (missing.length === 0) return { kind: 'value', value: { texts, files } };
			const page = slugFor(WIRO.offers, request);
			const message = `Wiro's description of ${page} does not tell how to give ${joinWords(missing, 'and')}, so nothing was sent`;
			return fail(describeFailure({ kind: 'notFound', message, made: 'no' }));
		},
	};
}
