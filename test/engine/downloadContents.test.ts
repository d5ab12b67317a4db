/** What comes under a video's address is a video only by its own bytes: neither the status nor the type prove it. */
import { type OutgoingHttpHeaders } from 'node:http';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { INodeExecutionData } from 'n8n-workflow';
import { anMp4 } from '../tools/simulator/mp4';
import { testImage } from '../tools/simulator/samples';
import { filesOnDisk } from '../tools/support/binaryData';
import { onJob, onStage, PROVIDERS, type Stage } from './stage';
import {
	cleanUpDownloads,
	downloads,
	expectIntact,
	getFrom,
	getWithVideo,
	hashOf,
	videoOf,
	withServer,
} from './videos';

cleanUpDownloads();

const EBML = Buffer.from('\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82', 'latin1');
const box = (type: string) => Buffer.from(`\x00\x00\x00\x08${type}`, 'latin1');
const filler = Buffer.alloc(4096, 'frame');

const VIDEOS: Array<[string, string, Buffer]> = [
	['mp4', 'video/mp4', anMp4(5000)],
	['mov', 'video/quicktime', Buffer.concat([Buffer.from('\x00\x00\x00\x14ftypqt  ', 'latin1'), filler])],
	['mov', 'video/quicktime', Buffer.concat([box('wide'), box('mdat'), filler])],
	['webm', 'video/webm', Buffer.concat([EBML, Buffer.from('\x84webm', 'latin1'), filler])],
];

const TYPES = ['video/mp4', 'video/webm', 'application/octet-stream', 'text/html; charset=utf-8', 'image/png', ''];

const withType = (type: string) => (type === '' ? {} : { 'content-type': type });

/** Answers every video's address in one way, from now on. */
function answerAll({ simulator }: Stage, status: number, type: string, body: unknown): void {
	simulator.clearFaults();
	simulator.addFault({ kind: 'status', provider: 'cdn', status, headers: withType(type), body, times: 99 });
}

describe.each(VIDEOS)('a video that is a %s (%s)', (extension, mimeType, body) => {
	test.each(TYPES)('is stored as that when its server calls it %j', async (type) => {
		await onStage(async (stage) => {
			answerAll(stage, 200, type, body);
			const { items, jobId } = await getWithVideo(stage);
			expect(items[0]?.binary?.data).toMatchObject({
				fileName: `evolink-${jobId}.${extension}`,
				fileExtension: extension,
				mimeType,
				bytes: body.length,
			});
			expect(hashOf(await videoOf({ items }))).toBe(hashOf(body));
		});
	});
});

const NO_VIDEOS: Array<[string, string | Buffer, string]> = [
	['nothing', '', 'an empty file'],
	['a JSON error', '{"error":{"message":"not ready"}}', `a text ('{"error":{"message":"not ready"}}')`],
	[
		'an error of S3',
		'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
		"a text ('AccessDenied Request has expired')",
	],
	['a web page', '<!doctype html><html><title>Sign in</title><body>…', "a web page ('Sign in')"],
	['a line of text', 'upstream \u202eeht\n request timeout', "a text ('upstream eht request timeout')"],
	['an image', testImage('png', 5000), 'a PNG'],
	['a moving image', Buffer.from('\x00\x00\x00\x20ftypavis', 'latin1'), 'an AVIF'],
	['the first bytes of a video', anMp4().subarray(0, 11), 'a file of no known video type'],
	['what nobody knows', Buffer.from('\x00\x01\x02\x03'.repeat(600), 'latin1'), 'a file of no known video type'],
];

describe.each(NO_VIDEOS)('%s instead of a video', (_what, body, called) => {
	test.each(TYPES)('is said to be that when its server calls it %j', async (type) => {
		await onStage(async (stage) => {
			answerAll(stage, 200, type, body);
			const expired = called.startsWith('a web page') ? '; the link may have expired' : '';
			expectIntact(await getWithVideo(stage), `The server gave ${called} instead of a video${expired}`);
			expect(downloads(stage.simulator)).toHaveLength(2);
			expect(filesOnDisk()).toEqual([]);
		});
	});

	test.each([201, 202, 206, 404, 500])('fails the download with status %i as well', async (status) => {
		await onStage(async (stage) => {
			answerAll(stage, status, 'video/mp4', body);
			expectIntact(
				await getWithVideo(stage),
				new RegExp(`^The server of the video answered HTTP ${status}( \\('.+'\\))?(; the link may have expired)?$`),
			);
			expect(filesOnDisk()).toEqual([]);
		});
	});
});

test.each([201, 202, 203, 206, 403, 500])('a whole video with status %i is none', async (status) => {
	await onStage(async (stage) => {
		answerAll(stage, status, 'video/mp4', anMp4(5000));
		expectIntact(await getWithVideo(stage), new RegExp(`^The server of the video answered HTTP ${status}\\b`));
		expect(filesOnDisk()).toEqual([]);
	});
});

