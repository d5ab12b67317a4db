import { at, bearer, call, form, poll, type Reply } from './client';
import { startSimulator, testImage, type Simulator } from './index';

const IMAGE = 'https://example.com/input.jpg';
const PROMPT = 'Mona Lisa puts on glasses with her hands.';

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator({ jobDurationMs: 1500 });
});
afterEach(() => simulator.reset());
afterAll(async () => await simulator.close());

const png = (bytes = 0): string => `data:image/png;base64,${testImage('png', bytes).toString('base64')}`;

describe('Apiframe', () => {
	const base = (): string => simulator.endpoints.apiframe.baseUrl;
	const headers = (): Record<string, string> => ({ 'x-api-key': simulator.keys.apiframe.apiKey });
	const create = async (json: unknown, more: Record<string, string> = {}): Promise<Reply> =>
		await call(`${base()}/v2/videos/generate`, { headers: { ...headers(), ...more }, json });
	const read = async (id: unknown): Promise<Reply> =>
		await call(`${base()}/v2/jobs/${String(id)}`, { headers: headers() });

	const sample = {
		prompt: 'a cinematic sunrise over a futuristic cityscape, smooth camera push-in',
		model: 'hailuo-2.3-fast',
		hailuoParams: { image: IMAGE, resolution: '768p', prompt_optimizer: true },
	};

	it('runs the sample of its page', async () => {
		const created = await create(sample);
		expect(created.status).toBe(202);
		expect(created.json).toEqual({ jobId: expect.stringMatching(/^[0-9a-f-]{36}$/), status: 'QUEUED' });
		const { seen, last } = await poll(
			async () => await read(at(created.json, 'jobId')),
			'status',
			(status) => status === 'COMPLETED' || status === 'FAILED',
		);
		expect(seen).toEqual(['QUEUED', 'PROCESSING', 'COMPLETED']);
		expect(last.json).toMatchObject({ progress: 100, creditCost: 5, error: null, webhookStatus: null });
		expect((await call(String(at(last.json, 'result.videoUrl')))).status).toBe(200);
	});

	it.each([
		['videoUrl', 'result.videoUrl'],
		['video_url', 'result.video_url'],
		['url', 'result.url'],
		['string', 'result'],
		['videos', 'result.videos.0'],
		['videosObjects', 'result.videos.0.url'],
		['urls', 'result.urls.0'],
		['output', 'result.output'],
	] as const)('can put the address into the shape %s', async (apiframeResultShape, path) => {
		simulator.configure({ apiframeResultShape, jobDurationMs: 0 });
		const id = at((await create(sample)).json, 'jobId');
		expect(at((await read(id)).json, path)).toMatch(/^http:/);
	});

	it('leaves the image of 2.3-fast optional', async () => {
		expect((await create({ prompt: PROMPT, model: 'hailuo-2.3-fast' })).status).toBe(202);
	});

	it.each<[string, unknown, string]>([
		['the spelling webhook_url', { ...sample, webhook_url: 'https://example.com/hook' }, 'webhook_url'],
		['an unknown parameter', { ...sample, hailuoParams: { image: IMAGE, seed: 1 } }, 'seed'],
		['a resolution in upper case', { ...sample, hailuoParams: { resolution: '768P' } }, 'hailuoParams.resolution'],
		['a duration as text', { ...sample, hailuoParams: { duration: '6' } }, 'hailuoParams.duration'],
		['a data URL', { ...sample, hailuoParams: { image: png() } }, 'hailuoParams.image'],
		['a last frame on 2.3', { ...sample, model: 'hailuo-2.3', hailuoParams: { end_image: IMAGE } }, 'end_image'],
		['no prompt', { model: 'hailuo-02', hailuoParams: { image: IMAGE } }, 'prompt'],
		[
			'10 seconds of 1080p',
			{ ...sample, hailuoParams: { resolution: '1080p', duration: 10 } },
			'hailuoParams.duration',
		],
		['an empty list of events', { ...sample, webhookEvents: [] }, 'webhookEvents'],
	])('refuses %s by name', async (_case, json, name) => {
		const refused = await create(json);
		expect(refused.status).toBe(400);
		expect(at(refused.json, 'error')).toBe('Validation failed');
		expect(JSON.stringify(at(refused.json, 'details'))).toContain(name);
	});

	it('can take the other spelling of the callback field instead', async () => {
		simulator.configure({ apiframeWebhookField: 'webhook_url' });
		expect((await create({ ...sample, webhook_url: 'http://127.0.0.1:1/hook' })).status).toBe(202);
		expect((await create({ ...sample, webhookUrl: 'http://127.0.0.1:1/hook' })).text).toContain('webhookUrl');
	});

	it('repeats the first answer for a known idempotency key and refuses it with another body', async () => {
		const key = { 'idempotency-key': 'run-1-item-0' };
		const first = await create(sample, key);
		expect((await create(sample, key)).json).toEqual(first.json);
		expect((await create({ ...sample, prompt: 'Another' }, key)).status).toBe(409);
		expect(simulator.jobs).toHaveLength(1);
	});

	it('sells hailuo-03 and takes a last frame on hailuo-02', async () => {
		expect((await create({ prompt: PROMPT, model: 'hailuo-03' })).status).toBe(202);
		expect(
			(await create({ prompt: PROMPT, model: 'hailuo-02', hailuoParams: { image: IMAGE, end_image: IMAGE } })).status,
		).toBe(202);
	});

	it('answers 400 for an id that is no UUID and 404 for an unknown one', async () => {
		expect((await read('JOB_ID')).status).toBe(400);
		expect((await read('b2c3d4e5-f6a7-8901-bcde-f23456789012')).status).toBe(404);
		expect((await read(encodeURIComponent('../../x?y#z'))).status).toBe(400);
	});

	it('stores an upload, typed by its bytes, on the CDN', async () => {
		const bytes = testImage('jpeg', 5000);
		const file = new File([new Uint8Array(bytes)], 'frame.png', { type: 'image/png' });
		const uploaded = await call(`${base()}/v2/uploads`, { headers: headers(), form: form({ file }) });
		expect(uploaded.status).toBe(201);
		expect(uploaded.json).toMatchObject({ kind: 'image', contentType: 'image/jpeg', byteSize: 5000 });
		expect(simulator.uploads[0]?.bytes.equals(bytes)).toBe(true);
		expect((await call(String(at(uploaded.json, 'url')))).headers['content-type']).toBe('image/jpeg');
		const bad = new File(['plain text'], 'frame.png', { type: 'image/png' });
		expect((await call(`${base()}/v2/uploads`, { headers: headers(), form: form({ file: bad }) })).status).toBe(400);
	});

	it('tests a key by its account', async () => {
		expect((await call(`${base()}/v2/me`, { headers: headers() })).status).toBe(200);
		expect((await call(`${base()}/v2/me`)).json).toEqual({ error: 'API key is required' });
		expect((await call(`${base()}/v2/me`, { headers: bearer(simulator.keys.apiframe.apiKey) })).status).toBe(401);
	});
});
