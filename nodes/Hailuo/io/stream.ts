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

/** A response body as far as it came. */
export interface ReadBody {
	text: string;
	/** What the stream threw when the connection broke; null when it did not. */
	broken: unknown;
}

/**
 * Reads a response body as text.
 *
 * @param body a stream, or what a host makes of one: text or bytes
 * @param limit bytes; the rest of a longer body is not read
 * @returns the text, cut at the limit and where the connection broke
 */
export async function readBounded(body: unknown, limit: number): Promise<ReadBody> {
	if (!isStream(body)) {
		const text = Buffer.isBuffer(body) ? body.subarray(0, limit).toString('utf8') : '';
		return { text: typeof body === 'string' ? body.slice(0, limit) : text, broken: null };
	}
	const chunks: Buffer[] = [];
	let size = 0;
	let broken: unknown = null;
	try {
		for await (const chunk of body) {
			const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
			chunks.push(bytes);
			size += bytes.length;
			// Leaving the loop destroys the stream and so the connection.
			if (size > limit) break;
		}
	} catch (error) {
		broken = error;
	}
	return { text: Buffer.concat(chunks).subarray(0, limit).toString('utf8'), broken };
}

export interface StreamLimits {
	/** Bytes. */
	size: number;
	/** Milliseconds without a byte. */
	stall: number;
	/** Bytes that must come in each of these spans of milliseconds: who is never silent for long may still never end. */
	rate: { bytes: number; milliseconds: number };
	stop: AbortSignal | undefined;
}

/** A stream that ends when it breaks a limit. */
export interface StreamWatch {
	/**
	 * Looks at the first bytes, before the consumer is there; the stream gives them again.
	 *
	 * @param isEnough is asked with all the bytes so far, each time some have come
	 * @returns the bytes that were enough, else all there are, and then the stream is over; null when it was closed before
	 * @throws what the stream throws, or StreamLimitError
	 */
	head(isEnough: (head: Buffer) => boolean): Promise<Buffer | null>;
	/** Must be called. */
	end(): void;
}

/**
 * Watches a stream that somebody else consumes, and destroys it when it breaks a limit: the consumer then sees the error.
 *
 * Listening for `data` would set a fresh stream flowing before its consumer is there; one that has been paused by
 * hand only counts along.
 *
 * @param disconnect ends the request behind the stream. The stream may be one that n8n's client has put around the
 * connection: destroyed while it awaits a byte, it gives its error only when that byte comes or the request ends
 */
export function watchStream(stream: ReadableStream, limits: StreamLimits, disconnect?: () => void): StreamWatch {
	const ended = new AbortController();
	const breakOff = (limit: StreamLimitError['limit']) => {
		stream.destroy(new StreamLimitError(limit));
		disconnect?.();
	};
	let size = 0;
	let lastByteAt = Date.now();
	let span = { begunAt: lastByteAt, size };
	stream.pause();
	stream.on('data', (chunk: Buffer) => {
		size += chunk.length;
		lastByteAt = Date.now();
		if (size > limits.size) breakOff('size');
	});
	// A consumer that reads by events, as n8n's memory and database modes do, counts on being what starts the flow.
	stream.on('newListener', (event: string) => {
		if (event === 'data') stream.resume();
	});
	const brokenLimit = (now: number): StreamLimitError['limit'] | null => {
		if (limits.stop?.aborted) return 'stopped';
		if (now - lastByteAt >= limits.stall) return 'stall';
		if (now - span.begunAt < limits.rate.milliseconds) return null;
		const isSlow = size - span.size < limits.rate.bytes;
		span = { begunAt: now, size };
		return isSlow ? 'rate' : null;
	};
	const isOver = () => ended.signal.aborted;
	const watch = async () => {
		while (!isOver()) {
			await pause(Math.min(1000, limits.stall, limits.rate.milliseconds), ended.signal, limits.stop);
			if (isOver()) return;
			const limit = brokenLimit(Date.now());
			if (limit === null) continue;
			breakOff(limit);
			return;
		}
	};
	void watch();
	return {
		async head(isEnough) {
			let head = Buffer.alloc(0);
			const isWhole = await new Promise<boolean>((resolve, reject) => {
				if (stream.destroyed) resolve(false);
				stream.once('end', () => resolve(true));
				stream.once('error', reject);
				stream.once('close', () => resolve(false));
				stream.on('data', function take(chunk: Buffer) {
					head = Buffer.concat([head, chunk]);
					if (!isEnough(head)) return;
					// In the same turn, or a stream that is over would say so before its bytes are back in it.
					stream.off('data', take).pause();
					stream.unshift(head);
					size -= head.length;
					resolve(true);
				});
			});
			return isWhole ? head : null;
		},
		end: () => ended.abort(),
	};
}

/** Which limit a watched stream broke. */
export class StreamLimitError extends Error {
	constructor(readonly limit: 'size' | 'stall' | 'rate' | 'stopped') {
		super(`Stream ended: ${limit}`);
		this.name = 'StreamLimitError';
	}
}
