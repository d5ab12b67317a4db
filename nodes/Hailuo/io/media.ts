import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { IMAGE_SIZE_LIMIT } from '../core/video/catalog';
import { isWebUrl, readHeaders } from '../core/http/read';
import { describeStorageError } from './storageErrors';
import type { DraftFrame } from '../core/video/validate';
import { pause } from './cancelSignal';
import { isStream, StreamLimitError, watchStream, type ReadableStream } from './stream';

/** Milliseconds without a byte, or without an answer, after which a download is given up. */
export const DOWNLOAD_LIMITS = { stall: 45_000 };

const REDIRECT_LIMIT = 5;

/** A broken connection is tried once more from the start. */
const DOWNLOAD_ATTEMPTS = 2;

async function sizeOf(context: IExecuteFunctions, binary: IBinaryData): Promise<number> {
	if (binary.id === undefined) return Buffer.byteLength(binary.data, 'base64');
	if (binary.bytes !== undefined) return binary.bytes;
	const { fileSize } = await context.helpers.getBinaryMetadata(binary.id);
	return fileSize;
}

function findBinary(context: IExecuteFunctions, itemIndex: number, property: string): IBinaryData | null {
	try {
		return context.helpers.assertBinaryData(itemIndex, property);
	} catch {
		// n8n's own error would hide what else is wrong with the item.
		return null;
	}
}

/**
 * Loads an image from an item's binary data, unless it is too large to be sent anyway.
 *
 * @param property name of the item's binary field
 * @returns a draft of kind `missing` when the item has no such field
 */
export async function loadFrame(context: IExecuteFunctions, itemIndex: number, property: string): Promise<DraftFrame> {
	const binary = findBinary(context, itemIndex, property);
	if (binary === null) return { kind: 'missing', property };
	const size = await sizeOf(context, binary);
	const fileName = binary.fileName ?? `image.${binary.fileExtension ?? 'bin'}`;
	if (size > IMAGE_SIZE_LIMIT) return { kind: 'file', bytes: null, size, fileName };
	const bytes = await loadBytes(context, itemIndex, property);
	return { kind: 'file', bytes, size: bytes.length, fileName };
}

/**
 * Loads the bytes of a file that the item is known to have.
 */
export async function loadBytes(context: IExecuteFunctions, itemIndex: number, property: string): Promise<Buffer> {
	return await context.helpers.getBinaryDataBuffer(itemIndex, property);
}

export interface DownloadRules {
	/** Bytes. */
	sizeLimit: number;
	stop: AbortSignal | undefined;
}

/** `again` when the connection broke, so that another try may go better; `reason` is for the user. */
type DownloadResult = { ok: true; binary: IBinaryData } | { ok: false; reason: string; again: boolean };

type Opened = { ok: true; status: number; connection: Connection; headers: Record<string, string> } | Refused;

type Refused = Extract<DownloadResult, { ok: false }>;

function refuse(reason: string, again = false): Refused {
	return { ok: false, reason, again };
}

function reasonOf(error: unknown): string {
	return error instanceof Error && error.message !== '' ? error.message : 'The connection broke';
}

interface Connection {
	stream: ReadableStream;
	/** Ends the request behind the stream as well. */
	close: () => void;
}

/** Asks one address, without credentials and without following. */
async function open(context: IExecuteFunctions, url: string, rules: DownloadRules): Promise<Opened> {
	const answered = new AbortController();
	const request = new AbortController();
	void pause(DOWNLOAD_LIMITS.stall, answered.signal).then(() => {
		if (!answered.signal.aborted) request.abort();
	});
	try {
		const answer: unknown = await context.helpers.httpRequest({
			method: 'GET',
			url,
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			abortSignal: rules.stop ? AbortSignal.any([request.signal, rules.stop]) : request.signal,
		});
		const stream: unknown = Reflect.get(Object(answer), 'body');
		if (!isStream(stream)) return refuse('The server gave no file');
		const status = Number(Reflect.get(Object(answer), 'statusCode'));
		const close = () => {
			stream.destroy();
			request.abort();
		};
		const headers = readHeaders(Reflect.get(Object(answer), 'headers'));
		return { ok: true, status, connection: { stream, close }, headers };
	} catch (error) {
		if (request.signal.aborted)
			return refuse(`The server did not answer within ${DOWNLOAD_LIMITS.stall / 1000} seconds`);
		return refuse(`The server of the video gave no answer (${reasonOf(error)})`, true);
	} finally {
		answered.abort();
	}
}

