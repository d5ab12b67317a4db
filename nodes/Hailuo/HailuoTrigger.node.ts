import {
	NodeConnectionTypes,
	NodeOperationError,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { hailuoTriggerCredentials, hailuoTriggerProperties, hailuoTriggerSubtitle } from './fields';
import { receive } from './operations/receive';
import { providerById } from './providers';

const CALLBACK: IWebhookDescription[] = [
	{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'hailuo' },
];

export class HailuoTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hailuo Trigger',
		name: 'hailuoTrigger',
		icon: { light: 'file:hailuo.svg', dark: 'file:hailuo.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: hailuoTriggerSubtitle,
		description: 'Starts or resumes a workflow when Apiframe, EvoLink or Wiro reports on a Hailuo video',
		defaults: { name: 'Hailuo Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		webhooks: CALLBACK,
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
		return await receive(this, adapter);
	}
}
