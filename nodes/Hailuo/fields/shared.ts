import type { INodeProperties } from 'n8n-workflow';
import { MODEL_IDS } from '../core/video/catalog';
import { numberAt, textAt } from '../core/http/read';
import { joinWords, shown } from '../core/video/words';

/**
 * Reads one parameter of one item. What it returns may be anything, since most fields take expressions. Fields that the
 * form hides are absent from the node (n8n drops their values when it loads a workflow, so a value left behind there is
 * neither seen nor sent), hence every read gives a fallback.
 */
export type GetParameter = (name: string, fallback?: unknown) => unknown;

/** A field without the conditions under which it is shown. */
export type Field = Omit<INodeProperties, 'displayOptions'>;

export type OperationName = 'cancel' | 'create' | 'createAndWait' | 'get' | 'wait';

export const CREATING: readonly OperationName[] = ['create', 'createAndWait'];
export const WAITING: readonly OperationName[] = ['createAndWait', 'wait'];
export const FINISHING: readonly OperationName[] = ['createAndWait', 'get', 'wait'];
export const REFERRING: readonly OperationName[] = ['cancel', 'get', 'wait'];

/**
 * Conditions for fields of some operations. The key is `/operation`, the same parameter by its path from the root:
 * when a parameter changes, the editor clears every list whose conditions name it and whose value is none of its options,
 * and by that a multiple choice or an expression is none. So naming it by path keeps them from being lost at a switch
 * from Create to Create and Wait.
 */
export function onOperations(operations: readonly OperationName[]): Record<string, string[]> {
	return { '/operation': [...operations] };
}

/** A number field: its properties, its limits and the words for them come from here. */
export interface NumberField {
	label: string;
	default: number;
	unit: 'minutes' | 'seconds' | 'MB' | 'times' | 'requests';
	/** The least allowed value. */
	minimum: number;
	/** Whether the minimum itself is too small. */
	above?: boolean;
	whole?: boolean;
	description: string;
}

/** @returns the field of the form; the unit stands under it where its name does not say it */
export function describeNumber(name: string, field: NumberField): Field {
	const { default: initial } = field;
	const timed = field.unit === 'minutes' || field.unit === 'seconds';
	return {
		displayName: field.label,
		name,
		type: 'number',
		typeOptions: { minValue: field.above === true ? field.minimum + 1 : field.minimum },
		default: initial,
		description: field.description,
		...(timed && { hint: `In ${field.unit}` }),
	};
}

/**
 * Reads a number, also one spelled as text.
 *
 * @param problems takes a sentence in the form's words when the value makes no sense
 * @returns the value, or the field's default when it makes no sense
 */
export function readNumber(value: unknown, field: NumberField, problems: string[]): number {
	const number = numberAt(value);
	const large = number !== null && (field.above === true ? number > field.minimum : number >= field.minimum);
	if (large && (field.whole !== true || Number.isInteger(number))) return number;
	const kind = `a ${field.whole === true ? 'whole ' : ''}number of ${field.unit}`;
	const limit = `${field.above === true ? 'greater than' : 'of at least'} ${field.minimum}`;
	problems.push(`'${field.label}' is ${shown(value)}; it takes ${kind} ${limit}`);
	return field.default;
}

/**
 * Reads a switch, also one spelled as text.
 *
 * @param problems takes a sentence in the form's words when the value is neither on nor off
 */
export function readBoolean(value: unknown, label: string, fallback: boolean, problems: string[]): boolean {
	const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
	if (word === true || word === 'true') return true;
	if (word === false || word === 'false') return false;
	problems.push(`'${label}' is ${shown(value)}; it takes true or false`);
	return fallback;
}

/**
 * Reads a text, also one given as a number. Half of an emoji is left out: cutting a text leaves it, it means nothing, and
 * strict readers of JSON refuse the whole request for it.
 *
 * @param problems takes a sentence in the form's words when the value is no text
 * @returns the text without surrounding blanks; empty for none
 */
export function readText(value: unknown, label: string, problems: string[]): string {
	const text = textAt(value);
	if (text === null && typeof value !== 'string' && value !== undefined && value !== null)
		problems.push(`'${label}' is ${shown(value)}, which is no text`);
	return (text ?? '').replace(/\p{Surrogate}/gu, '').trim();
}

/** Reads a word that the validation compares with those there are; what is no text comes as a message can show it. */
export function readWord(value: unknown): string {
	const isNothing = typeof value === 'string' || value === undefined || value === null;
	return textAt(value) ?? (isNothing ? '' : shown(value));
}

/**
 * Reads which model makes the video: its ID, or its name as the form shows it, which agents and tables hold as well.
 *
 * @returns the ID; what is none, as it is
 */
export function readModel(get: GetParameter): string {
	const text = readWord(get('model', ''));
	const id = text.toLowerCase().replace(/\s+/g, '-');
	return MODEL_IDS.find((known) => known === id) ?? text;
}

/**
 * Reads a choice.
 *
 * @param choices names by value
 * @param problems takes a sentence in the form's words when the value is none of the choices
 */
export function readChoice<Value extends string>(
	value: unknown,
	label: string,
	choices: ReadonlyArray<{ name: string; value: Value }>,
	fallback: Value,
	problems: string[],
): Value {
	const word = typeof value === 'string' ? value.trim() : value;
	const choice = choices.find((candidate) => candidate.value === word);
	if (choice) return choice.value;
	const offered = choices.map(({ name, value: offeredValue }) => `${name} ('${offeredValue}')`);
	problems.push(`'${label}' is ${shown(value)}; choose ${joinWords(offered, 'or')}`);
	return fallback;
}