/** Follows redirects by hand, so that every address is looked at before it is asked. */
async function openFollowing(context: IExecuteFunctions, url: string, rules: DownloadRules): Promise<Opened> {
	let current = url;
	for (let redirects = 0; redirects <= REDIRECT_LIMIT; redirects += 1) {
		if (!isWebUrl(current)) return refuse('The link does not lead to an http or https address');
		const opened = await open(context, current, rules);
		if (!opened.ok) return opened;
		const { status, connection, headers } = opened;
		if (status >= 200 && status < 300) return opened;
		connection.close();
		if (status < 300 || status >= 400) {
			const gone = [403, 404, 410].includes(status) ? '; the link may have expired' : '';
			return refuse(`The server of the video answered HTTP ${status}${gone}`, status >= 500);
		}
		const { location } = headers;
		if (location === undefined || !URL.canParse(location, current)) return refuse('The link is redirected to nowhere');
		current = new URL(location, current).href;
	}
	return refuse(`The link was redirected more than ${REDIRECT_LIMIT} times`);
}

function describeLimit(limit: StreamLimitError['limit'], sizeLimit: number): string {
	if (limit === 'stopped') return 'The execution was stopped during the download';
	if (limit === 'stall') return `No data came for ${DOWNLOAD_LIMITS.stall / 1000} seconds`;
	return `The video is larger than the ${sizeLimit / 1024 / 1024} MB that 'Max Video Size' allows: raise it under Options, or leave 'Download Video' off and use the link`;
}

/** Says what an answer that calls itself a success is instead of the video; null when it may be the video. */
function refuseByHeaders(headers: Record<string, string>, type: string, sizeLimit: number): Refused | null {
	const length = Number(headers['content-length']);
	if (type === 'text/html') return refuse('The server gave a web page instead of a video; the link may have expired');
	if (length > sizeLimit) return refuse(describeLimit('size', sizeLimit));
	return length === 0 ? refuse('The server gave an empty file', true) : null;
}

const EXTENSIONS: Record<string, string> = { 'video/webm': 'webm', 'video/quicktime': 'mov' };

async function downloadOnce(
	context: IExecuteFunctions,
	url: string,
	name: string,
	rules: DownloadRules,
): Promise<DownloadResult> {
	const opened = await openFollowing(context, url, rules);
	if (!opened.ok) return opened;
	const { connection, headers } = opened;
	const { stream } = connection;
	const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
	const refused = refuseByHeaders(headers, type, rules.sizeLimit);
	if (refused) {
		connection.close();
		return refused;
	}
	const mimeType = /^video\/[a-z0-9.+-]+$/.test(type) ? type : 'video/mp4';
	let broken: unknown;
	stream.once('error', (error: unknown) => (broken = error));
	const limits = { size: rules.sizeLimit, stall: DOWNLOAD_LIMITS.stall, stop: rules.stop };
	const endWatch = watchStream(stream, limits, connection.close);
	try {
		const fileName = `${name}.${EXTENSIONS[mimeType] ?? 'mp4'}`;
		return { ok: true, binary: await context.helpers.prepareBinaryData(stream, fileName, mimeType) };
	} catch (error) {
		// Storage that refuses may leave the rest of the video unread.
		connection.close();
		if (broken instanceof StreamLimitError) return refuse(describeLimit(broken.limit, rules.sizeLimit));
		if (broken !== undefined) return refuse('The connection broke during the download', true);
		// It was n8n's storage that refused: asking again would not help.
		return refuse(describeStorageError(error) ?? 'n8n could not store the file');
	} finally {
		endWatch();
	}
}

/**
 * Streams a video into n8n's binary data. No credential goes with it: the link is a provider's word and may lead anywhere.
 *
 * @param url untrusted
 * @param name file name without extension; characters that do not belong in one are replaced
 * @returns the binary data, or why there is none, in words for the user
 */
export async function downloadVideo(
	context: IExecuteFunctions,
	url: string,
	name: string,
	rules: DownloadRules,
): Promise<{ ok: true; binary: IBinaryData } | { ok: false; reason: string }> {
	const fileName = name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 100);
	for (let attempt = 1; ; attempt += 1) {
		const result = await downloadOnce(context, url, fileName, rules);
		if (result.ok) return result;
		if (rules.stop?.aborted) return refuse(describeLimit('stopped', rules.sizeLimit));
		if (!result.again || attempt >= DOWNLOAD_ATTEMPTS) return result;
	}
}
