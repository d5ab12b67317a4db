/** Images on their way in: what each gateway receives of them, byte by byte. */
import type { MultipartBody, ProviderName, Simulator } from '../tools/simulator';
import { BINARY_MODES, removeBinaryData } from '../tools/support/binaryData';
import {
	type ImageFile,
	type Source,
	FIRST,
	LAST,
	FIRST_URL,
	LAST_URL,
	type Frames,
	place,
	SHARED,
	VENDOR_NAMES,
	dataUrlOf,
	partOf,
	CREATE_BODIES,
	UPLOADS,
	CREATES,
	uploadedTo,
	FILE_SOURCES,
} from './images';
import { aCreate, LABELS, onStage, PROMPT, PROVIDERS, requestLines, until } from './stage';

afterAll(removeBinaryData);

const COMBINATIONS = PROVIDERS.flatMap((provider) =>
	Object.keys(VENDOR_NAMES[provider]).flatMap((model) =>
		FILE_SOURCES.flatMap((first) => {
			const lasts: Array<Source | 'none'> = model === 'hailuo-02' ? ['none', ...FILE_SOURCES] : ['none'];
			return lasts.map((last): [ProviderName, string, Source, Source | 'none'] => [provider, model, first, last]);
		}),
	),
);

test.each(COMBINATIONS)(
	'%s receives for %s the first frame (%s) and the last (%s) as they are, and nothing besides',
	async (provider, model, first, last) => {
		const frames: Frames = {
			first: first === 'url' ? { url: FIRST_URL } : FIRST,
			last: last === 'none' ? null : last === 'url' ? { url: LAST_URL } : LAST,
		};
		const { parameters, item } = await place(provider, model, frames, { first, last: last === 'none' ? 'url' : last });
		await onStage(async ({ simulator, run }) => {
			const { items, error } = await run(parameters, { items: [item] });
			expect(error).toBeUndefined();
			expect(items.map(({ json }) => json.jobId)).toEqual([simulator.jobs[0]?.id]);

			const files = [frames.first, frames.last].filter(
				(image): image is ImageFile => image !== null && 'bytes' in image,
			);
			const uploads = UPLOADS[provider] ? files : [];
			expect(requestLines(simulator)).toEqual([
				...(provider === 'wiro' ? ['describe /v1/Tool/Detail'] : []),
				...uploads.map(() => `upload ${UPLOADS[provider]}`),
				`create ${CREATES[provider](model)}`,
			]);
			expect(simulator.requestsOf(provider, 'upload').map(({ body }) => body)).toEqual(
				uploads.map((file) => ({ fields: {}, files: { file: partOf(file) } })),
			);
			expect(simulator.requestsOf(provider, 'create').map(({ body }) => body)).toEqual([
				CREATE_BODIES[provider](model, frames, uploadedTo(simulator)),
			]);
		});
	},
);

test.each(FILE_SOURCES)("AI/ML API's older route has names of its own for the frames (%s)", async (source) => {
	const frames: Frames =
		source === 'url' ? { first: { url: FIRST_URL }, last: { url: LAST_URL } } : { first: FIRST, last: LAST };
	const { parameters, item } = await place('aimlApi', 'hailuo-02', frames, { first: source, last: source });
	await onStage(async ({ simulator, run }) => {
		await run({ ...parameters, options: { route: 'minimax' } }, { items: [item] });
		expect(simulator.requests.map(({ path, body }) => ({ path, body }))).toEqual([
			{
				path: '/v2/generate/video/minimax/generation',
				body: {
					...SHARED,
					model: 'minimax/hailuo-02',
					resolution: '768P',
					prompt_optimizer: true,
					first_frame_image: source === 'url' ? FIRST_URL : dataUrlOf(FIRST),
					last_image_url: source === 'url' ? LAST_URL : dataUrlOf(LAST),
				},
			},
		]);
	});
});

