import { setTimeout as pause } from 'node:timers/promises';
import { writeTicket } from '../../nodes/Hailuo/core/callback/ticket';
import type { ExecutedItem } from '../tools/host/n8nTypes';
import { noOperation, workflowOf } from '../tools/host/workflows';
import { startSuite, type Suite } from './support/suite';
import {
	aCallback,
	CALLING_PROVIDERS,
	EVERY_EVENT,
	hailuoTrigger,
	listen,
	listenerOf as listenerOn,
	make,
	post,
	report,
	signed,
	type CallingProvider,
	type Listener,
} from './support/trigger';

const JOB_FIELDS = [
	'provider',
	'jobId',
	'model',
	'status',
	'rawStatus',
	'progress',
	'videoUrl',
	'additionalUrls',
	'failure',
	'cost',
	'createdAt',
	'completedAt',
	'expiresAt',
];

const UNSIGNED: readonly CallingProvider[] = ['evolink', 'wiro'];

let suite: Suite;
/** One for each provider, with the default events; a test asserts on the jobs of its own. */
const listeners: Partial<Record<CallingProvider, Listener>> = {};

function listenerOf(provider: CallingProvider): Listener {
	const listener = listeners[provider];
	if (listener === undefined) throw new Error(`Nobody listens to ${provider}`);
	return listener;
}

/** What a listener puts out for a job, once there is something, as it reads the job after it has answered. */
async function itemsAbout(listener: Listener, jobId: string): Promise<ExecutedItem[]> {
	const deadline = Date.now() + 30_000;
	for (;;) {
		const items = (await listener.items(0)).filter(({ json }) => json['jobId'] === jobId);
		if (items.length > 0 || Date.now() > deadline) return items;
		await pause(100);
	}
}

/** How often a listener was started for a job. */
async function startsFor(listener: Listener, jobId: string): Promise<number> {
	const items = await listener.items(0);
	return items.filter(({ json }) => json['jobId'] === jobId).length;
}

beforeAll(async () => {
	suite = await startSuite({
		simulator: { jobDurationMs: 600_000, callbackRetryDelaysMs: [] },
		environment: { N8N_PAYLOAD_SIZE_MAX: '1' },
	});
	for (const provider of CALLING_PROVIDERS) listeners[provider] = await listen(suite, { provider });
});

afterAll(async () => {
	await suite.close();
});

describe.each(CALLING_PROVIDERS)('a genuine callback of %s', (provider) => {
	it('starts the workflow once, with the job, what happened and the context of its create', async () => {
		const listener = await listen(suite, { provider });
		const { jobId, callbackUrl } = await make(suite, provider, listener, { context: { row: 7, tags: ['dawn'] } });
		suite.simulator.finishJob(jobId);
		const { attempts } = await suite.simulator.sendCallback(jobId, { url: callbackUrl });
		expect(attempts.map(({ status }) => status)).toEqual([200]);

		const [item, ...others] = await listener.items(1);
		expect(others).toEqual([]);
		expect(item?.json).toMatchObject({
			provider,
			jobId,
			model: 'hailuo-2.3',
			status: 'succeeded',
			videoUrl: suite.simulator.job(jobId)?.videoUrl,
			failure: null,
			event: 'succeeded',
			context: { row: 7, tags: ['dawn'] },
			deliveryKey: `${provider}:${jobId}:succeeded`,
		});
		const fields = provider === 'wiro' ? [...JOB_FIELDS, 'jobToken'] : JOB_FIELDS;
		expect(Object.keys(item?.json ?? {}).sort()).toEqual([...fields, 'event', 'context', 'deliveryKey'].sort());
	});
});

