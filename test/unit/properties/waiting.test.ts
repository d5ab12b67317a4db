/** No wait goes on for ever, ends before its time, or asks more often than it may. */
import fc from 'fast-check';

import { isOver } from '../../../nodes/Hailuo/core/job/job';
import { waitForJob, type ReadOutcome, type WaitOutcome } from '../../../nodes/Hailuo/core/waiting/poll';
import { jobs, outcomes } from './jobs';
import { describeProperties } from './run';

const MINUTE = 60_000;

const START = Date.parse('2026-05-04T10:00:00Z');

const LONGEST_READ = 30_000;
const LONGEST_DELAY = 2000;

const created = fc.integer({ min: -40 * MINUTE, max: MINUTE }).map((offset) => new Date(START + offset).toISOString());

/** Mostly jobs that are not over and faults that pass, so that a wait gets somewhere. */
const answers = fc.oneof(
	{
		weight: 5,
		arbitrary: jobs(created).map((job): ReadOutcome => ({
			ok: true,
			job: { ...job, status: 'running', failure: null },
		})),
	},
	{ weight: 3, arbitrary: outcomes(jobs(created)) },
);

const waits = fc.record({
	answers: fc.array(fc.record({ outcome: answers, takes: fc.nat(LONGEST_READ) }), { minLength: 1, maxLength: 12 }),
	delays: fc.array(fc.nat(LONGEST_DELAY), { minLength: 1, maxLength: 3 }),
	policy: fc.record({
		shortestPollSeconds: fc.constantFrom(2, 3, 8),
		pollIntervalSeconds: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 400, noNaN: true })),
	}),
	timeoutMinutes: fc.oneof(fc.constantFrom(0.01, 1, 30), fc.double({ min: 0.001, max: 60, noNaN: true })),
	last: fc.option(jobs(created)),
	createdAt: fc.option(created),
	stopAt: fc.option(fc.nat(20 * MINUTE)),
});

type Wait = typeof waits extends fc.Arbitrary<infer Given> ? Given : never;

interface Look {
	from: number;
	to: number;
	outcome: ReadOutcome;
}

interface Waited {
	outcome: WaitOutcome;
	looks: Look[];
	/** Milliseconds after the start. */
	end: number;
}

async function wait({
	answers: given,
	delays,
	policy,
	timeoutMinutes,
	last,
	createdAt,
	stopAt,
}: Wait): Promise<Waited> {
	let now = START;
	let pauses = 0;
	const looks: Look[] = [];
	const isStopped = () => stopAt !== null && now - START >= stopAt;
	const outcome = await waitForJob(
		{
			read: () => {
				const { outcome: said, takes } = given[looks.length % given.length]!;
				looks.push({ from: now, to: now + takes, outcome: said });
				now += takes;
				if (looks.length > 5000) throw new Error('No end to it');
				return Promise.resolve(said);
			},
			pause: (milliseconds) => {
				const end = now + Math.max(milliseconds, 0) + delays[pauses++ % delays.length]!;
				// Stop ends a pause at once.
				now = stopAt === null ? end : Math.max(now, Math.min(end, START + stopAt));
				return Promise.resolve();
			},
			now: () => now,
			isStopped,
		},
		policy,
		timeoutMinutes,
		last,
		createdAt,
	);
	return { outcome, looks, end: now - START };
}

describeProperties('waiting', (holds) => {
	describe('a wait', () => {
		holds(
			'is over by its deadline, one pause and one read later at most, and asks no sooner than it may',
			waits,
			async (given) => {
				const { looks, end } = await wait(given);
				expect(end).toBeLessThanOrEqual(given.timeoutMinutes * MINUTE + 2 * LONGEST_DELAY + LONGEST_READ);
				looks.slice(1).forEach(({ from }, index) => {
					const { to, outcome } = looks[index]!;
					const asked = outcome.ok ? 0 : (outcome.failure.retryAfterSeconds ?? 0);
					// Half a millisecond is lost in adding fractions to a large number.
					expect(from - to + 0.5).toBeGreaterThanOrEqual(Math.max(given.policy.shortestPollSeconds, asked) * 1000);
				});
			},
			{ cases: 1500 },
		);

		holds(
			'ends as it says, and not before its time',
			waits,
			async (given) => {
				const { outcome, looks, end } = await wait(given);
				const { last, createdAt, stopAt, timeoutMinutes } = given;
				for (const { from } of looks) if (stopAt !== null) expect(from - START).toBeLessThan(stopAt);
				if (outcome.kind === 'stopped') {
					const stopped = looks.some((look) => !look.outcome.ok && look.outcome.failure.kind === 'stopped');
					return expect(stopped || (stopAt !== null && end >= stopAt)).toBe(true);
				}
				if (outcome.kind === 'over') {
					expect(isOver(outcome.job)).toBe(true);
					if (looks.length === 0) expect(outcome.job).toBe(last);
					return;
				}
				expect(looks.length).toBeGreaterThan(0);
				if (outcome.kind === 'unreadable')
					return expect(looks.at(-1)!.outcome).toEqual({ ok: false, failure: outcome.failure });
				const said = looks.flatMap((look) => (look.outcome.ok ? [look.outcome.job.createdAt] : []));
				const creations = [createdAt ?? last?.createdAt ?? null, ...said].flatMap((moment) =>
					moment === null ? [] : [Date.parse(moment)],
				);
				expect(START + end + 0.5).toBeGreaterThanOrEqual(Math.min(START, ...creations) + timeoutMinutes * MINUTE);
			},
			{ cases: 1500 },
		);
	});
});
