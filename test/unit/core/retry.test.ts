import fc from 'fast-check';
import type { Failure, FailureKind, HttpPurpose, HttpRequest } from '../../../nodes/Hailuo/core/http/http';
import { repeatAfterSeconds, type Attempts, type RetryPolicy } from '../../../nodes/Hailuo/core/http/retry';
import { aFailure } from '../../tools/support/builders';

const MINUTE = 60_000;

function aRequestFor(purpose: HttpPurpose, idempotent = false): HttpRequest {
	return { purpose, method: 'POST', host: 'api', path: '/', ...(idempotent && { idempotent: true }) };
}

function repeat(
	request: HttpRequest,
	failure: Partial<Failure>,
	attempts: Partial<Attempts> = {},
	policy: Partial<RetryPolicy> = {},
): number | null {
	return repeatAfterSeconds(
		request,
		aFailure(failure),
		{ sent: 1, elapsed: 0, random: 0, ...attempts },
		{ retries: 2, slotWait: 0, ...policy },
	);
}

/** How often a request is repeated when it fails in the same way for ever. */
function countRepeats(request: HttpRequest, failure: Partial<Failure>, policy: Partial<RetryPolicy>): number {
	let sent = 1;
	while (sent <= 20 && repeat(request, failure, { sent }, policy) !== null) sent += 1;
	return sent - 1;
}

/**
 * What bounds the repeats: `retries` is the policy's number, `four` is our own for requests that a key makes harmless,
 * `slot wait` is the policy's time, however often it is asked.
 */
type Regime = 'never' | 'retries' | 'four' | 'slot wait';

function regimeOf(request: HttpRequest, failure: Partial<Failure>): Regime | string {
	const counts = [
		{ retries: 0, slotWait: 0 },
		{ retries: 7, slotWait: 0 },
		{ retries: 0, slotWait: MINUTE },
		{ retries: 7, slotWait: MINUTE },
	].map((policy) => countRepeats(request, failure, policy));
	const regimes: Record<string, Regime> = {
		'0,0,0,0': 'never',
		'0,7,0,7': 'retries',
		'4,4,4,4': 'four',
		'0,0,20,20': 'slot wait',
	};
	return regimes[counts.join()] ?? counts.join();
}

type Row = [FailureKind, ...Regime[]];

/** `keyed`: with an idempotency key that makes a repeat harmless. */
const situations = [
	{ of: 'a read', request: aRequestFor('read'), made: ['no', 'maybe'] },
	{ of: 'an upload', request: aRequestFor('upload'), made: ['no', 'maybe'] },
	{ of: 'a cancel', request: aRequestFor('cancel'), made: ['no', 'maybe'] },
	{ of: 'a create that made nothing', request: aRequestFor('create'), made: ['no'] },
	{ of: 'a create of unknown outcome', request: aRequestFor('create'), made: ['maybe'] },
	{ of: 'a keyed create that made nothing', request: aRequestFor('create', true), made: ['no'] },
	{ of: 'a keyed create of unknown outcome', request: aRequestFor('create', true), made: ['maybe'] },
] as const;

const [n, r, f, s] = ['never', 'retries', 'four', 'slot wait'] as const;

const table: Row[] = [
	//                  read upload cancel  create: nothing made, unknown  keyed: nothing made, unknown
	['network', /*     */ r, r, r, /*         */ r, n, /*                     */ r, f],
	['timeout', /*     */ r, r, r, /*         */ r, n, /*                     */ r, f],
	['provider', /*    */ r, r, r, /*         */ r, n, /*                     */ r, f],
	['unavailable', /* */ r, r, r, /*         */ r, n, /*                     */ r, f],
	['unreadable', /*  */ r, r, r, /*         */ r, n, /*                     */ r, f],
	['rateLimit', /*   */ r, r, r, /*         */ s, n, /*                     */ s, s],
	['slot', /*        */ s, s, s, /*         */ s, n, /*                     */ s, s],
	['authentication', /**/ n, n, n, /*       */ n, n, /*                     */ n, n],
	['permission', /*  */ n, n, n, /*         */ n, n, /*                     */ n, n],
	['credit', /*      */ n, n, n, /*         */ n, n, /*                     */ n, n],
	['invalid', /*     */ n, n, n, /*         */ n, n, /*                     */ n, n],
	['content', /*     */ n, n, n, /*         */ n, n, /*                     */ n, n],
	['notFound', /*    */ n, n, n, /*         */ n, n, /*                     */ n, n],
	['conflict', /*    */ n, n, n, /*         */ n, n, /*                     */ n, n],
	['notCancellable', /**/ n, n, n, /*       */ n, n, /*                     */ n, n],
	['redirect', /*    */ n, n, n, /*         */ n, n, /*                     */ n, n],
	['stopped', /*     */ n, n, n, /*         */ n, n, /*                     */ n, n],
];

describe.each(table)('a failure of kind %s', (kind, ...regimes) => {
	test.each(situations.map((situation, index) => ({ ...situation, regime: regimes[index] })))(
		'of $of is repeated: $regime',
		({ request, made, regime }) => {
			for (const outcome of made) expect(regimeOf(request, { kind, made: outcome })).toBe(regime);
		},
	);
});

