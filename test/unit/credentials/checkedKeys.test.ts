/** The tests of credentials against gateways that check the key. */
import type { ICredentialDataDecryptedObject, ICredentialType } from 'n8n-workflow';

import { HailuoAimlApi } from '../../../credentials/HailuoAimlApi.credentials';
import { HailuoApiframeApi } from '../../../credentials/HailuoApiframeApi.credentials';
import { HailuoEvolinkApi } from '../../../credentials/HailuoEvolinkApi.credentials';
import { HailuoMinimaxApi } from '../../../credentials/HailuoMinimaxApi.credentials';
import { HailuoWiroApi } from '../../../credentials/HailuoWiroApi.credentials';
import { startSimulator, type Simulator } from '../../tools/simulator';
import { testCredential } from '../../tools/support/testCredential';

describe('against gateways that check the key', () => {
	let simulator: Simulator;
	beforeAll(async () => {
		simulator = await startSimulator();
	});
	afterAll(() => simulator.close());

	type Given = (simulator: Simulator) => ICredentialDataDecryptedObject;
	test.each<[string, ICredentialType, Given, string]>([
		['AI/ML API', new HailuoAimlApi(), ({ endpoints, keys }) => ({ ...endpoints.aimlApi, ...keys.aimlApi }), 'apiKey'],
		[
			'Apiframe',
			new HailuoApiframeApi(),
			({ endpoints, keys }) => ({ ...endpoints.apiframe, ...keys.apiframe }),
			'apiKey',
		],
		['EvoLink', new HailuoEvolinkApi(), ({ endpoints, keys }) => ({ ...endpoints.evolink, ...keys.evolink }), 'apiKey'],
		['MiniMax', new HailuoMinimaxApi(), ({ endpoints, keys }) => ({ ...endpoints.minimax, ...keys.minimax }), 'apiKey'],
		['Wiro, signed', new HailuoWiroApi(), ({ endpoints, keys }) => ({ ...endpoints.wiro, ...keys.wiro }), 'apiKey'],
		['Wiro, signed', new HailuoWiroApi(), ({ endpoints, keys }) => ({ ...endpoints.wiro, ...keys.wiro }), 'apiSecret'],
		[
			'Wiro, key alone',
			new HailuoWiroApi(),
			({ endpoints, keys }) => ({ ...endpoints.wiro, ...keys.wiroKeyOnly, authentication: 'apiKey' }),
			'apiKey',
		],
	])(
		'%s: the right credential passes, one with a field of another value fails (%#)',
		async (_name, type, given, field) => {
			const data = given(simulator);
			expect(await testCredential(type, data)).toMatchObject({ status: 'OK' });
			expect(await testCredential(type, { ...data, [field]: 'another' })).toMatchObject({ status: 'Error' });
		},
	);

	test('a signature project refuses its key alone', async () => {
		const data = { ...simulator.endpoints.wiro, ...simulator.keys.wiro, authentication: 'apiKey' };
		expect(await testCredential(new HailuoWiroApi(), data)).toMatchObject({ status: 'Error' });
	});
});
