import { randomUUID } from 'node:crypto';
import type { ChatModel, Conversation, Script } from '../../tools/host/chatModel';
import type { CredentialReference, ExecutedItem, Execution, NodeRun, WorkflowNode } from '../../tools/host/n8nTypes';
import { itemsOf, manualTrigger, runsOf, workflowOf, type NodeSettings, type Wire } from '../../tools/host/workflows';
import type { ProviderName } from '../../tools/simulator/types';
import type { Suite } from './suite';

/** Two ways in which n8n's agents have run their tools: inside their own run (2.2), and as nodes of their own (3.1). */
export const AGENT_VERSIONS = [2.2, 3.1] as const;
export type AgentVersion = (typeof AGENT_VERSIONS)[number];

/** Lets the model fill a parameter, as the editor's button does and as people write it. */
export function fromAgent(key: string, description = '', type: 'string' | 'number' | 'boolean' = 'string'): string {
	return `={{ $fromAI('${key}', \`${description}\`, '${type}') }}`;
}

/** The Hailuo node as n8n offers it to agents. The model knows it by its name, with `_` for blanks. */
export function hailuoTool(
	name: string,
	parameters: Record<string, unknown>,
	credentials: Record<string, CredentialReference>,
	settings: NodeSettings = {},
): WorkflowNode {
	const type = 'n8n-nodes-hailuo.hailuoTool';
	return { id: randomUUID(), name, type, typeVersion: 1, position: [0, 200], parameters, credentials, ...settings };
}

/** Parameters of a tool that makes a video of what the model says. */
export function creating(
	operation: 'create' | 'createAndWait',
	changes: Record<string, unknown> = {},
	provider: ProviderName = 'evolink',
): Record<string, unknown> {
	return {
		provider,
		operation,
		model: 'hailuo-2.3',
		prompt: fromAgent('Prompt', 'What happens in the video'),
		resolution: fromAgent('Resolution', '768P or 1080P'),
		duration: fromAgent('Duration', 'Seconds, 6 or 10', 'number'),
		...changes,
	};
}

/** Parameters of a tool that asks for a job the model names. */
export function referring(
	operation: 'get' | 'wait' | 'cancel',
	changes: Record<string, unknown> = {},
	provider: ProviderName = 'evolink',
): Record<string, unknown> {
	return { provider, operation, jobId: fromAgent('Job_ID', 'The jobId that the tool Create answered'), ...changes };
}

export interface AgentHost {
	suite: Suite;
	model: ChatModel;
	/** An OpenAI credential that leads to the model. */
	credential: CredentialReference;
}

/** Stores the model's address in n8n. */
export async function agentHost(suite: Suite, model: ChatModel): Promise<AgentHost> {
	const credential = await suite.client.createCredential({
		name: 'Scripted model',
		type: 'openAiApi',
		data: { apiKey: 'no-key', url: model.url, header: false },
	});
	return { suite, model, credential };
}

export interface Talk {
	execution: Execution;
	conversation: Conversation;
	/** The agent's last words. */
	output: unknown;
}

let talks = 0;

/** Start → AI Agent with the scripted model and the given tools, run to its end. */
export async function talk(
	{ suite, model, credential }: AgentHost,
	tools: readonly WorkflowNode[],
	script: Script,
	version: AgentVersion = 3.1,
): Promise<Talk> {
	const about = `Talk number ${(talks += 1)}.`;
	const conversation = model.expect(about, script);
	const agent: WorkflowNode = {
		...manualTrigger('Agent'),
		type: '@n8n/n8n-nodes-langchain.agent',
		typeVersion: version,
		parameters: { promptType: 'define', text: about, options: {} },
	};
	const chatModel: WorkflowNode = {
		...manualTrigger('Model'),
		type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
		typeVersion: 1.2,
		position: [100, 200],
		parameters: { model: { __rl: true, mode: 'id', value: 'scripted' }, options: { maxRetries: 0 } },
		credentials: { openAiApi: credential },
	};
	const wires: Wire[] = [
		{ from: 'Start', to: 'Agent' },
		{ from: 'Model', to: 'Agent', type: 'ai_languageModel' },
		...tools.map(({ name }): Wire => ({ from: name, to: 'Agent', type: 'ai_tool' })),
	];
	const execution = await suite.run(
		workflowOf(`Agent ${version}`, [manualTrigger(), agent, chatModel, ...tools], { wires }),
	);
	return { execution, conversation, output: itemsOf(execution, 'Agent')[0]?.json['output'] };
}

/** The first item that a tool has answered with, whichever way the agent has called it, as far as it is JSON. */
export function readAnswer(answer: string | undefined): Record<string, unknown> {
	const parsed: unknown = JSON.parse(answer ?? 'null');
	const [first] = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
	return first as Record<string, unknown>;
}

/** The items that all runs of a tool have put out to the agent. */
export function toolItems(execution: Execution, name: string): ExecutedItem[] {
	return runsOf(execution, name).flatMap((run: NodeRun) => run.data?.ai_tool?.[0] ?? []);
}
