import { IMAGE_TYPES } from '../../../nodes/Hailuo/core/video/catalog';
import { IMAGE_TYPE_LABELS, recogniseImage } from '../../../nodes/Hailuo/core/video/imageType';
import { anImage } from '../../tools/support/builders';

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

describe('an image is recognised by its first bytes:', () => {
	test.each([
		['image/jpeg', bytesOf('\xff\xd8\xff\xe0\x00\x10JFIF')],
		['image/jpeg', bytesOf('\xff\xd8\xff\xe1\x00\x10Exif')],
		['image/png', bytesOf('\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR')],
		['image/webp', bytesOf('RIFF\x24\x00\x00\x00WEBPVP8 ')],
		['image/gif', bytesOf('GIF87a')],
		['image/gif', bytesOf('GIF89a')],
		['image/bmp', bytesOf('BM\x36\x00\x00\x00')],
		['image/avif', bytesOf('\x00\x00\x00\x20ftypavif')],
		['image/heic', bytesOf('\x00\x00\x00\x18ftypheic')],
		['application/pdf', bytesOf('%PDF-1.7')],
	])('%s', (type, bytes) => {
		expect(recogniseImage(bytes)).toBe(type);
	});
});

describe('no image is', () => {
	test.each([
		['nothing', new Uint8Array()],
		['text', bytesOf('Hello, world')],
		['two bytes of a JPEG', bytesOf('\xff\xd8\x00\x00')],
		['a web page', bytesOf('<!doctype html><html>')],
		['an SVG, which is text', bytesOf('<svg xmlns="http://www.w3.org/2000/svg"/>')],
		['a video', bytesOf('\x00\x00\x00\x20ftypisom')],
		['a sound in the container of WebP', bytesOf('RIFF\x24\x00\x00\x00WAVEfmt ')],
		['the beginning of a PNG cut short', anImage('image/png').subarray(0, 7)],
		['the beginning of a WebP cut short', anImage('image/webp').subarray(0, 11)],
		['a PNG with line ends converted', bytesOf('\x89PNG\n\x1a\n\x00\x00\x00\rIHDR')],
		['a PNG that does not come first', bytesOf(' \x89PNG\r\n\x1a\n')],
	])('%s', (_what, bytes) => {
		expect(recogniseImage(bytes)).toBeNull();
	});
});

test('a part of a larger buffer is looked at from its own beginning', () => {
	const whole = new Uint8Array([1, 2, 3, ...anImage('image/jpeg')]);
	expect(recogniseImage(whole.subarray(3))).toBe('image/jpeg');
	expect(recogniseImage(Buffer.from(anImage('image/jpeg')))).toBe('image/jpeg');
});

test('every type a gateway takes has a name for people', () => {
	expect(IMAGE_TYPES.map((type) => IMAGE_TYPE_LABELS[type])).toEqual(['JPEG', 'PNG', 'WebP']);
});
