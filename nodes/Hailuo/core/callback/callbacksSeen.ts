/** A job that has not rung for so long is left to the recheck. */
const KEPT_MILLISECONDS = 60 * 60 * 1000;

/** Sleepers at most; beyond that the oldest are left to the recheck. */
const KEPT_SLEEPERS = 5_000;

/**
 * Jobs that have rung while their execution sleeps on, because it wants to be woken for all of them at once. Each wake-up
 * costs n8n a run and the execution another copy of its items, and releases nothing before the last job is over. What is
 * forgotten here, by a restart or because the rings came to several processes, costs time until the recheck and nothing else.
 */
export class CallbacksSeen {
	private readonly bySleeper = new Map<string, { jobIds: Set<string>; at: number }>();

	/**
	 * Takes note of jobs that ring.
	 *
	 * @param sleeper the execution, and the node in it that waits
	 * @param now milliseconds since 1970
	 * @returns all jobs of this sleeper that have rung so far. They stay when it is woken for them: a wake-up can come to
	 * nothing, and a read can find a job not over yet whose callback will not come again
	 */
	add(sleeper: string, jobIds: readonly string[], now: number): ReadonlySet<string> {
		const known = this.bySleeper.get(sleeper)?.jobIds ?? [];
		const rung = { jobIds: new Set([...known, ...jobIds]), at: now };
		// The last to ring stands last.
		this.bySleeper.delete(sleeper);
		this.bySleeper.set(sleeper, rung);
		for (const [oldest, { at }] of this.bySleeper) {
			if (now - at <= KEPT_MILLISECONDS && this.bySleeper.size <= KEPT_SLEEPERS) break;
			this.bySleeper.delete(oldest);
		}
		return rung.jobIds;
	}
}
