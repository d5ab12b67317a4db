import type { INode, INodeExecutionData } from 'n8n-workflow';
import { testImage } from '../tools/simulator';
import { aCreate, aCreateAndWait, aPrompt, fieldsOf, log, onJob, onStage, PROMPT, PROVIDERS } from './stage';

const REGULAR: { node: Partial<INode> } = { node: { onError: 'continueRegularOutput' } };
const ERROR_OUTPUT: { node: Partial<INode> } = { node: { onError: 'continueErrorOutput' } };

const TOO_LONG = 'x'.repeat(2001);
const TOO_LONG_ERROR = `'Prompt' has 2001 characters; Hailuo 02 takes at most 2000`;

/** Five items of which the second and the fourth are wrong. */
const FIVE = ['Boat 0', TOO_LONG, 'Boat 2', TOO_LONG, 'Boat 4'].map((prompt) => aPrompt(prompt));

const pairs = (items: readonly INodeExecutionData[]) => items.map(({ pairedItem }) => pairedItem);

describe('an item with wrong values', () => {
	test.each(PROVIDERS)('at %s stops the others too before anything is sent', (provider) =>
		onStage(async ({ simulator, run }) => {
			const { error, items } = await run(aCreate(provider, { model: 'hailuo-02' }), { items: FIVE });
			expect(error).toMatchObject({
				name: 'NodeOperationError',
				message: `${TOO_LONG_ERROR} [item 1]`,
				context: { itemIndex: 1 },
			});
			expect([items, simulator.requests]).toEqual([[], []]);
		}),
	);

	test.each(PROVIDERS)(
		'at %s with Continue On Fail stands in its place as an error, and the others go on',
		(provider) =>
			onStage(async ({ simulator, run }) => {
				const { error, items } = await run(aCreate(provider, { model: 'hailuo-02' }), { items: FIVE, ...REGULAR });
				expect(error).toBeUndefined();
				const wrong = (index: number) => ({
					json: { error: `${TOO_LONG_ERROR} [item ${index}]` },
					pairedItem: { item: index },
				});
				const good = expect.objectContaining({ json: expect.objectContaining({ provider, status: 'queued' }) });
				expect(items).toEqual([good, wrong(1), good, wrong(3), good]);
				expect(pairs(items)).toEqual([0, 1, 2, 3, 4].map((item) => ({ item })));
				expect(simulator.jobs).toHaveLength(3);
			}),
	);

	test.each(PROVIDERS)('at %s leaves by the error output where there is one, and the others by the first', (provider) =>
		onStage(async ({ simulator, run }) => {
			const { error, outputsOf } = await run(aCreate(provider, { model: 'hailuo-02' }), {
				items: FIVE,
				...ERROR_OUTPUT,
			});
			expect(error).toBeUndefined();
			const [good = [], wrong = []] = outputsOf('Hailuo');
			expect(pairs(good)).toEqual([0, 2, 4].map((item) => ({ item })));
			expect(fieldsOf(good, 'status')).toEqual(['queued', 'queued', 'queued']);
			// n8n puts the item's own fields beside the error.
			expect(wrong).toEqual([
				{ json: { prompt: TOO_LONG, error: `${TOO_LONG_ERROR} [item 1]` }, pairedItem: { item: 1 } },
				{ json: { prompt: TOO_LONG, error: `${TOO_LONG_ERROR} [item 3]` }, pairedItem: { item: 3 } },
			]);
			expect(simulator.jobs).toHaveLength(3);
		}),
	);
});

/** Three items of which the second is refused by the provider. */
const refuseSecond = { kind: 'status', operation: 'create', status: 400, message: 'No boats today' } as const;
const isSecond = ({ rawBody }: { rawBody: Buffer }) => rawBody.toString().includes('Boat 1');
const THREE = ['Boat 0', 'Boat 1', 'Boat 2'].map((prompt) => aPrompt(prompt));

