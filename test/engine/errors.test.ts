import type { Fault, ProviderName } from '../tools/simulator';
import { aCreate, fieldsOf, IMAGE_URL, LABELS, onJob, onStage, PROVIDERS, WITHOUT_KEY } from './stage';

/** Nothing is waited for, so that every refusal is shown at once. */
const AT_ONCE = { waitForSlot: 0, createRetries: 0 };

const CREDENTIAL = 'refused the credential';
const PERMISSION = 'does not allow this with the credential';
const CREDIT = 'has not enough credit in your account';
const INVALID = 'refused the values of the request';
const CONTENT = 'refused what the prompt or the image shows';
const NOT_FOUND = 'does not know what was asked for';
const CONFLICT = 'knows this idempotency key from a different request';
const RATE_LIMIT = 'takes no more requests for the moment';
const SLOT = 'has no free slot for another job';
const UNAVAILABLE = 'is out of service for the moment';
const REDIRECT = 'answered with a redirect, which is not followed';

/** How the user is told what to do. */
const CURES: Record<string, string> = {
	[CREDENTIAL]: 'Check the key',
	[PERMISSION]: 'Check what the key may do',
	[CREDIT]: 'Add credit at the provider',
	[INVALID]: 'Change the value it names',
	[CONTENT]: 'Change the prompt or the image',
	[NOT_FOUND]: "The model or the address is not there: check the credential's Base URL, or choose another model.",
	[CONFLICT]: "Give another 'Idempotency Key' or none",
	[RATE_LIMIT]: "lower 'Max Concurrency', or raise 'Wait for Slot'",
	[SLOT]: 'Wait until other jobs are over',
	[UNAVAILABLE]: 'Try again later',
	[REDIRECT]: 'Your key must not reach another address',
};

interface Refusal {
	provider: ProviderName;
	what: string;
	fault: Omit<Fault, 'kind'> & { kind?: Fault['kind'] };
	title: string;
	/** Part of the description. */
	says: string;
}

/** Wiro refuses within answers of status 200. */
const wiroSays = (code: number, message?: string) => ({ status: 200, code, ...(message !== undefined && { message }) });

