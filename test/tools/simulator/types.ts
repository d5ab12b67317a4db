/**
 * The simulator's public face: what tests, the demo and the benchmarks may rely on.
 * Times are milliseconds since 1970 (`at`, `createdAt`, `endsAt`), durations are milliseconds unless a name says otherwise.
 */

export const PROVIDER_NAMES = ['aimlApi', 'apiframe', 'evolink', 'minimax', 'wiro'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** Those that report to an address. */
export const CALLING_PROVIDERS = ['apiframe', 'evolink', 'minimax', 'wiro'] as const satisfies readonly ProviderName[];
export type CallingProvider = (typeof CALLING_PROVIDERS)[number];

/** Those at which a create may be asked for again under its key. */
export const KEYED_PROVIDERS = ['apiframe', 'evolink'] as const satisfies readonly ProviderName[];

/** How a job ends. */
export type JobOutcome = 'success' | 'failure' | 'cancelled';

/** Where a job stands, in words of our own; each gateway has its own vocabulary for them. */
export type JobPhase = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export type Operation =
	'create' | 'read' | 'cancel' | 'kill' | 'upload' | 'credentialTest' | 'download' | 'describe' | 'other';

/** The shapes in which Apiframe is documented, or was seen, to put the video's address into `result`. */
export type ApiframeResultShape =
	'videoUrl' | 'video_url' | 'url' | 'string' | 'videos' | 'videosObjects' | 'urls' | 'output';

/** A route that is `open` works; a number is the HTTP status with which a withdrawn route answers. */
export type RouteState = 'open' | 404 | 405 | 410;

export interface SimulatorOptions {
	/** Port of the APIs; 0 (default) takes a free one. Only read at start. */
	port?: number;
	/** Port of the CDN, a different origin; 0 (default) takes a free one. Only read at start. */
	cdnPort?: number;
	/** From create to end. Default 2000; 0 ends a job at once. A prompt holding `[[seconds:30]]` overrides it for its job. */
	jobDurationMs?: number;
	/** How jobs end. Default success. A prompt holding `[[fail]]`, `[[fail:message]]` or `[[cancel]]` overrides it. */
	outcome?: JobOutcome;
	/** The text of a failure. A prompt holding `[[fail:message]]` overrides it. */
	failureMessage?: string;
	/** Size of every served video. Default 262144, at least 1 KB. */
	videoBytes?: number;
	/** The address reported for a finished job, for instance one of the CDN's redirects; default the job's own video on the CDN. */
	videoUrl?: (job: SimulatedJob) => string;
	/** The real EvoLink takes https callbacks on public hosts only. Default true, so that a loopback n8n can be called. */
	allowHttpCallbacks?: boolean;
	/** Pauses between the tries of one callback; default: as documented for the provider. Its length is the number of repeats. */
	callbackRetryDelaysMs?: readonly number[];
	/** Wiro's slots: one job more is refused with code 96. Default no limit. */
	wiroConcurrency?: number;
	/** Names Wiro expects for image fields, per clean slug, where they should differ from the model's page. */
	wiroImageFields?: Partial<Record<string, { first?: string; last?: string }>>;
	/**
	 * How Wiro's image fields take an address, and so what Tool/Detail says of them: in a twin `<name>Url` that it lists
	 * (default), or in the field itself, which has no twin.
	 */
	wiroImageFieldKind?: 'twin' | 'combined';
	/** Wiro does not answer Tool/Detail. Default false. */
	wiroToolDetailFails?: boolean;
	/** Parameters of MiniMax-H3 that Wiro's Tool/Detail leaves out. Default none. */
	wiroToolDetailLacks?: readonly string[];
	/** Wiro takes no notice of fields that it does not know, images too, instead of refusing them. Default false. */
	wiroIgnoresUnknownFields?: boolean;
	/** Which field Cancel and Kill take; sources disagree. Default either. */
	wiroCancelBy?: 'either' | 'taskid' | 'tasktoken';
	/** What Wiro posts to a callback URL, which is undocumented: Task/Detail's answer (default) or the bare task. */
	wiroCallbackShape?: 'detail' | 'task';
	/** Whether a cancelled or killed Wiro job is called back; undocumented. Default false. */
	wiroCallbackOnCancel?: boolean;
	/** AI/ML API's two route families. Default both open. */
	aimlApiRoutes?: { universal?: RouteState; minimax?: RouteState };
	/** Keys under which AI/ML API's create answer holds the id: its samples disagree. Default both. */
	aimlApiIdKeys?: 'both' | 'id' | 'generation_id';
	/** MiniMax gives another link to a video each time it is asked for one, as the real one does. Default always the same. */
	minimaxFreshLinks?: boolean;
	apiframeResultShape?: ApiframeResultShape;
	/** Which spelling of the callback field Apiframe takes; the other is refused by name. Default webhookUrl. */
	apiframeWebhookField?: 'webhookUrl' | 'webhook_url';
	/** Words used instead of the usual ones, e.g. `{ aimlApi: { running: 'active', succeeded: 'complete' } }`. */
	statusWords?: Partial<Record<ProviderName, Partial<Record<JobPhase, string>>>>;
}

/** A parsed multipart body. A name that comes again is kept as `name#2`, `name#3` and so on. */
export interface MultipartBody {
	fields: Record<string, string>;
	files: Record<string, UploadedFile>;
}

export interface UploadedFile {
	filename: string;
	contentType: string;
	bytes: Buffer;
}

export interface RecordedRequest {
	/** `other` for routes mounted by a test. */
	provider: ProviderName | 'cdn' | 'other';
	operation: Operation;
	method: string;
	/** Path below the provider's base URL, still percent-encoded, without the query. */
	path: string;
	query: Record<string, string>;
	headers: Record<string, string>;
	/** Parsed JSON; `MultipartBody` for multipart; undefined when there is none or it cannot be parsed. */
	body: unknown;
	rawBody: Buffer;
	at: number;
	/** Absent while unanswered, and for ever when a fault broke the connection first. */
	status?: number;
	/** True when the client went away before it was answered. */
	aborted?: boolean;
	/** The job made or touched. */
	jobId?: string;
}

export interface SimulatedJob {
	provider: ProviderName;
	id: string;
	/** Wiro's task token. */
	token?: string;
	/** As the request named it; Wiro's clean slug. */
	model: string;
	/** AI/ML API's route family. */
	route?: 'universal' | 'minimax';
	/** The create request's body. */
	request: unknown;
	createdAt: number;
	endsAt: number;
	outcome: JobOutcome;
	failureMessage: string;
	/** Set when a cancel or kill ended it before its time. */
	cancelledAt?: number;
	videoUrl: string;
	callbackUrl?: string;
	/** Whether MiniMax got its challenge back from the callback URL; without it nothing is reported there. */
	hasProvenAddress?: boolean;
	/** Apiframe's webhookEvents. */
	callbackEvents?: readonly string[];
	idempotencyKey?: string;
}

/** A file stored by an upload route. */
export interface RecordedUpload {
	provider: ProviderName;
	url: string;
	bytes: Buffer;
	contentType: string;
	filename: string;
}

export interface RecordedCallback {
	provider: ProviderName;
	jobId: string;
	event: string;
	url: string;
	headers: Record<string, string>;
	rawBody: string;
	createdAt: number;
	/** One entry for each try; `status` is what the receiver answered. */
	attempts: Array<{ at: number; status?: number; error?: string }>;
	/** When the receiver accepted it (2xx; Wiro wants 200). */
	deliveredAt?: number;
	/** The fault that shaped it. */
	fault?: FaultKind;
}

export type FaultKind =
	// Any operation.
	| 'status' // answers `status` with `body`, or with the provider's own envelope when there is no body
	| 'reset' // the connection is reset
	| 'hang' // no answer, ever
	| 'slow' // the answer comes `delayMs` later
	| 'truncated' // the answer breaks off half way through
	| 'malformedJson'
	| 'html' // an error page of a proxy, 502 unless `status` says otherwise
	| 'empty' // no body, 200 unless `status` says otherwise
	| 'wrongTypes' // the true answer with every value of another type
	| 'unknownStatus' // the true answer with a status word nobody documented (`word`)
	| 'hugeBody' // the true answer padded to `bytes`
	| 'redirect' // a redirect (302 unless `status`) to `location`, by default to the CDN's /landing
	| 'notFoundOnce' // each job's first read answers as for an unknown job
	// Downloads only: headers and `bytes` of the body, then nothing more; 'reset' there breaks after `bytes` as well.
	| 'stall'
	// Callbacks only (operation 'callback').
	| 'duplicate' // `copies` (default 2) at the same instant
	| 'early' // the job ends at once and its callback's first try comes before create is answered
	| 'late' // sent `delayMs` (default 3000) after its time
	| 'lost' // never sent
	| 'forged' // besides the true one, `delayMs` (default 0) after create: claims success; Apiframe's bears a foreign signature
	// Wiro's socket only (operation 'socket').
	| 'refuse' // the handshake is refused
	| 'silent'; // opens, then says nothing

export interface Fault {
	kind: FaultKind;
	provider?: ProviderName | 'cdn' | 'other';
	operation?: Operation | 'callback' | 'socket';
	/** Matching requests it strikes; default 1, except notFoundOnce: without end. */
	times?: number;
	/** Matching requests it lets pass first; default 0. */
	skip?: number;
	/** For HTTP requests: further condition. */
	matches?: (request: RecordedRequest) => boolean;
	/** For callbacks and sockets: further condition. */
	matchesJob?: (job: SimulatedJob) => boolean;
	/**
	 * `before` (default): nothing was done. `after`: the request was carried out (the job exists), only its answer suffers.
	 * wrongTypes, unknownStatus, truncated and hugeBody need a true answer and so always strike after.
	 */
	moment?: 'before' | 'after';
	status?: number;
	headers?: Record<string, string>;
	/** An object is sent as JSON, a string as it is. */
	body?: unknown;
	/** The provider's own error code for an envelope: Wiro 96 or 97, EvoLink `content_policy_violation`. */
	code?: number | string;
	message?: string;
	/** Of `slow`, `late` and `forged`; of what else strikes `before`, how long it takes to come. */
	delayMs?: number;
	location?: string;
	word?: string;
	bytes?: number;
	copies?: number;
}

export interface WiroKeys {
	apiKey: string;
	apiSecret: string;
}

/** A request as a handler sees it: what is recorded. */
export type GatewayRequest = RecordedRequest;

/** What a handler wants sent. */
export interface Answer {
	status: number;
	headers?: Record<string, string>;
	/** An object is sent as JSON, a string or Buffer as it is, undefined as no body. */
	body?: unknown;
	/** The job made or touched. */
	job?: SimulatedJob;
}

export interface Simulator {
	url: string;
	cdnUrl: string;
	/** Wiro's base has no /v1, as https://api.wiro.ai. */
	endpoints: {
		aimlApi: { baseUrl: string };
		apiframe: { baseUrl: string };
		evolink: { baseUrl: string; filesBaseUrl: string };
		minimax: { baseUrl: string };
		wiro: { baseUrl: string; socketUrl: string };
	};
	keys: {
		aimlApi: { apiKey: string };
		apiframe: { apiKey: string };
		evolink: { apiKey: string };
		minimax: { apiKey: string };
		/** A project with signature authentication. */
		wiro: WiroKeys;
		/** A project with key-only authentication. */
		wiroKeyOnly: { apiKey: string };
	};
	readonly requests: RecordedRequest[];
	readonly jobs: SimulatedJob[];
	readonly callbacks: RecordedCallback[];
	readonly uploads: RecordedUpload[];
	/** Requests being answered now, and the most there ever were since start or reset (CDN not counted). */
	readonly inFlight: { current: number; peak: number };
	requestsOf(provider: RecordedRequest['provider'], operation?: Operation): RecordedRequest[];
	job(id: string): SimulatedJob | undefined;
	phaseOf(id: string): JobPhase;
	/** Changes options for what comes next; existing jobs keep their clock and end. */
	configure(options: Partial<SimulatorOptions>): void;
	addFault(fault: Fault): void;
	clearFaults(): void;
	/** Moves a job's clock: 0 is its create, 0.25 the start of work, 1 its end. */
	setJobProgress(id: string, fraction: number): void;
	/** Ends a job now. Its callback follows at once. */
	finishJob(id: string, outcome?: JobOutcome): void;
	/** Sends a job's callback by hand, whatever its state; resolves when all tries are over. */
	sendCallback(id: string, callback?: CallbackOverrides): Promise<RecordedCallback>;
	/** Resolves when no callback is on its way; jobs still running are not waited for. */
	callbacksSettled(): Promise<void>;
	/** Serves further routes below a path prefix, recorded as provider `other`. */
	mount(prefix: string, handler: (request: GatewayRequest) => Answer | Promise<Answer>): void;
	/** Forgets requests, jobs, callbacks, uploads, faults and configured options. */
	reset(): void;
	close(): Promise<void>;
}

/** What to change about a callback sent by hand. */
export interface CallbackOverrides {
	/** Default the job's own callback URL. */
	url?: string;
	/** Apiframe `completed`, `failed`, `progress`. */
	event?: string;
	/** Replaces the body; an object is sent as JSON and signed, a string as it is. */
	body?: unknown;
	headers?: Record<string, string>;
	/** Apiframe: the key to sign with, `none` for no signature. */
	signWith?: string;
}
