/**
 * Calls the node as agents of version 2 and sub-agents do: n8n-core makes a tool of it, which runs outside the engine, with
 * its own Retry On Fail and a run index for every try.
 */
import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
} from 'n8n-workflow';
import { Hailuo } from './built';
import { aHailuoNode, aNode, runWorkflow, type EngineOptions, type EngineRun } from './runNode';

/** Calls the tool; answers with what the tool gives, or with the error's text as an agent is told. */
export type CallTool = (values: Record<string, unknown>) => Promise<string>;

/** What n8n-core's tools have of LangChain. */
interface Tool {
	invoke(values: Record<string, unknown>): Promise<unknown>;
}

/** The node as n8n offers it to agents. */
class HailuoTool extends Hailuo {
	constructor() {
		super();
		this.description = {
			...this.description,
			name: 'hailuoTool',
			displayName: 'Hailuo Tool',
			inputs: [],
			outputs: [NodeConnectionTypes.AiTool],
		};
	}
}

/** Stands for the agent: it does what the test says. */
class Agent implements INodeType {
	description: INodeType['description'] = {
		displayName: 'Agent',
		name: 'agent',
		group: ['transform'],
		version: 1,
		description: 'Calls its tool',
		defaults: { name: 'Agent' },
		inputs: [NodeConnectionTypes.Main, NodeConnectionTypes.AiTool],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	};

	/** The engine calls this with a context of its own as `this`, so what is to be done comes by closure. */
	execute: NonNullable<INodeType['execute']>;

	constructor(act: (takeTool: () => Promise<CallTool>) => Promise<void>) {
		this.execute = async function (this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			await act(async () => {
				const tools = (await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as Tool[];
				const [tool] = tools;
				if (tool === undefined) throw new Error('The agent has no tool');
				return async (values) => {
					try {
						return String(await tool.invoke(values));
					} catch (error) {
						return String(error);
					}
				};
			});
			return [[{ json: {} }]];
		};
	}
}

/**
 * Runs an agent whose only tool is the Hailuo node.
 *
 * @param act what the agent does; `takeTool` gives it the tool anew, as an agent takes its tools for every item
 */
export async function runAgent(
	parameters: INodeParameters,
	options: EngineOptions & { node?: Partial<INode> },
	act: (takeTool: () => Promise<CallTool>) => Promise<void>,
): Promise<EngineRun> {
	const { node, ...rest } = options;
	return await runWorkflow(
		[
			aNode('Items', 'test.items'),
			aNode('Agent', 'test.agent'),
			aHailuoNode(parameters, { type: 'n8n-nodes-hailuo.hailuoTool', ...node }),
		],
		{
			Items: { main: [[{ node: 'Agent', type: 'main', index: 0 }]] },
			Hailuo: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
		},
		{ ...rest, types: { 'test.agent': new Agent(act), 'n8n-nodes-hailuo.hailuoTool': new HailuoTool() } },
	);
}
