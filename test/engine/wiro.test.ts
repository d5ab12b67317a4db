/** What only Wiro has: two kinds of project, image fields of several names, slots, and ends that say little. */
import type { CredentialData } from '../tools/support/runNode';
import type { Fault, Simulator } from '../tools/simulator';
import { testImage } from '../tools/simulator';
import { aCreate, aCreateAndWait, aPrompt, fieldsOf, IMAGE_URL, onJob, onStage, PROMPT, until } from './stage';

const FAST = 'minimax/hailuo-2-3-fast';

function keyOnly({ keys, endpoints }: Simulator): CredentialData {
	return {
		hailuoWiroApi: { ...keys.wiroKeyOnly, authentication: 'apiKey', baseUrl: endpoints.wiro.baseUrl, socketUrl: '' },
	};
}

describe('a project', () => {
	test('with signatures sends a fresh one with every request', () =>
		onStage(async ({ simulator, run }) => {
			const { items } = await run(aCreate('wiro'));
			for (const operation of ['get', 'cancel'] as const) await run(onJob(operation, 'wiro'), { items });
			const { apiKey, apiSecret } = simulator.keys.wiro;
			for (const { headers, status } of simulator.requests) {
				expect(headers).toMatchObject({
					'x-api-key': apiKey,
					'x-nonce': expect.stringMatching(/^\d+$/),
					'x-signature': expect.stringMatching(/^[0-9a-f]{64}$/),
				});
				expect(status).toBe(200);
				expect(JSON.stringify(headers)).not.toContain(apiSecret);
			}
			expect(simulator.requests.map(({ operation }) => operation)).toEqual(['create', 'read', 'cancel']);
		}));

	test('with a key alone sends it alone', () =>
		onStage(async ({ simulator, run }) => {
			const credentials = keyOnly(simulator);
			const { items } = await run(aCreate('wiro'), { credentials });
			for (const operation of ['get', 'cancel'] as const) {
				const { error } = await run(onJob(operation, 'wiro'), { items, credentials });
				expect(error).toBeUndefined();
			}
			for (const { headers, status } of simulator.requests) {
				expect([headers['x-api-key'], status]).toEqual([simulator.keys.wiroKeyOnly.apiKey, 200]);
				expect(headers).not.toHaveProperty('x-nonce');
				expect(headers).not.toHaveProperty('x-signature');
			}
			expect(simulator.requests).toHaveLength(3);
		}));

	test.each([
		['a wrong secret', { apiSecret: 'wrong' }, 'Project authorization is not valid.'],
		['a wrong key', { apiKey: 'wrong' }, 'Project authorization is not founded.'],
		['the wrong kind', { authentication: 'apiKey' }, 'Project requires signature authentication.'],
	])('with %s is refused and told what to check', (_case, changes, words) =>
		onStage(async ({ simulator, credentials, run }) => {
			const { error } = await run(aCreate('wiro'), {
				credentials: { hailuoWiroApi: { ...credentials.hailuoWiroApi, ...changes } },
			});
			expect(error).toMatchObject({ message: 'Wiro refused the credential [item 0]', httpCode: '401' });
			expect(error?.description).toContain(words);
			expect(error?.description).toContain('the secret and the kind of project');
			expect(simulator.requests).toHaveLength(1);
		}),
	);

	test('is named where the option says so', () =>
		onStage(async ({ simulator, run }) => {
			await run(aCreate('wiro', { options: { projectId: '699' } }));
			expect(simulator.requests[0]?.body).toMatchObject({ projectid: '699' });
		}));
});

