import type { Job } from '../job/job';
import { expire, isDue, isSettled, settle, wakeAt, type ReadOutcome, type WaitPlan, type WaitState } from './waitState';

/** What a poll needs of the world. */
export interface PollTools {
	/** Asks the provider once. Never throws. */
	read(job: Job): Promise<ReadOutcome>;
	/**
	 * Pauses, no longer than until a stop; never throws.
	 *
	 * @param listens whether it shall also end when something suggests that a look is worth while
	 * @returns whether that was so
	 */
	pause(milliseconds: number, listens: boolean): Promise<boolean>;
	/** Milliseconds since 1970. */
	now(): number;
	isStopped(): boolean;
}

/**
 * Waits by asking again and again.
 *
 * @returns the state when the wait is settled, or as it was at a stop
 */
export async function pollUntilSettled(tools: PollTools, begun: WaitState, plan: WaitPlan): Promise<WaitState> {
	let state = begun;
	for (;;) {
		state = expire(state, tools.now(), plan);
		if (isSettled(state) || tools.isStopped()) return state;
		if (!isDue(state, tools.now(), plan)) {
			const rang = await tools.pause(wakeAt(state, plan) - tools.now(), !state.rang);
			if (rang) state = { ...state, rang: true };
			continue;
		}
		const outcome = await tools.read(state.job);
		// What a stop has broken off says nothing of the job.
		if (!outcome.ok && tools.isStopped()) return state;
		state = settle(state, outcome, tools.now(), plan);
	}
}
