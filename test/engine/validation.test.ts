import type { INodeParameters } from 'n8n-workflow';
import { type ProviderName } from '../tools/simulator';
import { aCreate, aCreateAndWait, aPrompt, IMAGE_URL, LABELS, onJob, onStage, PROMPT, PROVIDERS } from './stage';

const FIRST_FRAME = { firstFrame: 'url', firstFrameUrl: IMAGE_URL };
const LAST_FRAME = { lastFrame: 'url', lastFrameUrl: 'https://images.example/last.png' };

/** A value that only an expression can bring, past what the form offers. */
const forced = (value: unknown) => `={{ ${JSON.stringify(value)} }}`;

const onEach = (problem: string, changes: INodeParameters, providers = PROVIDERS): Case[] =>
	providers.map((provider) => [provider, changes, problem.replace('{label}', LABELS[provider])]);

type Case = [ProviderName, INodeParameters, string];

const RULES: Case[] = [
	...onEach(`'Model' 'sora' is not offered by {label}; choose `, { model: forced('sora') }),
	...onEach(
		`'Model' 'hailuo-03-max' is not offered by {label}; choose Hailuo 2.3 Fast, Hailuo 2.3, Hailuo 02 or Hailuo 03`,
		{ model: 'hailuo-03-max' },
		['aimlApi', 'apiframe', 'wiro'],
	),
	...onEach(`'Prompt' is empty; {label} needs one for Hailuo 02`, { prompt: forced(' ') }, ['aimlApi', 'apiframe']),
	['evolink', { prompt: '', model: 'hailuo-2.3' }, `'Prompt' is empty; EvoLink needs one for Hailuo 2.3`],
	...onEach(`'Prompt' is empty; without a 'First Frame' Hailuo 02 needs one`, { prompt: '' }, ['evolink', 'wiro']),
	...onEach(`'Prompt' has 2001 characters; Hailuo 02 takes at most 2000`, { prompt: 'x'.repeat(2001) }),
	...onEach(`'Prompt' with its camera movements has 2001 characters; Hailuo 02 takes at most 2000`, {
		prompt: 'x'.repeat(1990),
		cameraMovements: ['Zoom out'],
	}),
	...onEach(`'Prompt' is an object, which is no text`, { prompt: forced({ text: 'A boat' }) }),
	...onEach(`'Camera Movements' holds 'Fly over', which is none of the 15 commands`, {
		cameraMovements: forced(['Shake', 'Fly over']),
	}),
	...onEach(
		`'First Frame' is missing; Hailuo 2.3 Fast makes its video from an image`,
		{ model: 'hailuo-2.3-fast', firstFrame: forced('none') },
		['aimlApi', 'evolink', 'wiro'],
	),
	...onEach(`'First Frame URL' is empty`, { firstFrame: 'url', firstFrameUrl: forced('') }),
	...onEach(`'First Frame URL' 'image.png' is not a web address that begins with https:// or http://`, {
		firstFrame: 'url',
		firstFrameUrl: 'image.png',
	}),
	...onEach(`'First Frame URL' 'file:///etc/passwd' is not a web address`, {
		firstFrame: 'url',
		firstFrameUrl: 'file:///etc/passwd',
	}),
	...onEach(`'First Frame' is 'maybe'; choose None`, { firstFrame: forced('maybe') }),
	...onEach(`'Last Frame' is not offered by {label} for Hailuo 2.3`, {
		model: forced('hailuo-2.3'),
		...FIRST_FRAME,
		...LAST_FRAME,
	}),
	...onEach(`'Last Frame' needs a 'First Frame' beside it`, { firstFrame: forced('none'), ...LAST_FRAME }),
	...onEach(`'Last Frame URL' 'ftp://x' is not a web address`, {
		...FIRST_FRAME,
		lastFrame: 'url',
		lastFrameUrl: 'ftp://x',
	}),
	...onEach(`'Resolution' '512P' is not offered by {label} for Hailuo 2.3; choose 768P or 1080P`, {
		model: 'hailuo-2.3',
		resolution: '512P',
	}),
	...onEach(`'Resolution' '512P' is not offered by {label} for Hailuo 02`, { ...FIRST_FRAME, resolution: '512P' }, [
		'aimlApi',
		'apiframe',
		'wiro',
	]),
	['evolink', { resolution: '512P' }, `'Resolution' 512P needs a 'First Frame' and no 'Last Frame'`],
	[
		'evolink',
		{ ...FIRST_FRAME, ...LAST_FRAME, resolution: '512P' },
		`'Resolution' 512P needs a 'First Frame' and no 'Last Frame'`,
	],
	...onEach(`'Resolution' '4K' is not offered`, { resolution: forced('4K') }),
	...onEach(`'Duration' is 10, which is not offered at 1080P; choose 6 seconds`, { resolution: '1080P', duration: 10 }),
	...[
		[5, '5'],
		['6 minutes', "'6 minutes'"],
		[null, 'empty'],
		[[6], 'a list'],
		[{}, 'an object'],
	].flatMap(([duration, shown]) =>
		onEach(`'Duration' is ${String(shown)}, which is not offered at 768P; choose 6 or 10 seconds`, {
			duration: forced(duration),
		}),
	),
	...onEach(`'First Frame URL' holds a user name or a password; give an address that opens without signing in`, {
		firstFrame: 'url',
		firstFrameUrl: 'https://me:secret@images.example/a.png',
	}),
	...onEach(`'First Frame URL' holds more than one address; give one`, {
		firstFrame: 'url',
		firstFrameUrl: 'https://images.example/a.png, https://images.example/b.png',
	}),
	...onEach(`'First Frame URL' is a list, which is no text`, {
		firstFrame: 'url',
		firstFrameUrl: forced([IMAGE_URL, IMAGE_URL]),
	}),
	...onEach(
		`'First Frame Input Data Field Name' is an object; give the name of the binary field, such as data, not the file itself`,
		{ firstFrame: 'binary', firstFrameBinaryProperty: forced({ mimeType: 'image/png', data: 'aGk=' }) },
	),
	...onEach(`'Prompt Optimizer' is 'yes'; it takes true or false`, { promptOptimizer: forced('yes') }),
	...onEach(`'Create Retries' is 1.5; it takes a whole number of times of at least 0`, {
		options: { createRetries: 1.5 },
	}),
	...onEach(`'Wait for Slot' is -1`, { options: { waitForSlot: -1 } }),
	...onEach(`'Max Concurrency' is 0`, { options: { maxConcurrency: 0 } }),
	['aimlApi', { options: { route: forced('scenic') } }, `'Route' is 'scenic'; choose Automatic ('auto')`],
	['evolink', { options: { fastPretreatment: forced('maybe') } }, `'Fast Pretreatment' is 'maybe'`],
	['wiro', { options: { projectId: forced({ id: 1 }) } }, `'Project ID' is an object, which is no text`],
];

