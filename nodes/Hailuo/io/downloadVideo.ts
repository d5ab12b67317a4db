import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { DOWNLOAD_PATIENCE, pauseBeforeRepeat, type DownloadFault } from '../core/http/downloadPolicy';
import type { Limiter } from '../core/http/limiter';
import { isWebUrl, readHeaders, retryAfterSeconds } from '../core/http/read';
import { describeOtherFile, HEAD_SIZE, quoteHead, recogniseVideo } from '../core/video/videoType';
import { pause } from './cancelSignal';
import type { StoreFile } from './innerExecution';
import { describeStorageError } from './storageErrors';
import { isForbidden } from './networkError';
import { isStream, StreamLimitError, watchStream, type ReadableStream } from './stream';

/**
 * When a download is given up: `stall` milliseconds without a byte or an answer; fewer than `rate.bytes` in any of its
 * `rate.milliseconds`; and what core/http/downloadPolicy has.
 *
 * The least rate is 16 KB a second over a minute. The eight downloads that run at once by default fit through a line of
 * 1.1 Mbit/s at that rate, and a video of 10 MB may take ten minutes; a gateway's CDN is a thousand times faster. It is
 * a deadline for the whole too: with 'Max Video Size' at its 1,024 MB no download takes longer than 18 hours.
 */
export const DOWNLOAD_LIMITS = {
	stall: 45_000,
	rate: { bytes: 60 * 16 * 1024, milliseconds: 60_000 },
	...DOWNLOAD_PATIENCE,
};

const REDIRECT_LIMIT = 5;

export interface DownloadRules {
	/** Bytes. */
	sizeLimit: number;
	/** ISO 8601, by the provider's clock: when the job ended, or at least was made; null when not known. */
	endedAt: string | null;
	/** How many downloads run at once. They have turns of their own, so that slow ones hold up no request. */
	turns: Limiter;
	/** n8n's own helper, which decides with which execution the file lives. */
	storeFile: StoreFile;
	stop: AbortSignal | undefined;
}

export type DownloadResult = { ok: true; binary: IBinaryData } | { ok: false; reason: string };

/** `reason` is for the user; `fault` is null where another try cannot go better. */
interface Refused {
	ok: false;
	reason: string;
	fault: DownloadFault | null;
}

interface Opened {
	ok: true;
	status: number;
	headers: Record<string, string>;
	stream: ReadableStream;
	/** Ends the request behind the stream as well. */
	close: () => void;
}

function refuse(reason: string, fault: DownloadFault | null = null): Refused {
	return { ok: false, reason, fault };
}

const NO_CONNECTION: DownloadFault = { status: null, retryAfterSeconds: null };

const BROKEN_OFF = refuse('The connection broke during the download', NO_CONNECTION);

function reasonOf(error: unknown): string {
	return error instanceof Error && error.message !== '' ? error.message : 'The connection broke';
}

