import { describeOtherFile, HEAD_SIZE, quoteHead, recogniseVideo } from '../../../nodes/Hailuo/core/video/videoType';
import { testImage } from '../../tools/simulator/samples';

const bytesOf = (text: string) => Buffer.from(text, 'latin1');

/** What mkvmerge, FFmpeg and libwebm write first: version, lengths and the document type, in this order or another. */
const ebmlOf = (type: string) =>
	bytesOf(`\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82${type}`);

describe('a video is recognised by its first bytes:', () => {
	test.each<[string, string, Buffer]>([
		['mp4', 'video/mp4', bytesOf('\x00\x00\x00\x20ftypisom\x00\x00\x02\x00')],
		['mp4', 'video/mp4', bytesOf('\x00\x00\x00\x1cftypmp42')],
		['mp4', 'video/mp4', bytesOf('\x00\x00\x00\x18ftypM4V ')],
		['mp4', 'video/mp4', bytesOf('\x00\x00\x00\x14ftyp3gp5')],
		['mov', 'video/quicktime', bytesOf('\x00\x00\x00\x14ftypqt  \x20\x05\x03\x00')],
		...['moov', 'free', 'skip', 'wide', 'pnot'].map((box): [string, string, Buffer] => [
			'mov',
			'video/quicktime',
			bytesOf(`\x00\x00\x00\x08${box}`),
		]),
		['mov', 'video/quicktime', bytesOf('\x3b\x9a\xca\x00mdat')],
		['webm', 'video/webm', ebmlOf('\x84webm')],
		['mkv', 'video/x-matroska', ebmlOf('\x88matroska')],
	])('%s (%s)', (extension, mimeType, head) => {
		expect(recogniseVideo(head)).toEqual({ extension, mimeType });
		// More bytes, or the same ones as a part of a larger buffer, change nothing.
		const within = Buffer.concat([bytesOf('page'), head, Buffer.alloc(2 * HEAD_SIZE, 'x')]);
		expect(recogniseVideo(new Uint8Array(within).subarray(4))).toEqual({ extension, mimeType });
	});
});

describe('no video is', () => {
	test.each([
		['nothing', ''],
		['the size of a box alone', '\x00\x00\x00\x20'],
		['a box whose type is cut short', '\x00\x00\x00\x20fty'],
		['a file type whose brand is cut short', '\x00\x00\x00\x20ftypiso'],
		['a text with the name of a box where a box has it', 'The free trial is over'],
		['a line that begins below another', '\n\n  skip this page'],
		['a text about boxes', 'ftypisom'],
		['an AVIF image', '\x00\x00\x00\x20ftypavif'],
		['a moving AVIF image', '\x00\x00\x00\x20ftypavis'],
		['a HEIC image', '\x00\x00\x00\x18ftypheic'],
		['a HEIF image', '\x00\x00\x00\x18ftypmif1'],
		['a song', '\x00\x00\x00\x20ftypM4A '],
		['EBML without a document type', '\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01'],
		['EBML of another type', ebmlOf('\x84note').toString('latin1')],
		['EBML behind something else', `\n${ebmlOf('\x84webm').toString('latin1')}`],
		['a web page', '<!doctype html><html></html>'],
		['an AVI file, which no gateway makes', 'RIFF\x24\x00\x00\x00AVI LIST'],
	])('%s', (_what, text) => {
		expect(recogniseVideo(bytesOf(text))).toBeNull();
	});
});

describe('what came instead of a video is called', () => {
	test.each<[string, string | Buffer]>([
		['an empty file', ''],
		["a web page ('Sign in')", '<!DOCTYPE html>\n<html><head><title>\n Sign in</title></head>Never mind</html>'],
		["a web page ('Wait a moment')", '<html><style>p { color: red }</style><body><p>Wait <b>a</b> moment'],
		['a web page', '<html><script>location = "/"</script></html>'],
		[
			"a text ('AccessDenied Request has expired')",
			'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
		],
		['a text (\'{"error":"not found"}\')', '{"error":"not found"}'],
		["a text ('Zu viele Anfragen für heute')", 'Zu viele Anfragen für heute\r\n'],
		["a text ('Zu viele Anfragen f\ufffdr heute')", bytesOf('Zu viele Anfragen f\xfcr heute')],
		['a text', '\n\n'],
		[`a text ('${'too long '.repeat(22)}t…')`, 'too long '.repeat(2 * HEAD_SIZE)],
		['a PNG', testImage('png')],
		['a JPEG', testImage('jpeg')],
		['a file of no known video type', bytesOf('PK\x03\x04\x14\x00\x00\x00')],
		['a file of no known video type', bytesOf('\xff\xfe\xfd\xfc')],
	])('%s', (name, head) => {
		expect(describeOtherFile(Buffer.from(head))).toBe(name);
	});
});

test('a character that is cut at the end of the first bytes is left out', () => {
	expect(quoteHead(Buffer.from('für').subarray(0, 2))).toBe('f');
});
