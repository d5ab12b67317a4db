/** AI/ML API's two routes: each knows its own jobs only. */
import type { Fault, RouteState } from '../tools/simulator';
import { aCreate, fieldsOf, IMAGE_URL, onJob, onStage, PROMPT, requestLines } from './stage';

const UNIVERSAL = '/v2/video/generations';
const MINIMAX = '/v2/generate/video/minimax/generation';

const WITHDRAWN: RouteState[] = [404, 405, 410];

const FRAMES = {
	firstFrame: 'url',
	firstFrameUrl: IMAGE_URL,
	lastFrame: 'url',
	lastFrameUrl: 'https://images.example/last.png',
};

const MINIMAX_BODY = {
	model: 'minimax/hailuo-02',
	prompt: PROMPT,
	resolution: '768P',
	duration: 6,
	prompt_optimizer: true,
	first_frame_image: IMAGE_URL,
	last_image_url: 'https://images.example/last.png',
};

describe('a job made automatically', () => {
	test.each(WITHDRAWN)('is made on the older route when the current one answers %i, and found there again', (state) =>
		onStage(
			async ({ simulator, run }) => {
				const created = await run(aCreate('aimlApi', FRAMES));
				expect(created.error).toBeUndefined();
				expect(fieldsOf(created.items, 'route')).toEqual(['minimax']);
				expect(requestLines(simulator)).toEqual([`create ${UNIVERSAL}`, `create ${MINIMAX}`]);
				expect(simulator.jobs).toMatchObject([{ route: 'minimax', request: MINIMAX_BODY }]);
				simulator.finishJob(String(simulator.jobs[0]?.id));
				for (const operation of ['get', 'wait'] as const) {
					simulator.requests.length = 0;
					const { items } = await run(onJob(operation, 'aimlApi'), { items: created.items });
					expect(items).toMatchObject([{ json: { status: 'succeeded', route: 'minimax' } }]);
					expect(requestLines(simulator)).toEqual([`read ${MINIMAX}`]);
				}
			},
			{ aimlApiRoutes: { universal: state } },
		),
	);

	test.each<[string, Fault]>([
		['a refused key', { kind: 'status', status: 401 }],
		['no credit', { kind: 'status', status: 403 }],
		['refused values', { kind: 'status', status: 400 }],
		['a fault of unknown outcome', { kind: 'status', status: 500 }],
		['a reset', { kind: 'reset' }],
	])('is not tried on the older route after %s', (_case, fault) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ ...fault, operation: 'create' });
			const { error } = await run(aCreate('aimlApi'));
			expect(error).toBeDefined();
			expect(requestLines(simulator)).toEqual([`create ${UNIVERSAL}`]);
		}),
	);

	test('fails when neither route is there', () =>
		onStage(
			async ({ simulator, run }) => {
				const { error } = await run(aCreate('aimlApi'));
				expect(error).toMatchObject({
					message: 'AI/ML API does not know what was asked for [item 0]',
					description: expect.stringMatching(/The model or the address is not there: check the credential's Base URL/),
					httpCode: '410',
				});
				expect(requestLines(simulator)).toEqual([`create ${UNIVERSAL}`, `create ${MINIMAX}`]);
			},
			{ aimlApiRoutes: { universal: 404, minimax: 410 } },
		));

	test.each(['hailuo-2.3', 'hailuo-2.3-fast'])('of %s is made on the older route too, in its words', (model) =>
		onStage(
			async ({ simulator, run }) => {
				const frame = { firstFrame: 'url', firstFrameUrl: 'https://images.example/first.png' };
				const { items, error } = await run(aCreate('aimlApi', { model, ...frame }));
				expect(error).toBeUndefined();
				expect(fieldsOf(items, 'route')).toEqual(['minimax']);
				expect(simulator.jobs).toMatchObject([
					{
						route: 'minimax',
						request: { model: `minimax/${model}`, image_url: frame.firstFrameUrl, prompt_optimizer: true },
					},
				]);
			},
			{ aimlApiRoutes: { universal: 404 } },
		),
	);
});

describe('a forced route', () => {
	test.each([
		['universal', UNIVERSAL],
		['minimax', MINIMAX],
	])('%s is the only one asked', (route, path) =>
		onStage(async ({ simulator, run }) => {
			const { items } = await run(aCreate('aimlApi', { options: { route } }));
			expect(fieldsOf(items, 'route')).toEqual([route]);
			expect(requestLines(simulator)).toEqual([`create ${path}`]);
			simulator.configure({ aimlApiRoutes: { universal: 404, minimax: 404 } });
			simulator.requests.length = 0;
			const { error } = await run(aCreate('aimlApi', { options: { route } }));
			expect(error).toMatchObject({ httpCode: '404' });
			expect(requestLines(simulator)).toEqual([`create ${path}`]);
		}),
	);
});

describe('a bare id', () => {
	test.each([
		['universal', [UNIVERSAL]],
		['minimax', [UNIVERSAL, MINIMAX]],
	] as const)('of a job made on %s is looked for on the current route, then on the older', (route, paths) =>
		onStage(async ({ simulator, run }) => {
			const made = await run(aCreate('aimlApi', { options: { route } }));
			const jobId = String(made.items[0]?.json.jobId);
			simulator.finishJob(jobId);
			for (const operation of ['get', 'wait'] as const) {
				simulator.requests.length = 0;
				const { items } = await run(onJob(operation, 'aimlApi', { jobId }));
				expect(items).toMatchObject([{ json: { jobId, route, status: 'succeeded' } }]);
				expect(requestLines(simulator)).toEqual(paths.map((path) => `read ${path}`));
			}
		}),
	);

	test('that neither route knows is not found', () =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(onJob('get', 'aimlApi', { jobId: '1:none' }));
			expect(error).toMatchObject({
				message: 'AI/ML API does not know what was asked for [item 0]',
				description: expect.stringContaining('Check the Job ID'),
			});
			expect(requestLines(simulator)).toEqual([`read ${UNIVERSAL}`, `read ${MINIMAX}`]);
		}));
});

test.each(['both', 'id', 'generation_id'] as const)('the id of a new job is found under %s', (keys) =>
	onStage(
		async ({ simulator, run }) => {
			const { items } = await run(aCreate('aimlApi'));
			expect(fieldsOf(items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
		},
		{ aimlApiIdKeys: keys },
	),
);
