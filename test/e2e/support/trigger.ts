import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import type { ExecutedItem, Execution, WorkflowInput, WorkflowNode } from '../../tools/host/n8nTypes';
import { inARow, itemsOf, manualTrigger, noOperation, workflowOf } from '../../tools/host/workflows';
import { webhookSignature } from '../../tools/simulator/apiframeCallbacks';
import type { CallingProvider } from '../../tools/simulator/types';
import { create, loop, prompts, suspendingWait } from './durable';
import type { Suite } from './suite';

export { CALLING_PROVIDERS, type CallingProvider } from '../../tools/simulator/types';

/** Where a Hailuo Trigger that does not exist would be; EvoLink takes https addresses only. */
const PUBLIC_HOST = 'https://n8n.example';

/** Long enough for whatever would have been started to be listed. */
const SETTLING_MS = 400;

export interface Reply {
	status: number;
	text: string;
	/** Until the answer was there whole. */
	milliseconds: number;
}

/** Posts as a provider does; an object as JSON, a string as it is. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
	const start = performance.now();
	const response = await request(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});
	const text = await response.body.text();
	return { status: response.statusCode, text, milliseconds: performance.now() - start };
}

export function hailuoTrigger(
	parameters: Record<string, unknown>,
	credentials: Suite['credentials'],
	name = 'Trigger',
): WorkflowNode {
	return {
		...noOperation(name),
		type: 'n8n-nodes-hailuo.hailuoTrigger',
		parameters,
		credentials,
		webhookId: randomUUID(),
	};
}

/** A live workflow that begins with a Hailuo Trigger. */
export interface Listener {
	/** The path of its production URL, with the slash in front. */
	path: string;
	url: string;
	/** Oldest first. */
	executions(): Promise<Execution[]>;
	/** The items the trigger has put out, one execution after another, once there are so many. */
	items(count: number): Promise<ExecutedItem[]>;
	/** Unpublishes the workflow; n8n publishes no other with the same path before. */
	deactivate(): Promise<void>;
}

export async function listen(
	suite: Suite,
	parameters: Record<string, unknown>,
	credentials = suite.credentials,
): Promise<Listener> {
	const node = hailuoTrigger(parameters, credentials);
	return await activate(suite, workflowOf('Listener', [node, noOperation('After')]), node);
}

export function listenerOf(suite: Suite, workflowId: string, { webhookId, name }: WorkflowNode): Listener {
	const path = `/webhook/${webhookId}/hailuo`;
	const executions = async () => {
		const listed = await suite.client.listExecutions({ workflowId });
		const ids = listed.map(({ id }) => id).reverse();
		return await Promise.all(ids.map(async (id) => await suite.client.waitForExecution(id)));
	};
	return {
		path,
		url: suite.webhookUrl + path,
		executions,
		async items(count) {
			const deadline = Date.now() + 15_000;
			while ((await suite.client.listExecutions({ workflowId })).length < count && Date.now() < deadline) {
				await pause(50);
			}
			// One too many must show as well.
			await pause(SETTLING_MS);
			return (await executions()).flatMap((execution) => itemsOf(execution, name));
		},
		deactivate: async () => await suite.client.deactivateWorkflow(workflowId),
	};
}

/** Creates and publishes a workflow that begins with a Hailuo Trigger. */
export async function activate(suite: Suite, workflow: WorkflowInput, trigger: WorkflowNode): Promise<Listener> {
	const { id } = await suite.client.createWorkflow(workflow);
	await suite.client.activateWorkflow(id);
	return listenerOf(suite, id, trigger);
}

/** A live workflow that resumes executions. */
export async function resumer(suite: Suite, provider: CallingProvider): Promise<Listener> {
	const trigger = hailuoTrigger({ provider, onCallback: 'resumeExecution' }, suite.credentials);
	return await activate(suite, workflowOf('Resumer', [trigger, noOperation('Never')]), trigger);
}

/** Start → List → Prompts → Create, to be reported to a trigger → Wait, suspended → After. */
export function reported(
	suite: Suite,
	provider: CallingProvider,
	callbackUrl: string,
	texts: readonly string[],
): WorkflowInput {
	const reporting = create(suite, provider, { callback: 'url', callbackUrl });
	const row = [manualTrigger(), ...prompts(texts), reporting, suspendingWait(suite, provider)];
	const { nodes, wires } = loop('drawn');
	return workflowOf(`Reported ${provider}`, [...row, ...nodes], { wires: [...inARow(row), ...wires] });
}

export interface Made {
	jobId: string;
	/** The ticket that Create put into the callback address. */
	ticket: string;
	/** Its address at this n8n, where the provider would have reached it over the internet. */
	callbackUrl: string;
}

/** Makes a job with the Hailuo node in a workflow of its own, to be reported to a listener. */
export async function make(
	suite: Suite,
	provider: CallingProvider,
	{ path }: Pick<Listener, 'path'>,
	options: { context?: unknown; prompt?: string; credentials?: Suite['credentials'] } = {},
): Promise<Made> {
	const { prompt = 'A paper boat', credentials = suite.credentials } = options;
	const node = create({ credentials }, provider, {
		prompt,
		callback: 'url',
		callbackUrl: PUBLIC_HOST + path,
		...(options.context !== undefined && { options: { context: JSON.stringify(options.context) } }),
	});
	const execution = await suite.run(workflowOf('Maker', [manualTrigger(), node]));
	const jobId = String(itemsOf(execution, 'Create')[0]?.json['jobId']);
	const callbackUrl = suite.simulator.job(jobId)?.callbackUrl;
	if (callbackUrl === undefined)
		throw new Error(`No callback was asked for: ${JSON.stringify(execution.data.resultData)}`);
	const address = new URL(callbackUrl);
	return {
		jobId,
		ticket: address.searchParams.get('hailuoTicket') ?? '',
		callbackUrl: suite.webhookUrl + address.pathname + address.search,
	};
}

/** What a provider says of a job that ended well, in its documented shape; nobody signs it yet. */
export function aCallback(provider: CallingProvider, jobId: string): Record<string, unknown> {
	const url = 'https://videos.example/forged.mp4';
	if (provider === 'apiframe')
		return { event: 'completed', jobId, status: 'COMPLETED', progress: 100, result: { videoUrl: url } };
	if (provider === 'evolink') return { id: jobId, status: 'completed', progress: 100, results: [url] };
	if (provider === 'minimax') return { task_id: jobId, status: 'success', file_id: '1' };
	const task = { id: jobId, status: 'task_postprocess_end', pexit: '0', outputs: [{ contenttype: 'video/mp4', url }] };
	return { total: '1', errors: [], tasklist: [task], result: true };
}

/** Apiframe's signature header under its key in the simulator, or another one. */
export function signed(
	suite: Suite,
	rawBody: string,
	key = suite.simulator.keys.apiframe.apiKey,
): Record<string, string> {
	return { 'x-webhook-signature': `sha256=${webhookSignature(rawBody, key)}` };
}

/** Posts a callback that is genuine but for what it says. */
export async function report(
	suite: Suite,
	provider: CallingProvider,
	url: string,
	body: Record<string, unknown>,
): Promise<Reply> {
	const rawBody = JSON.stringify(body);
	return await post(url, rawBody, provider === 'apiframe' ? signed(suite, rawBody) : {});
}
