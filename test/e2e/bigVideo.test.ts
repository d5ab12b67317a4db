/** Videos much larger than what they may take of n8n's memory, on their way into its storage. */
import type { Fault } from '../tools/simulator/types';
import {
	download,
	filesOnDisk,
	measureDownload,
	MEGABYTE,
	MOST_MEGABYTES,
	servedHash,
	storedHash,
	warmUp,
	type Downloaded,
} from './support/bigVideo';
import { startSuite, type Suite } from './support/suite';

let suite: Suite;

async function startIn(environment: Record<string, string>): Promise<void> {
	suite = await startSuite({ simulator: { jobDurationMs: 0 }, environment });
	await warmUp(suite);
}

afterEach(() => suite.simulator.reset());

/** The execution failed for a reason that its description gives, and names the job that is intact. */
function expectIntact({ execution, job, videoUrl }: Downloaded, reason: string): void {
	const { error } = execution.data.resultData;
	expect(error?.message).toBe(`The video of job ${job.id} was made, but its download did not succeed [item 0]`);
	expect(error?.description).toContain(reason);
	expect(error?.description).toContain("The job is intact and paid for: read it again with 'Get Video'");
	expect(error?.['context']).toMatchObject({ job: { jobId: job.id, status: 'succeeded', videoUrl } });
}

describe('with files on the disk', () => {
	beforeAll(async () => await startIn({ N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' }));
	afterAll(async () => await suite.close());

	/** What was on the disk before a test. */
	let before: string[];
	beforeEach(async () => void (before = await filesOnDisk(suite)));

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

	test('a video that is announced to be too large is not received', async () => {
		const refused = await download(suite, 500 * MEGABYTE, { maxVideoSize: 8 });

		expectIntact(refused, "larger than the 8 MB that 'Max Video Size' allows: raise it under Options");
		expect(refused.requests).toMatchObject([{ aborted: true }]);
		expect(await filesOnDisk(suite)).toEqual(before);
	});

	test('a video of unannounced size is cut as soon as it is too large', async () => {
		const path = `/no-length?bytes=${500 * MEGABYTE}`;
		const refused = await download(suite, 0, { path, maxVideoSize: 8 });

		expectIntact(refused, "larger than the 8 MB that 'Max Video Size' allows: raise it under Options");
		expect(refused.requests).toMatchObject([{ aborted: true }]);
		expect(await filesOnDisk(suite)).toEqual(before);
	});

	const BREAK: Fault = { kind: 'reset', provider: 'cdn', bytes: 20 * MEGABYTE };

	test('a download that breaks is begun again once, and stored once', async () => {
		suite.simulator.addFault(BREAK);
		const { item, job, requests } = await download(suite, 40 * MEGABYTE);

		expect(requests).toHaveLength(2);
		expect(await storedHash(suite, item)).toBe(await servedHash(job));
		expect((await filesOnDisk(suite)).sort()).toEqual([...before, 'file', 'file.metadata'].sort());
	});

	test('a download that breaks twice fails its item, which keeps the job', async () => {
		suite.simulator.addFault({ ...BREAK, times: 2 });
		const settings = { onError: 'continueRegularOutput' } as const;
		const { item, job, requests } = await download(suite, 40 * MEGABYTE, { settings });

		expect(requests).toHaveLength(2);
		expect(item?.json).toMatchObject({
			jobId: job.id,
			status: 'succeeded',
			videoUrl: job.videoUrl,
			error: `The video of job ${job.id} was made, but its download did not succeed [item 0]`,
		});
		expect(item?.binary).toBeUndefined();
		expect(await filesOnDisk(suite)).toEqual(before);
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
		const refused = await download(suite, LIMIT_MEGABYTES * MEGABYTE + 1);

		expectIntact(
			refused,
			`keeps files in its database and takes files of at most ${LIMIT_MEGABYTES} MB there: raise N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE`,
		);
		expect(refused.requests).toHaveLength(1);
	});
});
