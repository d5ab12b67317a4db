import type { Failure, FailureKind } from '../http/http';

/**
 * How long to put up with what may pass by itself. One policy, in time, for all who read a job: a poll, a suspended wait, a
 * single look, the trigger.
 */

/** For so long after it was made a job need not be known everywhere at the provider, and it cannot be over yet. */
const YOUNG_SECONDS = 20;

/** How long a fault may last where nobody has answered for the job so far: the key, the id or the address may be wrong. */
const FIRST_ANSWER_SECONDS = 120;

/** A failure that the provider has named without ending the job counts as its end when it has stood for so long. */
export const SUSPICION_SECONDS = 60;

/** How long a single look, such as Get Video, is repeated. */
export const LOOK_SECONDS = 10;

const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 30;

/** The next read would meet them again. */
const LASTING: readonly FailureKind[] = [
	'authentication',
	'permission',
	'credit',
	'invalid',
	'content',
	'conflict',
	'redirect',
	'stopped',
];

/** The provider answers, and asks for patience. */
const BUSY: readonly FailureKind[] = ['rateLimit', 'unavailable'];

/**
 * @param createdAt ISO 8601 by our own clock; null where that is not known
 * @param now milliseconds since 1970
 */
export function isYoung(createdAt: string | null | undefined, now: number): boolean {
	return Math.abs(now - Date.parse(createdAt ?? '')) <= YOUNG_SECONDS * 1000;
}

/**
 * @param young whether the job was made moments ago, so that it may not be known yet
 * @returns whether a read that failed so may go well a little later
 */
export function isPassing(failure: Failure, young: boolean): boolean {
	return failure.kind === 'notFound' ? young : !LASTING.includes(failure.kind);
}

/**
 * Says whether a wait has to end because of reads that fail.
 *
 * @param answered whether the provider has answered for the job before: then only the timeout ends the wait
 * @param seconds how long reads have failed without a break
 */
export function isHopeless(failure: Failure, young: boolean, answered: boolean, seconds: number): boolean {
	if (!isPassing(failure, young)) return true;
	return !answered && !BUSY.includes(failure.kind) && seconds >= FIRST_ANSWER_SECONDS;
}

/**
 * Says when to try again what failed in passing.
 *
 * @param tries how often it was tried
 * @param elapsedSeconds since the first try began
 * @param patienceSeconds how long the tries may take in all
 * @param chance 0 to 1, drawn: whoever failed together must not come back together
 * @returns seconds, or null when patience is at its end
 */
export function pauseBeforeNextTry(
	failure: Failure,
	tries: number,
	elapsedSeconds: number,
	patienceSeconds: number,
	chance: number,
): number | null {
	const growing = Math.min(FIRST_PAUSE_SECONDS * 2 ** (tries - 1), LONGEST_PAUSE_SECONDS) * (0.75 + chance / 2);
	const pause = Math.max(failure.retryAfterSeconds ?? 0, growing);
	return elapsedSeconds + pause <= patienceSeconds ? pause : null;
}