const REFUSALS: Refusal[] = [
	{
		provider: 'aimlApi',
		what: '401',
		fault: { status: 401, message: 'Invalid key' },
		title: CREDENTIAL,
		says: 'It says: Invalid key. (HTTP 401)',
	},
	{
		provider: 'aimlApi',
		what: '403 about credits',
		fault: { status: 403 },
		title: CREDIT,
		says: 'You have run out of credits',
	},
	{
		provider: 'aimlApi',
		what: '403 about the key',
		fault: { status: 403, message: 'The key lacks a scope' },
		title: PERMISSION,
		says: 'The key lacks a scope. (HTTP 403)',
	},
	{
		provider: 'aimlApi',
		what: '400',
		fault: { status: 400, message: 'prompt: Required' },
		title: INVALID,
		says: 'prompt: Required. (HTTP 400)',
	},
	{ provider: 'aimlApi', what: '429', fault: { status: 429 }, title: RATE_LIMIT, says: 'exceeded your rate limit' },
	{
		provider: 'apiframe',
		what: '401',
		fault: { status: 401, message: 'Invalid API key' },
		title: CREDENTIAL,
		says: 'Invalid API key. (HTTP 401)',
	},
	{
		provider: 'apiframe',
		what: '402 with numbers',
		fault: { status: 402 },
		title: CREDIT,
		says: 'Insufficient credits; 5 credits required, 0 available. (HTTP 402)',
	},
	{ provider: 'apiframe', what: '403', fault: { status: 403 }, title: PERMISSION, says: 'API key is inactive' },
	{
		provider: 'apiframe',
		what: '400 with details',
		fault: {
			status: 400,
			body: { error: 'Validation failed', details: { prompt: ['Too long'], 'a.b': ['Bad', 'Sad'] } },
		},
		title: INVALID,
		says: 'Validation failed; prompt: Too long; a.b: Bad, Sad. (HTTP 400)',
	},
	{
		provider: 'apiframe',
		what: '409',
		fault: { status: 409, message: 'Key already used' },
		title: CONFLICT,
		says: 'Key already used. (HTTP 409)',
	},
	{ provider: 'apiframe', what: '429', fault: { status: 429 }, title: RATE_LIMIT, says: 'Too many requests' },
	{ provider: 'apiframe', what: '503', fault: { status: 503 }, title: UNAVAILABLE, says: 'Service unavailable' },
	{ provider: 'evolink', what: '401', fault: { status: 401, message: 'Expired' }, title: CREDENTIAL, says: 'Expired.' },
	{ provider: 'evolink', what: '402', fault: { status: 402 }, title: CREDIT, says: 'Insufficient quota' },
	{ provider: 'evolink', what: '403', fault: { status: 403 }, title: PERMISSION, says: 'Access denied' },
	{
		provider: 'evolink',
		what: '400',
		fault: { status: 400, message: 'duration: bad' },
		title: INVALID,
		says: 'duration: bad. (HTTP 400, code invalid_request_error)',
	},
	{
		provider: 'evolink',
		what: '400 about content',
		fault: { status: 400, code: 'content_policy_violation', message: 'Not this picture' },
		title: CONTENT,
		says: 'Not this picture. (HTTP 400, code content_policy_violation)',
	},
	{ provider: 'evolink', what: '413', fault: { status: 413 }, title: INVALID, says: 'Request failed with status 413' },
	{ provider: 'evolink', what: '429', fault: { status: 429 }, title: RATE_LIMIT, says: 'Rate limit exceeded' },
	{
		provider: 'evolink',
		what: '503',
		fault: { status: 503 },
		title: UNAVAILABLE,
		says: 'Service temporarily unavailable',
	},
	{
		provider: 'minimax',
		what: '401',
		fault: { status: 401 },
		title: CREDENTIAL,
		says: 'login fail (1004). (HTTP 401, code 1004)',
	},
	{ provider: 'minimax', what: '402', fault: { status: 402 }, title: CREDIT, says: 'insufficient balance (1008)' },
	{ provider: 'minimax', what: '400', fault: { status: 400 }, title: INVALID, says: 'invalid params (2013)' },
	{
		provider: 'minimax',
		what: '422',
		fault: { status: 422 },
		title: CONTENT,
		says: 'video description contains sensitive content (1026). (HTTP 422, code 1026)',
	},
	{ provider: 'minimax', what: '429', fault: { status: 429 }, title: RATE_LIMIT, says: 'rate limit' },
	{
		provider: 'wiro',
		what: '401',
		fault: { status: 401, message: 'Project authorization is not valid.' },
		title: CREDENTIAL,
		says: 'Project authorization is not valid. (HTTP 401, code 0)',
	},
	{
		provider: 'wiro',
		what: 'code 0 about the IP',
		fault: wiroSays(0, 'Requested IP is not allowed'),
		title: PERMISSION,
		says: 'Requested IP is not allowed. (HTTP 200, code 0)',
	},
	{
		provider: 'wiro',
		what: 'code 0 about a field',
		fault: wiroSays(0, 'Request parameter [duration] is not valid'),
		title: INVALID,
		says: 'Request parameter [duration] is not valid. (HTTP 200, code 0)',
	},
	{
		provider: 'wiro',
		what: 'code 0 about content',
		fault: wiroSays(0, 'The prompt violates our content policy'),
		title: CONTENT,
		says: 'content policy',
	},
	{
		provider: 'wiro',
		what: 'code 1',
		fault: wiroSays(1, 'slug-owner-project-not-exist'),
		title: NOT_FOUND,
		says: 'slug-owner-project-not-exist. (HTTP 200, code 1)',
	},
	{
		provider: 'wiro',
		what: 'code 1 about access',
		fault: wiroSays(1, 'slug-owner-project-not-accessible'),
		title: PERMISSION,
		says: 'not-accessible',
	},
	{ provider: 'wiro', what: 'code 96', fault: wiroSays(96), title: SLOT, says: 'concurrent task limit' },
	{ provider: 'wiro', what: 'code 97', fault: wiroSays(97), title: CREDIT, says: 'Insufficient balance' },
	{ provider: 'wiro', what: 'code 98', fault: wiroSays(98), title: CREDENTIAL, says: 'sign in to run this model' },
];

