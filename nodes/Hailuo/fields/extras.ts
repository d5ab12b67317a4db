import type { INodeProperties } from 'n8n-workflow';
import { MODELS } from '../core/video/catalog';
import { valueAt } from '../core/http/read';
import type { ExtraValues } from '../core/video/videoRequest';
import type { ExtraOption, ProviderAdapter } from '../providers/adapter';
import { CREATING, readBoolean, readChoice, readText, type Field } from './shared';
import { always, NEVER, perModel, perProvider } from './conditionalFields';

function describeExtra(extra: ExtraOption): Field {
	const { label: displayName, models, ...rest } = extra;
	if (rest.type !== 'options') return { displayName, ...rest };
	const { choices, ...field } = rest;
	return { displayName, ...field, options: [...choices] };
}

function isOfferedFor({ models }: ExtraOption, model: string): boolean {
	return models === undefined || models.includes(model);
}

/** @returns the options only one provider has, each for the models it is offered for; made to stand in a collection */
export function describeExtras(providers: readonly ProviderAdapter[]): INodeProperties[] {
	return perProvider(
		providers,
		CREATING,
		(provider) =>
			provider.extras.flatMap((extra) =>
				perModel(
					provider,
					({ model }) => (isOfferedFor(extra, model) ? always(describeExtra(extra)) : NEVER),
					'/model',
				),
			),
		'/',
	);
}

function readExtra(extra: ExtraOption, value: unknown, problems: string[]): string | boolean {
	if (value === undefined) return extra.default;
	switch (extra.type) {
		case 'boolean':
			return readBoolean(value, extra.label, extra.default, problems);
		case 'options':
			return readChoice(value, extra.label, extra.choices, extra.default, problems);
		case 'string':
			return readText(value, extra.label, problems);
	}
}

/**
 * Reads a provider's own options.
 *
 * @param options the collection as the item has it; untrusted
 * @param model the chosen one; at an operation without a model every option counts
 * @param problems takes sentences in the form's words
 * @returns all that the model takes, with their defaults where untouched
 */
export function readExtras(options: unknown, adapter: ProviderAdapter, model: string, problems: string[]): ExtraValues {
	const extras: ExtraValues = {};
	const sold = adapter.offers.find((offer) => offer.model === model);
	for (const extra of adapter.extras) {
		const value = readExtra(extra, valueAt(options, extra.name), problems);
		if (!sold || isOfferedFor(extra, sold.model)) extras[extra.name] = value;
		else if (value !== extra.default) {
			problems.push(`'${extra.label}' is not offered by ${adapter.label} for ${MODELS[sold.model].label}`);
		}
	}
	return extras;
}
