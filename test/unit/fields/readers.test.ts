import {
	readDownloadForm,
	readJobId,
	readOptions,
	readVideoForm,
	readWaitingForm,
	type NodeOptions,
	type VideoForm,
	type WaitingForm,
} from '../../../nodes/Hailuo/fields/form';
import { validate } from '../../../nodes/Hailuo/core/video/validate';
import { NO_REFERENCES } from '../../tools/support/builders';
import { readerOfAny, shops, unlikeOthers } from './form';

const shopOf = (id: string) => shops.find((shop) => shop.id === id)!;
const readVideo = (values: Record<string, unknown>, provider = 'evolink') =>
	readVideoForm(readerOfAny(values), shopOf(provider));
const read = (options: unknown, provider = 'aimlApi', model?: string) =>
	readOptions(readerOfAny({ options, ...(model && { model }) }), shopOf(provider));

/** What an expression may come to where something else was expected. */
const oddities = [
	undefined,
	null,
	'',
	' ',
	'nonsense',
	0,
	-1,
	12.5,
	Number.NaN,
	Number.POSITIVE_INFINITY,
	true,
	false,
	[],
	[null],
	{},
	{ kind: 'url' },
];

describe('the video form', () => {
	test('is read as it was filled in', () => {
		const values = {
			model: 'hailuo-02',
			prompt: 'A boat',
			cameraMovements: ['Pan left', 'Zoom in'],
			firstFrame: 'url',
			firstFrameUrl: 'https://images.example/first.png',
			lastFrame: 'binary',
			lastFrameBinaryProperty: 'last',
			resolution: '512P',
			duration: 10,
			promptOptimizer: false,
		};
		expect(readVideo(values)).toEqual({
			model: 'hailuo-02',
			prompt: 'A boat',
			cameraMovements: ['Pan left', 'Zoom in'],
			firstFrame: { kind: 'url', url: 'https://images.example/first.png' },
			lastFrame: { kind: 'binary', property: 'last' },
			references: NO_REFERENCES,
			resolution: '512P',
			duration: 10,
			aspectRatio: 'adaptive',
			promptOptimizer: false,
			problems: [],
		});
	});

	test('untouched has the defaults of the form', () => {
		expect(readVideo({ model: 'hailuo-2.3' })).toEqual({
			model: 'hailuo-2.3',
			prompt: '',
			cameraMovements: [],
			firstFrame: { kind: 'none' },
			lastFrame: { kind: 'none' },
			references: NO_REFERENCES,
			resolution: '768P',
			duration: 6,
			aspectRatio: 'adaptive',
			promptOptimizer: true,
			problems: [],
		});
	});

	test.each([
		['evolink', 'hailuo-2.3-fast', 'url'],
		['apiframe', 'hailuo-2.3-fast', 'url'],
		['evolink', 'hailuo-02', 'none'],
		['wiro', 'hailuo-03', 'none'],
	])('untouched at %s with %s has a first frame of kind %s', (provider, model, kind) => {
		expect(readVideo({ model }, provider).firstFrame.kind).toBe(kind);
	});

	test.each<[string, Record<string, unknown>, Partial<VideoForm>]>([
		['a number spelled as text', { duration: '10' }, { duration: '10' }],
		['a switch spelled as text', { promptOptimizer: 'false' }, { promptOptimizer: false }],
		['a switch with capitals', { promptOptimizer: ' TRUE ' }, { promptOptimizer: true }],
		['a prompt that is a number', { prompt: 42 }, { prompt: '42' }],
		['no prompt', { prompt: null }, { prompt: '' }],
		['movements with commas', { cameraMovements: 'Pan left, zoom IN,' }, { cameraMovements: ['Pan left', 'Zoom in'] }],
		[
			'movements as in a prompt',
			{ cameraMovements: '[Push in,Pan left]' },
			{ cameraMovements: ['Push in', 'Pan left'] },
		],
		['a single movement', { cameraMovements: 'shake' }, { cameraMovements: ['Shake'] }],
		['no movements', { cameraMovements: null }, { cameraMovements: [] }],
		['a movement there is not', { cameraMovements: 'Fly' }, { cameraMovements: ['Fly'] }],
		['movements that are no text', { cameraMovements: [{ name: 'Shake' }, null] }, { cameraMovements: ['an object'] }],
		['a frame that an expression left empty', { firstFrame: '' }, { firstFrame: { kind: 'none' } }],
		['a frame that an expression did not find', { firstFrame: null }, { firstFrame: { kind: 'none' } }],
		['a frame without its address', { firstFrame: 'url' }, { firstFrame: { kind: 'url', url: '' } }],
		['a file in the usual field', { firstFrame: 'binary' }, { firstFrame: { kind: 'binary', property: 'data' } }],
	])('understands %s', (_what, values, expected) => {
		expect(readVideo({ model: 'hailuo-02', ...values })).toMatchObject({ ...expected, problems: [] });
	});

	test.each<[Record<string, unknown>, string]>([
		[{ firstFrame: 'file' }, `'First Frame' is 'file'; choose None ('none'), URL ('url') or Binary File ('binary')`],
		[{ lastFrame: 7 }, `'Last Frame' is 7; choose None ('none'), URL ('url') or Binary File ('binary')`],
		[
			{ firstFrame: 'binary', firstFrameBinaryProperty: ' ' },
			`'First Frame Input Data Field Name' is empty; give the name of the binary field, such as data, not the file itself`,
		],
		[
			{ firstFrame: 'binary', firstFrameBinaryProperty: { data: 'aGk=', mimeType: 'image/png' } },
			`'First Frame Input Data Field Name' is an object; give the name of the binary field, such as data, not the file itself`,
		],
		[
			{ lastFrame: 'binary', lastFrameBinaryProperty: [{ data: 'aGk=' }] },
			`'Last Frame Input Data Field Name' is a list; give the name of the binary field, such as data, not the file itself`,
		],
		[{ firstFrame: 'url', firstFrameUrl: {} }, `'First Frame URL' is an object, which is no text`],
		[{ lastFrame: 'url', lastFrameUrl: ['https://a.example/1.png'] }, `'Last Frame URL' is a list, which is no text`],
		[{ promptOptimizer: 'perhaps' }, `'Prompt Optimizer' is 'perhaps'; it takes true or false`],
		[{ prompt: { text: 'A boat' } }, `'Prompt' is an object, which is no text`],
	])('says in its own words what it cannot understand: %j', (values, problem) => {
		expect(readVideo({ model: 'hailuo-02', ...values }).problems).toEqual([problem]);
	});

	test.each(Object.keys(readVideo({ model: 'hailuo-02' })).filter((name) => name !== 'problems'))(
		'takes anything for %s without falling over, and sends none of it',
		(name) => {
			for (const value of oddities) {
				const form = readVideo({ model: 'hailuo-02', prompt: 'A boat', [name]: value });
				expect(form.problems.every((problem) => problem.startsWith(`'`))).toBe(true);
				const frame = { kind: 'none' } as const;
				const validation = validate(shopOf('evolink'), {
					...form,
					firstFrame: frame,
					lastFrame: frame,
					references: NO_REFERENCES,
				});
				if (validation.ok)
					expect(validation.request).toMatchObject({ model: 'hailuo-02', resolution: '768P', duration: 6 });
			}
		},
	);

	test.each(['firstFrame', 'lastFrame'] as const)(
		'says once what is wrong with a %s, and the validation no more',
		(name) => {
			for (const values of [
				{ [name]: 'file' },
				{ [name]: 'url', [`${name}Url`]: 7.5 < 8 },
				{ [name]: 'binary', [`${name}BinaryProperty`]: {} },
			]) {
				const form = readVideo({
					model: 'hailuo-02',
					prompt: 'A boat',
					firstFrame: 'url',
					firstFrameUrl: 'https://a.example/1.png',
					...values,
				});
				expect([form[name], form.problems.length]).toEqual([{ kind: 'unclear' }, 1]);
			}
		},
	);

	test.each<[unknown, string]>([
		[{ id: 'hailuo-02' }, 'an object'],
		[['hailuo-02'], 'a list'],
		[null, ''],
	])('shows a model and a resolution of %j as what they are', (value, word) => {
		expect(readVideo({ model: value, resolution: value })).toMatchObject({ model: word, resolution: word });
	});

	test.each([
		['hailuo-2.3-fast', 'hailuo-2.3-fast'],
		['Hailuo 2.3 Fast', 'hailuo-2.3-fast'],
		[' HAILUO 02 ', 'hailuo-02'],
		['Veo 3', 'Veo 3'],
	])('takes the model also by its name: %s', (given, model) => {
		expect(readVideo({ model: given }).model).toBe(model);
	});

	test("with a last frame that the model does not take is refused in the form's words", () => {
		const form = readVideo({
			model: 'hailuo-2.3',
			prompt: 'A boat',
			lastFrame: 'url',
			lastFrameUrl: 'https://images.example/last.png',
		});
		const { firstFrame, lastFrame } = form;
		if (firstFrame.kind === 'binary' || lastFrame.kind === 'binary') throw new Error('No frame is a file here');
		expect(validate(shopOf('evolink'), { ...form, firstFrame, lastFrame, references: NO_REFERENCES })).toEqual({
			ok: false,
			problems: [`'Last Frame' is not offered by EvoLink for Hailuo 2.3`],
		});
	});
});

