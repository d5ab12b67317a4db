import type { Exchange, Failure, FailureKind, HttpResponse, Step } from './http';
import { cleanText, describeFailure, retryAfterSeconds } from './read';

/** Characters of a page that are looked through for words when it has no title. */
const SEARCHED = 4096;

const WORDS_LIMIT = 120;

/** A server that takes no body of this size says so with a page of its own. */
const TOO_LARGE = 413;

/**
 * Reads an answer, or what came in its place. Every documented answer of a provider is JSON, refusals included. A page
 * comes of something in between (a challenge, a proxy, a server that starts anew), so whatever its status it says
 * nothing of a job: asked again, the provider itself may answer. Only for a create is the status taken for what it is,
 * since a create is not simply sent again.
 *
 * @returns what the exchange reads; for a page, a failure with the page's words
 */
export function readAnswer<Value>(exchange: Exchange<Value>, response: HttpResponse): Step<Value> {
	const { status, json } = response;
	const isRedirect = status >= 300 && status < 400;
	if (isRedirect || (typeof json === 'object' && json !== null)) return exchange.read(response);
	const page = describePage(response);
	if (exchange.request.purpose !== 'create' && status !== TOO_LARGE) return { kind: 'failure', failure: page };
	const step = exchange.read(response);
	if (step.kind !== 'failure') return step;
	return { kind: 'failure', failure: { ...step.failure, message: page.message } };
}

function describePage(response: HttpResponse): Failure {
	const { status, text } = response;
	const words = wordsOf(text);
	return describeFailure({
		kind: kindOfPage(status),
		httpStatus: status,
		retryAfterSeconds: retryAfterSeconds(response),
		message: `The answer (HTTP ${status}) is no JSON${words === '' ? '' : `: ${words}`}`,
		made: 'maybe',
	});
}

function kindOfPage(status: number): FailureKind {
	if (status === 429) return 'rateLimit';
	return status >= 500 || status === 408 ? 'provider' : 'unreadable';
}

/** A page's title, else its first words without markup. */
function wordsOf(text: string): string {
	const title = cleanText(/<title[^>]*>([^<]*)/i.exec(text)?.[1] ?? '', WORDS_LIMIT);
	if (title !== '') return title;
	const start = text.slice(0, SEARCHED);
	return cleanText(start.replace(/<(script|style)\b[^]*?(<\/\1>|$)|<[^>]*>/gi, ' '), WORDS_LIMIT);
}
