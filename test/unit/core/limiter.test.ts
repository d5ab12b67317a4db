import { Limiter } from '../../../nodes/Hailuo/core/http/limiter';

/** A task that ends when it is told to. */
class HeldTask {
	started = false;
	private end: () => void = () => {};
	private readonly ended = new Promise<void>((resolve) => (this.end = resolve));

	constructor(private readonly result: () => string = () => 'done') {}

	readonly run = async (): Promise<string> => {
		this.started = true;
		await this.ended;
		return this.result();
	};

	async finish(): Promise<void> {
		this.end();
		// What follows from the end has happened when the queue of promises is empty.
		await new Promise(setImmediate);
	}
}

const startedOf = (tasks: HeldTask[]) => tasks.map(({ started }) => started);

test('at most so many tasks run at the same time, the others in the order in which they came', async () => {
	const limiter = new Limiter(2);
	const tasks = Array.from({ length: 4 }, () => new HeldTask());
	const results = tasks.map((task) => limiter.run(task.run));
	expect(startedOf(tasks)).toEqual([true, true, false, false]);

	await tasks[1]!.finish();
	expect(startedOf(tasks)).toEqual([true, true, true, false]);
	await tasks[0]!.finish();
	expect(startedOf(tasks)).toEqual([true, true, true, true]);

	await tasks[3]!.finish();
	await tasks[2]!.finish();
	expect(await Promise.all(results)).toEqual(['done', 'done', 'done', 'done']);

	// The room is there again for whoever comes later.
	const later = [new HeldTask(), new HeldTask()];
	for (const task of later) void limiter.run(task.run);
	expect(startedOf(later)).toEqual([true, true]);
	for (const task of later) await task.finish();
});

test('a task that throws makes room as well, and its error reaches who asked for it', async () => {
	const limiter = new Limiter(1);
	const broken = new HeldTask(() => {
		throw new Error('broken');
	});
	const next = new HeldTask();
	const result = limiter.run(broken.run);
	const caught = expect(result).rejects.toThrow('broken');
	const later = limiter.run(next.run);
	await broken.finish();
	await caught;
	expect(next.started).toBe(true);
	await next.finish();
	expect(await later).toBe('done');
});

test('somebody who comes just as a place is handed on does not push in', async () => {
	const limiter = new Limiter(1);
	const [first, second, third] = [new HeldTask(), new HeldTask(), new HeldTask()];
	const running = [limiter.run(first.run), limiter.run(second.run)];
	const late = running[0]!.then(() => limiter.run(third.run));
	await first.finish();
	expect(startedOf([second, third])).toEqual([true, false]);
	await second.finish();
	expect(third.started).toBe(true);
	await third.finish();
	await late;
});

test('under a crowd the number of running tasks never exceeds the limit and reaches it', async () => {
	const limiter = new Limiter(8);
	let running = 0;
	let most = 0;
	const task = async (): Promise<void> => {
		running += 1;
		most = Math.max(most, running);
		await new Promise(setImmediate);
		running -= 1;
	};
	await Promise.all(Array.from({ length: 200 }, () => limiter.run(task)));
	expect([running, most]).toEqual([0, 8]);
});
