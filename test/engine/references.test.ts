/** MiniMax-H3 at each gateway that sells it: what is asked of it from text, frames and references. */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { testImage, testMedia, type MultipartBody, type ProviderName, type Simulator } from '../tools/simulator';
import { aBinary, BINARY_MODES, removeBinaryData, type BinaryMode } from '../tools/support/binaryData';
import { aCreate, LABELS, onStage, PROMPT, requestLines } from './stage';

afterAll(removeBinaryData);

const THIRD = ['aimlApi', 'evolink', 'wiro'] as const satisfies readonly ProviderName[];
type Third = (typeof THIRD)[number];

const CAT = 'https://media.example/w_300,h_200/cat.png?sig=a%2Cb';
const DOG = 'https://media.example/dog.jpg';
const DANCE = 'https://media.example/dance.mp4';
const VOICE = 'https://media.example/voice.mp3';

interface File {
	bytes: Buffer;
	fileName: string;
	mimeType: string;
}

const aFile = (bytes: Buffer, fileName: string, mimeType: string): File => ({ bytes, fileName, mimeType });

/** Two images, a video and a sound, told from each other by their ends. */
const FILES: Record<string, File> = {
	cat: aFile(Buffer.concat([testImage('png'), Buffer.from('cat')]), 'cat.png', 'image/png'),
	dog: aFile(Buffer.concat([testImage('jpeg'), Buffer.from('dog')]), 'dog.jpg', 'image/jpeg'),
	dance: aFile(testMedia('mp4'), 'dance.mp4', 'video/mp4'),
	voice: aFile(testMedia('wav'), 'voice.wav', 'audio/wav'),
};

async function anItem(mode: BinaryMode): Promise<INodeExecutionData> {
	const binary: NonNullable<INodeExecutionData['binary']> = {};
	for (const [name, { bytes, fileName, mimeType }] of Object.entries(FILES))
		binary[name] = await aBinary(mode, bytes, fileName, mimeType);
	return { json: { prompt: PROMPT }, binary };
}

const aThird = (provider: Third, changes: INodeParameters): INodeParameters =>
	aCreate(provider, { model: 'hailuo-03', resolution: '2K', duration: 9, ...changes });

const dataUrlOf = ({ bytes, mimeType }: File) => `data:${mimeType};base64,${bytes.toString('base64')}`;
const partOf = ({ bytes, fileName, mimeType }: File) => ({ filename: fileName, contentType: mimeType, bytes });
const uploaded = (simulator: Simulator, { bytes }: File) =>
	simulator.uploads.find((file) => file.bytes.equals(bytes))?.url;

const AIML = { model: 'minimax/h3', prompt: PROMPT, resolution: '2K', duration: 9 };
const EVOLINK = { model: 'minimax-h3-reference-to-video', prompt: PROMPT, quality: '2k', duration: 9 };
const WIRO = { prompt: PROMPT, resolution: '2k', duration: '9' };

/** What the create of each gateway must be, as whole bodies. */
const FROM_TEXT: Record<Third, unknown> = {
	aimlApi: { ...AIML, ratio: '9:16' },
	evolink: { ...EVOLINK, model: 'minimax-h3-text-to-video', aspect_ratio: '9:16' },
	wiro: { ...WIRO, pictureRatio: '9:16' },
};

const FROM_FRAMES: Record<Third, unknown> = {
	aimlApi: { ...AIML, image_url: CAT, last_image_url: DOG, ratio: 'adaptive' },
	evolink: { ...EVOLINK, model: 'minimax-h3-image-to-video', image_start: CAT, image_end: DOG },
	wiro: { ...WIRO, openingImageUrl: CAT, closingImageLastUrl: DOG },
};

