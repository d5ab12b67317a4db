import { Pool } from 'undici';
import type { RecordedRequest } from '../../simulator/types';

/** Belong to one connection, or are made anew from the body. */
const CONNECTION_HEADERS = ['host', 'connection', 'content-length', 'transfer-encoding'];

/**
 * Sends recorded requests again with undici alone, byte for byte, and reads the answers, as somebody would who had written
 * the calls by hand.
 * @param baseUrl the provider's base URL, which the recorded paths are below of
 * @param inFlight requests at a time
 * @throws Error when one is answered otherwise than it was
 */
export async function replay(baseUrl: string, recorded: readonly RecordedRequest[], inFlight: number): Promise<void> {
	const { origin, pathname } = new URL(baseUrl);
	const pool = new Pool(origin, { connections: inFlight });
	const send = async ({ method, path, query, headers, rawBody, status }: RecordedRequest): Promise<void> => {
		const target = `${pathname}${path}`;
		const answer = await pool.request({
			method: method as 'GET' | 'POST',
			path: Object.keys(query).length > 0 ? `${target}?${new URLSearchParams(query)}` : target,
			headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !CONNECTION_HEADERS.includes(name))),
			...(rawBody.length > 0 ? { body: rawBody } : {}),
		});
		await answer.body.json();
		if (answer.statusCode !== status)
			throw new Error(`${method} ${path} was answered ${answer.statusCode}, not ${status} as before`);
	};
	const left = recorded.values();
	const sendUntilDone = async (): Promise<void> => {
		for (const request of left) await send(request);
	};
	await Promise.all(Array.from({ length: inFlight }, sendUntilDone));
	await pool.close();
}
