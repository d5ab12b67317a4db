import type { HttpRequest } from '../../../nodes/Hailuo/core/http/http';
import type { VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import { wiro } from '../../../nodes/Hailuo/providers/wiro/wiro';
import {
	A_CALLBACK_URL,
	A_PROMPT,
	AUDIO_URL,
	FIRST_URL,
	LAST_URL,
	VIDEO_URL,
	aFile,
	aRequest,
	aUrl,
	anAnswer,
	failureOf,
	fileReferences,
	follow,
	urlReferences,
} from './builders';

const CREATED = anAnswer(200, {
	errors: [],
	taskid: '2221',
	socketaccesstoken: 'eDcCm5yyUfIvMFspTwww49OUfgXkQt',
	result: true,
});

interface Item {
	id: string;
	type?: string;
	options?: unknown;
}

const anItem = (id: string, type = 'text', options: unknown = []): Item => ({ id, type, options });
const aFileItem = (id: string, type = 'fileinput'): Item => anItem(id, type);
const withTwin = (id: string, type = 'fileinput'): Item[] => [anItem(id, type), anItem(`${id}Url`)];

const SETTINGS: Item[] = [
	anItem('prompt', 'textarea'),
	anItem('resolution'),
	anItem('duration'),
	anItem('aspectRatio'),
];

/** What Tool/Detail leads to, as `create` is handed it. */
const told = (...items: Item[]) => [
	{ title: 'Input', items },
	{ title: 'Settings', items: SETTINGS },
];

/** The same as an answer. */
const anAnswerOf = (parameters: unknown) => anAnswer(200, { result: true, errors: [], tool: [{ parameters }] });

function h3(changes: Partial<VideoRequest> = {}): VideoRequest {
	return aRequest({ model: 'hailuo-03', resolution: '2K', duration: 9, promptOptimizer: null, ...changes });
}

const TEXTS = { prompt: A_PROMPT, resolution: '2K', duration: '9' };
const texts = Object.entries(TEXTS).map(([name, value]) => ({ name, value }));

/** The create for which the names are known already. */
const sent = (request: VideoRequest, ...items: Item[]): HttpRequest => wiro.create(request, told(...items)).request;

const part = (fileName: string, mimeType: string) => ({ bytes: new Uint8Array([1, 2, 3]), fileName, mimeType });

describe('the names of MiniMax-H3 at Wiro', () => {
	test.each([
		['text', {}, 'h3'],
		['a frame', { firstFrame: aUrl() }, 'h3'],
		['references', { references: urlReferences() }, 'h3-r2v'],
	])('are asked for before a video from %s', (_what, changes, slugproject) => {
		expect(wiro.prepare?.(h3(changes))?.request).toEqual({
			purpose: 'read',
			method: 'POST',
			host: 'api',
			path: '/v1/Tool/Detail',
			body: { kind: 'json', value: { slugowner: 'minimax', slugproject } },
		});
	});

	test('of older models are asked for only where there is an image to name', () => {
		expect(wiro.prepare?.(aRequest({ model: 'hailuo-2.3' }))).toBeNull();
		expect(wiro.prepare?.(aRequest({ model: 'hailuo-2.3', firstFrame: aUrl() }))).not.toBeNull();
	});

	test('are used in the create, whatever they are', () => {
		const settings = [anItem('Prompt'), anItem('resolution'), anItem('duration'), anItem('ratio')];
		const { request } = wiro.create(
			h3({ aspectRatio: '9:16', callbackUrl: A_CALLBACK_URL, extras: { projectId: ' 7 ' } }),
			[{ items: settings }],
		);
		expect(request).toEqual({
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: '/v1/Run/minimax/h3',
			body: {
				kind: 'json',
				value: {
					Prompt: A_PROMPT,
					resolution: '2K',
					duration: '9',
					ratio: '9:16',
					callbackUrl: A_CALLBACK_URL,
					projectid: '7',
				},
			},
		});
	});

	test.each([
		['as values', [{ value: '768p' }, { value: '2k' }]],
		['as texts', ['768p', '2k']],
	])('come with a list whose spelling is used: %s', (_what, options) => {
		const items = [anItem('prompt'), anItem('resolution', 'select', options), anItem('duration')];
		expect(wiro.create(h3(), [{ items }]).request.body).toMatchObject({ value: { resolution: '2k' } });
	});
});

describe('frames of MiniMax-H3 at Wiro', () => {
	const items = [...withTwin('openingImage'), ...withTwin('openingImageLast')];

	test('by address go into the twins, as JSON', () => {
		expect(sent(h3({ firstFrame: aUrl(), lastFrame: aUrl(LAST_URL) }), ...items).body).toEqual({
			kind: 'json',
			value: { openingImageUrl: FIRST_URL, openingImageLastUrl: LAST_URL, ...TEXTS },
		});
	});

	test('by address go into fields that have no twin', () => {
		expect(sent(h3({ firstFrame: aUrl() }), aFileItem('inputImage')).body).toEqual({
			kind: 'json',
			value: { inputImage: FIRST_URL, ...TEXTS },
		});
		expect(sent(h3({ firstFrame: aUrl() }), aFileItem('inputImage', 'combinefileinput')).body).toEqual({
			kind: 'json',
			value: { inputImage: [FIRST_URL], ...TEXTS },
		});
	});

	test('whose bytes we hold go in a form, with the twin there and empty', () => {
		expect(sent(h3({ firstFrame: aFile(), lastFrame: aUrl(LAST_URL) }), ...items).body).toEqual({
			kind: 'multipart',
			fields: [
				{ name: 'openingImage', file: part('frame.png', 'image/png') },
				{ name: 'openingImageUrl', value: '' },
				{ name: 'openingImageLast', value: '' },
				{ name: 'openingImageLastUrl', value: LAST_URL },
				...texts,
			],
		});
	});
});

describe('references of MiniMax-H3 at Wiro', () => {
	const combined = (['Images', 'Videos', 'Audios'] as const).map((kind) =>
		aFileItem(`input${kind}`, 'combinefileinput'),
	);
	const multiple = (['Images', 'Videos', 'Audios'] as const).flatMap((kind) =>
		withTwin(`input${kind}`, 'multifileinput'),
	);

	test('go to a page of their own', () => {
		expect(sent(h3({ references: urlReferences() }), ...combined).path).toBe('/v1/Run/minimax/h3-r2v');
	});

	test('by address go as lists where the field takes both', () => {
		expect(sent(h3({ references: urlReferences() }), ...combined).body).toEqual({
			kind: 'json',
			value: { inputImages: [FIRST_URL, LAST_URL], inputVideos: [VIDEO_URL], inputAudios: [AUDIO_URL], ...TEXTS },
		});
	});

	test('by address go with commas where only the twin takes them, and a comma of their own is encoded', () => {
		const images = [aUrl('https://images.example/w_300,h_200/a.png'), aUrl(LAST_URL)];
		expect(sent(h3({ references: { ...urlReferences(), images } }), ...multiple).body).toEqual({
			kind: 'json',
			value: {
				inputImagesUrl: `https://images.example/w_300%2Ch_200/a.png,${LAST_URL}`,
				inputVideosUrl: VIDEO_URL,
				inputAudiosUrl: AUDIO_URL,
				...TEXTS,
			},
		});
	});

	test('whose bytes we hold go in a form, several under one name', () => {
		expect(sent(h3({ references: fileReferences() }), ...combined).body).toEqual({
			kind: 'multipart',
			fields: [
				{ name: 'inputImages', file: part('one.png', 'image/png') },
				{ name: 'inputImages', file: part('two.jpg', 'image/jpeg') },
				{ name: 'inputVideos', file: part('dance.mp4', 'video/mp4') },
				{ name: 'inputAudios', file: part('voice.mp3', 'audio/mpeg') },
				...texts,
			],
		});
		const fields = sent(h3({ references: fileReferences() }), ...multiple).body;
		expect(fields).toMatchObject({
			fields: [
				{ name: 'inputImages', file: part('one.png', 'image/png') },
				{ name: 'inputImages', file: part('two.jpg', 'image/jpeg') },
				{ name: 'inputImagesUrl', value: '' },
				{ name: 'inputVideos' },
				{ name: 'inputVideosUrl', value: '' },
				{ name: 'inputAudios' },
				{ name: 'inputAudiosUrl', value: '' },
				...texts,
			],
		});
	});

	test('go one under each name where Wiro has a name for each', () => {
		const items = [...withTwin('inputImage'), ...withTwin('inputImage2'), ...withTwin('inputImage3')];
		const images = [aUrl(), aUrl(LAST_URL)];
		expect(sent(h3({ references: { images, videos: [], audios: [] } }), ...items).body).toEqual({
			kind: 'json',
			value: { inputImageUrl: FIRST_URL, inputImage2Url: LAST_URL, ...TEXTS },
		});
	});
});

describe('a request for which Wiro does not tell all names', () => {
	const images = [aUrl(), aFile()];
	const cases: Array<[string, Partial<VideoRequest>, Item[], string]> = [
		['there is no field for the first frame', { firstFrame: aUrl() }, [], 'the first frame'],
		[
			'two fields could be the first frame',
			{ firstFrame: aUrl() },
			[aFileItem('inputImage'), aFileItem('startImage')],
			'the first frame',
		],
		[
			'there is no field for the last frame',
			{ firstFrame: aUrl(), lastFrame: aUrl() },
			[aFileItem('inputImage')],
			'the last frame',
		],
		['the field is a text', { firstFrame: aUrl() }, [anItem('inputImage')], 'the first frame'],
		['the name is none', { firstFrame: aUrl() }, [aFileItem('input image')], 'the first frame'],
		[
			'a field takes one of several',
			{ references: { images: [aUrl(), aUrl()], videos: [], audios: [] } },
			[aFileItem('inputImage')],
			'2 reference images',
		],
		[
			'a kind has no field',
			{ references: urlReferences() },
			[aFileItem('inputImage', 'combinefileinput')],
			'1 reference video and 1 reference audio',
		],
		[
			'one name would not keep their order',
			{ references: { images, videos: [], audios: [] } },
			[aFileItem('inputImage', 'combinefileinput')],
			'2 reference images, files and addresses together',
		],
	];

	test.each(cases)('is refused before anything is made: %s', (_why, changes, items, what) => {
		const request = h3(changes);
		for (const prepared of [undefined, told(...items)]) {
			const { requests, step } = follow(wiro.create(request, prepared), anAnswerOf(told(...items)));
			expect(requests.map(({ purpose }) => purpose)).toEqual(['read']);
			const page = request.references ? 'minimax/h3-r2v' : 'minimax/h3';
			expect(step).toMatchObject({
				kind: 'failure',
				failure: {
					kind: 'notFound',
					made: 'no',
					message: `Wiro's description of ${page} does not tell how to give ${what}, so nothing was sent`,
				},
			});
		}
	});

	test.each([
		['the prompt', SETTINGS.slice(1), 'the prompt'],
		['the resolution', [anItem('prompt'), anItem('duration'), anItem('quality')], 'the resolution 2K'],
		[
			'the resolution on its list',
			[anItem('prompt'), anItem('duration'), anItem('resolution', 'select', ['768P'])],
			'the resolution 2K',
		],
		['the duration', [anItem('prompt'), anItem('resolution')], 'the duration 9'],
		['the aspect ratio', [anItem('prompt'), anItem('resolution'), anItem('duration')], 'the aspect ratio 9:16'],
	])('is refused before anything is made where %s is not told', (_what, items, what) => {
		const request = h3(what.includes('ratio') && what.includes(':') ? { aspectRatio: '9:16' } : {});
		expect(failureOf(wiro.create(request), anAnswerOf([{ items }]))).toMatchObject({
			made: 'no',
			message: `Wiro's description of minimax/h3 does not tell how to give ${what}, so nothing was sent`,
		});
	});

	test('asks once more where the first question had no answer, and goes on with the names', () => {
		const parameters = told(...withTwin('inputImage'));
		const { requests, step } = follow(wiro.create(h3({ firstFrame: aUrl() })), anAnswerOf(parameters), CREATED);
		expect(requests.map(({ path }) => path)).toEqual(['/v1/Tool/Detail', '/v1/Run/minimax/h3']);
		expect(step).toMatchObject({ kind: 'value', value: { jobId: '2221', model: 'hailuo-03' } });
	});

	test.each([
		['is silent', anAnswer(500)],
		[
			'knows no such page',
			anAnswer(200, { result: false, errors: [{ code: 1, message: 'slug-owner-project-not-exist' }] }),
		],
		['has no parameters', anAnswer(200, { result: true, errors: [], tool: [{}] })],
	])('makes nothing where Wiro %s', (_what, answer) => {
		const { requests, step } = follow(wiro.create(h3()), answer);
		expect(requests).toHaveLength(1);
		expect(step).toMatchObject({ kind: 'failure', failure: { made: 'no' } });
	});

	test.each([undefined, null, 'text', 7, [], [null], [{ items: 'none' }], [{ items: [null, 7, { id: {} }] }]])(
		'survives %j in the place of names',
		(prepared) => {
			expect(wiro.create(h3(), prepared).request.path).toBe('/v1/Tool/Detail');
		},
	);
});

describe('a task of MiniMax-H3', () => {
	const shows = (parameters: object) =>
		follow(
			wiro.hasImage!({ jobId: '7' }),
			anAnswer(200, { result: true, tasklist: [{ id: '7', status: 'task_queue', parameters }] }),
		).step;

	test.each(['inputVideos', 'guideAudio', 'inputImageUrl'])('shows what it is made from under %s', (name) => {
		expect(shows({ prompt: 'A boat', [name]: VIDEO_URL })).toEqual({ kind: 'value', value: true });
	});

	test('shows nothing of it where only texts are filled', () => {
		expect(shows({ prompt: 'A boat', inputImages: [''], resolution: '2K' })).toEqual({ kind: 'value', value: false });
	});
});
