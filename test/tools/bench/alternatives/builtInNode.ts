import { randomUUID } from 'node:crypto';
import type { Suite } from '../../../e2e/support/suite';
import type { CredentialReference, WorkflowNode } from '../../host/n8nTypes';

/** n8n's own MiniMax node, the alternative that every n8n has. */
export const BUILT_IN_LABEL = "n8n's built-in MiniMax node";

/** How long it sleeps between two looks, whatever the job; neither form nor API can change it. */
export const BUILT_IN_PAUSE_SECONDS = 15;

/** Stores the credential with which that node reaches MiniMax's API in the simulator. */
export async function connectBuiltIn({ client, simulator }: Suite): Promise<CredentialReference> {
	const url = `${simulator.endpoints.minimax.baseUrl}/v1`;
	return client.createCredential({
		name: 'Simulated MiniMax',
		type: 'minimaxApi',
		data: { ...simulator.keys.minimax, region: 'international', url },
	});
}

/** A node that makes one video of each item's `prompt`. */
export function builtInNode(name: string, credential: CredentialReference): WorkflowNode {
	return {
		id: randomUUID(),
		name,
		type: '@n8n/n8n-nodes-langchain.minimax',
		typeVersion: 1.2,
		position: [0, 0],
		parameters: {
			resource: 'video',
			operation: 'textToVideo',
			modelId: 'MiniMax-Hailuo-2.3',
			prompt: '={{ $json.prompt }}',
			duration: 6,
			resolution: '768P',
			downloadVideo: true,
			options: {},
		},
		credentials: { minimaxApi: credential },
	};
}