describe('the names of image fields', () => {
	const SLUGS = {
		'hailuo-2.3-fast': FAST,
		'hailuo-2.3': 'minimax/hailuo-2-3',
		'hailuo-02': 'minimax/image-to-video-hailuo-02',
	} as const;
	const MODELS = Object.keys(SLUGS) as Array<keyof typeof SLUGS>;
	const bytes = testImage('jpeg', 3000);
	const binary = { data: { data: bytes.toString('base64'), mimeType: 'image/jpeg', fileName: 'frame.jpg' } };
	const photo = { bytes, filename: 'frame.jpg', contentType: 'image/jpeg' };
	const fromAddress = { firstFrame: 'url', firstFrameUrl: IMAGE_URL };
	const describes = ({ requests }: Simulator) => requests.filter(({ operation }) => operation === 'describe');

	const PLACES = [
		{ kind: 'twin', source: 'url', fields: { photo: '', photoUrl: IMAGE_URL }, files: {} },
		{ kind: 'twin', source: 'binary', fields: { photoUrl: '' }, files: { photo } },
		{ kind: 'combined', source: 'url', fields: { photo: IMAGE_URL }, files: {} },
		{ kind: 'combined', source: 'binary', fields: {}, files: { photo } },
	] as const;

	test.each(MODELS.flatMap((model) => PLACES.map((one) => ({ model, ...one }))))(
		'of $model are those that Wiro tells before: $kind field, $source',
		({ model, kind, source, fields, files }) =>
			onStage(
				async ({ simulator, run }) => {
					const frame = source === 'url' ? fromAddress : { firstFrame: 'binary' };
					const { error } = await run(aCreate('wiro', { model, prompt: PROMPT, ...frame }), {
						items: [{ json: {}, binary }],
					});
					expect(error).toBeUndefined();
					const [slugowner, slugproject] = SLUGS[model].split('/');
					expect(simulator.requests.map(({ path, body }) => ({ path, body }))).toEqual([
						{ path: '/v1/Tool/Detail', body: { slugowner, slugproject } },
						{
							path: `/v1/Run/${SLUGS[model]}`,
							body: {
								fields: { ...fields, prompt: PROMPT, promptOptimizer: 'true', resolution: '768P', duration: '6' },
								files,
							},
						},
					]);
					expect(simulator.jobs).toHaveLength(1);
				},
				{ wiroImageFields: { [SLUGS[model]]: { first: 'photo' } }, wiroImageFieldKind: kind },
			),
	);

	test('are asked for once by all items of a run that use the same model', () =>
		onStage(async ({ simulator, run }) => {
			const items = Array.from({ length: 8 }, (_, index) =>
				aPrompt(`Prompt ${index}`, { model: MODELS[index % MODELS.length]! }),
			);
			const { error } = await run(aCreate('wiro', { model: '={{ $json.model }}', ...fromAddress }), { items });
			expect(error).toBeUndefined();
			expect(describes(simulator)).toHaveLength(MODELS.length);
			expect(simulator.jobs).toHaveLength(8);
		}));

	test.each(['hailuo-2.3', 'hailuo-02'])('are not asked for by a video of %s from text', (model) =>
		onStage(async ({ simulator, run }) => {
			await run(aCreate('wiro', { model }));
			expect(simulator.requests.map(({ operation }) => operation)).toEqual(['create']);
		}),
	);

	test.each<[string, Fault]>([
		['a refusal', { kind: 'status', status: 200, code: 0, message: 'tool-not-accessible' }],
		['no such route', { kind: 'status', status: 404, message: 'Error parsing url.' }],
		['a fault of the server', { kind: 'status', status: 500, message: 'Unexpected server error' }],
		['half an answer', { kind: 'malformedJson' }],
		['a broken connection', { kind: 'reset' }],
	])("are those of Wiro's page after %s, and all items are made", (_what, fault) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ ...fault, operation: 'describe', times: 9 });
			const items = ['One', 'Two'].map((prompt) => aPrompt(prompt));
			const { error } = await run(aCreate('wiro', { model: 'hailuo-2.3', ...fromAddress }), { items });
			expect(error).toBeUndefined();
			// Asked once for both items, and once more where that may help.
			expect(describes(simulator).length).toBeLessThanOrEqual(2);
			const bodies = simulator.requestsOf('wiro', 'create').map(({ body }) => body);
			const fields = { inputImageFirst: '', inputImageFirstUrl: IMAGE_URL };
			expect(bodies).toMatchObject([{ fields }, { fields }]);
			expect(simulator.jobs).toHaveLength(2);
		}),
	);
});

