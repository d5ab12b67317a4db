import type { ProviderName } from '../tools/simulator';
import {
	aCreate,
	aPrompt,
	fieldsOf,
	IMAGE_URL,
	LABELS,
	log,
	MODEL_OF,
	onStage,
	PROMPT,
	PROVIDERS,
	requestLines,
	WORDS,
} from './stage';

const CREATE_PATHS: Record<ProviderName, string> = {
	aimlApi: '/v2/video/generations',
	apiframe: '/v2/videos/generate',
	evolink: '/v1/videos/generations',
	minimax: '/v2/video_generation',
	wiro: '/v1/Run/minimax/text-to-video-hailuo-02',
};

/** What each provider tells of a job that was just made, beside what is alike for all. */
const TOLD: Record<ProviderName, (token?: string) => Record<string, unknown>> = {
	aimlApi: () => ({ cost: { amount: 399_000, unit: 'credits' }, route: 'universal' }),
	apiframe: () => ({}),
	evolink: () => ({ progress: 0 }),
	minimax: () => ({ rawStatus: null }),
	wiro: (token) => ({ rawStatus: null, jobToken: token }),
};

describe('Create', () => {
	test.each(PROVIDERS)('at %s makes one job and puts it on the item, queued', (provider) =>
		onStage(async ({ simulator, run }) => {
			const { items, error, hints } = await run(aCreate(provider));
			const [job] = simulator.jobs;
			expect(items).toEqual([
				{
					json: {
						provider,
						jobId: job?.id,
						model: MODEL_OF[provider],
						status: 'queued',
						rawStatus: WORDS[provider].queued,
						progress: null,
						videoUrl: null,
						additionalUrls: [],
						failure: null,
						cost: null,
						createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
						completedAt: null,
						expiresAt: null,
						...TOLD[provider](job?.token),
					},
					pairedItem: { item: 0 },
				},
			]);
			expect([error, hints]).toEqual([undefined, []]);
			expect(requestLines(simulator)).toEqual([`create ${CREATE_PATHS[provider]}`]);
			expect(Math.abs(Date.parse(String(items[0]?.json.createdAt)) - Date.now())).toBeLessThan(10_000);
		}),
	);

	test.each(PROVIDERS)(
		"at %s leaves the id of each job that was made in n8n's log, also when the run ends with an error",
		(provider) =>
			onStage(async ({ simulator, run }) => {
				simulator.addFault({ kind: 'status', status: 400, operation: 'create', skip: 1 });
				const options = { maxConcurrency: 1 };
				await run(aCreate(provider, { options }), {
					items: [aPrompt('Boat 0'), aPrompt('Boat 1')],
					executionId: `of-${provider}`,
				});
				expect(simulator.jobs).toHaveLength(1);
				const asked = (item: number) =>
					expect.stringMatching(
						new RegExp(
							`^info: Hailuo: ${LABELS[provider]} is asked for the video of item ${item} of execution of-${provider} ` +
								`\\(request [0-9a-f]{16} for ${MODEL_OF[provider]}, key n8n-[0-9a-f]{32}-${item}-[0-9a-f]{16}\\)$`,
						),
					);
				expect(log.filter((line) => line.includes(`execution of-${provider}`))).toEqual([
					asked(0),
					`info: Hailuo: ${LABELS[provider]} job ${simulator.jobs[0]?.id} was made for item 0 of execution of-${provider}`,
					asked(1),
				]);
			}),
	);

	test.each<[ProviderName, unknown]>([
		[
			'aimlApi',
			{
				model: 'minimax/hailuo-2.3',
				prompt: `${PROMPT} [Pan left,Shake]`,
				resolution: '1080P',
				duration: 6,
				enhance_prompt: false,
				image_url: IMAGE_URL,
			},
		],
		[
			'apiframe',
			{
				model: 'hailuo-2.3',
				prompt: `${PROMPT} [Pan left,Shake]`,
				hailuoParams: { duration: 6, resolution: '1080p', prompt_optimizer: false, image: IMAGE_URL },
			},
		],
		[
			'evolink',
			{
				model: 'MiniMax-Hailuo-2.3',
				prompt: `${PROMPT} [Pan left,Shake]`,
				image_urls: [IMAGE_URL],
				quality: '1080p',
				duration: 6,
				model_params: { prompt_optimizer: false, fast_pretreatment: false },
			},
		],
		[
			'wiro',
			{
				fields: {
					inputImageFirst: '',
					inputImageFirstUrl: IMAGE_URL,
					prompt: `${PROMPT} [Pan left,Shake]`,
					promptOptimizer: 'false',
					resolution: '1080P',
					duration: '6',
				},
				files: {},
			},
		],
	])('at %s sends what the form says, and nothing else', (provider, body) =>
		onStage(async ({ simulator, run }) => {
			const form = {
				model: 'hailuo-2.3',
				cameraMovements: ['Pan left', 'Shake'],
				firstFrame: 'url',
				firstFrameUrl: IMAGE_URL,
				resolution: '1080P',
				duration: 6,
				promptOptimizer: false,
			};
			const { error } = await run(aCreate(provider, form));
			expect(error).toBeUndefined();
			expect(simulator.requestsOf(provider, 'create').map((request) => request.body)).toEqual([body]);
		}),
	);

	test.each(PROVIDERS)("at %s adds the provider's answer as raw only where it is wanted", (provider) =>
		onStage(async ({ simulator, run }) => {
			const wanted = await run(aCreate(provider, { options: { includeRaw: '={{ $json.wanted }}' } }), {
				items: [aPrompt(PROMPT, { wanted: true }), aPrompt(PROMPT, { wanted: false })],
			});
			const [job] = simulator.jobs;
			const ids = { aimlApi: 'generation_id', apiframe: 'jobId', evolink: 'id', minimax: 'task_id', wiro: 'taskid' };
			expect(wanted.items[0]?.json.raw).toMatchObject({ [ids[provider]]: job?.id });
			expect(wanted.items[1]?.json).not.toHaveProperty('raw');
		}),
	);

	test('makes a job for each of 32 items and keeps their order, with eight requests in flight at most', () =>
		onStage(async ({ simulator, run }) => {
			// The later an item, the sooner its answer comes.
			for (let index = 0; index < 32; index += 1) {
				simulator.addFault({
					kind: 'slow',
					operation: 'create',
					delayMs: 200 - index * 5,
					matches: ({ body }) => JSON.stringify(body).includes(`Boat ${index}"`),
				});
			}
			const prompts = Array.from({ length: 32 }, (_, index) => `Boat ${index}`);
			const { items } = await run(aCreate('apiframe'), { items: prompts.map((prompt) => aPrompt(prompt)) });
			const made = fieldsOf(items, 'jobId').map((id) => simulator.job(String(id))?.request);
			expect(made).toEqual(prompts.map((prompt) => expect.objectContaining({ prompt })));
			expect(items.map(({ pairedItem }) => pairedItem)).toEqual(prompts.map((_, item) => ({ item })));
			expect(simulator.jobs).toHaveLength(32);
			expect(simulator.inFlight.peak).toBe(8);
		}));

	test.each(PROVIDERS)("at %s has as many requests in flight as 'Max Concurrency' allows", (provider) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'slow', operation: 'create', delayMs: 30, times: 9 });
			const items = Array.from({ length: 9 }, () => aPrompt());
			const { error } = await run(aCreate(provider, { options: { maxConcurrency: 3 } }), { items });
			expect([error, simulator.jobs.length, simulator.inFlight.peak]).toEqual([undefined, 9, 3]);
		}),
	);

	test('leaves the items it was given as they were', () =>
		onStage(async ({ run }) => {
			const items = [aPrompt(PROMPT, { jobId: 'mine', nested: { list: [1] } })];
			await run(aCreate('evolink'), { items });
			expect(items.map(({ json }) => json)).toEqual([{ prompt: PROMPT, jobId: 'mine', nested: { list: [1] } }]);
		}));

	test('reads the parameters of each item on its own', () =>
		onStage(async ({ simulator, run }) => {
			const { items } = await run(
				aCreate('aimlApi', {
					model: '={{ $json.model }}',
					resolution: '={{ $json.resolution }}',
					duration: '={{ $json.duration }}',
				}),
				{
					items: [
						aPrompt('One', { model: 'hailuo-2.3', resolution: '1080P', duration: 6 }),
						aPrompt('Two', { model: 'hailuo-02', resolution: '768P', duration: 10 }),
					],
				},
			);
			expect(fieldsOf(items, 'model')).toEqual(['hailuo-2.3', 'hailuo-02']);
			expect(simulator.jobs.map(({ request }) => request)).toEqual([
				{
					model: 'minimax/hailuo-2.3',
					prompt: 'One',
					resolution: '1080P',
					duration: 6,
					enhance_prompt: true,
				},
				{
					model: 'minimax/hailuo-02',
					prompt: 'Two',
					resolution: '768P',
					duration: 10,
					enhance_prompt: true,
				},
			]);
		}));

	test('without items makes no request', () =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(aCreate('evolink'), { items: [] });
			expect([error, simulator.requests]).toEqual([undefined, []]);
		}));
});
