/**
 * What the simulator must refuse, as the gateways do, lest a wrong request of ours pass: what the node never sends unless
 * it is broken. That it refuses what the form's check refuses is held by the properties of validation; that it answers,
 * calls back and fails as it is told, by the tests that play the node against it.
 */
import { request } from 'undici';
import { webhookSignature } from './apiframeCallbacks';
import { at, bearer, call, form, signed, type Reply } from './client';
import { startSimulator, testImage, type ApiframeResultShape, type ProviderName, type Simulator } from './index';

const IMAGE = 'https://example.com/input.jpg';
const PROMPT = 'Mona Lisa puts on glasses with her hands.';
const PNG = `data:image/png;base64,${testImage('png').toString('base64')}`;

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator({ jobDurationMs: 60_000 });
});
afterEach(() => simulator.reset());
afterAll(async () => await simulator.close());

type Fields = Record<string, unknown>;

const atAimlApi = async (json: Fields, path = '/v2/video/generations') =>
	await call(simulator.endpoints.aimlApi.baseUrl + path, { headers: bearer(simulator.keys.aimlApi.apiKey), json });
const atMinimax = async (json: Fields, version = 'v1') =>
	await call(`${simulator.endpoints.minimax.baseUrl}/${version}/video_generation`, {
		headers: bearer(simulator.keys.minimax.apiKey),
		json,
	});
const atWiro = async (fields: Fields, slug = 'hailuo-2-3-fast') =>
	await call(`${simulator.endpoints.wiro.baseUrl}/v1/Run/minimax/${slug}`, {
		headers: signed(simulator),
		form: form(fields as Record<string, string | Blob>),
	});