describe('an image field that Wiro calls otherwise and does not tell of before', () => {
	const fast = { model: 'hailuo-2.3-fast', prompt: PROMPT };

	test.each([
		['an address', { firstFrame: 'url', firstFrameUrl: IMAGE_URL }],
		['a file', { firstFrame: 'binary' }],
	])('gets %s under the name Wiro asks for, and one job is made', (_case, frame) =>
		onStage(
			async ({ simulator, run }) => {
				const bytes = testImage('jpeg', 3000);
				const { error, items } = await run(aCreate('wiro', { ...fast, ...frame }), {
					items: [{ json: {}, binary: { data: { data: bytes.toString('base64'), mimeType: 'image/jpeg' } } }],
				});
				expect(error).toBeUndefined();
				expect(fieldsOf(items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
				const sent = simulator.requestsOf('wiro', 'create').map(({ body }) => body);
				expect(sent).toMatchObject(
					frame.firstFrame === 'url'
						? [
								{ fields: { inputImageFirst: '', inputImageFirstUrl: IMAGE_URL } },
								{ fields: { inputImage: '', inputImageUrl: IMAGE_URL } },
							]
						: [
								{ fields: { inputImageFirstUrl: '' }, files: { inputImageFirst: { bytes } } },
								{ fields: { inputImageUrl: '' }, files: { inputImage: { bytes } } },
							],
				);
			},
			{ wiroImageFields: { [FAST]: { first: 'inputImage' } }, wiroToolDetailFails: true },
		),
	);

	test('of the last frame is told from that of the first', () =>
		onStage(
			async ({ simulator, run }) => {
				// Wiro does not ask for a last frame of itself, so this one is made to.
				const message = 'Request files [inputImageLast] required';
				simulator.addFault({ kind: 'status', status: 200, code: 0, message, operation: 'create' });
				const last = 'https://images.example/last.png';
				const frames = { firstFrame: 'url', firstFrameUrl: IMAGE_URL, lastFrame: 'url', lastFrameUrl: last };
				const { error } = await run(aCreate('wiro', frames));
				expect(error).toBeUndefined();
				expect(simulator.requestsOf('wiro', 'create')[1]?.body).toMatchObject({
					fields: { inputImageUrl: IMAGE_URL, inputImageLast: '', inputImageLastUrl: last },
				});
				expect(simulator.jobs).toHaveLength(1);
			},
			{
				wiroImageFields: { 'minimax/image-to-video-hailuo-02': { last: 'inputImageLast' } },
				wiroToolDetailFails: true,
			},
		));

	test('is asked for once only: a second other name fails the item, and nothing is bought', () =>
		onStage(async ({ simulator, run }) => {
			for (const name of ['inputPhoto', 'inputPicture']) {
				const message = `Request files [${name}] required`;
				simulator.addFault({ kind: 'status', status: 200, code: 0, message, operation: 'create' });
			}
			const { error } = await run(aCreate('wiro', { ...fast, firstFrame: 'url', firstFrameUrl: IMAGE_URL }));
			expect(error).toMatchObject({ message: 'Wiro refused the values of the request [item 0]' });
			expect(error?.description).toContain('[inputPicture] required');
			expect([simulator.requestsOf('wiro', 'create').length, simulator.jobs.length]).toEqual([2, 0]);
		}));
});

describe('an image under a name that Wiro does not know', () => {
	const image = { firstFrame: 'url', firstFrameUrl: IMAGE_URL };
	const dropped = {
		wiroImageFields: { 'minimax/hailuo-2-3': { first: 'photo' } },
		wiroToolDetailFails: true,
		wiroIgnoresUnknownFields: true,
	};

	test.each([aCreate, aCreateAndWait])('ends the item at once, with the job (%p)', (parameters) =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(parameters('wiro', { model: 'hailuo-2.3', ...image }));
			const [job] = simulator.jobs;
			expect(error).toMatchObject({
				message: 'Wiro makes this video without the image [item 0]',
				description: expect.stringContaining("'Cancel Video'"),
				context: { job: { jobId: job?.id, jobToken: job?.token } },
			});
			expect(simulator.requests.map(({ operation }) => operation)).toEqual(['describe', 'create', 'read']);
		}, dropped),
	);

	test('ends every retry of the execution, and nothing more is bought', () =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(aCreateAndWait('wiro', { model: 'hailuo-2.3', ...image }), {
				node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
			});
			expect(error?.message).toContain('without the image');
			expect(simulator.jobs).toHaveLength(1);
		}, dropped));

	test('leaves the other items alone', () =>
		onStage(async ({ simulator, run }) => {
			const items = [image, { firstFrame: 'none', firstFrameUrl: '' }].map((json) => aPrompt(PROMPT, json));
			const expressions = { firstFrame: '={{ $json.firstFrame }}', firstFrameUrl: '={{ $json.firstFrameUrl }}' };
			const { items: made } = await run(aCreate('wiro', { model: 'hailuo-2.3', ...expressions }), {
				items,
				node: { onError: 'continueRegularOutput' },
			});
			expect(fieldsOf(made, 'error')).toEqual([expect.stringContaining('without the image'), undefined]);
			expect(fieldsOf(made, 'jobId')[1]).toBe(simulator.jobs.find(({ id }) => id === made[1]?.json.jobId)?.id);
		}, dropped));

	test('is not what a job has that shows the image, or cannot be read', () =>
		onStage(
			async ({ simulator, run }) => {
				for (const faults of [0, 9]) {
					if (faults > 0) simulator.addFault({ kind: 'status', status: 500, operation: 'read', times: faults });
					const { error } = await run(aCreate('wiro', { model: 'hailuo-2.3', ...image }));
					expect(error).toBeUndefined();
				}
				expect(simulator.jobs).toHaveLength(2);
			},
			{ wiroToolDetailFails: true },
		));
});

