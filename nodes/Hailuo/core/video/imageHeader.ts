import type { ImageType } from './media';

/** What the first bytes of a file tell of it. */
export interface ImageHeader {
	/** Null for what no provider takes. */
	type: ImageType | null;
	/** What people call it, with its article. */
	name: string;
	/** Pixels; null where the header is cut short or damaged, and for what no provider takes. */
	size: { width: number; height: number } | null;
}

/** How image types are called in messages. */
export const IMAGE_TYPE_LABELS: Record<ImageType, string> = {
	'image/jpeg': 'JPEG',
	'image/png': 'PNG',
	'image/webp': 'WebP',
};

/** Beginnings of common files that are no image a provider takes, to name them in a message. */
const OTHERS: ReadonlyArray<[name: string, beginning: RegExp]> = [
	['a GIF', /^GIF8/],
	['a BMP', /^BM/],
	['a TIFF', /^(?:II[*+]\0|MM\0[*+])/],
	// ISO 23008-12 and AV1 image format: the first brand names the coding, or only the container.
	['an AVIF', /^[^]{4}ftyp(?:avi[fos]|(?:mif1|msf1|miaf)[^]{4,40}avi[fs])/],
	['a HEIF image (iPhones name them .jpg too)', /^[^]{4}ftyp(?:he[iv][cxms]|mif[12]|msf1|miaf)/],
	['a JPEG XL', /^(?:\xff\x0a|\0{3}\x0cJXL )/],
	['a JPEG 2000', /^\0{3}\x0cjP {2}/],
	['a Photoshop file', /^8BPS/],
	['a PDF', /^%PDF/],
	['a sound', /^[^]{4}ftyp[MF]4[ABP] /],
	['a video', /^(?:[^]{4}ftyp[^]{4}|\x1aE\xdf\xa3[^]{0,60}(?:webm|matroska))/],
	// Text: a byte order mark, a declaration and comments may come first.
	['an SVG', /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!(?:--[^]*?--|[^>]*)>\s*)*<svg[\s>]/i],
	['a web page', /^(?:\xef\xbb\xbf)?\s*(?:<!(?:--[^]*?--)>\s*)*<(?:!doctype html|html|head|body)[\s>]/i],
];

/** How many bytes are looked at to tell a file's type; comments before an SVG's root rarely take more. */
const LOOKED_AT = 2048;

type Size = ImageHeader['size'];

/** A header that says nothing, or not yet, says 0. */
function sizeOf(width: number, height: number): Size {
	return width > 0 && height > 0 ? { width, height } : null;
}

/** PNG specification: the IHDR chunk comes first. */
function sizeOfPng(view: DataView, text: string): Size {
	return text.startsWith('IHDR', 12) ? sizeOf(view.getUint32(16), view.getUint32(20)) : null;
}

/** ITU T.81: a start of frame has the size; the codes C4, C8 and CC among its markers mean something else. */
function sizeOfJpeg(view: DataView): Size {
	let offset = 2;
	for (;;) {
		while (view.getUint8(offset) !== 0xff) offset += 1;
		while (view.getUint8(offset) === 0xff) offset += 1;
		const marker = view.getUint8(offset);
		offset += 1;
		// What has a picture's data behind it, or ends the file, has no size behind it.
		if (marker === 0xda || marker === 0xd9) return null;
		const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
		if (isFrame) return sizeOf(view.getUint16(offset + 5), view.getUint16(offset + 3));
		// Restart markers, TEM and stuffed bytes stand alone.
		const isAlone = marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
		if (!isAlone) offset += Math.max(2, view.getUint16(offset));
	}
}

/** WebP container specification, RFC 6386 (lossy) and the lossless bitstream's specification. */
function sizeOfWebp(view: DataView, text: string): Size {
	const uint24 = (offset: number) => view.getUint16(offset, true) + view.getUint8(offset + 2) * 0x10000;
	switch (text.slice(12, 16)) {
		case 'VP8X':
			return sizeOf(uint24(24) + 1, uint24(27) + 1);
		case 'VP8L': {
			const bits = view.getUint32(21, true);
			return view.getUint8(20) === 0x2f ? sizeOf((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1) : null;
		}
		case 'VP8 ': {
			const side = (offset: number) => view.getUint16(offset, true) & 0x3fff;
			return text.startsWith('\x9d\x01\x2a', 23) ? sizeOf(side(26), side(28)) : null;
		}
	}
	return null;
}

const READERS: ReadonlyArray<[ImageType, RegExp, (view: DataView, text: string) => Size]> = [
	['image/jpeg', /^\xff\xd8\xff/, sizeOfJpeg],
	['image/png', /^\x89PNG\r\n\x1a\n/, sizeOfPng],
	['image/webp', /^RIFF[^]{4}WEBP/, sizeOfWebp],
];

/**
 * Recognises a file by its content; a name or a declared type proves nothing.
 *
 * @param bytes the whole file: a JPEG has its size behind whatever its camera wrote
 * @returns null for what is none of the files known here
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
	const text = String.fromCharCode(...bytes.subarray(0, LOOKED_AT));
	const known = READERS.find(([, beginning]) => beginning.test(text));
	if (!known) {
		const name = OTHERS.find(([, beginning]) => beginning.test(text))?.[0];
		return name === undefined ? null : { type: null, name, size: null };
	}
	const [type, , readSize] = known;
	const header = { type, name: `a ${IMAGE_TYPE_LABELS[type]}` };
	try {
		return { ...header, size: readSize(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), text) };
	} catch {
		// The file ends before its header does.
		return { ...header, size: null };
	}
}
