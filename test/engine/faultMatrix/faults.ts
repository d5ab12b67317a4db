/** What can go wrong between n8n and a provider, by what it means, and how the user is told. */
import { testImage, type Fault, type ProviderName } from '../../tools/simulator';
import { anMp4 } from '../../tools/simulator/mp4';
import type { Title } from './titles';

export interface NamedFault {
	what: string;
	fault: Fault;
	/** In the description. */
	says: RegExp;
	/** Of the error when it stays, and is about no create. */
	title: Title;
	/** Stands for its like where an operation does with it what another one is seen to do. */
	typical?: true;
	/** It lasts longer than those are patient who look only once: they ask no second time. */
	outlasts?: true;
	/** It spoils a true answer, and so can only come after the request was carried out. */
	needsAnswer?: true;
}

/** Faults that may pass, and that say nothing about what became of the request. */
export const FAULTS: readonly NamedFault[] = [
	{ what: 'a reset', fault: { kind: 'reset' }, says: /ECONNRESET|hang up|aborted/, title: 'network', typical: true },
	{
		what: 'silence',
		fault: { kind: 'hang' },
		says: /No answer within (30|120) seconds/,
		title: 'timeout',
		typical: true,
		outlasts: true,
	},
	{ what: 'a slow answer', fault: { kind: 'slow', delayMs: 300 }, says: /never said/, title: 'timeout' },
	{
		what: 'an answer that breaks off',
		fault: { kind: 'truncated' },
		says: /ECONNRESET|hang up|aborted/,
		title: 'network',
		typical: true,
		needsAnswer: true,
	},
	{
		what: 'malformed JSON',
		fault: { kind: 'malformedJson' },
		says: /HTTP 200\) is no JSON/,
		title: 'unreadable',
		typical: true,
	},
	{ what: 'no body', fault: { kind: 'empty' }, says: /HTTP 200\) is no JSON/, title: 'unreadable' },
	{ what: 'a page with status 200', fault: { kind: 'html', status: 200 }, says: /is no JSON/, title: 'unreadable' },
	{
		what: 'JSON that says nothing',
		fault: { kind: 'status', status: 200, body: {} },
		says: /has not the documented shape/,
		title: 'unreadable',
	},
	{
		what: 'a huge answer',
		fault: { kind: 'hugeBody', bytes: 3 * 1024 * 1024 },
		says: /is no JSON/,
		title: 'unreadable',
		needsAnswer: true,
	},
	{ what: 'an error page', fault: { kind: 'html' }, says: /HTTP 502/, title: 'provider', typical: true },
	{ what: "a proxy's 503", fault: { kind: 'html', status: 503 }, says: /HTTP 503/, title: 'provider' },
	{ what: 'a 408', fault: { kind: 'status', status: 408 }, says: /HTTP 408|status 408/, title: 'provider' },
	{
		what: 'a 500',
		fault: { kind: 'status', status: 500 },
		says: /HTTP 500|status 500|server error|internal error/i,
		title: 'provider',
		typical: true,
	},
	{
		what: 'a 502',
		fault: { kind: 'status', status: 502 },
		says: /HTTP 502|status 502|upstream|bad gateway/i,
		title: 'provider',
	},
	{ what: 'a 504', fault: { kind: 'status', status: 504 }, says: /HTTP 504|status 504|timeout/i, title: 'provider' },
];

/** Pages of a proxy under statuses with which a provider would say no: they are not the provider's words. */
export const PAGES: readonly NamedFault[] = [401, 403, 404, 410].map((status) => ({
	what: `a page with status ${status}`,
	fault: { kind: 'html', status },
	says: new RegExp(`HTTP ${status}\\) is no JSON: 502 Bad Gateway`),
	title: 'unreadable',
}));

