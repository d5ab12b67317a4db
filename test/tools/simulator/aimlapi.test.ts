import { at, bearer, call, poll, type Reply } from './client';
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

describe('AI/ML API', () => {
	const url = (): string => `${simulator.endpoints.aimlApi.baseUrl}/v2/video/generations`;
	const minimaxUrl = (): string => `${simulator.endpoints.aimlApi.baseUrl}/v2/generate/video/minimax/generation`;
	const headers = (): Record<string, string> => bearer(simulator.keys.aimlApi.apiKey);
	const create = async (json: unknown, to = url()): Promise<Reply> => await call(to, { headers: headers(), json });
	const read = async (id: unknown, from = url()): Promise<Reply> =>
		await call(`${from}?generation_id=${encodeURIComponent(String(id))}`, { headers: headers() });

	const fast = { model: 'minimax/hailuo-2.3-fast', prompt: PROMPT, image_url: IMAGE };

	it('runs the sample loop of its hailuo-2.3-fast page', async () => {
		const created = await create({ ...fast, duration: 6 });
		expect(created.status).toBe(200);
		expect(created.json).toMatchObject({ status: 'queued', meta: { usage: { credits_used: 399000 } } });
		const id = at(created.json, 'generation_id');
		expect(id).toMatch(/^\d{15}:minimax\/hailuo-2\.3-fast$/);
		expect(at(created.json, 'id')).toBe(id);
		const { seen, last } = await poll(
			async () => await read(id),
			'status',
			(status) => !['waiting', 'queued', 'generating'].includes(String(status)),
		);
		expect(seen).toEqual(['queued', 'generating', 'completed']);
		const video = await call(String(at(last.json, 'video.url')));
		expect(video.headers['content-type']).toBe('video/mp4');
	});

	it('runs the sample loop of its hailuo-02 page on the older route', async () => {
		const created = await create(
			{ model: 'minimax/hailuo-02', prompt: PROMPT, first_frame_image: IMAGE },
			minimaxUrl(),
		);
		const id = at(created.json, 'generation_id');
		expect(id).toMatch(/^\d{15}$/);
		const { last } = await poll(
			async () => await read(id, minimaxUrl()),
			'status',
			(status) => status === 'completed',
		);
		expect(at(last.json, 'video.url')).toContain(`${simulator.cdnUrl}/whale/inference_output%2Fvideo%2F`);
	});

	it('keeps the two route families apart', async () => {
		const universal = at((await create(fast)).json, 'id');
		const minimax = at((await create({ model: 'minimax/hailuo-02', prompt: PROMPT }, minimaxUrl())).json, 'id');
		expect((await read(universal, minimaxUrl())).status).toBe(404);
		expect((await read(minimax)).status).toBe(404);
	});

	it.each([404, 405, 410] as const)('answers %i on a route that is turned off', async (state) => {
		simulator.configure({ aimlApiRoutes: { universal: state } });
		expect((await create({ model: 'minimax/hailuo-02', prompt: PROMPT })).status).toBe(state);
		expect((await create({ model: 'minimax/hailuo-02', prompt: PROMPT }, minimaxUrl())).status).toBe(200);
	});

	it('refuses the page\'s sample duration "5", a text that its schema does not allow', async () => {
		const refused = await create({ ...fast, duration: '5' });
		expect(refused.status).toBe(400);
		expect(refused.json).toEqual({
			message: expect.stringContaining('duration: '),
			path: '/v2/video/generations',
			requestId: expect.any(String),
			statusCode: 400,
			timestamp: expect.any(String),
		});
	});

	it.each<[string, Record<string, unknown>]>([
		['2.3-fast without an image', { model: fast.model, prompt: PROMPT }],
		['no prompt', { model: fast.model, image_url: IMAGE }],
		['an empty prompt', { ...fast, prompt: '' }],
		['a prompt of 2001 characters', { ...fast, prompt: 'x'.repeat(2001) }],
		['512P', { ...fast, resolution: '512P' }],
		['a resolution in lower case', { ...fast, resolution: '768p' }],
		['10 seconds of 1080P', { ...fast, resolution: '1080P', duration: 10 }],
		['a last frame on 2.3-fast', { ...fast, last_image_url: IMAGE }],
		["the other route's field", { ...fast, first_frame_image: IMAGE }],
		["another provider's optimizer field", { ...fast, prompt_optimizer: true }],
		['an unknown model', { model: 'hailuo-02', prompt: PROMPT }],
		['a WebP data URL', { ...fast, image_url: `data:image/webp;base64,${testImage('webp').toString('base64')}` }],
		[
			'a data URL that lies about its type',
			{ ...fast, image_url: `data:image/png;base64,${testImage('gif').toString('base64')}` },
		],
		['a data URL above 20 MB', { ...fast, image_url: png(20 * 1024 * 1024 + 1) }],
		['a file address', { ...fast, image_url: 'file:///etc/passwd' }],
	])('refuses %s', async (_case, json) => {
		expect((await create(json)).status).toBe(400);
		expect(simulator.jobs).toHaveLength(0);
	});

	it('takes a PNG data URL of 20 MB', async () => {
		expect((await create({ ...fast, image_url: png(20 * 1024 * 1024) })).status).toBe(200);
	});

	it('takes a last frame on hailuo-02 in both families', async () => {
		const frames = { model: 'minimax/hailuo-02', prompt: PROMPT, last_image_url: IMAGE };
		expect((await create({ ...frames, image_url: IMAGE })).status).toBe(200);
		expect((await create({ ...frames, first_frame_image: IMAGE }, minimaxUrl())).status).toBe(200);
	});

	it('reports a failed job in a 200 answer', async () => {
		const id = at((await create({ ...fast, prompt: 'A cat [[fail:The prompt was flagged]]' })).json, 'id');
		simulator.finishJob(String(id));
		expect((await read(id)).json).toMatchObject({
			status: 'error',
			video: null,
			error: { name: 'GenerationError', message: 'The prompt was flagged' },
		});
	});

	it('tests a key by its balance', async () => {
		const billing = `${simulator.endpoints.aimlApi.baseUrl}/v2/billing`;
		expect((await call(billing, { headers: headers() })).json).toEqual({ current_balance: 42.5, currency: 'USD' });
		expect((await call(billing, { headers: bearer('wrong') })).status).toBe(401);
	});
});