describe('the waiting form', () => {
	const readWaiting = (values: Record<string, unknown>) => readWaitingForm(readerOfAny(values));

	test.each<[Record<string, unknown>, Omit<WaitingForm, 'problems'>]>([
		[{}, { timeoutMinutes: 30, onTimeout: 'error', onJobFailure: 'error' }],
		[
			{ timeout: '45', onTimeout: 'output' },
			{ timeoutMinutes: 45, onTimeout: 'output', onJobFailure: 'error' },
		],
		[
			{ timeout: 0.5, onJobFailure: 'output' },
			{ timeoutMinutes: 0.5, onTimeout: 'error', onJobFailure: 'output' },
		],
	])('of %j is read', (values, expected) => {
		expect(readWaiting(values)).toEqual({ ...expected, problems: [] });
	});

	test.each<[Record<string, unknown>, string]>([
		[{ timeout: 0 }, `'Timeout' is 0; it takes a number of minutes greater than 0`],
		[{ timeout: -5 }, `'Timeout' is -5; it takes a number of minutes greater than 0`],
		[{ timeout: 'soon' }, `'Timeout' is 'soon'; it takes a number of minutes greater than 0`],
		[{ timeout: Number.NaN }, `'Timeout' is not a number; it takes a number of minutes greater than 0`],
		[{ timeout: null }, `'Timeout' is empty; it takes a number of minutes greater than 0`],
		[{ timeout: Number.POSITIVE_INFINITY }, `'Timeout' is Infinity; it takes a number of minutes greater than 0`],
		[{ onTimeout: 'ignore' }, `'On Timeout' is 'ignore'; choose Fail the Item ('error') or Output the Job ('output')`],
		[{ onJobFailure: [] }, `'On Job Failure' is a list; choose Fail the Item ('error') or Output the Job ('output')`],
	])('of %j says what makes no sense', (values, problem) => {
		expect(readWaiting(values)).toEqual({
			timeoutMinutes: 30,
			onTimeout: 'error',
			onJobFailure: 'error',
			problems: [problem],
		});
	});
});

