import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authenticateAtOwnOrigin } from './ownOrigin';

export class HailuoEvolinkApi implements ICredentialType {
	name = 'hailuoEvolinkApi';

	displayName = 'Hailuo EvoLink API';

	documentationUrl = 'https://docs.evolink.ai';

	icon: Icon = { light: 'file:icons/evolink.svg', dark: 'file:icons/evolink.dark.svg' };

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'From <a href="https://evolink.ai/dashboard/keys">evolink.ai/dashboard/keys</a>',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			noDataExpression: true,
			required: true,
			default: 'https://api.evolink.ai',
			description: 'Address of the API, to change only for a proxy or another region',
		},
		{
			displayName: 'Files Base URL',
			name: 'filesBaseUrl',
			type: 'string',
			noDataExpression: true,
			required: true,
			default: 'https://files-api.evolink.ai',
			description: 'Address that images are uploaded to, to change only for a proxy or another region',
		},
	];

	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl.trim()}}', url: '/v1/credits' },
		// EvoLink says in the body whether it worked.
		rules: [
			{
				type: 'responseSuccessBody',
				properties: { key: 'success', value: false, message: 'EvoLink refused the key' },
			},
		],
	};

	authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return authenticateAtOwnOrigin(requestOptions, credentials, ({ apiKey }) => ({
			Authorization: `Bearer ${apiKey}`,
		}));
	}
}
