import { randomUUID } from 'node:crypto';
import type { Suite } from '../../../e2e/support/suite';
import type { CredentialReference, WorkflowNode } from '../../host/n8nTypes';
import { minimaxApi, type MinimaxJob } from './minimax';

/** n8n's own MiniMax node, the alternative that every n8n has. */
export const BUILT_IN_LABEL = "n8n's built-in MiniMax node";

/** How long it sleeps between two looks, whatever the job; neither form nor API can change it. */
export const BUILT_IN_PAUSE_SECONDS = 15;

const API_KEY = 'simulated-minimax-key';

/**
 * Serves MiniMax's API beside the simulator's gateways and stores the credential that leads there.
 * @param jobDurationMs the same as the other gateways' jobs take
 * @param jobs filled with the jobs, for who wants to end them by hand
 */
export async function connectBuiltIn(
	{ client, simulator }: Suite,
	jobDurationMs: number,
	jobs: MinimaxJob[] = [],
): Promise<CredentialReference> {
	const videoUrl = `${simulator.cdnUrl}/videos/sample.mp4`;
	simulator.mount('minimax', minimaxApi({ apiKey: API_KEY, jobDurationMs, videoUrl, jobs }));
	return client.createCredential({
		name: 'Simulated MiniMax',
		type: 'minimaxApi',
		data: { apiKey: API_KEY, region: 'international', url: `${simulator.url}/minimax/v1` },
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
