/** Where a video may lie, and what its server may answer: addresses are a provider's word and may lead anywhere. */
import type { Simulator } from '../tools/simulator';
import { anMp4 } from '../tools/simulator/mp4';
import { filesOnDisk } from '../tools/support/binaryData';
import { DOWNLOAD_LIMITS } from '../tools/support/built';
import { onJob, onStage, PROVIDERS, until } from './stage';
import {
	MANY_TRIES,
	MEGABYTE,
	cleanUpDownloads,
	getWithVideo,
	getFrom,
	hashOf,
	videoOf,
	expectIntact,
	downloads,
	withServer,
} from './videos';

cleanUpDownloads();

describe('a redirect of the video', () => {
	const VIDEO = '/videos/sample.mp4';

	test.each([301, 302, 303, 307, 308])('with status %i is followed', async (status) => {
		await onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'redirect', provider: 'cdn', status, location: VIDEO });
			expect(await videoOf(await getWithVideo(stage))).toHaveLength(256 * 1024);
		});
	});

	test.each<[string, (simulator: Simulator) => string]>([
		['a path', () => VIDEO],
		['a path from here', () => 'sample.mp4'],
		['a path up from here', () => '../videos/sample.mp4'],
		['a host alone', ({ cdnUrl }) => `${cdnUrl.replace('http:', '')}${VIDEO}`],
		['a whole address', ({ cdnUrl }) => `${cdnUrl}${VIDEO}#start`],
	])('to %s is followed', async (_what, locationAt) => {
		await onStage(async (stage) => {
			const location = locationAt(stage.simulator);
			stage.simulator.addFault({ kind: 'redirect', provider: 'cdn', location });
			expect(await videoOf(await getFrom(stage, '/videos/first.mp4'))).toHaveLength(256 * 1024);
			expect(downloads(stage.simulator)).toEqual(['/videos/first.mp4', VIDEO]);
		});
	});

	test('is followed five times', async () => {
		await onStage(async (stage) => {
			expect(await videoOf(await getFrom(stage, '/redirect/5'))).toHaveLength(256 * 1024);
			expect(downloads(stage.simulator)).toHaveLength(6);
		});
	});

	test('is not followed a sixth time', async () => {
		await onStage(async (stage) => {
			expectIntact(await getFrom(stage, '/redirect/6'), 'The link was redirected more than 5 times');
			expect(downloads(stage.simulator)).toHaveLength(6);
			expect(downloads(stage.simulator)).not.toContain(VIDEO);
		});
	});

	const ELSEWHERE = 'The link does not lead to an http or https address';
	test.each([
		['file:///etc/hostname', ELSEWHERE],
		['FILE:///etc/hostname', ELSEWHERE],
		['ftp://127.0.0.1/video.mp4', ELSEWHERE],
		['data:video/mp4;base64,AAAA', ELSEWHERE],
		['javascript:alert(1)', ELSEWHERE],
		['blob:http://127.0.0.1/1', ELSEWHERE],
		['http://user@CDN/videos/sample.mp4', ELSEWHERE],
		['http://user:word@CDN/videos/sample.mp4', ELSEWHERE],
		['//user:word@CDN/videos/sample.mp4', ELSEWHERE],
		['http://', 'The link is redirected to nowhere'],
		['http://[', 'The link is redirected to nowhere'],
	])('to %j is refused', async (target, reason) => {
		await onStage(async (stage) => {
			const { simulator } = stage;
			const location = target.replace('CDN', new URL(simulator.cdnUrl).host);
			simulator.addFault({ kind: 'redirect', provider: 'cdn', location });
			expectIntact(await getWithVideo(stage), reason);
			expect(downloads(simulator)).toHaveLength(1);
			expect(filesOnDisk()).toEqual([]);
		});
	});

	test('to nowhere is refused', async () => {
		await onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'status', provider: 'cdn', status: 302 });
			expectIntact(await getWithVideo(stage), 'The link is redirected to nowhere');
		});
	});

	test('to a server that keeps silent ends', async () => {
		await onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'hang', provider: 'cdn', skip: 2 });
			expectIntact(await getFrom(stage, '/redirect/3'), 'The server did not answer within 45 seconds');
		});
	});
});