test.each(FILE_SOURCES)('Wiro gets the image (%s) under the name it asks for when it refuses ours', async (source) => {
	const first = source === 'url' ? { url: FIRST_URL } : FIRST;
	const { parameters, item } = await place(
		'wiro',
		'hailuo-2.3-fast',
		{ first, last: null },
		{ first: source, last: source },
	);
	await onStage(
		async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item] });
			expect(error).toBeUndefined();
			const [, repeated] = simulator.requestsOf('wiro', 'create').map(({ body }) => body);
			const texts = { prompt: PROMPT, promptOptimizer: 'true', resolution: '768P', duration: '6' };
			expect(repeated).toEqual(
				source === 'url'
					? { fields: { ...texts, firstImage: '', firstImageUrl: FIRST_URL }, files: {} }
					: { fields: { ...texts, firstImageUrl: '' }, files: { firstImage: partOf(FIRST) } },
			);
			expect(simulator.jobs).toHaveLength(1);
		},
		{ wiroImageFields: { 'minimax/hailuo-2-3-fast': { first: 'firstImage' } }, wiroToolDetailFails: true },
	);
});

test.each(PROVIDERS)("%s gets each item's own image, however many are under way", async (provider) => {
	const images = Array.from({ length: 12 }, (_, index) => ({
		...FIRST,
		bytes: Buffer.concat([FIRST.bytes, Buffer.from(`image ${index}`)]),
	}));
	const places = await Promise.all(
		images.map(async (first) => await place(provider, 'hailuo-2.3', { first, last: null }, 'filesystem')),
	);
	const items = places.map(({ item }, index) => ({ ...item, json: { prompt: `${PROMPT} ${index}` } }));
	await onStage(async ({ simulator, run }) => {
		const parameters = { ...places[0]!.parameters, options: { maxConcurrency: 5 } };
		const { items: made } = await run(parameters, { items });
		const bodies = made.map(({ json }) => simulator.job(String(json.jobId))?.request);
		const expected = images.map((first, index) => {
			const body = CREATE_BODIES[provider]('hailuo-2.3', { first, last: null }, uploadedTo(simulator));
			const fields = (body as Partial<MultipartBody>).fields;
			if (fields) fields.prompt = `${PROMPT} ${index}`;
			else (body as { prompt: string }).prompt = `${PROMPT} ${index}`;
			return body;
		});
		expect(bodies).toEqual(expected);
		expect(simulator.inFlight.peak).toBeLessThanOrEqual(5);
	});
});

test.each(PROVIDERS)('n8n itself never opens the address of an image that %s is given', async (provider) => {
	await onStage(async ({ simulator, run }) => {
		const first = { url: `${simulator.cdnUrl}/images/first.png` };
		const { parameters } = await place(provider, 'hailuo-2.3', { first, last: null }, 'memory');
		const { error } = await run(parameters);
		expect(error).toBeUndefined();
		expect(simulator.requestsOf('cdn')).toEqual([]);
	});
});

test.each(PROVIDERS)('the item that %s gets its frames from stays as it was', async (provider) => {
	for (const mode of BINARY_MODES) {
		const { parameters, item } = await place(provider, 'hailuo-02', { first: FIRST, last: LAST }, mode);
		const before = structuredClone(item);
		await onStage(async ({ run }) => {
			const { items, outputsOf, error } = await run(parameters, { items: [item] });
			expect(error).toBeUndefined();
			expect(item).toEqual(before);
			expect(outputsOf('Items')[0]).toMatchObject([before]);
			expect(items[0]?.binary).toBeUndefined();
		});
	}
});

