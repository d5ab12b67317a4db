import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';
import { isRecord } from '../../simulator/gateway';

/** The floor: the calls alone, without n8n. */
export const SCRIPT_LABEL = 'A script with undici, no n8n';

/** Connections to one host, as many as the Hailuo node has requests in flight by default. */
const CONNECTIONS = 8;

/** Between two looks at a job: closer than a gateway would like to be asked for long. */
export const SCRIPT_PAUSE_SECONDS = 1;

/** Where Apiframe's API is, and with which key. */
export interface Access {
	baseUrl: string;
	apiKey: string;
}

type Answer = Record<string, unknown>;

function caller(dispatcher: Dispatcher, { baseUrl, apiKey }: Access) {
	return async (method: 'GET' | 'POST', target: string, body?: unknown): Promise<Answer> => {
		const response = await request(`${baseUrl}${target}`, {
			dispatcher,
			method,
			headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const answer = await response.body.json();
		if (response.statusCode >= 300 || !isRecord(answer)) throw new Error(`${target}: ${response.statusCode}`);
		return answer;
	};
}

/**
 * Makes one video file of each prompt, all side by side.
 * @param folder holds the files afterwards
 * @throws Error when a call is refused or a job does not succeed
 */
export async function makeVideos(prompts: readonly string[], access: Access, folder: string): Promise<void> {
	const dispatcher = new Agent({ connections: CONNECTIONS });
	const call = caller(dispatcher, access);
	const makeVideo = async (prompt: string, index: number): Promise<void> => {
		const hailuoParams = { duration: 6, resolution: '768p' };
		const { jobId } = await call('POST', '/v2/videos/generate', { model: 'hailuo-2.3', prompt, hailuoParams });
		for (;;) {
			await pause(SCRIPT_PAUSE_SECONDS * 1000);
			const { status, result } = await call('GET', `/v2/jobs/${String(jobId)}`);
			if (status === 'FAILED' || status === 'CANCELLED') throw new Error(`Job ${String(jobId)} is ${status}`);
			if (status !== 'COMPLETED' || !isRecord(result)) continue;
			const { body } = await request(String(result['videoUrl']), { dispatcher });
			return pipeline(body, createWriteStream(path.join(folder, `${index}.mp4`)));
		}
	};
	try {
		await Promise.all(prompts.map(makeVideo));
	} finally {
		await dispatcher.close();
	}
}