/** Asks one address, without credentials and without following. */
async function open(context: IExecuteFunctions, url: string, rules: DownloadRules): Promise<Opened | Refused> {
	const answered = new AbortController();
	const request = new AbortController();
	void pause(DOWNLOAD_LIMITS.stall, answered.signal).then(() => {
		if (!answered.signal.aborted) request.abort();
	});
	try {
		const answer: unknown = await context.helpers.httpRequest({
			method: 'GET',
			url,
			// A video does not become smaller by compression, and n8n's client takes a compressed body that lacks its end for whole.
			headers: { 'Accept-Encoding': 'identity' },
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
		return { ok: true, status, headers, stream, close };
	} catch (error) {
		if (request.signal.aborted)
			return refuse(`The server did not answer within ${DOWNLOAD_LIMITS.stall / 1000} seconds`);
		return refuse(
			`The server of the video gave no answer (${reasonOf(error)})`,
			isForbidden(error) ? null : NO_CONNECTION,
		);
	} finally {
		answered.abort();
	}
}

/** Follows redirects by hand, so that every address is looked at before it is asked. */
async function openFollowing(context: IExecuteFunctions, url: string, rules: DownloadRules): Promise<Opened | Refused> {
	let current = url;
	for (let redirects = 0; redirects <= REDIRECT_LIMIT; redirects += 1) {
		if (!isWebUrl(current)) return refuse('The link does not lead to an http or https address');
		const opened = await open(context, current, rules);
		if (!opened.ok || opened.status < 300 || opened.status >= 400) return opened;
		opened.close();
		const { location } = opened.headers;
		if (location === undefined || !URL.canParse(location, current)) return refuse('The link is redirected to nowhere');
		current = new URL(location, current).href;
	}
	return refuse(`The link was redirected more than ${REDIRECT_LIMIT} times`);
}

function describeLimit(limit: StreamLimitError['limit'], sizeLimit: number): string {
	const { stall, rate } = DOWNLOAD_LIMITS;
	if (limit === 'stopped') return 'The execution was stopped during the download';
	if (limit === 'stall') return `No data came for ${stall / 1000} seconds`;
	if (limit === 'rate')
		return `The download was too slow: less than ${rate.bytes / 1024} KB came in ${rate.milliseconds / 1000} seconds`;
	return `The video is larger than the ${sizeLimit / 1024 / 1024} MB that 'Max Video Size' allows: raise it under Options, or leave 'Download Video' off and use the link`;
}

const EXPIRED = '; the link may have expired';

/** Says what an answer is that has no video in it. Only 200 has: 206 would be a part, which was not asked for. */
function refuseAnswer({ status, headers }: Opened, head: Buffer): Refused {
	const fault = { status, retryAfterSeconds: retryAfterSeconds({ status, headers, json: undefined, text: '' }) };
	if (status === 200) {
		const found = describeOtherFile(head);
		return refuse(`The server gave ${found} instead of a video${found.startsWith('a web page') ? EXPIRED : ''}`, fault);
	}
	const words = quoteHead(head);
	const says = words === '' ? '' : ` ('${words}')`;
	const expired = [403, 404, 410].includes(status) ? EXPIRED : '';
	return refuse(`The server of the video answered HTTP ${status}${says}${expired}`, fault);
}

/** Has n8n store what a server answers, if it is a video of an allowed size. */
async function store(
	opened: Opened,
	name: string,
	{ sizeLimit, stop, storeFile }: DownloadRules,
): Promise<{ ok: true; binary: IBinaryData } | Refused> {
	const { status, headers, stream, close } = opened;
	if (status === 200 && Number(headers['content-length']) > sizeLimit) return refuse(describeLimit('size', sizeLimit));
	let broken: unknown;
	stream.once('error', (error: unknown) => (broken = error));
	const { stall, rate } = DOWNLOAD_LIMITS;
	const watch = watchStream(stream, { size: sizeLimit, stall, rate, stop }, close);
	try {
		const head = await watch.head((bytes) => bytes.length >= HEAD_SIZE || recogniseVideo(bytes) !== null);
		if (head === null) return BROKEN_OFF;
		const type = status === 200 ? recogniseVideo(head) : null;
		if (type === null) return refuseAnswer(opened, head);
		const fileName = `${name}.${type.extension}`;
		return { ok: true, binary: await storeFile(stream, fileName, type.mimeType) };
	} catch (error) {
		// A refusal is one without its words as well.
		if (status !== 200) return refuseAnswer(opened, Buffer.alloc(0));
		if (broken instanceof StreamLimitError) return refuse(describeLimit(broken.limit, sizeLimit));
		if (broken !== undefined) return BROKEN_OFF;
		// It was n8n's storage that refused: asking again would not help.
		return refuse(describeStorageError(error) ?? 'n8n could not store the file');
	} finally {
		watch.end();
	}
}

async function downloadOnce(
	context: IExecuteFunctions,
	url: string,
	name: string,
	rules: DownloadRules,
): Promise<{ ok: true; binary: IBinaryData } | Refused> {
	const opened = await openFollowing(context, url, rules);
	if (!opened.ok) return opened;
	const result = await store(opened, name, rules);
	// What was refused, by us or by n8n's storage, is mostly still coming.
	if (!result.ok) opened.close();
	return result;
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
): Promise<DownloadResult> {
	const { stop, turns, endedAt, sizeLimit } = rules;
	const fileName = name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 100);
	let firstFailedAt: number | null = null;
	for (let failed = 1; ; failed += 1) {
		const result = await turns.run(async () =>
			stop?.aborted ? null : await downloadOnce(context, url, fileName, rules),
		);
		if (result?.ok) return result;
		if (result === null || stop?.aborted) return refuse(describeLimit('stopped', sizeLimit));
		if (result.fault === null) return result;
		const now = Date.now();
		firstFailedAt ??= now;
		const tries = { failed, elapsed: now - firstFailedAt, age: endedAt === null ? null : now - Date.parse(endedAt) };
		const wait = pauseBeforeRepeat(result.fault, tries, Math.random(), DOWNLOAD_LIMITS);
		if (wait === null) return result;
		await pause(wait, stop);
	}
}
