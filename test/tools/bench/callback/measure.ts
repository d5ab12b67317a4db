/** How soon a workflow goes on after a callback: our suspended wait beside n8n's own Wait node, by turns in one n8n. */
import { request } from 'undici';
import type { Suite } from '../../../e2e/support/suite';
import type { Execution, WorkflowInput } from '../../host/n8nTypes';
import { cpuSecondsOf } from '../../host/processTree';
import { runStep } from '../../host/steps';
import {
	hailuo,
	noOperation,
	postJson,
	runsOf,
	VIDEO_FROM_PROMPT,
	webhookTrigger,
	workflowOf,
} from '../../host/workflows';
import { until } from '../../support/until';
import { withSuite } from '../benchSuite';
import type { CallbackData, Called } from './present';

/** Before the first figure, so that code is compiled and connections are open. */
const WARM_UPS = 10;
const CALLS = 100;
const STEP = { timeoutMs: 60_000, pauseMs: 50 };
const RECORDER = 'resumes';
const AFTER = 'After';

/** A way to wait for one callback. */
interface Way {
	label: string;
	workflow: WorkflowInput;
	/** How many things have been started that can be called back. */
	started(): number;
	/** Calls back for the one that was started last. */
	ring(): Promise<void>;
}

function suspended(suite: Suite): Way {
	const { simulator } = suite;
	const video = { provider: 'apiframe', operation: 'createAndWait', ...VIDEO_FROM_PROMPT, prompt: 'A boat' };
	const waiting = { waitStrategy: 'suspend', callback: 'thisExecution', options: { recheckInterval: 60 } };
	const node = hailuo({ ...video, ...waiting }, suite.credentials, { name: 'Video' });
	return {
		label: 'Hailuo node, suspended',
		workflow: workflowOf('Ours', [webhookTrigger('ours'), node, noOperation(AFTER)]),
		started: () => simulator.jobs.length,
		ring: async () => {
			simulator.finishJob(simulator.jobs.at(-1)?.id ?? '');
			await Promise.resolve();
		},
	};
}

function own(suite: Suite): Way {
	const addresses: string[] = [];
	suite.simulator.mount(RECORDER, ({ body }) => {
		addresses.push(String(Reflect.get(Object(body), 'url')));
		return { status: 200, body: {} };
	});
	const tell = postJson(`${suite.simulator.url}/${RECORDER}`, '={{ { url: $execution.resumeUrl } }}', 'Tell');
	const wait = {
		...noOperation('Wait'),
		type: 'n8n-nodes-base.wait',
		typeVersion: 1.1,
		parameters: { resume: 'webhook', httpMethod: 'POST', options: {} },
		webhookId: 'floor',
	};
	return {
		label: "n8n's own Wait node, resumed by webhook",
		workflow: workflowOf('Floor', [webhookTrigger('floor'), tell, wait, noOperation(AFTER)]),
		started: () => addresses.length,
		ring: async () => {
			const { body } = await request(addresses.at(-1) ?? '', { method: 'POST' });
			await body.dump();
		},
	};
}

function arrivalOf(execution: Execution): number {
	const [run] = runsOf(execution, AFTER);
	if (run === undefined) throw new Error(`Execution ${execution.id} ended as ${execution.status} before its last node`);
	return run.startTime;
}

/** Starts one execution, calls it back when it waits, and sees it end. */
async function callOnce({ client, server }: Suite, way: Way, path: string, workflowId: string): Promise<Called> {
	const before = way.started();
	const answer = await request(`${server.url}/webhook/${path}`, { method: 'POST' });
	await answer.body.dump();
	await until('something to call back', () => way.started() > before, STEP);
	const newest = async () => {
		const rows = await client.listExecutions({ workflowId });
		const outer = rows.filter(({ mode }) => mode !== 'integrated');
		return outer[0]?.id ?? '';
	};
	await until(
		'the execution waits',
		async () => (await client.getExecution(await newest())).status === 'waiting',
		STEP,
	);
	const id = await newest();
	const cpu = await cpuSecondsOf(server.processId);
	const rang = Date.now();
	await way.ring();
	const ended = await client.waitForExecution(id, { timeoutMs: 120_000 });
	return { delay: arrivalOf(ended) - rang, cpu: ((await cpuSecondsOf(server.processId)) - cpu) * 1000 };
}

export async function measureCallbacks(): Promise<CallbackData> {
	return await runStep(`${CALLS} callbacks of each kind, by turns (about 3 minutes)`, () =>
		withSuite({ simulator: { jobDurationMs: 3_600_000 } }, async (suite) => {
			const ways = [suspended(suite), own(suite)];
			const live = [];
			for (const way of ways) {
				const { id } = await suite.client.createWorkflow(way.workflow);
				await suite.client.activateWorkflow(id);
				live.push({ way, id, path: way.workflow.name === 'Ours' ? 'ours' : 'floor', calls: [] as Called[] });
			}
			for (let call = -WARM_UPS; call < CALLS; call += 1) {
				for (const { way, id, path, calls } of live) {
					const called = await callOnce(suite, way, path, id);
					if (call >= 0) calls.push(called);
				}
			}
			return { calls: CALLS, ways: live.map(({ way, calls }) => ({ label: way.label, calls })) };
		}),
	);
}
