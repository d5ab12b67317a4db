import { randomUUID } from 'node:crypto';
import type {
	Connections,
	ConnectionType,
	CredentialReference,
	Execution,
	ExecutedItem,
	NodeRun,
	WorkflowInput,
	WorkflowNode,
} from './n8nTypes';

export const HAILUO_NODE = 'n8n-nodes-hailuo.hailuo';

/** A video that every gateway makes, from the prompt in each item. */
export const VIDEO_FROM_PROMPT = {
	model: 'hailuo-2.3',
	prompt: '={{ $json.prompt }}',
	resolution: '768P',
	duration: 6,
} as const;

/** What a node may have beyond its type and parameters. */
export type NodeSettings = Partial<Omit<WorkflowNode, 'id' | 'type' | 'parameters'>>;

function node(
	type: string,
	typeVersion: number,
	name: string,
	parameters: Record<string, unknown>,
	settings: NodeSettings = {},
): WorkflowNode {
	return { id: randomUUID(), name, type, typeVersion, position: [0, 0], parameters, ...settings };
}

export function manualTrigger(name = 'Start'): WorkflowNode {
	return node('n8n-nodes-base.manualTrigger', 1, name, {});
}

/** A production webhook at `<n8n>/webhook/<path>`; the item holds what was posted under `body`. */
export function webhookTrigger(path: string, name = 'Webhook'): WorkflowNode {
	return node(
		'n8n-nodes-base.webhook',
		2.1,
		name,
		{ httpMethod: 'POST', path, responseMode: 'onReceived' },
		{ webhookId: randomUUID() },
	);
}

/** Replaces whatever comes in by these items. */
export function items(json: ReadonlyArray<Record<string, unknown>>, name = 'Items'): WorkflowNode {
	return node('n8n-nodes-base.code', 2, name, { jsCode: `return ${JSON.stringify(json)}.map((json) => ({ json }));` });
}

/** Runs JavaScript once for all items, as n8n's Code node does. */
export function code(jsCode: string, name = 'Code'): WorkflowNode {
	return node('n8n-nodes-base.code', 2, name, { jsCode });
}

/** Replaces what is on each item by a PNG, as a file in n8n's binary data. */
export function imageFile(png: Buffer): WorkflowNode[] {
	const image = { image: png.toString('base64') };
	const options = { fileName: 'first.png', mimeType: 'image/png' };
	const conversion = { operation: 'toBinary', sourceProperty: 'image', options };
	return [
		node('n8n-nodes-base.set', 3.4, 'Encoded', { mode: 'raw', jsonOutput: JSON.stringify(image) }),
		node('n8n-nodes-base.convertToFile', 1.1, 'Image', conversion),
	];
}

/** The node with which a workflow begins that another one calls; it hands on what it is called with. */
export function calledTrigger(name = 'Called'): WorkflowNode {
	return node('n8n-nodes-base.executeWorkflowTrigger', 1.1, name, { inputSource: 'passthrough' });
}

/**
 * Calls another workflow and goes on with what that one puts out.
 * @param mode `once` with all items, or once for `each`
 */
export function callWorkflow(id: string, mode: 'once' | 'each', name = 'Call'): WorkflowNode {
	const workflowId = { __rl: true, mode: 'id', value: id };
	return node('n8n-nodes-base.executeWorkflow', 1.2, name, { workflowId, mode, options: {} });
}

/** @param jsonBody n8n's expression for what is posted */
export function postJson(url: string, jsonBody: string, name: string, settings?: NodeSettings): WorkflowNode {
	const parameters = { method: 'POST', url, sendBody: true, specifyBody: 'json', jsonBody };
	return node('n8n-nodes-base.httpRequest', 4.2, name, parameters, settings);
}

export function noOperation(name: string, settings?: NodeSettings): WorkflowNode {
	return node('n8n-nodes-base.noOp', 1, name, {}, settings);
}

/** @param credentials by credential type; of the gateways used, or simply all of them */
export function hailuo(
	parameters: Record<string, unknown>,
	credentials: Record<string, CredentialReference>,
	settings: NodeSettings = {},
): WorkflowNode {
	return node(HAILUO_NODE, 1, settings.name ?? 'Hailuo', parameters, { credentials, ...settings });
}

/** One wire. `from` and `to` are node names; output and input default to the first. */
export interface Wire {
	from: string;
	to: string;
	output?: number;
	input?: number;
	/** Default `main`. */
	type?: ConnectionType;
}

function connect(wires: readonly Wire[]): Connections {
	const connections: Connections = {};
	for (const { from, to, output = 0, input = 0, type = 'main' } of wires) {
		const outputs = ((connections[from] ??= { main: [] })[type] ??= []);
		while (outputs.length <= output) outputs.push([]);
		(outputs[output] ??= []).push({ node: to, type, index: input });
	}
	return connections;
}

/** Joins nodes one after another, each by its first output. */
export function inARow(nodes: readonly WorkflowNode[]): Wire[] {
	return nodes.slice(1).map((to, index) => ({ from: nodes[index]!.name, to: to.name }));
}

/**
 * A workflow ready to be created.
 * @param options.wires how the nodes are connected; default one after another
 */
export function workflowOf(
	name: string,
	nodes: readonly WorkflowNode[],
	options: { wires?: readonly Wire[]; settings?: Record<string, unknown> } = {},
): WorkflowInput {
	const placed = nodes.map((each, index): WorkflowNode => {
		const isPlaced = each.position[0] !== 0 || each.position[1] !== 0;
		return isPlaced ? each : { ...each, position: [index * 220, 0] };
	});
	return {
		name,
		nodes: placed,
		connections: connect(options.wires ?? inARow(nodes)),
		settings: { executionOrder: 'v1', ...options.settings },
	};
}

/** Every run of one node; empty when it did not run. */
export function runsOf(execution: Execution, nodeName: string): NodeRun[] {
	return execution.data.resultData.runData[nodeName] ?? [];
}

/** What all runs of a node put on one output, in order. */
export function itemsOf(execution: Execution, nodeName: string, output = 0): ExecutedItem[] {
	return runsOf(execution, nodeName).flatMap((run) => run.data?.main[output] ?? []);
}
