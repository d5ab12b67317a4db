/** Some gateways refuse keys in answers of status 200, so the credential's test looks into them. */
import type { ICredentialType } from 'n8n-workflow';
import { HailuoEvolinkApi } from '../../../credentials/HailuoEvolinkApi.credentials';
import { HailuoMinimaxApi } from '../../../credentials/HailuoMinimaxApi.credentials';
import { Endpoint } from '../../tools/support/endpoint';
import { testCredential } from '../../tools/support/testCredential';

let api: Endpoint;
beforeEach(async () => {
	api = await new Endpoint().open();
});
afterEach(() => api.close());

async function verdictOn(type: ICredentialType, body: unknown): Promise<unknown> {
	api.reply = () => ({ status: 200, body });
	return await testCredential(type, { apiKey: 'key-3f9a', baseUrl: api.url });
}

test("EvoLink's success: false fails the test", async () => {
	expect(await verdictOn(new HailuoEvolinkApi(), { success: false, message: 'Invalid token' })).toEqual({
		status: 'Error',
		message: 'EvoLink refused the key',
	});
});

test.each([1004, 2049])("MiniMax's code %i fails the test", async (status_code) => {
	expect(await verdictOn(new HailuoMinimaxApi(), { base_resp: { status_code, status_msg: 'login fail' } })).toEqual({
		status: 'Error',
		message: 'MiniMax refused the key; it may belong to the other region, which has another Base URL',
	});
});

test.each([
	['without a code', { items: [], total: 0 }],
	['with the code of what is well', { items: [], total: 0, base_resp: { status_code: 0 } }],
])("MiniMax's list %s passes the test", async (_what, body) => {
	expect(await verdictOn(new HailuoMinimaxApi(), body)).toMatchObject({ status: 'OK' });
});
