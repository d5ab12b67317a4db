/** Images that are refused before a gateway receives anything, and those that only look as if they should be. */
import { rm } from 'node:fs/promises';
import { testImage, type ProviderName } from '../tools/simulator';
import { BINARY_MODES, pathOf, removeBinaryData } from '../tools/support/binaryData';
import {
	MEGABYTE,
	type ImageFile,
	FIRST,
	LAST,
	place,
	partOf,
	CREATE_BODIES,
	UPLOADS,
	uploadedTo,
	firstFrameAt,
} from './images';
import { LABELS, onStage, PROVIDERS } from './stage';

afterAll(removeBinaryData);

describe('the type of an image is told by its content', () => {
	const texts: Array<[string, Buffer, string, string, string]> = [
		['a text named .png', Buffer.from('This is no picture.'), 'image.png', 'image/png', 'no image'],
		['a drawing in SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'a.svg', 'image/svg+xml', 'an SVG'],
		['an empty file', Buffer.alloc(0), 'image.png', 'image/png', 'no image'],
		['the beginning of a PNG', testImage('png').subarray(0, 7), 'image.png', 'image/png', 'no image'],
		['a GIF named .png', testImage('gif'), 'image.png', 'image/png', 'a GIF'],
		[
			'a HEIF named .jpg',
			Buffer.from('\0\0\0\x18ftypheix'),
			'IMG_1.jpg',
			'image/jpeg',
			'a HEIF image (iPhones name them .jpg too)',
		],
		['a TIFF', Buffer.from('II*\0'), 'scan.tif', 'image/tiff', 'a TIFF'],
		['a BMP', testImage('bmp'), 'image.bmp', 'image/bmp', 'a BMP'],
		['a PDF named .jpg', Buffer.from('%PDF-1.7\n'), 'image.jpg', 'image/jpeg', 'a PDF'],
	];
	const TAKEN: Record<ProviderName, string> = {
		aimlApi: 'JPEG or PNG',
		apiframe: 'JPEG, PNG or WebP',
		evolink: 'JPEG, PNG or WebP',
		minimax: 'JPEG, PNG or WebP',
		wiro: 'JPEG, PNG or WebP',
	};
	const refused = PROVIDERS.flatMap((provider) =>
		[
			...texts,
			...(provider === 'aimlApi'
				? [['a WebP', testImage('webp'), 'image.webp', 'image/webp', 'a WebP'] as (typeof texts)[number]]
				: []),
		].map(([what, bytes, fileName, mimeType, found]) => ({
			provider,
			what,
			image: { bytes, fileName, mimeType },
			found,
		})),
	);

	test.each(refused)('$provider is not asked with $what as first frame', async ({ provider, image, found }) => {
		const { parameters, item } = await place(provider, 'hailuo-2.3-fast', { first: image, last: null }, 'memory');
		await onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item] });
			expect(error?.message).toBe(
				`'First Frame' is ${found} by its content; ${LABELS[provider]} takes ${TAKEN[provider]} [item 0]`,
			);
			expect(simulator.requests).toEqual([]);
		});
	});

	const sized = (width: number, height: number) => {
		const bytes = testImage('png');
		bytes.writeUInt32BE(width, 16);
		bytes.writeUInt32BE(height, 20);
		return bytes;
	};
	const SHORT = 'the short side needs more than 300, and the long one at most 2.5 times as many';

	test.each(
		PROVIDERS.flatMap((provider) => [
			[provider, sized(1, 1), `has 1 x 1 pixels; ${SHORT}`] as const,
			[provider, sized(200, 200), `has 200 x 200 pixels; ${SHORT}`] as const,
			[provider, sized(2000, 200), `has 2000 x 200 pixels; ${SHORT}`] as const,
			[provider, Buffer.from([0xff, 0xd8, 0xff]), 'begins like a JPEG, but the file is cut short or damaged'] as const,
		]),
	)('%s is not asked with an image that %#', async (provider, bytes, problem) => {
		const image = { bytes, fileName: 'image.png', mimeType: 'image/png' };
		const { parameters, item } = await place(provider, 'hailuo-02', { first: image, last: image }, 'filesystem');
		await onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item] });
			expect(error?.message).toBe(
				`2 values cannot be used: 'First Frame' ${problem}; 'Last Frame' ${problem} [item 0]`,
			);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.each(PROVIDERS)('%s is not asked with a GIF as last frame, though the first is good', async (provider) => {
		const gif = { bytes: testImage('gif'), fileName: 'last.jpg', mimeType: 'image/jpeg' };
		const { parameters, item } = await place(provider, 'hailuo-02', { first: FIRST, last: gif }, 'filesystem');
		await onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item] });
			expect(error?.message).toBe(
				`'Last Frame' is a GIF by its content; ${LABELS[provider]} takes ${TAKEN[provider]} [item 0]`,
			);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.each(PROVIDERS)('%s gets a JPEG named .txt as the JPEG it is', async (provider) => {
		const named = { bytes: LAST.bytes, fileName: 'notes.txt', mimeType: 'text/plain' };
		const { parameters, item } = await place(provider, 'hailuo-2.3', { first: named, last: null }, 'memory');
		await onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item] });
			expect(error).toBeUndefined();
			const first = { ...named, mimeType: 'image/jpeg' };
			expect(simulator.requestsOf(provider, 'create').map(({ body }) => body)).toEqual([
				CREATE_BODIES[provider]('hailuo-2.3', { first, last: null }, uploadedTo(simulator)),
			]);
			expect(simulator.requestsOf(provider, 'upload').map(({ body }) => body)).toEqual(
				UPLOADS[provider] ? [{ fields: {}, files: { file: partOf(first) } }] : [],
			);
		});
	});

	test.each(PROVIDERS.filter((provider) => provider !== 'aimlApi'))('%s gets a WebP', async (provider) => {
		const first = { bytes: testImage('webp', 2000), fileName: 'image.webp', mimeType: 'image/webp' };
		const { parameters, item } = await place(provider, 'hailuo-2.3', { first, last: null }, 'memory');
		await onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item] });
			expect(error).toBeUndefined();
			expect(firstFrameAt(simulator, provider)).toEqual(first.bytes);
		});
	});
});

