import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp';

/**
 * A 512 x 512 image of the wanted format, padded to exactly `bytes` bytes where that is more than it needs.
 * Only the PNG has pixels; the others are true in their headers, which is what type checks read.
 */
export function testImage(format: ImageFormat, bytes = 0): Buffer {
	const image = imageBuilders[format]();
	return image.length >= bytes ? image : Buffer.concat([image, Buffer.alloc(bytes - image.length)]);
}

const SIDE = 512;

const imageBuilders: Record<ImageFormat, () => Buffer> = {
	png: () => {
		const header = Buffer.alloc(13);
		header.writeUInt32BE(SIDE, 0);
		header.writeUInt32BE(SIDE, 4);
		header.set([8, 0, 0, 0, 0], 8);
		return Buffer.concat([
			Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
			pngChunk('IHDR', header),
			pngChunk('IDAT', deflateSync(Buffer.alloc(SIDE * (SIDE + 1)))),
			pngChunk('IEND', Buffer.alloc(0)),
		]);
	},
	jpeg: () =>
		Buffer.from([
			...[0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0],
			...[0xff, 0xc0, 0, 11, 8, SIDE >> 8, SIDE & 255, SIDE >> 8, SIDE & 255, 1, 1, 0x11, 0],
			...[0xff, 0xd9],
		]),
	webp: () => {
		const image = Buffer.alloc(30);
		image.write('RIFF', 0, 'latin1');
		image.writeUInt32LE(22, 4);
		image.write('WEBPVP8X', 8, 'latin1');
		image.writeUInt32LE(10, 16);
		image.writeUIntLE(SIDE - 1, 24, 3);
		image.writeUIntLE(SIDE - 1, 27, 3);
		return image;
	},
	gif: () => {
		const image = Buffer.alloc(14);
		image.write('GIF89a', 0, 'latin1');
		image.writeUInt16LE(SIDE, 6);
		image.writeUInt16LE(SIDE, 8);
		image[13] = 0x3b;
		return image;
	},
	bmp: () => {
		const image = Buffer.alloc(54);
		image.write('BM', 0, 'latin1');
		image.writeUInt32LE(54, 2);
		image.writeInt32LE(SIDE, 18);
		image.writeInt32LE(SIDE, 22);
		return image;
	},
};

function pngChunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(data.length);
	const checksum = Buffer.alloc(4);
	checksum.writeUInt32BE(crc32(body));
	return Buffer.concat([length, body, checksum]);
}

/** The MIME type of an image by its first bytes, as the real gateways look at them; undefined for anything else. */
export function imageTypeOf(bytes: Buffer): string | undefined {
	const start = bytes.subarray(0, 16).toString('latin1');
	if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
	if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
	if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'image/webp';
	if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'image/gif';
	return undefined;
}

/** A sound or a video as far as type checks read it. */
export function testMedia(format: 'mp3' | 'mp4' | 'wav'): Buffer {
	switch (format) {
		case 'mp3':
			return Buffer.from('ID3\x03\0\0\0\0\0\0\xff\xfb\x90\x64', 'latin1');
		case 'mp4':
			return Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isommp41', 'latin1');
		case 'wav':
			return Buffer.from('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0', 'latin1');
	}
}

/** The MIME type of an image, a video or a sound by its first bytes; undefined for anything else. */
export function mediaTypeOf(bytes: Buffer): string | undefined {
	const start = bytes.subarray(0, 16).toString('latin1');
	if (start.slice(4, 8) === 'ftyp') return 'video/mp4';
	if (start.startsWith('ID3') || /^\xff[\xe2\xe3\xf2\xf3\xfa\xfb]/.test(start)) return 'audio/mpeg';
	if (start.startsWith('RIFF') && start.slice(8, 12) === 'WAVE') return 'audio/wav';
	return imageTypeOf(bytes);
}

const FILLER = Buffer.alloc(64 * 1024, createHash('sha256').update('filler').digest());

/** `bytes` bytes of no meaning, piece by piece. */
export function* fillerChunks(bytes: number): Generator<Buffer> {
	for (let left = bytes; left > 0; left -= FILLER.length) {
		yield left < FILLER.length ? FILLER.subarray(0, left) : FILLER;
	}
}
