import {
	NodeOperationError,
	sleep,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type IWebhookFunctions,
} from 'n8n-workflow';

import { describeNetworkError } from './networkError';
import type { Exchange, Failure, HttpBody, HttpPurpose, HttpRequest, HttpResponse } from '../core/http/http';
import { parseJson } from '../core/http/json';
import { Limiter } from '../core/http/limiter';
import { describeFailure, isWebUrl, readHeaders, textAt } from '../core/http/read';
import { repeatAfterSeconds, type RetryPolicy } from '../core/http/retry';
import { concealing, concealJson, type Conceal } from '../core/http/secrets';
import type { ProviderAdapter } from '../providers/adapter';
import { pause, setDeadline, withoutCancelSignal } from './cancelSignal';
import { readBounded } from './stream';

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

const NOT_ASKED = describeFailure({ kind: 'stopped', message: 'Stopped', made: 'no' });

/** The fields of all our credentials that nobody may see. */
const SECRET_FIELDS = ['apiKey', 'apiSecret'];

/** A credential's addresses, without a slash at the end. */
interface Addresses {
	api: string;
	files: string;
}

/** Where requests are sent from. */
export type RequestContext = IExecuteFunctions | IWebhookFunctions;

function readAddress(context: RequestContext, value: unknown, label: string): string {
	const address = typeof value === 'string' ? value.trim().replace(/\/+$/, '') : '';
	if (isWebUrl(address)) return address;
	throw new NodeOperationError(context.getNode(), `The credential's '${label}' is not a web address`, {
		description: `Open the credential and give '${label}' as https://…, or clear it to get the default back.`,
	});
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
		private readonly credential: string,
		private readonly addresses: Addresses,
		private readonly limiter: Limiter,
		/** What keeps secrets out of the answer to a request, given the milliseconds since 1970 at which it was sent. */
		private readonly concealingSince: (sentAt: number) => Conceal,
	) {}

	/**
	 * @param maxConcurrency requests in flight, shared by all items
	 * @throws NodeOperationError when the credential's addresses are no addresses
	 */
	static async open(
		context: RequestContext,
		adapter: ProviderAdapter,
		maxConcurrency: number,
	): Promise<ProviderClient> {
		const fields = await context.getCredentials(adapter.credential);
		const api = readAddress(context, fields.baseUrl, 'Base URL');
		const files = fields.filesBaseUrl === undefined ? api : readAddress(context, fields.filesBaseUrl, 'Files Base URL');
		const secrets = SECRET_FIELDS.flatMap((name) => textAt(fields, name) ?? []);
		const second = (milliseconds: number) => Math.floor(milliseconds / 1000);
		const concealingSince = (sentAt: number) =>
			concealing([...secrets, ...(adapter.signaturesOf?.(fields, second(sentAt), second(Date.now())) ?? [])]);
		return new ProviderClient(
			context,
			adapter.credential,
			{ api, files },
			new Limiter(maxConcurrency),
			concealingSince,
		);
	}

	/**
	 * Follows an exchange to its end, repeating requests as the money rules allow.
	 *
	 * @param stop ends pauses, reads and uploads; a create or cancel already sent is awaited within its own time
	 * @returns the value with the body it was read from, or the last failure, `made: 'maybe'` when any try of the create may
	 * have made something; never throws
	 */
	async run<Value>(
		exchange: Exchange<Value>,
		policy: RetryPolicy,
		stop: AbortSignal | undefined,
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
				return stop?.aborted ? null : await this.send(request, stop);
			});
			if (answer === null) return { ok: false, failure };
			sent += 1;
			if (answer.ok) {
				const step = current.read(answer.response);
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
			const wait = repeatAfterSeconds(request, failure, { sent, elapsed: Date.now() - start }, policy);
			if (wait === null) return { ok: false, failure };
			await pause(Math.ceil(wait * 1000), stop);
			if (stop?.aborted) return { ok: false, failure };
		}
	}

	/** Sends one request, follows no redirect, and reads the answer whole. What comes back is free of our secrets. */
	private async send(request: HttpRequest, stop: AbortSignal | undefined): Promise<Answer> {
		const sentAt = Date.now();
		const { passed, callOff } = setDeadline(REQUEST_TIMEOUTS[request.purpose]);
		const mayStop = stop !== undefined && (request.purpose === 'read' || request.purpose === 'upload');
		const options: IHttpRequestOptions = {
			method: request.method,
			url: this.addresses[request.host] + request.path,
			headers: { Accept: 'application/json', ...request.headers },
			...(request.query && { qs: request.query }),
			...(request.body && { body: toBody(request.body) }),
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			abortSignal: mayStop ? AbortSignal.any([stop, passed]) : passed,
		};
		try {
			const answer: unknown = await this.context.helpers.httpRequestWithAuthentication.call(
				withoutCancelSignal(this.context),
				this.credential,
				options,
			);
			const text = await readBounded(Reflect.get(Object(answer), 'body'), RESPONSE_LIMIT);
			const status = Number(Reflect.get(Object(answer), 'statusCode'));
			const conceal = this.concealingSince(sentAt);
			const headers = readHeaders(concealJson(Reflect.get(Object(answer), 'headers'), conceal));
			// JSON can spell a text in many ways, so it is concealed after it was parsed.
			const json = concealJson(parseJson(text), conceal);
			return { ok: true, response: { status, headers, text: conceal(text), json } };
		} catch (error) {
			if (mayStop && stop.aborted)
				return { ok: false, failure: describeFailure({ kind: 'stopped', message: 'Stopped', made: 'maybe' }) };
			if (!passed.aborted) {
				const failure = describeNetworkError(error);
				return { ok: false, failure: { ...failure, message: this.concealingSince(sentAt)(failure.message) } };
			}
			const seconds = REQUEST_TIMEOUTS[request.purpose] / 1000;
			return {
				ok: false,
				failure: describeFailure({ kind: 'timeout', message: `No answer within ${seconds} seconds`, made: 'maybe' }),
			};
		} finally {
			callOff();
		}
	}
}
