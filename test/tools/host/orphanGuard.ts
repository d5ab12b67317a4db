import { PASSED_SIGNALS } from './steps';

const guarded = new Set<() => void>();

function onExit(): void {
	guarded.forEach((end) => end());
}

/** Who handles a signal itself also ends its servers itself, and may do so gently. */
function onSignal(signal: NodeJS.Signals): void {
	if (process.listenerCount(signal) > 1) return;
	onExit();
	process.off(signal, onSignal);
	process.kill(process.pid, signal);
}

/**
 * Sees to it that a server does not outlive this process. All servers share one listener for each signal, so that a second
 * listener always is somebody else's.
 * @param end ends the server at once, synchronously
 * @returns ends the guarding
 */
export function guardAgainstOrphan(end: () => void): () => void {
	if (guarded.size === 0) {
		process.on('exit', onExit);
		PASSED_SIGNALS.forEach((signal) => process.on(signal, onSignal));
	}
	guarded.add(end);
	return () => {
		guarded.delete(end);
		if (guarded.size > 0) return;
		process.off('exit', onExit);
		PASSED_SIGNALS.forEach((signal) => process.off(signal, onSignal));
	};
}