describe('the download form', () => {
	test.each([
		[{}, { downloadVideo: false, outputBinaryProperty: 'data' }],
		[
			{ downloadVideo: 'true', outputBinaryProperty: 'video' },
			{ downloadVideo: true, outputBinaryProperty: 'video' },
		],
		[
			{ downloadVideo: true, outputBinaryProperty: '' },
			{ downloadVideo: true, outputBinaryProperty: 'data' },
		],
	])('of %j is read', (values, expected) => {
		expect(readDownloadForm(readerOfAny(values))).toEqual({ ...expected, problems: [] });
	});

	test('says when the name of the output field is no text', () => {
		expect(readDownloadForm(readerOfAny({ outputBinaryProperty: { data: 1 } })).problems).toEqual([
			`'Output Data Field Name' is an object, which is no text`,
		]);
	});

	test('says when it cannot tell yes from no', () => {
		expect(readDownloadForm(readerOfAny({ downloadVideo: 'later' }))).toMatchObject({
			downloadVideo: false,
			problems: [`'Download Video' is 'later'; it takes true or false`],
		});
	});
});

describe('the job ID', () => {
	test.each([
		['abc:minimax/hailuo-02', 'abc:minimax/hailuo-02'],
		[' 42 ', '42'],
		[349872201343396, '349872201343396'],
		['', null],
		[null, null],
		[{ id: 1 }, null],
	])('%j is read as %j', (value, expected) => {
		expect(readJobId(readerOfAny({ jobId: value }))).toBe(expected);
	});

	test('is null when there is no such field', () => {
		expect(readJobId(readerOfAny({}))).toBeNull();
	});
});