const ZIPPED = gzipSync(anMp4(5000));

/** Each sends what it has, and then the connection closes as after a whole answer. */
const CUT_SHORT: Array<[string, OutgoingHttpHeaders, Buffer]> = [
	['by its last byte', { 'content-length': 5001 }, anMp4(5000)],
	['in its first bytes', { 'content-length': 5000 }, anMp4(5000).subarray(0, 9)],
	['before its first byte', { 'content-length': 5000 }, Buffer.alloc(0)],
	['where no length was announced', { 'transfer-encoding': 'chunked' }, anMp4(5000)],
	['where it is compressed', { 'content-encoding': 'gzip', 'content-length': ZIPPED.length }, ZIPPED.subarray(0, -9)],
];

test.each(CUT_SHORT)('a video that is cut short %s is none', async (_where, headers, body) => {
	let asked = 0;
	await withServer(
		(_request, response) => {
			asked += 1;
			response.writeHead(200, { 'content-type': 'video/mp4', ...headers });
			response.flushHeaders();
			response.write(body, () => response.destroy());
		},
		async (url) => {
			await onStage(async (stage) => {
				expectIntact(await getFrom(stage, url), 'The connection broke during the download');
				expect(asked).toBe(2);
				expect(filesOnDisk()).toEqual([]);
			});
		},
	);
});

test('a refusal whose words do not come is told by its status', async () => {
	await withServer(
		(_request, response) => response.writeHead(410).write('<Error>'),
		async (url) => {
			await onStage(async (stage) => {
				const got = await getFrom(stage, url);
				expectIntact(got, 'The server of the video answered HTTP 410; the link may have expired');
			});
		},
	);
});

test.each(PROVIDERS)('a job of %s whose video is not there at once has it in the end', async (provider) => {
	await onStage(async (stage) => {
		stage.simulator.addFault({ kind: 'status', provider: 'cdn', status: 200, body: '{"status":"processing"}' });
		const { error, items } = await getWithVideo(stage, provider);
		expect(error).toBeUndefined();
		expect(await videoOf({ items })).toHaveLength(256 * 1024);
	});
});

/** Downloads many bodies in one run, each under an address of its own. */
async function downloadAll(bodies: Buffer[][]): Promise<INodeExecutionData[]> {
	let items: INodeExecutionData[] = [];
	await withServer(
		(request, response) => {
			response.writeHead(200, { 'content-type': 'video/mp4' });
			const pieces = [...bodies[Number(new URL(request.url!, 'http://x').searchParams.get('body'))]!];
			const next = () => {
				const piece = pieces.shift();
				if (piece === undefined) response.end();
				else response.write(piece, () => setImmediate(next));
			};
			request.socket.setNoDelay();
			response.flushHeaders();
			next();
		},
		async (url) => {
			await onStage(async (stage) => {
				const { simulator, run, make } = stage;
				const jobs: INodeExecutionData[] = [];
				simulator.configure({ videoUrl: ({ id }) => `${url}?body=${jobs.findIndex(({ json }) => json.jobId === id)}` });
				while (jobs.length < bodies.length) jobs.push(await make('evolink', 'queued'));
				for (const { json } of jobs) simulator.finishJob(String(json.jobId));
				({ items } = await run(onJob('get', 'evolink', { downloadVideo: true }), {
					items: jobs,
					node: { onError: 'continueRegularOutput' },
				}));
			});
		},
	);
	return items;
}

test('bytes without the signature of a container never become a file', async () => {
	const starts = fc.constantFrom('', '\x00\x00\x00\x20', 'The free', '{"a":', '<html>', 'ftyp', '\x1a\x45\xdf');
	const drawn = fc
		.tuple(starts, fc.uint8Array({ maxLength: 3000 }))
		.map(([start, rest]) => Buffer.concat([Buffer.from(start, 'latin1'), rest]));
	const items = await downloadAll(fc.sample(drawn, 60).map((body) => [body]));
	expect(items.map(({ binary }) => binary)).toEqual(items.map(() => undefined));
	expect(items.map(({ json }) => json.status)).toEqual(items.map(() => 'succeeded'));
	expect(items).toHaveLength(60);
	expect(filesOnDisk()).toEqual([]);
});

test('a video is stored whole in whatever pieces it comes', async () => {
	const video = anMp4(1500);
	const sizes = [1, 2, 3, 7, 8, 11, 12, 13, 1000, 1499, 1500];
	const items = await downloadAll(
		sizes.map((size) =>
			Array.from({ length: Math.ceil(video.length / size) }, (_, at) => video.subarray(at * size, (at + 1) * size)),
		),
	);
	const stored = await Promise.all(items.map(async (item) => hashOf(await videoOf({ items: [item] }))));
	expect(stored).toEqual(sizes.map(() => hashOf(video)));
});
