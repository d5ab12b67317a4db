import type { IWebhookFunctions } from 'n8n-workflow';
import { Limiter } from '../../core/http/limiter';
import { isOver, type Job } from '../../core/job/job';
import { pause, setDeadline } from '../../io/cancelSignal';
import { ProviderClient } from '../../io/providerClient';
import type { ProviderAdapter } from '../../providers/adapter';

/**
 * Seconds before each look at a job. What a provider answers to reads may be a moment older than what it has just
 * reported, and a fault may pass.
 */
const LOOKS = [0, 1, 2];

/**
 * Milliseconds until a callback must be answered: EvoLink gives up after 10 s and counts that as a failed delivery, the
 * others do not say.
 */
const DEADLINE = 6_000;

/** Reads in flight at a time, for all callbacks of this process. */
const TURNS = new Limiter(4);

/** Callbacks that wait for a look at a time. For each n8n holds an expression engine of some 11 MB (n8n 2.41). */
const MOST_WAITING = 40;

/** Of one job: who repeats a callback faster than it is answered learns nothing by it. */
const MOST_OF_ONE_JOB = 4;

/** What was seen of a job: as its callback has it, or why that could not be seen. */
export type Sight = { job: Job; why?: undefined } | { job: null; why: string };

/** Looks under way. Callbacks about one job share one. */
const UNDERWAY = new Map<string, { sight: Promise<Sight>; waiting: number }>();

/** The looks are the repeats. */
const ONE_READ = { retries: 0, slotWait: 0 };

interface Wanted {
	jobId: string;
	/** The callback says that the job is over, so a look that finds it running is not believed yet. */
	isOver: boolean;
}

async function look(context: IWebhookFunctions, adapter: ProviderAdapter, wanted: Wanted): Promise<Sight> {
	const { passed, callOff } = setDeadline(DEADLINE);
	try {
		return await lookUntil(passed, context, adapter, wanted);
	} finally {
		callOff();
	}
}

async function lookUntil(
	deadline: AbortSignal,
	context: IWebhookFunctions,
	adapter: ProviderAdapter,
	wanted: Wanted,
): Promise<Sight> {
	const client = await ProviderClient.open(context, adapter, 1);
	let why = '';
	for (const seconds of LOOKS) {
		await pause(seconds * 1000, deadline);
		const read = async () =>
			deadline.aborted ? null : await client.run(adapter.get({ jobId: wanted.jobId }), ONE_READ, deadline);
		const outcome = await TURNS.run(read);
		if (outcome === null || deadline.aborted) return { job: null, why: why || 'there was no answer in time' };
		if (outcome.ok && (isOver(outcome.value) || !wanted.isOver)) return { job: outcome.value };
		why = outcome.ok ? 'what can be read says that it is not over' : outcome.failure.message;
	}
	return { job: null, why };
}

/**
 * Reads the job that a proved callback is about, until it is what the callback says: a few quick looks, then the provider
 * may report again. What the provider calls the job is taken from its answer, as all else is.
 *
 * @throws NodeOperationError when the credential cannot be used
 */
export async function readBack(context: IWebhookFunctions, adapter: ProviderAdapter, wanted: Wanted): Promise<Sight> {
	const key = JSON.stringify([context.getWorkflow().id, context.getNode().id, wanted]);
	const waiting = [...UNDERWAY.values()].reduce((sum, known) => sum + known.waiting, 0);
	const known = UNDERWAY.get(key);
	if (waiting >= MOST_WAITING || (known?.waiting ?? 0) >= MOST_OF_ONE_JOB)
		return { job: null, why: 'too many callbacks are waiting' };
	const underway = known ?? { sight: look(context, adapter, wanted), waiting: 0 };
	underway.waiting += 1;
	UNDERWAY.set(key, underway);
	try {
		return await underway.sight;
	} finally {
		UNDERWAY.delete(key);
	}
}
