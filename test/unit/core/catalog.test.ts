import {
	ADVISED_CAMERA_MOVEMENTS,
	CAMERA_MOVEMENTS,
	MODEL_IDS,
	MODELS,
	RESOLUTIONS,
	type Model,
	type ModelId,
} from '../../../nodes/Hailuo/core/video/catalog';
import { MEDIA_SIZES, megabytes } from '../../../nodes/Hailuo/core/video/media';
import { modelOfSlug, modeOf, offer, slugFor } from '../../../nodes/Hailuo/core/video/offer';

const fourToFifteen = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const fiveToFifteen = fourToFifteen.slice(1);
const fixedRatios = ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16'];
const anyRatio = ['adaptive', ...fixedRatios];

const second = {
	references: null,
	aspectRatios: {},
	promptLimit: 2000,
	promptOptimizer: true,
	cameraMovements: true,
	imageShape: { shortSideAbove: 300, longSideAtMost: null, longestRatio: 2.5 },
};

const third = {
	textToVideo: true,
	references: { images: 9, videos: 3, audios: 3, total: 12, audioAlone: false },
	aspectRatios: { text: fixedRatios, image: anyRatio, reference: anyRatio },
	promptLimit: 7000,
	promptOptimizer: false,
	cameraMovements: false,
	imageShape: { shortSideAbove: 255, longSideAtMost: 5760, longestRatio: 2.5 },
};

describe('a model', () => {
	/** MiniMax's matrix of models and modes; EvoLink's tables for the variants of 03. */
	const table: Record<ModelId, object> = {
		'hailuo-2.3-fast': {
			...second,
			label: 'Hailuo 2.3 Fast',
			textToVideo: false,
			lastFrame: 'none',
			resolutions: { '768P': [6, 10], '1080P': [6] },
		},
		'hailuo-2.3': {
			...second,
			label: 'Hailuo 2.3',
			textToVideo: true,
			lastFrame: 'none',
			resolutions: { '768P': [6, 10], '1080P': [6] },
		},
		'hailuo-02': {
			...second,
			label: 'Hailuo 02',
			textToVideo: true,
			lastFrame: 'besideFirst',
			resolutions: { '512P': [6, 10], '768P': [6, 10], '1080P': [6] },
		},
		'hailuo-03': {
			...third,
			label: 'Hailuo 03',
			lastFrame: 'alone',
			resolutions: { '768P': fourToFifteen, '2K': fourToFifteen },
		},
		'hailuo-03-max': {
			...third,
			label: 'Hailuo 03 Max',
			lastFrame: 'besideFirst',
			resolutions: { '480P': fiveToFifteen, '768P': fiveToFifteen },
		},
		'hailuo-03-max-turbo': {
			...third,
			label: 'Hailuo 03 Max Turbo',
			lastFrame: 'besideFirst',
			references: null,
			resolutions: { '480P': fiveToFifteen, '768P': fiveToFifteen },
		},
	};

	test.each(Object.entries(table))('%s can do what is documented of it', (id, expected) => {
		expect(MODELS[id as ModelId]).toEqual(expected);
	});

	test('is listed once, in the order of the form', () => {
		expect(Object.keys(table)).toEqual([...MODEL_IDS]);
		expect(Object.keys(MODELS)).toEqual([...MODEL_IDS]);
	});

	test.each(MODEL_IDS)('%s makes 6 s videos at every resolution it has, and names no other resolution', (id) => {
		const { resolutions }: Model = MODELS[id];
		expect(RESOLUTIONS).toEqual(expect.arrayContaining(Object.keys(resolutions)));
		for (const durations of Object.values(resolutions)) expect(durations).toContain(6);
	});
});

test('there are fifteen different camera movements, in alphabetical order', () => {
	expect(new Set(CAMERA_MOVEMENTS).size).toBe(15);
	expect([...CAMERA_MOVEMENTS].sort()).toEqual([...CAMERA_MOVEMENTS]);
	expect(ADVISED_CAMERA_MOVEMENTS).toBe(3);
});

test('an image may have 20 MB as a rule, a video 50 and an audio 15', () => {
	expect(MEDIA_SIZES).toEqual({ images: 20, videos: 50, audios: 15 });
	expect(megabytes(20)).toBe(20_971_520);
});

