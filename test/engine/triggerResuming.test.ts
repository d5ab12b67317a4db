/** What becomes of callbacks at a trigger that wakes executions, up to n8n's own waiting endpoint. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { INodeExecutionData } from 'n8n-workflow';
import type { RunningTrigger } from '../tools/support/runTrigger';
import { nextExecutionId, onJob, onStage, until } from './stage';
import { suspend } from './looping';
import { CALLING, logged, onScene, said, statusesOf, type Made, type Scene } from './triggerScene';
import type { CallingProvider } from '../tools/simulator/types';

/** n8n's own waiting endpoint, as far as a ring goes. */
interface WaitingEndpoint {
	base: string;
	/** The bodies that came, in order. */
	rings: unknown[];
	close(): Promise<void>;
}

async function startEndpoint(answerOf: (count: number) => number, gate: Promise<void>): Promise<WaitingEndpoint> {
	const rings: unknown[] = [];
	const server: Server = createServer((message, response) => {
		const chunks: Buffer[] = [];
		message.on('data', (chunk: Buffer) => chunks.push(chunk));
		message.on('end', () => {
			rings.push(JSON.parse(Buffer.concat(chunks).toString()));
			response.statusCode = answerOf(rings.length);
			void gate.then(() => response.end('{}'));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook-waiting`,
		rings,
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

async function onResuming(
	provider: CallingProvider,
	answerOf: (count: number) => number,
	act: (
		scene: Omit<Scene, 'make'> & {
			endpoint: WaitingEndpoint;
			trigger: RunningTrigger;
			make(): Promise<Made>;
			open(): void;
		},
	) => Promise<void>,
): Promise<void> {
	let open = () => {};
	const gate = new Promise<void>((resolve) => {
		open = () => resolve();
	});
	const endpoint = await startEndpoint(answerOf, gate);
	try {
		await onScene(provider, async (scene) => {
			const webhookWaitingBaseUrl = endpoint.base;
			const trigger = await scene.listen({ webhookWaitingBaseUrl, parameters: { onCallback: 'resumeExecution' } });
			const make = async () => await scene.finished(null, {}, { webhookWaitingBaseUrl });
			await act({ ...scene, endpoint, trigger, make, open });
		});
	} finally {
		open();
		await endpoint.close();
	}
}

describe.each(CALLING)("'Resume the Waiting Execution' at %s", (provider) => {
	test('hands on which job it is and what became of it, of whatever came with that', () =>
		onResuming(
			provider,
			() => 200,
			async ({ endpoint, trigger, make, report, open }) => {
				const { jobId, query } = await make();
				open();
				const body = said(provider, jobId, { padding: 'x'.repeat(1_000_000) });
				expect((await report(trigger.url + query, body)).status).toBe(200);
				await until(() => endpoint.rings.length > 0);
				expect(endpoint.rings).toEqual([{ hailuoCallback: { jobId, handles: {}, status: 'succeeded' } }]);
			},
		));

	test('rings once for equal calls, and does not try again where there is no such execution', () =>
		onResuming(
			provider,
			() => 404,
			async ({ endpoint, trigger, make, report, open }) => {
				const { jobId, query } = await make();
				const calls = Array.from({ length: 40 }, () => report(trigger.url + query, said(provider, jobId)));
				expect(new Set(statusesOf(await Promise.all(calls)))).toEqual(new Set([200]));
				const before = logged('could not be woken').length;
				open();
				await until(() => logged('could not be woken').length > before);
				expect(endpoint.rings).toHaveLength(1);
			},
		));

	test('tries again where the execution is running, or n8n is not ready', () =>
		onResuming(
			provider,
			(count) => [409, 503, 200][count - 1] ?? 200,
			async ({ endpoint, trigger, make, report, open }) => {
				const { jobId, query } = await make();
				open();
				await report(trigger.url + query, said(provider, jobId));
				await until(() => endpoint.rings.length === 3);
			},
		));

	test('promises nothing without a ticket, or for one that names another n8n', () =>
		onResuming(
			provider,
			() => 200,
			async ({ endpoint, trigger, finished, report, open }) => {
				const { jobId, query } = await finished();
				open();
				expect((await report(trigger.url, said(provider, jobId))).status).toBe(401);
				expect((await report(trigger.url + query, said(provider, jobId))).status).toBe(400);
				expect(endpoint.rings).toEqual([]);
			},
		));
});

describe('what the trigger hands on', () => {
	test('wakes the execution that waits for the job', () =>
		onStage(async (stage) => {
			const job: INodeExecutionData = await stage.make('apiframe');
			const slept = await suspend(stage, onJob('wait', 'apiframe'), { items: [job], executionId: nextExecutionId() });
			const note = { jobId: String(job.json.jobId), handles: {}, status: 'succeeded' };
			const { told } = await slept.callWebhook('Hailuo', { hailuoCallback: note });
			expect(told?.webhookResponse).toEqual({ resumed: true });
		}));
});
