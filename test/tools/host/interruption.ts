import { PASSED_SIGNALS } from './steps';

/** A person, or the process that started this one, wants an end. */
export class Interrupted extends Error {
	constructor(readonly signal: NodeJS.Signals) {
		super(`Interrupted by ${signal}`);
	}
}

/** Rejects when the person wants an end. From then on n8n is stopped gently, however often they press Ctrl-C. */
export function interruption(): Promise<never> {
	const interrupted = new Promise<never>((_, reject) => {
		PASSED_SIGNALS.forEach((signal) => process.on(signal, () => reject(new Interrupted(signal))));
	});
	interrupted.catch(() => undefined);
	return interrupted;
}
