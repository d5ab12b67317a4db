import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { onOperations, readChoice, type GetParameter, type OperationName } from './shared';

const POLL = {
	name: 'Poll',
	value: 'poll',
	description: 'Stay here and ask again and again. For single videos, small batches and AI agents.',
} as const;

const SUSPEND = {
	name: 'Suspend',
	value: 'suspend',
	description:
		'Let n8n put the execution aside until all jobs are over. It costs nothing meanwhile and survives a restart.',
} as const;

const LOOP = {
	name: 'Loop',
	value: 'loop',
	description: 'As Suspend, but with a loop that you draw, so that each item can go on as soon as its own job is over',
} as const;

export type WaitStrategy = (typeof POLL | typeof SUSPEND | typeof LOOP)['value'];

const RELEASES = [
	{ name: 'All Together', value: 'together', description: 'When the last job is over, in the order they came' },
	{ name: 'As Finished', value: 'asFinished', description: 'Each as soon as its job is over' },
] as const;

export type Release = (typeof RELEASES)[number]['value'];

/**
 * In a workflow that waits in the place of another one's node: how items that failed are to look when they are handed back.
 * Nobody chooses it; n8n drops what is no field of the node, so it is one, but never shown.
 */
export type HandBack = 'regularOutput' | 'errorOutput';

/** Fields of the form that a wait goes by, beside its provider and how it waits. */
export const WAITING_FIELDS = [
	'timeout',
	'onTimeout',
	'onJobFailure',
	'downloadVideo',
	'outputBinaryProperty',
	'options',
] as const;

/** The node's outputs take the strategy's value from the form, so it takes no expression. */
function describeStrategy(operation: OperationName, options: INodePropertyOptions[]): INodeProperties {
	return {
		displayName: 'Wait Strategy',
		name: 'waitStrategy',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: onOperations([operation]) },
		options,
		default: 'poll',
		description: 'How to wait for the job',
	};
}

/** @returns how to wait, and for a drawn loop when items leave */
export function describeWaitStrategy(): INodeProperties[] {
	const looping = { show: { ...onOperations(['wait']), waitStrategy: ['loop'] } };
	return [
		describeStrategy('createAndWait', [POLL, SUSPEND]),
		describeStrategy('wait', [POLL, SUSPEND, LOOP]),
		{
			displayName:
				'Drag from the output <b>Recheck</b> back to the input, and continue your workflow from <b>Finished</b>. Waiting items go round by Recheck; the workflow must be saved.',
			name: 'loopNotice',
			type: 'notice',
			displayOptions: looping,
			default: '',
		},
		{
			displayName: 'Release',
			name: 'release',
			type: 'options',
			displayOptions: looping,
			options: [...RELEASES],
			default: 'asFinished',
			description:
				"When finished items leave. For 'As Finished', the nodes behind Finished must lie higher than the path of Recheck.",
		},
		{
			displayName: 'Hand Back',
			name: 'handBack',
			type: 'hidden',
			displayOptions: looping,
			default: '',
			description: 'Set by the node itself where it waits in the place of another one',
		},
	];
}

/** Reads how the node waits; what is not known is polled, which asks nothing of n8n. */
export function readStrategy(get: GetParameter): WaitStrategy {
	const strategy = get('waitStrategy', 'poll');
	return strategy === 'suspend' || strategy === 'loop' ? strategy : 'poll';
}

/** Reads whether the node waits in the place of another one; null for an ordinary one. */
export function readHandBack(get: GetParameter): HandBack | null {
	const handBack = get('handBack', '');
	return handBack === 'regularOutput' || handBack === 'errorOutput' ? handBack : null;
}

/**
 * Reads when items leave a loop.
 *
 * @param problems takes a sentence in the form's words when the value is none of the choices
 */
export function readRelease(get: GetParameter, problems: string[]): Release {
	return readChoice<Release>(get('release', 'asFinished'), 'Release', RELEASES, 'asFinished', problems);
}
