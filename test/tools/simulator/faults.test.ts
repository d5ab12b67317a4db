import { at, bearer, call, form, signed, type Reply } from './client';
import { startSimulator, type Fault, type Simulator } from './index';

const PROMPT = 'A paper boat on a rainy street';

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator({ jobDurationMs: 60_000 });
});
afterEach(() => simulator.reset());
afterAll(async () => await simulator.close());

const create = async (): Promise<Reply> =>
	await call(`${simulator.endpoints.apiframe.baseUrl}/v2/videos/generate`, {
		headers: { 'x-api-key': simulator.keys.apiframe.apiKey },
		json: { model: 'hailuo-02', prompt: PROMPT },
	});
const read = async (id: unknown): Promise<Reply> =>
	await call(`${simulator.endpoints.apiframe.baseUrl}/v2/jobs/${String(id)}`, {
		headers: { 'x-api-key': simulator.keys.apiframe.apiKey },
	});

describe('a fault', () => {
	it('strikes as often as it says, after letting the first pass', async () => {
		simulator.addFault({ operation: 'create', kind: 'status', status: 500, skip: 1, times: 2 });
		const statuses = [await create(), await create(), await create(), await create()].map(({ status }) => status);
		expect(statuses).toEqual([202, 500, 500, 202]);
	});

	it('strikes only the provider, operation and request it names', async () => {
		simulator.addFault({ provider: 'evolink', kind: 'status' });
		simulator.addFault({ provider: 'apiframe', operation: 'read', kind: 'status', status: 503 });
		simulator.addFault({ kind: 'status', status: 418, matches: ({ headers }) => headers['x-special'] === 'yes' });
		const created = await create();
		expect(created.status).toBe(202);
		expect((await read(at(created.json, 'jobId'))).status).toBe(503);
	});

	it.each<[Fault['moment'], number]>([
		['before', 0],
		['after', 1],
	])('that resets the connection %s the work leaves %i jobs', async (moment = 'before', made) => {
		simulator.addFault({ kind: 'reset', moment });
		await expect(create()).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) });
		expect(simulator.jobs).toHaveLength(made);
		expect(simulator.requests).toEqual([expect.objectContaining({ operation: 'create', aborted: true })]);
	});

	it('that breaks an answer off leaves the job', async () => {
		simulator.addFault({ kind: 'truncated' });
		await expect(create()).rejects.toThrow();
		expect(simulator.jobs).toHaveLength(1);
	});

	it('can hold an answer back for ever or for a while', async () => {
		simulator.addFault({ kind: 'hang' });
		simulator.addFault({ kind: 'slow', delayMs: 80 });
		const hanging = create().catch(() => 'broken off');
		await new Promise((resolve) => setTimeout(resolve, 20));
		const started = Date.now();
		expect((await create()).status).toBe(202);
		expect(Date.now() - started).toBeGreaterThanOrEqual(75);
		expect(simulator.inFlight).toEqual({ current: 1, peak: 2 });
		expect(simulator.requests[0]?.status).toBeUndefined();
		void hanging;
	});

	it.each<[string, Fault, (reply: Reply) => void]>([
		[
			'malformed JSON',
			{ kind: 'malformedJson', moment: 'after' },
			({ status, json }) => expect([status, json]).toEqual([202, undefined]),
		],
		[
			'an error page',
			{ kind: 'html' },
			({ status, text }) => expect([status, text.slice(0, 9)]).toEqual([502, '<!DOCTYPE']),
		],
		['an empty body', { kind: 'empty' }, ({ status, text }) => expect([status, text]).toEqual([200, ''])],
		['wrong types', { kind: 'wrongTypes' }, ({ json }) => expect(json).toEqual({ jobId: 12345, status: 12345 })],
		[
			'an unknown status word',
			{ kind: 'unknownStatus', word: 'TELEPORTING' },
			({ json }) => expect(at(json, 'status')).toBe('TELEPORTING'),
		],
		[
			'a huge body',
			{ kind: 'hugeBody', bytes: 3_000_000 },
			({ json, text }) => expect([typeof at(json, 'jobId'), text.length > 3_000_000]).toEqual(['string', true]),
		],
		[
			'a redirect',
			{ kind: 'redirect' },
			({ status, headers }) => expect([status, headers.location]).toEqual([302, `${simulator.cdnUrl}/landing`]),
		],
		[
			'a body of its own',
			{ kind: 'status', status: 400, body: { odd: true } },
			({ status, json }) => expect([status, json]).toEqual([400, { odd: true }]),
		],
		[
			'a rate limit with Retry-After',
			{ kind: 'status', status: 429, headers: { 'retry-after': '2' } },
			({ headers, json }) => expect([headers['retry-after'], json]).toEqual(['2', { error: 'Too many requests' }]),
		],
	])('can answer with %s', async (_case, fault, expectReply) => {
		simulator.addFault(fault);
		expectReply(await create());
	});

	it("can answer each job's first read as for an unknown job", async () => {
		simulator.addFault({ kind: 'notFoundOnce' });
		const ids = [at((await create()).json, 'jobId'), at((await create()).json, 'jobId')];
		for (const id of ids) {
			expect((await read(id)).status).toBe(404);
			expect((await read(id)).status).toBe(200);
		}
	});
});