describe('no free slot', () => {
	test.concurrent('is waited for by the items that have none, while the others go on', () =>
		onStage(
			async ({ simulator, run }) => {
				const items = ['One', 'Two', 'Three', 'Four'].map((prompt) => aPrompt(prompt));
				const waiting = run(aCreateAndWait('wiro'), { items });
				await until(() => simulator.requestsOf('wiro', 'create').length === 4);
				const first = simulator.jobs.map(({ id }) => id);
				for (const id of first) simulator.finishJob(id);
				await until(() => simulator.jobs.length === 4);
				// The two that had a slot were looked at before the others got one.
				const looked = simulator.requestsOf('wiro', 'read').map(({ jobId }) => jobId);
				expect(looked.sort()).toEqual([...first].sort());
				for (const { id } of simulator.jobs) simulator.finishJob(id);
				const { items: put, error } = await waiting;
				expect(error).toBeUndefined();
				expect(fieldsOf(put, 'status')).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded']);
				expect(new Set(fieldsOf(put, 'jobId')).size).toBe(4);
				expect(simulator.requestsOf('wiro', 'create')).toHaveLength(6);
			},
			{ wiroConcurrency: 2 },
		),
	);

	test.concurrent("fails the item when 'Wait for Slot' is over, and nothing is bought for it", () =>
		onStage(
			async ({ simulator, run }) => {
				const { items } = await run(aCreate('wiro', { options: { waitForSlot: 0.1 } }), {
					items: [aPrompt('One'), aPrompt('Two')],
					node: { onError: 'continueRegularOutput' },
				});
				expect(fieldsOf(items, 'error').filter((error) => error !== undefined)).toEqual([
					expect.stringContaining('Wiro has no free slot for another job'),
				]);
				// Asked at once and after 5 seconds; a third time would be after the 6 seconds.
				expect([simulator.jobs.length, simulator.requests.length]).toEqual([1, 3]);
			},
			{ wiroConcurrency: 1 },
		),
	);
});

describe('an error line', () => {
	const words = { statusWords: { wiro: { running: 'task_error' } } };

	test.concurrent('that stays makes the job a failed one', () =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make('wiro', 'running');
			const { error } = await run(onJob('wait', 'wiro'), { items: [made] });
			expect(error).toMatchObject({
				message: expect.stringMatching(/^Wiro reports an error.*: Wiro made no video \[item 0\]$/),
				description: expect.stringContaining(String(made.json.jobId)),
				context: { job: { status: 'failed', rawStatus: 'task_error' } },
			});
			const reads = simulator.requestsOf('wiro', 'read').map(({ at }) => at);
			expect(reads.at(-1)! - reads[0]!).toBeGreaterThanOrEqual(60_000);
		}, words),
	);

	test.concurrent('that passes does not', () =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make('wiro', 'running');
			const waiting = run(onJob('wait', 'wiro'), { items: [made] });
			await until(() => simulator.requestsOf('wiro', 'read').length === 1);
			simulator.finishJob(String(made.json.jobId), 'success');
			const { items } = await waiting;
			expect(items).toMatchObject([{ json: { status: 'succeeded', failure: null } }]);
		}, words),
	);

	test('is shown by Get as what it is so far', () =>
		onStage(async ({ run, make }) => {
			const made = await make('wiro', 'running');
			const { items } = await run(onJob('get', 'wiro'), { items: [made] });
			expect(items).toMatchObject([
				{
					json: {
						status: 'running',
						rawStatus: 'task_error',
						failure: { code: null, message: 'Wiro reports an error' },
					},
				},
			]);
		}, words));
});

test('a task that ended with another exit code than 0 has failed, with its log as the reason', () =>
	onStage(async ({ run, make }) => {
		const made = await make('wiro', 'failed', 'A cat [[fail:CUDA out of memory]]');
		const { error } = await run(onJob('wait', 'wiro'), { items: [made] });
		expect(error?.description).toContain(
			`The code is 1. The last status of job ${made.json.jobId} was 'task_postprocess_end'.`,
		);
		expect(error?.message).toBe('CUDA out of memory: Wiro made no video [item 0]');
	}));

test.each<[string, unknown]>([
	['an address alone', 'https://files.example/1'],
	['a file of no type', { url: 'https://files.example/1' }],
	['a file of an empty type', { contenttype: '', url: 'https://files.example/1' }],
	['a picture', { contenttype: 'image/png', url: 'https://files.example/1' }],
])('a video that comes after %s in the outputs is the video, and the other one is kept beside it', (_what, other) =>
	onStage(async ({ simulator, run, make }) => {
		const made = await make('wiro', 'succeeded');
		const outputs = [other, { contenttype: 'Video/MP4', url: 'https://files.example/2' }];
		const task = { id: made.json.jobId, status: 'task_postprocess_end', pexit: '0', outputs };
		const body = { result: true, errors: [], tasklist: [task] };
		simulator.addFault({ kind: 'status', status: 200, body, operation: 'read' });
		const { items } = await run(onJob('get', 'wiro'), { items: [made] });
		expect(items.map(({ json: { videoUrl, additionalUrls } }) => ({ videoUrl, additionalUrls }))).toEqual([
			{ videoUrl: 'https://files.example/2', additionalUrls: ['https://files.example/1'] },
		]);
	}),
);
