import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import type {
	CredentialReference,
	ExecutedItem,
	Execution,
	WorkflowInput,
	WorkflowNode,
} from '../../tools/host/n8nTypes';
import { code, itemsOf, manualTrigger, noOperation, workflowOf } from '../../tools/host/workflows';
import { readExample } from '../../tools/support/examples';
import { until } from '../../tools/support/until';
import { triggerOf, type Suite } from './suite';

/** What a person fills in: parameters by the name of their node. */
export type FilledIn = Record<string, Record<string, unknown>>;

/**
 * An example as it is imported, with the simulator's credentials chosen and a person's own values in place.
 * @param otherCredentials for nodes that are not ours, by the name of their node and by credential type
 */
export function template(
	suite: Suite,
	name: Parameters<typeof readExample>[0],
	filledIn: FilledIn = {},
	otherCredentials: Record<string, Record<string, CredentialReference>> = {},
): WorkflowInput {
	const { nodes, ...workflow } = readExample(name);
	const unknown = Object.keys(filledIn).filter((each) => !nodes.some((node) => node.name === each));
	if (unknown.length > 0) throw new Error(`${name} has no node ${unknown.join(', ')}`);
	return {
		...workflow,
		nodes: nodes.map((node): WorkflowNode => {
			const parameters = { ...node.parameters, ...filledIn[node.name] };
			const isOurs = node.type.startsWith('n8n-nodes-hailuo.');
			const credentials = isOurs ? suite.credentials : otherCredentials[node.name];
			return { ...node, parameters, ...(credentials && { credentials }) };
		}),
	};
}

export interface Chat {
	/** What the chat shows as the answer. */
	answer: unknown;
	execution: Execution;
}

/** Imports a workflow, says something in the editor's chat, and waits for the answer and the execution's end. */
export async function chat(suite: Suite, workflow: WorkflowInput, message: string): Promise<Chat> {
	const { id } = await suite.client.createWorkflow(workflow);
	const sessionId = randomUUID();
	const address = await suite.client.openChat(id, triggerOf(workflow).name, sessionId);
	const { body } = await request(address, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ action: 'sendMessage', sessionId, chatInput: message }),
	});
	const answer = await body.json();
	const [started] = await suite.client.listExecutions({ workflowId: id });
	if (started === undefined) throw new Error(`The chat started nothing: ${JSON.stringify(answer)}`);
	return { answer, execution: await suite.client.waitForExecution(started.id) };
}

/** Waits until a node has put out so many items, in all its runs, of an execution that goes on. */
export async function untilPutOut(suite: Suite, executionId: string, nodeName: string, count: number): Promise<void> {
	const isPutOut = async () => itemsOf(await suite.client.getExecution(executionId), nodeName).length >= count;
	await until(`${nodeName} puts out ${count} items`, isPutOut, { timeoutMs: 90_000, pauseMs: 200 });
}

/** A list of prompts as the examples have it in their node "Prompts". */
export const listOfPrompts = (prompts: readonly string[]) => ({ jsonOutput: JSON.stringify({ prompt: prompts }) });

function dataTable(name: string, table: string, parameters: Record<string, unknown>): WorkflowNode {
	return {
		...noOperation(name),
		type: 'n8n-nodes-base.dataTable',
		typeVersion: 1.1,
		parameters: { dataTableId: { __rl: true, mode: 'name', value: table }, ...parameters },
	};
}

/** Adds rows to one of n8n's data tables, as a person does under "Data tables". */
export async function addRows(
	suite: Suite,
	table: string,
	rows: ReadonlyArray<Record<string, unknown>>,
): Promise<void> {
	const add = dataTable('Add', table, {
		operation: 'insert',
		columns: { mappingMode: 'autoMapInputData', value: null, matchingColumns: [], schema: [] },
	});
	const list = code(`return ${JSON.stringify(rows.map((json) => ({ json })))};`, 'List');
	const { data } = await suite.run(workflowOf('Rows added', [manualTrigger(), list, add]));
	if (data.resultData.error !== undefined) throw new Error(data.resultData.error.message);
}

/** Removes one of n8n's data tables, unless it is not there. */
export async function removeTable(suite: Suite, table: string): Promise<void> {
	const remove = dataTable('Remove', table, { resource: 'table', operation: 'delete' });
	await suite.run(workflowOf('Table removed', [manualTrigger(), remove]));
}

/** All rows of a data table, oldest first. */
export async function readRows(suite: Suite, table: string): Promise<Array<ExecutedItem['json']>> {
	const read = dataTable('Read', table, {
		operation: 'get',
		returnAll: true,
		orderBy: true,
		orderByColumn: 'id',
		orderByDirection: 'ASC',
	});
	const execution = await suite.run(workflowOf('Rows read', [manualTrigger(), read]));
	return itemsOf(execution, 'Read').map(({ json }) => json);
}
