import type { HttpRequest, HttpResponse, MultipartField } from '../../../nodes/Hailuo/core/http/http';
import type { VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import { wiro } from '../../../nodes/Hailuo/providers/wiro/wiro';
import {
	A_CALLBACK_URL,
	A_PROMPT,
	FIRST_URL,
	LAST_URL,
	aFile,
	aRequest,
	aUrl,
	anAnswer,
	failureOf,
	follow,
	jobOf,
	jsonBodyOf,
} from './builders';

const TOKEN = 'eDcCm5yyUfIvMFspTwww49OUfgXkQt';
const CREATED = anAnswer(200, { errors: [], taskid: '2221', socketaccesstoken: TOKEN, result: true });

const refusal = (code: number, message: string, status = 200) =>
	anAnswer(status, { result: false, errors: [{ code, message }] });

/** The texts that end every body below. */
const TEXTS = { prompt: A_PROMPT, promptOptimizer: 'true', resolution: '768P', duration: '6' };

const textFields = (texts: Record<string, string> = TEXTS): MultipartField[] =>
	Object.entries(texts).map(([name, value]) => ({ name, value }));

function fieldsOf(request: HttpRequest): MultipartField[] {
	if (request.body?.kind !== 'multipart') throw new Error('The request is not multipart');
	return request.body.fields;
}

function createOf(changes: Partial<VideoRequest>): HttpRequest {
	return wiro.create(aRequest(changes)).request;
}

const image = () => ({ bytes: new Uint8Array([1, 2, 3]), fileName: 'frame.png', mimeType: 'image/png' });

describe('creating', () => {
	test('a video from text is one JSON request whose values are all strings', () => {
		expect(
			createOf({
				model: 'hailuo-2.3',
				promptOptimizer: false,
				duration: 10,
				callbackUrl: A_CALLBACK_URL,
				extras: { projectId: ' 699 ' },
			}),
		).toEqual({
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: '/v1/Run/minimax/hailuo-2-3',
			body: {
				kind: 'json',
				value: {
					prompt: A_PROMPT,
					promptOptimizer: 'false',
					resolution: '768P',
					duration: '10',
					callbackUrl: A_CALLBACK_URL,
					projectid: '699',
				},
			},
		});
	});

	test('a video from an image by address is multipart, with the file field there and empty', () => {
		expect(createOf({ model: 'hailuo-2.3-fast', firstFrame: aUrl() })).toEqual({
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: '/v1/Run/minimax/hailuo-2-3-fast',
			body: {
				kind: 'multipart',
				fields: [
					{ name: 'inputImageFirst', value: '' },
					{ name: 'inputImageFirstUrl', value: FIRST_URL },
					...textFields(),
				],
			},
		});
	});

	test('a video from an image whose bytes we hold has the address field there and empty', () => {
		expect(fieldsOf(createOf({ model: 'hailuo-2.3-fast', firstFrame: aFile() }))).toEqual([
			{ name: 'inputImageFirst', file: image() },
			{ name: 'inputImageFirstUrl', value: '' },
			...textFields(),
		]);
	});

	test('a last frame stands beside the first, each in its own way', () => {
		expect(fieldsOf(createOf({ model: 'hailuo-02', firstFrame: aFile(), lastFrame: aUrl(LAST_URL) }))).toEqual([
			{ name: 'inputImage', file: image() },
			{ name: 'inputImageUrl', value: '' },
			{ name: 'inputImage2', value: '' },
			{ name: 'inputImage2Url', value: LAST_URL },
			...textFields(),
		]);
	});

	test.each([
		['hailuo-2.3-fast', 'an image', aUrl(), '/v1/Run/minimax/hailuo-2-3-fast', 'inputImageFirst'],
		['hailuo-2.3', 'text', null, '/v1/Run/minimax/hailuo-2-3', null],
		['hailuo-2.3', 'an image', aUrl(), '/v1/Run/minimax/hailuo-2-3', 'inputImageFirst'],
		['hailuo-02', 'text', null, '/v1/Run/minimax/text-to-video-hailuo-02', null],
		['hailuo-02', 'an image', aUrl(), '/v1/Run/minimax/image-to-video-hailuo-02', 'inputImage'],
	] as const)('%s from %s', (model, _from, firstFrame, path, field) => {
		const request = createOf({ model, firstFrame });
		expect(request.path).toBe(path);
		expect(request.body?.kind).toBe(field === null ? 'json' : 'multipart');
		if (field !== null) expect(fieldsOf(request)[0]!.name).toBe(field);
	});

	test('an empty prompt, an empty project and no callback are left out', () => {
		const fields = fieldsOf(
			createOf({ model: 'hailuo-2.3-fast', prompt: '', firstFrame: aUrl(), extras: { projectId: ' ' } }),
		);
		expect(fields.map(({ name }) => name)).toEqual([
			'inputImageFirst',
			'inputImageFirstUrl',
			'promptOptimizer',
			'resolution',
			'duration',
		]);
	});

	test('a task that was made is kept, whatever else the answer says', () => {
		const reply = anAnswer(200, { result: false, errors: [{ code: 0, message: 'odd' }], taskid: 2221 });
		expect(jobOf(wiro.create(aRequest()), reply)).toMatchObject({ jobId: '2221', status: 'queued' });
	});

	test.each([
		['neither id nor errors', { result: true, errors: [] }, { kind: 'unreadable', made: 'maybe' }],
		['a bare no', { result: false, errors: [] }, { kind: 'provider', made: 'maybe' }],
		[
			'a code nobody documents',
			{ result: false, errors: [{ code: 7, message: 'What?' }] },
			{ kind: 'provider', made: 'maybe', code: '7' },
		],
	])('an answer with %s may have made a task', (_what, body, failure) => {
		expect(failureOf(wiro.create(aRequest()), anAnswer(200, body))).toMatchObject(failure);
	});

	test('all errors are told', () => {
		const reply = anAnswer(200, {
			result: false,
			errors: [
				{ code: 0, message: 'duration is invalid' },
				{ code: 0, message: 'prompt is too long' },
			],
		});
		expect(failureOf(wiro.create(aRequest()), reply).message).toBe('duration is invalid; prompt is too long');
	});

	test('code 96 is a missing slot also when it comes with an HTTP status of its own', () => {
		expect(failureOf(wiro.create(aRequest()), refusal(96, 'limit', 429))).toMatchObject({ kind: 'slot', made: 'no' });
	});

	test('a refusal that names a task does not prove that none was made', () => {
		const { json } = refusal(0, 'tool-not-accessible');
		const answer = anAnswer(100, { ...Object(json), socketaccesstoken: TOKEN });
		expect(failureOf(wiro.create(aRequest()), answer)).toMatchObject({ made: 'maybe' });
	});
});

describe('an image field that Wiro refuses by name', () => {
	const required = (name: string, what = 'files') => refusal(0, `Request ${what} [${name}] required`);

	/** What is sent after the refusal; null when nothing is. */
	function secondFields(changes: Partial<VideoRequest>, reply: HttpResponse): MultipartField[] | null {
		const { requests, step } = follow(wiro.create(aRequest(changes)), reply, CREATED);
		if (requests.length === 1) return null;
		expect(step).toMatchObject({ kind: 'value', value: { jobId: '2221' } });
		expect(requests[1]).toEqual({ ...requests[0], body: requests[1]!.body });
		return fieldsOf(requests[1]!);
	}

	const fast = (firstFrame: VideoRequest['firstFrame']): Partial<VideoRequest> => ({
		model: 'hailuo-2.3-fast',
		firstFrame,
	});

	test.each([
		['a file field', 'inputImage', 'files'],
		['a file field told as parameter', 'inputImage', 'parameter'],
		['an address field', 'inputImageUrl', 'parameter'],
	])('is sent once more under the name asked for: %s', (_what, name, what) => {
		expect(secondFields(fast(aUrl()), required(name, what))).toEqual([
			{ name: 'inputImage', value: '' },
			{ name: 'inputImageUrl', value: FIRST_URL },
			...textFields(),
		]);
		expect(secondFields(fast(aFile()), required(name, what))).toEqual([
			{ name: 'inputImage', file: image() },
			{ name: 'inputImageUrl', value: '' },
			...textFields(),
		]);
	});

	test('takes the address itself when the very field is asked for, as it seems to have no twin', () => {
		expect(secondFields(fast(aUrl()), required('inputImageFirst'))).toEqual([
			{ name: 'inputImageFirst', value: FIRST_URL },
			{ name: 'inputImageFirstUrl', value: '' },
			...textFields(),
		]);
	});

	test('is renamed in its place when it is the last frame', () => {
		const request = { model: 'hailuo-02', firstFrame: aUrl(), lastFrame: aUrl(LAST_URL) } as const;
		expect(secondFields(request, required('inputImageLast'))).toEqual([
			{ name: 'inputImage', value: '' },
			{ name: 'inputImageUrl', value: FIRST_URL },
			{ name: 'inputImageLast', value: '' },
			{ name: 'inputImageLastUrl', value: LAST_URL },
			...textFields(),
		]);
	});

	test.each<[string, Partial<VideoRequest>, HttpResponse]>([
		['the field is not one for images', fast(aUrl()), required('prompt', 'parameter')],
		['the field could be anything', fast(aUrl()), required('style', 'parameter')],
		['the name is no field name', fast(aUrl()), required('image/../x')],
		['the name is too long', fast(aUrl()), required(`image${'x'.repeat(60)}`)],
		['a last frame is asked for that was not given', fast(aUrl()), required('inputImage2')],
		['a file is asked for under the name it was sent by', fast(aFile()), required('inputImageFirst')],
		['an address is asked for where we hold a file', fast(aFile()), required('inputImageFirstUrl', 'parameter')],
		['no image was given', { model: 'hailuo-2.3' }, required('inputImage')],
		['the words are others', fast(aUrl()), refusal(0, 'inputImage is required')],
		['the server may have begun', fast(aUrl()), refusal(0, 'Request files [inputImage] required', 500)],
	])('is not sent again when %s', (_why, changes, reply) => {
		expect(secondFields(changes, reply)).toBeNull();
		expect(failureOf(wiro.create(aRequest(changes)), reply).made).toBe(reply.status === 500 ? 'maybe' : 'no');
	});

	test('is not sent again when the answer names a task: that task is the job', () => {
		const reply = anAnswer(200, {
			result: false,
			taskid: '9',
			errors: [{ code: 0, message: 'Request files [inputImage] required' }],
		});
		const { requests, step } = follow(wiro.create(aRequest(fast(aUrl()))), reply);
		expect(requests).toHaveLength(1);
		expect(step).toMatchObject({ value: { jobId: '9' } });
	});

	test('is never sent a third time', () => {
		const { requests, step } = follow(
			wiro.create(aRequest(fast(aUrl()))),
			required('inputImage'),
			required('startImage'),
		);
		expect(requests).toHaveLength(2);
		expect(step).toMatchObject({
			kind: 'failure',
			failure: { kind: 'invalid', made: 'no', message: 'Request files [startImage] required' },
		});
	});
});

describe('the names of image fields', () => {
	const item = (id: string, type = 'fileinput') => ({ id, type });
	const parameters = (...items: unknown[]) => [{ title: 'Settings', items: [item('seed', 'text')] }, { items }];
	const BOTH = { model: 'hailuo-02', firstFrame: aUrl(), lastFrame: aFile() } as const;

	/** The image fields of a create that was told these parameters. */
	function framesOf(told: unknown, changes: Partial<VideoRequest> = BOTH): MultipartField[] {
		return fieldsOf(wiro.create(aRequest(changes), told).request).slice(0, -textFields().length);
	}

	const PAGE = framesOf(undefined);

	test.each<[string, unknown[], MultipartField[]]>([
		[
			'an address in the twin that is listed',
			[item('startImage'), item('startImageUrl', 'text'), item('endImage'), item('lastImage'), item('lastImageUrl')],
			[
				{ name: 'startImage', value: '' },
				{ name: 'startImageUrl', value: FIRST_URL },
				{ name: 'lastImage', file: image() },
				{ name: 'lastImageUrl', value: '' },
			],
		],
		[
			'an address in the field itself where no twin is listed',
			[item('inputImage'), item('inputImage2')],
			[
				{ name: 'inputImage', value: FIRST_URL },
				{ name: 'inputImageUrl', value: '' },
				{ name: 'inputImage2', file: image() },
				{ name: 'inputImage2Url', value: '' },
			],
		],
		[
			'an address in the twin of a field for several files',
			[item('photos', 'multifileinput'), item('lastFrame', 'multiFileInput')],
			[
				{ name: 'photos', value: '' },
				{ name: 'photosUrl', value: FIRST_URL },
				{ name: 'lastFrame', file: image() },
				{ name: 'lastFrameUrl', value: '' },
			],
		],
		[
			'no twin of a combined field',
			[item('inputImage', 'combinefileinput'), item('inputImage2', 'combinefileinput')],
			[
				{ name: 'inputImage', value: FIRST_URL },
				{ name: 'inputImage2', file: image() },
			],
		],
	])('that Wiro tells put %s', (_what, items, fields) => {
		expect(framesOf(parameters(...items))).toEqual(fields);
	});

	test.each<[string, unknown]>([
		['nothing', undefined],
		['null', null],
		['a text', 'inputImage'],
		['no items', parameters()],
		['the first frame alone', parameters(item('startImage'))],
		['the last frame alone', parameters(item('endImage'))],
		['fields of other kinds', parameters(item('startImage', 'text'), item('endImage', 'select'))],
		['names that are none', parameters(item('start image'), item('__proto__'), item('image"\r\nx: 2'))],
		['files that are no images', parameters(item('video'), item('audioLast'))],
		['strange items', parameters(null, 7, 'startImage', [item('startImage')], { id: {}, type: [] })],
	])("are those of Wiro's page where Wiro tells %s", (_what, told) => {
		expect(framesOf(told)).toEqual(PAGE);
	});

	test.each<[string, Partial<VideoRequest>, unknown]>([
		[
			'an image of hailuo-2.3',
			{ model: 'hailuo-2.3', firstFrame: aFile() },
			{ slugowner: 'minimax', slugproject: 'hailuo-2-3' },
		],
		['two images of hailuo-02', BOTH, { slugowner: 'minimax', slugproject: 'image-to-video-hailuo-02' }],
	])('are asked for by %s, without a job', (_what, changes, value) => {
		const exchange = wiro.prepare!(aRequest(changes))!;
		expect(exchange.request).toEqual({
			purpose: 'read',
			method: 'POST',
			host: 'api',
			path: '/v1/Tool/Detail',
			body: { kind: 'json', value },
		});
		const told = parameters(item('startImage'));
		const { step } = follow(exchange, anAnswer(200, { result: true, errors: [], tool: [{ parameters: told }] }));
		expect(step).toEqual({ kind: 'value', value: told });
		expect(failureOf(exchange, anAnswer(200, { result: true, errors: [], tool: [] })).kind).toBe('unreadable');
		expect(failureOf(exchange, refusal(1, 'tool-not-accessible')).kind).toBe('permission');
	});

	test('are not asked for by a video from text', () => {
		expect(wiro.prepare!(aRequest())).toBeNull();
	});
});

describe('whether a task has an image', () => {
	const TEXT = { prompt: A_PROMPT, duration: '6' };

	test.each<[string, unknown, boolean]>([
		['a file', { ...TEXT, inputImageFirst: 'frame.png' }, true],
		['an address', { ...TEXT, inputImage: '', inputImageUrl: FIRST_URL }, true],
		['a list of addresses', { ...TEXT, inputImage: [FIRST_URL] }, true],
		['JSON as text', JSON.stringify({ ...TEXT, inputImageFirstUrl: FIRST_URL }), true],
		['nothing', undefined, true],
		['null', null, true],
		['an empty object', {}, true],
		['an empty text', '', true],
		['a text that is no JSON', 'prompt=A', true],
		['JSON that is no object', '"prompt"', true],
		['a list', [TEXT], true],
		['empty values alone', { prompt: '', inputImage: '' }, true],
		['texts alone', TEXT, false],
		['texts alone, as text', JSON.stringify(TEXT), false],
		['an empty image', { ...TEXT, inputImage: '', inputImageUrl: '' }, false],
		['an empty list', { ...TEXT, inputImage: [] }, false],
		['a list of nothing', { ...TEXT, inputImage: ['', null] }, false],
	])('is read of its parameters: %s', (_what, parameters, value) => {
		const exchange = wiro.hasImage!({ jobId: '2221', handles: { jobToken: TOKEN } });
		expect(exchange.request).toEqual(wiro.get({ jobId: '2221', handles: { jobToken: TOKEN } }).request);
		const task = { id: '2221', status: 'task_queue', parameters };
		const { step } = follow(exchange, anAnswer(200, { result: true, errors: [], tasklist: [task] }));
		expect(step).toEqual({ kind: 'value', value });
	});

	test('cannot be said of a task that is not shown', () => {
		expect(failureOf(wiro.hasImage!({ jobId: '2221' }), refusal(1, 'There is no task yet.')).kind).toBe('notFound');
	});
});

test('the body of a create from text names nothing but texts', () => {
	expect(jsonBodyOf(createOf({ model: 'hailuo-02' }))).toEqual(TEXTS);
});
