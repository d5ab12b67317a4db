import { at, call, form, poll, signed, type Reply } from './client';
import { startSimulator, testImage, type Simulator } from './index';

const IMAGE = 'https://example.com/input.jpg';
const PROMPT = 'Mona Lisa puts on glasses with her hands.';

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator({ jobDurationMs: 1500 });
});
afterEach(() => simulator.reset());
afterAll(async () => await simulator.close());

describe('Wiro', () => {
	const base = (): string => `${simulator.endpoints.wiro.baseUrl}/v1`;
	const keyOnly = (): Record<string, string> => ({ 'x-api-key': simulator.keys.wiroKeyOnly.apiKey });
	const run = async (slug: string, fields: Record<string, string | Blob>): Promise<Reply> =>
		await call(`${base()}/Run/minimax/${slug}`, { headers: signed(simulator), form: form(fields) });
	const post = async (path: string, json: unknown): Promise<Reply> =>
		await call(`${base()}${path}`, { headers: signed(simulator), json });
	const detail = async (taskid: unknown): Promise<Reply> => await post('/Task/Detail', { taskid });
	const refusal = (message: string, code = 0): unknown => ({ result: false, errors: [{ code, message }] });

	const file = (): File => new File([new Uint8Array(testImage('jpeg', 2000))], 'image.jpg', { type: 'image/jpeg' });
	const options = { promptOptimizer: 'true', resolution: '768P', duration: '6', callbackUrl: '' };
	const sample = (): Record<string, string | Blob> => ({
		inputImageFirst: file(),
		inputImageFirstUrl: '',
		prompt: 'Wide shot of the beach',
		...options,
	});

	it("runs the page's multipart sample with a file, and reads the task by its token", async () => {
		const created = await run('hailuo-2-3-fast', sample());
		expect(created.json).toEqual({
			errors: [],
			taskid: expect.stringMatching(/^\d+$/),
			socketaccesstoken: expect.stringMatching(/^[A-Za-z0-9]{30}$/),
			result: true,
		});
		const { seen, last } = await poll(
			async () => await post('/Task/Detail', { tasktoken: at(created.json, 'socketaccesstoken') }),
			'tasklist.0.status',
			(status) => status === 'task_postprocess_end',
		);
		expect(seen).toEqual(expect.arrayContaining(['task_queue', 'task_output', 'task_postprocess_end']));
		expect(at(last.json, 'tasklist.0')).toMatchObject({ id: at(created.json, 'taskid'), pexit: '0', debugerror: '' });
		expect(at(last.json, 'tasklist.0.outputs.0')).toMatchObject({ contenttype: 'video/mp4', size: '262144' });
		expect((await call(String(at(last.json, 'tasklist.0.outputs.0.url')))).status).toBe(200);
	});

	it("runs the page's second option, an address with the file field empty", async () => {
		const fields = {
			...sample(),
			inputImageFirst: '',
			inputImageFirstUrl: 'https://cdn.wiro.ai/uploads/sampleinputs/minimax-haulio-2-3-fast-input-3.jpg',
		};
		expect(at((await run('hailuo-2-3-fast', fields)).json, 'result')).toBe(true);
	});

	it("knows the signature that openssl computes for the page's shell lines", async () => {
		// echo -n "${YOUR_API_SECRET}${NONCE}" | openssl dgst -sha256 -hmac "${YOUR_API_KEY}", with these keys and nonce 1734513807
		const headers = {
			'x-api-key': 'simulated-wiro-signature-key-71ce',
			'x-nonce': '1734513807',
			'x-signature': 'b1072248a8688170a6c368424ce08f9602166e8603d03aa5db93bd6da68aa564',
		};
		const list = { type: 'model', sort: 'id', order: 'DESC', start: '0', limit: '1' };
		expect((await call(`${base()}/Task/List`, { headers, json: list })).json).toEqual({
			total: '0',
			errors: [],
			tasklist: [],
			result: true,
		});
	});

	it.each<[string, () => Record<string, string>, string]>([
		['no key', () => ({}), 'Project authorization is not founded.'],
		['an unknown key', () => ({ ...signed(simulator), 'x-api-key': 'wrong' }), 'Project authorization is not founded.'],
		[
			'no signature',
			() => ({ 'x-api-key': simulator.keys.wiro.apiKey }),
			'Project requires signature authentication. x-signature and x-nonce headers are required.',
		],
		[
			'the signature of another nonce',
			() => ({ ...signed(simulator), 'x-nonce': '1734513808' }),
			'Project authorization is not valid.',
		],
		['a nonce that is no integer', () => signed(simulator, 'abc'), 'Project authorization is not valid.'],
	])('answers 401 to %s', async (_case, headers, message) => {
		const reply = await call(`${base()}/Task/Detail`, { headers: headers(), json: { tasktoken: 'test' } });
		expect(reply.status).toBe(401);
		expect(reply.json).toEqual(refusal(message));
	});

	it('lets a key-only project in by its key', async () => {
		const reply = await call(`${base()}/Task/Detail`, { headers: keyOnly(), json: { tasktoken: 'test' } });
		expect([reply.status, reply.json]).toEqual([200, refusal('There is no task yet.', 1)]);
	});

	it.each<[string, string, () => Record<string, string | Blob>, string]>([
		[
			'2.3-fast without an image',
			'hailuo-2-3-fast',
			() => ({ prompt: PROMPT }),
			'Request files [inputImageFirst] required',
		],
		[
			'both fields empty',
			'hailuo-2-3-fast',
			() => ({ ...sample(), inputImageFirst: '' }),
			'Request files [inputImageFirst] required',
		],
		[
			'file and address',
			'hailuo-2-3-fast',
			() => ({ ...sample(), inputImageFirstUrl: IMAGE }),
			'send either file or URL, not both',
		],
		[
			'a file without its twin',
			'hailuo-2-3-fast',
			() => ({ inputImageFirst: file(), prompt: PROMPT }),
			'[inputImageFirstUrl] required',
		],
		[
			'an address without its twin',
			'hailuo-2-3-fast',
			() => ({ inputImageFirstUrl: IMAGE, prompt: PROMPT }),
			'[inputImageFirst] required',
		],
		["another model's field", 'hailuo-2-3', () => sample(), '[inputImageFirst] is not expected'],
		[
			'an image on text to video',
			'text-to-video-hailuo-02',
			() => ({ inputImage: '', prompt: PROMPT }),
			'[inputImage] is not valid',
		],
		['no prompt for text to video', 'text-to-video-hailuo-02', () => options, 'Request parameter [prompt] required'],
		['512P', 'hailuo-2-3', () => ({ prompt: PROMPT, resolution: '512P' }), '[resolution] is not valid'],
		['5 seconds', 'hailuo-2-3', () => ({ prompt: PROMPT, duration: '5' }), '[duration] is not valid'],
		[
			'10 seconds of 1080P',
			'hailuo-2-3',
			() => ({ prompt: PROMPT, resolution: '1080P', duration: '10' }),
			'[duration] must be 6',
		],
		[
			'a callback that is no address',
			'hailuo-2-3',
			() => ({ prompt: PROMPT, callbackUrl: 'Optional: Webhook URL' }),
			'[callbackUrl]',
		],
	])('refuses %s within a 200 answer', async (_case, slug, fields, message) => {
		const reply = await run(slug, fields());
		expect(reply.status).toBe(200);
		expect(reply.json).toEqual(refusal(expect.stringContaining(message)));
		expect(simulator.jobs).toHaveLength(0);
	});

	it('takes JSON too, every value a text', async () => {
		const json = { inputImageFirstUrl: IMAGE, prompt: PROMPT, duration: '6' };
		expect(at((await post('/Run/minimax/hailuo-2-3-fast', json)).json, 'result')).toBe(true);
		expect((await post('/Run/minimax/hailuo-2-3-fast', { ...json, duration: 6 })).json).toEqual(
			refusal('Request parameter [duration] must be a string'),
		);
	});

	it('takes first and last frame on 02 image to video', async () => {
		const fields = { inputImage: file(), inputImageUrl: '', inputImage2: '', inputImage2Url: IMAGE, prompt: PROMPT };
		expect(at((await run('image-to-video-hailuo-02', fields)).json, 'result')).toBe(true);
	});

	it('names the field it expects where that differs from the page', async () => {
		simulator.configure({ wiroImageFields: { 'minimax/hailuo-2-3-fast': { first: 'inputImage' } } });
		expect((await run('hailuo-2-3-fast', sample())).json).toEqual(refusal('Request files [inputImage] required'));
	});

	it('answers code 1 for an unknown model and 404 for an unknown call', async () => {
		expect((await run('hailuo-9', sample())).json).toEqual(refusal('slug-owner-project-not-exist', 1));
		expect((await call(`${base()}/Task/Nothing`, { headers: signed(simulator), json: {} })).status).toBe(404);
		expect((await call(`${base()}/Task/Detail`, { headers: signed(simulator) })).status).toBe(404);
	});

	it('cancels while queued, kills while running, and neither between the two or at the end', async () => {
		simulator.configure({ jobDurationMs: 60_000 });
		const taskid = async (fraction: number): Promise<string> => {
			const id = String(at((await run('hailuo-2-3-fast', sample())).json, 'taskid'));
			simulator.setJobProgress(id, fraction);
			return id;
		};
		const outcomes = async (id: string): Promise<unknown[]> => {
			const cancel = await post('/Task/Cancel', { taskid: id });
			const kill = await post('/Task/Kill', { taskid: id });
			return [cancel, kill].map(({ json }) => at(json, 'tasklist.0.status') ?? at(json, 'errors.0.message'));
		};
		const notCancellable = 'Task is not in a cancellable state.';
		const notKilled = 'Task could not be killed: task is not running';
		expect(await outcomes(await taskid(0.1))).toEqual(['task_cancel', notKilled]);
		expect(await outcomes(await taskid(0.28))).toEqual([notCancellable, notKilled]);
		expect(await outcomes(await taskid(0.5))).toEqual([notCancellable, 'task_cancel']);
		expect(await outcomes(await taskid(1))).toEqual([notCancellable, notKilled]);
	});

	it('refuses a job more than it has slots with code 96, until one is free', async () => {
		simulator.configure({ wiroConcurrency: 1, jobDurationMs: 60_000 });
		const first = String(at((await run('hailuo-2-3-fast', sample())).json, 'taskid'));
		expect(at((await run('hailuo-2-3-fast', sample())).json, 'errors.0.code')).toBe(96);
		simulator.finishJob(first);
		expect(at((await run('hailuo-2-3-fast', sample())).json, 'result')).toBe(true);
	});

	it('ends a failed task in task_postprocess_end with an exit code and its log', async () => {
		const id = at((await run('hailuo-2-3-fast', { ...sample(), prompt: 'A cat [[fail:CUDA error]]' })).json, 'taskid');
		simulator.finishJob(String(id));
		expect(at((await detail(id)).json, 'tasklist.0')).toMatchObject({
			status: 'task_postprocess_end',
			pexit: '1',
			debugerror: 'CUDA error',
			outputs: [],
			totalcost: '0',
		});
	});
});