describe('a refused create', () => {
	test.each(REFUSALS)('at $provider with $what says what happened and what to do', ({ provider, fault, title, says }) =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', operation: 'create', ...fault, times: 10 });
			const { error, items } = await run(aCreate(provider, { options: AT_ONCE }));
			expect(error).toMatchObject({
				name: 'NodeApiError',
				message: `${LABELS[provider]} ${title} [item 0]`,
				description: expect.stringContaining(says),
				httpCode: String(fault.status),
				context: { itemIndex: 0 },
			});
			expect(error?.description).toContain(CURES[title]);
			expect(error?.description).not.toContain('Job ID');
			expect(items).toEqual([]);
			expect([simulator.jobs.length, simulator.requests.length]).toEqual([0, 1]);
		}),
	);

	test('at wiro that names a field of an image we do not send asks for nothing else', () =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'status', operation: 'create', ...wiroSays(0, 'Request files [mask] required') });
			const image = { model: 'hailuo-2.3', firstFrame: 'url', firstFrameUrl: IMAGE_URL };
			const { error } = await run(aCreate('wiro', { ...image, options: AT_ONCE }));
			expect(error).toMatchObject({ message: `Wiro ${INVALID} [item 0]` });
			expect(simulator.requestsOf('wiro', 'create')).toHaveLength(1);
		}));

	test.each(PROVIDERS)("at %s shows a provider's long text cut, on one line, and without our key", (provider) =>
		onStage(async ({ simulator, run }) => {
			const message = `Line one\nline two \u202e${'x'.repeat(5000)}`;
			simulator.addFault({ kind: 'status', operation: 'create', status: 400, message });
			const { error } = await run(aCreate(provider));
			expect(error?.description).toContain('Line one line two xxx');
			expect(String(error?.description).length).toBeLessThan(900);
			const keys = Object.values(simulator.keys).flatMap((entry) => Object.values(entry).map(String));
			expect(keys.filter((key) => JSON.stringify(error).includes(key))).toEqual([]);
		}),
	);
});

const UNKNOWN: Array<[ProviderName, string, Fault, string]> = [
	['aimlApi', 'a 500', { kind: 'status', status: 500 }, 'Internal server error'],
	['aimlApi', 'a proxy that says 401', { kind: 'html', status: 401 }, 'The answer (HTTP 401) is no JSON: '],
	['aimlApi', 'a proxy that says 413', { kind: 'html', status: 413 }, 'The answer (HTTP 413) is no JSON: '],
	['aimlApi', 'a 409', { kind: 'status', status: 409 }, 'HTTP 409'],
	['minimax', 'a 500', { kind: 'status', status: 500 }, 'internal error (1000)'],
	[
		'wiro',
		'a fault in a 200',
		{ kind: 'status', ...wiroSays(0, 'Unexpected server error') },
		'Unexpected server error',
	],
	...WITHOUT_KEY.map((provider): [ProviderName, string, Fault, string] => [
		provider,
		'a redirect',
		{ kind: 'redirect', location: 'https://elsewhere.example/steal?key=1' },
		'redirect (HTTP 302 to https://elsewhere.example). (HTTP 302)',
	]),
];

describe('a create of unknown outcome', () => {
	test.each(UNKNOWN)(
		'at %s after %s says so and where to look, and is not sent again',
		(provider, _what, fault, says) =>
			onStage(async ({ simulator, run }) => {
				simulator.addFault({ ...fault, operation: 'create', times: 10 });
				const { error } = await run(aCreate(provider));
				expect(error).toMatchObject({
					name: 'NodeApiError',
					message: `It is not known whether ${LABELS[provider]} made this job [item 0]`,
					description: expect.stringContaining(says),
					httpCode: String(fault.status ?? ({ html: 502, redirect: 302 } as Record<string, number>)[fault.kind] ?? 200),
					context: { itemIndex: 0 },
				});
				const pages: Partial<Record<ProviderName, string>> = {
					aimlApi: 'aimlapi.com/app',
					minimax: 'platform.minimax.io/console/usage',
					wiro: 'wiro.ai/panel',
				};
				expect(error?.description).toContain(pages[provider]);
				if (fault.kind === 'redirect') expect(error?.description).toContain(CURES[REDIRECT]);
				expect(error?.description).toContain('it was not sent again');
				expect(error?.description).toContain("put its ID into 'Wait for Video'");
				expect(simulator.requests).toHaveLength(1);
			}),
	);
});

