import type { ICredentialDataDecryptedObject, ICredentialType } from 'n8n-workflow';

import { HailuoAimlApi } from '../../../credentials/HailuoAimlApi.credentials';
import { HailuoApiframeApi } from '../../../credentials/HailuoApiframeApi.credentials';
import { HailuoEvolinkApi } from '../../../credentials/HailuoEvolinkApi.credentials';
import { HailuoMinimaxApi } from '../../../credentials/HailuoMinimaxApi.credentials';
import { HailuoWiroApi } from '../../../credentials/HailuoWiroApi.credentials';
import { Endpoint } from '../../tools/support/endpoint';
import { sendAsHttpRequestNode, testCredential, withDefaults } from '../../tools/support/testCredential';

const KEY = 'key-3f9a';
const SECRET = 'secret-77b1';

let api: Endpoint;
let elsewhere: Endpoint;
beforeEach(async () => {
	api = await new Endpoint().open();
	elsewhere = await new Endpoint().open();
});
afterEach(async () => {
	await api.close();
	await elsewhere.close();
});

interface Case {
	type: ICredentialType;
	data: ICredentialDataDecryptedObject;
	/** What the API must see of the key. */
	sent: Record<string, unknown>;
	request: string;
	answer: unknown;
}

const refuseWiro = (message: string) => ({ result: false, errors: [{ code: 0, message }] });

const cases: Array<[string, Case]> = [
	[
		'AI/ML API',
		{
			type: new HailuoAimlApi(),
			data: { apiKey: KEY },
			sent: { authorization: `Bearer ${KEY}` },
			request: 'GET /v2/billing',
			answer: { current_balance: 10, currency: 'USD' },
		},
	],
	[
		'Apiframe',
		{
			type: new HailuoApiframeApi(),
			data: { apiKey: KEY },
			sent: { 'x-api-key': KEY },
			request: 'GET /v2/me',
			answer: { user: { id: 'u' }, team: null, apiKey: null },
		},
	],
	[
		'EvoLink',
		{
			type: new HailuoEvolinkApi(),
			data: { apiKey: KEY },
			sent: { authorization: `Bearer ${KEY}` },
			request: 'GET /v1/credits',
			answer: { success: true, message: '', data: {} },
		},
	],
	[
		'MiniMax',
		{
			type: new HailuoMinimaxApi(),
			data: { apiKey: KEY },
			sent: { authorization: `Bearer ${KEY}` },
			request: 'GET /v2/query/video_generation?page_num=1&page_size=1',
			answer: { items: [], total: 0 },
		},
	],
	[
		'Wiro with a signature',
		{
			type: new HailuoWiroApi(),
			data: { apiKey: KEY, apiSecret: SECRET },
			sent: {
				'x-api-key': KEY,
				'x-nonce': expect.stringMatching(/^\d+$/),
				'x-signature': expect.stringMatching(/^[0-9a-f]{64}$/),
			},
			request: 'POST /v1/Task/List',
			answer: { result: true, errors: [], total: '0', tasklist: [] },
		},
	],
	[
		'Wiro with a key alone',
		{
			type: new HailuoWiroApi(),
			data: { authentication: 'apiKey', apiKey: KEY },
			sent: { 'x-api-key': KEY },
			request: 'POST /v1/Task/List',
			answer: { result: true, errors: [], total: '0', tasklist: [] },
		},
	],
];

