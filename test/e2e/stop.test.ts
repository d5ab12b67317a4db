/** The Stop button of n8n: nothing more is bought, the waiting ends, and no paid job is forgotten. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Execution } from '../tools/host/n8nTypes';
import type { ProviderName, SimulatedJob } from '../tools/simulator/types';
import { until } from '../tools/support/until';
import {
	createsAbout,
	firstJobOf,
	holds,
	jobsAbout,
	LABELS,
	linesAbout,
	numbered,
	PROVIDERS,
	purchase,
	readsOf,
	RETRY,
	start,
	type PurchaseOptions,
} from './support/purchase';
import { startSuite, type Suite } from './support/suite';

const WITHOUT_CANCEL = PROVIDERS.filter((provider) => provider !== 'wiro');

let marks = 0;

/** A text that no other test uses, nor the same test when CI tries it again. */
const ownMark = (words: string) => `${words} (${(marks += 1)})`;

/** n8n's own part, a machine that is busy with other tests, and the node's one second. */
const WITHIN_MS = 2_000;
/** Long enough for another look, had the waiting gone on: the schedule of looks begins with a few seconds. */
const SILENCE_MS = 8_000;

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 600_000 } });
});

afterAll(async () => {
	await suite.close();
});

interface Stopped {
	execution: Execution;
	job: SimulatedJob;
	/** Milliseconds from the Stop to the node's last words about its job. */
	ended: number;
}

/**
 * Starts a purchase of one video and stops it.
 * @param when there is what the Stop shall meet
 */
async function startAndStop(
	provider: ProviderName,
	mark: string,
	when: () => boolean,
	options: Partial<PurchaseOptions> = {},
): Promise<Stopped> {
	const id = await start(suite, purchase(suite, provider, { prompts: [mark], operation: 'createAndWait', ...options }));
	await until(`what the Stop of ${mark} shall meet`, when);
	const stopped = Date.now();
	await suite.client.stopExecution(id);
	await until(`a line of the log about ${mark}`, () => {
		const job = firstJobOf(suite, id);
		return job !== undefined && linesAbout(suite, job.id).length > 0;
	});
	const ended = Date.now() - stopped;
	return { execution: await suite.client.waitForExecution(id), job: firstJobOf(suite, id)!, ended };
}

const runsOn = (provider: ProviderName, { id }: SimulatedJob) =>
	`Hailuo: the execution was stopped while ${LABELS[provider]} job ${id} was running; it runs on at the provider`;

describe('a Stop while jobs are waited for', () => {
	test.concurrent.each(PROVIDERS)('at %s ends the wait at once and logs the id', async (provider) => {
		const mark = ownMark(`between looks at ${provider}`);
		const isRead = () => jobsAbout(suite, mark).some((job) => readsOf(suite, job).length > 0);
		const { execution, job, ended } = await startAndStop(provider, mark, isRead);
		const reads = readsOf(suite, job).length;

		expect(execution.status).toBe('canceled');
		expect(ended).toBeLessThan(WITHIN_MS);
		expect(linesAbout(suite, job.id)).toEqual([runsOn(provider, job)]);
		expect(suite.simulator.phaseOf(job.id)).not.toBe('cancelled');
		await pause(SILENCE_MS);
		expect(readsOf(suite, job)).toHaveLength(reads);
		expect(createsAbout(suite, mark)).toHaveLength(1);
	});

	test.concurrent('ends a look that hangs', async () => {
		const mark = ownMark('hanging look');
		const looks = () => {
			const ids = jobsAbout(suite, mark).map(({ id }) => id);
			return suite.simulator.requestsOf('apiframe', 'read').filter(({ path }) => ids.some((id) => path.endsWith(id)));
		};
		suite.simulator.addFault({
			kind: 'hang',
			provider: 'apiframe',
			operation: 'read',
			matches: (request) => looks().includes(request),
		});
		const { execution, job, ended } = await startAndStop('apiframe', mark, () => looks().length > 0);

		expect(execution.status).toBe('canceled');
		expect(ended).toBeLessThan(WITHIN_MS);
		expect(looks()).toMatchObject([{ aborted: true }]);
		expect(linesAbout(suite, job.id)).toEqual([runsOn('apiframe', job)]);
	});

	test.concurrent("cancels the job at Wiro with 'Cancel on Stop'", async () => {
		const mark = ownMark('cancel on stop');
		const isRead = () => jobsAbout(suite, mark).some((job) => readsOf(suite, job).length > 0);
		const options = { parameters: { options: { cancelOnStop: true } } };
		const { execution, job } = await startAndStop('wiro', mark, isRead, options);

		expect(execution.status).toBe('canceled');
		expect(suite.simulator.phaseOf(job.id)).toBe('cancelled');
		expect(linesAbout(suite, job.id)).toEqual([
			`Hailuo: Wiro job ${job.id} was cancelled because the execution was stopped`,
		]);
	});

	test.concurrent('does so once, though Retry On Fail runs the node again', async () => {
		const mark = ownMark('cancel once');
		const isRead = () => jobsAbout(suite, mark).some((job) => readsOf(suite, job).length > 0);
		const options = { parameters: { options: { cancelOnStop: true } }, settings: RETRY };
		const { job } = await startAndStop('wiro', mark, isRead, options);

		await pause(SILENCE_MS);
		expect(linesAbout(suite, job.id)).toEqual([
			`Hailuo: Wiro job ${job.id} was cancelled because the execution was stopped`,
		]);
		expect(suite.simulator.requestsOf('wiro', 'cancel').filter(({ jobId }) => jobId === job.id)).toHaveLength(1);
	});
});

