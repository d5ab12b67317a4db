import { ASPECT_RATIOS } from '../../../nodes/Hailuo/core/video/catalog';
import { REFERENCE_LABELS } from '../../../nodes/Hailuo/core/video/checkReferences';
import type { MediaKind } from '../../../nodes/Hailuo/core/video/media';
import { offer } from '../../../nodes/Hailuo/core/video/offer';
import {
	validate,
	type DraftMedia,
	type DraftReferences,
	type ProviderOffers,
	type Validation,
	type VideoDraft,
} from '../../../nodes/Hailuo/core/video/validate';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { testMedia } from '../../tools/simulator';
import { aFileFrame, anImage, aUrlFrame, aVideoDraft, NO_FRAME, NO_REFERENCES } from '../../tools/support/builders';

const MEGABYTE = 1024 * 1024;

/** As every gateway that sells it in this way takes it: 6 s at 2K, from text. */
function aThird(changes: Partial<VideoDraft>): VideoDraft {
	return aVideoDraft({ model: 'hailuo-03', resolution: '2K', ...changes });
}

function check(provider: string, changes: Partial<VideoDraft>): Validation {
	return validate(
		providers.find(({ id }) => id === provider)!,
		aThird(changes),
	);
}

function problemsOf(provider: string, changes: Partial<VideoDraft>): string[] {
	const validation = check(provider, changes);
	return validation.ok ? [] : validation.problems;
}

const aReference = (name: string): DraftMedia => ({ kind: 'url', url: `https://media.example/${name}` });

function aFileReference(bytes: Uint8Array, size = bytes.length): DraftMedia {
	return { kind: 'file', bytes, size, fileName: 'file' };
}

/** So many references of each kind, by address. */
function references(images: number, videos = 0, audios = 0): DraftReferences {
	const some = (count: number, name: string) =>
		Array.from({ length: count }, (_, index) => aReference(`${name}${index}`));
	return { images: some(images, 'i'), videos: some(videos, 'v'), audios: some(audios, 'a') };
}

const THIRD = ['aimlApi', 'evolink', 'wiro'];
const LABELS: Record<string, string> = { aimlApi: 'AI/ML API', evolink: 'EvoLink', wiro: 'Wiro' };

describe.each(THIRD)('references at %s', (provider) => {
	const label = LABELS[provider];

	test.each([
		[1, 0, 0],
		[9, 0, 0],
		[0, 3, 0],
		[6, 3, 3],
		[9, 3, 0],
	])('are taken: %i images, %i videos, %i audios', (images, videos, audios) => {
		const given = references(images, videos, audios);
		expect(check(provider, { references: given })).toMatchObject({
			ok: true,
			request: { references: given },
			hints: [],
		});
	});

	test.each<[number, number, number, string]>([
		[10, 0, 0, `'Reference Images' holds 10 images; ${label} takes at most 9 for Hailuo 03`],
		[1, 4, 0, `'Reference Videos' holds 4 videos; ${label} takes at most 3 for Hailuo 03`],
		[1, 0, 4, `'Reference Audios' holds 4 audios; ${label} takes at most 3 for Hailuo 03`],
		[
			9,
			3,
			1,
			`'Reference Images', 'Reference Videos' and 'Reference Audios' hold 13 files; ${label} takes at most 12 together for Hailuo 03`,
		],
	])('are refused where there are too many: %i images, %i videos, %i audios', (images, videos, audios, problem) => {
		expect(problemsOf(provider, { references: references(images, videos, audios) })).toEqual([problem]);
	});

	test('are refused beside frames, first or last', () => {
		const both = { references: references(1, 1) };
		const problems = ['Images', 'Videos'].map(
			(kind) => `'Reference ${kind}' cannot stand beside a frame; give frames or references, not both`,
		);
		expect(problemsOf(provider, { ...both, firstFrame: aUrlFrame() })).toEqual(problems);
		expect(problemsOf(provider, { ...both, firstFrame: aUrlFrame(), lastFrame: aUrlFrame() })).toEqual(problems);
	});

	test('of sounds alone are taken at EvoLink only', () => {
		const alone = `'Reference Audios' need an image or a video among the references: ${label} takes none alone`;
		expect(problemsOf(provider, { references: references(0, 0, 1) })).toEqual(provider === 'evolink' ? [] : [alone]);
	});

	test('are there with one at least, or not at all', () => {
		const validation = check(provider, { references: NO_REFERENCES });
		expect(validation.ok && validation.request).not.toHaveProperty('references');
	});
});

