/** What the tests of downloads share: jobs with a video to get, and what is expected when that fails. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INodeParameters } from 'n8n-workflow';
import type { ProviderName, Simulator } from '../tools/simulator';
import { bytesOf, removeBinaryData } from '../tools/support/binaryData';
import { DOWNLOAD_LIMITS } from '../tools/support/built';
import { onJob, type HailuoRun, type RunOptions, type Stage } from './stage';

export const MEGABYTE = 1024 * 1024;

/** As they are in use, whatever a test has shortened. */
const REAL_LIMITS: Readonly<typeof DOWNLOAD_LIMITS> = { ...DOWNLOAD_LIMITS };

/** Patience for one other try, soon: the second one would come too late whatever chance says. */
export const ONE_MORE_TRY = { firstPause: 10, passing: 15, appearing: 15 };

/** Patience for as many tries as it takes, one soon after another. */
export const MANY_TRIES = { firstPause: 1, passing: 60_000, appearing: 60_000 };

/**
 * Lets every test of a file begin without files on the disk, with the limits that are in use, and with patience for one
 * other try.
 */
export function cleanUpDownloads(): void {
	beforeEach(async () => {
		Object.assign(DOWNLOAD_LIMITS, ONE_MORE_TRY);
		await removeBinaryData();
	});
	afterEach(() => Object.assign(DOWNLOAD_LIMITS, REAL_LIMITS));
	afterAll(removeBinaryData);
}

export function hashOf(bytes: Buffer | Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** Reads a finished job with its video. */
export async function getWithVideo(
	{ run, make }: Stage,
	provider: ProviderName = 'evolink',
	changes: INodeParameters = {},
	options: RunOptions = {},
): Promise<HailuoRun & { jobId: string }> {
	const job = await make(provider, 'succeeded');
	const got = await run(onJob('get', provider, { downloadVideo: true, ...changes }), { items: [job], ...options });
	return { ...got, jobId: String(job.json.jobId) };
}

/** Reads a job whose video lies at an address of the test's choice. */
export async function getFrom(
	stage: Stage,
	address: string | ((simulator: Simulator) => string),
	changes: INodeParameters = {},
): Promise<HailuoRun & { jobId: string }> {
	const { simulator } = stage;
	const url = typeof address === 'string' ? address : address(simulator);
	simulator.configure({ videoUrl: () => (url.startsWith('/') ? simulator.cdnUrl + url : url) });
	return await getWithVideo(stage, 'evolink', changes);
}

export async function videoOf({ items }: Pick<HailuoRun, 'items'>, property = 'data'): Promise<Buffer> {
	const binary = items[0]?.binary?.[property];
	if (!binary) throw new Error('The item has no video');
	return await bytesOf(binary);
}

/** Checks that a download failed for this reason alone, and that the job can be read from the error. */
export function expectIntact(
	{ error, jobId }: Pick<HailuoRun, 'error'> & { jobId: string },
	reason: string | RegExp,
): void {
	expect(error?.message).toBe('The video was made, but could not be downloaded [item 0]');
	const [found, advice] = String(error?.description).split(/\. (?=Job \S+ is intact)/);
	if (typeof reason === 'string') expect(found).toBe(reason);
	else expect(found).toMatch(reason);
	expect(advice).toBe(
		`Job ${jobId} is intact and paid for: read it again with 'Get Video' and this Job ID; EvoLink keeps the video for 24 hours.`,
	);
	expect(error).toMatchObject({ context: { itemIndex: 0, job: { provider: 'evolink', jobId, status: 'succeeded' } } });
}

export function downloads(simulator: Simulator): string[] {
	return simulator.requestsOf('cdn').map(({ path }) => path);
}

/** A server that answers as the test says, for what the simulator's CDN does not do. */
export async function withServer(
	answer: (request: IncomingMessage, response: ServerResponse) => void,
	act: (url: string) => Promise<void>,
): Promise<void> {
	const server = createServer(answer);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}/video.mp4`);
	} finally {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
}
