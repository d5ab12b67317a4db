/**
 * HTTP as plain data. Adapters describe requests and read responses; only io/providerClient sends.
 */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

export type JsonObject = { [key: string]: JsonValue };

export interface FilePart {
	bytes: Uint8Array;
	fileName: string;
	mimeType: string;
}

export type MultipartField = { name: string; value: string } | { name: string; file: FilePart };

export type HttpBody = { kind: 'json'; value: JsonObject } | { kind: 'multipart'; fields: MultipartField[] };

/**
 * What a request does at the provider. It decides what may be repeated:
 * `read` and `upload` always, `cancel` (asking twice changes nothing), `create` only by the money rules.
 */
export type HttpPurpose = 'create' | 'read' | 'cancel' | 'upload';

export interface HttpRequest {
	purpose: HttpPurpose;
	method: 'GET' | 'POST' | 'DELETE';
	/** Which of the credential's addresses the path is appended to: `api` is `baseUrl`, `files` is `filesBaseUrl`. */
	host: 'api' | 'files';
	/** Begins with a slash; every variable segment is already encoded. */
	path: string;
	query?: Record<string, string>;
	headers?: Record<string, string>;
	body?: HttpBody;
	/** True where the provider documents that the same request sent twice makes one job (Apiframe's Idempotency-Key). */
	idempotent?: boolean;
}

export interface HttpResponse {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	/** The parsed body; undefined when it was no JSON. Untrusted. */
	json: unknown;
	/** The body as text, bounded by the transport. Untrusted. */
	text: string;
}

/** What one response leads to: a value, a failure, or another request (nothing was made by the first, in any try of it). */
export type Step<Value> =
	{ kind: 'value'; value: Value } | { kind: 'failure'; failure: Failure } | { kind: 'next'; exchange: Exchange<Value> };

/**
 * A request together with how to read its answer. Chains of requests (upload, then create; this route, then
 * the other) are exchanges whose reading names the next one, so that an adapter stays free of I/O.
 */
export interface Exchange<Value> {
	request: HttpRequest;
	/** Never throws; a body that makes no sense is a failure of kind `unreadable`. */
	read(response: HttpResponse): Step<Value>;
}

export const FAILURE_KINDS = [
	/** The key was refused. */
	'authentication',
	/** The key is good but may not do this. */
	'permission',
	'credit',
	/** The request's values were refused. */
	'invalid',
	/** The prompt or image was refused for what it shows. */
	'content',
	'notFound',
	'conflict',
	'rateLimit',
	/** No free slot for one more job (Wiro's code 96): waiting for one to end helps. */
	'slot',
	/** The provider said that it did not take the request now (its documented 503). */
	'unavailable',
	/** A fault at the provider, or an answer without an explanation. */
	'provider',
	/** Not cancellable in its state, or no cancellation at all. */
	'notCancellable',
	'redirect',
	/** An answer that is no JSON of the documented shape. */
	'unreadable',
	/** No answer: see `message` for the network's own words. */
	'network',
	'timeout',
	/** n8n's Stop. */
	'stopped',
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Why something did not work, as data; io/errors turns it into n8n's errors. */
export interface Failure {
	kind: FailureKind;
	/** The provider's own words, or ours where it had none. Bounded and cleaned by core/read. */
	message: string;
	/** The provider's own code, as text. */
	code: string | null;
	httpStatus: number | null;
	retryAfterSeconds: number | null;
	/**
	 * Of a create: `no` when the provider certainly made nothing, `maybe` when that cannot be known.
	 * Of any other request it says nothing.
	 */
	made: 'no' | 'maybe';
}
