import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Offer } from '../core/video/offer';
import { IMAGE_TYPE_LABELS } from '../core/video/imageHeader';
import { textAt } from '../core/http/read';
import type { ProviderAdapter } from '../providers/adapter';
import { joinWords, shown } from '../core/video/words';
import { CREATING, readChoice, readText, type Field, type GetParameter } from './shared';
import {
	always,
	belongingTo,
	dependingOn,
	NEVER,
	perModel,
	perProvider,
	type ConditionalField,
} from './conditionalFields';

/** What the form says of a file; nothing has been loaded. `unclear` is what was refused already. */
export type MediaChoice = { kind: 'unclear' } | { kind: 'url'; url: string } | { kind: 'binary'; property: string };

/** What the form says of a frame. */
export type FrameChoice = { kind: 'none' } | MediaChoice;

export const FRAME_KINDS = ['none', 'url', 'binary'] as const;
export type FrameKind = (typeof FRAME_KINDS)[number];

const NONE = { name: 'None', value: 'none' } as const;
const IMAGES = [
	{ name: 'URL', value: 'url', description: 'An image on the web, which the provider fetches itself' },
	{
		name: 'Binary File',
		value: 'binary',
		description: "An image in the item's binary data, which is sent to the provider",
	},
] as const;
const KINDS = [NONE, ...IMAGES];

const DEFAULT_PROPERTY = 'data';

const FRAMES = {
	firstFrame: { label: 'First Frame', verb: 'begins' },
	lastFrame: { label: 'Last Frame', verb: 'ends' },
} as const;
type FrameName = keyof typeof FRAMES;

const propertyLabel = (frame: FrameName) => `${FRAMES[frame].label} Input Data Field Name`;

/** Whether a video of this model begins with an image as a rule. */
function wantsImage(offer: Offer | undefined): boolean {
	return offer !== undefined && offer.firstFrame !== 'optional';
}

function describeFrame(
	frame: FrameName,
	offer: Offer,
	options: readonly INodePropertyOptions[],
	initial: FrameKind,
): Field {
	const need = { required: ', which this model needs', recommended: ', which this model is made for', optional: '' };
	const { label, verb } = FRAMES[frame];
	const needed = frame === 'firstFrame' ? need[offer.firstFrame] : '';
	const types = joinWords(
		offer.imageTypes.map((type) => IMAGE_TYPE_LABELS[type]),
		'or',
	);
	return {
		displayName: label,
		name: frame,
		type: 'options',
		options: [...options],
		default: initial,
		// n8n keeps no value that is a field's default: what was left at URL, the default of one model, is None at another.
		...(frame === 'firstFrame' && initial === 'none' && { hint: "Changing 'Model' may set this back to None" }),
		description: `The image the video ${verb} with${needed}: ${types}, at most ${offer.mediaSizes.images} MB`,
	};
}

/** @returns what belongs to a frame: its address and the name of its file, each where that is chosen */
function describeDetails(
	frame: FrameName,
	where: (fields: () => ConditionalField[]) => INodeProperties[],
): INodeProperties[] {
	const { label, verb } = FRAMES[frame];
	const detail = (kind: FrameKind, field: Field) => where(() => belongingTo(frame, FRAME_KINDS, kind, field));
	return [
		...detail('url', {
			displayName: `${label} URL`,
			name: `${frame}Url`,
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://example.com/image.png',
			description: `Address of the image the video ${verb} with; the provider must be able to open it without signing in`,
		}),
		...detail('binary', {
			displayName: propertyLabel(frame),
			name: `${frame}BinaryProperty`,
			type: 'string',
			default: DEFAULT_PROPERTY,
			typeOptions: { binaryDataProperty: true },
			placeholder: 'e.g. data',
			hint: "The name of the item's field that holds the file",
			description: `Name of the binary field with the image the video ${verb} with`,
		}),
	];
}

/**
 * @returns the first frame, an address by default where the model makes its video from an image, and what belongs to it
 */
export function describeFirstFrame(providers: readonly ProviderAdapter[]): INodeProperties[] {
	const selector = perProvider(providers, CREATING, (provider) =>
		perModel(provider, (offer) => {
			const options = offer.firstFrame === 'required' ? IMAGES : KINDS;
			return always(describeFrame('firstFrame', offer, options, wantsImage(offer) ? 'url' : 'none'));
		}),
	);
	return [...selector, ...describeDetails('firstFrame', (fields) => perProvider(providers, CREATING, fields))];
}

/**
 * @returns the last frame and what belongs to it, where the provider sells a model that takes one: beside a first frame,
 * or always where it may be alone
 */
export function describeLastFrame(providers: readonly ProviderAdapter[]): INodeProperties[] {
	const whereTaken = (fieldsAt: (offer: Offer) => ConditionalField[]) =>
		perProvider(providers, CREATING, (provider) =>
			perModel(provider, (offer) => {
				if (offer.lastFrame === 'none') return NEVER;
				if (offer.lastFrame === 'alone') return fieldsAt(offer);
				return dependingOn('firstFrame', FRAME_KINDS, (kind) => (kind === 'none' ? NEVER : fieldsAt(offer)));
			}),
		);
	const selector = whereTaken((offer) => always(describeFrame('lastFrame', offer, KINDS, 'none')));
	return [...selector, ...describeDetails('lastFrame', whereTaken)];
}

/**
 * Makes a field depend on whether there are frames. Without a first frame, a last one counts only where it may be alone:
 * elsewhere its field is not there.
 */
export function dependingOnFrames(
	offer: Offer,
	fieldsAt: (hasFrames: boolean) => ConditionalField[],
): ConditionalField[] {
	return dependingOn('firstFrame', FRAME_KINDS, (first) =>
		first === 'none' && offer.lastFrame === 'alone'
			? dependingOn('lastFrame', FRAME_KINDS, (last) => fieldsAt(last !== 'none'))
			: fieldsAt(first !== 'none'),
	);
}

function readProperty(value: unknown, frame: FrameName, problems: string[]): string {
	const property = textAt(value);
	// `{{ $binary.data }}` is the file as n8n has it.
	if (property === null) {
		problems.push(
			`'${propertyLabel(frame)}' is ${shown(value)}; give the name of the binary field, such as data, not the file itself`,
		);
	}
	return property ?? '';
}

/**
 * Reads a frame.
 *
 * @param offer of the chosen model, undefined where it is not sold; says what an untouched first frame is
 * @param problems takes sentences in the form's words about what cannot be understood
 * @returns the choice as it stands; whether the model takes it is for the validation to say
 */
export function readFrame(
	get: GetParameter,
	frame: FrameName,
	offer: Offer | undefined,
	problems: string[],
): FrameChoice {
	const untouched: FrameKind = frame === 'firstFrame' && wantsImage(offer) ? 'url' : 'none';
	const { label } = FRAMES[frame];
	const known = problems.length;
	const value = get(frame, untouched);
	// An expression that finds nothing leaves the frame away.
	const kind = value === null || value === '' ? 'none' : readChoice(value, label, KINDS, 'none', problems);
	const url = kind === 'url' ? readText(get(`${frame}Url`, ''), `${label} URL`, problems) : '';
	const property =
		kind === 'binary' ? readProperty(get(`${frame}BinaryProperty`, DEFAULT_PROPERTY), frame, problems) : '';
	if (problems.length > known) return { kind: 'unclear' };
	return kind === 'none' ? { kind } : kind === 'url' ? { kind, url } : { kind, property };
}
