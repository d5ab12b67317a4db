import { pause } from './cancelSignal';

/** Node's readable stream, as a type only: node code may not import the module. */
export type ReadableStream = import('stream').Readable;

/**
 * Says whether a value is a stream of Node's, by what is used of it.
 */
export function isStream(value: unknown): value is ReadableStream {
	return (
		typeof value === 'object' &&
		value !== null &&
		typeof Reflect.get(value, 'pipe') === 'function' &&
		typeof Reflect.get(value, 'destroy') === 'function' &&
		typeof Reflect.get(value, Symbol.asyncIterator) === 'function'
	);
}

/**
 * Reads a response body as text.
 *
 * @param body a stream, or what a host makes of one: text or bytes
 * @param limit bytes; the rest of a longer body is not read
 * @returns the text, cut at the limit
 * @throws what the stream throws when the connection breaks
 */
export async function readBounded(body: unknown, limit: number): Promise<string> {
	if (!isStream(body)) {
		if (typeof body === 'string') return body.slice(0, limit);
		return Buffer.isBuffer(body) ? body.subarray(0, limit).toString('utf8') : '';
	}
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of body) {
		const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
		chunks.push(bytes);
		size += bytes.length;
		// Leaving the loop destroys the stream and so the connection.
		if (size > limit) break;
	}
	return Buffer.concat(chunks).subarray(0, limit).toString('utf8');
}

export interface StreamLimits {
	/** Bytes. */
	size: number;
	/** Milliseconds without a byte. */
	stall: number;
	stop: AbortSignal | undefined;
}

/** Entries of 8 bytes in an object made to be dropped. A larger one would weigh in what outlives a sweep. */
const LITTER_ENTRIES = 256;

/** Bytes of a stream for each such object: a tenth of the stream is made beside it. */
const BYTES_PER_LITTER = 10 * LITTER_ENTRIES * 8;

/**
 * Has Node give back the pieces of a stream sooner.
 *
 * The bytes of a piece lie outside the heap. They are given back when Node sweeps its youngest objects, which it does
 * each time these have filled their room, or when sixty megabytes and more lie about. A stream makes so few objects
 * that it mostly comes to the latter. Some more, which nobody needs, bring the sweeps forward while the room is small,
 * as in a worker at rest: 500 MB then raise it by some 20 MB instead of 50 to 90. Where the room has grown, as in a
 * main process that serves requests too, it gains nothing, and the first large video may take some 15 MB more.
 *
 * @returns a function that is to be told the size of each piece, in bytes
 */
function sweepAlong(): (size: number) => void {
	// Kept until the next one comes: what is kept nowhere, a compiler may never make.
	const litter: unknown[] = [];
	let owed = 0;
	return (size) => {
		for (owed += size; owed >= BYTES_PER_LITTER; owed -= BYTES_PER_LITTER) litter[0] = new Array(LITTER_ENTRIES);
	};
}

/**
 * Watches a stream that somebody else consumes, and destroys it when it breaks a limit: the consumer then sees the error.
 *
 * Listening for `data` would set a fresh stream flowing before its consumer is there; one that has been paused by
 * hand only counts along.
 *
 * @param disconnect ends the request behind the stream. The stream may be one that n8n's client has put around the
 * connection: destroyed while it awaits a byte, it gives its error only when that byte comes or the request ends
 * @returns a function that ends the watch; it must be called
 */
export function watchStream(stream: ReadableStream, limits: StreamLimits, disconnect?: () => void): () => void {
	const ended = new AbortController();
	const breakOff = (limit: StreamLimitError['limit']) => {
		stream.destroy(new StreamLimitError(limit));
		disconnect?.();
	};
	const sweep = sweepAlong();
	let size = 0;
	let lastByteAt = Date.now();
	stream.pause();
	stream.on('data', (chunk: { length: number }) => {
		sweep(chunk.length);
		size += chunk.length;
		lastByteAt = Date.now();
		if (size > limits.size) breakOff('size');
	});
	// A consumer that reads by events, as n8n's memory and database modes do, counts on being what starts the flow.
	stream.on('newListener', (event: string) => {
		if (event === 'data') stream.resume();
	});
	const isOver = () => ended.signal.aborted;
	const watch = async () => {
		while (!isOver()) {
			await pause(Math.min(1000, limits.stall), ended.signal, limits.stop);
			if (isOver()) return;
			if (limits.stop?.aborted) breakOff('stopped');
			else if (Date.now() - lastByteAt >= limits.stall) breakOff('stall');
			else continue;
			return;
		}
	};
	void watch();
	return () => ended.abort();
}

/** Which limit a watched stream broke. */
export class StreamLimitError extends Error {
	constructor(readonly limit: 'size' | 'stall' | 'stopped') {
		super(`Stream ended: ${limit}`);
		this.name = 'StreamLimitError';
	}
}
