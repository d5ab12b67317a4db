import type { Failure, FailureKind, HttpResponse } from '../core/http/http';
import { cleanText, describeFailure, retryAfterSeconds, textAt, valueAt } from '../core/http/read';

/**
 * What an answer that is no success means, as far as all providers are alike.
 */

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
	const details = [...new Set(detailsOf(response.json))].filter((detail) => !message?.includes(detail));
	const words = [...(message === null ? [] : [message]), ...details].join('; ');
	return describeFailure({
		kind: kindOfStatus(response.status),
		httpStatus: response.status,
		retryAfterSeconds: retryAfterSeconds(response, retryWords ?? null),
		...rest,
		message: shownText(words) ?? `HTTP ${response.status} without an explanation`,
	});
}

/**
 * Where providers, and the frameworks they are built with, put what is wrong with which value: Apiframe's `details`, the
 * `issues` and `meta` of Zod, the `detail` of FastAPI, the `errors` of many.
 */
const DETAIL_KEYS = ['details', 'detail', 'issues', 'errors', 'meta'];

/** Deeper than any documented shape. */
const DETAIL_DEPTH = 4;

/** What a refusal says beside its message, at the top or in its `error`. */
function detailsOf(body: unknown): string[] {
	const holders = [body, valueAt(body, 'error')];
	return holders.flatMap((holder) => DETAIL_KEYS.flatMap((key) => wordsIn(valueAt(holder, key), DETAIL_DEPTH)));
}

/** Texts, also in lists; `{path, message}` and its like; texts by the path of the value they are about. */
function wordsIn(value: unknown, depth: number): string[] {
	if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
	if (depth === 0 || typeof value !== 'object' || value === null) return [];
	if (Array.isArray(value)) return value.flatMap((part) => wordsIn(part, depth - 1));
	const message = textAt(value, 'message') ?? textAt(value, 'msg');
	if (message !== null) {
		const path = valueAt(value, 'path') ?? valueAt(value, 'loc') ?? valueAt(value, 'field');
		const place = Array.isArray(path) ? path.map((step) => textAt(step) ?? '').join('.') : textAt(path);
		return [place === null || place === '' ? message : `${place}: ${message}`];
	}
	return Object.entries(value).flatMap(([path, part]: [string, unknown]) => {
		const words = wordsIn(part, depth - 1);
		return words.length === 0 ? [] : [`${path}: ${words.join(', ')}`];
	});
}

/** @returns a provider's text as it may be shown; null when nothing of it can be */
export function shownText(text: string | null): string | null {
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

/**
 * Builds the failure for a redirect, which is not followed.
 */
export function describeRedirect(response: HttpResponse): Failure {
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
