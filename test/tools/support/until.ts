import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until something is so, by looking again and again.
 *
 * @param what it is, for the error
 * @param options.timeoutMs default half a minute
 * @param options.pauseMs between two looks; default 20, to be longer where a look is a request
 * @throws Error when the time is up; whatever a look throws
 */
export async function until(
	what: string,
	isSo: () => boolean | Promise<boolean>,
	options: { timeoutMs?: number; pauseMs?: number } = {},
): Promise<void> {
	const { timeoutMs = 30_000, pauseMs = 20 } = options;
	const deadline = Date.now() + timeoutMs;
	while (!(await isSo())) {
		if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs / 1000} s: ${what}`);
		await pause(pauseMs);
	}
}
