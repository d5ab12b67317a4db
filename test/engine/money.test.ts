/** A create is paid for: it is repeated only when it certainly made nothing. */
import { aCreate, fieldsOf, IMAGE_URL, LABELS, onStage, PROVIDERS } from './stage';

describe('a create that certainly made nothing', () => {
	test.concurrent.each(PROVIDERS)('at %s is repeated after a 429, as late as it asks', (provider) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', status: 429, operation: 'create', headers: { 'retry-after': '2' } });
			const { items, error } = await run(aCreate(provider));
			expect(error).toBeUndefined();
			expect(fieldsOf(items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
			const [first, second, ...more] = simulator.requests.map(({ at }) => at);
			expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(2000);
			expect([more, simulator.jobs.length]).toEqual([[], 1]);
		}),
	);

	test.concurrent.each([
		[0, 1],
		[1, 2],
	])("is sent again %i times where 'Create Retries' says so", (createRetries, sent) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({
				kind: 'status',
				status: 503,
				operation: 'create',
				body: { error: 'Service unavailable' },
				times: 9,
			});
			const { error } = await run(aCreate('apiframe', { options: { createRetries } }));
			expect(error?.message).toBe('Apiframe is out of service for the moment [item 0]');
			expect([simulator.requests.length, simulator.jobs.length]).toEqual([sent, 0]);
		}),
	);

	test.concurrent("of a rate limit that stays fails when 'Wait for Slot' is over", () =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', status: 429, operation: 'create', times: 99 });
			const { error } = await run(aCreate('aimlApi', { options: { waitForSlot: 2 / 60 } }));
			expect(error?.message).toBe('AI/ML API takes no more requests for the moment [item 0]');
			expect([simulator.requests.length, simulator.jobs.length]).toEqual([2, 0]);
		}),
	);

	test.concurrent.each(PROVIDERS)('at %s is not repeated when its values were refused', (provider) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', status: 400, operation: 'create', times: 9 });
			const { error } = await run(aCreate(provider, { firstFrame: 'url', firstFrameUrl: IMAGE_URL }));
			expect(error?.message).toBe(`${LABELS[provider]} refused the values of the request [item 0]`);
			expect(simulator.requestsOf(provider, 'create')).toHaveLength(1);
		}),
	);
});
