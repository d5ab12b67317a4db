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
	purchase,
	readsOf,
	RETRY,
	type PurchaseOptions,
} from './support/purchase';
import { startSuite, type Suite } from './support/suite';

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
	const id = await suite.start(purchase(suite, provider, { prompts: [mark], operation: 'createAndWait', ...options }));
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
const cancelled = ({ id }: SimulatedJob) => `Hailuo: Wiro job ${id} was cancelled because the execution was stopped`;

describe("n8n's Stop", () => {
	const isRead = (mark: string) => jobsAbout(suite, mark).some((job) => readsOf(suite, job).length > 0);

	test.concurrent('ends a wait at once, and logs the id', async () => {
		const mark = ownMark('between looks');
		const { execution, job, ended } = await startAndStop('evolink', mark, () => isRead(mark));
		const reads = readsOf(suite, job).length;

		expect(execution.status).toBe('canceled');
		expect(ended).toBeLessThan(WITHIN_MS);
		expect(linesAbout(suite, job.id)).toEqual([runsOn('evolink', job)]);
		await pause(SILENCE_MS);
		expect(readsOf(suite, job)).toHaveLength(reads);
		expect(createsAbout(suite, mark)).toHaveLength(1);
	});

	test.concurrent("with 'Cancel on Stop' cancels the job once, though Retry On Fail runs the node again", async () => {
		const mark = ownMark('cancel once');
		const options = { parameters: { options: { cancelOnStop: true } }, settings: RETRY };
		const { execution, job } = await startAndStop('wiro', mark, () => isRead(mark), options);

		expect(execution.status).toBe('canceled');
		expect(suite.simulator.phaseOf(job.id)).toBe('cancelled');
		await pause(SILENCE_MS);
		expect(linesAbout(suite, job.id)).toEqual([cancelled(job)]);
		expect(suite.simulator.requestsOf('wiro', 'cancel').filter(({ jobId }) => jobId === job.id)).toHaveLength(1);
	});

	test.concurrent.each(['wiro', 'apiframe'] as const)(
		'awaits a create that is on its way to %s, and buys nothing for the items behind it',
		async (provider) => {
			const mark = ownMark(`post to ${provider}`);
			const fault = { kind: 'slow', operation: 'create', moment: 'after', delayMs: 2_000 } as const;
			suite.simulator.addFault({ ...fault, matches: holds(mark), times: 5 });
			const { execution, job } = await startAndStop(provider, mark, () => jobsAbout(suite, mark).length > 0, {
				prompts: numbered(mark, 5),
				operation: 'create',
				parameters: { options: { maxConcurrency: 1 } },
				settings: RETRY,
			});

			expect(execution.status).toBe('canceled');
			expect(linesAbout(suite, job.id)).toEqual([provider === 'wiro' ? cancelled(job) : runsOn(provider, job)]);
			await pause(SILENCE_MS);
			expect(createsAbout(suite, mark)).toHaveLength(1);
			expect(createsAbout(suite, mark)[0]).not.toHaveProperty('aborted');
			expect(jobsAbout(suite, mark)).toHaveLength(1);
		},
	);

	test.concurrent('between two tries logs what the try before has bought', async () => {
		const mark = ownMark('between two tries');
		const prompts = numbered(mark, 2);
		const refused = { kind: 'status', status: 400, operation: 'create', times: 3 } as const;
		suite.simulator.addFault({ ...refused, matches: holds(prompts[1]!) });
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
});
