import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authenticateAtOwnOrigin } from './ownOrigin';

export class HailuoAimlApi implements ICredentialType {
	name = 'hailuoAimlApi';

	displayName = 'Hailuo AI/ML API';

	documentationUrl = 'https://docs.aimlapi.com';

	icon: Icon = { light: 'file:icons/aimlApi.svg', dark: 'file:icons/aimlApi.dark.svg' };

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'From <a href="https://aimlapi.com/app/keys">aimlapi.com/app/keys</a>',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			noDataExpression: true,
			required: true,
			default: 'https://api.aimlapi.com',
			description: 'Address of the API, to change only for a proxy or another region',
		},
	];

	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl.trim()}}', url: '/v2/billing' },
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
