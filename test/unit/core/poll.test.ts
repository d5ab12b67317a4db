import fc from 'fast-check';
import type { FailureKind } from '../../../nodes/Hailuo/core/http/http';
import type { Job } from '../../../nodes/Hailuo/core/job/job';
import {
	deadlineOf,
	judgeFault,
	judgeSuspicion,
	pauseSeconds,
	waitForJob,
	type PollPolicy,
	type ReadOutcome,
	type WaitOutcome,
} from '../../../nodes/Hailuo/core/waiting/poll';
import { aFailure, aJob } from '../../tools/support/builders';

/** When the clock of these tests starts. */
const START = Date.parse('2026-05-04T10:00:00Z');
const MINUTE = 60_000;
const before = (seconds: number) => new Date(START - seconds * 1000).toISOString();

const adaptive: PollPolicy = { shortestPollSeconds: 2, pollIntervalSeconds: 0 };

const read = (job: Partial<Job> = {}): ReadOutcome => ({ ok: true, job: aJob(job) });
const fault = (kind: FailureKind, retryAfterSeconds: number | null = null): ReadOutcome => ({
	ok: false,
	failure: aFailure({ kind, retryAfterSeconds }),
});
const working = read();
const done = read({ status: 'succeeded' });
const doubtful = read({ failure: { code: 'task_error', message: 'Perhaps broken' } });
const times = (count: number, outcome: ReadOutcome): ReadOutcome[] => Array<ReadOutcome>(count).fill(outcome);

interface Wait {
	/** What the reads answer in turn; the last one answers all further ones. */
	answers: ReadOutcome[];
	policy?: PollPolicy;
	timeoutMinutes?: number;
	/** The job as it was made just now. */
	fresh?: Job;
	createdAt?: string;
	/** Seconds after the start at which n8n's Stop comes. */
	stopAt?: number;
}

interface Waited {
	outcome: WaitOutcome;
	/** Seconds after the start at which the provider was asked. */
	looks: number[];
	/** Seconds after the start at which the wait was over. */
	end: number;
}

/** Waits on a clock of its own, which runs only while the wait pauses. */
async function wait(given: Wait): Promise<Waited> {
	let now = START;
	const looks: number[] = [];
	const seconds = () => (now - START) / 1000;
	const isStopped = () => given.stopAt !== undefined && seconds() >= given.stopAt;
	const outcome = await waitForJob(
		{
			read: async () => {
				looks.push(seconds());
				if (looks.length > 5000) throw new Error('No end to it');
				return given.answers[Math.min(looks.length, given.answers.length) - 1]!;
			},
			pause: async (milliseconds) => {
				const end = now + milliseconds;
				now = given.stopAt === undefined ? end : Math.min(end, Math.max(now, START + given.stopAt * 1000));
			},
			now: () => now,
			isStopped,
		},
		given.policy ?? adaptive,
		given.timeoutMinutes ?? 30,
		given.fresh ?? null,
		given.createdAt ?? null,
	);
	return { outcome, looks, end: seconds() };
}

describe('the pause after a look', () => {
	test('is short at first, half as long again each time, and 15 s at last', () => {
		const pauses = [1, 2, 3, 4, 5, 6, 7, 100].map((looks) => pauseSeconds(looks, adaptive));
		expect(pauses).toEqual([2, 3, 4.5, 6.75, 10.125, 15, 15, 15]);
	});

	test('is never shorter than the provider asks for', () => {
		const policy = { ...adaptive, shortestPollSeconds: 5 };
		expect([1, 2, 3, 4, 9].map((looks) => pauseSeconds(looks, policy))).toEqual([5, 5, 5, 6.75, 15]);
		expect(pauseSeconds(1, { ...adaptive, shortestPollSeconds: 20 })).toBe(20);
	});

	test.each([
		{ pollIntervalSeconds: 10, shortestPollSeconds: 2, expected: 10 },
		{ pollIntervalSeconds: 60, shortestPollSeconds: 2, expected: 60 },
		{ pollIntervalSeconds: 1, shortestPollSeconds: 5, expected: 5 },
	])(
		'is the interval of $pollIntervalSeconds s that the user fixed, but not under $shortestPollSeconds s',
		({ expected, ...policy }) => {
			expect([0, 1, 2, 50].map((looks) => pauseSeconds(looks, policy))).toEqual(Array(4).fill(expected));
		},
	);

	test('lies between what the provider asks for and 15 s, for any number of looks', () => {
		fc.assert(
			fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 15 }), (looks, shortestPollSeconds) => {
				const pause = pauseSeconds(looks, { shortestPollSeconds, pollIntervalSeconds: 0 });
				expect(pause).toBeGreaterThanOrEqual(shortestPollSeconds);
				expect(pause).toBeLessThanOrEqual(15);
			}),
		);
	});
});

