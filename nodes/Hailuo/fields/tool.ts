import type { INodeProperties } from 'n8n-workflow';
import type { OperationName } from './shared';

/** What a language model has to know to choose between these tools, and not to buy twice. */
const FOR_AGENTS: Record<OperationName, string> = {
	cancel: 'Cancels a Hailuo video job that is still queued or running, by its jobId.',
	create:
		'Starts a Hailuo video and answers at once with its jobId. The video takes one to ten minutes; it is waited for, or got, by that jobId with another tool. Every call buys a video.',
	createAndWait:
		'Makes a Hailuo video and answers when it is there, after one to ten minutes; videoUrl is the link to it. Every call buys a video.',
	get: 'Looks once how far a Hailuo video job is, by its jobId. status is queued, running, succeeded, failed or cancelled; videoUrl is the link to the video once it succeeded. Costs nothing.',
	wait: 'Waits until a Hailuo video job is over, by its jobId, which may take ten minutes; videoUrl is the link to the video. Costs nothing.',
};

/**
 * @returns what an AI agent is told of the node as its tool. n8n would tell the same of every operation, as it knows
 * actions of nodes with resources only (n8n-workflow 2.41, makeDescription). An expression, since what the form has
 * filled in once it keeps when the operation changes
 */
export function describeTool(): INodeProperties {
	return {
		displayName: 'Tool Description',
		name: 'toolDescription',
		type: 'string',
		typeOptions: { rows: 3 },
		displayOptions: { show: { '@tool': [true] } },
		default: `={{ (${JSON.stringify(FOR_AGENTS)})[$parameter["operation"]] }}`,
		placeholder: 'e.g. Makes a video from an image of a product',
		description: 'What the agent is told of this tool; say also when it should be used',
	};
}