describe('the options', () => {
	const untouched: NodeOptions = {
		pollIntervalSeconds: 0,
		recheckIntervalMinutes: 2,
		context: null,
		maxConcurrency: 8,
		includeRaw: false,
		idempotencyKey: null,
		createRetries: 2,
		waitForSlotMinutes: 10,
		cancelOnStop: false,
		maxVideoSizeMegabytes: 1024,
		extras: { route: 'auto' },
		problems: [],
	};

	test.each([[{}], [undefined], [null], ['text'], [[]]])('untouched have their defaults, also as %j', (options) => {
		expect(read(options)).toEqual(untouched);
	});

	test.each<[Record<string, unknown>, Partial<NodeOptions>]>([
		[
			{ pollInterval: '2.5', maxConcurrency: 1 },
			{ pollIntervalSeconds: 2.5, maxConcurrency: 1 },
		],
		[
			{ includeRaw: 'true', cancelOnStop: true },
			{ includeRaw: true, cancelOnStop: true },
		],
		[{ idempotencyKey: ' campaign ' }, { idempotencyKey: 'campaign' }],
		[{ idempotencyKey: 7 }, { idempotencyKey: '7' }],
		[{ idempotencyKey: '' }, { idempotencyKey: null }],
		[
			{ createRetries: 0, waitForSlot: 0 },
			{ createRetries: 0, waitForSlotMinutes: 0 },
		],
		[{ maxVideoSize: 0.5 }, { maxVideoSizeMegabytes: 0.5 }],
		[{ recheckInterval: '0.5' }, { recheckIntervalMinutes: 0.5 }],
		[{ context: '{ "row": 7 }' }, { context: { row: 7 } }],
		[{ context: { row: 7 } }, { context: { row: 7 } }],
		[{ context: '[1, "two"]' }, { context: [1, 'two'] }],
		[{ context: '7' }, { context: 7 }],
		[{ context: '"text"' }, { context: 'text' }],
		[{ context: '{}' }, { context: null }],
		[{ context: ' ' }, { context: null }],
		[{ context: null }, { context: null }],
		[{ context: {} }, { context: null }],
		[{ route: 'minimax' }, { extras: { route: 'minimax' } }],
	])('%j are read', (options, expected) => {
		expect(read(options)).toEqual({ ...untouched, ...expected });
	});

	test.each<[Record<string, unknown>, string]>([
		[{ pollInterval: -1 }, `'Poll Interval' is -1; it takes a number of seconds of at least 0`],
		[{ maxConcurrency: 0 }, `'Max Concurrency' is 0; it takes a whole number of requests of at least 1`],
		[{ maxConcurrency: 2.5 }, `'Max Concurrency' is 2.5; it takes a whole number of requests of at least 1`],
		[{ createRetries: 'many' }, `'Create Retries' is 'many'; it takes a whole number of times of at least 0`],
		[{ waitForSlot: Number.NaN }, `'Wait for Slot' is not a number; it takes a number of minutes of at least 0`],
		[{ maxVideoSize: 0 }, `'Max Video Size' is 0; it takes a number of MB greater than 0`],
		[{ recheckInterval: 0 }, `'Recheck Interval' is 0; it takes a number of minutes greater than 0`],
		[{ context: 'row 7' }, `'Context' is 'row 7'; it takes JSON`],
		[{ context: '{ "row": ' }, `'Context' is '{ "row":'; it takes JSON`],
		[{ includeRaw: 'raw' }, `'Include Raw Response' is 'raw'; it takes true or false`],
		[{ cancelOnStop: 3 }, `'Cancel on Stop' is 3; it takes true or false`],
		[
			{ route: 'scenic' },
			`'Route' is 'scenic'; choose Automatic ('auto'), MiniMax (Older) ('minimax') or Universal (Current) ('universal')`,
		],
	])('%j make no sense, which is said', (options, problem) => {
		expect(read(options)).toEqual({ ...untouched, problems: [problem] });
	});

	test.each(['idempotencyKey', 'projectId'])('of text refuse what is none: %s', (name) => {
		for (const [value, shownAs] of [
			[{}, 'an object'],
			[['a'], 'a list'],
			[true, 'true'],
		] as const) {
			const label = { idempotencyKey: 'Idempotency Key', projectId: 'Project ID' }[name];
			expect(read({ [name]: value }, 'wiro').problems).toEqual([`'${label}' is ${shownAs}, which is no text`]);
		}
	});

	test("that only other providers have are none of this one's", () => {
		const options = { route: 'minimax', fastPretreatment: true, projectId: '12' };
		expect(read(options, 'apiframe').extras).toEqual({});
		expect(read(options, 'evolink', 'hailuo-02').extras).toEqual({ fastPretreatment: true });
		expect(read(options, 'wiro').extras).toEqual({ projectId: '12' });
	});

	test('that a provider has for some models only are refused for the others, unless untouched', () => {
		expect(read({ fastPretreatment: true }, 'evolink', 'hailuo-2.3-fast')).toMatchObject({
			extras: {},
			problems: [`'Fast Pretreatment' is not offered by EvoLink for Hailuo 2.3 Fast`],
		});
		expect(read({ fastPretreatment: false }, 'evolink', 'hailuo-2.3-fast')).toMatchObject({ extras: {}, problems: [] });
		expect(read({}, 'evolink', 'hailuo-2.3-fast')).toMatchObject({ extras: {}, problems: [] });
	});

	test.each<[Record<string, unknown>, string]>([
		[{ tier: 'middle' }, `'Tier' is 'middle'; choose Low ('low') or High ('high')`],
		[{ watermark: 'x' }, `'Watermark' is 'x'; it takes true or false`],
	])('of a provider are of the type it states: %j', (options, problem) => {
		const extras = readOptions(readerOfAny({ options, model: 'hailuo-03' }), unlikeOthers);
		expect(extras).toMatchObject({ extras: { tier: 'low', watermark: true }, problems: [problem] });
	});

	test('of text are refused when they are none', () => {
		expect(read({ projectId: {} }, 'wiro').problems).toEqual([`'Project ID' is an object, which is no text`]);
	});

	test('survive anything for any of them', () => {
		for (const name of [
			'pollInterval',
			'recheckInterval',
			'context',
			'maxConcurrency',
			'includeRaw',
			'idempotencyKey',
			'createRetries',
			'waitForSlot',
			'cancelOnStop',
			'maxVideoSize',
			'route',
		]) {
			for (const value of oddities) {
				const { problems, extras, ...options } = read({ [name]: value });
				expect(problems.length).toBeLessThanOrEqual(1);
				expect(Object.values(options).every((option) => typeof option !== 'number' || Number.isFinite(option))).toBe(
					true,
				);
				expect(['auto', 'minimax', 'universal']).toContain(extras.route);
			}
		}
	});
});
