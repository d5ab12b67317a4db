import type { INodeProperties } from 'n8n-workflow';
import type { JsonValue } from '../core/http/http';
import { parseJson, toJson } from '../core/http/json';
import { valueAt } from '../core/http/read';
import type { ExtraValues } from '../core/video/videoRequest';
import type { ProviderAdapter } from '../providers/adapter';
import { belongingToAddress } from './callback';
import { describeExtras, readExtras } from './extras';
import { shown } from '../core/video/words';
import {
	CREATING,
	describeNumber,
	FINISHING,
	onOperations,
	readBoolean,
	readModel,
	readNumber,
	readText,
	REFERRING,
	WAITING,
	type Field,
	type GetParameter,
	type NumberField,
	type OperationName,
} from './shared';
import { always, NEVER, perProvider, type ConditionalField } from './conditionalFields';

const EVERY: readonly OperationName[] = [...CREATING, ...REFERRING];

const NUMBERS = {
	createRetries: {
		label: 'Create Retries',
		default: 2,
		unit: 'times',
		minimum: 0,
		whole: true,
		description:
			'How often to send a create again that certainly made no job; one of unknown outcome is repeated only under a key that makes no second job, where the provider has such keys, so nothing is paid twice',
	},
	maxConcurrency: {
		label: 'Max Concurrency',
		default: 8,
		unit: 'requests',
		minimum: 1,
		whole: true,
		description:
			'How many requests may be under way at the same time; it does not limit how many jobs run at the provider',
	},
	maxVideoSize: {
		label: 'Max Video Size',
		default: 1024,
		unit: 'MB',
		minimum: 0,
		above: true,
		description: 'How many megabytes a downloaded video may have',
	},
	pollInterval: {
		label: 'Poll Interval',
		default: 0,
		unit: 'seconds',
		minimum: 0,
		description: 'How many seconds to pause between two looks at a job',
	},
	recheckInterval: {
		label: 'Recheck Interval',
		default: 2,
		unit: 'minutes',
		minimum: 0,
		above: true,
		description:
			'How many minutes a suspended execution sleeps between two looks at a job whose callback does not come; the first look comes within 75 seconds',
	},
	waitForSlot: {
		label: 'Wait for Slot',
		default: 10,
		unit: 'minutes',
		minimum: 0,
		description:
			'How many minutes a create may wait while the provider takes no more jobs or requests; 0 fails the item at once',
	},
} satisfies Record<string, NumberField>;

const INCLUDE_RAW: Field = {
	displayName: 'Include Raw Response',
	name: 'includeRaw',
	type: 'boolean',
	default: false,
	description: "Whether to add the provider's own answer to the item as 'raw'",
};

const CANCEL_ON_STOP: Field = {
	displayName: 'Cancel on Stop',
	name: 'cancelOnStop',
	type: 'boolean',
	default: false,
	description:
		'Whether stopping the execution also cancels the jobs it waits for, at the provider. An execution put aside by Suspend is not told of a stop.',
};

const CONTEXT: Field = {
	displayName: 'Context',
	name: 'context',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "row": 7 }',
	description: 'JSON that a Hailuo Trigger puts on its item when the callback of this job comes',
};

/** @returns any JSON, also given as an object by an expression; null for nothing */
function readContext(value: unknown, problems: string[]): JsonValue {
	const text = typeof value === 'string' ? value.trim() : JSON.stringify(value ?? null);
	if (text === '' || text === '{}') return null;
	const parsed = parseJson(text);
	if (parsed === undefined) problems.push(`'Context' is ${shown(value)}; it takes JSON`);
	return toJson(parsed);
}

const IDEMPOTENCY_KEY: Field = {
	displayName: 'Idempotency Key',
	name: 'idempotencyKey',
	type: 'string',
	default: '',
	placeholder: 'e.g. campaign-2026-03',
	description:
		'Text under which the provider makes each video only once, also when the workflow runs again. The item index and a hash of the request are appended.',
};

function pollIntervalOf({ shortestPollSeconds }: ProviderAdapter): Field {
	const { description } = NUMBERS.pollInterval;
	return describeNumber('pollInterval', {
		...NUMBERS.pollInterval,
		description: `${description}, at least the ${shortestPollSeconds} the provider asks for; 0 begins quickly and slows down to 15`,
	});
}

