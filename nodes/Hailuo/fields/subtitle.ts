import { MODELS } from '../core/video/catalog';
import type { ProviderAdapter } from '../providers/adapter';
import { OPERATIONS } from './provider';
import { ACTIONS } from './trigger';

/** A look-up in an expression, by the value a parameter has; `$rawParameter`, since a model may be an expression. */
function labelOf(parameter: string, labels: ReadonlyArray<readonly [value: string, label: string]>): string {
	return `(${JSON.stringify(Object.fromEntries(labels))})[$rawParameter["${parameter}"]]`;
}

const byProvider = (providers: readonly ProviderAdapter[]) =>
	labelOf(
		'provider',
		providers.map(({ id, label }) => [id, label]),
	);

/**
 * n8n shows about 27 characters under a node. The node is called Hailuo and makes videos, so its subtitle leaves both
 * words out; and the operation stands last, since it can be guessed from its beginning.
 *
 * @returns an expression for provider, model and operation, in the words of the form; for the two where no model is
 * chosen, or an expression chooses it
 */
export function describeSubtitle(providers: readonly ProviderAdapter[]): string {
	const model = labelOf(
		'model',
		Object.entries(MODELS).map(([id, { label }]) => [id, `, ${label.replace('Hailuo ', '')}`]),
	);
	const operation = labelOf(
		'operation',
		OPERATIONS.map(({ name, value }) => [value, name.replace(/ (for )?Video/, '')]),
	);
	return `={{ ${byProvider(providers)} + (${model} || "") + ": " + ${operation} }}`;
}

/** @returns an expression for the provider and what a callback does */
export function describeTriggerSubtitle(providers: readonly ProviderAdapter[]): string {
	const action = labelOf(
		'onCallback',
		ACTIONS.map(({ name, value }) => [value, name]),
	);
	return `={{ ${byProvider(providers)} + ": " + ${action} }}`;
}