/** With which status a job is not known; elsewhere with 404. */
const UNKNOWN_JOB: Partial<Record<ProviderName, string>> = { minimax: '400', wiro: '200' };

const READ_REFUSALS = PROVIDERS.flatMap((provider): Array<[ProviderName, string, Fault, string, string]> => [
	[provider, 'a refused key', { kind: 'status', status: 401 }, CREDENTIAL, '401'],
	[provider, 'a redirect', { kind: 'redirect' }, REDIRECT, '302'],
	[provider, 'a 403', { kind: 'status', status: 403, message: 'Not yours' }, PERMISSION, '403'],
	[provider, 'an unknown job', { kind: 'notFoundOnce' }, NOT_FOUND, UNKNOWN_JOB[provider] ?? '404'],
]);

describe('a refused read', () => {
	test.each(READ_REFUSALS)(
		'at %s with %s names the job, in the text and on the error',
		(provider, _what, fault, title, code) =>
			onStage(async ({ simulator, run, make }) => {
				const made = await make(provider, 'succeeded');
				simulator.addFault({ ...fault, operation: 'read' });
				// A job made seconds ago would be asked for again where it is not known yet.
				const createdAt = new Date(Date.now() - 60_000).toISOString();
				const { error } = await run(onJob('get', provider), { items: [{ json: { ...made.json, createdAt } }] });
				expect(error).toMatchObject({
					name: 'NodeApiError',
					message: `${LABELS[provider]} ${title} [item 0]`,
					description: expect.stringContaining(`Job ${made.json.jobId} is not lost: read it later with 'Get Video'.`),
					httpCode: code,
					context: { itemIndex: 0, job: { jobId: made.json.jobId } },
				});
				expect(simulator.requestsOf(provider, 'read')).toHaveLength(1);
			}),
	);
});

describe('what cannot be reached', () => {
	test.each(PROVIDERS)('at %s says so and made nothing for sure', (provider) =>
		onStage(async ({ credentials, run, simulator }) => {
			const types = { aimlApi: 'Aiml', apiframe: 'Apiframe', evolink: 'Evolink', minimax: 'Minimax', wiro: 'Wiro' };
			const name = `hailuo${types[provider]}Api`;
			const { error } = await run(aCreate(provider, { options: AT_ONCE }), {
				credentials: { ...credentials, [name]: { ...credentials[name], baseUrl: 'http://127.0.0.1:9' } },
			});
			expect(error).toMatchObject({
				name: 'NodeApiError',
				message: `${LABELS[provider]} could not be reached [item 0]`,
				description: expect.stringContaining('ECONNREFUSED'),
			});
			expect(error?.description).toContain("the credential's Base URL");
			expect(simulator.requests).toEqual([]);
		}),
	);

	test.each(['', 'api.evolink.ai', 'file:///etc/passwd', 'https://user:pass@api.evolink.ai'])(
		'a Base URL of %j is refused before any request',
		(baseUrl) =>
			onStage(async ({ credentials, run, simulator }) => {
				const { error } = await run(aCreate('evolink'), {
					credentials: { hailuoEvolinkApi: { ...credentials.hailuoEvolinkApi, baseUrl } },
				});
				expect(error).toMatchObject({
					name: 'NodeOperationError',
					message: "The credential's 'Base URL' is not a web address",
				});
				expect(simulator.requests).toEqual([]);
			}),
	);
});

test('a 429 of a read is waited for as long as it asks, and then the read goes on', () =>
	onStage(async ({ simulator, run, make }) => {
		const made = await make('evolink', 'succeeded');
		simulator.addFault({
			kind: 'status',
			status: 429,
			operation: 'read',
			body: { error: { code: 429, message: 'Slow down', fallback_suggestion: 'retry after 2 seconds' } },
		});
		const { items } = await run(onJob('get', 'evolink'), { items: [made] });
		expect(fieldsOf(items, 'status')).toEqual(['succeeded']);
		const [first, second] = simulator.requestsOf('evolink', 'read').map(({ at }) => at);
		expect(Number(second) - Number(first)).toBe(2000);
	}));