/** A create as the gateway's own page has it, changed. */
const CREATE: Record<ProviderName, (changes: Fields) => Promise<Reply>> = {
	aimlApi: async (changes) =>
		await atAimlApi({ model: 'minimax/hailuo-2.3-fast', prompt: PROMPT, image_url: IMAGE, ...changes }),
	apiframe: async (changes) =>
		await call(`${simulator.endpoints.apiframe.baseUrl}/v2/videos/generate`, {
			headers: { 'x-api-key': simulator.keys.apiframe.apiKey },
			json: { prompt: PROMPT, model: 'hailuo-2.3-fast', hailuoParams: { image: IMAGE }, ...changes },
		}),
	evolink: async (changes) =>
		await call(`${simulator.endpoints.evolink.baseUrl}/v1/videos/generations`, {
			headers: bearer(simulator.keys.evolink.apiKey),
			json: { model: 'MiniMax-Hailuo-2.3-Fast', prompt: PROMPT, image_urls: [IMAGE], ...changes },
		}),
	minimax: async (changes) =>
		await atMinimax({ model: 'MiniMax-Hailuo-2.3-Fast', prompt: PROMPT, first_frame_image: IMAGE, ...changes }),
	wiro: async (changes) => {
		const file = new File([new Uint8Array(testImage('jpeg'))], 'image.jpg', { type: 'image/jpeg' });
		const fields = { inputImageFirst: file, inputImageFirstUrl: '', prompt: PROMPT, ...changes };
		return await atWiro(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
	},
};

const PROVIDERS = Object.keys(CREATE) as ProviderName[];

test.each(PROVIDERS)("%s takes its own page's request", async (provider) => {
	const { status, json } = await CREATE[provider]({});
	expect(status).toBeLessThan(300);
	expect(at(json, 'result')).not.toBe(false);
	expect(simulator.jobs).toHaveLength(1);
});

test.each<[ProviderName, string, Fields, string]>([
	['aimlApi', 'a duration as text', { duration: '6' }, 'duration'],
	['aimlApi', 'a resolution in lower case', { resolution: '768p' }, 'resolution'],
	['aimlApi', "the other route's image field", { first_frame_image: IMAGE }, 'first_frame_image'],
	['aimlApi', "another provider's optimizer field", { prompt_optimizer: true }, 'prompt_optimizer'],
	['aimlApi', 'a last frame on 2.3-fast', { last_image_url: IMAGE }, 'last_image_url'],
	['aimlApi', 'a data URL that lies about its type', { image_url: PNG.replace('png', 'jpeg') }, 'image_url'],
	['aimlApi', 'a file address', { image_url: 'file:///etc/passwd' }, 'image_url'],
	['apiframe', 'a duration as text', { hailuoParams: { duration: '6' } }, 'hailuoParams.duration'],
	['apiframe', 'a resolution in upper case', { hailuoParams: { resolution: '768P' } }, 'hailuoParams.resolution'],
	['apiframe', 'an unknown parameter', { hailuoParams: { seed: 1 } }, 'seed'],
	['apiframe', 'a last frame on 2.3-fast', { hailuoParams: { end_image: IMAGE } }, 'end_image'],
	['apiframe', 'a data URL', { hailuoParams: { image: PNG } }, 'hailuoParams.image'],
	['apiframe', 'the other spelling of the callback field', { webhook_url: IMAGE }, 'webhook_url'],
	['apiframe', 'an empty list of events', { webhookEvents: [] }, 'webhookEvents'],
	['evolink', 'a duration as text', { duration: '6' }, 'duration'],
	['evolink', 'a quality in upper case', { quality: '768P' }, 'quality'],
	['evolink', 'a model in lower case', { model: 'minimax-hailuo-02' }, 'model'],
	['evolink', 'two images on 2.3-Fast', { image_urls: [IMAGE, IMAGE] }, 'image_urls'],
	['evolink', 'fast_pretreatment on 2.3-Fast', { model_params: { fast_pretreatment: true } }, 'fast_pretreatment'],
	['evolink', 'a top-level prompt_optimizer', { prompt_optimizer: true }, 'prompt_optimizer'],
	['evolink', 'a data URL', { image_urls: [PNG] }, 'image_urls'],
	['minimax', 'a duration as text', { duration: '6' }, 'duration'],
	['minimax', 'a resolution in lower case', { resolution: '768p' }, 'resolution'],
	['minimax', 'a last frame on 2.3-Fast', { last_frame_image: IMAGE }, 'last_frame_image'],
	['minimax', "V2's content", { content: [] }, 'content'],
	['minimax', 'a data URL that lies about its type', { first_frame_image: PNG.replace('png', 'webp') }, 'first_frame'],
	['minimax', 'bare Base64', { first_frame_image: testImage('png').toString('base64') }, 'first_frame_image'],
	['minimax', 'a callback that is no address', { callback_url: 'Optional' }, 'callback_url'],
	['wiro', 'file and address', { inputImageFirstUrl: IMAGE }, 'send either file or URL, not both'],
	['wiro', 'both image fields empty', { inputImageFirst: '' }, '[inputImageFirst] required'],
	['wiro', 'a file without its twin', { inputImageFirstUrl: undefined }, '[inputImageFirstUrl] required'],
	['wiro', "another model's image field", { inputImage: '' }, '[inputImage] is not'],
	['wiro', 'a resolution in lower case', { resolution: '768p' }, '[resolution] is not valid'],
	['wiro', 'a callback that is no address', { callbackUrl: 'Optional' }, '[callbackUrl]'],
])('%s refuses %s by name', async (provider, _what, changes, name) => {
	const { status, text } = await CREATE[provider](changes);
	// Wiro and MiniMax's V1 refuse in answers of status 200.
	expect(status).toBe(provider === 'wiro' || provider === 'minimax' ? 200 : 400);
	expect(text).toContain(name);
	expect(simulator.jobs).toEqual([]);
});

const H3_TEXT = { model: 'minimax-h3-text-to-video', image_urls: undefined };
const H3_IMAGE = { model: 'minimax-h3-image-to-video', image_urls: undefined };
const H3_REFERENCE = { model: 'minimax-h3-reference-to-video' };
const H3 = { model: 'minimax/h3', image_url: undefined };

test.each<[ProviderName, string, Fields, string]>([
	['aimlApi', 'a resolution it does not sell', { ...H3, resolution: '768P' }, 'resolution'],
	['aimlApi', 'sixteen seconds', { ...H3, duration: 16 }, 'duration'],
	['aimlApi', 'an optimizer', { ...H3, enhance_prompt: true }, 'enhance_prompt'],
	['aimlApi', 'frames beside references', { model: 'minimax/h3', video_urls: [IMAGE] }, 'video_urls'],
	['aimlApi', 'sounds alone', { ...H3, audio_urls: [IMAGE] }, 'audio_urls'],
	['aimlApi', 'an adaptive ratio of text', { ...H3, ratio: 'adaptive' }, 'ratio'],
	[
		'aimlApi',
		'ten images',
		{ ...H3, reference_image_urls: Array.from({ length: 10 }, () => IMAGE) },
		'reference_image_urls',
	],
	['aimlApi', 'an image for a video', { ...H3, video_urls: [PNG] }, 'video_urls'],
	['evolink', 'an image for text', { ...H3_TEXT, image_start: IMAGE }, 'image_start'],
	['evolink', 'an adaptive ratio of text', { ...H3_TEXT, aspect_ratio: 'adaptive' }, 'aspect_ratio'],
	['evolink', 'a quality of the older models', { ...H3_TEXT, quality: '1080p' }, 'quality'],
	['evolink', 'model_params', { ...H3_TEXT, model_params: {} }, 'model_params'],
	['evolink', 'a list of images for frames', { ...H3_IMAGE, image_start: IMAGE, image_urls: [IMAGE] }, 'image_urls'],
	['evolink', 'no frame for frames', H3_IMAGE, 'image_start'],
	['evolink', 'a ratio beside frames', { ...H3_IMAGE, image_end: IMAGE, aspect_ratio: '16:9' }, 'aspect_ratio'],
	[
		'evolink',
		'a last frame alone on a variant',
		{ ...H3_IMAGE, model: 'minimax-h3-max-image-to-video', image_end: IMAGE },
		'image_start',
	],
	['evolink', 'a data URL as reference', { ...H3_REFERENCE, image_urls: [PNG] }, 'image_urls'],
	['evolink', 'no reference', { ...H3_REFERENCE, image_urls: undefined }, 'image_urls'],
	[
		'evolink',
		'thirteen references',
		{
			...H3_REFERENCE,
			image_urls: Array.from({ length: 9 }, () => IMAGE),
			video_urls: [IMAGE, IMAGE, IMAGE],
			audio_urls: [IMAGE],
		},
		'image_urls',
	],
	['evolink', 'references of the turbo variant', { model: 'minimax-h3-max-turbo-reference-to-video' }, 'model'],
	[
		'evolink',
		'four seconds of a variant',
		{ ...H3_TEXT, model: 'minimax-h3-max-text-to-video', duration: 4 },
		'duration',
	],
])('%s refuses for MiniMax-H3 %s by name', async (provider, _what, changes, name) => {
	const { status, text } = await CREATE[provider](changes);
	expect([status, simulator.jobs]).toEqual([400, []]);
	expect(text).toContain(name);
});

test.each<[string, string, Fields, string]>([
	['h3', 'names of its older models', { inputImageFirst: IMAGE }, "'inputImageFirst'"],
	['h3', 'a last frame alone', { closingImageLastUrl: IMAGE }, '[openingImage] required'],
	['h3', 'no prompt', { prompt: undefined }, '[prompt]'],
	['h3-r2v', 'no reference', {}, '[guideImages] required'],
	['h3-r2v', 'sounds alone', { guideAudios: IMAGE }, '[guideImages] required'],
	['h3-r2v', 'a twin that it has not', { guideImagesUrl: IMAGE }, '[guideImagesUrl]'],
])("Wiro's %s refuses %s", async (slug, _what, changes, name) => {
	const fields = { prompt: PROMPT, resolution: '2k', duration: '9', ...changes };
	const { text } = await atWiro(
		Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
		slug,
	);
	expect(text).toContain(name);
	expect(simulator.jobs).toEqual([]);
});

test('EvoLink refuses http callbacks and private hosts where the real one does', async () => {
	simulator.configure({ allowHttpCallbacks: false });
	const callbacks = ['http://example.com/hook', 'https://192.168.1.4/hook', 'https://example.com/hook'];
	const replies = await Promise.all(callbacks.map(async (url) => await CREATE.evolink({ callback_url: url })));
	expect(replies.map(({ status }) => status)).toEqual([400, 400, 200]);
});

test('AI/ML API keeps its two route families apart', async () => {
	const older = '/v2/generate/video/minimax/generation';
	const read = async (id: unknown, path: string) =>
		await call(`${simulator.endpoints.aimlApi.baseUrl}${path}?generation_id=${encodeURIComponent(String(id))}`, {
			headers: bearer(simulator.keys.aimlApi.apiKey),
		});
	const current = at((await CREATE.aimlApi({})).json, 'id');
	const old = at((await atAimlApi({ model: 'minimax/hailuo-02', prompt: PROMPT }, older)).json, 'id');
	expect((await read(current, older)).status).toBe(404);
	expect((await read(old, '/v2/video/generations')).status).toBe(404);
});

describe("MiniMax's V2", () => {
	const TEXT = { type: 'text', text: PROMPT };
	const FRAME = { type: 'image_url', image_url: { url: IMAGE }, role: 'first_frame' };
	const REFERENCE = { ...FRAME, role: 'reference_image' };
	const SOUND = { type: 'audio_url', audio_url: { url: IMAGE }, role: 'reference_audio' };
	const create = async (changes: Fields): Promise<Reply> =>
		await atMinimax(
			{ model: 'MiniMax-H3', content: [TEXT], duration: 5, resolution: '2K', ratio: '16:9', ...changes },
			'v2',
		);
	const variant = { model: 'MiniMax-H3-Max', resolution: '768P' };

	it.each<[string, Fields]>([
		['a text', {}],
		['a frame, whose ratio may stay away', { content: [TEXT, FRAME], ratio: undefined }],
		['references', { content: [TEXT, REFERENCE, SOUND], ratio: 'adaptive', aigc_watermark: true }],
		['the variant', { ...variant, resolution: '480P', duration: 15 }],
	])('takes %s', async (_what, changes) => {
		expect((await create(changes)).status).toBe(200);
	});

	it.each<[string, Fields]>([
		['no text', { content: [FRAME] }],
		['two texts', { content: [TEXT, TEXT] }],
		['an empty text', { content: [{ ...TEXT, text: '' }] }],
		['a frame beside a reference', { content: [TEXT, FRAME, REFERENCE] }],
		['a sound alone', { content: [TEXT, SOUND] }],
		['ten reference images', { content: [TEXT, ...Array.from({ length: 10 }, () => REFERENCE)] }],
		['an image in the role of a video', { content: [TEXT, { ...FRAME, role: 'reference_video' }] }],
		['an address beside its object', { content: [TEXT, { ...FRAME, image_url: IMAGE }] }],
		['a key of an item that nobody knows', { content: [{ ...TEXT, language: 'en' }] }],
		['the shape of nothing', { ratio: 'adaptive' }],
		['no duration', { duration: undefined }],
		['16 seconds', { duration: 16 }],
		["V1's resolution", { resolution: '1080P' }],
		["V1's prompt", { prompt: PROMPT }],
		['a variant with a watermark', { ...variant, aigc_watermark: false }],
		['a variant of four seconds', { ...variant, duration: 4 }],
	])('refuses %s', async (_what, changes) => {
		const { status, json } = await create(changes);
		expect([status, at(json, 'error.message')]).toEqual([400, expect.stringMatching(/ \(2013\)$/)]);
		expect(simulator.jobs).toEqual([]);
	});

	it('deletes the record of a task that is over by the call that cancels one', async () => {
		const task = String(at((await create({})).json, 'task_id'));
		simulator.finishJob(task);
		const { baseUrl } = simulator.endpoints.minimax;
		const headers = bearer(simulator.keys.minimax.apiKey);
		const ended = await call(`${baseUrl}/v2/video_generation/${task}`, { method: 'DELETE', headers });
		expect(ended.json).toEqual({ task_id: task, action: 'deleted', status: 'succeeded' });
		expect((await call(`${baseUrl}/v2/query/video_generation/${task}`, { headers })).status).toBe(400);
	});

	it('knows nothing of the tasks of V1, nor V1 of its own', async () => {
		const [older, newer] = [(await CREATE.minimax({})).json, (await create({})).json].map((made) =>
			at(made, 'task_id'),
		);
		const { baseUrl } = simulator.endpoints.minimax;
		const headers = bearer(simulator.keys.minimax.apiKey);
		const atOld = await call(`${baseUrl}/v1/query/video_generation?task_id=${String(newer)}`, { headers });
		expect(at(atOld.json, 'base_resp.status_code')).toBe(2013);
		expect((await call(`${baseUrl}/v2/query/video_generation/${String(older)}`, { headers })).status).toBe(400);
	});
});

describe('Wiro', () => {
	it.each<[string, () => Record<string, string>]>([
		['no key', () => ({})],
		['no signature', () => ({ 'x-api-key': simulator.keys.wiro.apiKey })],
		['the signature of another nonce', () => ({ ...signed(simulator), 'x-nonce': '1734513808' })],
		['a nonce that is no integer', () => signed(simulator, 'abc')],
	])('lets nobody in with %s', async (_what, headers) => {
		const url = `${simulator.endpoints.wiro.baseUrl}/v1/Task/Detail`;
		expect((await call(url, { headers: headers(), json: { tasktoken: 'test' } })).status).toBe(401);
	});

	it("knows the signature that openssl computes for the page's shell lines", async () => {
		// echo -n "${YOUR_API_SECRET}${NONCE}" | openssl dgst -sha256 -hmac "${YOUR_API_KEY}", with these keys and nonce 1734513807
		const headers = {
			'x-api-key': 'simulated-wiro-signature-key-71ce',
			'x-nonce': '1734513807',
			'x-signature': 'b1072248a8688170a6c368424ce08f9602166e8603d03aa5db93bd6da68aa564',
		};
		const json = { type: 'model', sort: 'id', order: 'DESC', start: '0', limit: '1' };
		const { status } = await call(`${simulator.endpoints.wiro.baseUrl}/v1/Task/List`, { headers, json });
		expect(status).toBe(200);
	});
});

test("Apiframe's signature is the one that another program computes", () => {
	// python3: hmac.new(hashlib.sha256(key).digest(), body, hashlib.sha256).hexdigest()
	const body = '{"event":"completed","jobId":"b2c3d4e5-f6a7-8901-bcde-f23456789012","status":"COMPLETED"}';
	expect(webhookSignature(body, 'afk_simulated-apiframe-key-8a47e3')).toBe(
		'94bc011670a763dfc0e323a9e30c6aa95ea3d9efe330b5c4b2651a1e68e25742',
	);
});

test.each<[ApiframeResultShape, string]>([
	['videoUrl', 'result.videoUrl'],
	['video_url', 'result.video_url'],
	['url', 'result.url'],
	['string', 'result'],
	['videos', 'result.videos.0'],
	['videosObjects', 'result.videos.0.url'],
	['urls', 'result.urls.0'],
	['output', 'result.output'],
])("Apiframe's address comes in the shape %s where that is asked for", async (apiframeResultShape, path) => {
	simulator.configure({ apiframeResultShape, jobDurationMs: 0 });
	const id = String(at((await CREATE.apiframe({})).json, 'jobId'));
	const headers = { 'x-api-key': simulator.keys.apiframe.apiKey };
	const { json } = await call(`${simulator.endpoints.apiframe.baseUrl}/v2/jobs/${id}`, { headers });
	expect(at(json, path)).toMatch(/^http:/);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
	'no answer says completed without a result, read %d looks at the clock early',
	async (looks) => {
		const id = String(at((await CREATE.evolink({})).json, 'id'));
		let now = simulator.jobs[0]!.endsAt - looks;
		const clock = jest.spyOn(Date, 'now').mockImplementation(() => now++);
		const headers = bearer(simulator.keys.evolink.apiKey);
		const reading = call(`${simulator.endpoints.evolink.baseUrl}/v1/tasks/${id}`, { headers });
		const { json } = await reading.finally(() => clock.mockRestore());
		expect([at(json, 'status'), typeof at(json, 'results.0')]).toEqual(
			at(json, 'status') === 'completed' ? ['completed', 'string'] : ['processing', 'undefined'],
		);
	},
);

test('the CDN wants the signed address to the letter', async () => {
	simulator.configure({ jobDurationMs: 0 });
	await CREATE.evolink({});
	const { videoUrl } = simulator.jobs[0]!;
	const wrong = [videoUrl.replace(/Expires=\d/, 'Expires=0'), videoUrl.split('?')[0]!];
	const statuses = await Promise.all([videoUrl, ...wrong].map(async (url) => (await request(url)).statusCode));
	expect(statuses).toEqual([200, 404, 404]);
});
