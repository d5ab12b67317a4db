import { sleep } from 'n8n-workflow';

/** Some older hosts' `sleep` knows no signal, so pauses are cut into pieces that end soon enough for n8n's Stop. */
const SLICE_MILLISECONDS = 400;

/**
 * Gives n8n's request helper a context that has no cancel signal.
 *
 * The helper attaches the execution's signal to every request it authenticates, whenever its `this` has one, and
 * overwrites ours. A create that has been sent must be awaited even after a Stop: its answer is the only place that
 * says which job was bought.
 *
 * @param context the execution
 * @returns the same context, but for `getExecutionCancelSignal`
 */
export function withoutCancelSignal<Context extends object>(context: Context): Context {
	return withMember(context, 'getExecutionCancelSignal', undefined);
}

/**
 * @returns the same context, but for one member; undefined where it shall have none of that name
 */
export function withMember<Context extends object>(context: Context, name: string, replacement: unknown): Context {
	return new Proxy(context, {
		has: (target, key) => (key === name ? replacement !== undefined : Reflect.has(target, key)),
		get(target, key) {
			if (key === name) return replacement;
			const member: unknown = Reflect.get(target, key, target);
			if (typeof member !== 'function') return member;
			const bound: unknown = member.bind(target);
			return bound;
		},
	});
}

/**
 * Pauses, but no longer than until one of the signals fires.
 *
 * @param milliseconds how long
 * @param signals Stop, or anything else that makes waiting on pointless; undefined ones are left out
 */
export async function pause(milliseconds: number, ...signals: Array<AbortSignal | undefined>): Promise<void> {
	const given = signals.filter((signal) => signal !== undefined);
	const signal = given.length > 0 ? AbortSignal.any(given) : undefined;
	const end = Date.now() + milliseconds;
	while (signal?.aborted !== true && Date.now() < end) {
		try {
			await sleep(Math.min(Math.max(end - Date.now(), 0), SLICE_MILLISECONDS), signal);
		} catch {
			// Newer hosts reject when the signal fires; the loop's condition sees it.
		}
	}
}

/**
 * Sets a deadline, as `AbortSignal.timeout` does, but one that leaves nothing waiting once it is called off.
 *
 * @param milliseconds until it passes
 * @returns a signal that fires then, and what calls the deadline off; that must be called
 */
export function setDeadline(milliseconds: number): { passed: AbortSignal; callOff: () => void } {
	const passed = new AbortController();
	const off = new AbortController();
	void pause(milliseconds, off.signal).then(() => {
		if (!off.signal.aborted) passed.abort();
	});
	return { passed: passed.signal, callOff: () => off.abort() };
}