test('a create whose outcome is not known is never sent again without a key, whatever the failure and the options', () => {
	for (const [kind] of table) {
		for (const retryAfterSeconds of [null, 0, 1]) {
			const failure = { kind, retryAfterSeconds, made: 'maybe' } as const;
			expect(countRepeats(aRequestFor('create'), failure, { retries: 20, slotWait: 60 * MINUTE })).toBe(0);
		}
	}
});

describe('the wait before a repeat', () => {
	const waits = (failure: Partial<Failure>) =>
		Array.from({ length: 7 }, (_, index) => repeat(aRequestFor('read'), failure, { sent: index + 1 }, { retries: 99 }));

	test('doubles from one second up to half a minute', () => {
		expect(waits({ kind: 'network' })).toEqual([1, 2, 4, 8, 16, 30, 30]);
	});

	test('is what the provider asks for where that is longer', () => {
		expect(waits({ kind: 'rateLimit', retryAfterSeconds: 10 })).toEqual([10, 10, 10, 10, 16, 30, 30]);
		expect(waits({ kind: 'unavailable', retryAfterSeconds: 0 })).toEqual([1, 2, 4, 8, 16, 30, 30]);
		expect(waits({ kind: 'unavailable', retryAfterSeconds: 60 })).toEqual(Array(7).fill(60));
	});

	test('is given up where the provider asks for more than a minute', () => {
		expect(waits({ kind: 'unavailable', retryAfterSeconds: 61 })).toEqual(Array(7).fill(null));
	});
});

describe('chance', () => {
	const kinds = table.map(([kind]) => kind);
	const anAttempt = fc.record({
		kind: fc.constantFrom(...kinds),
		purpose: fc.constantFrom<HttpPurpose>('create', 'read', 'cancel', 'upload'),
		retryAfterSeconds: fc.option(fc.integer({ min: 0, max: 90 })),
		sent: fc.integer({ min: 1, max: 12 }),
		elapsed: fc.integer({ min: 0, max: 2 * MINUTE }),
		random: fc.double({ min: 0, max: 1, noNaN: true }),
	});

	test('makes a wait up to a quarter longer, never shorter, and decides nothing', () => {
		fc.assert(
			fc.property(anAttempt, ({ kind, purpose, retryAfterSeconds, sent, elapsed, random }) => {
				const waitBy = (chance: number) =>
					repeat(
						aRequestFor(purpose),
						{ kind, retryAfterSeconds, made: 'no' },
						{ sent, elapsed, random: chance },
						{ retries: 20, slotWait: 2 * MINUTE },
					);
				const [least, wait] = [waitBy(0), waitBy(random)];
				if (least === null) expect(wait).toBeNull();
				else {
					expect(wait).toBeGreaterThanOrEqual(least);
					expect(wait).toBeLessThanOrEqual(least * 1.25);
				}
			}),
		);
	});

	test('keeps requests that failed together from coming back together', () => {
		const failure = { kind: 'network' } as const;
		const waits = [0, 0.5, 1].map((random) => repeat(aRequestFor('read'), failure, { sent: 2, random }));
		expect(waits).toEqual([2, 2.25, 2.5]);
	});

	test('does not make a wait for a slot longer than it may be', () => {
		const slot = { kind: 'slot', made: 'no' } as const;
		const attempt = { elapsed: 54_500, random: 1 };
		expect(repeat(aRequestFor('create'), slot, attempt, { slotWait: MINUTE })).toBe(5.5);
	});
});

describe('waiting for a slot', () => {
	const create = aRequestFor('create');
	const waitOf = (failure: Partial<Failure>, attempts: Partial<Attempts>, slotWait: number) =>
		repeat(create, { made: 'no', ...failure }, attempts, { slotWait });

	test('asks every five seconds, since a slot frees itself only when a job ends', () => {
		for (const sent of [1, 2, 10, 100]) expect(waitOf({ kind: 'slot' }, { sent }, MINUTE)).toBe(5);
	});

	test.each([
		[2, 5],
		[12, 12],
	])('asks after %i s where the provider says so, but not before five', (retryAfterSeconds, expected) => {
		expect(waitOf({ kind: 'slot', retryAfterSeconds }, {}, MINUTE)).toBe(expected);
	});

	test.each([
		[55_000, 5],
		[55_001, null],
		[60_000, null],
	])('after %i ms of a minute asks again after: %p', (elapsed, expected) => {
		expect(waitOf({ kind: 'slot' }, { elapsed }, MINUTE)).toBe(expected);
	});

	test('does not happen unless it was asked for', () => {
		expect(waitOf({ kind: 'slot' }, {}, 0)).toBeNull();
		expect(waitOf({ kind: 'rateLimit' }, {}, 0)).toBeNull();
	});

	test('of a rate limit backs off, and ends rather than exceed its time', () => {
		expect(waitOf({ kind: 'rateLimit' }, { sent: 4, elapsed: 7_000 }, MINUTE)).toBe(8);
		expect(waitOf({ kind: 'rateLimit', retryAfterSeconds: 61 }, {}, MINUTE)).toBeNull();
		expect(waitOf({ kind: 'rateLimit', retryAfterSeconds: 60 }, {}, MINUTE)).toBe(60);
	});
});
