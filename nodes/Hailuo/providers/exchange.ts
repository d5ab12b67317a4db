import type { Exchange, Failure, FailureKind, HttpRequest, HttpResponse, Step } from '../core/http/http';
import type { JobFailure } from '../core/job/job';
import { cleanText, describeFailure, retryAfterSeconds } from '../core/http/read';
import type { Frame } from '../core/video/videoRequest';

/**
 * What the adapters share in reading answers and in joining requests to chains.
 */

/** A frame whose bytes we hold. */
export type FileFrame = Extract<Frame, { kind: 'file' }>;

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
 * Builds a failure from a refusing answer.
 *
 * Of a create it proves that nothing was made only where the provider documents the status and speaks itself, in its own
 * envelope. A page of the same status comes of something in between, which knows nothing of what the server behind it
 * did, or of a server that broke off: true even of 401, 413 and 429, with which most proxies refuse before they pass
 * anything on. That leaves a person a job to look for that seldom is there, which costs less than one bought twice.
 *
 * @param response the refusal
 * @param known what the adapter read; `kind` follows from the status where the provider gives it no other meaning,
 * `message` may be null where the provider gave no words, `retryWords` is text that may say how long to wait, `made` is
 * given as `no` for a proof
 */
export function describeRefusal(
	response: HttpResponse,
	known: { message: string | null; retryWords?: string | null } & Partial<Pick<Failure, 'kind' | 'code' | 'made'>>,
): Failure {
	const { message, retryWords, ...rest } = known;
	return describeFailure({
		kind: kindOfStatus(response.status),
		httpStatus: response.status,
		retryAfterSeconds: retryAfterSeconds(response, retryWords ?? null),
		...rest,
		message: shown(message) ?? `HTTP ${response.status} without an explanation`,
	});
}

/**
 * Builds the reason of a job's failure.
 *
 * @param code the provider's own, where it has one
 * @param message the provider's words, where it gave some
 * @param otherwise our words for when nothing is left of them
 */
export function describeJobFailure(code: string | null, message: string | null, otherwise: string): JobFailure {
	return { code: shown(code), message: shown(message) ?? otherwise };
}

/** A provider's text as it may be shown; null when nothing of it can be. */
function shown(text: string | null): string | null {
	const clean = cleanText(text ?? '');
	return clean === '' ? null : clean;
}

/**
 * Builds the failure for an accepted answer that has not the documented shape.
 */
export function describeUnreadable(response: HttpResponse): Failure {
	const what = response.json === undefined ? 'is no JSON' : 'has not the documented shape';
	const excerpt = cleanText(response.text, 120);
	return describeFailure({
		kind: 'unreadable',
		httpStatus: response.status,
		message: `The answer (HTTP ${response.status}) ${what}${excerpt === '' ? '' : `: ${excerpt}`}`,
	});
}

function describeRedirect(response: HttpResponse): Failure {
	return describeFailure({
		kind: 'redirect',
		httpStatus: response.status,
		message: `The address answered with a redirect (HTTP ${response.status}${redirectTarget(response)})`,
	});
}

/** The origin alone: the rest of a redirect's address may hold what no message should. */
function redirectTarget(response: HttpResponse): string {
	try {
		return ` to ${new URL(response.headers.location ?? '').origin}`;
	} catch {
		return '';
	}
}

/**
 * Says what a status means where HTTP itself says it.
 *
 * @param status HTTP status, not 2xx
 * @returns the kind; 5xx is `provider`, since that nothing was done must be documented to be believed
 */
export function kindOfStatus(status: number): FailureKind {
	switch (status) {
		case 401:
			return 'authentication';
		case 402:
			return 'credit';
		case 403:
			return 'permission';
		case 404:
		case 410:
			return 'notFound';
		case 409:
			return 'conflict';
		case 429:
			return 'rateLimit';
	}
	if (status >= 300 && status < 400) return 'redirect';
	return status >= 400 && status < 500 && status !== 408 ? 'invalid' : 'provider';
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
 * Uploads a file as the part `file` of a form.
 *
 * @param request where to
 * @param readers how the answer is read; it leads to the file's address
 */
export function uploadExchange(
	file: FileFrame,
	request: Pick<HttpRequest, 'path' | 'host'>,
	readers: AnswerReaders<string>,
): Exchange<string> {
	const body = { kind: 'multipart' as const, fields: [{ name: 'file', file }] };
	return { request: { purpose: 'upload', method: 'POST', ...request, body }, read: answerReader(readers) };
}

/**
 * Uploads the frames whose bytes we hold, one after the other, and goes on with addresses only.
 *
 * @param frames in the request's order; null where there is none
 * @param upload builds the upload of one file; it leads to the file's address
 * @param proceed builds what follows from the addresses, in the order of `frames`
 */
export function uploadFrames<Value>(
	frames: ReadonlyArray<Frame | null>,
	upload: (file: FileFrame) => Exchange<string>,
	proceed: (urls: ReadonlyArray<string | null>) => Exchange<Value>,
): Exchange<Value> {
	const [frame, ...rest] = frames;
	if (frame === undefined) return proceed([]);
	const goOn = (url: string | null) => uploadFrames(rest, upload, (urls) => proceed([url, ...urls]));
	if (frame === null) return goOn(null);
	return frame.kind === 'url' ? goOn(frame.url) : after(upload(frame), goOn);
}