describe('references of a model that takes none', () => {
	test.each([
		['evolink', { model: 'hailuo-02', resolution: '768P' }, 'EvoLink for Hailuo 02'],
		['evolink', { model: 'hailuo-03-max-turbo', resolution: '768P' }, 'EvoLink for Hailuo 03 Max Turbo'],
		['apiframe', { resolution: '768P' }, 'Apiframe for Hailuo 03'],
	])('are refused for that alone: %s, %j', (provider, changes, where) => {
		const wrong = { images: [aReference('a')], videos: [], audios: [aFileReference(Buffer.from('GIF89a'))] };
		expect(problemsOf(provider, { ...changes, references: wrong })).toEqual([
			`'Reference Images' is not offered by ${where}`,
			`'Reference Audios' is not offered by ${where}`,
		]);
	});
});

describe('a reference', () => {
	const at = (kind: MediaKind, media: DraftMedia): Partial<VideoDraft> => ({
		references: { ...references(kind === 'images' ? 0 : 1), [kind]: [aReference('before'), media] },
	});
	const second = (kind: MediaKind) => `'${REFERENCE_LABELS[kind].slice(0, -1)} 2'`;

	test.each(['images', 'videos', 'audios'] as const)(
		'of %s that is no address and no file is refused by its number',
		(kind) => {
			expect(problemsOf('evolink', at(kind, { kind: 'missing', property: 'photo' }))).toEqual([
				`${second(kind)} is 'photo', which is neither a web address nor a binary field of the item`,
			]);
			expect(problemsOf('evolink', at(kind, { kind: 'url', url: 'ftp://media.example/a' }))).toEqual([
				`${second(kind)} 'ftp://media.example/a' is not a web address that begins with https:// or http://`,
			]);
		},
	);

	test('goes out as a URI', () => {
		const given = { ...NO_REFERENCES, images: [{ kind: 'url' as const, url: ' https://media.example/my cat.png ' }] };
		expect(check('evolink', { references: given })).toMatchObject({
			request: { references: { images: [{ kind: 'url', url: 'https://media.example/my%20cat.png' }] } },
		});
	});

	test('with a private address is taken with a hint', () => {
		const given = { ...NO_REFERENCES, images: [{ kind: 'url' as const, url: 'http://localhost:5678/a.png' }] };
		expect(check('evolink', { references: given })).toMatchObject({
			hints: [
				"'Reference Images' holds a private address, which a provider on the internet cannot open: name the binary field with the file",
			],
		});
	});

	test.each<[MediaKind, Uint8Array, string]>([
		['images', anImage('image/png'), 'image/png'],
		['images', anImage('image/webp'), 'image/webp'],
		['videos', testMedia('mp4'), 'video/mp4'],
		['audios', testMedia('mp3'), 'audio/mpeg'],
		['audios', testMedia('wav'), 'audio/wav'],
		['audios', Buffer.from([0xff, 0xfb, 0x90, 0x64]), 'audio/mpeg'],
	])('of %s has its type by content (%#)', (kind, bytes, mimeType) => {
		const validation = check('evolink', { references: { ...references(1), [kind]: [aFileReference(bytes)] } });
		expect(validation).toMatchObject({
			request: { references: { [kind]: [{ kind: 'file', bytes, fileName: 'file', mimeType }] } },
		});
	});

	test.each<[MediaKind, Uint8Array, string]>([
		['images', testMedia('mp4'), 'is a video by its content; EvoLink takes JPEG, PNG or WebP'],
		['videos', anImage('image/png'), 'is a PNG by its content, not a video'],
		['videos', Buffer.from('<html><title>Sign in</title>'), "is a web page ('Sign in') by its content, not a video"],
		['audios', testMedia('mp4'), 'is neither MP3 nor WAV by its content; EvoLink takes these two'],
		['audios', Buffer.from([0xff, 0xf1, 0x50, 0x80]), 'is neither MP3 nor WAV by its content; EvoLink takes these two'],
	])('of %s that is something else by its content is refused (%#)', (kind, bytes, problem) => {
		expect(problemsOf('evolink', at(kind, aFileReference(bytes)))).toEqual([`${second(kind)} ${problem}`]);
	});

	test.each<[string, MediaKind, number, string]>([
		['evolink', 'images', 30, 'an image'],
		['aimlApi', 'images', 20, 'an image'],
		['evolink', 'videos', 50, 'a video'],
		['evolink', 'audios', 15, 'an audio'],
	])('at %s of %s may have %i MB', (provider, kind, limit, what) => {
		const file = { images: anImage('image/png'), videos: testMedia('mp4'), audios: testMedia('mp3') }[kind];
		const sized = (size: number) => at(kind, aFileReference(file, size));
		expect(problemsOf(provider, sized(limit * MEGABYTE))).toEqual([]);
		expect(problemsOf(provider, sized(limit * MEGABYTE + 1))).toEqual([
			`${second(kind)} is ${limit}.1 MB; ${what} may have at most ${limit} MB`,
		]);
	});
});

