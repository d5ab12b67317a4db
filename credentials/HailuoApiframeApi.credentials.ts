import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authenticateAtOwnOrigin } from './ownOrigin';

export class HailuoApiframeApi implements ICredentialType {
	name = 'hailuoApiframeApi';

	displayName = 'Hailuo Apiframe API';

	documentationUrl = 'https://apiframe.ai/docs';

	icon: Icon = { light: 'file:icons/apiframe.svg', dark: 'file:icons/apiframe.dark.svg' };

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'From the API keys of your <a href="https://console.apiframe.ai">Apiframe console</a>',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			noDataExpression: true,
			required: true,
			default: 'https://api.apiframe.ai',
			description: 'Address of the API, to change only for a proxy or another region',
		},
	];

	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl.trim()}}', url: '/v2/me' },
	};

	authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return authenticateAtOwnOrigin(requestOptions, credentials, ({ apiKey }) => ({ 'X-API-Key': apiKey }));
	}
}
