/** Where a video may lie, and what its server may answer: addresses are a provider's word and may lead anywhere. */
import type { Simulator } from '../tools/simulator';
import { filesOnDisk } from '../tools/support/binaryData';
import { DOWNLOAD_LIMITS } from '../tools/support/built';
import { onStage, PROVIDERS } from './stage';
import {
	REAL_LIMITS,
	cleanUpDownloads,
	getWithVideo,
	getFrom,
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
		DOWNLOAD_LIMITS.stall = 300;
		await onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'hang', provider: 'cdn', skip: 2 });
			expectIntact(await getFrom(stage, '/redirect/3'), 'The server did not answer within 0.3 seconds');
		});
	});
});

describe('the server of a video', () => {
	test.each([403, 404, 410])('that answers %i lets the link appear expired', async (status) => {
		await onStage(async (stage) => {
			const got = await getFrom(stage, `/status/${status}`);
			expectIntact(got, `The server of the video answered HTTP ${status}; the link may have expired`);
			expect(downloads(stage.simulator)).toHaveLength(1);
		});
	});

	test.each([400, 401, 429])('that answers %i is asked once', async (status) => {
		await onStage(async (stage) => {
			expectIntact(await getFrom(stage, `/status/${status}`), `The server of the video answered HTTP ${status}`);
			expect(downloads(stage.simulator)).toHaveLength(1);
		});
	});

	test.each([500, 502, 503])('that answers %i is asked twice', async (status) => {
		await onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'status', provider: 'cdn', status });
			expect(await videoOf(await getWithVideo(stage))).toHaveLength(256 * 1024);
			stage.simulator.requests.length = 0;
			expectIntact(await getFrom(stage, `/status/${status}`), `The server of the video answered HTTP ${status}`);
			expect(downloads(stage.simulator)).toHaveLength(2);
		});
	});

	test('that keeps silent is given up, and not asked again', async () => {
		DOWNLOAD_LIMITS.stall = 300;
		await onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'hang', provider: 'cdn', times: 9 });
			const startedAt = Date.now();
			expectIntact(await getWithVideo(stage), 'The server did not answer within 0.3 seconds');
			expect(Date.now() - startedAt).toBeLessThan(4000);
			expect(downloads(stage.simulator)).toHaveLength(1);
		});
	});

	test('may be slow as long as it is not silent', async () => {
		DOWNLOAD_LIMITS.stall = 1000;
		const pieces = 8;
		await withServer(
			(_request, response) => {
				let sent = 0;
				const timer = setInterval(() => {
					sent += 1;
					response.write('piece');
					if (sent < pieces) return;
					clearInterval(timer);
					response.end();
				}, 250);
			},
			async (url) => {
				await onStage(async (stage) => {
					expect(await videoOf(await getFrom(stage, url))).toEqual(Buffer.from('piece'.repeat(pieces)));
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

	test('is waited for less than a minute', () => {
		// The watch looks once a second.
		expect(REAL_LIMITS.stall + 1000).toBeLessThanOrEqual(60_000);
		expect(REAL_LIMITS.stall).toBeGreaterThanOrEqual(10_000);
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
