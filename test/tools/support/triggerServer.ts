/**
 * Serves a Hailuo Trigger as n8n does: each call gets a workflow read anew, with the static data that was saved last, and
 * n8n-core's own webhook context; the answer is the node's, and n8n's where the node gives none.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebhookContext } from 'n8n-core';
import {
	Workflow,
	type IDataObject,
	type INodeExecutionData,
	type INodeParameters,
	type INodeTypes,
	type IWebhookData,
	type IWebhookFunctions,
	type IWorkflowExecuteAdditionalData,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { credentialTypes, HailuoTrigger } from './built';
import { aNode, GivenCredentials, type CredentialData } from './runNode';

export interface TriggerOptions {
	credentials: CredentialData;
	/** `manual` is the editor's test URL. Default `webhook`. */
	mode?: WorkflowExecuteMode;
	/** What an n8n that was stopped had saved. */
	staticData?: IDataObject;
	/** n8n's id of the trigger: the address at which the internet reaches it ends in the same. Default `WEBHOOK_ID`. */
	webhookId?: string;
}

/** Counts what n8n's host does at a cost. */
class CountedCredentials extends GivenCredentials {
	fetches = 0;

	override async getDecrypted(...given: Parameters<GivenCredentials['getDecrypted']>) {
		this.fetches += 1;
		return await super.getDecrypted(...given);
	}
}

export interface TriggerServer {
	/** The trigger's production URL. */
	url: string;
	/** Base of the resume addresses of this n8n, at which `doorbell` is rung. */
	waitingUrl: string;
	/** The items of each execution that was started. */
	executions: INodeExecutionData[][];
	/** The fields of these items, one execution after another. */
	readonly starts: IDataObject[];
	/** What the callers were told, as they were. */
	answers: Array<{ status: number; message: string }>;
	/** What the node threw. */
	errors: unknown[];
	/** Paths and bodies that came to the waiting endpoint. */
	rings: Array<{ path: string; body: unknown }>;
	/** The status with which a ring is answered, the first being 1; always 200 unless a test puts another in its place. */
	answerRing: (count: number) => number | Promise<number>;
	/** How often a credential was fetched. */
	fetches(): number;
	/** What n8n has saved for the trigger. */
	staticData(): IDataObject;
	/** Resolves when the node has done with all calls, which may be long after it has answered them. */
	settled(): Promise<void>;
	close(): Promise<void>;
}

export const WEBHOOK_ID = '5f0c1a52';

let served = 0;

function parsed(rawBody: Buffer): unknown {
	return rawBody.length === 0 ? {} : JSON.parse(rawBody.toString());
}

/** A name that stands there more than once has all its values. */
function queryOf(path: string): IDataObject {
	const { searchParams } = new URL(path, 'http://localhost');
	const query: IDataObject = {};
	for (const name of searchParams.keys()) {
		const values = searchParams.getAll(name);
		query[name] = values.length === 1 ? values[0] : values;
	}
	return query;
}

/** @param parameters the trigger's form */
export async function serveTrigger(parameters: INodeParameters, options: TriggerOptions): Promise<TriggerServer> {
	served += 1;
	const type = new HailuoTrigger();
	const { webhookId = WEBHOOK_ID } = options;
	const credentialsHelper = new CountedCredentials(options.credentials);
	const credentials = Object.fromEntries(credentialTypes.map(({ name }) => [name, { id: name, name }]));
	const node = aNode('Trigger', 'trigger', parameters, {
		id: `trigger-${served}`,
		webhookId,
		credentials,
	});
	const nodeTypes: INodeTypes = {
		getByName: () => type,
		getByNameAndVersion: () => type,
		getKnownTypes: () => ({}),
	};
	let saved = JSON.stringify(options.staticData ?? {});
	const underway = new Set<Promise<void>>();

	async function callTrigger(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const rawBody = Buffer.from(await text(request));
		const httpRequest = Object.assign(request, {
			body: parsed(rawBody),
			rawBody,
			params: {},
			query: queryOf(request.url ?? ''),
		});
		const staticData: IDataObject = JSON.parse(saved);
		const workflow = new Workflow({
			id: `workflow-${served}`,
			nodes: [node],
			connections: {},
			active: true,
			nodeTypes,
			staticData,
		});
		const additionalData = {
			credentialsHelper,
			httpRequest,
			httpResponse: response,
			webhookBaseUrl: `${base}/webhook`,
			webhookTestBaseUrl: `${base}/webhook-test`,
			webhookWaitingBaseUrl: server.waitingUrl,
			formWaitingBaseUrl: `${server.waitingUrl}-form`,
			variables: {},
			// The context reads only these of the host's many members.
		} as unknown as IWorkflowExecuteAdditionalData;
		const context = new WebhookContext(
			workflow,
			node,
			additionalData,
			options.mode ?? 'webhook',
			{ webhookDescription: type.description.webhooks?.[0] } as IWebhookData,
			[],
			null,
		);
		try {
			// n8n's own types do not agree whether a workflow has a name.
			const { workflowData, webhookResponse, noWebhookResponse } = await type.webhook.call(
				context as IWebhookFunctions,
			);
			// n8n writes it back only when it was changed, so that of calls at the same instant the last does not undo the first.
			if (workflow.staticData['__dataChanged'] === true) saved = JSON.stringify(workflow.staticData);
			if (workflowData?.[0]) server.executions.push(workflowData[0]);
			if (noWebhookResponse !== true)
				response.end(JSON.stringify(webhookResponse ?? { message: 'Workflow was started' }));
		} catch (error) {
			server.errors.push(error);
			response.writeHead(500).end(JSON.stringify({ message: 'Error in workflow' }));
		}
	}

	async function takeRing(request: IncomingMessage, response: ServerResponse): Promise<void> {
		server.rings.push({ path: request.url ?? '', body: JSON.parse(await text(request)) });
		response.writeHead(await server.answerRing(server.rings.length)).end('{}');
	}

	const listener = createServer((request, response) => {
		if (request.url?.startsWith('/webhook-waiting/')) {
			void takeRing(request, response);
			return;
		}
		const { end } = response;
		Object.assign(response, {
			end: (body: string) => {
				server.answers.push({ status: response.statusCode, message: JSON.parse(body).message });
				return end.call(response, body, 'utf8');
			},
		});
		const call = callTrigger(request, response).finally(() => underway.delete(call));
		underway.add(call);
	});
	await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
	const base = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
	const server: TriggerServer = {
		url: `${base}/webhook/${webhookId}/hailuo`,
		waitingUrl: `${base}/webhook-waiting`,
		executions: [],
		get starts() {
			return server.executions.flat().map(({ json }) => json);
		},
		answers: [],
		errors: [],
		rings: [],
		answerRing: () => 200,
		fetches: () => credentialsHelper.fetches,
		staticData: () => JSON.parse(saved),
		async settled() {
			while (underway.size > 0) await Promise.allSettled([...underway]);
		},
		async close() {
			await server.settled();
			listener.closeAllConnections();
			await new Promise((resolve) => listener.close(resolve));
		},
	};
	return server;
}
