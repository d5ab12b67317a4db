/** A create is paid for: it is repeated only when it certainly made nothing. */
import { createServer } from 'node:net';
import { startSimulator, type Fault, type ProviderName } from '../tools/simulator';
import { REQUEST_TIMEOUTS } from '../tools/support/built';
import { credentialsFor } from '../tools/support/gateways';
import { runHailuo } from '../tools/support/runNode';
import {
	aCreate,
	aCreateAndWait,
	aPrompt,
	fieldsOf,
	IMAGE_URL,
	LABELS,
	nextExecutionId,
	onStage,
	PROVIDERS,
} from './stage';

const { create: CREATE_TIMEOUT } = REQUEST_TIMEOUTS;

beforeAll(() => {
	REQUEST_TIMEOUTS.create = 3000;
});
afterAll(() => {
	REQUEST_TIMEOUTS.create = CREATE_TIMEOUT;
});

const WITHOUT_KEY = PROVIDERS.filter((provider) => provider !== 'apiframe');

const LOOK_AT: Partial<Record<ProviderName, RegExp>> = {
	aimlApi: /Look at https:\/\/aimlapi\.com\/\S+ before you run this item again/,
	evolink: /Look at https:\/\/evolink\.ai\/\S+ before you run this item again/,
	wiro: /Look at https:\/\/wiro\.ai\/\S+ before you run this item again/,
};

/** What may come in the place of an answer, with a part of how it is told. */
const FAULTS: Array<[string, Fault, string]> = [
	['a reset', { kind: 'reset' }, 'What came back:'],
	['silence', { kind: 'hang' }, 'No answer within 3 seconds'],
	['an answer that breaks off', { kind: 'truncated' }, 'What came back:'],
	['malformed JSON', { kind: 'malformedJson' }, 'is no JSON'],
	['no body', { kind: 'empty' }, 'is no JSON'],
	['an error page', { kind: 'html' }, 'HTTP 502'],
	['a 500', { kind: 'status', status: 500 }, 'HTTP 500'],
	['a 504', { kind: 'status', status: 504 }, 'HTTP 504'],
	['a 408', { kind: 'status', status: 408 }, 'HTTP 408'],
];

const AFTER = WITHOUT_KEY.flatMap((provider) =>
	FAULTS.map(([what, fault, says]): [ProviderName, string, Fault, string] => [provider, what, fault, says]),
);

describe('a create without an idempotency key', () => {
	test.concurrent.each(AFTER)(
		'at %s is not repeated after %s, for the job may be there',
		(provider, _what, fault, says) =>
			onStage(async ({ simulator, run }) => {
				simulator.addFault({ ...fault, operation: 'create', moment: 'after', times: 9 });
				const { error } = await run(aCreate(provider));
				expect(error).toMatchObject({
					name: 'NodeApiError',
					message: `It is not known whether ${LABELS[provider]} made this job [item 0]`,
					description: expect.stringContaining(says),
				});
				expect(error?.description).toMatch(LOOK_AT[provider] ?? 'no page');
				expect(simulator.requests.map(({ operation }) => operation)).toEqual(['create']);
				expect(simulator.jobs).toHaveLength(1);
			}),
	);

	test.concurrent.each(WITHOUT_KEY)(
		'at %s is not repeated either when nothing was made, for nobody can know',
		(provider) =>
			onStage(async ({ simulator, run }) => {
				simulator.addFault({ kind: 'reset', operation: 'create', times: 9 });
				const { error } = await run(aCreateAndWait(provider));
				expect(error?.message).toBe(`It is not known whether ${LABELS[provider]} made this job [item 0]`);
				expect([simulator.requests.length, simulator.jobs.length]).toEqual([1, 0]);
			}),
	);

	test.concurrent('of values that are of other types says what is known, and keeps the id where there is one', () =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'wrongTypes', operation: 'create' });
			const { items, error } = await run(aCreate('evolink'));
			expect(error).toBeUndefined();
			expect(items).toMatchObject([{ json: { jobId: '12345', status: 'unknown' } }]);
			expect(simulator.requests).toHaveLength(1);
		}),
	);
});

describe('a create that certainly made nothing', () => {
	test.concurrent.each(PROVIDERS)('at %s is repeated after a 429, as late as it asks', (provider) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', status: 429, operation: 'create', headers: { 'retry-after': '2' } });
			const { items, error } = await run(aCreate(provider));
			expect(error).toBeUndefined();
			expect(fieldsOf(items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
			const [first, second, ...more] = simulator.requests.map(({ at }) => at);
			expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(1950);
			expect([more, simulator.jobs.length]).toEqual([[], 1]);
		}),
	);

	test.concurrent.each(['apiframe', 'evolink'] as const)('at %s is repeated after its documented 503', (provider) =>
		onStage(async ({ simulator, run }) => {
			const body = {
				apiframe: { error: 'Service unavailable' },
				evolink: { error: { code: 503, type: 'service_unavailable_error', message: 'Busy' } },
			}[provider];
			simulator.addFault({ kind: 'status', status: 503, operation: 'create', body });
			const { items, error } = await run(aCreate(provider));
			expect(error).toBeUndefined();
			expect(fieldsOf(items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
			expect([simulator.requests.length, simulator.jobs.length]).toEqual([2, 1]);
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

	test.concurrent.each(PROVIDERS)('at %s is repeated when the connection was refused', async (provider) => {
		const port = await freePort();
		const placeholder = await startSimulator();
		const credentials = credentialsFor(placeholder);
		await placeholder.close();
		const moved = JSON.parse(
			JSON.stringify(credentials).replaceAll(new URL(placeholder.url).host, `127.0.0.1:${port}`),
		);
		const running = runHailuo(aCreate(provider), {
			credentials: moved,
			items: [aPrompt()],
			executionId: nextExecutionId(),
		});
		await new Promise((resolve) => setTimeout(resolve, 400));
		const simulator = await startSimulator({ port, jobDurationMs: 60_000 });
		try {
			const { items, error } = await running;
			expect(error).toBeUndefined();
			expect(fieldsOf(items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
			expect(simulator.jobs).toHaveLength(1);
		} finally {
			await simulator.close();
		}
	});

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
			expect(simulator.requests).toHaveLength(1);
		}),
	);
});

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === 'string') throw new Error('The server had no port');
	return address.port;
}
