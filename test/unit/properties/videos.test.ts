/** Whatever a server sends is taken for a video only where it is one, and a video is one however its bytes come. */
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { DOWNLOAD_PATIENCE, pauseBeforeRepeat } from '../../../nodes/Hailuo/core/http/downloadPolicy';
import { describeOtherFile, HEAD_SIZE, quoteHead, recogniseVideo } from '../../../nodes/Hailuo/core/video/videoType';
import { watchStream } from '../../../nodes/Hailuo/io/stream';
import { anMp4 } from '../../tools/simulator/mp4';
import { expectShowable } from '../providers/legal';
import { hostileText } from './hostile';
import { describeProperties } from './run';

const EBML = '\x1a\x45\xdf\xa3';
const BOXES = ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot'];

/** Bytes of any kind, and such as have the parts of a container in them, at their places and elsewhere. */
const anyBytes: fc.Arbitrary<Buffer> = fc.oneof(
	fc.uint8Array({ maxLength: 2 * HEAD_SIZE }).map((bytes) => Buffer.from(bytes)),
	hostileText.map((text) => Buffer.from(text)),
	fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => Buffer.from(text)),
	fc
		.array(
			fc.oneof(
				fc.constantFrom(EBML, ...BOXES, 'isom', 'avif', 'M4A ', 'qt  ', '\x42\x82\x84webm', '\x00\x00\x00\x20', 'The '),
				fc.string({ maxLength: 5 }),
			),
			{ maxLength: 6 },
		)
		.map((parts) => Buffer.from(parts.join(''), 'latin1')),
);

/** What makes a container, said in another way than the code says it. */
function mayBeVideo(bytes: Buffer): boolean {
	const isBoxed = BOXES.some(
		(box) => bytes.indexOf(box, 0, 'latin1') === 4 || bytes.subarray(4, 8).equals(Buffer.from(box)),
	);
	return isBoxed || (bytes.indexOf(EBML, 0, 'latin1') === 0 && /webm|matroska/.test(bytes.toString('latin1')));
}

const VIDEOS: Record<string, Buffer> = {
	mp4: anMp4(1500),
	mov: Buffer.concat([Buffer.from('\x00\x00\x00\x08wide\x00\x00\x00\x10mdat', 'latin1'), Buffer.alloc(300, 'frame')]),
	webm: Buffer.concat([Buffer.from(`${EBML}\x9f\x42\x86\x81\x01\x42\x82\x84webm`, 'latin1'), Buffer.alloc(300, 'x')]),
};

/** A video in pieces of any sizes, single bytes among them. */
const splitVideos = fc
	.tuple(
		fc.constantFrom(...Object.keys(VIDEOS)),
		fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2000 })), {
			minLength: 1,
			maxLength: 60,
		}),
	)
	.map(([extension, sizes]) => {
		const video = VIDEOS[extension]!;
		const pieces: Buffer[] = [];
		for (let at = 0; at < video.length; at += pieces.at(-1)!.length) {
			const size = sizes[pieces.length % sizes.length]!;
			pieces.push(video.subarray(at, at + size));
		}
		return { extension, pieces };
	});

const LIMITS = { stall: 60_000, rate: { bytes: 0, milliseconds: 60_000 }, stop: undefined };

describeProperties('videos', (holds) => {
	holds(
		'what has no signature of a container is no video',
		anyBytes,
		(bytes) => {
			if (!mayBeVideo(bytes)) expect(recogniseVideo(bytes)).toBeNull();
		},
		{ cases: 3000 },
	);

	holds('what came instead is named in words that can be shown', anyBytes, (bytes) => {
		const words = `${describeOtherFile(bytes)}: ${quoteHead(bytes)}`;
		expectShowable(words);
		expect(Array.from(words).length).toBeLessThan(600);
	});

	holds(
		'a video is recognised in whatever pieces it comes, and stays whole',
		splitVideos,
		async ({ extension, pieces }) => {
			const whole = Buffer.concat(pieces);
			const stream = Readable.from(pieces, { objectMode: false });
			const watch = watchStream(stream, { ...LIMITS, size: whole.length });
			const head = await watch.head((bytes) => bytes.length >= HEAD_SIZE || recogniseVideo(bytes) !== null);
			expect(recogniseVideo(head!)?.extension).toBe(extension);
			expect((await buffer(stream)).equals(whole)).toBe(true);
			watch.end();
		},
	);

	const faults = fc.record({
		status: fc.option(fc.oneof(fc.integer({ min: 100, max: 599 }), fc.constantFrom(200, 403, 404, 429, 503))),
		retryAfterSeconds: fc.option(fc.integer({ min: 0, max: 3600 })),
	});
	const ages = fc.option(fc.integer({ min: -1e9, max: 1e9 }));
	holds(
		'however a download fails, its tries end, and none comes sooner than it may',
		fc.tuple(fc.array(faults, { minLength: 1, maxLength: 5 }), ages, fc.float({ min: 0, max: 1, noNaN: true })),
		([given, age, random]) => {
			let elapsed = 0;
			for (let failed = 1; ; failed += 1) {
				const fault = given[failed % given.length]!;
				const wait = pauseBeforeRepeat(fault, { failed, elapsed, age }, random);
				if (wait === null) break;
				expect(wait).toBeGreaterThanOrEqual(
					Math.max((fault.retryAfterSeconds ?? 0) * 1000, DOWNLOAD_PATIENCE.firstPause / 2),
				);
				elapsed += wait;
			}
			expect(elapsed).toBeLessThanOrEqual(DOWNLOAD_PATIENCE.passing);
		},
		{ cases: 2000 },
	);
});
