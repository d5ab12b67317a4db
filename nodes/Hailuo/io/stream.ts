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
	let size = 0;
	let lastByteAt = Date.now();
	stream.pause();
	stream.on('data', (chunk: { length: number }) => {
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