describe('a job that is not ours to make', () => {
	test('is looked at once, at once, when it is over', async () => {
		const { outcome, looks, end } = await wait({ answers: [done] });
		expect(outcome).toEqual({ kind: 'over', job: aJob({ status: 'succeeded' }) });
		expect([looks, end]).toEqual([[0], 0]);
	});

	test.each(['succeeded', 'failed', 'cancelled'] as const)('is waited for until it is %s', async (status) => {
		const { outcome, looks } = await wait({ answers: [...times(7, working), read({ status })] });
		expect(outcome).toEqual({ kind: 'over', job: aJob({ status }) });
		expect(looks).toEqual([0, 2, 5, 9.5, 16.25, 26.375, 41.375, 56.375]);
	});

	test('is waited for while its status is a word nobody knows', async () => {
		const strange = read({ status: 'unknown', rawStatus: 'simmering' });
		const { outcome } = await wait({ answers: [...times(20, strange), done] });
		expect(outcome.kind).toBe('over');
	});
});

describe('a job that was made just now', () => {
	test('is first looked at after a pause', async () => {
		const { looks } = await wait({ answers: [working, done], fresh: aJob({ status: 'queued' }) });
		expect(looks).toEqual([2, 5]);
	});

	test('is not looked at when it was over at once', async () => {
		const fresh = aJob({ status: 'succeeded' });
		const { outcome, looks } = await wait({ answers: [working], fresh });
		expect(outcome).toEqual({ kind: 'over', job: fresh });
		expect(looks).toEqual([]);
	});

	test('is what is known of it until a read succeeds', async () => {
		const fresh = aJob({ status: 'queued' });
		const { outcome } = await wait({ answers: [fault('network')], fresh });
		expect(outcome).toMatchObject({ kind: 'unreadable', job: fresh });
	});
});

describe('a provider that asks for patience', () => {
	test('is asked again no sooner than it said', async () => {
		const { looks } = await wait({ answers: [fault('rateLimit', 40), working, fault('unavailable', 25), done] });
		expect(looks).toEqual([0, 40, 43, 68]);
	});

	test('is asked no sooner than otherwise when it says less', async () => {
		const { looks } = await wait({ answers: [working, working, fault('rateLimit', 1), done] });
		expect(looks).toEqual([0, 2, 5, 9.5]);
	});

	test.each(['rateLimit', 'unavailable'] as const)('by %s may do so until the deadline', async (kind) => {
		const { outcome, looks } = await wait({ answers: [...times(100, fault(kind)), done], timeoutMinutes: 60 });
		expect(outcome.kind).toBe('over');
		expect(looks).toHaveLength(101);
	});

	test('for longer than there is time is not asked again', async () => {
		const { outcome, looks, end } = await wait({ answers: [fault('rateLimit', 90)], timeoutMinutes: 1 });
		expect(outcome).toEqual({
			kind: 'timedOut',
			job: null,
			failure: aFailure({ kind: 'rateLimit', retryAfterSeconds: 90 }),
		});
		expect([looks, end]).toEqual([[0], 60]);
	});
});

describe('faults of reading', () => {
	const passing: FailureKind[] = ['network', 'timeout', 'provider', 'unreadable', 'slot', 'conflict', 'content'];
	const lasting: FailureKind[] = ['authentication', 'permission', 'credit', 'invalid', 'redirect'];

	test.each(passing)('of kind %s are tolerated eight times in a row', async (kind) => {
		const { outcome } = await wait({ answers: [working, ...times(8, fault(kind)), done] });
		expect(outcome.kind).toBe('over');
	});

	test.each(passing)('of kind %s end the wait at the ninth, with the last job read', async (kind) => {
		const { outcome, looks } = await wait({ answers: [read({ progress: 40 }), ...times(9, fault(kind)), done] });
		expect(outcome).toEqual({ kind: 'unreadable', job: aJob({ progress: 40 }), failure: aFailure({ kind }) });
		expect(looks).toHaveLength(10);
	});

	test('are forgotten when a read succeeds', async () => {
		const rough = [...times(8, fault('network')), working];
		const { outcome } = await wait({ answers: [...rough, ...rough, ...rough, done] });
		expect(outcome.kind).toBe('over');
	});

	test('are tolerated for more than a minute', async () => {
		const { end } = await wait({ answers: [fault('network')] });
		expect(end).toBeGreaterThan(60);
	});

	test.each(lasting)('of kind %s end the wait at once: the next read would meet them again', async (kind) => {
		const { outcome, looks } = await wait({ answers: [working, fault(kind), done] });
		expect(outcome).toEqual({ kind: 'unreadable', job: aJob(), failure: aFailure({ kind }) });
		expect(looks).toEqual([0, 2]);
	});
});

