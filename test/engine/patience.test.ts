/** What a wait puts up with: pages instead of answers, links that come late, clocks that are wrong, a socket that cries wolf. */
import type { AddressInfo } from 'node:net';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { WebSocketServer } from 'ws';
import type { ProviderName, SimulatorOptions } from '../tools/simulator';
import type { EngineRun } from '../tools/support/runNode';
import { aCreateAndWait, fieldsOf, LABELS, moveTo, onJob, onStage, PROVIDERS, type Stage } from './stage';
import { aged, drive } from './looping';

const MINUTE = 60_000;

interface Waited {
	left: INodeExecutionData[];
	error: EngineRun['error'];
	/** How long it took, milliseconds. */
	took: number;
}

type Wait = (
	stage: Stage,
	provider: ProviderName,
	items: INodeExecutionData[],
	form?: INodeParameters,
) => Promise<Waited>;

const poll: Wait = async ({ run }, provider, items, form) => {
	const begun = Date.now();
	const { items: left, error } = await run(onJob('wait', provider, form), { items });
	return { left, error, took: Date.now() - begun };
};

const suspended: Wait = async (stage, provider, items, form) => {
	const begun = Date.now();
	const { ended } = await drive(stage, onJob('wait', provider, form), { items });
	return { left: ended.outputsOf('After')[0] ?? [], error: ended.error, took: Date.now() - begun };
};

/** How much later than it could a wait may see something: a poll's longest pause, a suspended wait's interval. */
const WAITS: Array<[string, Wait, number]> = [
	['a wait that polls', poll, 16_000],
	['a suspended wait', suspended, 2 * MINUTE + 2000],
];

const CASES = PROVIDERS.flatMap((provider) =>
	WAITS.map(([how, wait, grain]) => [how, LABELS[provider], provider, wait, grain] as const),
);

/** For jobs that end when a test says so. */
const A_DAY: SimulatorOptions = { jobDurationMs: 24 * 60 * MINUTE };

const TITLE = 'Just a moment...';

function answerWithPage({ simulator }: Stage, provider: ProviderName, status: number, times = 1): void {
	const body = `<!DOCTYPE html><html><head><title>${TITLE}</title></head><body><h1>Checking</h1></body></html>`;
	const headers = { 'content-type': 'text/html' };
	simulator.addFault({ kind: 'status', provider, operation: 'read', status, body, headers, times });
}

const told = ({ error }: Waited): string => `${error?.message} ${error?.description}`;

