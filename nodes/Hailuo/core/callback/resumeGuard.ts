/**
 * How long a request may be on its way: n8n loads the execution when the headers have come and asks the node when the body
 * has, and Node gives a request five minutes (http.Server, requestTimeout).
 */
const REQUEST_MILLISECONDS = 10 * 60_000;

/** A wake-up takes far less; one that has come to nothing must not bar the next. */
const WAKING_MILLISECONDS = 10_000;

/** Executions that may be remembered; beyond that the oldest go. */
const LIMIT = 50_000;

/**
 * Remembers what has been woken from which turn. n8n loads an execution, asks the node, and only then looks whether it still
 * waits: a callback that has found an earlier turn would put the execution, which has gone on and waits again, back to where
 * it was, and have it buy again. So of all callbacks that find it in the same turn only the first wakes it, and none that
 * has found it in an earlier one. Every node of an execution counts its own turns, so each is a sleeper of its own.
 */
export class ResumeGuard {
	private readonly latest = new Map<string, { turn: number; at: number }>();

	/**
	 * Asks whether a callback may wake an execution, and takes note that it does.
	 *
	 * @param sleeper the execution, and the node in it that waits
	 * @param turn how often the waiting node had run when the callback found the execution; null where that is not known
	 * @param isStillThere whether the execution was just seen in that very turn
	 * @param now milliseconds since 1970
	 * @returns false when another callback is waking it from there, or has done so
	 */
	begin(sleeper: string, turn: number | null, isStillThere: boolean, now: number): boolean {
		for (const [known, { at }] of this.latest) {
			if (now - at <= REQUEST_MILLISECONDS && this.latest.size <= LIMIT) break;
			this.latest.delete(known);
		}
		if (turn === null) return true;
		const latest = this.latest.get(sleeper);
		const cameToNothing = turn === latest?.turn && isStillThere && now - latest.at > WAKING_MILLISECONDS;
		if (latest !== undefined && turn <= latest.turn && !cameToNothing) return false;
		// The last one woken stands last.
		this.latest.delete(sleeper);
		this.latest.set(sleeper, { turn, at: now });
		return true;
	}
}
