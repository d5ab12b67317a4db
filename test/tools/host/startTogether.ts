/**
 * Starts several things one after another. When one of them does not start, those that were started before are closed:
 * else they would keep the process, and with it a test run, from ending.
 *
 * @param start puts a way to close each thing that it has started onto the stack
 * @returns what `start` returns, which disposes of the stack when it is closed itself
 * @throws what `start` throws
 */
export async function startTogether<Result>(
	start: (started: AsyncDisposableStack) => Promise<Result>,
): Promise<Result> {
	const started = new AsyncDisposableStack();
	try {
		return await start(started);
	} catch (error) {
		await started.disposeAsync();
		throw error;
	}
}
