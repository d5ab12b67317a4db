import { toJson } from '../core/http/json';
import type { Failure } from '../core/http/http';
import type { Job, JobReference } from '../core/job/job';
import { isPassing, isYoung, LOOK_SECONDS, pauseBeforeNextTry } from '../core/waiting/patience';
import type { ReadOutcome } from '../core/waiting/waitState';
import { pause } from '../io/cancelSignal';
import type { ExchangeResult } from '../io/providerClient';
import type { RunContext } from './runContext';

/** Every try is the whole exchange; none of its requests is repeated by itself. */
const ONE_TRY = { retries: 0, slotWait: 0 };

async function askAgain<Value>(
	ask: () => Promise<ExchangeResult<Value>>,
	isWorthwhile: (failure: Failure) => boolean,
	patienceSeconds: number,
	stop: AbortSignal | undefined,
): Promise<ExchangeResult<Value>> {
	const start = Date.now();
	for (let tries = 1; ; tries += 1) {
		const result = await ask();
		if (result.ok || !isWorthwhile(result.failure)) return result;
		const elapsedSeconds = (Date.now() - start) / 1000;
		const seconds = pauseBeforeNextTry(result.failure, tries, elapsedSeconds, patienceSeconds, Math.random());
		if (seconds === null) return result;
		await pause(seconds * 1000, stop);
		if (stop?.aborted) return result;
	}
}

/**
 * Reads a job.
 *
 * @param includeRaw whether the provider's answer is wanted too
 * @param patienceSeconds how long to try again what fails in passing; 0 where the caller comes back anyway
 */
export async function fetchJob(
	run: RunContext,
	reference: JobReference,
	includeRaw: boolean,
	patienceSeconds: number,
): Promise<ReadOutcome> {
	const exchange = run.adapter.get(reference);
	const result = await askAgain(
		async () => await run.client.run(exchange, ONE_TRY, run.stop),
		(failure) => isPassing(failure, isYoung(reference.createdAt, Date.now())),
		patienceSeconds,
		run.stop,
	);
	if (!result.ok) return result;
	return { ok: true, job: result.value, ...(includeRaw && { raw: toJson(result.raw) }) };
}

/**
 * Cancels a job. Between Wiro's queue and the start of the work neither of its two calls takes hold.
 *
 * @param stop ends the asking; none where it is n8n's Stop that wants the job cancelled
 * @returns null where the provider offers no cancellation
 */
export async function cancelJob(
	run: RunContext,
	reference: JobReference,
	stop: AbortSignal | undefined,
): Promise<ExchangeResult<Job> | null> {
	const { adapter, client } = run;
	if (adapter.cancel === undefined) return null;
	const exchange = adapter.cancel(reference);
	return await askAgain(
		async () => await client.run(exchange, ONE_TRY, stop),
		(failure) => isPassing(failure, false),
		LOOK_SECONDS,
		stop,
	);
}
