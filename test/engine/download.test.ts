/** Videos on their way out, into n8n's binary data. */
import { gzipSync } from 'node:zlib';
import type { INodeExecutionData } from 'n8n-workflow';
import type { Fault } from '../tools/simulator';
import { anMp4 } from '../tools/simulator/mp4';
import { BINARY_MODES, filesOnDisk, keepBinaryDataIn } from '../tools/support/binaryData';
import { DOWNLOAD_LIMITS } from '../tools/support/built';
import { aCreateAndWait, onJob, onStage, PROVIDERS, until, type Stage } from './stage';
import {
	MEGABYTE,
	cleanUpDownloads,
	hashOf,
	getWithVideo,
	getFrom,
	videoOf,
	expectIntact,
	downloads,
	withServer,
} from './videos';

cleanUpDownloads();

const tooLarge = (megabytes: number) =>
	`The video is larger than the ${megabytes} MB that 'Max Video Size' allows: raise it under Options, or leave 'Download Video' off and use the link`;

describe.each(BINARY_MODES)('with binary data in %s', (mode) => {
	beforeEach(async () => void (await keepBinaryDataIn(mode)));

	test.each(PROVIDERS)("a video of %s becomes the item's binary data, byte by byte", async (provider) => {
		await onStage(
			async (stage) => {
				const { items, jobId, error } = await getWithVideo(stage, provider);
				expect(error).toBeUndefined();
				const [item] = items;
				expect(item?.json).toMatchObject({ provider, jobId, status: 'succeeded' });
				expect(item?.pairedItem).toEqual({ item: 0 });
				expect(item?.binary).toEqual({
					data: {
						...(mode === 'memory'
							? { data: expect.any(String) }
							: { data: 'filesystem-v2', id: expect.stringMatching(/^filesystem-v2:/) }),
						fileName: `${provider}-${jobId.replace(':minimax/', '-minimax-')}.mp4`,
						fileExtension: 'mp4',
						mimeType: 'video/mp4',
						fileType: 'video',
						fileSize: expect.any(String),
						bytes: 3 * MEGABYTE + 17,
					},
				});
				const served = await fetch(String(item?.json.videoUrl));
				expect(hashOf(await videoOf({ items }))).toBe(hashOf(await served.bytes()));
			},
			{ videoBytes: 3 * MEGABYTE + 17 },
		);
	});

	test('a connection that breaks is tried again from the start', async () => {
		await onStage(async (stage) => {
			const { simulator } = stage;
			simulator.addFault({ kind: 'reset', provider: 'cdn', bytes: 100_000 });
			const { items, error, jobId } = await getWithVideo(stage);
			expect(error).toBeUndefined();
			expect(downloads(simulator)).toHaveLength(2);
			const served = await fetch(simulator.job(jobId)!.videoUrl);
			expect(hashOf(await videoOf({ items }))).toBe(hashOf(await served.bytes()));
			expect(filesOnDisk()).toHaveLength(mode === 'memory' ? 0 : 2);
		});
	});

	const BROKEN = 'The connection broke during the download';
	test.each<[string, Fault, string | RegExp]>([
		['reset at once', { kind: 'reset', provider: 'cdn' }, /^The server of the video gave no answer \(.+\)$/],
		['reset in the middle', { kind: 'reset', provider: 'cdn', bytes: 100_000 }, BROKEN],
		['reset in the first bytes', { kind: 'reset', provider: 'cdn', bytes: 7 }, BROKEN],
		['closed before all that was announced', { kind: 'truncated', provider: 'cdn' }, BROKEN],
	])('a connection that breaks each time (%s) leaves the job intact and no half file', async (_how, fault, reason) => {
		await onStage(async (stage) => {
			stage.simulator.addFault({ ...fault, times: 9 });
			const { error, jobId } = await getWithVideo(stage);
			expectIntact({ error, jobId }, reason);
			expect(downloads(stage.simulator)).toHaveLength(2);
			expect(filesOnDisk()).toEqual([]);
		});
	});

	test('a stream that stalls is given up, and not asked for again', async () => {
		await onStage(async (stage) => {
			const got = await getFrom(stage, '/stall?after=100000');
			expectIntact(got, 'No data came for 45 seconds');
			const [request, ...others] = stage.simulator.requestsOf('cdn');
			expect(others).toEqual([]);
			await until(() => request?.aborted === true);
			expect(filesOnDisk()).toEqual([]);
		});
	});

	test('a video of exactly the size that is allowed passes, with a length or without', async () => {
		await onStage(async (stage) => {
			for (const path of ['/videos/sample.mp4', '/no-length']) {
				const { items, error } = await getFrom(stage, `${path}?bytes=${MEGABYTE}`, { options: { maxVideoSize: 1 } });
				expect(error).toBeUndefined();
				expect(items[0]?.binary?.data?.bytes).toBe(MEGABYTE);
			}
		});
	});

	test.each(['/videos/sample.mp4', '/no-length'])('one byte more is refused at %s', async (path) => {
		await onStage(async (stage) => {
			const got = await getFrom(stage, `${path}?bytes=${MEGABYTE + 1}`, { options: { maxVideoSize: 1 } });
			expectIntact(got, tooLarge(1));
			expect(downloads(stage.simulator)).toEqual([path]);
			expect(filesOnDisk()).toEqual([]);
		});
	});

	test('a video that is announced to be too large is not received', async () => {
		await onStage(async (stage) => {
			const got = await getFrom(stage, '/videos/sample.mp4?bytes=1000000000', { options: { maxVideoSize: 1 } });
			expectIntact(got, tooLarge(1));
			const [request] = stage.simulator.requestsOf('cdn');
			await until(() => request?.aborted === true);
		});
	});

	test('a body without end is cut at the size that is allowed', async () => {
		await onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'hugeBody', provider: 'cdn', bytes: 1e15 });
			const got = await getWithVideo(stage, 'evolink', { options: { maxVideoSize: 0.5 } });
			expectIntact(got, tooLarge(0.5));
			const [request] = stage.simulator.requestsOf('cdn');
			await until(() => request?.aborted === true);
			expect(downloads(stage.simulator)).toHaveLength(1);
		});
	});

	test.each<[string, Fault]>([
		['has begun', { kind: 'stall', provider: 'cdn', bytes: 100_000 }],
		['is awaited', { kind: 'hang', provider: 'cdn' }],
	])('Stop ends a download that %s within a second', async (_when, fault) => {
		await onStage(async ({ simulator, run, make }) => {
			simulator.addFault({ ...fault, times: 9 });
			const job = await make('evolink', 'succeeded');
			let stop = () => {};
			const running = run(onJob('get', 'evolink', { downloadVideo: true }), {
				items: [job],
				onStarted: (given) => (stop = given),
			});
			await until(() => simulator.requestsOf('cdn').length > 0);
			const stoppedAt = Date.now();
			stop();
			await until(() => simulator.requestsOf('cdn')[0]?.aborted === true);
			expect(Date.now() - stoppedAt).toBeLessThan(1500);
			await running;
			expect(downloads(simulator)).toHaveLength(1);
			await until(() => filesOnDisk().length === 0);
		});
	});

	test('a compressed body is unpacked, and counted as it is unpacked', async () => {
		const video = anMp4(2 * MEGABYTE);
		const compressed = gzipSync(video);
		await withServer(
			(_request, response) => {
				response.writeHead(200, {
					'content-type': 'video/mp4',
					'content-encoding': 'gzip',
					'content-length': compressed.length,
				});
				response.end(compressed);
			},
			async (url) => {
				await onStage(async (stage) => {
					const whole = await getFrom(stage, url, { options: { maxVideoSize: 2 } });
					expect(hashOf(await videoOf(whole))).toBe(hashOf(video));
					const refused = await getFrom(stage, url, { options: { maxVideoSize: 1 } });
					expectIntact(refused, tooLarge(1));
				});
			},
		);
	});
});

