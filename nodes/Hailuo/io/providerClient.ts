import {
	NodeOperationError,
	sleep,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type IWebhookFunctions,
} from 'n8n-workflow';

import { describeNetworkError, quoteArrived } from './networkError';
import { concealTickets } from '../core/callback/ticket';
import { readCredential, type Credential } from '../core/http/credentialFields';
import type { Exchange, Failure, HttpBody, HttpPurpose, HttpRequest, HttpResponse } from '../core/http/http';
import { parseCutJson, parseJson } from '../core/http/json';
import { Limiter } from '../core/http/limiter';
import { readAnswer } from '../core/http/page';
import { isPrivateUrl } from '../core/http/privateAddress';
import { describeFailure, readHeaders } from '../core/http/read';
import { repeatAfterSeconds, type RetryPolicy } from '../core/http/retry';
import { concealing, concealJson } from '../core/http/secrets';
import type { ProviderAdapter } from '../providers/adapter';
import { pause, setDeadline, withoutCancelSignal } from './cancelSignal';
import { readBounded, type ReadBody } from './stream';

/**
 * Responsibilities of this file: to send an adapter's requests through n8n's own client with the credential's key, to
 * that credential's addresses only; to hand back status and body as data, without the credential's secrets; to repeat
 * what may be repeated.
 */

/** Milliseconds until an answer must be there, body included. A create may carry a 20 MB image. */
const REQUEST_TIMEOUTS: Record<HttpPurpose, number> = {
	create: 120_000,
	upload: 120_000,
	read: 30_000,
	cancel: 30_000,
};

/** No documented answer comes near it; more is not kept in memory. */
const RESPONSE_LIMIT = 2 * 1024 * 1024;

export type ExchangeResult<Value> = { ok: true; value: Value; raw: unknown } | { ok: false; failure: Failure };

type Answer = { ok: true; response: HttpResponse } | { ok: false; failure: Failure };

const STOPPED = describeFailure({ kind: 'stopped', message: 'Stopped', made: 'maybe' });

const NOT_ASKED: Failure = { ...STOPPED, made: 'no' };

/** Characters of a body that are kept as text: for messages, which show the beginning of what is no JSON. */
const TEXT_LIMIT = 16 * 1024;

/** Where requests are sent from. */
export type RequestContext = IExecuteFunctions | IWebhookFunctions;

/** Of a create whatever is whole counts, also where the rest was cut off: it may name the job that was bought. */
function readJson({ text, broken }: ReadBody, purpose: HttpPurpose): unknown {
	const json = parseJson(text) ?? (purpose === 'create' ? parseCutJson(text) : undefined);
	// The beginning of a number is a number too.
	return broken === null || (typeof json === 'object' && json !== null) ? json : undefined;
}

let lastNonce = 0;

/** The time in milliseconds, except that no two requests share one, however many are sent at once. */
function nextNonce(): string {
	lastNonce = Math.max(lastNonce + 1, Date.now());
	return String(lastNonce);
}

function toBody(body: HttpBody): FormData | IDataObject {
	if (body.kind === 'json') return body.value;
	const form = new FormData();
	for (const field of body.fields) {
		if ('value' in field) form.append(field.name, field.value);
		else form.append(field.name, new Blob([field.file.bytes], { type: field.file.mimeType }), field.file.fileName);
	}
	return form;
}

/** One provider, one credential, one execution: the way out for all of an execution's items. */
export class ProviderClient {
	private constructor(
		private readonly context: RequestContext,
		private readonly adapter: ProviderAdapter,
		private readonly credential: Credential,
		private readonly limiter: Limiter,
	) {}

	/**
	 * @param maxConcurrency requests in flight, shared by all items
	 * @throws NodeOperationError when the credential's keys or addresses cannot be used
	 */
	static async open(
		context: RequestContext,
		adapter: ProviderAdapter,
		maxConcurrency: number,
	): Promise<ProviderClient> {
		const credential = readCredential(await context.getCredentials(adapter.credential));
		if (!('problem' in credential)) {
			return new ProviderClient(context, adapter, credential, new Limiter(maxConcurrency));
		}
		const { title, cure } = credential.problem;
		throw new NodeOperationError(context.getNode(), title, { description: cure });
	}

	/** Whether the provider is in a private network itself, so that it reaches private addresses. */
	get isPrivate(): boolean {
		return isPrivateUrl(this.credential.addresses.api);
	}

