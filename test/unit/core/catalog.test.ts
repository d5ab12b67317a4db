import {
	ADVISED_CAMERA_MOVEMENTS,
	CAMERA_MOVEMENTS,
	IMAGE_SIZE_LIMIT,
	MODEL_IDS,
	MODELS,
	modelOfSlug,
	offer,
	slugFor,
	type ModelId,
	type ResolutionTable,
} from '../../../nodes/Hailuo/core/video/catalog';

describe('a model', () => {
	const sixOrTen = [6, 10];

	/** MiniMax's matrix of models and modes; Apiframe's schema for 03. */
	const table: Record<ModelId, { textToVideo: boolean; lastFrame: boolean; resolutions: ResolutionTable }> = {
		'hailuo-2.3-fast': {
			textToVideo: false,
			lastFrame: false,
			resolutions: { '768P': [6, 10], '1080P': [6] },
		},
		'hailuo-2.3': { textToVideo: true, lastFrame: false, resolutions: { '768P': [6, 10], '1080P': [6] } },
		'hailuo-02': {
			textToVideo: true,
			lastFrame: true,
			resolutions: { '512P': [6, 10], '768P': [6, 10], '1080P': [6] },
		},
		'hailuo-03': { textToVideo: true, lastFrame: false, resolutions: { '768P': [6, 10], '1080P': [6, 10] } },
	};

	test.each(Object.entries(table))('%s can do what is documented of it', (id, expected) => {
		expect(MODELS[id as ModelId]).toMatchObject({ ...expected, promptLimit: 2000 });
	});

	test('is listed once, in the order of the form', () => {
		expect(MODEL_IDS).toEqual(['hailuo-2.3-fast', 'hailuo-2.3', 'hailuo-02', 'hailuo-03']);
		expect(Object.keys(MODELS)).toEqual([...MODEL_IDS]);
	});

	test.each(MODEL_IDS)('%s makes 6 s videos at every resolution it has', (id) => {
		for (const durations of Object.values(MODELS[id].resolutions)) {
			expect(sixOrTen).toEqual(expect.arrayContaining([...durations]));
			expect(durations[0]).toBe(6);
		}
	});
});

test('there are fifteen different camera movements, in alphabetical order', () => {
	expect(new Set(CAMERA_MOVEMENTS).size).toBe(15);
	expect([...CAMERA_MOVEMENTS].sort()).toEqual([...CAMERA_MOVEMENTS]);
	expect(ADVISED_CAMERA_MOVEMENTS).toBe(3);
});

test('an image may have 20 MB', () => {
	expect(IMAGE_SIZE_LIMIT).toBe(20_971_520);
});

describe('an offer', () => {
	test('follows the model in everything that the gateway does not say otherwise', () => {
		expect(offer({ model: 'hailuo-02', slug: 'h-02', prompt: 'required' })).toEqual({
			model: 'hailuo-02',
			slug: 'h-02',
			prompt: 'required',
			firstFrame: 'optional',
			lastFrame: true,
			resolutions: { '512P': [6, 10], '768P': [6, 10], '1080P': [6] },
			promptCounts: 'characters',
			imageTypes: ['image/jpeg', 'image/png', 'image/webp'],
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
		const narrow = offer({
			model: 'hailuo-02',
			slug: 'h-02',
			prompt: 'optional',
			firstFrame: 'required',
			lastFrame: false,
			without: ['512P', '1080P'],
			imageTypes: ['image/png'],
		});
		expect(narrow).toEqual({
			model: 'hailuo-02',
			slug: 'h-02',
			prompt: 'optional',
			firstFrame: 'required',
			lastFrame: false,
			resolutions: { '768P': [6, 10] },
			promptCounts: 'characters',
			imageTypes: ['image/png'],
		});
	});

	test('leaves the model as it is', () => {
		offer({ model: 'hailuo-02', slug: 'h-02', prompt: 'optional', without: ['512P'] });
		expect(Object.keys(MODELS['hailuo-02'].resolutions)).toEqual(['512P', '768P', '1080P']);
	});
});

describe('a slug', () => {
	const offers = [
		offer({ model: 'hailuo-2.3', slug: 'h/2.3', prompt: 'required' }),
		offer({ model: 'hailuo-02', slug: { text: 'h/02-text', image: 'h/02-image' }, prompt: 'required' }),
	];

	test.each([
		['hailuo-2.3', null, null, 'h/2.3'],
		['hailuo-2.3', 'an image', null, 'h/2.3'],
		['hailuo-02', null, null, 'h/02-text'],
		['hailuo-02', 'an image', null, 'h/02-image'],
		['hailuo-02', null, 'an image', 'h/02-image'],
		['hailuo-03', null, null, 'hailuo-03'],
	] as const)('of %s with first frame %j and last frame %j is %s', (model, firstFrame, lastFrame, slug) => {
		expect(slugFor(offers, { model, firstFrame, lastFrame })).toBe(slug);
	});

	test.each([
		['h/2.3', 'hailuo-2.3'],
		['h/02-text', 'hailuo-02'],
		['h/02-image', 'hailuo-02'],
		['h/03', null],
	])('%s leads back to %s', (slug, model) => {
		expect(modelOfSlug(offers, (own) => own === slug)).toBe(model);
	});
});
