import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';
import { providers } from '../providers/registry';
import type { ProviderAdapter } from '../providers/adapter';
import { describeFirstFrame, describeLastFrame } from './frames';
import { describeReferences } from './references';
import { describeCallback } from './callback';
import { describeOptions } from './options';
import { describeSubtitle, describeTriggerSubtitle } from './subtitle';
import { describeWaitStrategy } from './waitStrategy';
import { describeTool } from './tool';
import { describeTrigger } from './trigger';
import { describeCameraMovements, describePrompt, describePromptOptimizer } from './prompt';
import {
	describeCredentialPlace,
	describeCredentials,
	describeModel,
	describeOperation,
	describeProvider,
} from './provider';
import { describeAspectRatio, describeDuration, describeResolution } from './videoForm';
import { describeDownload, describeJobId, describeWaiting } from './waiting';

export { readCallbackForm, type CallbackChoice, type CallbackForm } from './callback';
export type { FrameChoice, MediaChoice } from './frames';
export { readOptions, type NodeOptions } from './options';
export type { GetParameter, OperationName } from './shared';
export {
	readHandBack,
	readRelease,
	readStrategy,
	WAITING_FIELDS,
	type HandBack,
	type Release,
	type WaitStrategy,
} from './waitStrategy';
export { readTriggerForm, type TriggerEvent, type TriggerForm } from './trigger';
export { readVideoForm, type VideoForm } from './videoForm';
export {
	readDownloadForm,
	readJobId,
	readWaitingForm,
	type DownloadForm,
	type AfterWait,
	type WaitingForm,
} from './waiting';

/**
 * Draws the Hailuo node's form from what the providers sell and can do.
 *
 * @param offered the providers in the form, the default one first
 * @returns n8n's properties, from what matters most to what most people leave alone. A field stands after every field its visibility depends on: n8n resolves them in this order
 */
export function describeForm(offered: readonly ProviderAdapter[]): INodeProperties[] {
	return [
		describeProvider(offered, 'The gateway that makes and bills the video, each with a credential of its own'),
		describeCredentialPlace(),
		...describeOperation(offered),
		describeTool(),
		...describeModel(offered),
		...describePrompt(offered),
		...describeFirstFrame(offered),
		...describeLastFrame(offered),
		...describeReferences(offered),
		...describeResolution(offered),
		...describeDuration(offered),
		...describeAspectRatio(offered),
		...describeCameraMovements(offered),
		...describePromptOptimizer(offered),
		describeJobId(),
		...describeWaitStrategy(),
		...describeCallback(offered),
		...describeDownload(offered),
		...describeWaiting(),
		describeOptions(offered),
	];
}

export const hailuoCredentials: INodeCredentialDescription[] = describeCredentials(providers);

/** The trigger asks for the credentials of the providers that report. */
export const hailuoTriggerCredentials: INodeCredentialDescription[] = describeCredentials(
	providers.filter(({ callbacks }) => callbacks !== undefined),
);

export const hailuoSubtitle: string = describeSubtitle(providers);

export const hailuoTriggerSubtitle: string = describeTriggerSubtitle(providers);

export const hailuoTriggerProperties: INodeProperties[] = describeTrigger(providers);

export const hailuoProperties: INodeProperties[] = describeForm(providers);
