import type { INodeProperties } from 'n8n-workflow';
import type { ProviderAdapter } from '../providers/adapter';
import { describeCredentialPlace, describeProvider } from './provider';
import { readChoice, type GetParameter } from './shared';

const EVENTS = [
	{ name: 'Cancelled', value: 'cancelled', action: 'On job cancelled', description: 'The job was cancelled' },
	{ name: 'Failed', value: 'failed', action: 'On job failed', description: 'The job ended without a video' },
	{
		name: 'Progress',
		value: 'progress',
		action: 'On job progress',
		description: 'The job has come further; only some providers report that',
	},
	{ name: 'Succeeded', value: 'succeeded', action: 'On video ready', description: 'The video is there' },
] as const;

export type TriggerEvent = (typeof EVENTS)[number]['value'];

export const ACTIONS = [
	{ name: 'Start This Workflow', value: 'startWorkflow', description: 'Run the nodes behind this one with the job' },
	{
		name: 'Resume the Waiting Execution',
		value: 'resumeExecution',
		description: "Wake the execution that made the job and waits for it by 'Suspend'; nothing runs here",
	},
] as const;

export type OnCallback = (typeof ACTIONS)[number]['value'];

/** @returns the trigger's form; only providers that report to an address are in it */
export function describeTrigger(providers: readonly ProviderAdapter[]): INodeProperties[] {
	const reporting = providers.filter(({ callbacks }) => callbacks !== undefined);
	return [
		{
			displayName:
				"Publish (activate) the workflow and give the trigger's production URL to 'Create Video' as its Callback URL. n8n must be reachable from the internet under that address. Reports that the provider does not sign are taken only with the ticket that 'Create Video' puts into the address.",
			name: 'urlNotice',
			type: 'notice',
			default: '',
		},
		describeProvider(reporting, 'The gateway that reports; the credential proves that a report is genuine'),
		describeCredentialPlace(),
		{
			displayName: 'On Callback',
			name: 'onCallback',
			type: 'options',
			noDataExpression: true,
			options: [...ACTIONS],
			default: 'startWorkflow',
			description: 'What a genuine callback does',
		},
		{
			displayName: 'Trigger On',
			name: 'events',
			type: 'multiOptions',
			displayOptions: { show: { onCallback: ['startWorkflow'] } },
			options: [...EVENTS],
			default: ['succeeded', 'failed', 'cancelled'],
			required: true,
			description: 'Which events start the workflow',
		},
	];
}

export interface TriggerForm {
	onCallback: OnCallback;
	events: readonly TriggerEvent[];
}

/** Reads the trigger's form. */
export function readTriggerForm(get: GetParameter): TriggerForm {
	const events = get('events', []);
	const chosen: unknown[] = Array.isArray(events) ? events : [];
	return {
		onCallback: readChoice<OnCallback>(get('onCallback', 'startWorkflow'), 'On Callback', ACTIONS, 'startWorkflow', []),
		events: EVENTS.map(({ value }) => value).filter((value) => chosen.includes(value)),
	};
}
