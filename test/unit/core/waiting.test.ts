import fc from 'fast-check';
import type { FailureKind } from '../../../nodes/Hailuo/core/http/http';
import type { Job } from '../../../nodes/Hailuo/core/job/job';
import { pauseBeforeNextTry } from '../../../nodes/Hailuo/core/waiting/patience';
import { pollUntilSettled } from '../../../nodes/Hailuo/core/waiting/pollUntilSettled';
import { pauseSeconds, type Rhythm } from '../../../nodes/Hailuo/core/waiting/rhythm';
import {
	enter,
	expire,
	isDue,
	isSettled,
	readWaitState,
	settle,
	WAIT_FIELD,
	wakeAt,
	writeWaitState,
	type ReadOutcome,
	type WaitPlan,
	type WaitState,
} from '../../../nodes/Hailuo/core/waiting/waitState';
import { aFailure, aJob } from '../../tools/support/builders';

/** When the clock of these tests starts. */
const NOW = Date.parse('2026-05-04T10:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const ahead = (seconds: number) => ago(-seconds);

const polling = (changes: Partial<{ shortestPauseSeconds: number; intervalSeconds: number }> = {}): Rhythm => ({
	kind: 'polling',
	shortestPauseSeconds: 2,
	intervalSeconds: 0,
	...changes,
});
const rechecking = (intervalMinutes = 2): Rhythm => ({ kind: 'rechecking', shortestPauseSeconds: 3, intervalMinutes });
const POLL: WaitPlan = { timeoutMinutes: 30, rhythm: polling() };
const RECHECK: WaitPlan = { timeoutMinutes: 30, rhythm: rechecking() };

const read = (job: Partial<Job> = {}): ReadOutcome => ({ ok: true, job: aJob(job) });
const fault = (kind: FailureKind, retryAfterSeconds: number | null = null): ReadOutcome => ({
	ok: false,
	failure: aFailure({ kind, retryAfterSeconds }),
});
const working = read();
const done = read({ status: 'succeeded' });
const doubtful = read({ failure: { code: 'task_error', message: 'Perhaps broken' } });
const times = (count: number, outcome: ReadOutcome): ReadOutcome[] => Array<ReadOutcome>(count).fill(outcome);

const PASSING: FailureKind[] = ['network', 'timeout', 'provider', 'unreadable', 'slot', 'rateLimit', 'unavailable'];
const LASTING: FailureKind[] = ['authentication', 'permission', 'credit', 'invalid', 'redirect'];

function aState(changes: Partial<WaitState> = {}): WaitState {
	return {
		since: ago(60),
		nextCheckAt: ahead(60),
		notBefore: ago(50),
		looks: 3,
		rang: false,
		job: aJob({ createdAt: ago(60) }),
		answered: true,
		...changes,
	};
}

interface Poll {
	/** What the reads answer in turn; the last one answers all further ones. */
	answers: ReadOutcome[];
	plan?: WaitPlan;
	/** The job as it was made just now. */
	fresh?: Job;
	createdAt?: string;
	/** Seconds after the start at which n8n's Stop comes. */
	stopAt?: number;
	/** Whether a socket says all the time that the job is over. */
	rings?: boolean;
}

/** Polls on a clock of its own, which runs only while the wait pauses; looks and end are seconds after the start. */
async function poll(given: Poll): Promise<{ state: WaitState; looks: number[]; end: number }> {
	const plan = given.plan ?? POLL;
	let now = NOW;
	const looks: number[] = [];
	const seconds = () => (now - NOW) / 1000;
	const known = given.fresh ?? aJob({ createdAt: given.createdAt ?? null });
	const state = await pollUntilSettled(
		{
			read: async () => {
				looks.push(seconds());
				if (looks.length > 20_000) throw new Error('No end to it');
				return await Promise.resolve(given.answers[Math.min(looks.length, given.answers.length) - 1]!);
			},
			pause: async (milliseconds, listens) => {
				const rang = listens && given.rings === true;
				const end = rang ? now + 5 : now + milliseconds;
				now = given.stopAt === undefined ? end : Math.min(end, Math.max(now, NOW + given.stopAt * 1000));
				return await Promise.resolve(rang);
			},
			now: () => now,
			isStopped: () => given.stopAt !== undefined && seconds() >= given.stopAt,
		},
		enter(known, now, plan, given.fresh !== undefined),
		plan,
	);
	return { state, looks, end: seconds() };
}

describe('the pause after a look', () => {
	test.each<[string, Rhythm, number[]]>([
		['of a poll is short at first and 15 s at last', polling(), [2, 3, 4.5, 6.75, 10.125, 15, 15]],
		['is never shorter than the provider asks for', polling({ shortestPauseSeconds: 5 }), [5, 5, 5, 6.75]],
		['may be longer than 15 s if the provider asks for it', polling({ shortestPauseSeconds: 20 }), [20, 20]],
		['is the interval that the user fixed', polling({ intervalSeconds: 60 }), [60, 60, 60]],
		['is no such interval under what the provider asks for', polling({ intervalSeconds: 1 }), [2, 2]],
		['of a suspended wait is a minute, then its interval', rechecking(), [60, 120, 120]],
		['of a suspended wait is its interval where that is shorter', rechecking(0.5), [30, 30]],
		['of a suspended wait is ten seconds at least', rechecking(0.001), [10, 10]],
	])('%s', (_what, rhythm, expected) => {
		expect(expected.map((_pause, index) => pauseSeconds(index + 1, rhythm))).toEqual(expected);
	});

	test('has a date at its end, whatever an expression gives', () => {
		const plan = { timeoutMinutes: Number.MAX_VALUE, rhythm: rechecking(Number.MAX_VALUE) };
		expect(Date.parse(settle(aState(), working, NOW, plan).nextCheckAt)).toBeGreaterThan(NOW);
	});
});

describe('a job that comes in', () => {
	test.each<[string, Partial<Job>, WaitPlan, number]>([
		['is polled at once', { createdAt: ago(1) }, POLL, 0],
		['made an hour ago is rechecked at once', { createdAt: ago(3600) }, RECHECK, 0],
		['of unknown age is rechecked at once', { createdAt: null }, RECHECK, 0],
		['made 21 s ago is rechecked at once', { createdAt: ago(21) }, RECHECK, 0],
		['made 20 s ago is rechecked in a minute', { createdAt: ago(20) }, RECHECK, 60],
		['made a little in the future is rechecked in a minute', { createdAt: ahead(5) }, RECHECK, 60],
		['made just now and over, as it says, is rechecked at once', { createdAt: ago(0), status: 'failed' }, RECHECK, 0],
	])('%s', (_what, job, plan, seconds) => {
		expect(enter(aJob(job), NOW, plan).nextCheckAt).toBe(ahead(seconds));
	});

	test.each([
		['its making', ago(120), ago(120)],
		['the first look where that is not known', null, ago(0)],
		['the first look where the making lies in the future', ahead(120), ago(0)],
		['the first look where the making is no moment', 'yesterday', ago(0)],
	])('counts its timeout from %s', (_what, createdAt, since) => {
		expect(enter(aJob({ createdAt }), NOW, POLL).since).toBe(since);
	});

	test('is not believed in what it says of its end, unless it was made just now', () => {
		const known = aJob({ status: 'failed', failure: { code: null, message: 'Once' } });
		expect(enter(known, NOW, POLL).job).toMatchObject({ status: 'unknown', failure: null });
		expect(enter(known, NOW, POLL, true).job).toBe(known);
	});
});

describe('a job is read', () => {
	test.each<[string, Partial<WaitState>, boolean]>([
		['not before its time', { nextCheckAt: ahead(60) }, false],
		['at its time', { nextCheckAt: ago(0) }, true],
		['when n8n wakes the execution a moment early', { nextCheckAt: ahead(1) }, true],
		['when it has rung, whatever the time', { rang: true }, true],
		['not when it has rung sooner than the provider may be asked', { rang: true, notBefore: ahead(3) }, false],
		['at the deadline, even if the next check would be later', { since: ago(1800), nextCheckAt: ahead(600) }, true],
		['no more when it is over', { rang: true, job: aJob({ status: 'succeeded' }) }, false],
		['no more when it is lost', { rang: true, failure: aFailure() }, false],
		['no more when it is out of time', { rang: true, timedOut: true }, false],
	])('%s', (_when, changes, due) => {
		expect(isDue(aState(changes), NOW, RECHECK)).toBe(due);
	});
});

describe('a read', () => {
	test('of a job that goes on sets the next one', () => {
		expect(settle(aState({ rang: true, fault: aFailure(), faultSince: ago(9) }), working, NOW, RECHECK)).toEqual({
			since: ago(60),
			nextCheckAt: ahead(120),
			notBefore: ahead(3),
			looks: 4,
			rang: false,
			answered: true,
			job: aJob(),
		});
	});

	test.each(['succeeded', 'failed', 'cancelled'] as const)('of a job that has %s settles the wait', (status) => {
		for (const since of [ago(60), ago(9999)]) {
			const state = settle(aState({ since }), read({ status }), NOW, RECHECK);
			expect([isSettled(state), state.timedOut, state.job.status]).toEqual([true, undefined, status]);
		}
	});

	test('past the deadline ends the wait, and says why it failed if it did', () => {
		const late = aState({ since: ago(1800) });
		expect(settle(late, working, NOW, RECHECK)).toMatchObject({ timedOut: true, job: { status: 'running' } });
		expect(settle(late, fault('network'), NOW, RECHECK)).toMatchObject({ timedOut: true, fault: { kind: 'network' } });
	});

	test("believes our own clock, whatever the provider's says of the job's age", () => {
		for (const createdAt of [ago(1e6), ahead(1e6)])
			expect(settle(aState(), read({ createdAt }), NOW, POLL)).toMatchObject({ since: ago(60) });
	});

	test('keeps the last answer where the user wants it', () => {
		const state = settle(aState(), { ok: true, job: aJob(), raw: { a: 1 } }, NOW, POLL);
		expect(state.raw).toEqual({ a: 1 });
		expect(settle(state, fault('network'), NOW, POLL).raw).toEqual({ a: 1 });
	});

	test.each(PASSING)('that fails with %s is made again for as long as there is time', (kind) => {
		let state = aState();
		for (let reads = 0; reads < 20; reads += 1) state = settle(state, fault(kind), NOW + reads * 60_000, RECHECK);
		expect([isSettled(state), state.fault?.kind, state.faultSince]).toEqual([false, kind, ago(0)]);
		expect(settle(state, working, NOW, RECHECK)).not.toHaveProperty('fault');
	});

	test.each([...LASTING, 'notFound'] as const)('that fails with %s is not made again', (kind) => {
		expect(settle(aState(), fault(kind), NOW, RECHECK).failure?.kind).toBe(kind);
	});

	test('of a job made moments ago that is not known yet is made again', () => {
		expect(isSettled(settle(aState({ since: ago(20) }), fault('notFound'), NOW, RECHECK))).toBe(false);
		expect(isSettled(settle(aState({ since: ago(21) }), fault('notFound'), NOW, RECHECK))).toBe(true);
	});

	test('is not made sooner than the provider asks', () => {
		expect(settle(aState(), fault('rateLimit', 600), NOW, RECHECK)).toMatchObject({ nextCheckAt: ahead(600) });
		expect(settle(aState(), fault('rateLimit', 3), NOW, RECHECK)).toMatchObject({ nextCheckAt: ahead(120) });
	});
});

describe('a provider that has never answered for a job', () => {
	const unknown = () => aJob({ createdAt: null });

	test.each(['network', 'timeout', 'provider', 'unreadable'] as const)(
		'is given up after two minutes of %s',
		async (kind) => {
			const plan = POLL;
			let state = enter(unknown(), NOW, plan);
			state = settle(state, fault(kind), NOW, plan);
			expect(isSettled(settle(state, fault(kind), NOW + 119_000, plan))).toBe(false);
			expect(settle(state, fault(kind), NOW + 120_000, plan)).toMatchObject({ failure: { kind } });
		},
	);

	test('is waited for when it says that it is busy', () => {
		let state = enter(unknown(), NOW, POLL);
		for (let minute = 0; minute < 20; minute += 1)
			state = settle(state, fault('rateLimit'), NOW + minute * 60_000, POLL);
		expect(isSettled(state)).toBe(false);
	});

	test('is asked until the deadline once it has', () => {
		let state = settle(enter(unknown(), NOW, POLL), working, NOW, POLL);
		for (let minute = 0; minute < 20; minute += 1) state = settle(state, fault('network'), NOW + minute * 60_000, POLL);
		expect(isSettled(state)).toBe(false);
	});
});

describe('a failure that does not end the job', () => {
	const suspect = (plan: WaitPlan) => settle(aState(), doubtful, NOW, plan);

	test.each([POLL, RECHECK])('is believed when it has stood for a minute, however often it was seen', (plan) => {
		const soon = settle(settle(suspect(plan), doubtful, NOW + 1000, plan), doubtful, NOW + 59_999, plan);
		expect(soon.job.status).toBe('running');
		expect(settle(soon, doubtful, NOW + 60_000, plan).job).toMatchObject({
			status: 'failed',
			failure: { code: 'task_error' },
		});
	});

	test('is looked at again within that minute, or right after it', () => {
		expect(suspect({ ...RECHECK, rhythm: rechecking(30) }).nextCheckAt).toBe(ahead(60));
	});

	test('is forgotten when it goes away, but not for a read that fails', () => {
		const doubted = suspect(POLL);
		expect(settle(doubted, working, NOW + 1000, POLL)).not.toHaveProperty('suspectedSince');
		expect(settle(doubted, fault('network'), NOW + 1000, POLL).suspectedSince).toBe(ago(0));
	});

	test('leaves a success a success', () => {
		const success = read({ status: 'succeeded', failure: { code: null, message: 'Thumbnail missing' } });
		expect(settle(suspect(POLL), success, NOW + 90_000, POLL).job.status).toBe('succeeded');
	});
});

describe('polling', () => {
	test.each<[string, Poll, number[]]>([
		['looks at a job that is over once', { answers: [done] }, [0]],
		['asks ever more slowly', { answers: [...times(7, working), done] }, [0, 2, 5, 9.5, 16.25, 26.375, 41.375, 56.375]],
		['rests before the first look at a new job', { answers: [working, done], fresh: aJob() }, [2, 5]],
		['does not look at a new job that is over', { answers: [working], fresh: aJob({ status: 'succeeded' }) }, []],
		[
			'asks no sooner than it was asked to',
			{ answers: [fault('rateLimit', 40), working, fault('unavailable', 25), done] },
			[0, 40, 43, 68],
		],
		[
			'looks a last time at the deadline',
			{ answers: [...times(8, working), done], plan: { ...POLL, timeoutMinutes: 1 } },
			[0, 2, 5, 9.5, 16.25, 26.375, 41.375, 56.375, 60].slice(0, 9),
		],
	])('%s', async (_what, given, expected) => {
		const { state, looks } = await poll(given);
		expect(looks).toEqual(expected);
		expect(state.job.status).toBe('succeeded');
	});

	test('leaves out a last look that would come sooner than the provider wants', async () => {
		const plan = { timeoutMinutes: 1, rhythm: polling({ shortestPauseSeconds: 4 }) };
		const { state, looks, end } = await poll({ answers: [working], plan });
		expect(looks.at(-1)).toBe(59.375);
		expect([end, state.timedOut]).toEqual([60, true]);
		const asked = await poll({ answers: [fault('rateLimit', 90)], plan });
		expect([asked.looks, asked.end]).toEqual([[0], 60]);
	});

	test('reads a job whose deadline is long over once', async () => {
		const createdAt = ago(86_400);
		expect(await poll({ answers: [done], createdAt })).toMatchObject({
			state: { job: { status: 'succeeded' } },
			looks: [0],
		});
		expect(await poll({ answers: [working], createdAt })).toMatchObject({ state: { timedOut: true }, looks: [0] });
	});

	test('asks no sooner than the provider wants, however often a socket rings', async () => {
		const { looks } = await poll({ answers: [...times(9, working), done], rings: true });
		looks.slice(1).forEach((look, index) => expect(look - looks[index]!).toBeGreaterThanOrEqual(2));
		expect(looks.at(-1)).toBeLessThan(30);
	});

	test.each<[string, Poll, number[], number]>([
		['before the first look', { answers: [done], stopAt: 0 }, [], 0],
		['during a pause', { answers: [working], stopAt: 30 }, [0, 2, 5, 9.5, 16.25, 26.375], 30],
		['during the first pause of a new job', { answers: [done], fresh: aJob(), stopAt: 1 }, [], 1],
	])("ends at n8n's Stop %s, unsettled", async (_when, given, looks, end) => {
		const stopped = await poll(given);
		expect([stopped.looks, stopped.end, isSettled(stopped.state)]).toEqual([looks, end, false]);
	});
});

describe('a state on an item', () => {
	const travelled = (value: unknown): unknown => JSON.parse(JSON.stringify({ [WAIT_FIELD]: value }));

	test('comes back as it was', () => {
		const states = [
			aState(),
			aState({ fault: aFailure(), faultSince: ago(5), suspectedSince: ago(4), raw: { a: [1] } }),
		];
		for (const state of states) expect(readWaitState(travelled(writeWaitState(state)), [])).toMatchObject(state);
	});

	test('of an earlier version of this package is read', () => {
		const earlier = {
			since: ago(300),
			nextCheckAt: ahead(60),
			rang: true,
			job: aJob({ createdAt: ago(300) }),
			suspicion: { reads: 2, since: NOW - 30_000 },
		};
		expect(readWaitState(travelled(earlier), [])).toMatchObject({
			since: ago(300),
			rang: true,
			suspectedSince: ago(30),
			job: { jobId: aJob().jobId },
		});
	});

	test('that is none of ours counts for none', () => {
		for (const json of [{}, null, 'x', { [WAIT_FIELD]: {} }, { [WAIT_FIELD]: { ...aState(), since: 'soon' } }])
			expect(readWaitState(json, [])).toBeNull();
	});
});

describe('whatever the provider answers', () => {
	const answer = fc.oneof(
		fc.constantFrom(working, doubtful, read({ status: 'unknown' })),
		fc
			.tuple(fc.constantFrom<FailureKind>(...PASSING, 'notFound'), fc.nat(200))
			.map(([kind, seconds]) => fault(kind, seconds)),
	);
	const rhythms = fc.oneof(
		fc.integer({ min: 1, max: 10 }).map((shortestPauseSeconds) => polling({ shortestPauseSeconds })),
		fc.integer({ min: 1, max: 10 }).map((minutes) => rechecking(minutes)),
	);

	test('it is asked neither faster than it wants nor after the deadline, and the wait ends by then', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(answer, { minLength: 1, maxLength: 60 }),
				rhythms,
				fc.integer({ min: 1, max: 10 }),
				fc.boolean(),
				async (answers, rhythm, timeoutMinutes, rings) => {
					const { looks, end } = await poll({ answers, plan: { timeoutMinutes, rhythm }, rings });
					expect(end).toBeLessThanOrEqual(timeoutMinutes * 60);
					for (const [index, at] of looks.slice(1).entries()) {
						const answered = answers[Math.min(index, answers.length - 1)]!;
						const asked = answered.ok ? 0 : (answered.failure.retryAfterSeconds ?? 0);
						const least = Math.max(asked, rhythm.shortestPauseSeconds);
						// n8n wakes a suspended execution up to a moment early.
						expect(at - looks[index]!).toBeGreaterThan(least - (rhythm.kind === 'rechecking' ? 1.501 : 0.001));
					}
				},
			),
		);
	});

	test('a suspended wait is woken at a moment that is sensible', () => {
		fc.assert(
			fc.property(answer, fc.integer({ min: -3600, max: 0 }), (outcome, offset) => {
				const state = settle(aState({ since: ago(-offset) }), outcome, NOW, RECHECK);
				if (isSettled(state)) return;
				expect(wakeAt(state, RECHECK)).toBeGreaterThan(NOW);
				expect(
					expire(state, wakeAt(state, RECHECK), RECHECK).timedOut ?? isDue(state, wakeAt(state, RECHECK), RECHECK),
				).toBe(true);
			}),
		);
	});
});

describe('what failed in passing', () => {
	test.each<[string, Parameters<typeof pauseBeforeNextTry>, number | null]>([
		['is tried again after a second', [aFailure(), 1, 0, 10, 0.5], 1],
		['is tried again ever more slowly', [aFailure(), 3, 3, 10, 0.5], 4],
		['is tried again a little sooner or later than others', [aFailure(), 1, 0, 10, 1], 1.25],
		['is tried again no sooner than asked', [aFailure({ retryAfterSeconds: 7 }), 1, 0, 10, 0], 7],
		['is not tried again past the patience there is', [aFailure(), 4, 7, 10, 0.5], null],
		['is not tried again where there is none', [aFailure(), 1, 0, 0, 0], null],
		['is not tried again when that is asked for too late', [aFailure({ retryAfterSeconds: 11 }), 1, 0, 10, 0], null],
	])('%s', (_what, given, expected) => {
		expect(pauseBeforeNextTry(...given)).toBe(expected);
	});
});