describe('nothing is sent, and nothing bought', () => {
	test.each(RULES)('at %s with %j, since %s', (provider, changes, problem) =>
		onStage(async ({ simulator, run }) => {
			const { error, items } = await run(aCreate(provider, { model: 'hailuo-02', ...changes }));
			expect(error).toMatchObject({
				name: 'NodeOperationError',
				message: expect.stringContaining(problem),
				description: 'Nothing was sent to the provider and nothing was bought. Change the values named above.',
				context: { itemIndex: 0 },
			});
			expect(error?.message).toMatch(/ \[item 0\]$/);
			expect([items, simulator.requests, simulator.jobs]).toEqual([[], [], []]);
		}),
	);

	test('at a provider, or for an operation, that is none of ours', () =>
		onStage(async ({ simulator, run }) => {
			const elsewhere = await run({ ...aCreate('evolink'), provider: 'acme' });
			expect(elsewhere.error?.message).toBe(`'Provider' is none of this node's providers`);
			const otherwise = await run({ ...aCreate('evolink'), operation: 'toString' });
			expect(otherwise.error?.message).toBe(`'Operation' is none of this node's operations`);
			expect(simulator.requests).toEqual([]);
		}));
});

describe('all problems of an item', () => {
	test('stand in one message', () =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(
				aCreate('evolink', {
					model: 'hailuo-2.3',
					cameraMovements: forced(['Fly over']),
					firstFrame: 'url',
					firstFrameUrl: 'image.png',
					resolution: '1080P',
					duration: 10,
					options: { createRetries: -1 },
				}),
			);
			expect(error?.message).toBe(
				`4 values cannot be used: ${[
					`'Camera Movements' holds 'Fly over', which is none of the 15 commands`,
					`'First Frame URL' 'image.png' is not a web address that begins with https:// or http://`,
					`'Duration' is 10, which is not offered at 1080P; choose 6 seconds`,
					`'Create Retries' is -1; it takes a whole number of times of at least 0`,
				].join('; ')} [item 0]`,
			);
			expect(simulator.requests).toEqual([]);
		}));

	test('of a waiting create are those of the video, of the options and of the waiting', () =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(
				aCreateAndWait('evolink', { resolution: forced('4K'), timeout: 0, options: { pollInterval: -2 } }),
			);
			for (const problem of [`'Resolution' '4K'`, `'Timeout' is 0`, `'Poll Interval' is -2`])
				expect(error?.message.split(problem)).toHaveLength(2);
			expect(error?.message).toMatch(/^3 values cannot be used: /);
			expect(simulator.requests).toEqual([]);
		}));

	test('are said of the item whose options they are, and the others go on with Continue On Fail', () =>
		onStage(async ({ simulator, run }) => {
			const { items } = await run(aCreate('evolink', { options: { maxConcurrency: '={{ $json.many }}' } }), {
				items: [aPrompt('One', { many: 'lots' }), aPrompt('Two', { many: 2 })],
				node: { onError: 'continueRegularOutput' },
			});
			expect(items.map(({ json }) => json.error ?? json.status)).toEqual([
				`'Max Concurrency' is 'lots'; it takes a whole number of requests of at least 1 [item 0]`,
				'queued',
			]);
			expect(simulator.jobs).toHaveLength(1);
		}));
});

describe('what is just allowed', () => {
	test.each(PROVIDERS)('at %s is a prompt of 2000 characters as it counts them, the bracket included', (provider) =>
		onStage(async ({ simulator, run }) => {
			const prompt = '🚤'.repeat(['aimlApi', 'apiframe'].includes(provider) ? 996 : 1992);
			const { error } = await run(aCreate(provider, { model: 'hailuo-02', prompt, cameraMovements: ['Shake'] }));
			expect(error).toBeUndefined();
			expect(simulator.jobs).toHaveLength(1);
		}),
	);

	test.each<[ProviderName, INodeParameters]>([
		['evolink', { ...FIRST_FRAME, resolution: '512P', duration: 10, prompt: '' }],
		['evolink', { model: 'hailuo-2.3-fast', ...FIRST_FRAME, prompt: '' }],
		['wiro', { model: 'hailuo-2.3-fast', ...FIRST_FRAME, prompt: '' }],
		['wiro', { ...FIRST_FRAME, ...LAST_FRAME, prompt: '' }],
		['minimax', { model: 'hailuo-2.3-fast', ...FIRST_FRAME, prompt: '' }],
		['minimax', { model: 'hailuo-02', ...FIRST_FRAME, resolution: '512P', duration: 10, prompt: '' }],
		['apiframe', { model: 'hailuo-03', resolution: '1080P', duration: 6 }],
		['aimlApi', { model: 'hailuo-03', resolution: '2K', duration: 15, aspectRatio: '9:16' }],
		['evolink', { model: 'hailuo-03', resolution: '2K', duration: '4', prompt: 'x'.repeat(7000) }],
		['evolink', { model: 'hailuo-03', ...LAST_FRAME, lastFrame: 'url' }],
		['evolink', { model: 'hailuo-03-max-turbo', resolution: '480P', duration: 5, aspectRatio: '1:1' }],
		['wiro', { model: 'hailuo-03', resolution: '2K', duration: 9, aspectRatio: '16:9' }],
		['aimlApi', { ...FIRST_FRAME, ...LAST_FRAME, resolution: '1080P' }],
	])('at %s is %j', (provider, changes) =>
		onStage(async ({ simulator, run }) => {
			const { error, hints } = await run(aCreate(provider, changes));
			expect([error, hints, simulator.jobs.length]).toEqual([undefined, [], 1]);
		}),
	);
});

describe('a hint', () => {
	test.each(PROVIDERS)('tells that %s cannot open an address that is private, for either frame', (provider) =>
		onStage(async ({ simulator, run }) => {
			const frames = { firstFrame: 'url', firstFrameUrl: 'http://minio:9000/a.png', ...LAST_FRAME };
			const { hints } = await run(aCreate(provider, { ...frames, lastFrameUrl: 'http://192.168.0.7/b.png' }));
			expect(hints).toEqual(
				['First', 'Last'].map(
					(frame) =>
						`'${frame} Frame URL' is a private address, which a provider on the internet cannot open: take 'Binary File' [item 0]`,
				),
			);
			expect(simulator.jobs).toHaveLength(1);
		}),
	);

	test('about more than three camera movements is given once for all items, and the jobs are made', () =>
		onStage(async ({ simulator, run }) => {
			const cameraMovements = ['Pan left', 'Shake', 'Zoom in', 'Tilt up'];
			const items = Array.from({ length: 7 }, (_, index) => aPrompt(`Boat ${index}`));
			const { error, hints } = await run(aCreate('aimlApi', { cameraMovements }), { items });
			expect([error, simulator.jobs.length]).toEqual([undefined, 7]);
			expect(hints).toEqual([
				'4 camera movements at the same time: MiniMax advises at most 3 [item 0, 1, 2, 3, 4, … (7 items)]',
			]);
		}));

	test("tells that Apiframe's 2.3 Fast is made from an image, where there is none", () =>
		onStage(async ({ simulator, run }) => {
			const { error, hints } = await run(aCreate('apiframe', { model: 'hailuo-2.3-fast', firstFrame: 'none' }), {
				items: [aPrompt('One'), aPrompt('Two')],
			});
			expect([error, simulator.jobs.length]).toEqual([undefined, 2]);
			expect(hints).toEqual([
				`Hailuo 2.3 Fast makes its video from an image: without a 'First Frame' Apiframe may refuse the job or fail it [item 0, 1]`,
			]);
		}));

	test('is given on a job that is only read for nothing', () =>
		onStage(async ({ run, make }) => {
			const made = await make('apiframe', 'succeeded', PROMPT);
			const { hints } = await run(onJob('get', 'apiframe'), { items: [made] });
			expect(hints).toEqual([]);
		}));
});
