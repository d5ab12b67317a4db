import fc from 'fast-check';
import type { FailureKind } from '../../../nodes/Hailuo/core/http/http';
import type { Job } from '../../../nodes/Hailuo/core/job/job';
import {
	enter,
	isDue,
	isSettled,
	readWaitState,
	settle,
	wakeAt,
	type SuspendPlan,
	type WaitState,
} from '../../../nodes/Hailuo/core/waiting/waitState';
import { aFailure, aJob } from '../../tools/support/builders';

/** When the clock of these tests stands. */
const NOW = Date.parse('2026-05-04T10:00:00Z');
const PLAN: SuspendPlan = { timeoutMinutes: 30, recheckMinutes: 2 };
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const ahead = (seconds: number) => ago(-seconds);

function aState(changes: Partial<WaitState> = {}): WaitState {
	return { since: ago(60), nextCheckAt: ahead(60), rang: false, job: aJob({ createdAt: ago(60) }), ...changes };
}

const read = (job: Partial<Job> = {}) => ({ ok: true as const, job: aJob({ createdAt: ago(60), ...job }) });
const fault = (kind: FailureKind, retryAfterSeconds: number | null = null) => ({
	ok: false as const,
	failure: aFailure({ kind, retryAfterSeconds }),
});

describe('an item that comes in', () => {
	test.each([
		['made an hour ago', { createdAt: ago(3600) }, 0],
		['of unknown age', { createdAt: null }, 0],
		['made 11 s ago', { createdAt: ago(11) }, 0],
		['made 10 s ago', { createdAt: ago(10) }, 60],
		['made by a clock that is a little ahead', { createdAt: ahead(5) }, 60],
		['made this instant and over, as it says', { createdAt: ago(0), status: 'succeeded' as const }, 0],
	])('with a job %s is due after so many seconds', (_what, job, seconds) => {
		expect(enter(aJob(job), NOW, PLAN).nextCheckAt).toBe(ahead(seconds));
	});

	test('is rechecked sooner where the interval is shorter than a minute', () => {
		const plan = { ...PLAN, recheckMinutes: 0.5 };
		expect(enter(aJob({ createdAt: ago(1) }), NOW, plan).nextCheckAt).toBe(ahead(30));
	});

	test.each([
		['its creation', ago(120), ago(120)],
		['the first look where that is not known', null, ago(0)],
		['the first look where the creation lies in the future', ahead(120), ago(0)],
	])('counts its timeout from %s', (_what, createdAt, since) => {
		expect(enter(aJob({ createdAt }), NOW, PLAN).since).toBe(since);
	});

	test('is not settled by what it says of its end', () => {
		const known = aJob({ status: 'failed', failure: { code: null, message: 'Once' }, createdAt: ago(99) });
		const state = enter(known, NOW, PLAN);
		expect(isSettled(state)).toBe(false);
		expect(isDue(state, NOW, PLAN)).toBe(true);
		expect(state.job).toMatchObject({ status: 'unknown', failure: null });
	});
});

describe('a job is read', () => {
	test.each<[string, Partial<WaitState>, boolean]>([
		['not before its time', { nextCheckAt: ahead(60) }, false],
		['at its time', { nextCheckAt: ago(0) }, true],
		['when n8n woke a moment early', { nextCheckAt: ahead(1) }, true],
		['when it has rung, whatever the time', { rang: true }, true],
		['at the deadline, even if the next check would be later', { since: ago(1800), nextCheckAt: ahead(600) }, true],
		['no more when it is over', { rang: true, job: aJob({ status: 'succeeded' }) }, false],
		['no more when it is lost', { rang: true, failure: aFailure() }, false],
		['no more when it is out of time', { rang: true, timedOut: true }, false],
	])('%s', (_when, changes, due) => {
		expect(isDue(aState(changes), NOW, PLAN)).toBe(due);
	});
});