test('files that travel inside of the request have one limit together', () => {
	const file = anImage('image/png', 15 * MEGABYTE);
	const images = (count: number) => ({
		...NO_REFERENCES,
		images: Array.from({ length: count }, () => aFileReference(file)),
	});
	expect(problemsOf('aimlApi', { references: images(3) })).toEqual([]);
	expect(problemsOf('aimlApi', { references: images(4) })).toEqual([
		'The files have 60.0 MB together; AI/ML API takes at most 45 MB in one request. Give addresses instead of files',
	]);
	expect(problemsOf('evolink', { references: images(7) })).toEqual([]);
	expect(problemsOf('wiro', { references: images(6) })).toEqual([]);
	expect(problemsOf('wiro', { references: images(7) })).toEqual([
		'The files have 105.0 MB together; Wiro takes at most 100 MB in one request. Give addresses instead of files',
	]);
});

describe('an image of MiniMax-H3', () => {
	/** A PNG's header with a size of its own. */
	const aPng = (width: number, height: number) => {
		const bytes = Buffer.from(anImage('image/png'));
		bytes.writeUInt32BE(width, 16);
		bytes.writeUInt32BE(height, 20);
		return bytes;
	};
	const problem = (width: number, height: number) =>
		`has ${width} x ${height} pixels; the short side needs more than 255, and the long one at most 2.5 times as many, but no more than 5760`;

	test.each([
		[256, 256],
		[256, 640],
		[5760, 2304],
	])('is taken by EvoLink with %i x %i pixels', (width, height) => {
		const image = aPng(width, height);
		expect(problemsOf('evolink', { firstFrame: aFileFrame(image) })).toEqual([]);
		expect(problemsOf('evolink', { references: { ...NO_REFERENCES, images: [aFileReference(image)] } })).toEqual([]);
	});

	test.each([
		[255, 255],
		[256, 641],
		[5761, 5000],
	])('is refused for EvoLink with %i x %i pixels', (width, height) => {
		const image = aPng(width, height);
		expect(problemsOf('evolink', { firstFrame: aFileFrame(image) })).toEqual([
			`'First Frame' ${problem(width, height)}`,
		]);
		expect(problemsOf('evolink', { references: { ...NO_REFERENCES, images: [aFileReference(image)] } })).toEqual([
			`'Reference Image 1' ${problem(width, height)}`,
		]);
	});

	test('has the older shape at AI/ML API, which says so', () => {
		expect(problemsOf('aimlApi', { firstFrame: aFileFrame(aPng(300, 300)) })).toEqual([
			"'First Frame' has 300 x 300 pixels; the short side needs more than 300, and the long one at most 2.5 times as many",
		]);
		expect(problemsOf('aimlApi', { firstFrame: aFileFrame(aPng(6000, 6000)) })).toEqual([]);
	});
});

describe('a last frame alone', () => {
	test.each(['aimlApi', 'evolink'])('is taken by %s', (provider) => {
		expect(check(provider, { lastFrame: aUrlFrame() })).toMatchObject({
			ok: true,
			request: { firstFrame: null, lastFrame: { kind: 'url' } },
		});
	});

	test.each([
		['wiro', 'hailuo-03', '2K'],
		['evolink', 'hailuo-03-max', '768P'],
	])('needs a first one at %s with %s', (provider, model, resolution) => {
		expect(problemsOf(provider, { model, resolution, lastFrame: aUrlFrame() })).toEqual([
			"'Last Frame' needs a 'First Frame' beside it",
		]);
	});
});

describe('a duration of MiniMax-H3', () => {
	test.each([4, 5, 9, 15, '7', '12s'])('may be %j', (duration) => {
		expect(problemsOf('evolink', { duration })).toEqual([]);
	});

	test.each<[string, string, string, unknown, string]>([
		['evolink', 'hailuo-03', '2K', 3, '3, which is not offered at 2K; choose 4 to 15 seconds'],
		['evolink', 'hailuo-03', '2K', 16, '16, which is not offered at 2K; choose 4 to 15 seconds'],
		['aimlApi', 'hailuo-03', '2K', 6.5, '6.5, which is not offered at 2K; choose 4 to 15 seconds'],
		['evolink', 'hailuo-03-max', '480P', 4, '4, which is not offered at 480P; choose 5 to 15 seconds'],
		['apiframe', 'hailuo-03', '768P', 7, '7, which is not offered at 768P; choose 6 or 10 seconds'],
	])('is refused at %s with %s and %s: %j', (provider, model, resolution, duration, words) => {
		expect(problemsOf(provider, { model, resolution, duration })).toEqual([`'Duration' is ${words}`]);
	});
});

