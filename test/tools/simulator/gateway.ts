import type { CallbackSender } from './callbacks';
import type { Cdn } from './cdn';
import type { FaultBook } from './faults';
import type { JobStore } from './jobs';
import type {
	Answer,
	JobPhase,
	MultipartBody,
	Operation,
	RecordedRequest,
	RecordedUpload,
	SimulatedJob,
	Simulator,
	SimulatorOptions,
} from './types';

/** What the gateways share. */
export interface Simulation {
	options: SimulatorOptions;
	readonly keys: Simulator['keys'];
	readonly jobs: JobStore;
	readonly faults: FaultBook;
	readonly callbacks: CallbackSender;
	readonly cdn: Cdn;
	readonly uploads: RecordedUpload[];
}

/** One provider's API. */
export interface Gateway {
	/** What a request is for, known before it is looked at closely, so that faults can choose. */
	operationOf(request: { method: string; path: string }): Operation;
	/** Carries a request out. Throws `Refusal`, or answers. */
	handle(request: RecordedRequest): Answer | Promise<Answer>;
	/** A refusal in the provider's own envelope. */
	refuse(refusal: Refusal, request: RecordedRequest): Answer;
	/** How the provider answers about a job it does not know. */
	unknownJob(request: RecordedRequest): Refusal;
	callbacks?: CallbackDialect;
	/** Forgets everything about earlier requests. */
	reset?(): void;
}

export interface CallbackMessage {
	event: string;
	body: unknown;
}

/** How one provider calls back. */
export interface CallbackDialect {
	/** Fractions of a job's time at which it may call back; the last is 1, the end. */
	moments: readonly number[];
	/** Undefined when nothing is to be sent at that moment. */
	messageAt(job: SimulatedJob, moment: number): CallbackMessage | undefined;
	/** Whether the job asked for this event. */
	wants(job: SimulatedJob, event: string): boolean;
	/** A message that claims a success which did not happen. */
	falseMessage(job: SimulatedJob): CallbackMessage;
	headers(event: string, rawBody: string, signWith?: string): Record<string, string>;
	accepts(status: number): boolean;
	timeoutMs: number;
	retryDelaysMs: readonly number[];
	/** Present where an address is tried before it is reported to: how long the challenge may take to come back. */
	challengeMs?: number;
}

/** A request refused, before it is put into a provider's envelope. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		message?: string,
		/** The provider's own code, type, field and so on, for its envelope. */
		readonly details: {
			code?: number | string;
			type?: string;
			param?: string;
			fields?: Record<string, string[]>;
			extra?: Record<string, unknown>;
		} = {},
	) {
		super(message ?? '');
	}
}

/**
 * The provider's word for a phase, unless the options say another. The phase is the one that the rest of an answer goes
 * by: looked up again it may have become another, and a status of the end would come without its outcome.
 */
export function statusWord(
	{ options }: Simulation,
	provider: SimulatedJob['provider'],
	phase: JobPhase,
	words: Record<JobPhase, string>,
): string {
	return options.statusWords?.[provider]?.[phase] ?? words[phase];
}

/** The address a finished job reports. */
export function videoUrlOf(simulation: Simulation, job: SimulatedJob): string {
	return simulation.options.videoUrl?.(job) ?? job.videoUrl;
}

/** The bearer token of a request, undefined without one. */
export function bearerToken(request: RecordedRequest): string | undefined {
	return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
}

/** Percent-decodes one path segment; undefined where it is malformed. */
export function decodeSegment(segment: string): string | undefined {
	try {
		return decodeURIComponent(segment);
	} catch {
		return undefined;
	}
}

/** Whether a value is an http or https address. */
export function isWebUrl(value: string): boolean {
	return /^https?:\/\//i.test(value) && URL.canParse(value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isMediaType(request: RecordedRequest, type: string): boolean {
	return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() === type;
}

/** The parsed multipart body of a request; undefined when it is something else. */
export function multipartOf(request: RecordedRequest): MultipartBody | undefined {
	const { body } = request;
	return isMediaType(request, 'multipart/form-data') && isMultipartBody(body) ? body : undefined;
}

function isMultipartBody(body: unknown): body is MultipartBody {
	return isRecord(body) && isRecord(body.fields) && isRecord(body.files);
}