/** Nobody polls while n8n has put the execution aside. */
function ifPolling(field: Field): ConditionalField[] {
	return [{ field, hide: { '/waitStrategy': ['suspend', 'loop'] } }];
}

/** @returns what most people never need, each where provider, operation and model give it a meaning */
export function describeOptions(providers: readonly ProviderAdapter[]): INodeProperties {
	const where = (
		operations: readonly OperationName[],
		field: Field,
		offers: (provider: ProviderAdapter) => boolean = () => true,
	) => perProvider(providers, operations, (provider) => (offers(provider) ? always(field) : NEVER), '/');
	const items = [
		...where(EVERY, INCLUDE_RAW),
		...where(EVERY, describeNumber('maxConcurrency', NUMBERS.maxConcurrency)),
		...where(CREATING, describeNumber('createRetries', NUMBERS.createRetries)),
		...where(CREATING, describeNumber('waitForSlot', NUMBERS.waitForSlot)),
		...perProvider(
			providers,
			['create'],
			({ callbacks }) => (callbacks === undefined ? NEVER : belongingToAddress(CONTEXT, '/callback')),
			'/',
		),
		...where(CREATING, IDEMPOTENCY_KEY, (provider) => provider.idempotentCreate !== undefined),
		...where(WAITING, CANCEL_ON_STOP, (provider) => provider.cancel !== undefined),
		...perProvider(providers, WAITING, (provider) => ifPolling(pollIntervalOf(provider)), '/'),
		{
			...describeNumber('recheckInterval', NUMBERS.recheckInterval),
			displayOptions: { show: { ...onOperations(WAITING), '/waitStrategy': ['suspend', 'loop'] } },
		},
		{
			...describeNumber('maxVideoSize', NUMBERS.maxVideoSize),
			displayOptions: { show: { ...onOperations(FINISHING), '/downloadVideo': [true] } },
		},
		...describeExtras(providers),
	];
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: items.sort((left, right) => left.displayName.localeCompare(right.displayName)),
	};
}

export interface NodeOptions {
	/** 0 for the adaptive schedule. */
	pollIntervalSeconds: number;
	/** Minutes between two looks of a suspended wait. */
	recheckIntervalMinutes: number;
	/** Requests in flight. */
	maxConcurrency: number;
	includeRaw: boolean;
	/** The user's own; null for none. */
	idempotencyKey: string | null;
	createRetries: number;
	waitForSlotMinutes: number;
	cancelOnStop: boolean;
	maxVideoSizeMegabytes: number;
	/** The user's data that travels through a callback; null for none. */
	context: JsonValue;
	/** This provider's own options, all that the model takes, with their defaults where untouched. */
	extras: ExtraValues;
	/** What makes no sense, in the form's words. */
	problems: string[];
}

/**
 * Reads the options, of which only those are present that the user added.
 *
 * @param get the item's parameters
 * @param adapter the chosen provider
 * @returns all options; where one is absent or makes no sense, its default
 */
export function readOptions(get: GetParameter, adapter: ProviderAdapter): NodeOptions {
	const problems: string[] = [];
	const options = get('options', {});
	const number = (name: keyof typeof NUMBERS) =>
		readNumber(valueAt(options, name) ?? NUMBERS[name].default, NUMBERS[name], problems);
	const boolean = ({ name, displayName }: Field) =>
		readBoolean(valueAt(options, name) ?? false, displayName, false, problems);
	return {
		pollIntervalSeconds: number('pollInterval'),
		recheckIntervalMinutes: number('recheckInterval'),
		maxConcurrency: number('maxConcurrency'),
		includeRaw: boolean(INCLUDE_RAW),
		idempotencyKey: readText(valueAt(options, IDEMPOTENCY_KEY.name), IDEMPOTENCY_KEY.displayName, problems) || null,
		createRetries: number('createRetries'),
		waitForSlotMinutes: number('waitForSlot'),
		cancelOnStop: boolean(CANCEL_ON_STOP),
		maxVideoSizeMegabytes: number('maxVideoSize'),
		context: readContext(valueAt(options, CONTEXT.name), problems),
		extras: readExtras(options, adapter, readModel(get), problems),
		problems,
	};
}
