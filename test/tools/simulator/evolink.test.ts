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

describe('EvoLink', () => {
	const base = (): string => simulator.endpoints.evolink.baseUrl;
	const headers = (): Record<string, string> => bearer(simulator.keys.evolink.apiKey);
	const create = async (json: unknown): Promise<Reply> =>
		await call(`${base()}/v1/videos/generations`, { headers: headers(), json });
	const read = async (id: unknown): Promise<Reply> =>
		await call(`${base()}/v1/tasks/${String(id)}`, { headers: headers() });

	const fast = {
		model: 'MiniMax-Hailuo-2.3-Fast',
		prompt: 'A cat slowly opens its eyes and looks around [Pan left]',
		image_urls: [IMAGE],
	};
	const two = { model: 'MiniMax-Hailuo-02', prompt: PROMPT };

	it('runs a task from create to its result', async () => {
		const created = await create({ ...fast, quality: '1080p', duration: 6, model_params: { prompt_optimizer: true } });
		expect(created.status).toBe(200);
		expect(created.json).toMatchObject({
			model: fast.model,
			object: 'video.generation.task',
			progress: 0,
			status: 'pending',
		});
		const id = at(created.json, 'id');
		expect(id).toMatch(/^task-unified-\d{10}-[a-z0-9]{8}$/);
		const { seen, last } = await poll(
			async () => await read(id),
			'status',
			(status) => status === 'completed' || status === 'failed',
		);
		expect(seen).toEqual(['pending', 'processing', 'completed']);
		expect((await call(String(at(last.json, 'results.0')))).status).toBe(200);
	});

	it.each([1, 2, 3, 4, 5, 6, 7, 8])(
		'never says completed without a result, read %d looks at the clock early',
		async (looks) => {
			const id = at((await create(fast)).json, 'id');
			let now = simulator.jobs[0]!.endsAt - looks;
			const clock = jest.spyOn(Date, 'now').mockImplementation(() => now++);
			const { json } = await read(id).finally(() => clock.mockRestore());
			expect([at(json, 'status'), typeof at(json, 'results.0')]).toEqual(
				at(json, 'status') === 'completed' ? ['completed', 'string'] : ['processing', 'undefined'],
			);
		},
	);

	it("refuses its own page's example, which leaves out the image its schema requires", async () => {
		const { image_urls: _images, ...example } = fast;
		const refused = await create(example);
		expect(refused.json).toEqual({
			error: { code: 400, message: 'image_urls: Required', type: 'invalid_request_error', param: 'image_urls' },
		});
	});

	it.each<[string, unknown]>([
		['two images on 2.3-Fast', { ...fast, image_urls: [IMAGE, IMAGE] }],
		['three images on 02', { ...two, image_urls: [IMAGE, IMAGE, IMAGE] }],
		['2.3 without a prompt', { model: 'MiniMax-Hailuo-2.3', image_urls: [IMAGE] }],
		['02 with neither prompt nor image', { model: 'MiniMax-Hailuo-02' }],
		['512p without an image', { ...two, quality: '512p' }],
		['512p with two images', { ...two, quality: '512p', image_urls: [IMAGE, IMAGE] }],
		['512p on 2.3', { model: 'MiniMax-Hailuo-2.3', prompt: PROMPT, quality: '512p', image_urls: [IMAGE] }],
		['a quality in upper case', { ...two, quality: '768P' }],
		['10 seconds of 1080p', { ...two, quality: '1080p', duration: 10 }],
		['a model in lower case', { ...two, model: 'minimax-hailuo-02' }],
		['fast_pretreatment on 2.3-Fast', { ...fast, model_params: { fast_pretreatment: true } }],
		['a top-level prompt_optimizer', { ...two, prompt_optimizer: true }],
		['a data URL', { ...fast, image_urls: [png()] }],
		['a duration as text', { ...two, duration: '6' }],
	])('refuses %s', async (_case, json) => {
		expect((await create(json)).status).toBe(400);
		expect(simulator.jobs).toHaveLength(0);
	});

	it.each<[string, unknown]>([
		[
			'02 from an image alone in 512p for 10 seconds',
			{ model: two.model, image_urls: [IMAGE], quality: '512p', duration: 10 },
		],
		['02 from first and last frame', { model: two.model, image_urls: [IMAGE, IMAGE] }],
		[
			'2.3 with fast_pretreatment',
			{ model: 'MiniMax-Hailuo-2.3', prompt: PROMPT, model_params: { fast_pretreatment: true } },
		],
		['2.3-Fast without a prompt', { model: fast.model, image_urls: [IMAGE] }],
	])('takes %s', async (_case, json) => {
		expect((await create(json)).status).toBe(200);
	});

	it('refuses http callbacks and private hosts where the real one does', async () => {
		simulator.configure({ allowHttpCallbacks: false });
		expect((await create({ ...two, callback_url: 'http://example.com/hook' })).status).toBe(400);
		expect((await create({ ...two, callback_url: 'https://192.168.1.4/hook' })).status).toBe(400);
		expect((await create({ ...two, callback_url: 'https://example.com/hook' })).status).toBe(200);
	});

	it('tells a malformed task id from an unknown one', async () => {
		expect((await read('{task-unified-1756817821-4x3rx6ny}')).json).toEqual({
			error: { code: 400, message: 'Invalid task ID format', type: 'invalid_request_error', param: 'task_id' },
		});
		expect((await read('task-unified-1756817821-4x3rx6ny')).json).toEqual({
			error: { code: 404, message: 'Task not found or expired', type: 'not_found_error', param: 'task_id' },
		});
	});

	it('stores files given as Base64 and as a stream, on a base URL of its own', async () => {
		const files = simulator.endpoints.evolink.filesBaseUrl;
		const bytes = testImage('webp', 999);
		const base64 = await call(`${files}/api/v1/files/upload/base64`, {
			headers: headers(),
			json: { base64_data: `data:image/webp;base64,${bytes.toString('base64')}`, file_name: 'a.webp' },
		});
		const file = new File([new Uint8Array(bytes)], 'b.webp', { type: 'image/webp' });
		const stream = await call(`${files}/api/v1/files/upload/stream`, { headers: headers(), form: form({ file }) });
		for (const reply of [base64, stream]) {
			expect(reply.json).toMatchObject({ success: true, data: { mime_type: 'image/webp', file_size: 999 } });
			expect((await call(String(at(reply.json, 'data.file_url')))).status).toBe(200);
		}
		expect(simulator.uploads.map((upload) => upload.bytes.equals(bytes))).toEqual([true, true]);
		expect((await call(`${files}/api/v1/files/upload/base64`, { json: {} })).json).toEqual({
			success: false,
			code: 401,
			msg: 'Unauthorized',
		});
	});

	it('tests a key by its credits', async () => {
		expect(at((await call(`${base()}/v1/credits`, { headers: headers() })).json, 'success')).toBe(true);
		expect((await call(`${base()}/v1/credits`, { headers: bearer('wrong') })).json).toEqual({
			error: { code: 401, message: 'Invalid or expired token', type: 'authentication_error' },
		});
	});
});