describe('an offer', () => {
	const usual = {
		...second,
		firstFrame: 'optional',
		lastFrame: 'besideFirst',
		promptCounts: 'characters',
		imageTypes: ['image/jpeg', 'image/png', 'image/webp'],
		mediaSizes: { images: 20, videos: 50, audios: 15 },
		filesTogether: null,
	};

	test('follows the model in everything that the gateway does not say otherwise', () => {
		expect(offer({ model: 'hailuo-02', slug: 'h-02', prompt: 'required' })).toEqual({
			...usual,
			model: 'hailuo-02',
			slug: 'h-02',
			prompt: 'required',
			resolutions: { '512P': [6, 10], '768P': [6, 10], '1080P': [6] },
		});
	});

	test.each([
		['hailuo-2.3-fast', 'required'],
		['hailuo-2.3', 'optional'],
		['hailuo-02', 'optional'],
		['hailuo-03', 'optional'],
	] as const)('of %s has a first frame that is %s', (model, firstFrame) => {
		expect(offer({ model, slug: model, prompt: 'optional' }).firstFrame).toBe(firstFrame);
	});

	test('is as narrow as the gateway says', () => {
		const terms = {
			model: 'hailuo-02',
			slug: 'h-02',
			prompt: 'optional',
			firstFrame: 'required',
			lastFrame: 'none',
			imageTypes: ['image/png'],
		} as const;
		expect(offer({ ...terms, without: ['512P', '1080P'] })).toEqual({
			...usual,
			...terms,
			resolutions: { '768P': [6, 10] },
		});
	});

	test('is unlike the model where the gateway says so', () => {
		const own = { resolutions: { '1080P': [6] }, promptLimit: 500, references: null, aspectRatios: {} } as const;
		expect(offer({ ...own, model: 'hailuo-03', slug: 'h', prompt: 'required' })).toMatchObject(own);
	});

	test('leaves the model as it is', () => {
		offer({ model: 'hailuo-02', slug: 'h-02', prompt: 'optional', without: ['512P'] });
		expect(Object.keys(MODELS['hailuo-02'].resolutions)).toEqual(['512P', '768P', '1080P']);
	});
});

describe('what a video is made from', () => {
	test.each([
		['text', null, null, undefined],
		['image', 'an image', null, undefined],
		['image', null, 'an image', undefined],
		['image', 'an image', 'an image', undefined],
		['reference', null, null, 'references'],
	] as const)(
		'is %s with first frame %j, last frame %j and references %j',
		(mode, firstFrame, lastFrame, references) => {
			expect(modeOf({ firstFrame, lastFrame, references })).toBe(mode);
		},
	);
});

describe('a slug', () => {
	const offers = [
		offer({ model: 'hailuo-2.3', slug: 'h/2.3', prompt: 'required' }),
		offer({
			model: 'hailuo-03',
			slug: { text: 'h/03-text', image: 'h/03-image', reference: 'h/03-references' },
			prompt: 'required',
		}),
		offer({ model: 'hailuo-02', slug: { text: 'h/02-text', image: 'h/02-image' }, prompt: 'required' }),
	];

	test.each([
		['hailuo-2.3', null, null, undefined, 'h/2.3'],
		['hailuo-2.3', 'an image', null, undefined, 'h/2.3'],
		['hailuo-02', null, null, undefined, 'h/02-text'],
		['hailuo-02', 'an image', null, undefined, 'h/02-image'],
		['hailuo-02', null, 'an image', undefined, 'h/02-image'],
		['hailuo-03', null, null, undefined, 'h/03-text'],
		['hailuo-03', 'an image', null, undefined, 'h/03-image'],
		['hailuo-03', null, null, 'references', 'h/03-references'],
		['hailuo-03-max', null, null, undefined, 'hailuo-03-max'],
	] as const)(
		'of %s with first frame %j, last frame %j and references %j is %s',
		(model, firstFrame, lastFrame, references, slug) => {
			expect(slugFor(offers, { model, firstFrame, lastFrame, references })).toBe(slug);
		},
	);

	test.each([
		['h/2.3', 'hailuo-2.3'],
		['h/02-text', 'hailuo-02'],
		['h/02-image', 'hailuo-02'],
		['h/03-references', 'hailuo-03'],
		['h/04', null],
	])('%s leads back to %s', (slug, model) => {
		expect(modelOfSlug(offers, (own) => own === slug)).toBe(model);
	});
});