describe('an image may have 20 MB', () => {
	const SIZES = PROVIDERS.flatMap((provider) => BINARY_MODES.map((mode) => [provider, mode] as const));
	const anImageOf = (bytes: number): ImageFile => ({
		bytes: testImage('png', bytes),
		fileName: 'large.png',
		mimeType: 'image/png',
	});
	const refusal = `'First Frame' is 20.1 MB; an image may have at most 20 MB [item 0]`;

	test.each(SIZES)('%s gets one of 20 MB (%s)', async (provider, mode) => {
		const first = anImageOf(20 * MEGABYTE);
		const { parameters, item } = await place(provider, 'hailuo-2.3', { first, last: null }, mode);
		await onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item] });
			expect(error).toBeUndefined();
			// Compared by hand: a matcher would print 20 MB.
			expect(firstFrameAt(simulator, provider).equals(first.bytes)).toBe(true);
		});
	});

	test.each(SIZES)('%s is not asked with one byte more (%s)', async (provider, mode) => {
		const first = anImageOf(20 * MEGABYTE + 1);
		const { parameters, item } = await place(provider, 'hailuo-2.3', { first, last: null }, mode);
		await onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item] });
			expect(error?.message).toBe(refusal);
			expect(simulator.requests).toEqual([]);
		});
	});

	test.each([
		['as the item tells it', true],
		["as n8n's record of the file tells it", false],
	])('a file on the disk is refused by its size, %s, without being read', async (_how, told) => {
		const { parameters, item } = await place(
			'evolink',
			'hailuo-2.3',
			{ first: anImageOf(20 * MEGABYTE + 1), last: null },
			'filesystem',
		);
		const binary = item.binary!.firstImage!;
		// What is gone cannot be read.
		await rm(pathOf(binary));
		if (!told) delete binary.bytes;
		await onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item] });
			expect(error?.message).toBe(refusal);
			expect(simulator.requests).toEqual([]);
		});
	});

	test('a size that the item tells wrong does not let a larger file through', async () => {
		const first = anImageOf(20 * MEGABYTE + 1);
		const { parameters, item } = await place('evolink', 'hailuo-2.3', { first, last: null }, 'filesystem');
		item.binary!.firstImage!.bytes = 1000;
		await onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item] });
			expect(error?.message).toBe(refusal);
			expect(simulator.requests).toEqual([]);
		});
	});

	test('a bad first and a bad last frame are named in one message', async () => {
		const first = { bytes: Buffer.from('text'), fileName: 'a.png', mimeType: 'image/png' };
		const { parameters, item } = await place(
			'apiframe',
			'hailuo-02',
			{ first, last: anImageOf(20 * MEGABYTE + 1) },
			'memory',
		);
		await onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item] });
			expect(error?.message).toBe(
				"2 values cannot be used: 'First Frame' is no image by its content; Apiframe takes JPEG, PNG or WebP; " +
					"'Last Frame' is 20.1 MB; an image may have at most 20 MB [item 0]",
			);
			expect(simulator.requests).toEqual([]);
		});
	});
});

