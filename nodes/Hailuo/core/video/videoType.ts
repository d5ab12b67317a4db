import { cleanText } from '../http/read';
import { readImageHeader } from './imageHeader';

/** What a file is called in n8n, by what its first bytes say. */
export interface MediaType {
	mimeType: string;
	extension: string;
}

const MP4: MediaType = { mimeType: 'video/mp4', extension: 'mp4' };
const QUICKTIME: MediaType = { mimeType: 'video/quicktime', extension: 'mov' };

/** By the document type in the header of EBML. */
const EBML_TYPES: Record<string, MediaType> = {
	webm: { mimeType: 'video/webm', extension: 'webm' },
	matroska: { mimeType: 'video/x-matroska', extension: 'mkv' },
};

/** Bytes of a file that are enough to recognise it, or to say in words what it is instead. */
export const HEAD_SIZE = 1024;

/** Characters of a text that came instead of a video. */
const QUOTE_LIMIT = 200;

const EBML_SIGNATURE = '\x1a\x45\xdf\xa3';

/** Element 0x4282 with its size in one byte, whose highest bit marks it as one. */
const EBML_DOCUMENT_TYPE = /\x42\x82[\x80-\xff](webm|matroska)/;

/** Boxes with which QuickTime files begin that are older than `ftyp` (Apple's QuickTime File Format), `mdat` beside them. */
const QUICKTIME_BOXES = ['moov', 'free', 'skip', 'wide', 'pnot'];

/**
 * Files that begin as mp4 does and hold no video: sound, and images. The four
 * letters are the brand in `ftyp` (the register at mp4ra.org).
 */
const BRAND_OF_OTHERS = /^(M4A |M4B |M4P |F4A |F4B |mif1|mif2|msf1|miaf|he[iv][a-z]|avi[fos]|jxl |jp2 |jpx |jpm |crx )/;

/**
 * Recognises a video by its first bytes; an address, a status or a declared type proves nothing.
 *
 * @param head the first bytes, as many as there are
 * @returns null when they are no video's, or too few to say so; more bytes never turn one video type into another
 */
export function recogniseVideo(head: Uint8Array): MediaType | null {
	const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, HEAD_SIZE)).toString('latin1');
	if (text.startsWith(EBML_SIGNATURE)) return EBML_TYPES[EBML_DOCUMENT_TYPE.exec(text)?.[1] ?? ''] ?? null;
	const box = text.slice(4, 8);
	if (box === 'ftyp') {
		const brand = text.slice(8, 12);
		if (brand.length < 4 || BRAND_OF_OTHERS.test(brand)) return null;
		return brand === 'qt  ' ? QUICKTIME : MP4;
	}
	// A box is as long as its first four bytes say. Those of a text, such as "The free trial", make it 150 MB or more,
	// which of these boxes only the media's may be.
	return box === 'mdat' || (QUICKTIME_BOXES.includes(box) && text.charCodeAt(0) < 9) ? QUICKTIME : null;
}

/**
 * Says what a server gave where a video was expected.
 *
 * @param head the first bytes; all there are, or HEAD_SIZE at least
 * @returns the part of a sentence: "a web page ('Sign in')"
 */
export function describeOtherFile(head: Uint8Array): string {
	if (head.length === 0) return 'an empty file';
	const text = readText(head);
	if (text === null) return readImageHeader(head)?.name ?? 'a file of no known video type';
	const words = quoteText(text);
	const kind = /^\s*<(!doctype html|html|head|body)\b/i.test(text) ? 'a web page' : 'a text';
	return words === '' ? kind : `${kind} ('${words}')`;
}

/**
 * @returns the first words of a text, on one line and without the tags of HTML and XML; empty for a file that is no text
 */
export function quoteHead(head: Uint8Array): string {
	return quoteText(readText(head) ?? '');
}

/** What Node reads of UTF-8; null when it holds what no text holds. */
function readText(head: Uint8Array): string | null {
	const text = new TextDecoder().decode(head.subarray(0, HEAD_SIZE), { stream: true });
	const foreign = text.match(/\ufffd/g)?.length ?? 0;
	// Pages in other encodings are texts too, with single characters that cannot be read.
	return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text) || foreign > text.length / 2 ? null : text;
}

function quoteText(text: string): string {
	const [, title] = /<title[^>]*>([^<]+)/i.exec(text) ?? [];
	const visible = text.replace(/<(style|script)\b[^]*?(<\/\1>|$)/gi, ' ').replace(/<[^<>]*(>|$)/g, ' ');
	return cleanText(title ?? visible, QUOTE_LIMIT);
}
