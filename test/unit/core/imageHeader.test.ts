import { IMAGE_TYPES, type ImageType } from '../../../nodes/Hailuo/core/video/media';
import { IMAGE_TYPE_LABELS, readImageHeader } from '../../../nodes/Hailuo/core/video/imageHeader';
import { anImage } from '../../tools/support/builders';

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const decoded = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

/** Beginnings of files of 480 x 310 pixels, written by Pillow 12 with libjpeg-turbo, zlib and libwebp. */
const WRITTEN: ReadonlyArray<[what: string, type: ImageType, base64: string]> = [
	[
		'a baseline JPEG',
		'image/jpeg',
		'/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////////////////////wAALCAE2AeABAREA',
	],
	[
		'a progressive JPEG',
		'image/jpeg',
		'/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////////////////////wgALCAE2AeABAREA',
	],
	['a PNG', 'image/png', 'iVBORw0KGgoAAAANSUhEUgAAAeAAAAE2AQAAAACRyHwK'],
	['a lossy WebP', 'image/webp', 'UklGRloBAABXRUJQVlA4IE4BAADQIwCdASrgATYBP83m8XO/uDOs'],
	['a lossless WebP', 'image/webp', 'UklGRioAAABXRUJQVlA4TB0AAAAv30FNAAdQiirUo/8BAUnS//9kRP8z'],
	['a WebP with transparency', 'image/webp', 'UklGRowBAABXRUJQVlA4WAoAAAAQAAAA3wEANQEAQUxQSBcAAAAB'],
];

describe('the size of', () => {
	test.each(WRITTEN)('%s is read', (_what, type, base64) => {
		expect(readImageHeader(decoded(base64))).toEqual({
			type,
			name: `a ${IMAGE_TYPE_LABELS[type]}`,
			size: { width: 480, height: 310 },
		});
	});

	test.each(IMAGE_TYPES)('the images our tests send (%s) is 512 x 512', (type) => {
		expect(readImageHeader(anImage(type))?.size).toEqual({ width: 512, height: 512 });
	});

	const jpeg = (...segments: string[]) => bytesOf(['\xff\xd8', ...segments].join(''));
	const FRAME = '\xff\xc1\x00\x0b\x08\x01\x36\x01\xe0\x01\x01\x11\x00';

	test.each([
		['a thumbnail of its own', jpeg(`\xff\xe1\x00\x10Exif\x00\x00\xff\xd8\xff\xc0\x00\x0b\x08\x00`, FRAME)],
		['a long comment', jpeg(`\xff\xfe\xff\xff${'x'.repeat(0xfffd)}`, FRAME)],
		['fill bytes before its markers', jpeg('\xff\xff\xff\xe0\x00\x04ab\xff\xff', FRAME)],
		['tables before it', jpeg('\xff\xc4\x00\x04ab\xff\xcc\x00\x04ab', FRAME)],
		['a segment of no length', jpeg('\xff\xe0\x00\x00', FRAME)],
		['stray bytes between segments', jpeg('\xff\xe0\x00\x04ab', 'stray', FRAME)],
	])('a JPEG with %s is found', (_what, bytes) => {
		expect(readImageHeader(bytes)?.size).toEqual({ width: 480, height: 310 });
	});
});

describe('there is no size in', () => {
	test.each(WRITTEN)('%s that is cut short anywhere before it', (_what, type, base64) => {
		const whole = decoded(base64);
		// Both sides stand within the last 16 bytes but for what follows them here.
		const end = { 'image/jpeg': whole.length - 4, 'image/png': 24, 'image/webp': 25 }[type];
		for (let length = 12; length < end; length += 1)
			expect(readImageHeader(whole.subarray(0, length))).toMatchObject({ type, size: null });
	});

	test.each([
		['three bytes called JPEG', '\xff\xd8\xff', 'image/jpeg'],
		[
			'a JPEG whose picture comes before it',
			'\xff\xd8\xff\xda\x00\x04ab\xff\xc0\x00\x0b\x08\x01\x36\x01\xe0',
			'image/jpeg',
		],
		['a JPEG of height 0', '\xff\xd8\xff\xc0\x00\x0b\x08\x00\x00\x01\xe0\x01\x01\x11\x00', 'image/jpeg'],
		[
			'a PNG whose first chunk is another',
			'\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIDAT\x00\x00\x02\x00\x00\x00\x02\x00',
			'image/png',
		],
		['a PNG of width 0', '\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x00\x00\x00\x02\x00', 'image/png'],
		['a WebP of a chunk nobody knows', `RIFF\x24\x00\x00\x00WEBPVP9 ${'\x01'.repeat(20)}`, 'image/webp'],
		['a lossy WebP without its start code', `RIFF\x24\x00\x00\x00WEBPVP8 ${'\x01'.repeat(20)}`, 'image/webp'],
		['a lossless WebP without its signature', `RIFF\x24\x00\x00\x00WEBPVP8L${'\x01'.repeat(20)}`, 'image/webp'],
	])('%s', (_what, text, type) => {
		expect(readImageHeader(bytesOf(text))).toMatchObject({ type, size: null });
	});
});