describe('the name of a file', () => {
	const MULTIPART = PROVIDERS.filter((provider) => provider !== 'aimlApi' && provider !== 'minimax');
	const fileAt = (simulator: Simulator, provider: ProviderName) => {
		const [request] = simulator.requestsOf(provider, UPLOADS[provider] ? 'upload' : 'create');
		return Object.entries((request?.body as MultipartBody).files);
	};
	const field = (provider: ProviderName) => (provider === 'wiro' ? 'inputImageFirst' : 'file');

	test.each(MULTIPART)('reaches %s in any script', async (provider) => {
		const first = { ...FIRST, fileName: 'Möwe – 写真 "1".png' };
		const { parameters, item } = await place(provider, 'hailuo-2.3', { first, last: null }, 'memory');
		await onStage(async ({ simulator, run }) => {
			await run(parameters, { items: [item] });
			expect(fileAt(simulator, provider)).toEqual([[field(provider), partOf(first)]]);
		});
	});

	test.each(MULTIPART)('cannot add a part or a header to what %s receives', async (provider) => {
		const fileName =
			'a.png"\r\nContent-Type: text/html\r\n\r\nx\r\n--boundary\r\nContent-Disposition: form-data; name="prompt';
		const { parameters, item } = await place(
			provider,
			'hailuo-2.3',
			{ first: { ...FIRST, fileName }, last: null },
			'memory',
		);
		await onStage(async ({ simulator, run }) => {
			await run(parameters, { items: [item] });
			expect(fileAt(simulator, provider)).toEqual([
				[field(provider), { filename: expect.any(String), contentType: 'image/png', bytes: FIRST.bytes }],
			]);
		});
	});

	test.each([
		['its extension', { fileExtension: 'png' }, 'image.png'],
		['nothing', {}, 'image.bin'],
	])('is made up where n8n knows only %s', async (_what, known, fileName) => {
		const binary = { data: FIRST.bytes.toString('base64'), mimeType: 'image/png', ...known };
		await onStage(async ({ simulator, run }) => {
			await run(aCreate('apiframe', { firstFrame: 'binary' }), {
				items: [{ json: { prompt: PROMPT }, binary: { data: binary } }],
			});
			expect(fileAt(simulator, 'apiframe')).toEqual([['file', partOf({ ...FIRST, fileName })]]);
		});
	});
});

describe('an upload', () => {
	const UPLOADING = Object.keys(UPLOADS) as ProviderName[];

	test.each(UPLOADING)('that %s refuses is followed by no create', async (provider) => {
		const { parameters, item } = await place(provider, 'hailuo-02', { first: FIRST, last: LAST }, 'memory');
		await onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', provider, operation: 'upload', status: 400, skip: 1 });
			const { error } = await run(parameters, { items: [item] });
			expect(error?.message).toBe(`${LABELS[provider]} refused the values of the request [item 0]`);
			expect(requestLines(simulator)).toEqual([`upload ${UPLOADS[provider]}`, `upload ${UPLOADS[provider]}`]);
		});
	});

	test.each(UPLOADING)('whose answer gives %s no address is followed by no create', async (provider) => {
		const { parameters, item } = await place(provider, 'hailuo-2.3', { first: FIRST, last: null }, 'memory');
		await onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'wrongTypes', provider, operation: 'upload', times: 9 });
			const { error } = await run({ ...parameters, options: { createRetries: 0 } }, { items: [item] });
			expect(error?.message).toBe(`${LABELS[provider]} gave an answer that makes no sense [item 0]`);
			expect(simulator.jobs).toEqual([]);
		});
	});

	test.each(UPLOADING)('to %s that breaks is repeated whole, and one job is made', async (provider) => {
		const { parameters, item } = await place(provider, 'hailuo-2.3', { first: FIRST, last: null }, 'filesystem');
		await onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'reset', provider, operation: 'upload' });
			const { error } = await run(parameters, { items: [item] });
			expect(error).toBeUndefined();
			const bodies = simulator.requestsOf(provider, 'upload').map(({ body }) => body);
			const whole = { fields: {}, files: { file: partOf(FIRST) } };
			expect(bodies).toEqual([whole, whole]);
			expect(simulator.jobs).toHaveLength(1);
		});
	});

	test.each(UPLOADING)('to %s ends at once when the execution is stopped, and nothing is bought', async (provider) => {
		const { parameters, item } = await place(provider, 'hailuo-2.3', { first: FIRST, last: null }, 'memory');
		await onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'hang', provider, operation: 'upload' });
			let stop = () => {};
			const running = run(parameters, { items: [item], onStarted: (given) => (stop = given) });
			await until(() => simulator.requestsOf(provider, 'upload').length > 0);
			const stoppedAt = Date.now();
			stop();
			await until(() => simulator.requestsOf(provider, 'upload')[0]?.aborted === true);
			expect(Date.now() - stoppedAt).toBeLessThan(1000);
			await running.catch(() => undefined);
			expect(simulator.requestsOf(provider, 'create')).toEqual([]);
		});
	});
});
