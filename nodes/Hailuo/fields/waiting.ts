import type { INodeProperties } from 'n8n-workflow';
import { textAt } from '../core/http/read';
import type { ProviderAdapter } from '../providers/adapter';
import {
	describeNumber,
	FINISHING,
	onOperations,
	readBoolean,
	readChoice,
	readNumber,
	readText,
	REFERRING,
	WAITING,
	type GetParameter,
	type NumberField,
} from './shared';
import { always, perProvider } from './conditionalFields';

const DEFAULT_PROPERTY = 'data';

const OUTCOMES = [
	{
		name: 'Fail the Item',
		value: 'error',
		description: "Stop here, or go on as the node's settings say; the message holds the job ID",
	},
	{ name: 'Output the Job', value: 'output', description: 'Let the item flow on with the job as it is' },
] as const;

export type AfterWait = (typeof OUTCOMES)[number]['value'];

const TIMEOUT: NumberField = {
	label: 'Timeout',
	default: 30,
	unit: 'minutes',
	minimum: 0,
	above: true,
	description:
		"How many minutes after the job was created to stop waiting. The job goes on at the provider, and 'Get Video' or 'Wait for Video' can still fetch it.",
};

/** @returns the field that takes a job of an earlier create */
export function describeJobId(): INodeProperties {
	return {
		displayName: 'Job ID',
		name: 'jobId',
		type: 'string',
		required: true,
		displayOptions: { show: onOperations(REFERRING) },
		default: '={{ $json.jobId }}',
		placeholder: 'e.g. 5f0c1a52-8d1e-4c1b-9a64-0d1f7c2b3e4a',
		description: "ID of the job, the 'jobId' that 'Create Video' put on its item",
	};
}

/** @returns how long to wait, and what becomes of a job that ends badly or not in time */
export function describeWaiting(): INodeProperties[] {
	const displayOptions = { show: onOperations(WAITING) };
	const outcome = (displayName: string, name: string, description: string): INodeProperties => ({
		displayName,
		name,
		type: 'options',
		displayOptions,
		options: [...OUTCOMES],
		default: 'error',
		description,
	});
	return [
		{ ...describeNumber('timeout', TIMEOUT), displayOptions },
		outcome(
			'On Timeout',
			'onTimeout',
			"What to do when the job is not over in time; 'timedOut' marks the items that flow on",
		),
		outcome('On Job Failure', 'onJobFailure', 'What to do when the job fails or is cancelled at the provider'),
	];
}

/** @returns the download of the video, with what the provider says of how long its links live */
export function describeDownload(providers: readonly ProviderAdapter[]): INodeProperties[] {
	const download = perProvider(providers, FINISHING, ({ label, linkLifetime }) =>
		always({
			displayName: 'Download Video',
			name: 'downloadVideo',
			type: 'boolean',
			default: false,
			description: 'Whether to put the video file on the item too',
			hint:
				linkLifetime === null
					? `${label} does not say how long its link to the video lives`
					: `The link to the video lives ${linkLifetime}`,
		}),
	);
	return [
		...download,
		{
			displayName: 'Output Data Field Name',
			name: 'outputBinaryProperty',
			type: 'string',
			required: true,
			displayOptions: { show: { ...onOperations(FINISHING), downloadVideo: [true] } },
			default: DEFAULT_PROPERTY,
			placeholder: 'e.g. data',
			hint: "The name of the item's field to put the file in",
			description: 'Name of the binary field that takes the video file',
		},
	];
}

export interface WaitingForm {
	timeoutMinutes: number;
	onTimeout: AfterWait;
	onJobFailure: AfterWait;
	/** What makes no sense, in the form's words. */
	problems: string[];
}

/**
 * Reads how an item wants to wait.
 *
 * @returns the form; where a value makes no sense, its default and a problem
 */
export function readWaitingForm(get: GetParameter): WaitingForm {
	const problems: string[] = [];
	return {
		timeoutMinutes: readNumber(get('timeout', TIMEOUT.default), TIMEOUT, problems),
		onTimeout: readChoice<AfterWait>(get('onTimeout', 'error'), 'On Timeout', OUTCOMES, 'error', problems),
		onJobFailure: readChoice<AfterWait>(get('onJobFailure', 'error'), 'On Job Failure', OUTCOMES, 'error', problems),
		problems,
	};
}

export interface DownloadForm {
	downloadVideo: boolean;
	outputBinaryProperty: string;
	/** What makes no sense, in the form's words. */
	problems: string[];
}

/** Reads whether an item wants the video itself, and where. */
export function readDownloadForm(get: GetParameter): DownloadForm {
	const problems: string[] = [];
	return {
		downloadVideo: readBoolean(get('downloadVideo', false), 'Download Video', false, problems),
		outputBinaryProperty:
			readText(get('outputBinaryProperty', ''), 'Output Data Field Name', problems) || DEFAULT_PROPERTY,
		problems,
	};
}

/**
 * Reads which job an item asks for.
 *
 * @returns null when the field is empty, or an expression found nothing
 */
export function readJobId(get: GetParameter): string | null {
	return textAt(get('jobId', ''));
}