describe("Apiframe's signature", () => {
	/** A finished job and the very callback that tells of it. */
	async function finished(): Promise<{ jobId: string; callbackUrl: string; rawBody: string }> {
		const { jobId, callbackUrl } = await make(suite, 'apiframe', listenerOf('apiframe'));
		suite.simulator.finishJob(jobId);
		return { jobId, callbackUrl, rawBody: JSON.stringify(aCallback('apiframe', jobId)) };
	}

	it('refuses all that is not signed over these bytes with this key, and starts nothing', async () => {
		const { url } = listenerOf('apiframe');
		const { jobId, rawBody } = await finished();
		const genuine = signed(suite, rawBody);
		const signature = genuine['x-webhook-signature'] ?? '';
		const replies = await Promise.all([
			post(url, rawBody.replace('"COMPLETED"', '"FAILED"'), genuine),
			post(url, rawBody.replace(':', ': '), genuine),
			post(url, rawBody, signed(suite, rawBody, 'the-key-of-somebody-else')),
			post(url, rawBody, {}),
			post(url, rawBody, { 'x-webhook-signature': '' }),
			post(url, rawBody, { 'x-webhook-signature': 'sha256=' }),
			post(url, rawBody, { 'x-webhook-signature': signature.slice(0, -1) }),
			post(url, rawBody, { 'x-webhook-signature': `${signature}0` }),
		]);
		expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 401));
		expect(await startsFor(listenerOf('apiframe'), jobId)).toBe(0);
	});

	it.each<[string, (header: string) => string]>([
		['with sha256= in front', (header) => header],
		['without sha256=', (header) => header.replace('sha256=', '')],
		['in capitals', (header) => header.toUpperCase()],
	])('is taken %s', async (_form, write) => {
		const { jobId, rawBody } = await finished();
		const header = signed(suite, rawBody)['x-webhook-signature'] ?? '';
		const reply = await post(listenerOf('apiframe').url, rawBody, { 'x-webhook-signature': write(header) });
		expect(reply.status).toBe(200);
		expect(await startsFor(listenerOf('apiframe'), jobId)).toBe(1);
	});

	it('is enough where the job cannot be read: the item says what the callback says', async () => {
		const { jobId, callbackUrl, rawBody } = await finished();
		suite.simulator.addFault({ kind: 'status', status: 404, provider: 'apiframe', operation: 'read', times: 3 });
		await post(callbackUrl, rawBody, signed(suite, rawBody));
		const items = await listenerOf('apiframe').items(0);
		expect(items.find(({ json }) => json['jobId'] === jobId)?.json).toMatchObject({
			status: 'succeeded',
			event: 'succeeded',
			videoUrl: 'https://videos.example/forged.mp4',
		});
	});
});

describe.each(UNSIGNED)('what %s does not sign', (provider) => {
	it('starts nothing without a ticket, and nothing for a job that the provider does not know', async () => {
		const { jobId, callbackUrl } = await make(suite, provider, listenerOf(provider));
		suite.simulator.finishJob(jobId);
		expect((await report(suite, provider, listenerOf(provider).url, aCallback(provider, jobId))).status).toBe(401);
		expect(await startsFor(listenerOf(provider), jobId)).toBe(0);
		expect((await report(suite, provider, callbackUrl, aCallback(provider, 'no-such-job'))).status).toBe(503);
		expect(await startsFor(listenerOf(provider), 'no-such-job')).toBe(0);
	});

	it('is overruled by what the provider answers', async () => {
		const listener = await listen(suite, { provider, events: EVERY_EVENT });
		const { jobId, callbackUrl } = await make(suite, provider, listener);
		suite.simulator.finishJob(jobId, 'failure');
		await report(suite, provider, callbackUrl, aCallback(provider, jobId));
		const items = await listener.items(1);
		expect(items.map(({ json }) => [json['status'], json['event'], json['videoUrl']])).toEqual([
			['failed', 'failed', null],
		]);
	});

	it('makes no running job a finished one', async () => {
		const { jobId, callbackUrl } = await make(suite, provider, listenerOf(provider));
		expect((await report(suite, provider, callbackUrl, aCallback(provider, jobId))).status).toBe(503);
		expect(await startsFor(listenerOf(provider), jobId)).toBe(0);
	});
});

describe.each(CALLING_PROVIDERS)('the trigger for %s', (provider) => {
	it('answers what is no callback with 400', async () => {
		const before = (await listenerOf(provider).executions()).length;
		const { callbackUrl } = await make(suite, provider, listenerOf(provider));
		const bodies = ['{}', '[]', '"completed"', '7', 'null', '{"hello":"world"}', '[{"id":"1"}]', ''];
		const replies = await Promise.all(bodies.map(async (body) => await post(callbackUrl, body, signed(suite, body))));
		expect(replies.map(({ status }) => status)).toEqual(bodies.map(() => 400));
		expect((await listenerOf(provider).executions()).length).toBe(before);
	});

	it('leaves malformed JSON and oversize bodies to n8n, which stays well', async () => {
		const { url } = listenerOf(provider);
		const before = (await listenerOf(provider).executions()).length;
		const oversize = JSON.stringify({ ...aCallback(provider, 'large'), padding: 'x'.repeat(2_000_000) });
		const replies = await Promise.all([
			post(url, '{"jobId": "1", ', signed(suite, '{"jobId": "1", ')),
			post(url, '<html>', { 'content-type': 'text/html' }),
			post(url, oversize).catch(() => ({ status: 400 })),
		]);
		for (const { status } of replies) expect(status).toBeGreaterThanOrEqual(400);
		expect((await listenerOf(provider).executions()).length).toBe(before);
		expect((await post(url, {})).status).toBe(401);
	});
});