describe('a download', () => {
	test.each(PROVIDERS)('is asked for without a key, whoever made the video (%s)', async (provider) => {
		await onStage(async (stage) => {
			const { simulator } = stage;
			// From the CDN to the very origin that the key is for.
			simulator.mount('files', () => ({
				status: 200,
				headers: { 'content-type': 'video/mp4' },
				body: anMp4(),
			}));
			const onApi = `${simulator.url}/files/video.mp4`;
			simulator.configure({ videoUrl: () => `${simulator.cdnUrl}/redirect/2?to=${encodeURIComponent(onApi)}` });
			const { error } = await getWithVideo(stage, provider);
			expect(error).toBeUndefined();
			const requests = [...simulator.requestsOf('cdn'), ...simulator.requestsOf('other')];
			expect(requests.map(({ path }) => path)).toEqual(['/redirect/2', '/redirect/1', '/video.mp4']);
			for (const { headers, method, rawBody } of requests) {
				expect(Object.keys(headers).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
				expect([method, rawBody.length, headers['accept-encoding']]).toEqual(['GET', 0, 'identity']);
			}
		});
	});

	test('lands in the field that the user names', async () => {
		await onStage(async (stage) => {
			const { items } = await getWithVideo(stage, 'evolink', { outputBinaryProperty: 'clip' });
			expect(Object.keys(items[0]?.binary ?? {})).toEqual(['clip']);
		});
	});

	test.each(['queued', 'running', 'failed', 'cancelled'] as const)(
		'is not tried of a job that is %s',
		async (phase) => {
			await onStage(async ({ simulator, run, make }) => {
				const job = await make('wiro', phase);
				const { items } = await run(onJob('get', 'wiro', { downloadVideo: true }), { items: [job] });
				expect(items.map(({ json, binary }) => [json.status, binary])).toEqual([[phase, undefined]]);
				expect(downloads(simulator)).toEqual([]);
			});
		},
	);

	test('is not made where it is not wanted', async () => {
		await onStage(async (stage) => {
			const { items } = await getWithVideo(stage, 'evolink', { downloadVideo: false });
			expect(items[0]?.binary).toBeUndefined();
			expect(downloads(stage.simulator)).toEqual([]);
		});
	});

	test('follows a wait as well', async () => {
		await onStage(async ({ run, make }) => {
			const job = await make('evolink', 'succeeded');
			const { items } = await run(onJob('wait', 'evolink', { downloadVideo: true }), { items: [job] });
			expect(await videoOf({ items })).toHaveLength(256 * 1024);
		});
	});

	test('that fails after Create and Wait is made good by Retry On Fail, and nothing is bought twice', async () => {
		await onStage(
			async ({ simulator, run }) => {
				simulator.addFault({ kind: 'status', provider: 'cdn', status: 410 });
				const { items, error } = await run(aCreateAndWait('evolink', { downloadVideo: true }), {
					node: { retryOnFail: true, maxTries: 2, waitBetweenTries: 10 },
				});
				expect(error).toBeUndefined();
				expect(await videoOf({ items })).toHaveLength(256 * 1024);
				expect(simulator.jobs).toHaveLength(1);
				expect(downloads(simulator)).toHaveLength(2);
			},
			{ jobDurationMs: 0 },
		);
	});

	test('takes its turn among as many as Max Concurrency allows', async () => {
		let current = 0;
		let peak = 0;
		await withServer(
			(_request, response) => {
				current += 1;
				peak = Math.max(peak, current);
				setTimeout(() => {
					current -= 1;
					response.end(anMp4());
				}, 50);
			},
			async (url) => {
				await onStage(
					async ({ run, make }) => {
						const items = await Promise.all(Array.from({ length: 8 }, async () => await make('evolink', 'succeeded')));
						await run(onJob('get', 'evolink', { downloadVideo: true, options: { maxConcurrency: 3 } }), { items });
						expect(peak).toBe(3);
					},
					{ videoUrl: () => url },
				);
			},
		);
	});
});

describe('downloads that last long', () => {
	test('hold up no request: other items are waited for meanwhile', async () => {
		let asked = 0;
		await withServer(
			(_request, response) => {
				asked += 1;
				response.writeHead(200).write(anMp4());
			},
			async (url) => {
				await onStage(
					async ({ simulator, run, make }) => {
						const items = [await make('evolink', 'succeeded'), await make('evolink', 'running')];
						let stop = () => {};
						const running = run(
							onJob('wait', 'evolink', { downloadVideo: true, options: { maxConcurrency: 1, pollInterval: 2 } }),
							{ items, onStarted: (given) => (stop = given) },
						);
						await until(() => asked === 1);
						const reads = () => simulator.requestsOf('evolink', 'read').length;
						const before = reads();
						await until(() => reads() > before);
						stop();
						await running;
					},
					{ videoUrl: () => url },
				);
			},
		);
	});

	test('end where they drip, and the job is intact', async () => {
		Object.assign(DOWNLOAD_LIMITS, { rate: { bytes: 2048, milliseconds: 300 } });
		let drip: NodeJS.Timeout | undefined;
		await withServer(
			(_request, response) => {
				response.writeHead(200).write(anMp4());
				drip = setInterval(() => response.write('x'), 20);
			},
			async (url) => {
				await onStage(async (stage) => {
					expectIntact(await getFrom(stage, url), 'The download was too slow: less than 2 KB came in 0.3 seconds');
					expect(filesOnDisk()).toEqual([]);
				});
			},
		);
		clearInterval(drip);
	});
});

describe('of several items one whose download fails', () => {
	/** Three jobs, of which the second has lost its video. */
	async function getThree({ simulator, run, make }: Stage, onError: 'continueRegularOutput' | 'continueErrorOutput') {
		const jobs: INodeExecutionData[] = [];
		for (let index = 0; index < 3; index += 1) jobs.push(await make('evolink', 'succeeded'));
		const ids = jobs.map(({ json }) => String(json.jobId));
		simulator.addFault({
			kind: 'status',
			provider: 'cdn',
			status: 410,
			matches: ({ path }) => path.includes(ids[1]!),
		});
		const got = await run(onJob('get', 'evolink', { downloadVideo: true }), { items: jobs, node: { onError } });
		return { ...got, ids };
	}
	const title = 'The video was made, but could not be downloaded [item 1]';

	test('keeps its job beside the error, and the others their videos', async () => {
		await onStage(async (stage) => {
			const { items, ids } = await getThree(stage, 'continueRegularOutput');
			expect(items.map(({ json, binary, pairedItem }) => [json.jobId, binary?.data?.fileName, pairedItem])).toEqual([
				[ids[0], `evolink-${ids[0]}.mp4`, { item: 0 }],
				[ids[1], undefined, { item: 1 }],
				[ids[2], `evolink-${ids[2]}.mp4`, { item: 2 }],
			]);
			const { error, ...job } = items[1]!.json;
			expect(error).toBe(title);
			expect(job).toMatchObject({
				status: 'succeeded',
				videoUrl: stage.simulator.job(ids[1]!)?.videoUrl,
				failure: null,
			});
		});
	});

	test('leaves by the error output with its job', async () => {
		await onStage(async (stage) => {
			const { outputsOf, ids } = await getThree(stage, 'continueErrorOutput');
			const [regular, wrong] = outputsOf('Hailuo');
			expect(regular?.map(({ json }) => json.jobId)).toEqual([ids[0], ids[2]]);
			expect(wrong?.map(({ json }) => [json.error, json.details])).toMatchObject([
				[title, { jobId: ids[1], status: 'succeeded' }],
			]);
		});
	});
});
