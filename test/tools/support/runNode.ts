/**
 * Runs nodes in n8n-core's own engine. Everything is n8n's (expressions, items, requests, binary data, Retry On Fail,
 * Continue On Fail) except two thin pieces that n8n-core leaves to its host: the table of node types and the lookup of
 * credentials, which here hands out given data and applies the credential classes' own `authenticate`.
 */
import 'reflect-metadata';
import { mkdtempSync } from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

process.env.N8N_USER_FOLDER ??= mkdtempSync(join(tmpdir(), 'hailuo-engine-'));
process.env.N8N_ENCRYPTION_KEY ??= 'engine-tests-only';

import { Container } from '@n8n/di';
import { BinaryDataService, ExecutionLifecycleHooks, WebhookContext, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	ICredentialsHelper,
	NodeOperationError,
	Workflow,
	type IConnections,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeProperties,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IRunExecutionData,
	type IWebhookData,
	type IWebhookFunctions,
	type IWebhookResponseData,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
	type IWorkflowSettings,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { credentialTypes, Hailuo } from './built';

export type CredentialData = Record<string, ICredentialDataDecryptedObject>;

export class GivenCredentials extends ICredentialsHelper {
	constructor(private readonly data: CredentialData) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const type = credentialTypes.find((candidate) => candidate.name === typeName);
		if (typeof type?.authenticate !== 'function') throw new Error(`No authenticate function for ${typeName}`);
		return await type.authenticate(credentials, requestOptions);
	}

	async preAuthentication(): Promise<undefined> {
		return undefined;
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async getCredentials(): Promise<never> {
		throw new Error("Encrypted credentials are the host's affair");
	}

	async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		_details: unknown,
		typeName: string,
	): Promise<ICredentialDataDecryptedObject> {
		const found = this.data[typeName];
		if (!found) throw new Error(`No credential of type ${typeName} was given`);
		return { ...found };
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	getCredentialsProperties(typeName: string): INodeProperties[] {
		return credentialTypes.find((candidate) => candidate.name === typeName)?.properties ?? [];
	}
}

/** Emits the items it was made with; stands where a trigger or an earlier node would. */
class ItemSource implements INodeType {
	description: INodeType['description'] = {
		displayName: 'Items',
		name: 'items',
		group: ['input'],
		version: 1,
		description: 'Emits given items',
		defaults: { name: 'Items' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	};

	/** The engine calls this with a context of its own as `this`, so the items come by closure. */
	execute: NonNullable<INodeType['execute']>;

	constructor(items: INodeExecutionData[]) {
		this.execute = async () => await Promise.resolve([items]);
	}
}

/** Hands items on unchanged. */
class PassThrough implements INodeType {
	description: INodeType['description'] = { ...new ItemSource([]).description, displayName: 'Pass', name: 'pass' };

	async execute(this: { getInputData(): INodeExecutionData[] }): Promise<INodeExecutionData[][]> {
		return [this.getInputData()];
	}
}

export interface EngineOptions {
	items?: INodeExecutionData[];
	credentials: CredentialData;
	mode?: WorkflowExecuteMode;
	/** Further node types by full name. */
	types?: Record<string, INodeType>;
	/** Base of resume addresses. */
	webhookWaitingBaseUrl?: string;
	executionId?: string;
	/** What n8n draws for each execution; empty as on hosts that draw none. */
	resumeToken?: string;
	/** Default `engine`. */
	workflowId?: string;
	/** What a failed execution left, to be run again from where it failed, as n8n's list of executions does. */
	retryOf?: IRunExecutionData;
	/** What a suspended execution left, to be gone on with as n8n does when it wakes it. */
	resumeOf?: IRunExecutionData;
	/** The workflow that called this one and waits for it. */
	parentExecution?: IRunExecutionData['parentExecution'];
	/** With which the workflow begins instead of its node "Items". */
	startAt?: { node: string; items: INodeExecutionData[] };
	/** The workflow's settings, in the place of those that tests have. */
	settings?: IWorkflowSettings;
	/** Default n8n's present one. */
	executionOrder?: 'v0' | 'v1';
	/** Seconds after which n8n cancels an execution of this workflow, as its settings say; they say nothing by default. */
	timeLimit?: number;
	/** The only node that was asked for, as by the editor's Execute step: what leads to it runs, and nothing behind it. */
	step?: string;
	/** Called when the run can be stopped: the function given stops it as n8n's Stop does. */
	onStarted?: (stop: () => void) => void;
}

/** What became of a call to a node's webhook. */
export interface WebhookCall {
	/** What the node told n8n to do. */
	told: IWebhookResponseData | undefined;
	/** With which the node answered the caller itself; null when it left that to n8n. */
	status: number | null;
}

export interface EngineRun {
	run: IRun;
	executionId: string;
	data: IRunExecutionData;
	/** Items of a node's last run by output. */
	outputsOf(nodeName: string): INodeExecutionData[][];
	/** How often a node ran. */
	runsOf(nodeName: string): number;
	/**
	 * Calls a node's webhook, as n8n does when somebody calls an execution that is suspended there.
	 *
	 * @param stored what n8n has stored of the execution when the node asks for it: what it was called with unless told
	 * otherwise, `gone` when the execution is over, `hidden` on a host that does not show it
	 */
	callWebhook(
		nodeName: string,
		body: IDataObject,
		stored?: IRunExecutionData | 'gone' | 'hidden',
	): Promise<WebhookCall>;
	/** The executions that nodes of this one have begun and wait for, and what draws each. */
	inner: InnerRun[];
	/** The error that ended the run. */
	error: IRunExecutionData['resultData']['error'];
	hints: string[];
}

/** An execution that a node has begun with a workflow of its own making. */
export interface InnerRun {
	run: EngineRun;
	/** Calls the webhook of the node that waits in it. */
	callDoorbell(body: IDataObject): Promise<WebhookCall>;
	/** Goes on with it, as n8n does when its time has come or a callback wakes it. */
	resume(resumeOf: IRunExecutionData): Promise<InnerRun>;
	/** Runs it again from where it failed, with its own workflow, as n8n's list of executions does. */
	retry(): Promise<InnerRun>;
	workflow: IWorkflowBase;
}

/** What the last node of a run has put out. */
function lastOutputOf({ resultData }: IRunExecutionData): Array<INodeExecutionData[] | null> {
	return resultData.runData[resultData.lastNodeExecuted ?? '']?.at(-1)?.data?.main ?? [null];
}

/**
 * What n8n goes on with when an execution that another one waits for is over (n8n 2.41,
 * updateParentExecutionWithChildResults).
 */
export function handedBack({ data: parent }: EngineRun, { data: child }: EngineRun): IRunExecutionData {
	// Both come from the database.
	const [outer, inner]: [IRunExecutionData, IRunExecutionData] = JSON.parse(JSON.stringify([parent, child]));
	const [held] = outer.executionData?.nodeExecutionStack ?? [];
	if (held === undefined) throw new Error('It does not wait');
	const { error } = inner.resultData;
	if (error !== undefined) held.metadata = { ...held.metadata, resumeError: error };
	else held.data = { main: lastOutputOf(inner) };
	return outer;
}

/** Does with a failed execution's data what n8n does before it runs them again: with the workflow as it is by now. */
function forRetry(failed: IRunExecutionData, workflow: Workflow): IRunExecutionData {
	// It comes from the database.
	const data: IRunExecutionData = JSON.parse(JSON.stringify(failed));
	const { resultData, executionData } = data;
	delete resultData.error;
	const runs = resultData.runData[resultData.lastNodeExecuted ?? ''];
	if (runs?.at(-1)?.error !== undefined) runs.pop();
	for (const stacked of executionData?.nodeExecutionStack ?? []) {
		const node = workflow.getNode(stacked.node.name);
		if (node === null) throw new Error(`Could not find the node "${stacked.node.name}" in workflow`);
		stacked.node = node;
	}
	return data;
}

/** @returns undefined for an execution that begins at its start */
function dataToGoOnWith(options: EngineOptions, workflow: Workflow): IRunExecutionData | undefined {
	const { retryOf, resumeOf, parentExecution } = options;
	if (retryOf !== undefined) return forRetry(retryOf, workflow);
	if (resumeOf !== undefined) {
		const data: IRunExecutionData = JSON.parse(JSON.stringify(resumeOf));
		// JSON has no moments; the engine only looks whether there is one.
		data.waitTill = new Date(data.waitTill ?? 0);
		return data;
	}
	const { startAt = { node: 'Items', items: [{ json: {} }] } } = options;
	const start = workflow.getNode(startAt.node);
	if (parentExecution === undefined || start === null) return undefined;
	const first = { node: start, data: { main: [startAt.items] }, source: null };
	const { resumeToken } = options;
	return createRunExecutionData({
		executionData: { nodeExecutionStack: [first] },
		parentExecution,
		...(resumeToken !== undefined && { resumeToken }),
	});
}

let binaryDataReady: Promise<void> | undefined;

/**
 * Runs a workflow from its node "Items" to the end.
 */
export async function runWorkflow(
	nodes: INode[],
	connections: IConnections,
	options: EngineOptions,
): Promise<EngineRun> {
	binaryDataReady ??= Container.get(BinaryDataService).init();
	await binaryDataReady;
	const source = new ItemSource(options.items ?? [{ json: {} }]);
	const types: Record<string, INodeType> = {
		'test.items': source,
		'test.pass': new PassThrough(),
		'n8n-nodes-base.executeWorkflowTrigger': new PassThrough(),
		'n8n-nodes-base.noOp': new PassThrough(),
		'n8n-nodes-hailuo.hailuo': new Hailuo(),
		...options.types,
	};
	const find = (name: string): INodeType => {
		const type = types[name];
		if (!type) throw new Error(`No node type ${name}`);
		return type;
	};
	const nodeTypes: INodeTypes = { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) };
	const workflow = new Workflow({
		id: options.workflowId ?? 'engine',
		nodes,
		connections,
		active: false,
		nodeTypes,
		settings: options.settings ?? {
			executionOrder: options.executionOrder ?? 'v1',
			...(options.timeLimit !== undefined && { executionTimeout: options.timeLimit }),
		},
	});
	const mode = options.mode ?? 'manual';
	const executionId = options.executionId ?? '1';
	const hooks = new ExecutionLifecycleHooks(mode, executionId, {
		id: 'engine',
		name: 'engine',
		active: false,
		isArchived: false,
		activeVersionId: null,
		createdAt: new Date(),
		updatedAt: new Date(),
		nodes,
		connections,
	});
	const inner: InnerRun[] = [];
	const begin = async (code: IWorkflowBase, given: Partial<EngineOptions>): Promise<InnerRun> => {
		const { items: _items, retryOf: _retryOf, resumeOf: _resumeOf, onStarted: _onStarted, ...rest } = options;
		const own = {
			...{ ...rest, mode: 'integrated' as const, executionId: `${executionId}00${inner.length + 1}` },
			...(code.settings && { settings: code.settings }),
			workflowId: code.id,
		};
		const run = await runWorkflow(code.nodes, code.connections, { ...own, ...given });
		return {
			run,
			callDoorbell: async (body) => await run.callWebhook(run.data.resultData.lastNodeExecuted ?? '', body),
			resume: async (resumeOf) => await begin(code, { ...given, executionId: own.executionId, resumeOf }),
			retry: async () => await begin(code, { ...given, executionId: `${own.executionId}1`, retryOf: run.data }),
			workflow: code,
		};
	};
	/** As n8n itself does it (n8n 2.41, workflow-execute-additional-data). */
	const executeWorkflow: IWorkflowExecuteAdditionalData['executeWorkflow'] = async (
		{ code },
		_additionalData,
		wanted,
	) => {
		if (code === undefined) throw new Error('Only workflows that a node has made are run here');
		const { parentExecution, inputData = [] } = wanted;
		const [first] = code.nodes;
		const begun = await begin(code, {
			...(parentExecution && { parentExecution }),
			startAt: { node: first?.name ?? '', items: inputData },
		});
		inner.push(begun);
		const { run: ended, data, error: failure } = begun.run;
		if (failure !== undefined) {
			const node = new Workflow({ ...code, active: false, nodeTypes }).getNode(first?.name ?? '');
			throw node === null ? failure : Object.assign(new NodeOperationError(node, failure), failure);
		}
		return { executionId: begun.run.executionId, data: lastOutputOf(data), waitTill: ended.waitTill ?? null };
	};
	const additionalData = {
		executeWorkflow,
		credentialsHelper: new GivenCredentials(options.credentials),
		hooks,
		executionId,
		webhookWaitingBaseUrl: options.webhookWaitingBaseUrl ?? 'http://localhost:5678/webhook-waiting',
		formWaitingBaseUrl: 'http://localhost:5678/form-waiting',
		webhookBaseUrl: 'http://localhost:5678/webhook',
		webhookTestBaseUrl: 'http://localhost:5678/webhook-test',
		instanceBaseUrl: 'http://localhost:5678/',
		restApiUrl: 'http://localhost:5678/rest',
		currentNodeParameters: undefined,
		variables: {},
		// The engine reads only these of the host's many members.
	} as unknown as IWorkflowExecuteAdditionalData;
	const startNode = workflow.getNode('Items') ?? undefined;
	const goOnWith = dataToGoOnWith(options, workflow);
	const running =
		goOnWith === undefined
			? new WorkflowExecute(
					additionalData,
					mode,
					createRunExecutionData({ ...(options.resumeToken !== undefined && { resumeToken: options.resumeToken }) }),
				).run({
					workflow,
					...(startNode && { startNode }),
					...(options.step !== undefined && { destinationNode: { nodeName: options.step, mode: 'inclusive' } }),
				})
			: new WorkflowExecute(additionalData, mode, goOnWith).processRunExecutionData(workflow);
	options.onStarted?.(() => running.cancel());
	const run = await running;
	const { runData, error } = run.data.resultData;
	const lastRun = (nodeName: string) => runData[nodeName]?.at(-1);
	return {
		run,
		data: run.data,
		executionId,
		inner,
		error,
		outputsOf: (nodeName) => (lastRun(nodeName)?.data?.main ?? []).map((items) => items ?? []),
		runsOf: (nodeName) => runData[nodeName]?.length ?? 0,
		async callWebhook(nodeName, body, stored = run.data) {
			const node = workflow.getNode(nodeName);
			if (node === null) throw new Error(`No node ${nodeName}`);
			const httpRequest = Object.assign(new IncomingMessage(new Socket()), { body, params: {}, query: {} });
			const httpResponse = new ServerResponse(httpRequest);
			const [webhookDescription] = find(node.type).description.webhooks ?? [];
			// It comes from the database, and loses the run that waits before the node is asked.
			const loaded: IRunExecutionData = JSON.parse(JSON.stringify(run.data));
			loaded.resultData.runData[nodeName]?.pop();
			const context = new WebhookContext(
				workflow,
				node,
				{
					...additionalData,
					httpRequest,
					httpResponse,
					...(stored !== 'hidden' && {
						getRunExecutionData: async () => await Promise.resolve(stored === 'gone' ? undefined : stored),
					}),
				} as unknown as IWorkflowExecuteAdditionalData,
				mode,
				{ webhookDescription } as IWebhookData,
				[],
				loaded,
			);
			// n8n's own types do not agree whether a workflow has a name.
			const told = await find(node.type).webhook?.call(context as IWebhookFunctions);
			return { told, status: httpResponse.writableEnded ? httpResponse.statusCode : null };
		},
		hints: Object.values(runData).flatMap((runs) =>
			runs.flatMap((task) => (task.hints ?? []).map((hint) => hint.message)),
		),
	};
}

/**
 * Builds a node of a workflow.
 */
export function aNode(name: string, type: string, parameters: INodeParameters = {}, more: Partial<INode> = {}): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters, ...more };
}