const OPERATIONS = ['create', 'createAndWait'] as const;
const POSTS = WITHOUT_CANCEL.flatMap((provider) => OPERATIONS.map((operation) => [operation, provider] as const));

describe('a Stop while a create is on its way', () => {
	test.concurrent.each(OPERATIONS)('by %s to Wiro awaits it and cancels its job', async (operation) => {
		const mark = ownMark(`post of ${operation} to Wiro`);
		suite.simulator.addFault({ kind: 'slow', operation: 'create', delayMs: 2_000, matches: holds(mark) });
		const isSent = () => createsAbout(suite, mark).length > 0;
		const { execution, job } = await startAndStop('wiro', mark, isSent, { operation });

		expect(execution.status).toBe('canceled');
		expect(createsAbout(suite, mark)).toMatchObject([{ status: 200 }]);
		expect(createsAbout(suite, mark)[0]).not.toHaveProperty('aborted');
		expect(jobsAbout(suite, mark)).toHaveLength(1);
		expect(suite.simulator.phaseOf(job.id)).toBe('cancelled');
		expect(linesAbout(suite, job.id)).toEqual([
			`Hailuo: Wiro job ${job.id} was cancelled because the execution was stopped`,
		]);
	});

	test.concurrent.each(POSTS)('by %s to %s awaits it and logs the id of its job', async (operation, provider) => {
		const mark = ownMark(`post of ${operation} to ${provider}`);
		const fault = { kind: 'slow', operation: 'create', moment: 'after', delayMs: 2_000 } as const;
		suite.simulator.addFault({ ...fault, matches: holds(mark) });
		const isMade = () => jobsAbout(suite, mark).length > 0;
		const { execution, job } = await startAndStop(provider, mark, isMade, { operation });

		expect(execution.status).toBe('canceled');
		expect(createsAbout(suite, mark)).toHaveLength(1);
		expect(createsAbout(suite, mark)[0]).not.toHaveProperty('aborted');
		expect(jobsAbout(suite, mark)).toHaveLength(1);
		expect(linesAbout(suite, job.id)).toEqual([runsOn(provider, job)]);
	});

	test.concurrent('logs what the try before has bought when it comes between two tries', async () => {
		const mark = ownMark('between two tries');
		const prompts = numbered(mark, 2);
		suite.simulator.addFault({
			kind: 'status',
			status: 400,
			operation: 'create',
			matches: holds(prompts[1]!),
			times: 3,
		});
		const isRefused = () => createsAbout(suite, mark).filter(({ status }) => status !== undefined).length === 2;
		const { execution, job } = await startAndStop('evolink', mark, isRefused, {
			prompts,
			operation: 'create',
			settings: { ...RETRY, waitBetweenTries: 3_000 },
		});

		expect(execution.status).toBe('canceled');
		expect(createsAbout(suite, mark)).toHaveLength(2);
		expect(linesAbout(suite, job.id)).toEqual([runsOn('evolink', job)]);
	});

	test.concurrent('buys nothing for the items behind it, also with Retry On Fail', async () => {
		const mark = ownMark('items behind');
		const prompts = numbered(mark, 5);
		const fault = { kind: 'slow', operation: 'create', moment: 'after', delayMs: 1_500 } as const;
		suite.simulator.addFault({ ...fault, matches: holds(mark), times: 5 });
		const { execution } = await startAndStop('evolink', mark, () => jobsAbout(suite, mark).length > 0, {
			prompts,
			operation: 'create',
			parameters: { options: { maxConcurrency: 1 } },
			settings: RETRY,
		});

		expect(execution.status).toBe('canceled');
		await pause(SILENCE_MS);
		expect(createsAbout(suite, mark)).toHaveLength(1);
		expect(jobsAbout(suite, mark)).toHaveLength(1);
	});
});
