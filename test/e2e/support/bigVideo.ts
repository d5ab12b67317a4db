import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { request } from 'undici';
import { measurePeakMemory, watchPeakMemory, type PeakWatch } from '../../tools/host/peakMemory';
import { itemsOf } from '../../tools/host/workflows';
import type { ExecutedItem, Execution } from '../../tools/host/n8nTypes';
import type { RecordedRequest, SimulatedJob } from '../../tools/simulator/types';
import { until } from '../../tools/support/until';
import { jobsAbout, purchase } from './purchase';
import type { Suite } from './suite';

export const MEGABYTE = 1024 ** 2;

/** What a video may take of the memory of the process that downloads it to a folder, however large it is. */
export const MOST_MEGABYTES = 64;

export interface Downloaded {
	execution: Execution;
	/** The item behind the node; none when the node failed. */
	item: ExecutedItem | undefined;
	job: SimulatedJob;
	/** The requests for the video, oldest first. */
	requests: RecordedRequest[];
}

let downloads = 0;

/** Has n8n make a video of a size and download it. */
export async function download(suite: Suite, bytes: number): Promise<Downloaded> {
	const { simulator } = suite;
	simulator.configure({ videoBytes: bytes });
	const prompt = `Large video ${(downloads += 1)}.`;
	const before = simulator.requestsOf('cdn').length;
	const execution = await suite.run(
		purchase(suite, 'evolink', {
			prompts: [prompt],
			operation: 'createAndWait',
			parameters: { downloadVideo: true },
		}),
		{ timeoutMs: 240_000 },
	);
	const [job] = jobsAbout(suite, prompt);
	if (job === undefined) throw new Error(`No job was made: ${JSON.stringify(execution.data.resultData.error)}`);
	return { execution, item: itemsOf(execution, 'After')[0], job, requests: simulator.requestsOf('cdn').slice(before) };
}

/** Has n8n load beforehand what it loads for its first execution and its first download, and what is not the video's. */
export async function warmUp(suite: Suite): Promise<void> {
	await download(suite, 8 * MEGABYTE);
}

/** What the video itself adds: main, for one, takes some 25 MB beforehand for starting any execution from rest. */
async function watchDownload({ simulator }: Suite, processId: number): Promise<PeakWatch> {
	const before = simulator.requestsOf('cdn').length;
	await until('a request for the video', () => simulator.requestsOf('cdn').length > before, { timeoutMs: 120_000 });
	return await watchPeakMemory(processId, { restMs: 0 });
}

export interface MeasuredDownload extends Downloaded {
	/** Bytes by which the process rose over what it held at rest, before the execution. */
	riseFromRest: number;
	/** Bytes by which it rose over what it held when it asked for the video. */
	rise: number;
}

/**
 * Downloads while n8n's memory is measured, and prints the figures.
 * @param downloader the process of n8n that downloads
 */
export async function measureDownload(
	suite: Suite,
	bytes: number,
	what: string,
	downloader = suite.server,
): Promise<MeasuredDownload> {
	const { name, processId } = downloader;
	const { result, ...whole } = await measurePeakMemory(processId, async () => {
		const [watch, downloaded] = await Promise.all([watchDownload(suite, processId), download(suite, bytes)]);
		return { downloaded, memory: await watch.end() };
	});
	const { downloaded, memory } = result;
	const megabytes = (value: number) => `${(value / MEGABYTE).toFixed(0)} MB`;
	process.stdout.write(
		`${what}: memory of ${name} rose by ${megabytes(memory.rise)}, from ${megabytes(memory.before)} to ${megabytes(memory.peak)}; ` +
			`from rest by ${megabytes(whole.rise)}\n`,
	);
	return { ...downloaded, rise: memory.rise, riseFromRest: whole.rise };
}

async function hashOf(chunks: AsyncIterable<Buffer>): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(chunks, hash);
	return hash.digest('hex');
}

/** The hash of a job's video as the gateway serves it. */
export async function servedHash({ videoUrl }: SimulatedJob): Promise<string> {
	return await hashOf((await request(videoUrl)).body);
}

/** The hash of a file as n8n gives it to its user. */
export async function storedHash(suite: Suite, item: ExecutedItem | undefined): Promise<string> {
	return await hashOf(await suite.client.streamBinary(String(item?.binary?.['data']?.id)));
}