describe('a file that no gateway takes is named:', () => {
	const brand = (major: string, ...others: string[]) =>
		`\x00\x00\x00\x20ftyp${major}\x00\x00\x00\x00${others.join('')}`;

	test.each([
		['a GIF', 'GIF87a'],
		['a GIF', 'GIF89a'],
		['a BMP', 'BM\x36\x00\x00\x00'],
		['a TIFF', 'II*\x00\x08\x00\x00\x00'],
		['a TIFF', 'MM\x00*\x00\x00\x00\x08'],
		['a TIFF', 'MM\x00+\x00\x08\x00\x00'],
		['an AVIF', brand('avif', 'avif', 'mif1', 'miaf')],
		['an AVIF', brand('avis')],
		['an AVIF', brand('mif1', 'mif1', 'avif')],
		...['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1'].map((name) => [
			'a HEIF image (iPhones name them .jpg too)',
			brand(name, 'mif1', 'heic'),
		]),
		['a JPEG XL', '\xff\x0a\x00'],
		['a JPEG XL', '\x00\x00\x00\x0cJXL \r\n\x87\n'],
		['a JPEG 2000', '\x00\x00\x00\x0cjP  \r\n\x87\n'],
		['a Photoshop file', '8BPS\x00\x01'],
		['a PDF', '%PDF-1.7'],
		['a video', brand('isom', 'mp42')],
		['a video', '\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm'],
		['a sound', brand('M4A ')],
		['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
		['an SVG', '\xef\xbb\xbf\n<?xml version="1.0"?>\n<!-- a boat -->\n<!DOCTYPE svg PUBLIC "x" "y">\n<svg>'],
		['a web page', '<!doctype html><html>'],
		['a web page', '\n<!-- cached -->\n<HTML lang="en">'],
	])('%s', (name, text) => {
		expect(readImageHeader(bytesOf(text!))).toEqual({ type: null, name, size: null });
	});
});

describe('no image is', () => {
	test.each([
		['nothing', new Uint8Array()],
		['text', bytesOf('Hello, world')],
		['the beginning of a video cut short', bytesOf('\x00\x00\x00\x20ftypiso')],
		['text about an SVG', bytesOf('Here is one: <svg/>')],
		['two bytes of a JPEG', bytesOf('\xff\xd8\x00\x00')],
		['a sound in the container of WebP', bytesOf('RIFF\x24\x00\x00\x00WAVEfmt ')],
		['the beginning of a PNG cut short', anImage('image/png').subarray(0, 7)],
		['the beginning of a WebP cut short', anImage('image/webp').subarray(0, 11)],
		['a PNG with line ends converted', bytesOf('\x89PNG\n\x1a\n\x00\x00\x00\rIHDR')],
		['a PNG that does not come first', bytesOf(' \x89PNG\r\n\x1a\n')],
	])('%s', (_what, bytes) => {
		expect(readImageHeader(bytes)).toBeNull();
	});
});

test('a part of a larger buffer is looked at from its own beginning', () => {
	const whole = new Uint8Array([1, 2, 3, ...anImage('image/jpeg')]);
	const expected = { type: 'image/jpeg', size: { width: 512, height: 512 } };
	expect(readImageHeader(whole.subarray(3))).toMatchObject(expected);
	expect(readImageHeader(Buffer.from(anImage('image/jpeg')))).toMatchObject(expected);
});

test('every type a gateway takes has a name for people', () => {
	expect(IMAGE_TYPES.map((type) => IMAGE_TYPE_LABELS[type])).toEqual(['JPEG', 'PNG', 'WebP']);
});
