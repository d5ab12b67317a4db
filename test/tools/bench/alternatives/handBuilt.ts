import { randomUUID } from 'node:crypto';
import type { Suite } from '../../../e2e/support/suite';
import type { CredentialReference, WorkflowNode } from '../../host/n8nTypes';
import { noOperation, type Wire } from '../../host/workflows';

/** What tutorials teach for an API with jobs: HTTP Request, Wait, HTTP Request, If and back to Wait. */
export const HAND_BUILT_LABEL = 'Hand-built loop';

/** The same inside n8n's Loop Over Items, as tutorials have it for more than one item. */
export const ONE_BY_ONE_LABEL = 'Hand-built loop in Loop Over Items';

/**
 * Of the Wait node. Tutorials say 15 s (dev.to, "AI video from n8n with the HTTP Request node"), 30 s (Hedra's guide to n8n)
 * or 60 s (n8n's template 10139, "Create a Video using Sora 2"); this is the shortest.
 */
export const TAUGHT_PAUSE_SECONDS = 15;

/** The gateway behind the loop. */
export const HAND_BUILT_PROVIDER = 'apiframe';

/** The names of the nodes on which the loop begins and whose first output has the finished jobs. */
export const CREATE = 'Create Video';
const WAIT = 'Wait';
const CHECK = 'Check Status';
export const READY = 'Is It Ready';
const LOOP = 'Loop Over Items';

/** Stores the credential with which HTTP Request nodes reach the simulated gateway. */
export async function connectHandBuilt({ client, simulator }: Suite): Promise<CredentialReference> {
	return client.createCredential({
		name: 'Simulated Apiframe, by header',
		type: 'httpHeaderAuth',
		data: { name: 'X-API-Key', value: simulator.keys.apiframe.apiKey },
	});
}

function node(name: string, type: string, typeVersion: number, parameters: Record<string, unknown>): WorkflowNode {
	return { id: randomUUID(), name, type: `n8n-nodes-base.${type}`, typeVersion, position: [0, 0], parameters };
}

function callGateway(name: string, credential: CredentialReference, parameters: Record<string, unknown>): WorkflowNode {
	const authentication = { authentication: 'genericCredentialType', genericAuthType: 'httpHeaderAuth' };
	return {
		...node(name, 'httpRequest', 4.5, { ...authentication, ...parameters, options: {} }),
		credentials: { httpHeaderAuth: credential },
	};
}

/** An HTTP Request node that saves each item's file. */
export function downloadNode(name: string, url: string): WorkflowNode {
	return node(name, 'httpRequest', 4.5, { url, options: { response: { response: { responseFormat: 'file' } } } });
}

const VIDEO_URL = '={{ $json.result.videoUrl }}';

/** Saves the file of a finished job. */
function downloadOfJob(name: string): WorkflowNode {
	return downloadNode(name, VIDEO_URL);
}

/** Nodes and how they are connected. */
export interface Part {
	nodes: WorkflowNode[];
	wires: Wire[];
}

/**
 * The loop, from `CREATE` to the first output of `READY`. HTTP Request sends all items' requests side by side by itself.
 * @param prompt an expression of the item's prompt, without braces
 */
export function handBuiltLoop({ simulator }: Suite, credential: CredentialReference, prompt: string): Part {
	const { baseUrl } = simulator.endpoints[HAND_BUILT_PROVIDER];
	const body = `{ model: 'hailuo-2.3', prompt: ${prompt}, hailuoParams: { duration: 6, resolution: '768p' } }`;
	const isReady = {
		options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 3 },
		combinator: 'and',
		conditions: [
			{
				id: randomUUID(),
				leftValue: '={{ $json.status }}',
				rightValue: 'COMPLETED',
				operator: { type: 'string', operation: 'equals' },
			},
		],
	};
	const nodes = [
		callGateway(CREATE, credential, {
			method: 'POST',
			url: `${baseUrl}/v2/videos/generate`,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: `={{ JSON.stringify(${body}) }}`,
		}),
		{ ...node(WAIT, 'wait', 1.1, { amount: TAUGHT_PAUSE_SECONDS, unit: 'seconds' }), webhookId: randomUUID() },
		callGateway(CHECK, credential, { url: `=${baseUrl}/v2/jobs/{{ $('${CREATE}').item.json.jobId }}` }),
		node(READY, 'if', 2.3, { conditions: isReady, options: {} }),
	];
	const wires: Wire[] = [
		{ from: CREATE, to: WAIT },
		{ from: WAIT, to: CHECK },
		{ from: CHECK, to: READY },
		{ from: READY, output: 1, to: WAIT },
	];
	return { nodes, wires };
}

/**
 * The way from items with a `prompt` to video files.
 * @param source the node that makes the items
 * @param videoNode the name of the node that saves the files
 * @param oneByOne inside Loop Over Items
 */
export function handBuiltBatch(
	suite: Suite,
	credential: CredentialReference,
	{ source, videoNode, oneByOne }: { source: string; videoNode: string; oneByOne: boolean },
): Part {
	const loop = handBuiltLoop(suite, credential, '$json.prompt');
	const nodes = [...loop.nodes, downloadOfJob(videoNode)];
	const wires = [...loop.wires, { from: READY, to: videoNode }];
	if (!oneByOne) return { nodes, wires: [{ from: source, to: CREATE }, ...wires] };
	const around: Wire[] = [
		{ from: source, to: LOOP },
		{ from: LOOP, output: 0, to: 'Done' },
		{ from: LOOP, output: 1, to: CREATE },
		{ from: videoNode, to: LOOP },
	];
	return {
		nodes: [node(LOOP, 'splitInBatches', 3, { options: {} }), ...nodes, noOperation('Done')],
		wires: [...around, ...wires],
	};
}