describe('an error without a body of its own', () => {
	it.each<[string, () => Promise<Reply>, Fault, unknown]>([
		[
			'AI/ML API',
			async () =>
				await call(`${simulator.endpoints.aimlApi.baseUrl}/v2/billing`, {
					headers: bearer(simulator.keys.aimlApi.apiKey),
				}),
			{ kind: 'status', status: 429 },
			{ statusCode: '429', message: expect.stringContaining('rate limit'), path: '/v2/billing' },
		],
		[
			'Apiframe',
			create,
			{ kind: 'status', status: 402 },
			{ error: 'Insufficient credits', creditsRequired: 5, creditsAvailable: 0 },
		],
		[
			'EvoLink',
			async () =>
				await call(`${simulator.endpoints.evolink.baseUrl}/v1/credits`, {
					headers: bearer(simulator.keys.evolink.apiKey),
				}),
			{ kind: 'status', status: 429 },
			{
				error: {
					code: 429,
					message: 'Rate limit exceeded',
					type: 'rate_limit_error',
					fallback_suggestion: 'retry after 60 seconds',
				},
			},
		],
		[
			'Wiro',
			async () =>
				await call(`${simulator.endpoints.wiro.baseUrl}/v1/Run/minimax/hailuo-2-3`, {
					headers: signed(simulator),
					form: form({ prompt: PROMPT }),
				}),
			{ kind: 'status', status: 200, code: 97 },
			{ result: false, errors: [{ code: 97, message: 'Insufficient balance' }] },
		],
	])('comes in the envelope of %s', async (_provider, send, fault, body) => {
		simulator.addFault(fault);
		const reply = await send();
		expect(reply.status).toBe(fault.status);
		expect(reply.json).toMatchObject(body as object);
	});
});

describe('the simulator', () => {
	it('records each request with its headers, body, answer and job', async () => {
		const created = await create();
		expect(simulator.requestsOf('apiframe', 'create')).toEqual([
			expect.objectContaining({
				method: 'POST',
				path: '/v2/videos/generate',
				body: { model: 'hailuo-02', prompt: PROMPT },
				headers: expect.objectContaining({ 'x-api-key': simulator.keys.apiframe.apiKey }),
				status: 202,
				jobId: at(created.json, 'jobId'),
			}),
		]);
	});

	it('uses other status words when told to', async () => {
		simulator.configure({ statusWords: { apiframe: { queued: 'WAITING', succeeded: 'complete' } } });
		const created = await create();
		expect(at(created.json, 'status')).toBe('WAITING');
		simulator.finishJob(String(at(created.json, 'jobId')));
		expect(at((await read(at(created.json, 'jobId'))).json, 'status')).toBe('complete');
	});

	it('forgets everything at a reset', async () => {
		simulator.configure({ jobDurationMs: 0 });
		simulator.addFault({ kind: 'status', times: 5 });
		await create();
		simulator.reset();
		expect([simulator.requests, simulator.jobs]).toEqual([[], []]);
		const created = await create();
		expect(simulator.phaseOf(String(at(created.json, 'jobId')))).toBe('queued');
	});

	it('serves routes that a test mounts', async () => {
		simulator.mount('/minimax', ({ path, query }) => ({ status: 200, body: { path, query } }));
		expect((await call(`${simulator.url}/minimax/v1/query?task_id=7`)).json).toEqual({
			path: '/v1/query',
			query: { task_id: '7' },
		});
		expect(simulator.requestsOf('other')).toHaveLength(1);
	});

	it('says which port is taken', async () => {
		const taken = Number(new URL(simulator.url).port);
		await expect(startSimulator({ port: taken })).rejects.toMatchObject({ code: 'EADDRINUSE', port: taken });
	});

	it('makes and reads a thousand jobs at once', async () => {
		const replies = await Promise.all(Array.from({ length: 1000 }, create));
		const ids = new Set(replies.map(({ json }) => String(at(json, 'jobId'))));
		expect(ids.size).toBe(1000);
		const reads = await Promise.all([...ids].map(read));
		expect(new Set(reads.map(({ status }) => status))).toEqual(new Set([200]));
	});
});