describe('an item the provider refuses', () => {
	test('ends the run with an error that names the jobs of the others', () =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ ...refuseSecond, matches: isSecond });
			// The refusal comes when the others' jobs are made.
			simulator.addFault({ kind: 'slow', operation: 'create', delayMs: 50 });
			const { error, items } = await run(aCreate('apiframe'), { items: THREE });
			expect(error).toMatchObject({
				name: 'NodeApiError',
				message: 'Apiframe refused the values of the request [item 1]',
				context: { itemIndex: 1 },
			});
			expect(items).toEqual([]);
			expect(simulator.jobs).toHaveLength(2);
			for (const { id, request } of simulator.jobs) {
				const index = JSON.stringify(request).includes('Boat 0') ? 0 : 2;
				expect(error?.description).toContain(`item ${index}: ${id}`);
				expect(error).toHaveProperty(['context', 'jobs', String(index)], expect.objectContaining({ jobId: id }));
			}
			expect(error?.description).toContain('Jobs of other items, not lost:');
		}));

	test('with Continue On Fail stands in its place, and the others go on', () =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ ...refuseSecond, matches: isSecond });
			const { error, items } = await run(aCreate('apiframe'), { items: THREE, ...REGULAR });
			expect(error).toBeUndefined();
			expect(items.map(({ json }) => json.error ?? json.status)).toEqual([
				'queued',
				'Apiframe refused the values of the request [item 1]',
				'queued',
			]);
			expect(items[1]).toEqual({ json: { error: expect.any(String) }, pairedItem: { item: 1 } });
		}));
});

describe('an item whose job is known', () => {
	test.each(PROVIDERS)('at %s keeps the job beside its error with Continue On Fail', (provider) =>
		onStage(async ({ run, make }) => {
			const [good, bad] = [await make(provider, 'succeeded'), await make(provider, 'failed', 'A cat [[fail:No cats]]')];
			const { error, items } = await run(onJob('wait', provider), { items: [good, bad], ...REGULAR });
			expect(error).toBeUndefined();
			expect(items).toMatchObject([
				{ json: { jobId: good.json.jobId, status: 'succeeded' } },
				{
					json: {
						provider,
						jobId: bad.json.jobId,
						status: 'failed',
						failure: { message: 'No cats' },
						error: expect.stringMatching(/^No cats: .* made no video/),
					},
					pairedItem: { item: 1 },
				},
			]);
			expect(items[0]?.json).not.toHaveProperty('error');
		}),
	);

	test.each(PROVIDERS)('at %s has the job in the details of its error on the error output', (provider) =>
		onStage(async ({ run, make }) => {
			const [good, bad] = [await make(provider, 'succeeded'), await make(provider, 'failed', 'A cat [[fail:No cats]]')];
			const given = [{ json: { jobId: good.json.jobId } }, { json: { jobId: bad.json.jobId, row: 7 } }];
			const { error, outputsOf } = await run(onJob('wait', provider), {
				items: given as INodeExecutionData[],
				...ERROR_OUTPUT,
			});
			expect(error).toBeUndefined();
			const [first, second] = outputsOf('Hailuo');
			expect(first).toMatchObject([{ json: { jobId: good.json.jobId, status: 'succeeded' }, pairedItem: { item: 0 } }]);
			expect(second).toEqual([
				{
					json: {
						jobId: bad.json.jobId,
						row: 7,
						error: expect.stringMatching(/^No cats: .* made no video/),
						details: expect.objectContaining({ provider, jobId: bad.json.jobId, status: 'failed' }),
					},
					pairedItem: { item: 1 },
				},
			]);
		}),
	);

	test.concurrent.each([
		['on the regular output', REGULAR, ['jobId']],
		['on the error output', ERROR_OUTPUT, ['details', 'jobId']],
	])('keeps its id through a fault after Create and Wait has made it, %s', (_where, options, path) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', status: 401, operation: 'read', times: 9 });
			const { error, outputsOf } = await run(aCreateAndWait('apiframe'), options);
			expect(error).toBeUndefined();
			const put = outputsOf('Hailuo').flat();
			expect(put).toHaveLength(1);
			expect(put[0]?.json).toHaveProperty(path, simulator.jobs[0]?.id);
			expect(put[0]?.json.error).toContain('Apiframe refused the credential');
		}),
	);
});

