/** MiniMax refuses keys in answers of status 200 too, so the credential's test looks into them. */
import { HailuoMinimaxApi } from '../../../credentials/HailuoMinimaxApi.credentials';
import { Endpoint } from '../../tools/support/endpoint';
import { testCredential } from '../../tools/support/testCredential';

let api: Endpoint;
beforeEach(async () => {
	api = await new Endpoint().open();
});
afterEach(() => api.close());

async function verdictOn(body: unknown): Promise<unknown> {
	api.reply = () => ({ status: 200, body });
	return await testCredential(new HailuoMinimaxApi(), { apiKey: 'key-3f9a', baseUrl: api.url });
}

test.each([1004, 2049])('code %i in an answer of status 200 fails the test', async (status_code) => {
	expect(await verdictOn({ base_resp: { status_code, status_msg: 'login fail' } })).toEqual({
		status: 'Error',
		message: 'MiniMax refused the key; it may belong to the other region, which has another Base URL',
	});
});

test.each([
	['without a code', { items: [], total: 0 }],
	['with the code of what is well', { items: [], total: 0, base_resp: { status_code: 0 } }],
])('a list %s passes the test', async (_what, body) => {
	expect(await verdictOn(body)).toMatchObject({ status: 'OK' });
});
