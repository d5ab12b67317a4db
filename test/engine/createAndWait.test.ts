import type { ProviderName, SimulatedJob } from '../tools/simulator';
import { aCreateAndWait, aPrompt, fieldsOf, MODEL_OF, onStage, PROMPT, PROVIDERS, WORDS } from './stage';

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

const inSeconds = (milliseconds: number) => new Date(Math.floor(milliseconds / 1000) * 1000).toISOString();

/** What each provider tells of a job that is over, beside what is alike for all. */
const TOLD: Record<ProviderName, (job: SimulatedJob) => Record<string, unknown>> = {
	aimlApi: () => ({ cost: { amount: 0.1995, unit: 'USD' }, route: 'universal', expiresAt: ISO }),
	apiframe: (job) => ({
		progress: 100,
		cost: { amount: 5, unit: 'credits' },
		completedAt: new Date(job.endsAt).toISOString(),
		expiresAt: new Date(job.endsAt + 86_400_000).toISOString(),
	}),
	evolink: (job) => ({
		progress: 100,
		cost: { amount: 17, unit: 'credits' },
		expiresAt: inSeconds(job.createdAt + 86_400_000),
	}),
	minimax: () => ({ cost: null, expiresAt: ISO }),
	wiro: (job) => ({
		cost: { amount: 0.19, unit: 'USD' },
		completedAt: ISO,
		jobToken: job.token,
	}),
};

describe('Create and Wait', () => {
	test.concurrent.each(PROVIDERS)('at %s makes one job, waits, and puts it on the item with its video', (provider) =>
		onStage(
			async ({ simulator, run }) => {
				const { items, error } = await run(aCreateAndWait(provider));
				expect(error).toBeUndefined();
				const [job] = simulator.jobs;
				expect(items).toEqual([
					{
						json: {
							provider,
							jobId: job?.id,
							model: MODEL_OF[provider],
							status: 'succeeded',
							rawStatus: WORDS[provider].succeeded,
							progress: null,
							videoUrl: job?.videoUrl,
							additionalUrls: [],
							failure: null,
							// By n8n's clock.
							createdAt: ISO,
							completedAt: null,
							expiresAt: null,
							...(job && TOLD[provider](job)),
						},
						pairedItem: { item: 0 },
					},
				]);
				expect(simulator.requests.map(({ operation }) => operation)).toEqual(['create', 'read']);
			},
			{ jobDurationMs: 500 },
		),
	);

	test.concurrent('makes the jobs of 32 items before it looks at the first, and waits for all side by side', () =>
		onStage(
			async ({ simulator, run }) => {
				const prompts = Array.from({ length: 32 }, (_, index) => `Boat ${index}`);
				const { items } = await run(aCreateAndWait('apiframe'), { items: prompts.map((prompt) => aPrompt(prompt)) });
				expect(fieldsOf(items, 'status')).toEqual(prompts.map(() => 'succeeded'));
				expect(items.map(({ pairedItem }) => pairedItem)).toEqual(prompts.map((_, item) => ({ item })));
				const asked = fieldsOf(items, 'jobId').map((id) => simulator.job(String(id))?.request);
				expect(asked).toEqual(prompts.map((prompt) => expect.objectContaining({ prompt })));
				const operations = simulator.requests.map(({ operation }) => operation);
				expect(operations).toEqual([...prompts.map(() => 'create'), ...prompts.map(() => 'read')]);
				expect(simulator.inFlight.peak).toBeLessThanOrEqual(8);
			},
			{ jobDurationMs: 200 },
		),
	);

	test.concurrent('lets a failed and a cancelled job flow on where the form says so', () =>
		onStage(
			async ({ run }) => {
				const { items, error } = await run(aCreateAndWait('apiframe', { onJobFailure: 'output' }), {
					items: ['A cat [[fail:No cats]]', 'A dog', 'A cow [[cancel]]'].map((prompt) => aPrompt(prompt)),
				});
				expect(error).toBeUndefined();
				expect(fieldsOf(items, 'status')).toEqual(['failed', 'succeeded', 'cancelled']);
				expect(fieldsOf(items, 'failure')).toEqual([{ code: null, message: 'No cats' }, null, null]);
				expect(items.filter(({ json }) => 'error' in json)).toEqual([]);
			},
			{ jobDurationMs: 100 },
		),
	);

	test.concurrent.each(PROVIDERS)(
		'at %s that runs out of time fails with the id, or puts the job out as timedOut',
		(provider) =>
			onStage(async ({ simulator, run }) => {
				const { items, error } = await run(
					aCreateAndWait(provider, { timeout: 1 / 60, onTimeout: '={{ $json.onTimeout }}' }),
					{
						items: [aPrompt(PROMPT, { onTimeout: 'output' }), aPrompt(PROMPT, { onTimeout: 'error' })],
						node: { onError: 'continueRegularOutput' },
					},
				);
				const ids = simulator.jobs.map(({ id }) => id);
				expect(error).toBeUndefined();
				expect(items.map(({ json }) => json)).toMatchObject([
					{ jobId: ids[0], status: 'queued', timedOut: true, videoUrl: null },
					{ jobId: ids[1], status: 'queued', error: expect.stringContaining('did not finish the video within') },
				]);
				// However short the time, each job was looked at.
				expect(simulator.requestsOf(provider, 'read')).toHaveLength(2);
			}),
	);

	test.concurrent('adds the last answer as raw where it is wanted', () =>
		onStage(
			async ({ run }) => {
				const { items } = await run(aCreateAndWait('apiframe', { options: { includeRaw: true } }));
				expect(items[0]?.json.raw).toMatchObject({
					status: 'COMPLETED',
					result: { videoUrl: items[0]?.json.videoUrl },
				});
			},
			{ jobDurationMs: 100 },
		),
	);

	test.concurrent('looks as often as Poll Interval says, but not more often than the provider asks for', () =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(
				aCreateAndWait('apiframe', { timeout: 7 / 60, onTimeout: 'output', options: { pollInterval: 0.1 } }),
			);
			expect(error).toBeUndefined();
			const reads = simulator.requestsOf('apiframe', 'read').map(({ at }) => at);
			expect(reads).toHaveLength(3);
			const pauses = reads.slice(1).map((at, index) => at - (reads[index] ?? 0));
			expect(pauses).toEqual([2000, 2000]);
		}),
	);
});
