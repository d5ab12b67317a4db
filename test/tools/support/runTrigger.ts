/**
 * A Hailuo Trigger behind a true HTTP server, in n8n-core's own webhook context. The host's part is done as n8n 2.41 does
 * it: the body is read whole before the node is asked, static data is read from the database before and written after, and
 * a workflow starts with what the node returns.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { WebhookContext } from 'n8n-core';
import {
	Workflow,
	type IDataObject,
	type INode,
	type INodeParameters,
	type INodeTypes,
	type IWebhookData,
	type IWebhookFunctions,
	type IWorkflowExecuteAdditionalData,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { request } from 'undici';
import { credentialTypes } from './built';
import { GivenCredentials, type CredentialData } from './runNode';

type TriggerModule = typeof import('../../../nodes/Hailuo/HailuoTrigger.node');

const { HailuoTrigger } = require('../../../dist/nodes/Hailuo/HailuoTrigger.node') as TriggerModule;

export interface TriggerOptions {
	credentials: CredentialData;
	parameters: INodeParameters;
	/** n8n's id of the trigger, which stands in its address. */
	webhookId: string;
	mode?: WorkflowExecuteMode;
	webhookWaitingBaseUrl?: string;
}

export interface Reply {
	status: number;
	message: unknown;
	/** Until the answer was there whole. */
	milliseconds: number;
}

export interface RunningTrigger {
	/** Of this process; its path is that of the production address. */
	url: string;
	/** The items that the workflow was started with, oldest first. */
	starts: IDataObject[];
	/** How often a credential was fetched. */
	fetches(): number;
	/** As n8n keeps it in its database. */
	staticData(): string;
	/** A restart of n8n's: what the process remembered is gone. */
	close(): Promise<void>;
}

/** Counts what n8n's host does at a cost. */
class CountedCredentials extends GivenCredentials {
	fetches = 0;

	override async getDecrypted(...given: Parameters<GivenCredentials['getDecrypted']>) {
		this.fetches += 1;
		return await super.getDecrypted(...given);
	}
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of message) chunks.push(Buffer.from(chunk as Uint8Array));
	return Buffer.concat(chunks);
}

let triggers = 0;

export async function startTrigger(options: TriggerOptions): Promise<RunningTrigger> {
	triggers += 1;
	const type = new HailuoTrigger();
	const node: INode = {
		id: 'trigger',
		name: 'Trigger',
		type: 'n8n-nodes-hailuo.hailuoTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters: options.parameters,
		webhookId: options.webhookId,
		credentials: Object.fromEntries(credentialTypes.map(({ name }) => [name, { id: name, name }])),
	};
	const nodeTypes: INodeTypes = { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) };
	const credentialsHelper = new CountedCredentials(options.credentials);
	const mode = options.mode ?? 'webhook';
	const workflowId = `workflow-${triggers}`;
	const starts: IDataObject[] = [];
	let kept = '{}';

	async function answer(
		message: IncomingMessage,
		response: Parameters<Parameters<typeof createServer>[1] & object>[1],
	) {
		const rawBody = await readBody(message);
		const { searchParams } = new URL(message.url ?? '/', 'http://n8n');
		const query: IDataObject = {};
		for (const name of new Set(searchParams.keys())) {
			const values = searchParams.getAll(name);
			query[name] = values.length === 1 ? values[0] : values;
		}
		const httpRequest = Object.assign(message, {
			rawBody,
			body: JSON.parse(rawBody.toString() || '{}'),
			query,
			params: {},
		});
		const staticData: IDataObject = JSON.parse(kept);
		const workflow = new Workflow({
			id: workflowId,
			nodes: [node],
			connections: {},
			active: true,
			nodeTypes,
			staticData,
		});
		const context = new WebhookContext(
			workflow,
			node,
			// The context reads only these of the host's many members.
			{
				credentialsHelper,
				httpRequest,
				httpResponse: response,
				webhookBaseUrl: 'https://n8n.example.com/webhook',
				webhookTestBaseUrl: 'https://n8n.example.com/webhook-test',
				webhookWaitingBaseUrl: options.webhookWaitingBaseUrl ?? 'https://n8n.example.com/webhook-waiting',
				formWaitingBaseUrl: 'https://n8n.example.com/form-waiting',
				variables: {},
			} as unknown as IWorkflowExecuteAdditionalData,
			mode,
			{ webhookDescription: type.description.webhooks?.[0] } as IWebhookData,
			[],
			null,
		);
		// n8n's own types do not agree whether a workflow has a name.
		const told = await type.webhook.call(context as IWebhookFunctions);
		if (workflow.staticData['__dataChanged'] === true) kept = JSON.stringify(workflow.staticData);
		for (const { json } of told.workflowData?.[0] ?? []) starts.push(json);
		if (!response.writableEnded) response.end(JSON.stringify(told.webhookResponse ?? null));
	}

	const server: Server = createServer((message, response) => {
		answer(message, response).catch((error: unknown) => {
			response.statusCode = 500;
			response.end(JSON.stringify({ message: String(error) }));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/webhook/${options.webhookId}/hailuo`,
		starts,
		fetches: () => credentialsHelper.fetches,
		staticData: () => kept,
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** Posts as a provider does; an object as JSON, a text or bytes as they are. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
	const start = performance.now();
	const response = await request(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});
	const { message }: { message?: unknown } = JSON.parse((await response.body.text()) || '{}') ?? {};
	return { status: response.statusCode, message, milliseconds: performance.now() - start };
}
