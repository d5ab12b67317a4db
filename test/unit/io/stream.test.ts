import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import {
	isStream,
	readBounded,
	StreamLimitError,
	watchStream,
	type StreamLimits,
} from '../../../nodes/Hailuo/io/stream';

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const roomy: StreamLimits = {
	size: 1_000_000,
	stall: 10_000,
	rate: { bytes: 1, milliseconds: 10_000 },
	stop: undefined,
};

/** A stream that comes in chunks of `size` bytes, one every `every` milliseconds, for ever unless `count` is given. */
function aTrickle(size: number, every: number, count = Number.POSITIVE_INFINITY): Readable {
	let sent = 0;
	return Readable.from(
		(async function* () {
			for (; sent < count; sent += 1) {
				await wait(every);
				yield Buffer.alloc(size, 'x');
			}
		})(),
		{ objectMode: false },
	);
}

/** The limit that a watched stream broke while it was consumed; its size when it broke none. */
async function consume(stream: Readable, limits: Partial<StreamLimits>): Promise<StreamLimitError['limit'] | number> {
	const watch = watchStream(stream, { ...roomy, ...limits });
	try {
		return (await buffer(stream)).length;
	} catch (error) {
		if (error instanceof StreamLimitError) return error.limit;
		throw error;
	} finally {
		watch.end();
	}
}

describe('a stream is', () => {
	test.each([
		['one of Node', Readable.from(['a']), true],
		['one that can also be written', new PassThrough(), true],
		['not one that can only be written', new Writable(), false],
		['not one of the web', new ReadableStream(), false],
		['not bytes', Buffer.from('a'), false],
		['not text', 'a', false],
		['not nothing', null, false],
		['not undefined', undefined, false],
		['not an object', { pipe: true, destroy: true }, false],
	])('%s', (_what, value, expected) => {
		expect(isStream(value)).toBe(expected);
	});
});

describe('a bounded read', () => {
	test.each([
		['a stream of bytes', () => Readable.from([Buffer.from('{"a":'), Buffer.from('1}')]), '{"a":1}'],
		['a stream of text', () => Readable.from(['{"a":', '1}']), '{"a":1}'],
		['an empty stream', () => Readable.from([]), ''],
		['text', () => '{"a":1}', '{"a":1}'],
		['bytes', () => Buffer.from('{"a":1}'), '{"a":1}'],
		['nothing', () => undefined, ''],
		['an object', () => ({ a: 1 }), ''],
	])('of %s gives text', async (_what, body, expected) => {
		expect(await readBounded(body(), 1000)).toEqual({ text: expected, broken: null });
	});

	test('puts characters together that were cut between chunks', async () => {
		const bytes = Buffer.from('🎬ü');
		expect(await readBounded(Readable.from([...bytes].map((byte) => Buffer.of(byte))), 1000)).toEqual({
			text: '🎬ü',
			broken: null,
		});
	});

	test.each([
		['a stream', (text: string) => Readable.from([Buffer.from(text)])],
		['text', (text: string) => text],
		['bytes', (text: string) => Buffer.from(text)],
	])('of %s ends at its limit', async (_what, body) => {
		expect(await readBounded(body('12345'), 5)).toEqual({ text: '12345', broken: null });
		expect(await readBounded(body('123456'), 5)).toEqual({ text: '12345', broken: null });
	});

	test('ends a stream without end, and its connection with it', async () => {
		const endless = aTrickle(1000, 1);
		expect(await readBounded(endless, 2500)).toEqual({ text: 'x'.repeat(2500), broken: null });
		expect(endless.destroyed).toBe(true);
	});

	test('says what had arrived when the connection broke, and why it broke', async () => {
		const broken = Readable.from(
			(async function* () {
				yield Buffer.from('{"a":');
				throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
			})(),
		);
		expect(await readBounded(broken, 1000)).toMatchObject({ text: '{"a":', broken: { code: 'ECONNRESET' } });
	});
});

/** A stream whose bytes come in pieces of one size, over before anybody reads it or not. */
const inPieces = (bytes: Buffer, size: number) =>
	Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
		bytes.subarray(index * size, (index + 1) * size),
	);

