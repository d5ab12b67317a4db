import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Answer, MultipartBody } from './types';

const MAX_BODY_BYTES = 150 * 1024 * 1024;

/** Reads a whole body; undefined when the client went away or sent too much. */
export async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
	const chunks: Buffer[] = [];
	let size = 0;
	try {
		for await (const chunk of message) {
			if (!Buffer.isBuffer(chunk)) continue;
			size += chunk.length;
			if (size > MAX_BODY_BYTES) return undefined;
			chunks.push(chunk);
		}
	} catch {
		return undefined;
	}
	return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** JSON or multipart as data; undefined for no body and for one that cannot be parsed. */
export async function parseBody(rawBody: Buffer, contentType: string): Promise<unknown> {
	if (rawBody.length === 0) return undefined;
	try {
		if (contentType.includes('json')) return JSON.parse(rawBody.toString('utf8'));
		if (contentType.startsWith('multipart/form-data')) return await parseMultipart(rawBody, contentType);
	} catch {
		return undefined;
	}
	return undefined;
}

async function parseMultipart(rawBody: Buffer, contentType: string): Promise<MultipartBody> {
	const form = await new Response(new Uint8Array(rawBody), { headers: { 'content-type': contentType } }).formData();
	const body: MultipartBody = { fields: {}, files: {} };
	const seen = new Map<string, number>();
	for (const [sent, value] of form.entries()) {
		const count = (seen.get(sent) ?? 0) + 1;
		seen.set(sent, count);
		const name = count === 1 ? sent : `${sent}#${count}`;
		if (typeof value === 'string') {
			body.fields[name] = value;
		} else {
			body.files[name] = {
				filename: value.name,
				contentType: value.type,
				bytes: Buffer.from(await value.arrayBuffer()),
			};
		}
	}
	return body;
}

/** A request target as path (still encoded) and query. */
export function splitTarget(target: string): { path: string; query: Record<string, string> } {
	const at = target.indexOf('?');
	if (at < 0) return { path: target, query: {} };
	return { path: target.slice(0, at), query: Object.fromEntries(new URLSearchParams(target.slice(at + 1))) };
}

export function headersOf(message: IncomingMessage): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(message.headers)) {
		if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
	}
	return headers;
}

/** An answer as it goes over the wire. */
export interface WireAnswer {
	status: number;
	headers: Record<string, string>;
	body: Buffer;
}

export function toWire(answer: Answer): WireAnswer {
	const { body } = answer;
	const isJson = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body);
	const bytes =
		body === undefined
			? Buffer.alloc(0)
			: Buffer.isBuffer(body)
				? body
				: Buffer.from(isJson ? JSON.stringify(body) : String(body));
	return {
		status: answer.status,
		headers: { ...(isJson && { 'content-type': 'application/json; charset=utf-8' }), ...answer.headers },
		body: bytes,
	};
}

export function send(response: ServerResponse, wire: WireAnswer): void {
	response.writeHead(wire.status, { ...wire.headers, 'content-length': String(wire.body.length) });
	response.end(wire.body);
}

/** Announces the whole body, sends half of it and breaks off. */
export function sendTruncated(response: ServerResponse, wire: WireAnswer): void {
	response.writeHead(wire.status, { ...wire.headers, 'content-length': String(wire.body.length) });
	response.write(wire.body.subarray(0, Math.floor(wire.body.length / 2)), () => response.destroy());
}

/** Sends a JSON object with `bytes` bytes of padding behind its own fields, as fast as the client reads. */
export async function sendPadded(response: ServerResponse, wire: WireAnswer, bytes: number): Promise<void> {
	const text = wire.body.toString('utf8').trimEnd();
	const isObject = text.endsWith('}');
	response.writeHead(wire.status, wire.headers);
	const padding = 'x'.repeat(64 * 1024);
	const pieces = function* (): Generator<string> {
		yield isObject ? `${text.slice(0, -1)}${text === '{}' ? '' : ','}"padding":"` : '"';
		for (let left = bytes; left > 0; left -= padding.length)
			yield left < padding.length ? padding.slice(0, left) : padding;
		yield isObject ? '"}' : '"';
	};
	await writeAll(response, pieces());
	response.end();
}

/** Writes pieces one after another, waiting for the client where it is slower; stops when it goes away. */
export async function writeAll(response: ServerResponse, pieces: Iterable<Buffer | string>): Promise<void> {
	for (const piece of pieces) {
		if (response.destroyed) return;
		if (response.write(piece)) continue;
		await new Promise<void>((resolve) => {
			const done = (): void => {
				response.off('drain', done).off('close', done);
				resolve();
			};
			response.on('drain', done).on('close', done);
		});
	}
}

/** Breaks the connection with a TCP reset, as a crashing server or a middlebox does. */
export function reset(response: ServerResponse): void {
	if (response.socket) response.socket.resetAndDestroy();
	else response.destroy();
}
