/**
 * The form as n8n shows and fills it, by n8n's own functions.
 */
import { NodeHelpers, type INodeParameters, type INodeProperties, type INodePropertyOptions } from 'n8n-workflow';
import { offer } from '../../../nodes/Hailuo/core/video/offer';
import type { DraftFrame, DraftMedia, VideoDraft } from '../../../nodes/Hailuo/core/video/validate';
import {
	describeForm,
	type FrameChoice,
	type GetParameter,
	type MediaChoice,
	type VideoForm,
} from '../../../nodes/Hailuo/fields/form';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import type { ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';
import { anImage } from '../../tools/support/builders';
import { sampleProvider } from '../providers/sampleProvider';

/** A fifth provider, whose offers are unlike those of the others: what is drawn from offers must suit it unchanged. */
export const unlikeOthers: ProviderAdapter = {
	...sampleProvider,
	id: 'unlike',
	label: 'Unlike Others',
	offers: [
		offer({ model: 'hailuo-02', slug: 'u/02', prompt: 'required', lastFrame: 'none' }),
		offer({
			model: 'hailuo-03',
			slug: 'u/03',
			prompt: 'optional',
			without: ['768P'],
			firstFrame: 'required',
			lastFrame: 'besideFirst',
			references: null,
		}),
	],
	extras: [
		{
			name: 'tier',
			label: 'Tier',
			description: 'How soon',
			type: 'options',
			default: 'low',
			choices: [
				{ name: 'Low', value: 'low' },
				{ name: 'High', value: 'high' },
			],
		},
		{
			name: 'watermark',
			label: 'Watermark',
			description: 'Whether to sign',
			type: 'boolean',
			default: true,
			models: ['hailuo-03'],
		},
	],
	idempotentCreate: { hours: 2 },
	linkLifetime: '7 days',
	cancel: (reference) => sampleProvider.get(reference),
	callbacks: { httpsOnly: false, resumesExecution: false, readCallback: () => null },
};

export const shops: readonly ProviderAdapter[] = [...providers, unlikeOthers];
export const shopForm: INodeProperties[] = describeForm(shops);

/** Every provider with every model it sells. */
export const wares = shops.flatMap((shop) =>
	shop.offers.map((sold) => ({ shop, sold, provider: shop.id, model: sold.model })),
);

const node = { typeVersion: 1 };

/** The node's parameters as an execution has them: what is hidden is gone, what is untouched has its default. */
export function fill(values: INodeParameters, form = shopForm): INodeParameters {
	const filled = NodeHelpers.getNodeParameters(form, values, true, false, node, null);
	if (filled === null) throw new Error('n8n could not fill the form');
	return filled;
}

/** The fields a person sees, top to bottom. */
export function visibleFields(values: INodeParameters, form = shopForm): INodeProperties[] {
	const filled = fill(values, form);
	return form.filter((field) => NodeHelpers.displayParameter(filled, field, node, null));
}

export function visibleNames(values: INodeParameters, form = shopForm): string[] {
	return visibleFields(values, form).map(({ name }) => name);
}

/** The fields the editor shows for values as they stand, which n8n need not have filled in: expressions come resolved. */
export function namesShownFor(values: INodeParameters, form = shopForm): string[] {
	return form.filter((field) => NodeHelpers.displayParameter(values, field, node, null)).map(({ name }) => name);
}

/** The options a person can add. */
export function visibleOptions(values: INodeParameters): string[] {
	const parameters = fill(values);
	const collection = shopForm.find(({ name }) => name === 'options');
	return (collection?.options ?? [])
		.filter((option): option is INodeProperties => 'type' in option)
		.filter((option) => NodeHelpers.displayParameterPath({ parameters }, option, 'parameters.options', node, null))
		.map(({ name }) => name);
}

/** The choices of a list a person sees; undefined when it is not there. */
export function choicesOf(name: string, values: INodeParameters): unknown[] | undefined {
	const field = visibleFields(values).find((candidate) => candidate.name === name);
	return field?.options
		?.filter((option): option is INodePropertyOptions => 'value' in option)
		.map(({ value }) => value);
}

/** Reads filled parameters as n8n does: what is absent throws unless there is a fallback. */
export function readerOf(values: INodeParameters): GetParameter {
	const filled: Record<string, unknown> = fill(values);
	return (name, fallback) => {
		const value = Object.hasOwn(filled, name) ? filled[name] : fallback;
		if (value === undefined) throw new Error(`Could not get parameter "${name}"`);
		return value;
	};
}

/** Reads values as they stand, whatever they are: what expressions may come to. */
export function readerOfAny(values: Record<string, unknown>): GetParameter {
	return (name, fallback) => (Object.hasOwn(values, name) ? values[name] : fallback);
}

const PNG = anImage('image/png');

const LOADED = { kind: 'file', bytes: PNG, size: PNG.length, fileName: 'frame.png' } as const;

/** A frame as it is once its bytes are loaded. */
export function load(choice: FrameChoice): DraftFrame {
	return choice.kind === 'binary' ? LOADED : choice;
}

/** A form as it is once all its files are loaded; each of them is an image. */
export function loaded(form: VideoForm): VideoDraft {
	const all = (choices: readonly MediaChoice[]) =>
		choices.map((choice): DraftMedia => (choice.kind === 'binary' ? LOADED : choice));
	const { images, videos, audios } = form.references;
	return {
		...form,
		firstFrame: load(form.firstFrame),
		lastFrame: load(form.lastFrame),
		references: { images: all(images), videos: all(videos), audios: all(audios) },
	};
}

/** Every combination of one value for each key. */
export function combinations<Key extends string, Value>(
	choices: Record<Key, readonly Value[]>,
): Array<Record<Key, Value>> {
	return Object.entries<readonly Value[]>(choices).reduce<Array<Record<string, Value>>>(
		(rows, [key, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [key]: value }))),
		[{}],
	) as Array<Record<Key, Value>>;
}
