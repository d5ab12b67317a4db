import { createHmac } from 'node:crypto';
import { request, type Dispatcher } from 'undici';

import type { Simulator } from './types';

/** A bare client for the simulator's own tests: what the providers' samples do with curl, requests and fetch. */
export interface Reply {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	text: string;
	/** The body as JSON; undefined when it is none. */
	json: unknown;
}

export async function call(
	url: string,
	options: {
		method?: Dispatcher.HttpMethod;
		headers?: Record<string, string>;
		json?: unknown;
		form?: FormData;
		body?: string;
	} = {},
): Promise<Reply> {
	const { json, form } = options;
	// undici's own FormData is another class than the global one; a Response turns either into bytes.
	const encoded = form && new Response(form);
	const contentType = encoded?.headers.get('content-type') ?? (json === undefined ? undefined : 'application/json');
	const body = encoded
		? Buffer.from(await encoded.arrayBuffer())
		: (options.body ?? (json === undefined ? null : JSON.stringify(json)));
	const response = await request(url, {
		method: options.method ?? (body === null ? 'GET' : 'POST'),
		headers: { ...(contentType !== undefined && { 'content-type': contentType }), ...options.headers },
		body,
	});
	const text = await response.body.text();
	return { status: response.statusCode, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Reads a value out of a reply by its path, for instance `tasklist.0.status`. */
export function at(value: unknown, path: string): unknown {
	return path.split('.').reduce<unknown>((current, key) => {
		return typeof current === 'object' && current !== null ? Reflect.get(current, key) : undefined;
	}, value);
}

export function form(fields: Record<string, string | Blob>): FormData {
	const data = new FormData();
	for (const [name, value] of Object.entries(fields)) data.append(name, value);
	return data;
}

export function bearer(key: string): Record<string, string> {
	return { authorization: `Bearer ${key}` };
}

/** Wiro's three headers for a project with signature authentication. */
export function signed({ keys }: Simulator, nonce = '1734513807'): Record<string, string> {
	const { apiKey, apiSecret } = keys.wiro;
	const signature = createHmac('sha256', apiKey).update(`${apiSecret}${nonce}`).digest('hex');
	return { 'x-api-key': apiKey, 'x-nonce': nonce, 'x-signature': signature };
}
