import type { Exchange, Failure, HttpRequest, HttpResponse, Step } from '../core/http/http';
import { MEDIA_KINDS, type MediaKind } from '../core/video/media';
import type { Media, References } from '../core/video/videoRequest';
import { describeRedirect, describeUnreadable } from './refusal';

/**
 * What the adapters share in reading answers and in joining requests to chains.
 */

/** A file whose bytes we hold. */
export type HeldFile = Extract<Media, { kind: 'file' }>;

export interface AnswerReaders<Value> {
	/** Reads an accepted answer; null when what was asked for is not in it. */
	value(response: HttpResponse): Value | null;
	/** Reads a refusal. */
	failure(response: HttpResponse): Failure;
	/** For providers that report refusals in answers of status 2xx; not asked of an answer with a value. */
	refuses?: ((body: unknown) => boolean) | undefined;
}

/**
 * Builds the reading of an exchange's last answer, so that every adapter treats the odd cases alike: a redirect is
 * never a value, and an accepted answer that makes no sense is `unreadable` (of a create: something may be made).
 *
 * @param readers what differs between providers
 * @returns a `read` for an exchange; it never throws as long as the readers do not
 */
export function answerReader<Value>(readers: AnswerReaders<Value>): (response: HttpResponse) => Step<Value> {
	return (response) => {
		if (response.status >= 300 && response.status < 400) return fail(describeRedirect(response));
		const accepted = response.status >= 200 && response.status < 300;
		if (!accepted) return fail(readers.failure(response));
		const value = readers.value(response);
		if (value !== null) return { kind: 'value', value };
		return fail(readers.refuses?.(response.json) ? readers.failure(response) : describeUnreadable(response));
	};
}

/**
 * Ends a chain.
 *
 * @param failure why
 */
export function fail(failure: Failure): { kind: 'failure'; failure: Failure } {
	return { kind: 'failure', failure };
}

/**
 * Joins two exchanges of which the first makes no job, such as an upload and a create.
 *
 * @param first whose failure ends the chain, certain to have made nothing
 * @param proceed builds the second from what the first led to
 */
export function after<First, Value>(
	first: Exchange<First>,
	proceed: (value: First) => Exchange<Value>,
): Exchange<Value> {
	return {
		request: first.request,
		read(response) {
			const step = first.read(response);
			switch (step.kind) {
				case 'value':
					return { kind: 'next', exchange: proceed(step.value) };
				case 'next':
					return { kind: 'next', exchange: after(step.exchange, proceed) };
				case 'failure':
					return fail({ ...step.failure, made: 'no' });
			}
		},
	};
}

/**
 * Gives an exchange a second one to fall back to.
 *
 * @param first the one to try
 * @param applies says of the first answer that the other should be tried; for a create it must be true only of
 * answers that prove that such a request makes nothing, however often it was sent
 * @param other builds the second
 */
export function orElse<Value>(
	first: Exchange<Value>,
	applies: (response: HttpResponse) => boolean,
	other: () => Exchange<Value>,
): Exchange<Value> {
	return {
		request: first.request,
		read: (response) => (applies(response) ? { kind: 'next', exchange: other() } : first.read(response)),
	};
}

/**
 * Writes a file into a request: as its address, or as a data URL where we hold its bytes. Bare Base64 is no URI, which
 * AI/ML API wants, and what MiniMax documents is a data URL too.
 */
export function addressOf(media: Media): string {
	if (media.kind === 'url') return media.url;
	const { buffer, byteOffset, byteLength } = media.bytes;
	return `data:${media.mimeType};base64,${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}`;
}

/**
 * Uploads a file as the part `file` of a form.
 *
 * @param request where to
 * @param readers how the answer is read; it leads to the file's address
 */
export function uploadExchange(
	file: HeldFile,
	request: Pick<HttpRequest, 'path' | 'host'>,
	readers: AnswerReaders<string>,
): Exchange<string> {
	const body = { kind: 'multipart' as const, fields: [{ name: 'file', file }] };
	return { request: { purpose: 'upload', method: 'POST', ...request, body }, read: answerReader(readers) };
}

/**
 * Uploads the files whose bytes we hold, one after the other, and goes on with addresses only.
 *
 * @param frames files of any kind in the request's order; null where there is none
 * @param upload builds the upload of one file; it leads to the file's address
 * @param proceed builds what follows from the addresses, in the order of `frames`
 */
export function uploadFrames<Value>(
	frames: ReadonlyArray<Media | null>,
	upload: (file: HeldFile) => Exchange<string>,
	proceed: (urls: ReadonlyArray<string | null>) => Exchange<Value>,
): Exchange<Value> {
	const [frame, ...rest] = frames;
	if (frame === undefined) return proceed([]);
	const goOn = (url: string | null) => uploadFrames(rest, upload, (urls) => proceed([url, ...urls]));
	if (frame === null) return goOn(null);
	return frame.kind === 'url' ? goOn(frame.url) : after(upload(frame), goOn);
}

/** Addresses of references, each kind in the request's order. */
export type ReferenceUrls = Readonly<Record<MediaKind, readonly string[]>>;

/**
 * Does with references what `uploadFrames` does with frames.
 *
 * @param references those of the request
 * @param upload builds the upload of one file; it leads to the file's address
 * @param proceed builds what follows from the addresses
 */
export function uploadReferences<Value>(
	references: References,
	upload: (file: HeldFile) => Exchange<string>,
	proceed: (urls: ReferenceUrls) => Exchange<Value>,
): Exchange<Value> {
	const places = MEDIA_KINDS.flatMap((kind) => references[kind].map((media) => ({ kind, media })));
	return uploadFrames(
		places.map(({ media }) => media),
		upload,
		(urls) => {
			const urlsOf = (kind: MediaKind) =>
				urls.filter((url) => url !== null).filter((_, index) => places[index]?.kind === kind);
			return proceed({ images: urlsOf('images'), videos: urlsOf('videos'), audios: urlsOf('audios') });
		},
	);
}
