import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { NONCE_HEADER, signatureOf } from '../nodes/Hailuo/providers/wiro/wiroSignature';
import { authenticateAtOwnOrigin } from './ownOrigin';

export class HailuoWiroApi implements ICredentialType {
	name = 'hailuoWiroApi';

	displayName = 'Hailuo Wiro API';

	documentationUrl = 'https://wiro.ai/docs';

	icon: Icon = { light: 'file:icons/wiro.svg', dark: 'file:icons/wiro.dark.svg' };

	properties: INodeProperties[] = [
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{ name: 'API Key and Secret (Signature)', value: 'signature' },
				{ name: 'API Key Only', value: 'apiKey' },
			],
			default: 'signature',
			description: 'The kind that was chosen when the Wiro project was made',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'From your project at <a href="https://wiro.ai/panel">wiro.ai/panel</a>',
		},
		{
			displayName: 'API Secret',
			name: 'apiSecret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			displayOptions: { show: { authentication: ['signature'] } },
			default: '',
			description: 'From the same project as the API key',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			noDataExpression: true,
			required: true,
			default: 'https://api.wiro.ai',
			description: 'Address of the API without its version, to change only for a proxy or another region',
		},
		{
			displayName: 'Socket URL',
			name: 'socketUrl',
			type: 'string',
			default: 'wss://socket.wiro.ai/v1',
			description:
				'Address at which Wiro tells of progress and of the end, used while a job is waited for by polling. Leave it empty to do without.',
		},
	];

	/** The list of the project's tasks needs a key, while the lists of models are open to everybody. */
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl.trim()}}',
			url: '/v1/Task/List',
			method: 'POST',
			body: { type: 'model', sort: 'id', order: 'DESC', start: '0', limit: '1' },
		},
		rules: [
			{
				type: 'responseSuccessBody',
				// Wiro's refusals may come with HTTP status 200.
				properties: {
					key: 'result',
					value: false,
					message: 'Wiro refused the key, the secret or the kind of authentication',
				},
			},
			{
				type: 'responseSuccessBody',
				// Every answer of Wiro has a result; a page or a proxy has not.
				properties: { key: 'result', value: undefined, message: 'The address does not answer as Wiro does' },
			},
		],
	};

	/** A signature project wants every request signed. A request that has a nonce keeps it. */
	authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return authenticateAtOwnOrigin(requestOptions, credentials, ({ apiKey, apiSecret }) => {
			if (apiSecret === null) return { 'x-api-key': apiKey };
			const given = requestOptions.headers?.[NONCE_HEADER];
			const nonce = typeof given === 'string' ? given : String(Date.now());
			const signature = signatureOf({ apiKey, apiSecret }, nonce);
			return { 'x-api-key': apiKey, [NONCE_HEADER]: nonce, 'x-signature': signature };
		});
	}
}
