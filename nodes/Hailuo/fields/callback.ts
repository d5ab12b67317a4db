import type { INodeProperties } from 'n8n-workflow';
import { describeAddressProblem } from '../core/video/address';
import type { ProviderAdapter } from '../providers/adapter';
import { readChoice, readText, type Field, type GetParameter } from './shared';
import { always, belongingTo, NEVER, perProvider, type ConditionalField } from './conditionalFields';

const CHOICES = [
	{ name: 'None', value: 'none', description: 'The provider reports nothing; wait or ask for the job later' },
	{
		name: 'This Execution',
		value: 'thisExecution',
		description: 'The provider wakes this execution when it is put aside until the job is over',
	},
	{ name: 'URL', value: 'url', description: 'The provider reports to an address, such as that of a Hailuo Trigger' },
] as const;

export type CallbackChoice = (typeof CHOICES)[number]['value'];

/** Makes a field belong to the callback to an address, seen from the field: `/callback` in a collection. */
export function belongingToAddress(field: Field, name: 'callback' | '/callback' = 'callback'): ConditionalField[] {
	const known = CHOICES.map(({ value }) => value);
	return belongingTo(name, known, 'url', field);
}

/** @param initial what a new node has, where the provider offers it */
function callbackOf({ callbacks }: ProviderAdapter, initial: CallbackChoice): ConditionalField[] {
	if (callbacks === undefined) return NEVER;
	const field: Field = {
		displayName: 'Callback',
		name: 'callback',
		type: 'options',
		options: CHOICES.filter(({ value }) => value !== 'thisExecution' || callbacks.resumesExecution),
		default: 'none',
		description: 'Where the provider reports the end of the job',
	};
	return always(callbacks.resumesExecution ? { ...field, default: initial } : field);
}

function callbackUrlOf({ callbacks }: ProviderAdapter): ConditionalField[] {
	if (callbacks === undefined) return NEVER;
	return belongingToAddress({
		displayName: 'Callback URL',
		name: 'callbackUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/5f0c1a52/hailuo',
		description: `Address to report to${callbacks.httpsOnly ? ', https only' : ''}. The production URL of a Hailuo Trigger, or a service of your own.`,
	});
}

/** Who polls has no use for a callback. */
function ifSuspended(fields: ConditionalField[]): ConditionalField[] {
	return fields.map(({ field, hide }) => ({ field, hide: { waitStrategy: ['poll'], ...hide } }));
}

/** @returns where the provider reports to, for the providers that do */
export function describeCallback(providers: readonly ProviderAdapter[]): INodeProperties[] {
	return [
		...perProvider(providers, ['create'], (provider) => callbackOf(provider, 'none')),
		...perProvider(providers, ['createAndWait'], (provider) => ifSuspended(callbackOf(provider, 'thisExecution'))),
		...perProvider(providers, ['create'], callbackUrlOf),
		...perProvider(providers, ['createAndWait'], (provider) => ifSuspended(callbackUrlOf(provider))),
	];
}

export interface CallbackForm {
	choice: CallbackChoice;
	/** Empty unless the choice is `url`. */
	url: string;
	/** What makes no sense, in the form's words. */
	problems: string[];
}

/** Reads where the provider is to report to. */
export function readCallbackForm(get: GetParameter, { callbacks, label }: ProviderAdapter): CallbackForm {
	const problems: string[] = [];
	const choice = readChoice<CallbackChoice>(get('callback', 'none'), 'Callback', CHOICES, 'none', problems);
	const url = choice === 'url' ? readText(get('callbackUrl', ''), 'Callback URL', problems) : '';
	const wrong = choice === 'url' && problems.length === 0 ? describeAddressProblem('Callback URL', url) : null;
	if (choice !== 'none' && callbacks === undefined)
		problems.push(`'Callback' is not offered by ${label}: it reports nothing`);
	else if (choice === 'thisExecution' && callbacks?.resumesExecution === false) {
		problems.push(
			`'Callback' cannot be 'This Execution' with ${label}, which tries the address before the execution waits; give the address of a Hailuo Trigger, or 'None'`,
		);
	} else if (wrong !== null) problems.push(wrong);
	else if (choice === 'url' && callbacks?.httpsOnly === true && !url.startsWith('https:')) {
		problems.push(`'Callback URL' begins with http://; ${label} takes https only`);
	}
	return { choice, url, problems };
}
