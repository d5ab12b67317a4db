import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { writeTicket } from '../../nodes/Hailuo/core/callback/ticket';
import { itemsOf, noOperation, runsOf, webhookTrigger, workflowOf } from '../tools/host/workflows';
import { begin, jobIdsAt, requestsOf } from './support/durable';
import { startSuite, type Suite } from './support/suite';
import { aCallback, report, reported, resumer } from './support/trigger';

/** A recheck comes a minute after the wait began at the earliest; what is there before was woken. */
const BEFORE_ANY_RECHECK_MS = 40_000;

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 600_000 } });
});

afterAll(async () => {
	await suite.close();
});

describe.each(['apiframe', 'wiro'] as const)("'Resume the Waiting Execution' at %s", (provider) => {
	it('wakes the execution that waits for the job, and runs nothing itself', async () => {
		const listener = await resumer(suite, provider);
		const { end, jobs } = await begin(suite, reported(suite, provider, listener.url, ['A boat']));
		suite.simulator.finishJob(jobs[0]!.id);
		const execution = await end(BEFORE_ANY_RECHECK_MS);
		expect(jobIdsAt(execution, 'After')).toEqual([jobs[0]!.id]);
		expect(itemsOf(execution, 'After')[0]?.json['status']).toBe('succeeded');
		expect(requestsOf(suite, jobs[0]!, 'read')).toBeLessThanOrEqual(2);
		expect(await listener.executions()).toEqual([]);
	});

	it('tries again where the execution is just running, so that callbacks of one instant all arrive', async () => {
		const listener = await resumer(suite, provider);
		const { end, jobs } = await begin(
			suite,
			reported(
				suite,
				provider,
				listener.url,
				Array.from({ length: 8 }, (_, index) => `Boat ${index}`),
			),
		);
		for (const { id } of jobs) suite.simulator.finishJob(id);
		const execution = await end(BEFORE_ANY_RECHECK_MS);
		expect(runsOf(execution, 'After')).toHaveLength(1);
		expect(jobIdsAt(execution, 'After')).toEqual(jobs.map(({ id }) => id));
	});
});

describe("'Resume the Waiting Execution' at EvoLink", () => {
	it('wakes the execution whose ticket comes with a callback, though nobody signs it', async () => {
		const listener = await resumer(suite, 'evolink');
		const workflow = reported(suite, 'evolink', `https://n8n.example${listener.path}`, ['A boat']);
		const { end, jobs } = await begin(suite, workflow);
		const { id, callbackUrl = '' } = jobs[0]!;
		suite.simulator.finishJob(id);
		await report(
			suite,
			'evolink',
			suite.server.url + listener.path + new URL(callbackUrl).search,
			aCallback('evolink', id),
		);
		expect(jobIdsAt(await end(BEFORE_ANY_RECHECK_MS), 'After')).toEqual([id]);
	});
});

describe('a genuine ticket', () => {
	/** Keeps the paths of whatever is posted to it. */
	const received: string[] = [];
	let elsewhere: Server;

	beforeAll(async () => {
		elsewhere = createServer((message, response) => {
			received.push(message.url ?? '');
			response.end('{}');
		});
		await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
	});

	afterAll(async () => {
		await new Promise((resolve) => elsewhere.close(resolve));
	});

	it('is not followed anywhere but to a doorbell of this n8n', async () => {
		const listener = await resumer(suite, 'wiro');
		const bystander = webhookTrigger('bystander/hailuo');
		const { id: bystanderId } = await suite.client.createWorkflow(
			workflowOf('Bystander', [bystander, noOperation('After')]),
		);
		await suite.client.activateWorkflow(bystanderId);
		const { url: own, port } = suite.server;
		const otherPort = (elsewhere.address() as AddressInfo).port;
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
		expect(received).toEqual([]);
		expect(await suite.client.listExecutions({ workflowId: bystanderId })).toEqual([]);
		const refusals = suite.server.log.match(/names an address that is not of this n8n/g) ?? [];
		expect(refusals).toHaveLength(addresses.length);
	});

	it('of an execution that is over wakes nothing, and harms nothing', async () => {
		const listener = await resumer(suite, 'wiro');
		const { end, jobs } = await begin(suite, reported(suite, 'wiro', listener.url, ['A boat']));
		const { id, callbackUrl = '' } = jobs[0]!;
		suite.simulator.finishJob(id);
		const { id: executionId } = await end(BEFORE_ANY_RECHECK_MS);
		expect((await report(suite, 'wiro', callbackUrl, aCallback('wiro', id))).status).toBe(200);
		await pause(500);
		expect(runsOf(await suite.client.getExecution(executionId), 'After')).toHaveLength(1);
	});
});