describe('the first bytes of a watched stream', () => {
	const BYTES = Buffer.from('0123456789'.repeat(20));

	/** How streams come from n8n's client: the connection, something put around it, or read to its end already. */
	const streamsOf: Array<[string, (pieces: Buffer[]) => Readable]> = [
		['a stream that is read', (pieces) => Readable.from(pieces, { objectMode: false })],
		['a stream around another', (pieces) => Readable.from(pieces).pipe(new PassThrough())],
		[
			'a stream that came whole',
			(pieces) => {
				const stream = new PassThrough();
				for (const piece of pieces) stream.write(piece);
				return stream.end();
			},
		],
		[
			'a stream that comes slowly',
			(pieces) =>
				Readable.from(
					(async function* () {
						for (const piece of pieces) {
							await wait(1);
							yield piece;
						}
					})(),
					{ objectMode: false },
				),
		],
	];

	const consumers: Array<[string, (stream: Readable) => Promise<Buffer>]> = [
		['iterates', buffer],
		[
			'pipes',
			async (stream) => {
				const chunks: Buffer[] = [];
				await pipeline(stream, async (source) => {
					for await (const chunk of source) chunks.push(chunk as Buffer);
				});
				return Buffer.concat(chunks);
			},
		],
		[
			'reads by events, and late',
			async (stream) => {
				await wait(20);
				return await new Promise((resolve, reject) => {
					const chunks: Buffer[] = [];
					stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
					stream.on('end', () => resolve(Buffer.concat(chunks)));
				});
			},
		],
	];

	const cases = streamsOf.flatMap(([stream, make]) =>
		[1, 3, 16, 199, 200].flatMap((size) =>
			consumers.map(([consumer, read]) => [stream, size, consumer, make, read] as const),
		),
	);

	test.each(cases)('of %s in pieces of %i are seen, and a consumer that %s has them all', async (...given) => {
		const [, size, , make, read] = given;
		const stream = make(inPieces(BYTES, size));
		// Of exactly the size that is allowed: what is seen first counts once.
		const watch = watchStream(stream, { ...roomy, size: BYTES.length });
		const head = (await watch.head((bytes) => bytes.length >= 16))!;
		expect(head.length).toBeGreaterThanOrEqual(16);
		expect(BYTES.subarray(0, head.length)).toEqual(head);
		expect(await read(stream)).toEqual(BYTES);
		watch.end();
	});

	test.each([0, 1, 15])('are all there are of a stream of %i bytes', async (size) => {
		const bytes = BYTES.subarray(0, size);
		const watch = watchStream(Readable.from(inPieces(bytes, 4), { objectMode: false }), roomy);
		expect(await watch.head((head) => head.length >= 16)).toEqual(bytes);
		watch.end();
	});

	test.each<[string, Partial<StreamLimits>, string]>([
		['falls silent', { stall: 100 }, 'stall'],
		['drips', { rate: { bytes: 1000, milliseconds: 100 } }, 'rate'],
		['is too large', { size: 5 }, 'size'],
		['is stopped', { stop: AbortSignal.timeout(50) }, 'stopped'],
	])('are not waited for where it %s', async (_what, limits, limit) => {
		const stream = new PassThrough();
		const drip = setInterval(() => stream.write('x'), limit === 'stall' ? 60_000 : 20);
		const watch = watchStream(stream, { ...roomy, ...limits });
		await expect(watch.head(() => false)).rejects.toMatchObject({ limit });
		clearInterval(drip);
		watch.end();
	});

	const endings: Array<[string, (stream: PassThrough) => void]> = [
		['breaks', (stream) => stream.destroy(new Error('socket hang up'))],
		['is closed without a word', (stream) => stream.destroy()],
	];

	test.each(endings)('are none of a stream that %s before', async (_what, end) => {
		const stream = new PassThrough().on('error', () => {});
		stream.write('0123');
		end(stream);
		const watch = watchStream(stream, roomy);
		expect(await watch.head(() => false)).toBeNull();
		watch.end();
	});

	test.each(endings)('are none of a stream that %s meanwhile', async (_what, end) => {
		const stream = new PassThrough();
		stream.write('0123');
		const watch = watchStream(stream, roomy);
		setTimeout(() => end(stream), 20);
		const head = await watch.head(() => false).catch((error: unknown) => error);
		expect(head).toEqual(stream.errored);
		watch.end();
	});
});

