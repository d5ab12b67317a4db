import {
	NodeOperationError,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { hailuoTriggerCredentials, hailuoTriggerProperties, hailuoTriggerSubtitle } from './fields/form';
import { NodeConnectionTypes } from './io/n8nInternals';
import { handleCallback } from './operations/trigger/handleCallback';
import { providerById } from './providers/registry';

const CALLBACK: IWebhookDescription[] = [
	{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'hailuo' },
];

/** n8n listens at the test URL for two minutes (n8n 2.41.1, TEST_WEBHOOK_TIMEOUT). */
const WHILE_BUILDING =
	"<b>While building your workflow</b>, run a 'Create Video' with the test URL as its Callback URL, and press the button when the video is nearly due: it listens for two minutes only.<br /><br />";

export class HailuoTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hailuo Trigger',
		name: 'hailuoTrigger',
		icon: { light: 'file:hailuo.svg', dark: 'file:hailuo.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: hailuoTriggerSubtitle,
		// n8n lists node and trigger as one, with the trigger's description.
		description: 'Make MiniMax Hailuo videos, and start or resume a workflow when the provider reports on one',
		defaults: { name: 'Hailuo Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		webhooks: CALLBACK,
		triggerPanel: {
			header: 'Listen for a callback',
			executionsHelp: {
				inactive: `${WHILE_BUILDING}<b>Once you're happy with it</b>, publish it and use the production URL.`,
				active: `${WHILE_BUILDING}<b>Your workflow is published</b>: callbacks to the production URL run it, and show up in the <a data-key='executions'>executions list</a>.`,
			},
			activationHint: "Once you've finished building your workflow, publish it to use the production URL",
		},
		credentials: hailuoTriggerCredentials,
		properties: hailuoTriggerProperties,
	};

	/** The address goes to the provider with each job, so there is nothing to register or to remove. */
	webhookMethods = {
		default: {
			checkExists: async () => await Promise.resolve(true),
			create: async () => await Promise.resolve(true),
			delete: async () => await Promise.resolve(true),
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const provider = this.getNodeParameter('provider', '');
		const adapter = typeof provider === 'string' ? providerById(provider) : undefined;
		if (adapter?.callbacks === undefined)
			throw new NodeOperationError(this.getNode(), `'Provider' is none that reports`);
		return await handleCallback(this, adapter);
	}
}