/**
 * Builds a Hailuo node with all four credentials attached.
 */
export function aHailuoNode(parameters: INodeParameters, more: Partial<INode> = {}): INode {
	const credentials = Object.fromEntries(
		credentialTypes.map((type) => [type.name, { id: type.name, name: type.name }]),
	);
	return aNode('Hailuo', 'n8n-nodes-hailuo.hailuo', parameters, { credentials, ...more });
}

/**
 * Joins nodes one after another by their first outputs.
 */
export function inARow(...names: string[]): IConnections {
	const connections: IConnections = {};
	for (const [index, name] of names.slice(0, -1).entries()) {
		const next = names[index + 1];
		if (next !== undefined) connections[name] = { main: [[{ node: next, type: 'main', index: 0 }]] };
	}
	return connections;
}

/**
 * Runs one Hailuo node on items.
 */
export async function runHailuo(
	parameters: INodeParameters,
	options: EngineOptions & { node?: Partial<INode> },
): Promise<EngineRun & { items: INodeExecutionData[] }> {
	const run = await runWorkflow(
		[aNode('Items', 'test.items'), aHailuoNode(parameters, options.node)],
		inARow('Items', 'Hailuo'),
		options,
	);
	return { ...run, items: run.outputsOf('Hailuo')[0] ?? [] };
}
