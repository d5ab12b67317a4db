import type { Offer } from '../core/video/offer';
import type { CredentialKeys } from '../core/http/credentialFields';
import type { Exchange, JsonObject } from '../core/http/http';
import type { Job, JobReference, JobStatus } from '../core/job/job';
import type { VideoRequest } from '../core/video/videoRequest';

/**
 * An option only this provider has. The form shows it among the options of that provider, and its value reaches the
 * adapter in `VideoRequest.extras` under `name`.
 */
export type ExtraOption = {
	name: string;
	label: string;
	description: string;
	/** Models it is offered for; all when absent. */
	models?: readonly string[];
} & (
	| { type: 'boolean'; default: boolean }
	| { type: 'string'; default: string; placeholder?: string }
	| { type: 'options'; default: string; choices: ReadonlyArray<{ name: string; value: string; description?: string }> }
);

/**
 * A provider. Everything n8n shows and does for one follows from this object, and a new provider is one such object,
 * one line in the registry, one credential file and one line in package.json.
 *
 * An adapter is pure: data in, a request description out; a response in, a job or a failure out. It never sees
 * credentials, the clock, randomness or anything of n8n. Optional members are capabilities: what is absent is not
 * offered in the form and refused with a clear message when forced by an expression.
 */
export interface ProviderAdapter {
	/** The value of the `provider` parameter; saved in users' workflows, so it never changes. */
	readonly id: string;
	readonly label: string;
	/** Name of the n8n credential type. */
	readonly credential: string;
	/** For users: where this provider documents the models. */
	readonly documentationUrl: string;
	/** For users: where a person can see at the provider whether a job of unknown outcome was made. */
	readonly jobsPage: string;
	readonly offers: readonly Offer[];
	/**
	 * What finds a job of this provider again beside its id, such as a second token. Each is a field of items, of its own
	 * name, which is saved in users' workflows too.
	 */
	readonly handles: readonly string[];
	readonly extras: readonly ExtraOption[];
	/**
	 * Every status word the provider documents, in lower case. Words outside it become `unknown`: not final, shown as
	 * they are. A word whose meaning depends on more than itself (Wiro's `task_postprocess_end`) stands here with the
	 * status it has when all is well.
	 */
	readonly statusWords: Readonly<Record<string, JobStatus>>;
	/** Seconds between two reads of one job that the provider asks for at least. */
	readonly shortestPollSeconds: number;
	/** How long the provider says its result links live; null where it does not say. For users. */
	readonly linkLifetime: string | null;

	/**
	 * Present where a create depends on something that only the provider can tell. It makes no job; a run asks each such
	 * question once, for all items that have it.
	 *
	 * @returns null for a request that depends on nothing
	 */
	prepare?(request: VideoRequest): Exchange<unknown> | null;

	/**
	 * Makes the job. The returned chain may upload images first; only its request of purpose `create` costs money.
	 * The job it ends in has an id; an accepted answer without one is a failure with `made: 'maybe'`.
	 *
	 * @param prepared what `prepare` led to, untrusted; absent where there was nothing to ask, or no answer
	 */
	create(request: VideoRequest, prepared?: unknown): Exchange<Job>;

	/**
	 * Present where the same create with the same idempotency key makes one job, so that a repeat is harmless: for so many
	 * hours, with some to spare.
	 */
	readonly idempotentCreate?: { hours: number };

	/**
	 * Present with `prepare`, where a create that had to do without its answer can lose its images unnoticed.
	 *
	 * @returns leads to false for a job that shows that it has no image, to true also where it shows nothing of it
	 */
	hasImage?(reference: JobReference): Exchange<boolean>;

	/** Reads the job. */
	get(reference: JobReference): Exchange<Job>;

	/** Ends the job at the provider; a job that was over already is answered as it is. */
	cancel?(reference: JobReference): Exchange<Job>;

	/** Present where the credential signs requests, if it has a secret to do it with. */
	readonly signing?: SigningCapability;

	/** Present where the provider tells of a job's stages over a WebSocket. */
	readonly progressSocket?: ProgressSocketCapability;

	/** Present where the provider can report a job's end to a URL given at create. */
	readonly callbacks?: CallbackCapability;
}

/** What is needed to know a request's signature before it is sent, so that it is shown nowhere when it is quoted. */
export interface SigningCapability {
	/** The header of the request from which the credential takes the nonce. */
	readonly nonceHeader: string;
	/** Makes the signature that the credential puts on the request. */
	signatureOf(keys: CredentialKeys, nonce: string): string;
}

/** A socket is only a doorbell, as a callback is. */
export interface ProgressSocketCapability {
	/** The credential's field that holds the socket's address. */
	readonly addressField: string;
	/** What to send first; null for a job that cannot be followed. It carries no key. */
	greet(reference: JobReference): string | null;
	/** Reads a message; null for one that says nothing of the job. Never throws. */
	readEvent(text: string): ProgressEvent | null;
}

export interface ProgressEvent {
	/** The job seems to be over. */
	isFinal: boolean;
	/** 0 to 100. */
	progress: number | null;
}

export interface CallbackCapability {
	/** The provider refuses anything but https addresses. */
	readonly httpsOnly: boolean;
	/**
	 * Whether the address of the execution that waits may be given. It answers only once that execution is suspended, so
	 * not where the provider tries an address before it takes the job.
	 */
	readonly resumesExecution: boolean;
	/**
	 * Present where the provider tries an address with a call that wants an answer at once.
	 *
	 * @param body parsed, untrusted
	 * @returns what to answer; null when the body is no such call
	 */
	handshake?(body: unknown): JsonObject | null;
	/**
	 * Reads what a callback says. It is never more than a hint: what a job is, is always read from the provider.
	 *
	 * @param body parsed, untrusted
	 * @returns null when the body is no callback of this provider
	 */
	readCallback(body: unknown): CallbackNote | null;
	/**
	 * Present where the provider signs its callbacks.
	 *
	 * @param rawBody the bytes as they came; a body that was parsed and written again has another signature
	 * @param headers names in lower case
	 * @param secret the credential's key
	 */
	verify?(rawBody: Uint8Array, headers: Readonly<Record<string, string>>, secret: string): boolean;
}

/** What a callback says of a job. */
export interface CallbackNote {
	/** The job as the callback names it; all of its handles name that job alone. */
	reference: JobReference;
	status: JobStatus;
	/** The whole job, where the provider signs what it says: it serves when the job cannot be read. */
	job?: Job;
}

/**
 * Says whether a callback is about this job.
 */
export function concerns({ reference }: CallbackNote, job: JobReference): boolean {
	const namesOf = ({ jobId, handles }: JobReference) => [jobId, ...Object.values(handles ?? {})];
	// Where a provider has two handles, its create may have told only one of them, and that is the id then.
	return namesOf(job).some((name) => namesOf(reference).includes(name));
}