describe('a job the provider does not know', () => {
	test('may be one it does not know yet, for twenty seconds', async () => {
		const { outcome } = await wait({ answers: [...times(4, fault('notFound')), done], fresh: aJob() });
		expect(outcome.kind).toBe('over');
	});

	test('is lost after that', async () => {
		const { outcome, looks } = await wait({ answers: [fault('notFound')] });
		expect(outcome.kind).toBe('unreadable');
		expect(looks).toEqual([0, 2, 5, 9.5, 16.25, 26.375]);
	});

	test('is lost at once when it was there for longer', async () => {
		const { outcome, looks } = await wait({ answers: [...times(6, working), fault('notFound'), done] });
		expect(outcome).toMatchObject({ kind: 'unreadable', job: aJob() });
		expect(looks.at(-1)).toBe(41.375);
	});

	test.each([
		[0, 'tolerated'],
		[20_000, 'tolerated'],
		[20_001, 'hopeless'],
	])('for %i ms is judged %s', (elapsed, verdict) => {
		expect(judgeFault(aFailure({ kind: 'notFound' }), 0, elapsed)).toBe(verdict);
	});
});

describe('a failure that does not end the job', () => {
	test('is believed when three reads in a row find it', async () => {
		const { outcome, looks } = await wait({ answers: [working, doubtful, doubtful, doubtful, working] });
		expect(outcome).toEqual({
			kind: 'over',
			job: aJob({ status: 'failed', failure: { code: 'task_error', message: 'Perhaps broken' } }),
		});
		expect(looks).toHaveLength(4);
	});

	test('is forgotten when it goes away', async () => {
		const { outcome } = await wait({ answers: [doubtful, doubtful, working, doubtful, doubtful, done] });
		expect(outcome).toEqual({ kind: 'over', job: aJob({ status: 'succeeded' }) });
	});

	test('is not forgotten for a read that fails', async () => {
		const { outcome } = await wait({ answers: [doubtful, fault('network'), doubtful, fault('network'), doubtful] });
		expect(outcome).toMatchObject({ kind: 'over', job: { status: 'failed' } });
	});

	test('is believed after a minute, however few the reads were', async () => {
		const policy = { ...adaptive, pollIntervalSeconds: 60 };
		const { outcome, looks } = await wait({ answers: [doubtful], policy });
		expect(outcome).toMatchObject({ kind: 'over', job: { status: 'failed' } });
		expect(looks).toEqual([0, 60]);
	});

	test('leaves a success a success', () => {
		const success = aJob({ status: 'succeeded', failure: { code: null, message: 'Thumbnail missing' } });
		expect(judgeSuspicion(success, { reads: 9, since: START }, START + MINUTE)).toEqual({
			job: success,
			suspicion: null,
		});
	});

	test('is counted from when it was first seen', () => {
		const job = aJob({ failure: { code: null, message: 'Perhaps' } });
		expect(judgeSuspicion(job, null, START)).toEqual({ job, suspicion: { reads: 1, since: START } });
		expect(judgeSuspicion(job, { reads: 1, since: START }, START + MINUTE - 1)).toEqual({
			job,
			suspicion: { reads: 2, since: START },
		});
		expect(judgeSuspicion(job, { reads: 1, since: START }, START + MINUTE).job.status).toBe('failed');
		expect(job.status).toBe('running');
	});
});

