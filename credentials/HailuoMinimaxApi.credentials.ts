import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authenticateAtOwnOrigin } from './ownOrigin';

export class HailuoMinimaxApi implements ICredentialType {
	name = 'hailuoMinimaxApi';

	displayName = 'Hailuo MiniMax API';

	documentationUrl = 'https://platform.minimax.io/docs';

	icon: Icon = { light: 'file:icons/minimax.svg', dark: 'file:icons/minimax.dark.svg' };

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'From <a href="https://platform.minimax.io/console/access">platform.minimax.io/console/access</a>, or in China from <a href="https://platform.minimaxi.com/console/access">platform.minimaxi.com/console/access</a>',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			noDataExpression: true,
			required: true,
			default: 'https://api.minimax.io',
			description:
				'Address of the API without its version. A key of the Chinese platform needs https://api.minimaxi.com.',
		},
	];

	/** The list of the account's tasks needs a key and costs nothing. */
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl.trim()}}',
			url: '/v2/query/video_generation',
			qs: { page_num: 1, page_size: 1 },
		},
		// MiniMax refuses keys in answers of status 200 too.
		rules: [1004, 2049].map((value) => ({
			type: 'responseSuccessBody' as const,
			properties: {
				key: 'base_resp.status_code',
				value,
				message: 'MiniMax refused the key; it may belong to the other region, which has another Base URL',
			},
		})),
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