describe('a frame that is not there', () => {
	test.each(PROVIDERS)('is missed by its name before %s is asked', async (provider) => {
		const { parameters, item } = await place(provider, 'hailuo-2.3', { first: FIRST, last: null }, 'memory');
		await onStage(async ({ simulator, run }) => {
			const wrongName = await run({ ...parameters, firstFrameBinaryProperty: 'photo' }, { items: [item] });
			expect(wrongName.error?.message).toBe(
				"'First Frame Input Data Field Name' is 'photo', but the item has no such file [item 0]",
			);
			const noFile = await run(parameters, { items: [{ json: item.json }] });
			expect(noFile.error?.message).toContain("is 'firstImage', but the item has no such file [item 0]");
			expect(simulator.requests).toEqual([]);
		});
	});

	test('on one of several items keeps all of them from being bought', async () => {
		const { parameters, item } = await place('evolink', 'hailuo-2.3', { first: FIRST, last: null }, 'memory');
		await onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters, { items: [item, { json: item.json }, item] });
			expect(error?.message).toContain('[item 1]');
			expect(simulator.requests).toEqual([]);
		});
	});

	test('on one of several items leaves the others alone under Continue On Fail', async () => {
		const { parameters, item } = await place('evolink', 'hailuo-2.3', { first: FIRST, last: null }, 'memory');
		await onStage(async ({ simulator, run }) => {
			const { items } = await run(parameters, {
				items: [item, { json: item.json }, item],
				node: { onError: 'continueRegularOutput' },
			});
			expect(items.map(({ json, pairedItem }) => [json.error ?? 'made', pairedItem])).toEqual([
				['made', { item: 0 }],
				[expect.stringContaining("'firstImage'"), { item: 1 }],
				['made', { item: 2 }],
			]);
			expect(simulator.jobs).toHaveLength(2);
		});
	});

	test.each(PROVIDERS)(
		'on the form any more is not sent to %s, though the workflow still holds it',
		async (provider) => {
			const { parameters, item } = await place(provider, 'hailuo-02', { first: FIRST, last: LAST }, 'memory');
			await onStage(async ({ simulator, run }) => {
				const { error } = await run({ ...parameters, firstFrame: 'none' }, { items: [item] });
				expect(error).toBeUndefined();
				expect(simulator.requestsOf(provider, 'upload')).toEqual([]);
				const [create] = simulator.requestsOf(provider, 'create');
				expect(create?.headers['content-type']).toMatch('application/json');
				expect(create?.rawBody.toString()).not.toMatch(/image|url/i);
			});
		},
	);
});
