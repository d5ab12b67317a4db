import type { Failure, FailureKind, HttpResponse } from '../../core/http/http';
import { textAt } from '../../core/http/read';
import { describeRefusal, kindOfStatus } from '../refusal';
import type { Reason } from '../jobExchange';

/**
 * How MiniMax refuses. V1 answers HTTP 200, also to a key that is not valid, and puts a code into `base_resp`; V2 has true
 * statuses, and the code in brackets at the end of its message. Sources: MiniMax's pages on error codes and on the calls of
 * both versions; for 1028, 1030 and 2061 MiniMax's own command line client.
 */

/** Codes that say before anything is made that it will not be. */
const REFUSALS: Readonly<Record<string, FailureKind>> = {
	// Requests a minute.
	'1002': 'rateLimit',
	'1004': 'authentication',
	'1008': 'credit',
	// What the prompt or an image shows.
	'1026': 'content',
	// What a plan includes is used up.
	'1028': 'credit',
	'1030': 'credit',
	// Tokens a minute, and connections.
	'1039': 'rateLimit',
	'1041': 'rateLimit',
	// Invisible characters.
	'1042': 'invalid',
	'2013': 'invalid',
	// Requests that grow too fast.
	'2045': 'rateLimit',
	'2049': 'authentication',
	// What a plan includes for five hours is used up: waiting a minute does not help.
	'2056': 'credit',
	// The plan does not have the model.
	'2061': 'permission',
};

/** All codes: beside the refusals those that leave open what was made, by a fault or of a video that is not shown. */
const KINDS: Readonly<Record<string, FailureKind>> = {
	...REFUSALS,
	'1000': 'provider',
	'1001': 'provider',
	'1013': 'provider',
	'1024': 'provider',
	'1027': 'content',
	'1033': 'provider',
};

/** V2's documented statuses of a refusal. */
const REFUSING_STATUSES: readonly number[] = [400, 401, 402, 422, 429];

const CODE_IN_MESSAGE = /\((\d{4})\)\s*$/;

function codeOf(body: unknown): string | null {
	const [, code = null] = CODE_IN_MESSAGE.exec(textAt(body, 'error', 'message') ?? '') ?? [];
	return textAt(body, 'base_resp', 'status_code') ?? code;
}

/** Whether MiniMax itself refuses, in the envelope of the version and by a code that it documents: it has made nothing. */
function isOwnRefusal({ status, json }: HttpResponse, code: string | null): boolean {
	if (code === null || !Object.hasOwn(REFUSALS, code)) return false;
	if (status === 200) return textAt(json, 'base_resp', 'status_code') === code;
	return REFUSING_STATUSES.includes(status) && textAt(json, 'type') === 'error' && textAt(json, 'error') === null;
}

/** Reads a refusal of either version. */
export function readFailure(response: HttpResponse): Failure {
	const { json, status } = response;
	const code = codeOf(json);
	const known = code !== null && Object.hasOwn(KINDS, code) ? KINDS[code] : undefined;
	return describeRefusal(response, {
		kind: known ?? (status < 300 ? 'provider' : kindOfStatus(status)),
		code: code ?? textAt(json, 'error', 'type'),
		message: textAt(json, 'base_resp', 'status_msg') ?? textAt(json, 'error', 'message') ?? textAt(json, 'error'),
		...(isOwnRefusal(response, code) && { made: 'no' }),
	});
}

/**
 * Reads the refusal of a call that has nothing but an id: the parameter that is not valid can only be that, where MiniMax
 * says so itself.
 */
export function readUnknownId(response: HttpResponse): Failure {
	const failure = readFailure(response);
	return failure.code === '2013' && isOwnRefusal(response, failure.code) ? { ...failure, kind: 'notFound' } : failure;
}

/** Says whether an answer of status 2xx is a refusal. */
export function refuses(body: unknown): boolean {
	const code = textAt(body, 'base_resp', 'status_code');
	return (code !== null && code !== '0') || textAt(body, 'type') === 'error';
}

/** V1 tells why a task failed where it tells of refusals. */
export function readReason(body: unknown): Reason {
	const code = textAt(body, 'base_resp', 'status_code');
	return code === null || code === '0'
		? { code: null, message: null }
		: { code, message: textAt(body, 'base_resp', 'status_msg') };
}