describe.each(cases)('the credential of %s', (_name, { type, data, sent, request, answer }) => {
	const keyHeaders = ['authorization', 'x-api-key', 'x-nonce', 'x-signature'];
	const at = (baseUrl: string) => ({ ...data, baseUrl });

	test('passes its test where the key is good, sending the key and nothing else of the kind', async () => {
		api.reply = () => ({ status: 200, body: answer });
		expect(await testCredential(type, at(api.url))).toEqual({ status: 'OK', message: 'Connection successful!' });
		expect(api.received.map(({ method, path }) => `${method} ${path}`)).toEqual([request]);
		const { headers } = api.received[0]!;
		expect(Object.fromEntries(Object.entries(headers).filter(([name]) => keyHeaders.includes(name)))).toEqual(sent);
	});

	test('fails its test where the key is refused', async () => {
		api.reply = () => ({ status: 401, body: { message: 'no' } });
		expect(await testCredential(type, at(api.url))).toEqual({ status: 'Error', message: '401 Unauthorized' });
	});

	test.each([301, 302, 303, 307, 308])('fails its test at a redirect (%i), and follows it nowhere', async (status) => {
		elsewhere.reply = () => ({ status: 200, body: answer });
		api.reply = () => ({ status, headers: { location: `${elsewhere.url}/` } });
		const verdict = await testCredential(type, at(api.url));
		expect(verdict).toMatchObject({ status: 'Error', message: expect.stringMatching(`^${status} `) as unknown });
		expect(elsewhere.received).toEqual([]);
	});

	test.each(['/', '//', ' ', '/proxy', '/proxy/ '])('takes a Base URL that ends in %j', async (ending) => {
		api.reply = () => ({ status: 200, body: answer });
		expect(await testCredential(type, at(` ${api.url}${ending}`))).toMatchObject({ status: 'OK' });
		const [method, path] = request.split(' ');
		const prefix = ending.includes('proxy') ? '/proxy' : '';
		expect(api.received.map((received) => `${received.method} ${received.path}`)).toEqual([
			`${method} ${prefix}${path}`,
		]);
	});

	test.each(['\u200b', '\ufeff', '\u00a0', '\n', '\u00ad'])(
		'sends its key without the %j that was pasted with it, to an address without it',
		async (unseen) => {
			api.reply = () => ({ status: 200, body: answer });
			const dirty = Object.fromEntries(
				Object.entries(data).map(([name, value]) => [
					name,
					name === 'authentication' ? value : `${String(value).slice(0, 4)}${unseen}${String(value).slice(4)}${unseen}`,
				]),
			);
			expect(await testCredential(type, { ...dirty, baseUrl: `${unseen}${api.url}${unseen}` })).toMatchObject({
				status: 'OK',
			});
			expect(api.received[0]).toMatchObject({ headers: sent, path: request.split(' ')[1] });
		},
	);

	test.each<[string, ICredentialDataDecryptedObject, string]>([
		...['', ' ', '\u200b'].map((apiKey): [string, ICredentialDataDecryptedObject, string] => [
			`an API Key of ${JSON.stringify(apiKey)}`,
			{ apiKey },
			"The credential's 'API Key' is empty",
		]),
		['a key that no header can hold', { apiKey: 'кey' }, "The credential's 'API Key' holds a character"],
		...[
			'',
			'api.example.com',
			'ftp://api.example.com',
			'file:///',
			'LOOPBACK#/proxy',
			'LOOPBACK?key=1',
			'http://user@LOOPBACK',
			'LOOPBACK\\@api.example.com',
		].map((baseUrl): [string, ICredentialDataDecryptedObject, string] => [
			`a Base URL of ${JSON.stringify(baseUrl)}`,
			{ baseUrl },
			"The credential's 'Base URL' is not a web address",
		]),
	])('says what is wrong with %s, and asks nobody', async (_what, changes, message) => {
		const baseUrl = String(changes.baseUrl ?? api.url).replace(/(http:\/\/user@)?LOOPBACK/, (_all, user?: string) =>
			user === undefined ? api.url : api.url.replace('http://', user),
		);
		const verdict = await testCredential(type, { ...at(api.url), ...changes, baseUrl });
		expect(verdict).toEqual({ status: 'Error', message: expect.stringContaining(message) as unknown });
		expect(verdict.message).not.toContain(KEY);
		expect(api.received).toEqual([]);
	});

	test('is typed into fields that show what they are told, of which only those of an address and a key have to be filled', () => {
		const fields = type.properties.map(({ name, type: kind, required }) => ({ name, kind, required }));
		const texts = fields.filter(({ name }) => name !== 'authentication');
		const isRequired = (name: string) => /^api(Key|Secret)$|baseUrl$/i.test(name);
		expect(texts).toEqual(
			texts.map(({ name }) => ({ name, kind: 'string', required: isRequired(name) ? true : undefined })),
		);
	});

	test('takes no expression for an address, which would be that of the first item for all', () => {
		const addresses = type.properties.filter(({ name }) => /baseUrl$/i.test(name));
		expect(addresses.length).toBeGreaterThan(0);
		for (const address of addresses) expect(address.noDataExpression).toBe(true);
	});

	test('gives its key to no HTTP Request node that asks another origin', async () => {
		await expect(sendAsHttpRequestNode(type, at(api.url), `${elsewhere.url}/collect`)).rejects.toThrow(
			'is not sent to',
		);
		expect(elsewhere.received).toEqual([]);
	});

	test('is of use in an HTTP Request node, whose redirects it does not follow', async () => {
		api.reply = () => ({ status: 200, body: answer });
		expect(await sendAsHttpRequestNode(type, at(api.url), `${api.url}/v9/anything`)).toEqual(answer);
		api.reply = () => ({ status: 302, headers: { location: `${elsewhere.url}/` } });
		await expect(sendAsHttpRequestNode(type, at(api.url), `${api.url}/v9/anything`)).rejects.toThrow();
		expect(elsewhere.received).toEqual([]);
	});

	test('hides what is secret in the form, and has an address to read about it', () => {
		const secrets = type.properties.filter(({ name }) => ['apiKey', 'apiSecret'].includes(name));
		expect(secrets.length).toBeGreaterThan(0);
		for (const secret of secrets) expect(secret.typeOptions?.password).toBe(true);
		expect(type.documentationUrl).toMatch(/^https:\/\//);
	});
});

describe('every credential', () => {
	test.each([
		[new HailuoAimlApi(), { apiKey: '', baseUrl: 'https://api.aimlapi.com' }],
		[new HailuoApiframeApi(), { apiKey: '', baseUrl: 'https://api.apiframe.ai' }],
		[
			new HailuoEvolinkApi(),
			{ apiKey: '', baseUrl: 'https://api.evolink.ai', filesBaseUrl: 'https://files-api.evolink.ai' },
		],
		[new HailuoMinimaxApi(), { apiKey: '', baseUrl: 'https://api.minimax.io' }],
		[
			new HailuoWiroApi(),
			{
				authentication: 'signature',
				apiKey: '',
				apiSecret: '',
				baseUrl: 'https://api.wiro.ai',
				socketUrl: 'wss://socket.wiro.ai/v1',
			},
		],
	])('has the fields that saved credentials hold: %#', (type, defaults) => {
		expect(withDefaults(type, {})).toEqual(defaults);
	});
});

describe('EvoLink', () => {
	const type = new HailuoEvolinkApi();
	const authenticate = (url: string) =>
		type.authenticate(
			{ apiKey: KEY, baseUrl: 'https://api.evolink.ai', filesBaseUrl: 'https://files-api.evolink.ai/' },
			{ url },
		);

	test.each(['https://api.evolink.ai/v1/credits', 'https://files-api.evolink.ai/api/v1/files/quota'])(
		'has its key for %s',
		async (url) => {
			expect(await authenticate(url)).toEqual({
				url,
				headers: { Authorization: `Bearer ${KEY}` },
				disableFollowRedirect: true,
				maxRedirects: 0,
			});
		},
	);

	test.each([
		'https://api.evolink.ai.evil.example/v1/credits',
		'https://api.evolink.ai@evil.example/',
		'https://evil.example/?https://api.evolink.ai/',
		'http://api.evolink.ai/v1/credits',
		'https://api.evolink.ai:8443/v1/credits',
		'//evil.example/',
		'javascript:alert(1)',
		'',
	])('has none for %j', async (url) => {
		await expect(authenticate(url)).rejects.toThrow('its key is not sent to');
	});
});

test.each([
	['an absolute address beside a base', { url: 'https://evil.example/', baseURL: 'https://api.apiframe.ai' }],
	['an address with another host beside a base', { url: '//evil.example/', baseURL: 'https://api.apiframe.ai' }],
	['backslashes beside a base', { url: '\\\\evil.example\\', baseURL: 'https://api.apiframe.ai' }],
	['another base', { url: '/v2/me', baseURL: 'https://evil.example' }],
])('a key is not sent to %s', async (_what, options) => {
	const credentials = { apiKey: KEY, baseUrl: 'https://api.apiframe.ai' };
	await expect(new HailuoApiframeApi().authenticate(credentials, options)).rejects.toThrow('its key is not sent to');
});

test('a request is left as it is, and what it holds goes along', async () => {
	const body = Buffer.from('bytes');
	const options = Object.freeze({
		url: '/v2/me',
		baseURL: 'https://api.apiframe.ai',
		body,
		headers: Object.freeze({ accept: 'a/b' }),
	});
	const sent = await new HailuoApiframeApi().authenticate(
		{ apiKey: ` ${KEY}\n`, baseUrl: 'https://api.apiframe.ai' },
		options,
	);
	expect(sent).toEqual({
		...options,
		headers: { accept: 'a/b', 'X-API-Key': KEY },
		disableFollowRedirect: true,
		maxRedirects: 0,
	});
	expect(sent.body).toBe(body);
});

describe('Wiro', () => {
	const type = new HailuoWiroApi();
	const headersFor = async (data: ICredentialDataDecryptedObject) =>
		(
			await type.authenticate(
				{ baseUrl: 'https://api.wiro.ai', ...data },
				{ url: 'https://api.wiro.ai/v1/Task/Detail' },
			)
		).headers;

	beforeEach(() =>
		jest.useFakeTimers({ now: 1_734_513_809_999, doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] }),
	);
	afterEach(() => jest.useRealTimers());

	// Computed by: printf '<secret><nonce>' | openssl dgst -sha256 -hmac '<key>'
	test.each([
		['WIROKEY', 'WIROSECRET', 'cceebba6a89e85249f20bae90bafde70b3fe9e386646b592647dbb1b9d08a5da'],
		['kéy', 'sécret-✓', 'd49d59c2b7ac2106746c57868384f78e6ef8e55bfbaa500416a61df790a05ce6'],
	])('signs secret and nonce with the key %s', async (apiKey, apiSecret, signature) => {
		expect(await headersFor({ authentication: 'signature', apiKey, apiSecret })).toEqual({
			'x-api-key': apiKey,
			'x-nonce': '1734513809999',
			'x-signature': signature,
		});
	});

	test('signs the nonce that a request has', async () => {
		const { headers } = await type.authenticate(
			{ baseUrl: 'https://api.wiro.ai', authentication: 'signature', apiKey: 'WIROKEY', apiSecret: 'WIROSECRET' },
			{ url: 'https://api.wiro.ai/v1/Task/Detail', headers: { 'x-nonce': '7' } },
		);
		expect(headers).toEqual({
			'x-api-key': 'WIROKEY',
			'x-nonce': '7',
			'x-signature': 'ba4d7ef903bb7a39e0c569b52725e2e20114b4be6386dd25843c9633b2a2ac16',
		});
	});

	test('signs with what is left when all that nobody sees is gone', async () => {
		expect(await headersFor({ apiKey: ' WIRO\u200bKEY\n', apiSecret: '\tWIRO\r\nSECRET\ufeff ' })).toEqual({
			'x-api-key': 'WIROKEY',
			'x-nonce': '1734513809999',
			'x-signature': 'cceebba6a89e85249f20bae90bafde70b3fe9e386646b592647dbb1b9d08a5da',
		});
	});

	test('signs nothing in a project with a key alone, even where a secret was left', async () => {
		expect(await headersFor({ authentication: 'apiKey', apiKey: 'WIROKEY', apiSecret: 'WIROSECRET' })).toEqual({
			'x-api-key': 'WIROKEY',
		});
	});

	test.each([
		[
			'a refusal in an answer of status 200',
			refuseWiro('Project authorization is not valid.'),
			'Wiro refused the key, the secret or the kind of authentication',
		],
		['a page of something else', '<html>Welcome</html>', 'The address does not answer as Wiro does'],
		['JSON of something else', { status: 'ok' }, 'The address does not answer as Wiro does'],
		['an empty answer', '', 'The address does not answer as Wiro does'],
	])('fails its test at %s', async (_what, body, message) => {
		jest.useRealTimers();
		api.reply = () => ({
			status: 200,
			headers: { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json' },
			body,
		});
		expect(await testCredential(type, { apiKey: KEY, apiSecret: SECRET, baseUrl: api.url })).toEqual({
			status: 'Error',
			message,
		});
	});

	test("asks for the list of the project's tasks, all values as text", async () => {
		jest.useRealTimers();
		await testCredential(type, { apiKey: KEY, apiSecret: SECRET, baseUrl: api.url });
		expect(JSON.parse(api.received[0]!.body)).toEqual({
			type: 'model',
			sort: 'id',
			order: 'DESC',
			start: '0',
			limit: '1',
		});
		expect(api.received[0]!.headers['content-type']).toMatch(/^application\/json/);
	});
});
