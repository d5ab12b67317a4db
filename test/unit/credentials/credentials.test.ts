import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ICredentialDataDecryptedObject, ICredentialType } from 'n8n-workflow';

import { HailuoAimlApi } from '../../../credentials/HailuoAimlApi.credentials';
import { HailuoApiframeApi } from '../../../credentials/HailuoApiframeApi.credentials';
import { HailuoEvolinkApi } from '../../../credentials/HailuoEvolinkApi.credentials';
import { HailuoWiroApi } from '../../../credentials/HailuoWiroApi.credentials';
import { startSimulator, type Simulator } from '../../tools/simulator';
import { sendAsHttpRequestNode, testCredential, withDefaults } from '../../tools/support/testCredential';

const KEY = 'key-3f9a';
const SECRET = 'secret-77b1';

interface Received {
	method: string;
	path: string;
	headers: IncomingHttpHeaders;
	body: string;
}

interface Reply {
	status: number;
	headers?: Record<string, string>;
	body?: unknown;
}

/** A loopback server that records what it is sent and answers as told. */
class Endpoint {
	readonly received: Received[] = [];
	reply: (request: Received) => Reply = () => ({ status: 200, body: {} });
	private readonly server: Server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = Buffer.concat(chunks).toString();
			const received = { method: request.method!, path: request.url!, headers: request.headers, body };
			this.received.push(received);
			const reply = this.reply(received);
			response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
			response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
		});
	});

	async open(): Promise<this> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return this;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}
}

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

	test.each(['', 'api.example.com', 'ftp://api.example.com', 'file:///'])(
		'says so when the Base URL is %j',
		async (baseUrl) => {
			const verdict = await testCredential(type, {
				...at(baseUrl),
				...('filesBaseUrl' in withDefaults(type, {}) && { filesBaseUrl: '' }),
			});
			expect(verdict.status).toBe('Error');
			expect(verdict.message).not.toContain(KEY);
			expect(verdict.message).toContain('Base URL');
		},
	);

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

	test('fails its test when the body says so', async () => {
		api.reply = () => ({ status: 200, body: { success: false, message: 'Invalid token' } });
		expect(await testCredential(type, { apiKey: KEY, baseUrl: api.url })).toEqual({
			status: 'Error',
			message: 'EvoLink refused the key',
		});
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
		['WIROKEY', 'WIROSECRET', '0e46a1345b745039ec76230747358016b23e0174e83002c4bdb37c7f195aba84'],
		['kéy', 'sécret-✓', '3b86bad73ca74e99d159e028211e6a72b1912a1e9cffea5596e0f9d01943d332'],
	])('signs secret and nonce with the key %s', async (apiKey, apiSecret, signature) => {
		expect(await headersFor({ authentication: 'signature', apiKey, apiSecret })).toEqual({
			'x-api-key': apiKey,
			'x-nonce': '1734513809',
			'x-signature': signature,
		});
	});

	test('signs what was pasted with blanks around it', async () => {
		expect(await headersFor({ apiKey: ' WIROKEY\n', apiSecret: '\tWIROSECRET ' })).toMatchObject({
			'x-signature': '0e46a1345b745039ec76230747358016b23e0174e83002c4bdb37c7f195aba84',
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
