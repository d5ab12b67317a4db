import type { ICredentialType, INodeProperties } from 'n8n-workflow';
import { sampleProvider } from '../../unit/providers/sampleProvider';

/** The build's registry takes one more before the node draws its form from it: import this before the node. */
const { providers }: { providers: unknown[] } = require('../../../dist/nodes/Hailuo/providers/registry');
providers.push(sampleProvider);

/** The credential of the provider that does not exist. */
export const sampleCredential: ICredentialType = {
	name: sampleProvider.credential,
	displayName: 'Hailuo Sample API',
	properties: ['apiKey', 'baseUrl'].map((name): INodeProperties => ({
		displayName: name,
		name,
		type: 'string',
		default: '',
	})),
	async authenticate({ apiKey }, request) {
		return await Promise.resolve({ ...request, headers: { ...request.headers, 'X-Sample-Key': String(apiKey) } });
	},
};