describe('the server of a video', () => {
	const says = (status: number) => `The server of the video answered HTTP ${status} ('Refusal${status}')`;
	const EXPIRED = '; the link may have expired';

	test.each([201, 203, 206, 400, 401, 410, 416])('that answers %i is asked once', async (status) => {
		await onStage(async (stage) => {
			const got = await getFrom(stage, `/status/${status}`);
			expectIntact(got, says(status) + (status === 410 ? EXPIRED : ''));
			expect(downloads(stage.simulator)).toHaveLength(1);
		});
	});

	test.each([202, 204, 403, 404, 408, 425, 429, 500, 502, 503])('that answers %i is asked again', async (status) => {
		Object.assign(DOWNLOAD_LIMITS, MANY_TRIES);
		await onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'status', provider: 'cdn', status, times: 5 });
			expect(await videoOf(await getWithVideo(stage))).toHaveLength(256 * 1024);
			expect(downloads(stage.simulator)).toHaveLength(6);
		});
	});

	test.each([202, 403, 404, 429, 500])('that answers %i each time leaves the job intact', async (status) => {
		await onStage(async (stage) => {
			const got = await getFrom(stage, `/status/${status}`);
			expectIntact(got, says(status) + (status === 403 || status === 404 ? EXPIRED : ''));
			expect(downloads(stage.simulator)).toHaveLength(2);
		});
	});

	test.each([403, 404])('that answers %i for an old job is asked once: the link has expired', async (status) => {
		await onStage(async (stage) => {
			stage.simulator.configure({ videoUrl: () => `${stage.simulator.cdnUrl}/status/${status}` });
			const job = await stage.make('evolink', 'succeeded');
			// EvoLink says when a job was made, not when it ended.
			job.json.createdAt = new Date(Date.now() - 3 * 60 * 60 * 1000).toISOString();
			const { error } = await stage.run(onJob('get', 'evolink', { downloadVideo: true }), { items: [job] });
			expectIntact({ error, jobId: String(job.json.jobId) }, says(status) + EXPIRED);
			expect(downloads(stage.simulator)).toHaveLength(1);
		});
	});

	test('is not asked again sooner than it asks', async () => {
		Object.assign(DOWNLOAD_LIMITS, MANY_TRIES);
		await onStage(async (stage) => {
			const headers = { 'retry-after': '1' };
			stage.simulator.addFault({ kind: 'status', provider: 'cdn', status: 429, headers });
			expect((await getWithVideo(stage)).error).toBeUndefined();
			const [first, second] = stage.simulator.requestsOf('cdn');
			expect(second!.at - first!.at).toBeGreaterThanOrEqual(1000);
		});
	});

	test('is given up where it asks for more patience than there is', async () => {
		Object.assign(DOWNLOAD_LIMITS, MANY_TRIES);
		await onStage(async (stage) => {
			const headers = { 'retry-after': '120' };
			stage.simulator.addFault({ kind: 'status', provider: 'cdn', status: 503, headers, times: 9 });
			expectIntact(await getWithVideo(stage), 'The server of the video answered HTTP 503');
			expect(downloads(stage.simulator)).toHaveLength(1);
		});
	});

	test('that refuses ten of sixteen downloads for being too many gives all of them in the end', async () => {
		Object.assign(DOWNLOAD_LIMITS, MANY_TRIES);
		await onStage(async ({ simulator, run, make }) => {
			const items = [];
			while (items.length < 16) items.push(await make('evolink', 'succeeded'));
			simulator.addFault({
				kind: 'status',
				provider: 'cdn',
				status: 429,
				headers: { 'retry-after': '1' },
				times: 10,
			});
			const got = await run(onJob('get', 'evolink', { downloadVideo: true }), { items });
			expect(got.error).toBeUndefined();
			expect(got.items.map(({ binary }) => binary?.data?.bytes)).toEqual(items.map(() => 256 * 1024));
			expect(downloads(simulator)).toHaveLength(26);
		});
	});

	test('is asked no more after a Stop', async () => {
		Object.assign(DOWNLOAD_LIMITS, { firstPause: 60_000 });
		await onStage(async ({ simulator, run, make }) => {
			simulator.addFault({ kind: 'status', provider: 'cdn', status: 503, times: 9 });
			const job = await make('evolink', 'succeeded');
			let stop = () => {};
			Object.assign(DOWNLOAD_LIMITS, { passing: 60_000 });
			const running = run(onJob('get', 'evolink', { downloadVideo: true }), {
				items: [job],
				onStarted: (given) => (stop = given),
			});
			await until(() => simulator.requestsOf('cdn')[0]?.status === 503);
			stop();
			await running;
			expect(downloads(simulator)).toHaveLength(1);
		});
	});

	test('that keeps silent is given up within a minute, and not asked again', async () => {
		await onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'hang', provider: 'cdn', times: 9 });
			const startedAt = Date.now();
			expectIntact(await getWithVideo(stage), 'The server did not answer within 45 seconds');
			expect(Date.now() - startedAt).toBeLessThan(60_000);
			expect(downloads(stage.simulator)).toHaveLength(1);
		});
	});

	test('may be slow as long as it is not silent', async () => {
		const pieces = 8;
		const video = anMp4(pieces * MEGABYTE);
		await withServer(
			(_request, response) => {
				let sent = 0;
				const timer = setInterval(() => {
					response.write(video.subarray(sent * MEGABYTE, (sent += 1) * MEGABYTE));
					if (sent < pieces) return;
					clearInterval(timer);
					response.end();
				}, 40_000);
			},
			async (url) => {
				await onStage(async (stage) => {
					expect(hashOf(await videoOf(await getFrom(stage, url)))).toBe(hashOf(video));
				});
			},
		);
	});

	test('that cannot be reached leaves the job intact', async () => {
		let closed = '';
		await withServer(
			() => {},
			async (url) => void (closed = url),
		);
		await onStage(async (stage) => {
			expectIntact(await getFrom(stage, closed), /^The server of the video gave no answer \(.*ECONNREFUSED.*\)$/);
		});
	});
});

test.each(PROVIDERS)("a job of %s whose video is said to be a file of n8n's server has no video", async (provider) => {
	await onStage(
		async (stage) => {
			const { items, error, jobId } = await getWithVideo(stage, provider);
			expect(error).toBeUndefined();
			expect(items).toMatchObject([{ json: { jobId, videoUrl: null, failure: { message: expect.any(String) } } }]);
			expect(items[0]?.json.status).not.toBe('succeeded');
			expect(items[0]?.binary).toBeUndefined();
			expect(downloads(stage.simulator)).toEqual([]);
		},
		{ videoUrl: () => 'file:///etc/hostname' },
	);
});