const FROM_ADDRESSES: Record<Third, unknown> = {
	aimlApi: { ...AIML, reference_image_urls: [CAT, DOG], video_urls: [DANCE], audio_urls: [VOICE], ratio: 'adaptive' },
	evolink: { ...EVOLINK, image_urls: [CAT, DOG], video_urls: [DANCE], audio_urls: [VOICE], aspect_ratio: 'adaptive' },
	wiro: { ...WIRO, guideImages: [CAT, DOG], guideVideosUrl: DANCE, guideAudios: [VOICE] },
};

const { cat, dog, dance, voice } = FILES as Record<'cat' | 'dog' | 'dance' | 'voice', File>;

const FROM_FILES: Record<Third, (simulator: Simulator) => unknown> = {
	aimlApi: () => ({
		...AIML,
		reference_image_urls: [dataUrlOf(cat), dataUrlOf(dog)],
		video_urls: [dataUrlOf(dance)],
		audio_urls: [dataUrlOf(voice)],
		ratio: 'adaptive',
	}),
	evolink: (simulator) => ({
		...EVOLINK,
		image_urls: [uploaded(simulator, cat), uploaded(simulator, dog)],
		video_urls: [uploaded(simulator, dance)],
		audio_urls: [uploaded(simulator, voice)],
		aspect_ratio: 'adaptive',
	}),
	wiro: (): MultipartBody => ({
		fields: { ...WIRO, guideVideosUrl: '' },
		files: {
			guideImages: partOf(cat),
			'guideImages#2': partOf(dog),
			guideVideos: partOf(dance),
			guideAudios: partOf(voice),
		},
	}),
};

const QUESTIONS: Record<Third, string[]> = { aimlApi: [], evolink: [], wiro: ['describe /v1/Tool/Detail'] };
const CREATES: Record<Third, (page: string) => string> = {
	aimlApi: () => 'create /v2/video/generations',
	evolink: () => 'create /v1/videos/generations',
	wiro: (page) => `create /v1/Run/minimax/${page}`,
};

const bodiesOf = (simulator: Simulator, provider: Third) =>
	simulator.requestsOf(provider, 'create').map(({ body }) => body);

