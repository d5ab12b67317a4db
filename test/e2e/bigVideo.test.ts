/** Videos much larger than what they may take of n8n's memory, on their way into its storage. */
import {
	download,
	measureDownload,
	MEGABYTE,
	MOST_MEGABYTES,
	servedHash,
	storedHash,
	warmUp,
} from './support/bigVideo';
import { startSuite, type Suite } from './support/suite';

let suite: Suite;

async function startIn(environment: Record<string, string>): Promise<void> {
	suite = await startSuite({ simulator: { jobDurationMs: 0 }, environment });
	await warmUp(suite);
}

afterEach(() => suite.simulator.reset());

describe('with files on the disk', () => {
	beforeAll(async () => await startIn({ N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' }));
	afterAll(async () => await suite.close());

	test('a video of 500 MB takes little memory, and is stored whole', async () => {
		const bytes = 500 * MEGABYTE;
		const { rise, execution, item, job } = await measureDownload(suite, bytes, '500 MB to disk');
		const again = await measureDownload(suite, bytes, '500 MB to disk after that');

		expect(execution.data.resultData.error).toBeUndefined();
		expect(item?.binary?.['data']).toMatchObject({ bytes, mimeType: 'video/mp4', fileName: `evolink-${job.id}.mp4` });
		const [stored, served] = await Promise.all([storedHash(suite, item), servedHash(job)]);
		expect(stored).toBe(served);
		expect(rise / MEGABYTE).toBeLessThan(MOST_MEGABYTES);
		expect(again.riseFromRest / MEGABYTE).toBeLessThan(MOST_MEGABYTES);
	});
});

describe("with files in n8n's database, as in queue mode", () => {
	const LIMIT_MEGABYTES = 100;

	beforeAll(
		async () =>
			await startIn({
				N8N_DEFAULT_BINARY_DATA_MODE: 'database',
				N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE: String(LIMIT_MEGABYTES),
			}),
	);
	afterAll(async () => await suite.close());

	test('a video of the size n8n allows is stored whole', async () => {
		const bytes = LIMIT_MEGABYTES * MEGABYTE;
		const { item, job } = await measureDownload(suite, bytes, `${LIMIT_MEGABYTES} MB to the database`);

		expect(item?.binary?.['data']?.bytes).toBe(bytes);
		expect(await storedHash(suite, item)).toBe(await servedHash(job));
	});

	test('a larger one leaves the job intact, and the setting is named', async () => {
		const { execution, job, requests } = await download(suite, LIMIT_MEGABYTES * MEGABYTE + 1);

		const { error } = execution.data.resultData;
		expect(error?.message).toBe('The video was made, but could not be downloaded [item 0]');
		expect(error?.description).toContain(
			`keeps files in its database and takes files of at most ${LIMIT_MEGABYTES} MB there: raise N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE`,
		);
		expect(error?.['context']).toMatchObject({ job: { jobId: job.id, status: 'succeeded', videoUrl: job.videoUrl } });
		expect(requests).toHaveLength(1);
	});
});