describe.each(['apiframe', 'wiro'] as const)('the trigger, called by %s,', (provider) => {
	it('waits for a provider whose answers are behind its callbacks', async () => {
		const { jobId, callbackUrl } = await make(suite, provider, listenerOf(provider));
		const body = aCallback(provider, jobId);
		const reply = report(suite, provider, callbackUrl, body);
		await pause(300);
		suite.simulator.finishJob(jobId);
		expect((await reply).status).toBe(200);
		const items = (await listenerOf(provider).items(0)).filter(({ json }) => json['jobId'] === jobId);
		expect(items.map(({ json }) => json['videoUrl'])).toEqual([suite.simulator.job(jobId)?.videoUrl]);
	});

	it('drops repeats, also of the same instant', async () => {
		const listener = await listen(suite, { provider });
		const { jobId, callbackUrl } = await make(suite, provider, listener);
		suite.simulator.finishJob(jobId);
		const send = async () => await report(suite, provider, callbackUrl, aCallback(provider, jobId));
		await Promise.all([send(), send(), send(), send()]);
		await send();
		expect(await listener.items(1)).toHaveLength(1);
		expect((await send()).status).toBe(200);
		expect(await listener.items(1)).toHaveLength(1);
	});

	it('answers when it has read, and so knows what becomes of the callback', async () => {
		const { jobId, callbackUrl } = await make(suite, provider, listenerOf(provider));
		suite.simulator.finishJob(jobId);
		const delayMs = 2_000;
		suite.simulator.addFault({ kind: 'slow', provider, operation: 'read', delayMs });
		const { status, milliseconds } = await report(suite, provider, callbackUrl, aCallback(provider, jobId));
		expect(status).toBe(200);
		expect(milliseconds).toBeGreaterThanOrEqual(delayMs);
		expect(await itemsAbout(listenerOf(provider), jobId)).toHaveLength(1);
	});

	it('reads again when a read fails in passing', async () => {
		const { jobId, callbackUrl } = await make(suite, provider, listenerOf(provider));
		suite.simulator.finishJob(jobId);
		suite.simulator.addFault({ kind: 'reset', provider, operation: 'read' });
		await report(suite, provider, callbackUrl, aCallback(provider, jobId));
		const items = await itemsAbout(listenerOf(provider), jobId);
		expect(items.map(({ json }) => json['videoUrl'])).toEqual([suite.simulator.job(jobId)?.videoUrl]);
	});
});

describe("'Trigger On'", () => {
	it.each(CALLING_PROVIDERS)('lets through what was chosen only, at %s', async (provider) => {
		const listener = await listen(suite, { provider, events: ['failed'] });
		const good = await make(suite, provider, listener);
		const bad = await make(suite, provider, listener, { prompt: 'A boat [[fail:Out of luck]]' });
		for (const { jobId, callbackUrl } of [good, bad]) {
			suite.simulator.finishJob(jobId);
			await suite.simulator.sendCallback(jobId, { url: callbackUrl });
		}
		const items = await listener.items(1);
		expect(items.map(({ json }) => [json['jobId'], json['event'], json['status']])).toEqual([
			[bad.jobId, 'failed', 'failed'],
		]);
		expect(JSON.stringify(items[0]?.json['failure'])).toContain('Out of luck');
	});

	it('Progress starts the workflow whenever the job has come further, and once for each step', async () => {
		const listener = await listen(suite, { provider: 'apiframe', events: EVERY_EVENT });
		const { jobId, callbackUrl } = await make(suite, 'apiframe', listener);
		for (const [steps, fraction] of [0.3, 0.6].entries()) {
			suite.simulator.setJobProgress(jobId, fraction);
			await suite.simulator.sendCallback(jobId, { url: callbackUrl, event: 'progress' });
			// The trigger answers before it reads the job, so the job may go on only when the read has been seen.
			await listener.items(steps + 1);
			await suite.simulator.sendCallback(jobId, { url: callbackUrl, event: 'progress' });
		}
		suite.simulator.finishJob(jobId);
		await suite.simulator.sendCallback(jobId, { url: callbackUrl });
		const items = await listener.items(3);
		expect(items.map(({ json }) => json['event'])).toEqual(['progress', 'progress', 'succeeded']);
		expect(items.map(({ json }) => json['status'])).toEqual(['running', 'running', 'succeeded']);
		expect(new Set(items.map(({ json }) => json['progress'])).size).toBe(3);
		expect(new Set(items.map(({ json }) => json['deliveryKey'])).size).toBe(3);
	});
});