describe('an error that nobody has foreseen', () => {
	/** n8n cannot write down that a job was made. */
	beforeEach(() => {
		jest.spyOn(log, 'push').mockImplementation((line) => {
			if (/ was made for item \d of execution on-a-full-disk$/.test(line)) throw new Error('ENOSPC');
			return 0;
		});
	});
	afterEach(() => {
		jest.restoreAllMocks();
	});

	test('names the job that its item has bought, beside those of the others', () =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(aCreateAndWait('apiframe'), { items: THREE, executionId: 'on-a-full-disk' });
			expect(error?.name).toBe('NodeOperationError');
			expect(simulator.jobs).toHaveLength(3);
			const index = Number(error?.context?.itemIndex);
			const job = simulator.jobs.find(({ request }) => JSON.stringify(request).includes(`Boat ${index}`));
			expect(error?.description).toContain(`Job ${job?.id} is not lost: read it later with 'Get Video'.`);
			expect(error?.context).toMatchObject({ job: { provider: 'apiframe', jobId: job?.id } });
			const others = simulator.jobs.filter(({ id }) => id !== job?.id);
			for (const { id } of others) expect(error?.description).toMatch(new RegExp(`item \\d: ${id}`));
		}));

	test('leaves the job beside it with Continue On Fail', () =>
		onStage(async ({ simulator, run }) => {
			const { items } = await run(aCreateAndWait('apiframe'), { ...REGULAR, executionId: 'on-a-full-disk' });
			expect(items).toMatchObject([{ json: { jobId: simulator.jobs[0]?.id, error: expect.any(String) } }]);
		}));
});

describe('an error that ends the run', () => {
	test('ends the waiting of the others within a second and names their jobs', () =>
		onStage(async ({ simulator, run, make }) => {
			const going = [await make('wiro', 'running', 'One'), await make('wiro', 'running', 'Two')];
			const failed = await make('wiro', 'failed', 'A cat [[fail]]');
			const started = Date.now();
			const { error } = await run(onJob('wait', 'wiro'), { items: [...going, failed] });
			expect(Date.now() - started).toBeLessThan(1500);
			expect(error).toMatchObject({ context: { itemIndex: 2, job: { jobId: failed.json.jobId } } });
			expect(simulator.requestsOf('wiro', 'cancel')).toEqual([]);
			expect(going.map(({ json }) => simulator.phaseOf(String(json.jobId)))).toEqual(['running', 'running']);
		}));

	test('begins no further create, but awaits those that were sent', () =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ ...refuseSecond, matches: isSecond });
			simulator.addFault({ kind: 'slow', operation: 'create', delayMs: 300, times: 1 });
			const items = Array.from({ length: 6 }, (_, index) => aPrompt(`Boat ${index}`));
			const { error } = await run(aCreate('evolink', { options: { maxConcurrency: 2 } }), { items });
			expect(error).toMatchObject({ context: { itemIndex: 1 } });
			expect(simulator.jobs.map(({ request }) => JSON.stringify(request))).toEqual([expect.stringContaining('Boat 0')]);
			expect(error?.description).toContain(`item 0: ${simulator.jobs[0]?.id}`);
		}));
});

test('an item of each kind of image leads to a job of its own', () =>
	onStage(async ({ simulator, run }) => {
		const file = (format: 'png' | 'jpeg'): INodeExecutionData => ({
			json: { prompt: PROMPT, kind: 'binary' },
			binary: { data: { data: testImage(format).toString('base64'), mimeType: 'image/png', fileName: 'a' } },
		});
		const items = [file('png'), aPrompt(PROMPT, { kind: 'none' }), file('jpeg')];
		const { items: put, error } = await run(aCreate('wiro', { firstFrame: '={{ $json.kind }}' }), { items });
		expect(error).toBeUndefined();
		expect(put.map(({ json }) => simulator.job(String(json.jobId))?.model)).toEqual([
			'minimax/image-to-video-hailuo-02',
			'minimax/text-to-video-hailuo-02',
			'minimax/image-to-video-hailuo-02',
		]);
	}));
