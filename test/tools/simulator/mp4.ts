/**
 * A video that players play: one grey picture of 16 x 16 that stands for six seconds. Boxes are ISO/IEC 14496-12 (and
 * -15 for `avc1`), the picture is H.264 (ITU-T H.264) in its simplest form, I_PCM, whose samples are not compressed.
 */
import { fillerChunks } from './samples';

const SIDE = 16;
const TICKS_PER_SECOND = 1000;
const TICKS = 6 * TICKS_PER_SECOND;

const u16 = (...values: number[]): number[] => values.flatMap((value) => [(value >> 8) & 255, value & 255]);
const u32 = (...values: number[]): number[] =>
	values.flatMap((value) => [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
const letters = (text: string): number[] => [...Buffer.from(text, 'latin1')];

function box(type: string, ...parts: Array<Buffer | number[]>): Buffer {
	const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
	return Buffer.concat([Buffer.from([...u32(content.length + 8), ...letters(type)]), content]);
}

/** Version 0 and flags stand before the content. */
const fullBox = (type: string, flags: number, ...parts: Array<Buffer | number[]>): Buffer =>
	box(type, u32(flags), ...parts);

/** Bits as H.264 writes them: a number is an Exp-Golomb code, a text stands for itself. */
function bits(...values: Array<number | string>): string {
	const written = values.map((value) => {
		if (typeof value === 'string') return value;
		const code = (value + 1).toString(2);
		return '0'.repeat(code.length - 1) + code;
	});
	return written.join('');
}

function bytesOf(written: string, fill: string): number[] {
	const whole = written + fill + '0'.repeat((8 - ((written.length + fill.length) % 8)) % 8);
	return Array.from({ length: whole.length / 8 }, (_, index) =>
		Number.parseInt(whole.slice(index * 8, index * 8 + 8), 2),
	);
}

const STOP_BIT = '1';
/** Baseline, level 1; picture order by decoding, no reference pictures, one macroblock wide and high. */
const SEQUENCE = [0x67, 66, 0xc0, 10, ...bytesOf(bits(0, 0, 2, 0, '0', 0, 0, '1', '1', '0', '0'), STOP_BIT)];
const PICTURE = [0x68, ...bytesOf(bits(0, 0, '0', '0', 0, 0, 0, '0', '00', 0, 0, 0, '0', '0', '0'), STOP_BIT)];
/** The header of a slice of an IDR picture, then a macroblock of type 25, I_PCM: its samples begin at a whole byte. */
const SLICE = [
	0x65,
	...bytesOf(bits(0, 7, 0, '0000', 0, '0', '0', 0, 25), ''),
	...Array.from({ length: SIDE * SIDE }, (_, index) => 0x60 + (index % SIDE) * 4),
	...Array.from({ length: (SIDE * SIDE) / 2 }, () => 0x80),
	0x80,
];
const SAMPLE = Buffer.from([...u32(SLICE.length), ...SLICE]);

const FILE_TYPE = box('ftyp', letters('isom'), u32(0x200), letters('isomavc1mp41'));
const IDENTITY = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

function movie(sampleAt: number): Buffer {
	const configuration = box('avcC', [
		1,
		66,
		0xc0,
		10,
		0xff,
		0xe1,
		...u16(SEQUENCE.length),
		...SEQUENCE,
		1,
		...u16(PICTURE.length),
		...PICTURE,
	]);
	const entry = box(
		'avc1',
		[...zeros(6), ...u16(1), ...zeros(16), ...u16(SIDE, SIDE), ...u32(0x480000, 0x480000, 0), ...u16(1)],
		[...zeros(32), ...u16(24, 0xffff)],
		configuration,
	);
	const table = box(
		'stbl',
		fullBox('stsd', 0, u32(1), entry),
		fullBox('stts', 0, u32(1, 1, TICKS)),
		fullBox('stsc', 0, u32(1, 1, 1, 1)),
		fullBox('stsz', 0, u32(0, 1, SAMPLE.length)),
		fullBox('stco', 0, u32(1, sampleAt)),
	);
	const media = box(
		'mdia',
		fullBox('mdhd', 0, u32(0, 0, TICKS_PER_SECOND, TICKS), u16(0x55c4, 0)),
		fullBox('hdlr', 0, u32(0), letters('vide'), zeros(13)),
		box('minf', fullBox('vmhd', 1, zeros(8)), box('dinf', fullBox('dref', 0, u32(1), fullBox('url ', 1))), table),
	);
	const track = box(
		'trak',
		fullBox('tkhd', 3, u32(0, 0, 1, 0, TICKS), zeros(16), IDENTITY, u32(SIDE << 16, SIDE << 16)),
		media,
	);
	const header = fullBox(
		'mvhd',
		0,
		u32(0, 0, TICKS_PER_SECOND, TICKS, 0x10000),
		u16(0x100),
		zeros(10),
		IDENTITY,
		zeros(24),
		u32(2),
	);
	return box('moov', header, track);
}

/** Where the picture begins: behind the header of the box that holds it. */
const SAMPLE_AT = FILE_TYPE.length + movie(0).length + 8;

/** Bytes of the smallest video there is. */
export const SMALLEST_VIDEO = SAMPLE_AT + SAMPLE.length;

/** A video of exactly `bytes` bytes, SMALLEST_VIDEO or more, piece by piece: what is too much follows the picture. */
export function* mp4Chunks(bytes: number): Generator<Buffer> {
	const mediaHeader = Buffer.from([...u32(bytes - SAMPLE_AT + 8), ...letters('mdat')]);
	yield Buffer.concat([FILE_TYPE, movie(SAMPLE_AT), mediaHeader, SAMPLE]);
	yield* fillerChunks(bytes - SMALLEST_VIDEO);
}

/** A whole video of at least `bytes` bytes. */
export function anMp4(bytes = 0): Buffer {
	return Buffer.concat([...mp4Chunks(Math.max(bytes, SMALLEST_VIDEO))]);
}