/** Answers that say no; the title at each provider that may give them. */
export const REFUSALS: ReadonlyArray<{
	what: string;
	fault: Fault;
	titles: Partial<Record<ProviderName, Title>>;
	says: RegExp;
}> = [
	{ what: 'a 400', fault: { kind: 'status', status: 400 }, titles: alike('invalid'), says: /HTTP 400/ },
	{ what: 'a 401', fault: { kind: 'status', status: 401 }, titles: alike('authentication'), says: /HTTP 401/ },
	{ what: 'a 402', fault: { kind: 'status', status: 402 }, titles: alike('credit'), says: /HTTP 402/ },
	{
		what: 'a 403',
		fault: { kind: 'status', status: 403, message: 'Not for you' },
		titles: alike('permission'),
		says: /HTTP 403/,
	},
	{ what: 'a 404', fault: { kind: 'status', status: 404 }, titles: alike('notFound'), says: /HTTP 404/ },
	{ what: 'a 409', fault: { kind: 'status', status: 409 }, titles: alike('conflict'), says: /HTTP 409/ },
	{ what: 'a 413', fault: { kind: 'html', status: 413 }, titles: alike('invalid'), says: /HTTP 413/ },
	{
		what: 'a 422',
		fault: { kind: 'status', status: 422 },
		titles: { ...alike('invalid'), minimax: 'content' },
		says: /HTTP 422/,
	},
	{ what: 'a redirect', fault: { kind: 'redirect' }, titles: alike('redirect'), says: /redirect \(HTTP 302 to http/ },
	{
		what: 'a lasting redirect',
		fault: { kind: 'redirect', status: 308, location: 'https://elsewhere.example/x?key=1' },
		titles: alike('redirect'),
		says: /redirect \(HTTP 308 to https:\/\/elsewhere\.example\)/,
	},
	{
		what: 'a refusal of the content',
		fault: { kind: 'status', status: 400, code: 'content_policy_violation' },
		titles: { evolink: 'content' },
		says: /code content_policy_violation/,
	},
	{
		what: 'no credit in a 200',
		fault: { kind: 'status', status: 200, code: 97 },
		titles: { wiro: 'credit' },
		says: /code 97/,
	},
	{
		what: 'a refused key in a 200',
		fault: { kind: 'status', status: 200, code: 98 },
		titles: { wiro: 'authentication' },
		says: /code 98/,
	},
	{
		what: 'a refused value in a 200',
		fault: { kind: 'status', status: 200, code: 0, message: 'Request parameter [duration] is not valid' },
		titles: { wiro: 'invalid' },
		says: /code 0/,
	},
];

/**
 * The statuses with which each provider documents that a create was refused, in its own envelope; Wiro's codes say it in
 * answers of status 200, and statuses that agree with them say the same.
 */
const DOCUMENTED: Record<ProviderName, readonly number[]> = {
	aimlApi: [400, 401, 403, 404],
	apiframe: [400, 401, 402, 403, 404, 409],
	evolink: [400, 401, 402, 403, 404, 413],
	minimax: [400, 401, 402, 422],
	wiro: [200, 400, 401, 402, 403, 404],
};

/** Whether an answer to a create proves that nothing was made. */
export const isProof = (provider: ProviderName, fault: Fault): boolean =>
	fault.kind === 'status' && DOCUMENTED[provider].includes(fault.status ?? 0);

function alike(title: Title): Record<ProviderName, Title> {
	return { aimlApi: title, apiframe: title, evolink: title, minimax: title, wiro: title };
}

/** Faults of the server that holds the video; `says` is null where the second try goes well. */
export const DOWNLOAD_FAULTS: ReadonlyArray<{
	what: string;
	fault: Fault;
	says: RegExp | null;
	times?: number;
}> = [
	{ what: 'a reset', fault: { kind: 'reset' }, says: null },
	{ what: 'a reset in the middle', fault: { kind: 'reset', bytes: 1024 }, says: null },
	{ what: 'a file that breaks off', fault: { kind: 'truncated' }, says: null },
	{ what: 'a 500', fault: { kind: 'status', status: 500 }, says: null },
	{ what: 'an error page', fault: { kind: 'html' }, says: null },
	{ what: 'a slow answer', fault: { kind: 'slow', delayMs: 300 }, says: null },
	{ what: 'no bytes', fault: { kind: 'empty' }, says: null },
	{ what: 'a reset that stays', fault: { kind: 'reset' }, times: 99, says: /ECONNRESET|hang up|aborted/ },
	{
		what: 'a reset in the middle that stays',
		fault: { kind: 'reset', bytes: 1024 },
		times: 99,
		says: /connection broke during the download/,
	},
	{
		what: 'a file that always breaks off',
		fault: { kind: 'truncated' },
		times: 99,
		says: /connection broke during the download/,
	},
	{ what: 'a 500 that stays', fault: { kind: 'status', status: 500 }, times: 99, says: /answered HTTP 500/ },
	{ what: 'no bytes that stay away', fault: { kind: 'empty' }, times: 99, says: /an empty file/ },
	...[403, 404].flatMap((status) => [
		{ what: `a ${status}`, fault: { kind: 'status', status } as const, says: null },
		{
			what: `a ${status} that stays`,
			fault: { kind: 'status', status } as const,
			times: 99,
			says: new RegExp(`HTTP ${status}; the link may have expired`),
		},
	]),
	{ what: 'a 410', fault: { kind: 'status', status: 410 }, says: /HTTP 410; the link may have expired/ },
	{ what: 'a page with status 200', fault: { kind: 'html', status: 200 }, says: null },
	{
		what: 'a page with status 200 that stays',
		fault: { kind: 'html', status: 200 },
		times: 99,
		says: /gave a web page \('Bad gateway'\) instead of a video/,
	},
	{
		what: 'a text that stays, under the type of a video',
		fault: { kind: 'status', status: 200, headers: { 'content-type': 'video/mp4' }, body: 'AccessDenied' },
		times: 99,
		says: /gave a text \('AccessDenied'\) instead of a video/,
	},
	{
		what: 'silence',
		fault: { kind: 'hang' },
		says: /did not answer within 45 seconds/,
	},
	{
		what: 'silence in the middle',
		fault: { kind: 'stall' },
		says: /No data came for 45 seconds/,
	},
	{
		what: 'a file that is too large',
		fault: { kind: 'hugeBody', bytes: 3 * 1024 * 1024 },
		says: /larger than the 1 MB/,
	},
	{ what: 'a redirect to the video', fault: { kind: 'redirect', location: '/videos/sample.mp4' }, says: null },
	{
		what: 'a redirect to a file of this machine',
		fault: { kind: 'redirect', location: 'file:///etc/hostname' },
		says: /does not lead to an http or https address/,
	},
	{
		what: 'redirects without end',
		fault: { kind: 'redirect', location: '/redirect/9' },
		times: 1,
		says: /redirected more than 5 times/,
	},
];

/** Files of status 200 that are no videos, whatever their server calls them. */
export const NO_VIDEOS: ReadonlyArray<{ what: string; body: string | Buffer; says: RegExp }> = [
	{
		what: 'a web page',
		body: '<!doctype html><title>Sign in</title>',
		says: /gave a web page \('Sign in'\) instead of a video/,
	},
	{
		what: 'an error in JSON',
		body: '{"error":"not ready"}',
		says: /gave a text \('.*not ready.*'\) instead of a video/,
	},
	{ what: 'an image', body: testImage('png', 3000), says: /gave a PNG instead of a video/ },
	{
		what: 'the first bytes of a video',
		body: anMp4().subarray(0, 11),
		says: /gave a file of no known video type instead of a video/,
	},
];
