/** Runs a suspended wait in n8n-core's engine, and wakes it. */
import type { IConnections, INode, INodeExecutionData, INodeParameters, IRunExecutionData } from 'n8n-workflow';
import {
	aHailuoNode,
	aNode,
	runWorkflow,
	type EngineOptions,
	type EngineRun,
	type WebhookCall,
} from '../tools/support/runNode';
import { nextExecutionId, type Stage } from './stage';

/** A wire to the first input of a node. */
export const to = (node: string) => [{ node, type: 'main' as const, index: 0 }];

interface Drawing {
	/** Where Recheck leads; over the node Round, which lies below, when absent. */
	recheck?: string | null;
	/** Height of the node behind Finished; none at all for null. */
	finishedAt?: number | null;
	node?: Partial<INode>;
}

/** How such a workflow is run and drawn. */
export type SuspendOptions = Partial<EngineOptions> & Drawing;

/** Items → Hailuo, or a node of another name (suspends) → After, with Recheck leading back. */
export async function suspend(
	{ credentials }: Stage,
	parameters: INodeParameters,
	{ recheck = 'Round', finishedAt = 0, node, ...options }: SuspendOptions,
): Promise<EngineRun> {
	const name = node?.name ?? 'Hailuo';
	const connections: IConnections = {
		Items: { main: [to(name)] },
		Round: { main: [to(name)] },
		[name]: { main: [recheck === null ? [] : to(recheck), finishedAt === null ? [] : to('After')] },
	};
	const nodes = [
		aNode('Items', 'test.items'),
		aHailuoNode({ waitStrategy: 'loop', release: 'together', ...parameters }, node),
		aNode('Round', 'test.pass', {}, { position: [200, 200] }),
		aNode('After', 'test.pass', {}, { position: [200, finishedAt ?? 0] }),
	];
	return await runWorkflow(nodes, connections, { credentials, ...options });
}

/** Makes an item's job look as old as the wait's first read supposes it to be. */
export function aged(item: INodeExecutionData, seconds = 60): INodeExecutionData {
	return { ...item, json: { ...item.json, createdAt: new Date(Date.now() - seconds * 1000).toISOString() } };
}

/** Wakes an execution after something was changed about what its items carry. */
export async function wake(
	stage: Stage,
	parameters: INodeParameters,
	slept: EngineRun,
	change: (state: Record<string, unknown>, index: number) => void = () => {},
	options: SuspendOptions = {},
): Promise<EngineRun> {
	// Longer than any provider wants between two looks.
	await new Promise((resolve) => setTimeout(resolve, 10_000));
	const resumeOf = JSON.parse(JSON.stringify(slept.data));
	const held = resumeOf.executionData.nodeExecutionStack[0].data.main[0];
	held.forEach((item: INodeExecutionData, index: number) => {
		const state = item.json.hailuoWait;
		if (typeof state === 'object' && state !== null) change(state as Record<string, unknown>, index);
	});
	return await suspend(stage, parameters, { ...options, resumeOf });
}

/** What to change when an item's job shall be read at once. */
export const due = (state: Record<string, unknown>) => (state.nextCheckAt = new Date(Date.now() - 1000).toISOString());

/** What n8n goes on with after a callback: what the node told it to, in the place of what was held. */
export function wokenBy({ told }: WebhookCall, { data }: EngineRun): IRunExecutionData {
	const woken: IRunExecutionData = JSON.parse(JSON.stringify(data));
	const [held] = woken.executionData?.nodeExecutionStack ?? [];
	if (held === undefined || told?.workflowData === undefined) throw new Error('It sleeps on');
	held.data.main = told.workflowData;
	return woken;
}

export const pass = async (milliseconds: number): Promise<void> =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A suspended wait from its beginning to its end. */
export interface Driven {
	ended: EngineRun;
	/** How often n8n has woken it. */
	wakings: number;
}

/** Runs a suspended wait, and wakes it when it wants to be woken, until it is over. */
export async function drive(
	stage: Stage,
	parameters: INodeParameters,
	options: SuspendOptions,
	onAsleep: (slept: EngineRun) => void = () => {},
): Promise<Driven> {
	const here = { executionId: nextExecutionId(), ...options };
	let run = await suspend(stage, parameters, here);
	let wakings = 0;
	for (; run.run.status === 'waiting' && wakings < 20; wakings += 1) {
		onAsleep(run);
		await pass(Math.max(0, new Date(run.run.waitTill ?? 0).getTime() - Date.now()));
		run = await suspend(stage, parameters, { ...here, resumeOf: run.data });
	}
	return { ended: run, wakings };
}