describe.each(THIRD)('MiniMax-H3 at %s', (provider) => {
	test('makes a video from text in the shape that was chosen', () =>
		onStage(async ({ simulator, run }) => {
			const { items, error } = await run(aThird(provider, { aspectRatio: '9:16' }));
			expect(error).toBeUndefined();
			expect(items[0]?.json).toMatchObject({ jobId: simulator.jobs[0]?.id, model: 'hailuo-03' });
			expect(requestLines(simulator)).toEqual([...QUESTIONS[provider], CREATES[provider]('h3')]);
			expect(bodiesOf(simulator, provider)).toEqual([FROM_TEXT[provider]]);
		}));

	test('makes a video between two frames', () =>
		onStage(async ({ simulator, run }) => {
			const frames = { firstFrame: 'url', firstFrameUrl: CAT, lastFrame: 'url', lastFrameUrl: DOG };
			const { error } = await run(aThird(provider, frames));
			expect(error).toBeUndefined();
			expect(bodiesOf(simulator, provider)).toEqual([FROM_FRAMES[provider]]);
		}));

	test.each([
		['a text', `${CAT}, ${DOG}`],
		['lines', `${CAT}\n${DOG}\n`],
		['a list', `={{ ${JSON.stringify([CAT, DOG])} }}`],
	])('makes a video from references by address, given as %s', (_what, images) =>
		onStage(async ({ simulator, run }) => {
			const references = { referenceImages: images, referenceVideos: DANCE, referenceAudios: VOICE };
			const { error } = await run(aThird(provider, references));
			expect(error).toBeUndefined();
			expect(requestLines(simulator)).toEqual([...QUESTIONS[provider], CREATES[provider]('h3-r2v')]);
			expect(bodiesOf(simulator, provider)).toEqual([FROM_ADDRESSES[provider]]);
		}),
	);

	test.each(BINARY_MODES)('makes a video from files of the item, kept in %s, byte by byte', (mode) =>
		onStage(async ({ simulator, run }) => {
			const references = { referenceImages: 'cat, dog', referenceVideos: 'dance', referenceAudios: 'voice' };
			const { error } = await run(aThird(provider, references), { items: [await anItem(mode)] });
			expect(error).toBeUndefined();
			expect(bodiesOf(simulator, provider)).toEqual([FROM_FILES[provider](simulator)]);
			expect(simulator.jobs).toHaveLength(1);
		}),
	);

	test.each<[string, INodeParameters, string]>([
		[
			'a frame beside them',
			{ firstFrame: '={{ "url" }}', firstFrameUrl: CAT, referenceImages: DOG },
			"'Reference Images' cannot stand beside a frame; give frames or references, not both",
		],
		[
			'a field that the item has not',
			{ referenceImages: 'cat, bird' },
			"'Reference Image 2' is 'bird', which is neither a web address nor a binary field of the item",
		],
		['a file of another kind', { referenceVideos: 'cat' }, "'Reference Video 1' is a PNG by its content, not a video"],
		[
			'too many of them',
			{ referenceVideos: Array.from({ length: 4 }, () => DANCE).join('\n') },
			`'Reference Videos' holds 4 videos; ${LABELS[provider]} takes at most 3 for Hailuo 03`,
		],
	])('refuses references with %s before anything is sent', (_what, changes, problem) =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(aThird(provider, changes), { items: [await anItem('memory')] });
			expect(error?.message).toContain(problem);
			expect(simulator.requests).toEqual([]);
		}),
	);

	test('makes one job each for items with references of their own', () =>
		onStage(async ({ simulator, run }) => {
			const items = [CAT, DOG, CAT].map((image, index) => ({ json: { prompt: `Scene ${index}`, image } }));
			const { error } = await run(aThird(provider, { referenceImages: '={{ $json.image }}' }), { items });
			expect([error, simulator.jobs.length]).toEqual([undefined, 3]);
			expect(simulator.requestsOf(provider, 'describe')).toHaveLength(QUESTIONS[provider].length);
		}));
});

describe('MiniMax-H3 at Wiro', () => {
	test.each([
		['guideVideos', '1 reference video', { referenceImages: CAT, referenceVideos: DANCE }],
		['resolution', 'the resolution 2K', { referenceImages: CAT }],
	])('buys nothing where Tool/Detail does not name %s', (name, what, references) =>
		onStage(
			async ({ simulator, run }) => {
				const { error } = await run(aThird('wiro', references));
				expect(error?.message).toContain('Wiro does not know what was asked for');
				expect(error?.description).toContain(
					`Wiro's description of minimax/h3-r2v does not tell how to give ${what}, so nothing was sent`,
				);
				expect(new Set(simulator.requests.map(({ operation }) => operation))).toEqual(new Set(['describe']));
			},
			{ wiroToolDetailLacks: [name, `${name}Url`] },
		),
	);

	test('buys nothing where Tool/Detail fails', () =>
		onStage(
			async ({ simulator, run }) => {
				const { error } = await run(aThird('wiro', { referenceImages: CAT }));
				expect(error).toBeDefined();
				expect(new Set(simulator.requests.map(({ operation }) => operation))).toEqual(new Set(['describe']));
			},
			{ wiroToolDetailFails: true },
		));
});

test('a variant of MiniMax-H3 at EvoLink has models of its own', () =>
	onStage(async ({ simulator, run }) => {
		const max = { model: 'hailuo-03-max', resolution: '480P', duration: 5 };
		const { error } = await run(aThird('evolink', { ...max, referenceImages: CAT, referenceAudios: VOICE }));
		expect(error).toBeUndefined();
		expect(bodiesOf(simulator, 'evolink')).toEqual([
			{
				model: 'minimax-h3-max-reference-to-video',
				prompt: PROMPT,
				quality: '480p',
				duration: 5,
				image_urls: [CAT],
				audio_urls: [VOICE],
			},
		]);
	}));
