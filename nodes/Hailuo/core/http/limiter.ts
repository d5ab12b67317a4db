/**
 * Lets at most so many tasks run at the same time; the others wait their turn, first come, first served.
 */
export class Limiter {
	private running = 0;
	private readonly waiting: Array<() => void> = [];

	/** @param limit tasks at a time, at least 1 */
	constructor(private readonly limit: number) {}

	/**
	 * Runs a task as soon as there is room.
	 *
	 * @returns what the task returns; throws what it throws
	 */
	async run<Value>(task: () => Promise<Value>): Promise<Value> {
		if (this.running >= this.limit) await new Promise<void>((start) => this.waiting.push(start));
		else this.running += 1;
		try {
			return await task();
		} finally {
			const next = this.waiting.shift();
			if (next) next();
			else this.running -= 1;
		}
	}
}
