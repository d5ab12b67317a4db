import type { Failure } from '../core/http';
import type { Job, JobReference } from '../core/job';
import { pause } from '../io/cancelSignal';
import type { Outcome } from '../io/gateway';
import type { Session } from './session';

/** Some refusals pass by themselves within seconds, though nothing is wrong with the request. */
const TRIES = 4;
const PAUSE_MILLISECONDS = 2000;

/** How long after its creation a job may not be known everywhere at the provider. */
const YOUNG_MILLISECONDS = 20_000;

async function askPatiently<Value>(
	ask: () => Promise<Outcome<Value>>,
	isPassing: (failure: Failure) => boolean,
	stop: AbortSignal | undefined,
): Promise<Outcome<Value>> {
	for (let tries = 1; ; tries += 1) {
		const outcome = await ask();
		if (outcome.ok || tries >= TRIES || !isPassing(outcome.failure)) return outcome;
		await pause(PAUSE_MILLISECONDS, stop);
		if (stop?.aborted) return outcome;
	}
}

/**
 * Reads a job once; one that was made seconds ago and is not known yet is asked for again.
 *
 * @param repeats how often a read that failed in passing is repeated; with 0 nothing is, for the caller asks again anyway
 */
export async function readPatiently(session: Session, reference: JobReference, repeats: number): Promise<Outcome<Job>> {
	const { adapter, gateway, stop } = session;
	const exchange = adapter.get(reference);
	const isYoung = Date.now() - Date.parse(reference.createdAt ?? '') < YOUNG_MILLISECONDS;
	return await askPatiently(
		async () => await gateway.run(exchange, { retries: repeats, slotWait: 0 }, stop),
		(failure) => failure.kind === 'notFound' && isYoung && repeats > 0,
		stop,
	);
}

/**
 * Cancels a job. Between Wiro's queue and the start of the work neither of its two calls takes hold.
 *
 * @param stop ends the asking; none where it is n8n's Stop that wants the job cancelled
 * @returns null where the provider offers no cancellation
 */
export async function cancelPatiently(
	session: Session,
	reference: JobReference,
	stop: AbortSignal | undefined,
): Promise<Outcome<Job> | null> {
	const { adapter, gateway } = session;
	if (adapter.cancel === undefined) return null;
	const exchange = adapter.cancel(reference);
	return await askPatiently(
		async () => await gateway.run(exchange, { retries: TRIES - 1, slotWait: 0 }, stop),
		(failure) => failure.kind === 'notCancellable',
		stop,
	);
}
