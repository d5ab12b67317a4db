import type { INodeProperties } from 'n8n-workflow';
import { parseJson } from '../core/http/json';
import { textAt } from '../core/http/read';
import { REFERENCE_LABELS } from '../core/video/checkReferences';
import { MEDIA_KINDS, type MediaKind } from '../core/video/media';
import type { Offer } from '../core/video/offer';
import { shown } from '../core/video/words';
import type { ProviderAdapter } from '../providers/adapter';
import { always, NEVER, perModel, perProvider, type ConditionalField } from './conditionalFields';
import { dependingOnFrames, type MediaChoice } from './frames';
import { CREATING, type Field, type GetParameter } from './shared';

/** The references as the form names them; nothing has been loaded. */
export type ReferenceChoices = Readonly<Record<MediaKind, readonly MediaChoice[]>>;

const FIELDS: Record<MediaKind, { name: string; taken: string; called: string; example: string }> = {
	images: {
		name: 'referenceImages',
		taken: 'persons, things or places',
		called: 'Image 1, Image 2',
		example: 'e.g. https://example.com/cat.png, data',
	},
	videos: {
		name: 'referenceVideos',
		taken: 'movements, or what is to go on,',
		called: 'Video 1, Video 2',
		example: 'e.g. https://example.com/dance.mp4, data',
	},
	audios: {
		name: 'referenceAudios',
		taken: 'voices, sounds or music',
		called: 'Audio 1, Audio 2',
		example: 'e.g. https://example.com/voice.mp3, data',
	},
};

function describeField(kind: MediaKind, limit: number): Field {
	const { name, taken, called, example } = FIELDS[kind];
	return {
		displayName: REFERENCE_LABELS[kind],
		name,
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: example,
		description: `Up to ${limit} ${kind} the video takes ${taken} from: addresses and names of binary fields, with a comma and a blank or a line break between them. The prompt calls them ${called} and so on.`,
	};
}

/** They and frames exclude each other, so they are there where no frame is. */
function fieldsOf(kind: MediaKind, offer: Offer): ConditionalField[] {
	const limit = offer.references?.[kind] ?? 0;
	if (limit === 0) return NEVER;
	return dependingOnFrames(offer, (hasFrames) => (hasFrames ? NEVER : always(describeField(kind, limit))));
}

/** @returns the three lists of references, where provider and model take them */
export function describeReferences(providers: readonly ProviderAdapter[]): INodeProperties[] {
	return MEDIA_KINDS.flatMap((kind) =>
		perProvider(providers, CREATING, (provider) => perModel(provider, (offer) => fieldsOf(kind, offer))),
	);
}

/** What tells an address from the name of a field. */
const SCHEME = /^[a-z][a-z\d+.-]*:/i;

/** A comma may be part of an address, unless a blank or another address follows it. */
function splitList(text: string): string[] {
	return text
		.split(/[\r\n]+|,(?=\s|$|https?:\/\/)/i)
		.flatMap((part) => (SCHEME.test(part.trim()) ? [part] : part.split(',')));
}

/** An agent writes a list as JSON. */
function partsOf(value: unknown): unknown[] {
	if (Array.isArray(value)) return value.flat();
	const text = textAt(value);
	if (text === null) return [value];
	const list = text.startsWith('[') ? parseJson(text) : undefined;
	return Array.isArray(list) ? list.flat() : splitList(text);
}

const isNothing = (value: unknown) =>
	value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

function readKind(get: GetParameter, kind: MediaKind, problems: string[]): MediaChoice[] {
	const value = get(FIELDS[kind].name, '');
	return partsOf(value)
		.filter((part) => !isNothing(part))
		.map((part): MediaChoice => {
			const text = textAt(part);
			if (text !== null) return SCHEME.test(text) ? { kind: 'url', url: text } : { kind: 'binary', property: text };
			// `{{ $binary.data }}` is the file as n8n has it.
			problems.push(
				`'${REFERENCE_LABELS[kind]}' holds ${shown(part)}; give addresses or names of binary fields, not the files themselves`,
			);
			return { kind: 'unclear' };
		});
}

/**
 * Reads the references: a text, or a list that an expression gives.
 *
 * @param problems takes sentences in the form's words about what cannot be understood
 */
export function readReferences(get: GetParameter, problems: string[]): ReferenceChoices {
	const read = (kind: MediaKind) => readKind(get, kind, problems);
	return { images: read('images'), videos: read('videos'), audios: read('audios') };
}
