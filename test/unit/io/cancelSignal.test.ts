import { pause, withoutCancelSignal } from '../../../nodes/Hailuo/io/cancelSignal';

type CancelSignalModule = typeof import('../../../nodes/Hailuo/io/cancelSignal');

/** Milliseconds a pause took. */
async function measure(milliseconds: number, ...signals: Array<AbortSignal | undefined>): Promise<number> {
	const start = performance.now();
	await pause(milliseconds, ...signals);
	return performance.now() - start;
}

function abortAfter(milliseconds: number): AbortSignal {
	return AbortSignal.timeout(milliseconds);
}

/** Clocks and timers may differ by a millisecond. */
const TOLERANCE = 2;

describe('a pause', () => {
	test.each([
		['nothing', []],
		['no signal', [undefined, undefined]],
		['a signal that does not fire', [new AbortController().signal]],
	])('lasts as long as asked with %s', async (_what, signals) => {
		const took = await measure(120, ...signals);
		expect(took).toBeGreaterThanOrEqual(120 - TOLERANCE);
		expect(took).toBeLessThan(1000);
	});

	test('of more than one slice lasts as long as asked', async () => {
		expect(await measure(950, new AbortController().signal)).toBeGreaterThanOrEqual(950 - TOLERANCE);
	});

	test.each([0, -1, Number.NaN])('of %p ms is none', async (milliseconds) => {
		expect(await measure(milliseconds)).toBeLessThan(100);
	});

	test('ends within a second of a signal, without an error', async () => {
		expect(await measure(60_000, abortAfter(100))).toBeLessThan(1100);
	});

	test('ends with the first of several signals', async () => {
		const never = new AbortController().signal;
		expect(await measure(60_000, never, undefined, abortAfter(100), abortAfter(30_000))).toBeLessThan(1100);
	});

	test('does not begin when a signal has fired before', async () => {
		expect(await measure(60_000, new AbortController().signal, AbortSignal.abort())).toBeLessThan(100);
	});
});

/** As older hosts have it, which know no signal. */
const olderSleep = async (milliseconds: number): Promise<void> =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));

test('a pause on a host whose sleep knows no signal ends soon after one all the same', async () => {
	let older: CancelSignalModule['pause'] = pause;
	jest.doMock('n8n-workflow', () => ({ ...jest.requireActual<object>('n8n-workflow'), sleep: olderSleep }));
	jest.isolateModules(() => {
		const loaded: CancelSignalModule = require('../../../nodes/Hailuo/io/cancelSignal');
		older = loaded.pause;
	});
	jest.dontMock('n8n-workflow');
	const start = performance.now();
	await older(5000, abortAfter(100));
	const took = performance.now() - start;
	expect(took).toBeGreaterThan(100 - TOLERANCE);
	// A busy machine may be late by some more.
	expect(took).toBeLessThan(2000);
});

/** What n8n's context is like: methods on a prototype, private state, helpers made with the context as `this`. */
class Context {
	readonly #controller = new AbortController();
	readonly helpers = { httpRequest: async () => 'answer' };

	getExecutionCancelSignal(): AbortSignal {
		return this.#controller.signal;
	}

	getNode(): { name: string; isCancelled: boolean } {
		return { name: 'Hailuo', isCancelled: this.#controller.signal.aborted };
	}

	get executionId(): string {
		return this.#controller.signal.aborted ? 'stopped' : '7';
	}
}

describe('a context without its cancel signal', () => {
	const context = new Context();
	const bare = withoutCancelSignal(context);

	test("has none, in either way in which n8n's helpers look for it", () => {
		expect('getExecutionCancelSignal' in bare).toBe(false);
		expect(bare.getExecutionCancelSignal).toBeUndefined();
	});

	test('has everything else, private state included', () => {
		expect('getNode' in bare).toBe(true);
		expect(bare.getNode()).toEqual({ name: 'Hailuo', isCancelled: false });
		expect(bare.executionId).toBe('7');
		expect(bare.helpers).toBe(context.helpers);
		const { getNode } = bare;
		expect(getNode().name).toBe('Hailuo');
	});

	test('leaves the context itself as it was', () => {
		expect('getExecutionCancelSignal' in context).toBe(true);
		expect(context.getExecutionCancelSignal().aborted).toBe(false);
	});
});
