import type { Failure } from '../core/http/http';
import type { Job, JobReference } from '../core/job/job';
import { pause } from '../io/cancelSignal';
import type { ExchangeResult } from '../io/providerClient';
import type { RunContext } from './runContext';

/** Some refusals pass by themselves within seconds, though nothing is wrong with the request. */
const TRIES = 4;
const PAUSE_MILLISECONDS = 2000;

/** How long after its creation a job may not be known everywhere at the provider. */
const YOUNG_MILLISECONDS = 20_000;

async function askPatiently<Value>(
	ask: () => Promise<ExchangeResult<Value>>,
	isPassing: (failure: Failure) => boolean,
	stop: AbortSignal | undefined,
): Promise<ExchangeResult<Value>> {
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
export async function readAskingAgain(
	run: RunContext,
	reference: JobReference,
	repeats: number,
): Promise<ExchangeResult<Job>> {
	const { adapter, client, stop } = run;
	const exchange = adapter.get(reference);
	const isYoung = Date.now() - Date.parse(reference.createdAt ?? '') < YOUNG_MILLISECONDS;
	return await askPatiently(
		async () => await client.run(exchange, { retries: repeats, slotWait: 0 }, stop),
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
export async function cancelAskingAgain(
	run: RunContext,
	reference: JobReference,
	stop: AbortSignal | undefined,
): Promise<ExchangeResult<Job> | null> {
	const { adapter, client } = run;
	if (adapter.cancel === undefined) return null;
	const exchange = adapter.cancel(reference);
	return await askPatiently(
		async () => await client.run(exchange, { retries: TRIES - 1, slotWait: 0 }, stop),
		(failure) => failure.kind === 'notCancellable',
		stop,
	);
}
