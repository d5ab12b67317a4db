import type { INodeProperties } from 'n8n-workflow';
import { onOperations, readChoice, type GetParameter } from './shared';

/** The node's outputs take the strategy's value from the form, so it takes no expression. */
const STRATEGIES = [
	{
		name: 'Poll',
		value: 'poll',
		description: 'Stay here and ask again and again. For single videos, small batches and AI agents.',
	},
	{
		name: 'Suspend',
		value: 'suspend',
		description: 'Let n8n put the execution aside until a callback or the next check. It costs nothing meanwhile.',
	},
] as const;

export type WaitStrategy = (typeof STRATEGIES)[number]['value'];

const RELEASES = [
	{ name: 'All Together', value: 'together', description: 'When the last job is over, in the order they came' },
	{ name: 'As Finished', value: 'asFinished', description: 'Each as soon as its job is over' },
] as const;

export type Release = (typeof RELEASES)[number]['value'];

/** @returns how to wait, and for a suspended wait when items leave */
export function describeWaitStrategy(): INodeProperties[] {
	const suspended = { show: { ...onOperations(['wait']), waitStrategy: ['suspend'] } };
	return [
		{
			displayName: 'Wait Strategy',
			name: 'waitStrategy',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: onOperations(['wait']) },
			options: [...STRATEGIES],
			default: 'poll',
			description: 'How to wait for the job',
		},
		{
			displayName:
				'Drag from the output <b>Recheck</b> back to the input, and continue your workflow from <b>Finished</b>. Waiting items go round by Recheck; the workflow must be saved.',
			name: 'suspendNotice',
			type: 'notice',
			displayOptions: suspended,
			default: '',
		},
		{
			displayName: 'Release',
			name: 'release',
			type: 'options',
			displayOptions: suspended,
			options: [...RELEASES],
			default: 'together',
			description:
				"When finished items leave. For 'As Finished', the nodes behind Finished must lie higher than the path of Recheck.",
		},
	];
}

/** Reads how the node waits; what is not known is polled, which needs no wiring. */
export function readStrategy(get: GetParameter): WaitStrategy {
	return get('waitStrategy', 'poll') === 'suspend' ? 'suspend' : 'poll';
}

/**
 * Reads when items leave a suspended wait.
 *
 * @param problems takes a sentence in the form's words when the value is none of the choices
 */
export function readRelease(get: GetParameter, problems: string[]): Release {
	return readChoice<Release>(get('release', 'together'), 'Release', RELEASES, 'together', problems);
}
