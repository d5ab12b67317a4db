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
	private readonly bySleeper = new Map<string, { jobIds: ReadonlySet<string>; isWhole: boolean; at: number }>();

	/**
	 * Takes note that all rings of a sleeper will come here: this very process has put it aside, and so it is the only one
	 * that executions and callbacks come to.
	 */
	expect(sleeper: string, now: number): void {
		const known = this.bySleeper.get(sleeper)?.jobIds ?? new Set<string>();
		this.keep(sleeper, { jobIds: known, isWhole: true, at: now });
	}

	/** @returns whether no ring of this sleeper can have come to another process, or to this one before a restart */
	isWhole(sleeper: string): boolean {
		return this.bySleeper.get(sleeper)?.isWhole === true;
	}

	/**
	 * Takes note of jobs that ring.
	 *
	 * @param sleeper the execution, and the node in it that waits
	 * @param now milliseconds since 1970
	 * @returns all jobs of this sleeper that have rung so far. They stay when it is woken for them: a wake-up can come to
	 * nothing, and a read can find a job not over yet whose callback will not come again
	 */
	add(sleeper: string, jobIds: readonly string[], now: number): ReadonlySet<string> {
		const known = this.bySleeper.get(sleeper);
		const jobIdsSoFar = new Set([...(known?.jobIds ?? []), ...jobIds]);
		this.keep(sleeper, { jobIds: jobIdsSoFar, isWhole: known?.isWhole === true, at: now });
		return jobIdsSoFar;
	}

	private keep(sleeper: string, entry: { jobIds: ReadonlySet<string>; isWhole: boolean; at: number }): void {
		// The last one heard of stands last.
		this.bySleeper.delete(sleeper);
		this.bySleeper.set(sleeper, entry);
		for (const [oldest, { at }] of this.bySleeper) {
			if (entry.at - at <= KEPT_MILLISECONDS && this.bySleeper.size <= KEPT_SLEEPERS) break;
			this.bySleeper.delete(oldest);
		}
	}
}