describe('a read', () => {
	test.each([
		['on entering', true, 60],
		['later', false, 120],
	])('of a job that goes on sets the next one, %s', (_when, entering, seconds) => {
		expect(settle(aState({ rang: true }), read(), entering, NOW, PLAN)).toEqual({
			since: ago(60),
			nextCheckAt: ahead(seconds),
			rang: false,
			job: aJob({ createdAt: ago(60) }),
		});
	});

	test.each(['succeeded', 'failed', 'cancelled'] as const)('of a job that has %s settles the item', (status) => {
		const state = settle(aState(), read({ status }), false, NOW, PLAN);
		expect(isSettled(state)).toBe(true);
		expect(state.timedOut).toBeUndefined();
		expect(state.job.status).toBe(status);
	});

	test('of a job that has ended settles the item even past the deadline', () => {
		const state = settle(aState({ since: ago(9999) }), read({ status: 'succeeded' }), false, NOW, PLAN);
		expect(state.timedOut).toBeUndefined();
	});

	test('past the deadline ends the wait', () => {
		const state = settle(aState({ since: ago(1800) }), read({ createdAt: ago(1800) }), false, NOW, PLAN);
		expect(state).toMatchObject({ timedOut: true, job: { status: 'running' } });
	});

	test('that tells of an earlier creation brings the deadline forward', () => {
		const state = settle(aState({ since: ago(0) }), read({ createdAt: ago(1800) }), false, NOW, PLAN);
		expect(state.timedOut).toBe(true);
	});

	test.each<FailureKind>(['network', 'timeout', 'provider', 'unreadable', 'rateLimit', 'unavailable'])(
		'that fails with %s is made again at the next recheck, for as long as there is time',
		(kind) => {
			let state = aState();
			for (let reads = 0; reads < 20; reads += 1) state = settle(state, fault(kind), false, NOW, PLAN);
			expect(isSettled(state)).toBe(false);
			expect(state.nextCheckAt).toBe(ahead(120));
			expect(state.fault?.kind).toBe(kind);
			expect(settle(state, read(), false, NOW, PLAN).fault).toBeUndefined();
		},
	);

	test.each<FailureKind>(['authentication', 'permission', 'credit', 'invalid', 'redirect', 'notFound'])(
		'that fails with %s is not made again',
		(kind) => {
			const state = settle(aState(), fault(kind), false, NOW, PLAN);
			expect(isSettled(state)).toBe(true);
			expect(state.failure?.kind).toBe(kind);
		},
	);

	test('of a job made seconds ago that is not found yet is made again', () => {
		const state = settle(aState({ since: ago(5) }), fault('notFound'), true, NOW, PLAN);
		expect(isSettled(state)).toBe(false);
	});

	test('is not made sooner than the provider asks', () => {
		expect(settle(aState(), fault('rateLimit', 600), false, NOW, PLAN).nextCheckAt).toBe(ahead(600));
		expect(settle(aState(), fault('rateLimit', 3), false, NOW, PLAN).nextCheckAt).toBe(ahead(120));
	});

	test('that fails past the deadline ends the wait, and says why it failed', () => {
		const state = settle(aState({ since: ago(1800) }), fault('network'), false, NOW, PLAN);
		expect(state).toMatchObject({ timedOut: true, fault: { kind: 'network' } });
	});

	test('is made every ten seconds at most', () => {
		expect(settle(aState(), read(), false, NOW, { ...PLAN, recheckMinutes: 0.001 }).nextCheckAt).toBe(ahead(10));
	});

	test('that finds a failure twice, a minute apart, takes it for final', () => {
		const failure = { code: 'task_error', message: 'Perhaps broken' };
		const once = settle(aState(), read({ failure }), false, NOW, PLAN);
		expect(isSettled(once)).toBe(false);
		const twice = settle(once, read({ failure }), false, NOW + 60_000, PLAN);
		expect(twice.job.status).toBe('failed');
		expect(isSettled(twice)).toBe(true);
	});
});

describe('an execution is woken', () => {
	test.each<[string, Partial<WaitState>, number]>([
		['for the next check', { nextCheckAt: ahead(90) }, 90],
		['for the deadline when that comes first', { since: ago(1740), nextCheckAt: ahead(90) }, 60],
		['in a second at the soonest', { nextCheckAt: ago(5) }, 1],
	])('%s', (_why, changes, seconds) => {
		expect(wakeAt(aState(changes), NOW, PLAN)).toBe(NOW + seconds * 1000);
	});

	test('never so that it would find nothing due', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: -4000, max: 4000 }), (since, next) => {
				const state = aState({ since: ago(since), nextCheckAt: ahead(next) });
				expect(isDue(state, wakeAt(state, NOW, PLAN), PLAN)).toBe(true);
			}),
		);
	});
});

describe('the state on an item', () => {
	const carried = (state: unknown) => JSON.parse(JSON.stringify({ prompt: 'A boat', hailuoWait: state }));

	test.each<[string, WaitState]>([
		['that waits', aState()],
		['that has rung', aState({ rang: true })],
		['that is lost', aState({ failure: aFailure({ kind: 'notFound', httpStatus: 404, made: 'no' }) })],
		['that is out of time', aState({ timedOut: true, fault: aFailure({ kind: 'network', httpStatus: null }) })],
		['that is in doubt', aState({ suspicion: { reads: 1, since: NOW } })],
		['with the raw answer', aState({ raw: { status: 'completed', list: [1, null, 'a'] } })],
	])('comes back as it was %s', (_what, state) => {
		expect(readWaitState(carried(state))).toEqual(state);
	});

	test.each([
		['none', undefined],
		['no object', 'waiting'],
		['without a job', { ...aState(), job: null }],
		['with a job of no status', { ...aState(), job: { ...aJob(), status: 'x' } }],
		['without moments', { job: aJob() }],
		['with a moment that is none', { ...aState(), nextCheckAt: 'soon' }],
	])('that is %s counts as none, so that the item comes in anew', (_what, state) => {
		expect(readWaitState(carried(state))).toBeNull();
	});

	test('is read without an error from anything', () => {
		fc.assert(fc.property(fc.anything(), (hailuoWait) => void readWaitState({ hailuoWait })));
	});
});
