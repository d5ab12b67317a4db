/** A wake-up takes far less; after that, one that came to nothing must not bar the next. */
const WAKING_MILLISECONDS = 10_000;

/**
 * Executions that are being woken, with the turn they were in. n8n loads an execution, asks the node, and only then looks
 * whether it still waits: of two callbacks at the same instant the slower one can put an execution, which has gone on and
 * waits again, back to where it was. So of all callbacks that find it in the same turn only the first wakes it, and none
 * that has found it in an earlier one. Every node of an execution counts its own turns, so each is a sleeper of its own.
 */
export class ResumeGuard {
	private readonly latest = new Map<string, { turn: number; at: number }>();

	/**
	 * Asks whether a callback may wake an execution, and takes note that it does.
	 *
	 * @param sleeper the execution, and the node in it that waits
	 * @param turn how often the waiting node had run when the callback found the execution; null where that is not known
	 * @param now milliseconds since 1970
	 * @returns false when another callback is waking it from there, or has done so
	 */
	begin(sleeper: string, turn: number | null, now: number): boolean {
		for (const [known, { at }] of this.latest) {
			if (now - at > WAKING_MILLISECONDS) this.latest.delete(known);
		}
		if (turn === null) return true;
		const latest = this.latest.get(sleeper);
		if (latest !== undefined && turn <= latest.turn) return false;
		this.latest.set(sleeper, { turn, at: now });
		return true;
	}
}