describe('a watched stream', () => {
	test('reaches its consumer whole', async () => {
		expect(await consume(aTrickle(1000, 5, 20), {})).toBe(20_000);
	});

	test('waits for a consumer that comes late', async () => {
		const stream = Readable.from([Buffer.from('first '), Buffer.from('second')], { objectMode: false });
		const watch = watchStream(stream, roomy);
		await wait(50);
		expect((await buffer(stream)).toString()).toBe('first second');
		watch.end();
	});

	test('reaches a consumer that pipes it', async () => {
		const chunks: Buffer[] = [];
		const stream = aTrickle(1000, 1, 50);
		const watch = watchStream(stream, roomy);
		await pipeline(
			stream,
			new Writable({
				highWaterMark: 100,
				write(chunk: Buffer, _encoding, done) {
					chunks.push(chunk);
					setTimeout(done, 1);
				},
			}),
		);
		watch.end();
		expect(Buffer.concat(chunks).length).toBe(50_000);
	});

	test('reaches a late consumer that reads by events', async () => {
		const chunks: Buffer[] = [];
		const stream = aTrickle(1000, 1, 20);
		const watch = watchStream(stream, roomy);
		await wait(50);
		await new Promise<void>((resolve, reject) => {
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.on('end', resolve);
			stream.on('error', reject);
		});
		watch.end();
		expect(Buffer.concat(chunks).length).toBe(20_000);
	});

	test('is started by a listener for its data alone, and by no other', async () => {
		const chunks: Buffer[] = [];
		const stream = aTrickle(1000, 1, 20);
		const watch = watchStream(stream, roomy);
		const over = new Promise<void>((resolve, reject) => stream.on('end', resolve).on('error', reject));
		await wait(50);
		stream.on('data', (chunk: Buffer) => chunks.push(chunk));
		await over;
		watch.end();
		expect(Buffer.concat(chunks).length).toBe(20_000);
	});

	test.each([
		[9_999, 'size'],
		[10_000, 10_000],
	] as const)('of 10,000 bytes with a limit of %i ends in: %p', async (size, expected) => {
		expect(await consume(aTrickle(1000, 1, 10), { size })).toBe(expected);
	});

	test('without end is ended by its size', async () => {
		const stream = aTrickle(1000, 1);
		expect(await consume(stream, { size: 5000 })).toBe('size');
		expect(stream.destroyed).toBe(true);
	});

	test('that falls silent is ended soon after its time', async () => {
		const start = performance.now();
		const silent = new PassThrough();
		silent.write('the beginning');
		expect(await consume(silent, { stall: 200 })).toBe('stall');
		const took = performance.now() - start;
		expect(took).toBeGreaterThan(190);
		expect(took).toBeLessThan(1500);
	});

	test('that was silent from the first is ended as well', async () => {
		expect(await consume(new PassThrough(), { stall: 100 })).toBe('stall');
	});

	test('that is slow, but never silent for long, is not ended', async () => {
		expect(await consume(aTrickle(1, 50, 16), { stall: 400 })).toBe(16);
	});

	describe('that is never silent', () => {
		const SECOND = 1000;
		const limits = { size: 1e9, stall: 45 * SECOND, rate: { bytes: 60_000, milliseconds: 60 * SECOND } };

		beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
		afterEach(() => void jest.useRealTimers());

		/** What came of a stream that gets `bytes` every ten seconds for `seconds`, and after how many it was over. */
		async function receive(bytes: number, seconds: number, first = 0) {
			const startedAt = Date.now();
			const stream = new PassThrough();
			stream.write(Buffer.alloc(first));
			const over = consume(stream, limits).then((result) => ({ result, after: (Date.now() - startedAt) / SECOND }));
			for (let second = 10; second <= seconds && !stream.destroyed; second += 10) {
				await jest.advanceTimersByTimeAsync(10 * SECOND);
				if (!stream.destroyed) stream.write(Buffer.alloc(bytes));
			}
			stream.end();
			return await over;
		}

		test('but drips, is ended after a minute', async () => {
			const { result, after } = await receive(1, 600);
			expect(result).toBe('rate');
			expect(after).toBeLessThanOrEqual(62);
		});

		test('but begins to drip, is ended within two minutes of that', async () => {
			const { result, after } = await receive(1, 600, 1_000_000);
			expect(result).toBe('rate');
			expect(after).toBeLessThanOrEqual(122);
		});

		test('and as fast as it has to be, may take any time', async () => {
			expect(await receive(20_000, 600)).toEqual({ result: 1_200_000, after: 600 });
		});
	});

	test("is ended within a second of n8n's Stop", async () => {
		const start = performance.now();
		expect(await consume(aTrickle(1, 50), { stop: AbortSignal.timeout(100) })).toBe('stopped');
		expect(performance.now() - start).toBeLessThan(1100);
	});

	test('is left alone once the watch is over', async () => {
		const stream = new PassThrough();
		const watch = watchStream(stream, { ...roomy, stall: 100 });
		watch.end();
		await wait(300);
		expect(stream.destroyed).toBe(false);
		stream.end('late');
		expect((await buffer(stream)).toString()).toBe('late');
	});

	test('is left alone by a Stop that comes as the watch is over', async () => {
		const stop = new AbortController();
		const stream = new PassThrough();
		const watch = watchStream(stream, { ...roomy, stop: stop.signal });
		watch.end();
		stop.abort();
		await wait(50);
		expect(stream.destroyed).toBe(false);
	});

	test('that breaks by itself gives its own error', async () => {
		const stream = new PassThrough();
		const consumed = consume(stream, {});
		stream.destroy(new Error('socket hang up'));
		await expect(consumed).rejects.toThrow('socket hang up');
	});

	test('of a connection closes it when its limit is reached', async () => {
		let closed: () => void;
		const connectionClosed = new Promise<void>((resolve) => (closed = resolve));
		const server = createServer((_request, response) => {
			response.on('close', () => closed());
			response.write('x'.repeat(1000));
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		try {
			const { port } = server.address() as AddressInfo;
			const response = await new Promise<IncomingMessage>((resolve, reject) => {
				get({ host: '127.0.0.1', port }, resolve).on('error', reject);
			});
			expect(await consume(response, { stall: 100 })).toBe('stall');
			await connectionClosed;
		} finally {
			server.close();
		}
	});
});