describe.each(CALLING_PROVIDERS)('a ticket in a callback of %s', (provider) => {
	const keyOf = () => suite.simulator.keys[provider].apiKey;
	const now = () => Math.floor(Date.now() / 1000);
	const nothing = { resumeUrl: null, context: null, serial: '1' };

	it('is refused with 401 when it is forged, altered, foreign or stale, and starts nothing', async () => {
		const { url } = listenerOf(provider);
		const { jobId, ticket } = await make(suite, provider, listenerOf(provider), { context: { row: 1 } });
		suite.simulator.finishJob(jobId);
		const [payload = '', signature = ''] = ticket.split('.');
		const otherPayload = Buffer.from(JSON.stringify([now(), null, { row: 2 }])).toString('base64url');
		const otherProvider = provider === 'wiro' ? 'evolink' : 'wiro';
		const tickets = {
			forged: writeTicket('a-guess', provider, now(), nothing),
			altered: `${otherPayload}.${signature}`,
			unsigned: payload,
			blank: '',
			'of another credential': writeTicket(suite.simulator.keys.wiroKeyOnly.apiKey, provider, now(), nothing),
			'of another provider': writeTicket(keyOf(), otherProvider, now(), nothing),
			'of the day before yesterday': writeTicket(keyOf(), provider, now() - 25 * 60 * 60, nothing),
			'of tomorrow': writeTicket(keyOf(), provider, now() + 24 * 60 * 60, nothing),
		};
		const statuses: Record<string, number> = {};
		for (const [name, text] of Object.entries(tickets)) {
			const address = `${url}?hailuoTicket=${text}`;
			statuses[name] = (await report(suite, provider, address, aCallback(provider, jobId))).status;
		}
		const twice = `${url}?hailuoTicket=${ticket}&hailuoTicket=${ticket}`;
		statuses['twice'] = (await report(suite, provider, twice, aCallback(provider, jobId))).status;
		expect(statuses).toEqual(Object.fromEntries([...Object.keys(tickets), 'twice'].map((name) => [name, 401])));
		expect(await startsFor(listenerOf(provider), jobId)).toBe(0);
	});
});

describe('what Apiframe has signed', () => {
	it('needs no ticket: without one there is no context', async () => {
		const { jobId } = await make(suite, 'apiframe', listenerOf('apiframe'), { context: { row: 1 } });
		suite.simulator.finishJob(jobId);
		await report(suite, 'apiframe', listenerOf('apiframe').url, aCallback('apiframe', jobId));
		const items = (await listenerOf('apiframe').items(0)).filter(({ json }) => json['jobId'] === jobId);
		expect(items.map(({ json }) => json['context'])).toEqual([null]);
	});
});

describe("'Execute workflow' in the editor", () => {
	it('waits for a genuine callback, and takes one again that it has had before', async () => {
		const trigger = hailuoTrigger({ provider: 'apiframe' }, suite.credentials);
		const { id } = await suite.client.createWorkflow(workflowOf('Tried out', [trigger, noOperation('After')]));
		const { path, items } = listenerOn(suite, id, trigger);
		const url = suite.server.url + path.replace('/webhook/', '/webhook-test/');
		const { jobId } = await make(suite, 'apiframe', { path });
		suite.simulator.finishJob(jobId);
		const rawBody = JSON.stringify(aCallback('apiframe', jobId));
		for (const count of [1, 2]) {
			await expect(suite.client.runWorkflow(id, { trigger: 'Trigger' })).rejects.toThrow('waitingForWebhook');
			expect((await post(url, rawBody, signed(suite, rawBody, 'a-guess'))).status).toBe(401);
			expect((await post(url, rawBody, signed(suite, rawBody))).status).toBe(200);
			expect((await items(count)).map(({ json }) => json['jobId'])).toEqual(Array(count).fill(jobId));
		}
	});
});

describe('a restart of n8n', () => {
	it('does not make a repeat new', async () => {
		const { jobId, callbackUrl } = await make(suite, 'wiro', listenerOf('wiro'));
		suite.simulator.finishJob(jobId);
		const send = async () => await report(suite, 'wiro', callbackUrl, aCallback('wiro', jobId));
		await send();
		expect(await startsFor(listenerOf('wiro'), jobId)).toBe(1);
		await suite.crashAndRestart();
		expect((await send()).status).toBe(200);
		expect(await startsFor(listenerOf('wiro'), jobId)).toBe(1);
	});
});
