export class CommandFailed extends Error {
	readonly output: string;
}

export class LockHeld extends Error {
	readonly owner?: { pid: number; host: string };
}

export const PASSED_SIGNALS: readonly ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Says what is being done, that it is still being done (every ten seconds), and how long it took.
 * @returns what `work` returns
 * @throws what `work` throws, after saying that the step failed
 */
export function runStep<Result>(title: string, work: () => Promise<Result>): Promise<Result>;

/**
 * Runs a command silently; a signal that ends this process ends the command too.
 * @param options.env added to this process's environment, from which npm's settings for our package are removed
 * @param options.account as whom to run it; default whoever runs this process
 * @returns its standard output
 * @throws CommandFailed with the beginning and the end of what it printed
 */
export function runCommand(
	command: string,
	args: readonly string[],
	options?: { cwd?: string; env?: Record<string, string>; account?: { uid: number; gid: number } | undefined },
): Promise<string>;

/**
 * Does `work` while no other process holds the same lock folder. Waits for another holder; a holder that died is
 * recognised by its process id, one on another machine by its missing heartbeat.
 * @param options.wait false: do not wait
 * @throws LockHeld when told not to wait
 */
export function withFolderLock<Result>(
	folder: string,
	work: () => Promise<Result>,
	options?: { wait?: boolean },
): Promise<Result>;

/** The given environment without npm's settings for one package, which would bend npm in another folder. */
export function environmentForCommands(environment: NodeJS.ProcessEnv): Record<string, string>;

/** Ends this process as a child of it ended. */
export function endLike(code: number | null, signal: NodeJS.Signals | null): void;