	/**
	 * Follows an exchange to its end, repeating requests as the money rules allow.
	 *
	 * @param stop ends pauses, reads and uploads; a create or cancel already sent is awaited within its own time
	 * @param onCreate called right before a create is sent for the first time
	 * @returns the value with the body it was read from, or the last failure, `made: 'maybe'` when any try of the create may
	 * have made something; never throws
	 */
	async run<Value>(
		exchange: Exchange<Value>,
		policy: RetryPolicy,
		stop: AbortSignal | undefined,
		onCreate: () => void = () => undefined,
	): Promise<ExchangeResult<Value>> {
		let current = exchange;
		let sent = 0;
		let start = Date.now();
		let failure = NOT_ASKED;
		let perhapsMade = false;
		for (;;) {
			const { request } = current;
			const answer = await this.limiter.run(async () => {
				// Who had this turn before may have failed and so be about to fire `stop`: nothing is bought after that.
				if (request.purpose === 'create') await sleep(0);
				if (stop?.aborted) return null;
				if (request.purpose === 'create' && sent === 0) onCreate();
				return await this.send(request, stop);
			});
			if (answer === null) return { ok: false, failure };
			sent += 1;
			if (answer.ok) {
				const step = readAnswer(current, answer.response);
				if (step.kind === 'value') return { ok: true, value: step.value, raw: answer.response.json };
				if (step.kind === 'next') {
					current = step.exchange;
					failure = NOT_ASKED;
					// What leads on says of this very request, and so of every try of it, that it makes nothing.
					perhapsMade = false;
					sent = 0;
					start = Date.now();
					continue;
				}
				failure = step.failure;
			} else {
				failure = answer.failure;
			}
			// A later refusal of a create says nothing of the try before it, whose answer was lost.
			perhapsMade ||= request.purpose === 'create' && failure.made === 'maybe';
			failure = { ...failure, made: perhapsMade ? 'maybe' : 'no' };
			const wait = repeatAfterSeconds(
				request,
				failure,
				{ sent, elapsed: Date.now() - start, random: Math.random() },
				policy,
			);
			if (wait === null) return { ok: false, failure };
			await pause(Math.ceil(wait * 1000), stop);
			if (stop?.aborted) return { ok: false, failure };
		}
	}

	/** Sends one request, follows no redirect, and reads the answer whole. What comes back is free of our secrets. */
	private async send(request: HttpRequest, stop: AbortSignal | undefined): Promise<Answer> {
		const { adapter, context } = this;
		const { keys, addresses } = this.credential;
		const { passed, callOff } = setDeadline(REQUEST_TIMEOUTS[request.purpose]);
		const mayStop = stop !== undefined && (request.purpose === 'read' || request.purpose === 'upload');
		const signing = keys.apiSecret === null ? undefined : adapter.signing;
		const nonce = nextNonce();
		const concealKeys = concealing([keys.apiKey, keys.apiSecret ?? '', signing?.signatureOf(keys, nonce) ?? '']);
		const conceal = (text: string) => concealTickets(concealKeys(text));
		const options: IHttpRequestOptions = {
			method: request.method,
			url: addresses[request.host] + request.path,
			headers: {
				Accept: 'application/json',
				...request.headers,
				...(signing && { [signing.nonceHeader]: nonce }),
			},
			...(request.query && { qs: request.query }),
			...(request.body && { body: toBody(request.body) }),
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			abortSignal: mayStop ? AbortSignal.any([stop, passed]) : passed,
		};
		const fail = (error: unknown, arrived: string | null): Answer => {
			const failure = describeNetworkError(error, arrived);
			if (mayStop && stop.aborted) return { ok: false, failure: STOPPED };
			const late = `No answer within ${REQUEST_TIMEOUTS[request.purpose] / 1000} seconds${quoteArrived(arrived)}`;
			const described: Failure = passed.aborted ? describeFailure({ kind: 'timeout', message: late }) : failure;
			return { ok: false, failure: { ...described, message: conceal(described.message) } };
		};
		try {
			const answer: unknown = await context.helpers.httpRequestWithAuthentication.call(
				withoutCancelSignal(context),
				adapter.credential,
				options,
			);
			const body = await readBounded(Reflect.get(Object(answer), 'body'), RESPONSE_LIMIT);
			const json = readJson(body, request.purpose);
			if (body.broken !== null && json === undefined) return fail(body.broken, body.text);
			const response: HttpResponse = {
				status: Number(Reflect.get(Object(answer), 'statusCode')),
				headers: readHeaders(concealJson(Reflect.get(Object(answer), 'headers'), conceal)),
				text: conceal(body.text.slice(0, TEXT_LIMIT)),
				// JSON can spell a text in many ways, so it is concealed after it was parsed.
				json: concealJson(json, conceal),
			};
			return { ok: true, response };
		} catch (error) {
			return fail(error, null);
		} finally {
			callOff();
		}
	}
}
