/** A thousand jobs that wait at the same time, in queue mode. */
import { runsOf } from '../tools/host/workflows';
import { describeInQueueMode } from './support/describe';
import { idsOf, jobIdsAt } from './support/durable';
import { load } from './support/load';
import { delaysFromCallback, figuresOf } from './support/loadFigures';
import { startQueueSuite, type QueueSuite } from './support/queueSuite';

const PLAN = { provider: 'apiframe', executions: 100, jobs: 10, endsWithinMs: 60_000 } as const;

/** What waits, and how many processes take its callbacks. */
const CASES = [
	{ form: 'suspend', webhooks: 2 },
	{ form: 'loop', webhooks: 1 },
] as const;
const JOBS = PLAN.executions * PLAN.jobs;

/** Where n8n is too busy to answer a callback in the provider's time, the recheck finds the job a minute later. */
const LATEST_MS = 180_000;

for (const { form, webhooks } of CASES)
	describeInQueueMode(`a thousand jobs that end within a minute (${form}, webhook processes: ${webhooks})`, () => {
		let suite: QueueSuite;

		beforeAll(async () => {
			suite = await startQueueSuite({
				simulator: { jobDurationMs: 3_600_000 },
				webhooks,
				// By default a process has two connections to PostgreSQL. When callbacks come faster than these are free again,
				// n8n answers that its database is not ready, and fails executions which it was just waking.
				environment: { DB_POSTGRESDB_POOL_SIZE: '10' },
			});
		});

		afterAll(async () => {
			await suite.close();
		});

		test('are all behind the wait, once each, within three minutes of their callbacks, and none was made twice', async () => {
			const done = await load(suite, { ...PLAN, form }, LATEST_MS + 60_000);
			process.stdout.write(figuresOf(done));
			const ids = idsOf(done.jobs.flat());

			expect(ids).toHaveLength(JOBS);
			expect(done.creates).toHaveLength(JOBS);
			expect(new Set(done.creates.map(({ rawBody }) => /Video \d+ of \d+/.exec(rawBody.toString())?.[0])).size).toBe(
				JOBS,
			);
			expect(done.arrivals.map(({ jobId }) => jobId).sort()).toEqual([...ids].sort());
			for (const [index, execution] of done.executions.entries()) {
				expect([execution.id, execution.status]).toEqual([execution.id, 'success']);
				expect(runsOf(execution, 'After')).toHaveLength(1);
				expect(jobIdsAt(execution, 'After')).toEqual(idsOf(done.jobs[index]!));
			}
			expect(delaysFromCallback(done)).toHaveLength(JOBS);
			expect(Math.max(...delaysFromCallback(done))).toBeLessThan(LATEST_MS);
		}, 600_000);
	});
