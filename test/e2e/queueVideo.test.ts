/** Videos much larger than what they may take of a worker's memory, on their way into n8n's storage. */
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { measureDownload, MEGABYTE, MOST_MEGABYTES, servedHash, storedHash, warmUp } from './support/bigVideo';
import { describeInQueueMode } from './support/describe';
import { startQueueSuite, type QueueSuite } from './support/queueSuite';
import { suiteFolder } from './support/suite';

const VIDEO_BYTES = 500 * MEGABYTE;

let suite: QueueSuite;

/** With a single worker it is known beforehand who will receive the video. */
async function startIn(environment: Record<string, string>): Promise<void> {
	suite = await startQueueSuite({ simulator: { jobDurationMs: 0 }, workers: 1, webhooks: 0, environment });
	await warmUp(suite);
}

afterEach(() => suite.simulator.reset());

describeInQueueMode('with files in a folder that all processes share', () => {
	let folder: string;

	beforeAll(async () => {
		folder = await mkdtemp(path.join(await suiteFolder(), 'shared-'));
		await startIn({ N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem', N8N_STORAGE_PATH: folder });
	});
	afterAll(async () => await suite.close());

	test('a video of 500 MB takes little of the memory of the worker that downloads it, and is stored whole', async () => {
		const [worker] = suite.cluster.workers;
		const { riseFromRest, execution, item, job } = await measureDownload(
			suite,
			VIDEO_BYTES,
			'500 MB to a shared folder',
			worker,
		);

		expect(execution.data.resultData.error).toBeUndefined();
		expect(suite.cluster.segmentsOf(execution.id)).toMatchObject([{ worker }]);
		const [stored, served] = await Promise.all([storedHash(suite, item), servedHash(job)]);
		expect(stored).toBe(served);
		expect(riseFromRest / MEGABYTE).toBeLessThan(MOST_MEGABYTES);
	});
});
