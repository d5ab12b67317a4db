import type { DisplayCondition, INodeProperties } from 'n8n-workflow';
import { MODEL_IDS, type Offer } from '../core/video/catalog';
import type { ProviderAdapter } from '../providers/adapter';
import { onOperations, type Field, type OperationName } from './shared';

/**
 * Fields whose options depend on other fields. n8n has no such field, so there are several of the same name, of which at
 * most one is visible; n8n takes the visible one's options and default. These are twins.
 *
 * Provider and operation are conditions to `show`, every other field is one to `hide`. For n8n shows a field at once when
 * a value that its `show` names is an expression, whatever the other conditions say, so that all twins would stand in
 * the form together. `hide` sees an expression as the text it is, which lets exactly one twin stay: the widest.
 */
export interface ConditionalField {
	field: Field;
	hide: Record<string, Array<string | DisplayCondition>>;
}

const IS_EXPRESSION: DisplayCondition = { _cnd: { startsWith: '=' } };

/** @returns a field that does not depend on anything further */
export function always(field: Field): ConditionalField[] {
	return [{ field, hide: {} }];
}

/** A field that is not there. */
export const NEVER: ConditionalField[] = [];

/** Compares by how many options the twins offer at most, then by how many they offer at least. */
function byWidth(left: readonly ConditionalField[], right: readonly ConditionalField[]): number {
	const [leftWidths = [], rightWidths = []] = [left, right].map((twins) =>
		twins.map(({ field }) => field.options?.length ?? 1),
	);
	return Math.max(0, ...rightWidths) - Math.max(0, ...leftWidths) || Math.min(...rightWidths) - Math.min(...leftWidths);
}

/**
 * Makes a field depend on another.
 *
 * @param name the other field; in a collection, its path from the root
 * @param known all values that the other field has anywhere
 * @param offered those it has here; for what is left behind from elsewhere, and for an expression, the widest twin stays
 * @param twinsAt the field at one of the offered values
 * @returns the twins, in the order of the values
 */
export function dependingOn<Value extends string>(
	name: string,
	known: readonly Value[],
	offered: readonly Value[],
	twinsAt: (value: Value) => ConditionalField[],
): ConditionalField[] {
	const groups = new Map<string, { values: Value[]; twins: ConditionalField[] }>();
	for (const value of offered) {
		const twins = twinsAt(value);
		const key = JSON.stringify(twins);
		const group = groups.get(key);
		if (group) group.values.push(value);
		else groups.set(key, { values: [value], twins });
	}
	const [widest, ...narrower] = [...groups.values()].sort(
		(left, right) => byWidth(left.twins, right.twins) || right.values.length - left.values.length,
	);
	if (!widest) return NEVER;
	if (narrower.length === 0) return widest.twins;
	const elsewhere = narrower.flatMap(({ values }) => values);
	return [...groups.values()].flatMap((group) => {
		const isWidest = group === widest;
		const hidden = known.filter((value) => (isWidest ? elsewhere.includes(value) : !group.values.includes(value)));
		return group.twins.map(({ field, hide }) => ({
			field,
			hide: { [name]: isWidest ? hidden : [...hidden, IS_EXPRESSION], ...hide },
		}));
	});
}

/**
 * Makes a field belong to one value of another, as an address does to the choice of an address. Beside an expression,
 * which may come to that value or not, nothing is required: n8n runs no workflow that lacks a required value.
 *
 * @param name the other field
 * @param known all its values
 * @param value the one the field belongs to
 */
export function belongingTo(name: string, known: readonly string[], value: string, field: Field): ConditionalField[] {
	const { required = false, ...optional } = field;
	const others = known.filter((candidate) => candidate !== value);
	if (!required) return [{ field, hide: { [name]: others } }];
	return [
		{ field, hide: { [name]: [...others, IS_EXPRESSION] } },
		{ field: optional, hide: { [name]: [...known] } },
	];
}

/**
 * Makes a field depend on the model, at one provider.
 *
 * @param twinsAt the field at one of the models this provider sells
 * @param name where the model stands, seen from the field: `/model` in a collection
 */
export function perModel(
	{ offers }: ProviderAdapter,
	twinsAt: (offer: Offer) => ConditionalField[],
	name: 'model' | '/model' = 'model',
): ConditionalField[] {
	const sold = offers.map(({ model }) => model);
	return dependingOn(name, MODEL_IDS, sold, (model) =>
		offers.filter((offer) => offer.model === model).flatMap(twinsAt),
	);
}

/**
 * Makes a field depend on the provider; what several providers have alike is one property.
 *
 * @param operations those the field belongs to
 * @param twinsOf the field at one provider
 * @param root where provider and operation stand, seen from the field: `/` in a collection
 */
export function perProvider(
	providers: readonly ProviderAdapter[],
	operations: readonly OperationName[],
	twinsOf: (provider: ProviderAdapter) => ConditionalField[],
	root: '' | '/' = '',
): INodeProperties[] {
	const groups = new Map<string, { twin: ConditionalField; ids: string[] }>();
	for (const provider of providers) {
		for (const twin of twinsOf(provider)) {
			const key = JSON.stringify(twin);
			const group = groups.get(key);
			if (group) group.ids.push(provider.id);
			else groups.set(key, { twin, ids: [provider.id] });
		}
	}
	return [...groups.values()].map(({ twin: { field, hide }, ids }) => ({
		...field,
		displayOptions: {
			show: { ...(ids.length < providers.length && { [`${root}provider`]: ids }), ...onOperations(operations) },
			...(Object.keys(hide).length > 0 && { hide }),
		},
	}));
}
