import type { DisplayCondition, INodeProperties } from 'n8n-workflow';
import type { Offer } from '../core/video/offer';
import type { ProviderAdapter } from '../providers/adapter';
import { onOperations, type Field, type OperationName } from './shared';

/**
 * A field whose options depend on other fields. n8n has no such field, so there are several of the same name, of which at
 * most one is visible; n8n takes the visible one's options and default.
 *
 * Provider and operation are conditions to `show`, every other field is one to `hide`. For n8n shows a field at once when
 * a value that its `show` names is an expression, whatever the other conditions say, so that all of one name would stand
 * in the form together. Of one name exactly one stays whatever the other field holds, also an expression, which the editor
 * hands over as what it comes to (nothing at all where there is no item yet): the widest is hidden at the values of the
 * others, each of these at every value but its own.
 */
export interface ConditionalField {
	field: Field;
	hide: Record<string, Array<string | DisplayCondition>>;
}

/** Whatever is not this value: another, an expression, nothing. n8n has no condition for "none of several". */
const allBut = (value: string): DisplayCondition[] => [{ _cnd: { not: value } }];

/** @returns a field that does not depend on anything further */
export function always(field: Field): ConditionalField[] {
	return [{ field, hide: {} }];
}

/** A field that is not there. */
export const NEVER: ConditionalField[] = [];

/** @returns what the values come to, each once, with the values that come to it */
function groupAlike<Value, Result>(pairs: ReadonlyArray<[Value, Result]>): Array<{ values: Value[]; result: Result }> {
	const groups = new Map<string, { values: Value[]; result: Result }>();
	for (const [value, result] of pairs) {
		const key = JSON.stringify(result);
		const { values } = groups.get(key) ?? { values: [] };
		groups.set(key, { values: [...values, value], result });
	}
	return [...groups.values()];
}

/** @returns how many values a person can choose in a field */
function widthOf({ options, typeOptions }: Field): number {
	const { minValue = 0, maxValue = 0 } = typeOptions ?? {};
	return options?.length ?? maxValue - minValue + 1;
}

/** Compares by how many values the fields offer at most, then by how many they offer at least. */
function byWidth(left: readonly ConditionalField[], right: readonly ConditionalField[]): number {
	const [leftWidths = [], rightWidths = []] = [left, right].map((fields) => fields.map(({ field }) => widthOf(field)));
	return Math.max(0, ...rightWidths) - Math.max(0, ...leftWidths) || Math.min(...rightWidths) - Math.min(...leftWidths);
}

/**
 * Makes a field depend on another.
 *
 * @param name the other field; in a collection, its path from the root
 * @param offered the values it has here; for what is left behind from elsewhere, and for an expression, the widest field stays
 * @param fieldsAt the field at one of the offered values
 * @returns the fields, in the order of the values; the same field once more for each value that shows it
 */
export function dependingOn<Value extends string>(
	name: string,
	offered: readonly Value[],
	fieldsAt: (value: Value) => ConditionalField[],
): ConditionalField[] {
	const groups = groupAlike(offered.map((value): [Value, ConditionalField[]] => [value, fieldsAt(value)]));
	const [widest, ...narrower] = [...groups].sort(
		(left, right) => byWidth(left.result, right.result) || right.values.length - left.values.length,
	);
	if (!widest) return NEVER;
	if (narrower.length === 0) return widest.result;
	const hidings = (group: typeof widest) =>
		group === widest ? [narrower.flatMap(({ values }) => values)] : group.values.map(allBut);
	return groups.flatMap((group) =>
		hidings(group).flatMap((hidden) =>
			group.result.map(({ field, hide }) => ({ field, hide: { [name]: hidden, ...hide } })),
		),
	);
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
	if (!required) return [{ field, hide: { [name]: known.filter((candidate) => candidate !== value) } }];
	return [
		{ field, hide: { [name]: allBut(value) } },
		{ field: optional, hide: { [name]: [...known] } },
	];
}

/**
 * Makes a field depend on the model, at one provider.
 *
 * @param fieldsAt the field at one of the models this provider sells
 * @param name where the model stands, seen from the field: `/model` in a collection
 */
export function perModel(
	{ offers }: ProviderAdapter,
	fieldsAt: (offer: Offer) => ConditionalField[],
	name: 'model' | '/model' = 'model',
): ConditionalField[] {
	const sold = offers.map(({ model }) => model);
	return dependingOn(name, sold, (model) => offers.filter((offer) => offer.model === model).flatMap(fieldsAt));
}

/**
 * Makes a field depend on the provider; what several providers have alike is one property.
 *
 * @param operations those the field belongs to
 * @param fieldsOf the field at one provider
 * @param root where provider and operation stand, seen from the field: `/` in a collection
 */
export function perProvider(
	providers: readonly ProviderAdapter[],
	operations: readonly OperationName[],
	fieldsOf: (provider: ProviderAdapter) => ConditionalField[],
	root: '' | '/' = '',
): INodeProperties[] {
	const pairs = providers.flatMap((provider) =>
		fieldsOf(provider).map((field): [string, ConditionalField] => [provider.id, field]),
	);
	return groupAlike(pairs).map(({ values: ids, result: { field, hide } }) => ({
		...field,
		displayOptions: {
			show: { ...(ids.length < providers.length && { [`${root}provider`]: ids }), ...onOperations(operations) },
			...(Object.keys(hide).length > 0 && { hide }),
		},
	}));
}
