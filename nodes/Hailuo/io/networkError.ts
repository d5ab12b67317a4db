import type { Failure } from '../core/http/http';
import { cleanText, describeFailure, listAt, textAt } from '../core/http/read';

/** Errors of name lookup: no connection was ever tried. */
const LOOKUP_CODES = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'];

/**
 * Only connecting can fail so. EHOSTUNREACH and its like do not stand here: on Linux a connection that is lost after
 * the request was sent can end with them too, and what tells the two apart is the system call.
 */
const REFUSED_CODE = 'ECONNREFUSED';

/** Calls that come before a connection. */
const EARLY_CALLS = ['connect', 'getaddrinfo'];

/**
 * Node's and OpenSSL's names for a handshake or certificate that failed; the request is sent only after it. Node reports
 * a broken handshake as EPROTO. ERR_SSL_* is left out: a TLS stream that breaks while the answer is awaited ends so.
 */
const HANDSHAKE_CODE = /^(?!ERR_SSL_)(EPROTO|ERR_TLS_.*|.*CERT.*|.*_SIGNATURE|.*_ISSUER.*|HOSTNAME_MISMATCH)$/;

const HANDSHAKE_TEXT = 'before secure TLS connection was established';

/** How deep wrapped errors are followed: n8n's error holds axios's, axios's holds Node's. */
const DEPTH = 5;

/** Characters that are quoted of an answer that broke off: an id is mostly in its beginning. */
const ARRIVED_LIMIT = 300;

interface Link {
	code: string | null;
	syscall: string | null;
	message: string;
	name: string | null;
}

/** An error with all that it wraps, outermost first, each once: errors can hold each other. */
function linksOf(error: unknown, depth = DEPTH, seen = new Set<object>()): Link[] {
	if (depth === 0 || typeof error !== 'object' || error === null || seen.has(error)) return [];
	seen.add(error);
	// Message, name and cause may sit on the prototype of an error class, where `textAt` would not look.
	const inherited = (name: string): unknown => Reflect.get(error, name);
	try {
		const link: Link = {
			code: textAt(error, 'code'),
			syscall: textAt(error, 'syscall'),
			message: textAt(inherited('message')) ?? '',
			name: textAt(inherited('name')),
		};
		const cause = inherited('cause');
		// A name with several addresses fails with one error for each (Node's AggregateError).
		const wrapped = [cause, ...listAt(error, 'errors')];
		return [link, ...wrapped.flatMap((inner) => linksOf(inner, depth - 1, seen))];
	} catch {
		// A property that cannot be read says nothing; what was thrown must still be reported.
		return [];
	}
}

/**
 * Says whether n8n's SSRF guard refused an address: before it connected, and it will do so every time.
 *
 * @param error whatever was thrown
 */
export function isForbidden(error: unknown): boolean {
	return linksOf(error).some(({ name, message }) => /ssrf/i.test(name ?? '') || /SSRF/.test(message));
}

/**
 * Reads an error of n8n's request helper: whether the request can have reached the provider decides whether a create
 * may be sent again. Only codes and the innermost message are taken; the request's headers, which hang on axios's
 * error, never are.
 *
 * @param error whatever was thrown
 * @param arrived the beginning of the answer, where it broke off; null where none had begun
 * @returns a failure with `made: 'no'` for name lookup, refused or impossible connections and TLS handshakes; for all
 * else (resets, time-outs, the unknown) `maybe`, and with the beginning of what had arrived
 */
export function describeNetworkError(error: unknown, arrived: string | null = null): Failure {
	const links = linksOf(error);
	const code = links.map((link) => link.code).find((found) => found !== null && found !== 'ERR_BAD_REQUEST') ?? null;
	const never =
		arrived === null &&
		links.some(
			({ code: own, syscall, message }) =>
				(own !== null && (LOOKUP_CODES.includes(own) || own === REFUSED_CODE || HANDSHAKE_CODE.test(own))) ||
				(syscall !== null && EARLY_CALLS.includes(syscall)) ||
				message.includes(HANDSHAKE_TEXT),
		);
	const timedOut = links.some(
		({ code: own }) => own === 'ECONNABORTED' || own === 'ETIMEDOUT' || own === 'ESOCKETTIMEDOUT',
	);
	const message = links.findLast((link) => link.message !== '')?.message ?? 'No connection';
	return describeFailure({
		kind: timedOut && !never ? 'timeout' : 'network',
		message: message + quoteArrived(arrived),
		code,
		made: never || isForbidden(error) ? 'no' : 'maybe',
	});
}

/**
 * @returns words for the end of a message, on what had arrived of an answer that broke off; empty for nothing
 */
export function quoteArrived(arrived: string | null): string {
	const words = cleanText(arrived ?? '', ARRIVED_LIMIT);
	return words === '' ? '' : `; until then had arrived: ${words}`;
}
