import type { INodeCredentialDescription, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { MODELS, RESOLUTIONS, type ModelId } from '../core/video/catalog';
import type { Offer } from '../core/video/offer';
import type { ProviderAdapter } from '../providers/adapter';
import { joinWords } from '../core/video/words';
import { CREATING, type OperationName } from './shared';
import { always, perProvider, type ConditionalField } from './conditionalFields';

const DEFAULT_OPERATION: OperationName = 'createAndWait';
const DEFAULT_MODEL: ModelId = 'hailuo-2.3';

export const OPERATIONS: ReadonlyArray<INodePropertyOptions & { value: OperationName }> = [
	{
		name: 'Cancel Video',
		value: 'cancel',
		action: 'Cancel video',
		description: 'End a job that is still queued or running',
	},
	{
		name: 'Create Video',
		value: 'create',
		action: 'Create video',
		description: 'Start a video and go on at once with the ID of its job',
	},
	{
		name: 'Create Video and Wait',
		value: 'createAndWait',
		action: 'Create video and wait',
		description: 'Start a video and wait until it is there, usually one to ten minutes',
	},
	{
		name: 'Get Video',
		value: 'get',
		action: 'Get video',
		description: 'Look once how far a job is, and get its video when it is there',
	},
	{
		name: 'Wait for Video',
		value: 'wait',
		action: 'Wait for video',
		description: 'Wait until the video of a job that was started earlier is there',
	},
];

/**
 * @param description what the provider does here
 * @returns provider, the first in the registry being the default; it shapes the form, so it takes no expression
 */
export function describeProvider(providers: readonly ProviderAdapter[], description: string): INodeProperties {
	const initial = providers[0]?.id ?? '';
	return {
		displayName: 'Provider',
		name: 'provider',
		type: 'options',
		noDataExpression: true,
		options: providers
			.map(({ id, label }) => ({ name: label, value: id }))
			.sort((left, right) => left.name.localeCompare(right.name)),
		default: initial,
		description,
	};
}

/**
 * A credential hides at the other providers instead of showing at its own. For where the values that credentials show at
 * are all those of a field, n8n's editor takes this field for the kind of login: it leaves it out of the form, offers the
 * credentials of all providers in one list, and sets the provider by the newest of them (n8n 2.41.1, `getMainAuthField`).
 * But a provider is what a person chooses first.
 *
 * @returns one credential for each provider, asked for when it is chosen
 */
export function describeCredentials(providers: readonly ProviderAdapter[]): INodeCredentialDescription[] {
	const ids = providers.map(({ id }) => id);
	return providers.map(({ id, credential }) => ({
		name: credential,
		required: true,
		displayOptions: { hide: { provider: ids.filter((other) => other !== id) } },
	}));
}

/**
 * @returns the place of the credential's list in the form; without it, n8n puts the list above the provider it is for
 */
export function describeCredentialPlace(): INodeProperties {
	return { displayName: 'Credential', name: 'credential', type: 'credentials', default: '' };
}

/**
 * @returns the operations of the providers that can cancel and of those that cannot. The default provider's come first,
 * since n8n's node panel takes its actions from the first property named `operation`.
 */
export function describeOperation(providers: readonly ProviderAdapter[]): INodeProperties[] {
	const canCancel = (provider: ProviderAdapter) => provider.cancel !== undefined;
	const abilities = [...new Set(providers.map(canCancel))];
	return abilities.map((ability) => ({
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: {
			show: { provider: providers.filter((provider) => canCancel(provider) === ability).map(({ id }) => id) },
		},
		options: OPERATIONS.filter(({ value }) => value !== 'cancel' || ability),
		default: DEFAULT_OPERATION,
	}));
}

function describeOffer(offer: Offer): INodePropertyOptions {
	const image = offer.firstFrame === 'optional' ? ['text', 'an image'] : ['an image'];
	const frames = offer.lastFrame === 'none' ? image : [...image, 'a first and a last image'];
	const sources = offer.references === null ? frames : [...frames, 'references'];
	const largest = RESOLUTIONS.findLast((resolution) => offer.resolutions[resolution]);
	return {
		name: MODELS[offer.model].label,
		value: offer.model,
		description: `From ${joinWords(sources, 'or')}, up to ${largest ?? ''}`,
	};
}

function modelOf({ offers }: ProviderAdapter): ConditionalField[] {
	const sold = offers.map(({ model }) => model);
	const initial = sold.find((model) => model === DEFAULT_MODEL) ?? sold[0] ?? '';
	return always({
		displayName: 'Model',
		name: 'model',
		type: 'options',
		options: offers.map(describeOffer).sort((left, right) => left.name.localeCompare(right.name)),
		default: initial,
		description: 'The Hailuo model that makes the video, as its ID, for example hailuo-2.3',
		hint: 'Each item buys one video, which usually takes one to ten minutes',
	});
}

/** @returns the models each provider sells; Hailuo 2.3 being the default where it is among them, which works from text alone */
export function describeModel(providers: readonly ProviderAdapter[]): INodeProperties[] {
	return perProvider(providers, CREATING, modelOf);
}
