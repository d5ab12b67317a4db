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

const roomy: StreamLimits = { size: 1_000_000, stall: 10_000, stop: undefined };

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
	const end = watchStream(stream, { ...roomy, ...limits });
	try {
		return (await buffer(stream)).length;
	} catch (error) {
		if (error instanceof StreamLimitError) return error.limit;
		throw error;
	} finally {
		end();
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
		expect(await readBounded(body(), 1000)).toBe(expected);
	});

	test('puts characters together that were cut between chunks', async () => {
		const bytes = Buffer.from('🎬ü');
		expect(await readBounded(Readable.from([...bytes].map((byte) => Buffer.of(byte))), 1000)).toBe('🎬ü');
	});

	test.each([
		['a stream', (text: string) => Readable.from([Buffer.from(text)])],
		['text', (text: string) => text],
		['bytes', (text: string) => Buffer.from(text)],
	])('of %s ends at its limit', async (_what, body) => {
		expect(await readBounded(body('12345'), 5)).toBe('12345');
		expect(await readBounded(body('123456'), 5)).toBe('12345');
	});

	test('ends a stream without end, and its connection with it', async () => {
		const endless = aTrickle(1000, 1);
		expect(await readBounded(endless, 2500)).toBe('x'.repeat(2500));
		expect(endless.destroyed).toBe(true);
	});

	test('throws what the connection throws when it breaks', async () => {
		const broken = Readable.from(
			(async function* () {
				yield Buffer.from('{"a":');
				throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
			})(),
		);
		await expect(readBounded(broken, 1000)).rejects.toMatchObject({ code: 'ECONNRESET' });
	});
});

describe('a watched stream', () => {
	test('reaches its consumer whole', async () => {
		expect(await consume(aTrickle(1000, 5, 20), {})).toBe(20_000);
	});

	test('waits for a consumer that comes late', async () => {
		const stream = Readable.from([Buffer.from('first '), Buffer.from('second')], { objectMode: false });
		const end = watchStream(stream, roomy);
		await wait(50);
		expect((await buffer(stream)).toString()).toBe('first second');
		end();
	});

	test('reaches a consumer that pipes it', async () => {
		const chunks: Buffer[] = [];
		const stream = aTrickle(1000, 1, 50);
		const end = watchStream(stream, roomy);
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
		end();
		expect(Buffer.concat(chunks).length).toBe(50_000);
	});

	test('reaches a late consumer that reads by events', async () => {
		const chunks: Buffer[] = [];
		const stream = aTrickle(1000, 1, 20);
		const end = watchStream(stream, roomy);
		await wait(50);
		await new Promise<void>((resolve, reject) => {
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.on('end', resolve);
			stream.on('error', reject);
		});
		end();
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

	test("is ended within a second of n8n's Stop", async () => {
		const start = performance.now();
		expect(await consume(aTrickle(1, 50), { stop: AbortSignal.timeout(100) })).toBe('stopped');
		expect(performance.now() - start).toBeLessThan(1100);
	});

	test('is left alone once the watch is over', async () => {
		const stream = new PassThrough();
		const end = watchStream(stream, { ...roomy, stall: 100 });
		end();
		await wait(300);
		expect(stream.destroyed).toBe(false);
		stream.end('late');
		expect((await buffer(stream)).toString()).toBe('late');
	});

	test('is left alone by a Stop that comes as the watch is over', async () => {
		const stop = new AbortController();
		const stream = new PassThrough();
		const end = watchStream(stream, { ...roomy, stop: stop.signal });
		end();
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
