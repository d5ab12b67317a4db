import { setTimeout as pause } from 'node:timers/promises';
import { writeTicket } from '../../nodes/Hailuo/core/callback/ticket';
import { noOperation, runsOf, webhookTrigger, workflowOf } from '../tools/host/workflows';
import { begin, idsOf, jobIdsAt } from './support/durable';
import { numbered } from './support/purchase';
import { startSuite, type Suite } from './support/suite';
import {
	aCallback,
	CALLING_PROVIDERS,
	hailuoTrigger,
	listen,
	listenerOf,
	make,
	post,
	report,
	reported,
	resumer,
	signed,
} from './support/trigger';

/** A recheck comes a minute after the wait began at the earliest; what is there before was woken. */
const BEFORE_ANY_RECHECK_MS = 40_000;

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({
		simulator: { jobDurationMs: 600_000, callbackRetryDelaysMs: [] },
		environment: { N8N_PAYLOAD_SIZE_MAX: '1' },
	});
});

afterAll(async () => {
	await suite.close();
});

it("Apiframe's signature counts for these bytes and this key alone: nothing else starts anything", async () => {
	const listener = await listen(suite, { provider: 'apiframe' });
	const { jobId } = await make(suite, 'apiframe', listener);
	suite.simulator.finishJob(jobId);
	const rawBody = JSON.stringify(aCallback('apiframe', jobId));
	const genuine = signed(suite, rawBody);
	const signature = genuine['x-webhook-signature'] ?? '';
	const replies = await Promise.all([
		post(listener.url, rawBody.replace('"COMPLETED"', '"FAILED"'), genuine),
		post(listener.url, rawBody.replace(':', ': '), genuine),
		post(listener.url, rawBody, signed(suite, rawBody, 'the-key-of-somebody-else')),
		post(listener.url, rawBody, {}),
		post(listener.url, rawBody, { 'x-webhook-signature': '' }),
		post(listener.url, rawBody, { 'x-webhook-signature': signature.slice(0, -1) }),
	]);
	expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 401));
	expect(await listener.items(0)).toEqual([]);
	expect((await post(listener.url, rawBody, genuine)).status).toBe(200);
	expect(await listener.items(1)).toHaveLength(1);
});

it("MiniMax's challenge comes back in time, and starts nothing; what it reports then does", async () => {
	const listener = await listen(suite, { provider: 'minimax' });
	const { jobId, callbackUrl } = await make(suite, 'minimax', listener);
	const reply = await post(callbackUrl, { challenge: 'c-42' });
	expect([reply.status, JSON.parse(reply.text)]).toEqual([200, { challenge: 'c-42' }]);
	expect(reply.milliseconds).toBeLessThan(3000);
	expect((await post(listener.url, { challenge: 'c-42' })).status).toBe(401);
	expect(await listener.items(0)).toEqual([]);
	suite.simulator.finishJob(jobId);
	expect((await report(suite, 'minimax', callbackUrl, aCallback('minimax', jobId))).status).toBe(200);
	expect((await listener.items(1)).map(({ json }) => json)).toMatchObject([
		{ provider: 'minimax', jobId, status: 'succeeded', videoUrl: suite.simulator.job(jobId)?.videoUrl },
	]);
});

it.each(CALLING_PROVIDERS)(
	'malformed JSON and oversize bodies to %s are left to n8n, which stays well',
	async (provider) => {
		const listener = await listen(suite, { provider });
		const oversize = JSON.stringify({ ...aCallback(provider, 'large'), padding: 'x'.repeat(2_000_000) });
		const replies = await Promise.all([
			post(listener.url, '{"jobId": "1", ', signed(suite, '{"jobId": "1", ')),
			post(listener.url, '<html>', { 'content-type': 'text/html' }),
			post(listener.url, oversize).catch(() => ({ status: 400 })),
		]);
		for (const { status } of replies) expect(status).toBeGreaterThanOrEqual(400);
		expect(await listener.items(0)).toEqual([]);
		expect((await post(listener.url, {})).status).toBe(401);
	},
);

it("'Execute workflow' in the editor waits for a genuine callback, and takes one again that it has had before", async () => {
	const trigger = hailuoTrigger({ provider: 'apiframe' }, suite.credentials);
	const { id } = await suite.client.createWorkflow(workflowOf('Tried out', [trigger, noOperation('After')]));
	const { path, items } = listenerOf(suite, id, trigger);
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

it('a repeat is dropped, also of the same instant and after a restart of n8n', async () => {
	const listener = await listen(suite, { provider: 'wiro' });
	const { jobId, callbackUrl } = await make(suite, 'wiro', listener);
	suite.simulator.finishJob(jobId);
	const send = async () => await report(suite, 'wiro', callbackUrl, aCallback('wiro', jobId));
	await Promise.all([send(), send(), send(), send()]);
	expect(await listener.items(1)).toHaveLength(1);
	await suite.crashAndRestart();
	expect((await send()).status).toBe(200);
	expect(await listener.items(1)).toHaveLength(1);
});

it.each(['apiframe', 'wiro'] as const)(
	'callbacks of %s of one instant all wake the execution, though it runs for the first of them',
	async (provider) => {
		const listener = await resumer(suite, provider);
		const { end, jobs } = await begin(suite, reported(suite, provider, listener.url, numbered('Boat', 8)));
		for (const { id } of jobs) suite.simulator.finishJob(id);
		const execution = await end(BEFORE_ANY_RECHECK_MS);
		expect(runsOf(execution, 'After')).toHaveLength(1);
		expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
		expect(await listener.executions()).toEqual([]);
	},
);

it('a genuine ticket is not followed anywhere but to a doorbell of this n8n', async () => {
	const listener = await resumer(suite, 'wiro');
	const { id: bystanderId } = await suite.client.createWorkflow(
		workflowOf('Bystander', [webhookTrigger('bystander/hailuo'), noOperation('After')]),
	);
	await suite.client.activateWorkflow(bystanderId);
	suite.simulator.mount('webhook-waiting', () => ({ status: 200, body: {} }));
	const { url: own, port } = suite.server;
	const { port: otherPort } = new URL(suite.simulator.url);
	const addresses = [
		`http://127.0.0.1:${otherPort}/webhook-waiting/1/hailuo`,
		`http://localhost:${otherPort}/webhook-waiting/1/hailuo`,
		`http://127.0.0.1:${port}@127.0.0.1:${otherPort}/webhook-waiting/1/hailuo`,
		`${own}/webhook/bystander/hailuo`,
		`${own}/webhook-waiting/../webhook/bystander/hailuo`,
		`${own}/webhook-waiting/%2e%2e/webhook/bystander/hailuo`,
		`${own}/webhook-waiting/..%2Fwebhook%2Fbystander/hailuo`,
	];
	for (const resumeUrl of addresses) {
		const issuedAt = Math.floor(Date.now() / 1000);
		const ticket = writeTicket(suite.simulator.keys.wiro.apiKey, 'wiro', issuedAt, {
			resumeUrl,
			context: null,
			serial: '1',
		});
		const url = `${listener.url}?hailuoTicket=${ticket}`;
		expect((await report(suite, 'wiro', url, aCallback('wiro', 'job-1'))).status).toBe(400);
	}
	await pause(1_000);
	expect(suite.simulator.requestsOf('other')).toEqual([]);
	expect(await suite.client.listExecutions({ workflowId: bystanderId })).toEqual([]);
	const refusals = suite.server.log.match(/names an address that is not of this n8n/g) ?? [];
	expect(refusals).toHaveLength(addresses.length);
});
