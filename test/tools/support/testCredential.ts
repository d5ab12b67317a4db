/**
 * Runs a credential's test request as n8n's host does: in n8n-core's own routing, request helper and HTTP client, with
 * the credential class's own `authenticate`. Only the verdict at the end is retold here, for it is part of the host.
 */
import 'reflect-metadata';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

process.env.N8N_USER_FOLDER ??= mkdtempSync(join(tmpdir(), 'hailuo-engine-'));
process.env.N8N_ENCRYPTION_KEY ??= 'engine-tests-only';

import { ExecuteContext, RoutingNode } from 'n8n-core';
import {
	createEmptyRunExecutionData,
	Workflow,
	type IAllExecuteFunctions,
	type ICredentialDataDecryptedObject,
	type ICredentialType,
	type IExecuteData,
	type IHttpRequestOptions,
	type INode,
	type INodeType,
	type INodeTypes,
	type IRequestOptions,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

export interface Verdict {
	status: 'OK' | 'Error';
	message: string;
}

const NODE: INode = { id: 'temp', name: 'Temp', type: 'test.temp', typeVersion: 1, position: [0, 0], parameters: {} };

/** A node whose only field, when there is a request, sends that request. */
function aNodeType(type: ICredentialType): INodeType {
	return {
		description: {
			displayName: 'Temp',
			name: 'temp',
			group: ['input'],
			version: 1,
			description: '',
			defaults: {},
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: type.name, required: true }],
			properties: [
				{
					displayName: 'Temp',
					name: 'temp',
					type: 'string',
					default: '',
					...(type.test && { routing: { request: type.test.request } }),
				},
			],
		},
	};
}

/** The credential's data with the defaults of the fields that are not given, as the host completes it. */
export function withDefaults(
	type: ICredentialType,
	data: ICredentialDataDecryptedObject,
): ICredentialDataDecryptedObject {
	const defaults = Object.fromEntries(type.properties.map((property) => [property.name, property.default]));
	return { ...(defaults as ICredentialDataDecryptedObject), ...data };
}

function prepare(type: ICredentialType, data: ICredentialDataDecryptedObject) {
	const nodeType = aNodeType(type);
	const nodeTypes: INodeTypes = {
		getByName: () => nodeType,
		getByNameAndVersion: () => nodeType,
		getKnownTypes: () => ({}),
	};
	const workflow = new Workflow({ nodes: [NODE], connections: {}, active: false, nodeTypes });
	const credentials = withDefaults(type, data);
	const additionalData = {
		credentialsHelper: {
			getParentTypes: () => [],
			preAuthentication: async () => undefined,
			getDecrypted: async () => credentials,
			getCredentialsProperties: () => type.properties,
			isCredentialUsableByNode: () => true,
			authenticate: async (given: ICredentialDataDecryptedObject, _name: string, options: IHttpRequestOptions) => {
				if (typeof type.authenticate !== 'function') throw new Error('No authenticate function');
				return await type.authenticate(given, options);
			},
		},
		// The engine reads only these of the host's many members.
	} as unknown as IWorkflowExecuteAdditionalData;
	const node: INode = { ...NODE, credentials: { [type.name]: { id: '1', name: 'given' } } };
	const items = { main: [[{ json: {} }]] };
	const executeData: IExecuteData = { node, data: {}, source: null };
	const run = createEmptyRunExecutionData();
	const context = new ExecuteContext(workflow, node, additionalData, 'internal', run, 0, [], items, executeData, []);
	return { workflow, context, nodeType, credentials };
}

/**
 * Tests a credential.
 *
 * @param data what the user entered; the rest is filled with defaults
 */
export async function testCredential(type: ICredentialType, data: ICredentialDataDecryptedObject): Promise<Verdict> {
	const { workflow, context, nodeType, credentials } = prepare(type, data);
	let body: unknown;
	await workflow.expression.acquireIsolate();
	try {
		const routing = new RoutingNode(context, nodeType, { id: '1', name: 'given', type: type.name, data: credentials });
		body = (await routing.runNode())?.[0]?.[0]?.json;
	} catch (error) {
		const response = (error as { cause?: { response?: { status: number; statusText: string } } }).cause?.response;
		return {
			status: 'Error',
			message: response ? `${response.status} ${response.statusText}` : (error as Error).message,
		};
	} finally {
		await workflow.expression.releaseIsolate();
	}
	for (const { type: kind, properties } of type.test?.rules ?? []) {
		if (kind !== 'responseSuccessBody') continue;
		// n8n walks a path of names with dots between them.
		const found = properties.key
			.split('.')
			.reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined), body);
		if (found === properties.value) return { status: 'Error', message: String(properties.message) };
	}
	return { status: 'OK', message: 'Connection successful!' };
}

/**
 * Sends a request with a credential as the HTTP Request node does, which follows redirects unless told otherwise.
 */
export async function sendAsHttpRequestNode(
	type: ICredentialType,
	data: ICredentialDataDecryptedObject,
	uri: string,
): Promise<unknown> {
	const { context } = prepare(type, data);
	const options: IRequestOptions = {
		uri,
		method: 'GET',
		followRedirect: true,
		followAllRedirects: true,
		maxRedirects: 21,
		json: true,
	};
	// n8n-core's own class lacks members that this type adds for other kinds of node.
	const caller = context as unknown as IAllExecuteFunctions;
	return await context.helpers.requestWithAuthentication.call(caller, type.name, options);
}