describe('the deadline', () => {
	test.each([
		['from the first look where the creation is not known', null, 30 * MINUTE],
		['from the creation where it is known', before(600), 20 * MINUTE],
		['from the first look where the creation lies in the future', before(-600), 30 * MINUTE],
		['from the first look where the creation is no moment', 'yesterday', 30 * MINUTE],
		['and may be over before the first look', before(7200), -90 * MINUTE],
	])('counts %s', (_what, createdAt, expected) => {
		expect(deadlineOf(createdAt, START, 30) - START).toBe(expected);
	});

	test('ends the wait, with the last job read', async () => {
		const { outcome, looks, end } = await wait({ answers: [read({ progress: 70 })], timeoutMinutes: 1 });
		expect(outcome).toEqual({ kind: 'timedOut', job: aJob({ progress: 70 }), failure: null });
		expect(looks).toEqual([0, 2, 5, 9.5, 16.25, 26.375, 41.375, 56.375, 60]);
		expect(end).toBe(60);
	});

	test('does not end it before the last moment was looked at', async () => {
		const { outcome } = await wait({ answers: [...times(8, working), done], timeoutMinutes: 1 });
		expect(outcome.kind).toBe('over');
	});

	test('leaves out a last look that would come sooner than the provider wants', async () => {
		const policy = { ...adaptive, shortestPollSeconds: 4 };
		const { looks, end } = await wait({ answers: [working], timeoutMinutes: 1, policy });
		expect(looks).toEqual([0, 4, 8, 12.5, 19.25, 29.375, 44.375, 59.375]);
		expect(end).toBe(60);
	});

	test('is earlier when a read tells that the job is older', async () => {
		const { outcome, end } = await wait({ answers: [read({ createdAt: before(50) })], timeoutMinutes: 1 });
		expect([outcome.kind, end]).toEqual(['timedOut', 10]);
	});

	test('counts from the creation that is given', async () => {
		const { end } = await wait({ answers: [working], timeoutMinutes: 1, createdAt: before(50) });
		expect(end).toBe(10);
	});

	test('that is long over lets the job be read once', async () => {
		const createdAt = before(86_400);
		expect(await wait({ answers: [done], createdAt })).toMatchObject({ outcome: { kind: 'over' }, looks: [0] });
		expect(await wait({ answers: [working], createdAt })).toMatchObject({ outcome: { kind: 'timedOut' }, looks: [0] });
		const fresh = aJob({ createdAt });
		expect(await wait({ answers: [done], fresh })).toMatchObject({ outcome: { kind: 'over' }, looks: [0] });
	});

	test('tells why the job could not be read, if that is so', async () => {
		const { outcome } = await wait({ answers: [working, fault('unavailable')], timeoutMinutes: 1 });
		expect(outcome).toEqual({ kind: 'timedOut', job: aJob(), failure: aFailure({ kind: 'unavailable' }) });
	});

	test('tells nothing of faults that are over', async () => {
		const { outcome } = await wait({ answers: [fault('network'), working], timeoutMinutes: 1 });
		expect(outcome).toEqual({ kind: 'timedOut', job: aJob(), failure: null });
	});
});

describe("n8n's Stop", () => {
	test('before the first look ends the wait without one', async () => {
		expect(await wait({ answers: [done], stopAt: 0 })).toEqual({
			outcome: { kind: 'stopped', job: null },
			looks: [],
			end: 0,
		});
	});

	test('during a pause ends it with the last job read', async () => {
		const { outcome, looks, end } = await wait({ answers: [read({ progress: 20 })], stopAt: 30 });
		expect(outcome).toEqual({ kind: 'stopped', job: aJob({ progress: 20 }) });
		expect([looks.at(-1), end]).toEqual([26.375, 30]);
	});

	test('during the first pause of a new job ends it with that job', async () => {
		const fresh = aJob({ status: 'queued' });
		expect(await wait({ answers: [done], fresh, stopAt: 1 })).toEqual({
			outcome: { kind: 'stopped', job: fresh },
			looks: [],
			end: 1,
		});
	});

	test('that ends a read is no fault of reading', async () => {
		const { outcome } = await wait({ answers: [read({ progress: 20 }), fault('stopped')] });
		expect(outcome).toEqual({ kind: 'stopped', job: aJob({ progress: 20 }) });
	});

	test('wins over a time-out at the same moment', async () => {
		const { outcome } = await wait({ answers: [fault('rateLimit', 90)], timeoutMinutes: 1, stopAt: 60 });
		expect(outcome).toEqual({ kind: 'stopped', job: null });
	});
});

describe('whatever the provider answers', () => {
	const answer = fc.oneof(
		fc.constant(working),
		fc.constant(doubtful),
		fc.constant(read({ status: 'unknown', createdAt: before(30) })),
		fc
			.tuple(fc.constantFrom<FailureKind>('rateLimit', 'unavailable', 'network', 'provider', 'notFound'), fc.nat(200))
			.map(([kind, seconds]) => fault(kind, seconds)),
	);

	test('it is asked neither faster than it wants nor after the deadline, and the wait ends by then', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(answer, { minLength: 1, maxLength: 60 }),
				fc.integer({ min: 1, max: 10 }),
				fc.integer({ min: 1, max: 10 }),
				async (answers, shortestPollSeconds, timeoutMinutes) => {
					const { looks, end } = await wait({
						answers,
						policy: { shortestPollSeconds, pollIntervalSeconds: 0 },
						timeoutMinutes,
					});
					expect(end).toBeLessThanOrEqual(timeoutMinutes * 60);
					for (const [index, look] of looks.slice(1).entries()) {
						const answered = answers[Math.min(index, answers.length - 1)]!;
						const asked = answered.ok ? 0 : (answered.failure.retryAfterSeconds ?? 0);
						// A thousandth of a second is lost in adding up the clock's fractions.
						expect(look - looks[index]!).toBeGreaterThan(Math.max(asked, shortestPollSeconds) - 0.001);
					}
				},
			),
		);
	});
});