describe.each(CASES)('%s at %s', (_how, _label, provider, wait, grain) => {
	describe.each([403, 404, 200])('given a page (HTTP %d) instead of an answer', (status) => {
		test('goes on with all of five items', () =>
			onStage(async (stage) => {
				const made = await Promise.all(Array.from({ length: 5 }, async () => await stage.make(provider, 'succeeded')));
				answerWithPage(stage, provider, status);
				const { left, error } = await wait(
					stage,
					provider,
					made.map((item) => aged(item)),
				);
				expect(error).toBeUndefined();
				expect(fieldsOf(left, 'status')).toEqual(Array.from({ length: 5 }, () => 'succeeded'));
				expect(fieldsOf(left, 'jobId')).toEqual(fieldsOf(made, 'jobId'));
				expect(stage.simulator.requestsOf(provider, 'read')).toHaveLength(6);
			}));

		test('again and again tells its title at the Timeout', () =>
			onStage(async (stage) => {
				const item = await stage.make(provider, 'running');
				answerWithPage(stage, provider, status, Infinity);
				const waited = await wait(stage, provider, [item], { timeout: 6 });
				expect(waited.error?.message).toContain(`${LABELS[provider]} did not finish the video within 6`);
				expect(waited.error?.description).toContain(String(item.json.jobId));
				expect(told(waited)).toContain(TITLE);
				expect(Math.abs(waited.took - 6 * MINUTE)).toBeLessThan(5000);
			}, A_DAY));

		test('for two minutes, where the job was never read before, is told with its title', () =>
			onStage(async (stage) => {
				const { json } = await stage.make(provider, 'running');
				// Wiro's jobs are found by their token too.
				const { jobId, taskToken } = json;
				answerWithPage(stage, provider, status, Infinity);
				const waited = await wait(stage, provider, [{ json: { jobId, ...(taskToken && { taskToken }) } }]);
				expect(waited.error?.message).not.toContain('was not over');
				expect(told(waited)).toContain(TITLE);
				expect(told(waited)).toContain(String(jobId));
				expect(waited.took).toBeGreaterThanOrEqual(2 * MINUTE - 1500);
				expect(waited.took).toBeLessThanOrEqual(2 * MINUTE + grain);
			}, A_DAY));
	});

	test('takes the link that comes 30 s after the end of its job', () =>
		onStage(async (stage) => {
			const item = aged(await stage.make(provider, 'succeeded'));
			const [job] = stage.simulator.jobs;
			const link = job!.videoUrl;
			job!.videoUrl = '';
			setTimeout(() => (job!.videoUrl = link), 30_000);
			const { left, error, took } = await wait(stage, provider, [item]);
			expect(error).toBeUndefined();
			expect(left).toMatchObject([{ json: { status: 'succeeded', videoUrl: link, failure: null } }]);
			expect(took).toBeGreaterThanOrEqual(30_000);
			expect(took).toBeLessThanOrEqual(MINUTE + 2000);
		}));

	test('calls a job failed that is over without a link for more than a minute', () =>
		onStage(async (stage) => {
			const item = aged(await stage.make(provider, 'succeeded'));
			stage.simulator.jobs[0]!.videoUrl = '';
			const { error, took } = await wait(stage, provider, [item]);
			expect(error?.message).toContain(`${LABELS[provider]} made no video`);
			expect(error?.description).toContain(String(item.json.jobId));
			expect(took).toBeGreaterThanOrEqual(MINUTE - 1500);
			expect(took).toBeLessThanOrEqual(MINUTE + 16_000);
		}));

	describe.each([
		['behind', -45],
		['ahead', 45],
	])('whose clock is 45 minutes %s', (_where, minutes) => {
		/** Has all that the provider says of when a job was made be wrong. */
		function skew({ simulator }: Stage): void {
			for (const job of simulator.jobs) {
				job.createdAt += minutes * MINUTE;
				job.endsAt = job.createdAt + 24 * 60 * MINUTE;
			}
		}

		const KNOWN: Array<[string, (item: INodeExecutionData) => INodeExecutionData]> = [
			['by the item of its create', (item) => item],
			['by its ID alone', ({ json: { jobId, taskToken } }) => ({ json: { jobId, ...(taskToken && { taskToken }) } })],
		];

		test.each(KNOWN)('sees the end of a fresh job that it knows %s', (_by, itemOf) =>
			onStage(async (stage) => {
				const item = await stage.make(provider);
				skew(stage);
				setTimeout(() => moveTo(stage.simulator, String(item.json.jobId), 'succeeded'), 3 * MINUTE);
				const { left, error, took } = await wait(stage, provider, [itemOf(item)], { timeout: 30 });
				expect(error).toBeUndefined();
				expect(fieldsOf(left, 'status')).toEqual(['succeeded']);
				expect(took).toBeLessThanOrEqual(3 * MINUTE + grain);
			}, A_DAY),
		);

		test.each(KNOWN)('ends at its Timeout for a fresh job that it knows %s', (_by, itemOf) =>
			onStage(async (stage) => {
				const item = await stage.make(provider);
				skew(stage);
				const { error, took } = await wait(stage, provider, [itemOf(item)], { timeout: 4 });
				expect(error?.message).toContain('did not finish the video within 4 minutes');
				expect(Math.abs(took - 4 * MINUTE)).toBeLessThan(5000);
			}, A_DAY),
		);
	});
});

describe("Wiro's socket that calls a job over every few milliseconds", () => {
	const SHORTEST_PAUSE = 3000;

	async function withSocket(act: (socketUrl: string) => Promise<void>, every: number): Promise<void> {
		const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
		await new Promise((resolve) => server.once('listening', resolve));
		server.on('connection', (connection) =>
			connection.on('message', (data) => {
				const { tasktoken } = JSON.parse(String(data)) as { tasktoken: string };
				const text = JSON.stringify({ type: 'task_postprocess_end', tasktoken, message: [] });
				const saying = setInterval(() => connection.send(text), every);
				connection.on('close', () => clearInterval(saying));
			}),
		);
		try {
			await act(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
		} finally {
			for (const client of server.clients) client.terminate();
			server.close();
		}
	}

	test.each([
		[5, 'Create and Wait'],
		[5, 'Wait'],
		[500, 'Wait'],
	])(`(%d) never has it read more often than each ${SHORTEST_PAUSE} ms by %s`, (every, operation) =>
		withSocket(
			async (socketUrl) =>
				await onStage(
					async (stage) => {
						const hailuoWiroApi = { ...stage.credentials.hailuoWiroApi, socketUrl };
						const credentials = { ...stage.credentials, hailuoWiroApi };
						const { items } =
							operation === 'Wait'
								? await stage.run(onJob('wait', 'wiro'), { items: [await stage.make('wiro')], credentials })
								: await stage.run(aCreateAndWait('wiro'), { credentials });
						expect(fieldsOf(items, 'status')).toEqual(['succeeded']);
						const reads = stage.simulator.requestsOf('wiro', 'read').map(({ at }) => at);
						const gaps = reads.slice(1).map((at, index) => at - reads[index]!);
						expect(gaps.length).toBeGreaterThan(2);
						expect(Math.min(...gaps)).toBeGreaterThanOrEqual(SHORTEST_PAUSE);
					},
					{ jobDurationMs: 15_000 },
				),
			every,
		),
	);
});