describe('an aspect ratio', () => {
	const ratioOf = (provider: string, changes: Partial<VideoDraft>) => {
		const validation = check(provider, changes);
		return validation.ok ? (validation.request.aspectRatio ?? 'unsaid') : validation.problems;
	};
	const image = { firstFrame: aUrlFrame() };
	const reference = { references: references(1) };

	test.each<[string, Partial<VideoDraft>, string, string]>([
		['aimlApi', {}, '9:16', '9:16'],
		['aimlApi', image, '9:16', '9:16'],
		['aimlApi', reference, ' 9:16 ', '9:16'],
		['aimlApi', {}, 'adaptive', 'unsaid'],
		['aimlApi', image, 'Adaptive', 'adaptive'],
		['aimlApi', reference, '', 'adaptive'],
		['evolink', {}, '1:1', '1:1'],
		['evolink', {}, 'adaptive', 'unsaid'],
		['evolink', image, 'adaptive', 'unsaid'],
		['evolink', reference, 'adaptive', 'adaptive'],
		['wiro', reference, 'adaptive', 'unsaid'],
		['wiro', {}, '21:9', '21:9'],
	])('at %s with %j given as %j is sent as %s', (provider, changes, aspectRatio, sent) => {
		expect(ratioOf(provider, { ...changes, aspectRatio })).toBe(sent);
	});

	test.each<[string, Partial<VideoDraft>, string]>([
		[
			'aimlApi',
			{},
			"'5:4' is not offered by AI/ML API for Hailuo 03 from text alone; choose adaptive, 21:9, 16:9, 4:3, 1:1, 3:4 or 9:16",
		],
		['evolink', image, "'5:4' is not offered by EvoLink for Hailuo 03 from a frame; choose adaptive"],
		[
			'wiro',
			reference,
			"'5:4' is not offered by Wiro for Hailuo 03 from references; choose adaptive, 21:9, 16:9, 4:3, 1:1, 3:4 or 9:16",
		],
		['evolink', { model: 'hailuo-02', resolution: '768P' }, 'is not offered by EvoLink for Hailuo 02'],
	])('that is none is refused at %s with %j', (provider, changes, words) => {
		expect(ratioOf(provider, { ...changes, aspectRatio: '5:4' })).toEqual([`'Aspect Ratio' ${words}`]);
	});

	test.each(ASPECT_RATIOS)('of %s beside a frame goes with EvoLink only where it is adaptive', (aspectRatio) => {
		expect(problemsOf('evolink', { ...image, aspectRatio })).toHaveLength(aspectRatio === 'adaptive' ? 0 : 1);
	});
});

describe('what the older models have', () => {
	test('is refused where it is a choice: camera movements', () => {
		expect(problemsOf('evolink', { cameraMovements: ['Zoom in'] })).toEqual([
			"'Camera Movements' is not offered by EvoLink for Hailuo 03; describe them in the prompt",
		]);
		expect(problemsOf('apiframe', { resolution: '768P', cameraMovements: ['Zoom in'] })).toEqual([]);
	});

	test('is left out where it is a switch: the prompt optimizer', () => {
		for (const promptOptimizer of [true, false])
			expect(check('evolink', { promptOptimizer })).toMatchObject({ request: { promptOptimizer: null } });
	});

	test.each([
		['evolink', '2K', 7000],
		['aimlApi', '2K', 7000],
		['wiro', '2K', 7000],
		['apiframe', '768P', 2000],
	])('is a prompt of another length: %s takes at %s %i characters', (provider, resolution, limit) => {
		expect(problemsOf(provider, { resolution, prompt: 'x'.repeat(limit) })).toEqual([]);
		expect(problemsOf(provider, { resolution, prompt: 'x'.repeat(limit + 1) })).toEqual([
			`'Prompt' has ${limit + 1} characters; Hailuo 03 takes at most ${limit}`,
		]);
	});
});

test('a shop of its own limits is followed in all of them', () => {
	const shop: ProviderOffers = {
		label: 'Corner Shop',
		offers: [
			offer({
				model: 'hailuo-03',
				slug: 'h3',
				prompt: 'required',
				references: { images: 2, videos: 0, audios: 1, total: 2, audioAlone: true },
				mediaSizes: { images: 1, videos: 1, audios: 1 },
			}),
		],
	};
	const problems = (given: DraftReferences) => {
		const validation = validate(shop, aThird({ firstFrame: NO_FRAME, references: given }));
		return validation.ok ? [] : validation.problems;
	};
	expect(problems(references(0, 0, 1))).toEqual([]);
	expect(problems(references(2, 0, 1))).toEqual([
		"'Reference Images', 'Reference Videos' and 'Reference Audios' hold 3 files; Corner Shop takes at most 2 together for Hailuo 03",
	]);
	expect(problems(references(1, 1))).toEqual(["'Reference Videos' is not offered by Corner Shop for Hailuo 03"]);
});
