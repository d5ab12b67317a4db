/** No wait goes on for ever, ends before its time, or asks more often than it may. */
import fc from 'fast-check';

import { isOver } from '../../../nodes/Hailuo/core/job/job';
import { pollUntilSettled } from '../../../nodes/Hailuo/core/waiting/pollUntilSettled';
import {
	enter,
	isSettled,
	type ReadOutcome,
	type WaitPlan,
	type WaitState,
} from '../../../nodes/Hailuo/core/waiting/waitState';
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
	rhythm: fc.record({
		kind: fc.constant('polling' as const),
		shortestPauseSeconds: fc.constantFrom(2, 3, 8),
		intervalSeconds: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 400, noNaN: true })),
	}),
	timeoutMinutes: fc.oneof(fc.constantFrom(0.01, 1, 30), fc.double({ min: 0.001, max: 60, noNaN: true })),
	job: jobs(created),
	fresh: fc.boolean(),
	stopAt: fc.option(fc.nat(20 * MINUTE)),
});

type Wait = typeof waits extends fc.Arbitrary<infer Given> ? Given : never;

interface Look {
	from: number;
	to: number;
	outcome: ReadOutcome;
}

interface Waited {
	state: WaitState;
	looks: Look[];
	/** Milliseconds after the start. */
	end: number;
}

async function wait({ answers: given, delays, rhythm, timeoutMinutes, job, fresh, stopAt }: Wait): Promise<Waited> {
	let now = START;
	let pauses = 0;
	const looks: Look[] = [];
	const plan: WaitPlan = { timeoutMinutes, rhythm };
	const isStopped = () => stopAt !== null && now - START >= stopAt;
	const state = await pollUntilSettled(
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
				return Promise.resolve(false);
			},
			now: () => now,
			isStopped,
		},
		enter(job, now, plan, fresh),
		plan,
	);
	return { state, looks, end: now - START };
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
					// Moments are kept in whole milliseconds.
					expect(from - to + 1).toBeGreaterThanOrEqual(Math.max(given.rhythm.shortestPauseSeconds, asked) * 1000);
				});
			},
			{ cases: 1500 },
		);

		holds(
			'ends as it says, and not before its time',
			waits,
			async (given) => {
				const { state, looks, end } = await wait(given);
				const { job, fresh, stopAt, timeoutMinutes } = given;
				for (const { from } of looks) if (stopAt !== null) expect(from - START).toBeLessThan(stopAt);
				if (!isSettled(state)) return expect(stopAt !== null && end >= stopAt).toBe(true);
				const last = looks.at(-1)?.outcome;
				if (state.failure !== undefined) return expect(last).toEqual({ ok: false, failure: state.failure });
				if (isOver(state.job)) {
					if (looks.length === 0) expect(fresh && state.job === job).toBe(true);
					return;
				}
				expect(looks.length > 0 || fresh).toBe(true);
				const begun = Math.min(START, Date.parse(job.createdAt ?? ''));
				const since = Number.isFinite(begun) ? begun : START;
				expect(START + end + 1).toBeGreaterThanOrEqual(since + timeoutMinutes * MINUTE);
			},
			{ cases: 1500 },
		);
	});
});
