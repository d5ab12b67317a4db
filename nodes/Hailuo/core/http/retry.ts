import type { Failure, HttpRequest } from './http';

/** How often, and how long, one operation's request may be repeated. */
export interface RetryPolicy {
	/** Repeats of a create that certainly made nothing, and of reads, uploads and cancellations. */
	retries: number;
	/** Milliseconds a create may wait for a free slot (Wiro's code 96) or a rate limit to pass. */
	slotWait: number;
}

/** Repeats of a create with an idempotency key whose outcome is not known. */
const IDEMPOTENT_REPEATS = 4;

const FIRST_BACKOFF_SECONDS = 1;
const LONGEST_BACKOFF_SECONDS = 30;

/** A provider that asks for more patience than this is told of to the user instead. */
const LONGEST_REPEAT_SECONDS = 60;

/** A slot frees itself when another job ends, so asking more often than this is of no use. */
const SLOT_BACKOFF_SECONDS = 5;

/** Requests that failed together would come back together: each waits up to so much longer, as a part of its wait. */
const JITTER = 0.25;

export interface Attempts {
	/** How often the request was sent. */
	sent: number;
	/** Milliseconds since it was sent first. */
	elapsed: number;
	/** A number by chance, from 0 to 1. */
	random: number;
}

/**
 * Decides whether a request that failed is sent again. This is where the money rules are kept: a create is repeated
 * only when the provider certainly made nothing, or when it promises that the same key makes no second job.
 *
 * @returns seconds to wait before the repeat, never less than the provider asks for, or null for no repeat
 */
export function repeatAfterSeconds(
	request: HttpRequest,
	failure: Failure,
	attempts: Attempts,
	policy: RetryPolicy,
): number | null {
	const repeatable = request.purpose !== 'create' || failure.made === 'no';
	if (!repeatable && request.idempotent !== true) return null;
	const backoff = Math.min(FIRST_BACKOFF_SECONDS * 2 ** (attempts.sent - 1), LONGEST_BACKOFF_SECONDS);
	const asked = Math.max(failure.retryAfterSeconds ?? 0, failure.kind === 'slot' ? SLOT_BACKOFF_SECONDS : backoff);
	const wait = asked * (1 + JITTER * attempts.random);
	if (failure.kind === 'slot' || (failure.kind === 'rateLimit' && request.purpose === 'create')) {
		const left = (policy.slotWait - attempts.elapsed) / 1000;
		return asked <= left ? Math.min(wait, left) : null;
	}
	const passing = ['network', 'timeout', 'provider', 'unavailable', 'unreadable', 'rateLimit'].includes(failure.kind);
	if (!passing || asked > LONGEST_REPEAT_SECONDS) return null;
	return attempts.sent <= (repeatable ? policy.retries : IDEMPOTENT_REPEATS) ? wait : null;
}
