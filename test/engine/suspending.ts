/** Runs a wait that n8n suspends in n8n-core's engine: the execution that is put aside, and the one that waits for it. */
import type { IConnections, INode, INodeParameters } from 'n8n-workflow';
import {
	aHailuoNode,
	aNode,
	handedBack,
	inARow,
	runWorkflow,
	type EngineOptions,
	type EngineRun,
	type InnerRun,
} from '../tools/support/runNode';
import { pass } from './looping';
import { aPrompt, nextExecutionId, type Stage } from './stage';

export interface SuspendOptions extends Partial<EngineOptions> {
	node?: Partial<INode>;
	/** Between the items and the node, and behind it; nodes that hand on what comes when absent. */
	nodes?: INode[];
	connections?: IConnections;
}

/** Items → Hailuo → After. */
export async function suspend(
	{ credentials }: Stage,
	parameters: INodeParameters,
	{ node, nodes = [], connections, ...options }: SuspendOptions = {},
): Promise<EngineRun> {
	return await runWorkflow(
		[
			aNode('Items', 'test.items'),
			aHailuoNode({ waitStrategy: 'suspend', ...parameters }, node),
			aNode('After', 'test.pass'),
			...nodes,
		],
		connections ?? inARow('Items', 'Hailuo', 'After'),
		{ items: [aPrompt()], credentials, ...options },
	);
}

/** The execution that waits in the place of another one. */
export function innerOf({ inner }: EngineRun): InnerRun {
	const [found, ...more] = inner;
	if (found === undefined || more.length > 0) throw new Error(`${inner.length} executions wait for it`);
	return found;
}

/** A suspended wait from its beginning to its end. */
export interface Ended {
	outer: EngineRun;
	inner: EngineRun;
	/** How often the inner execution was woken. */
	wakings: number;
}

/**
 * Runs a suspended wait, and wakes the inner execution when it wants to be woken, until both are over.
 *
 * @param onAsleep told of both whenever the inner one is put aside
 */
export async function driveSuspended(
	stage: Stage,
	parameters: INodeParameters,
	options: SuspendOptions = {},
	onAsleep: (inner: InnerRun, outer: EngineRun) => void | Promise<void> = () => {},
): Promise<Ended> {
	const here = { executionId: nextExecutionId(), ...options };
	const outer = await suspend(stage, parameters, here);
	if (outer.run.status !== 'waiting') return { outer, inner: innerOf(outer).run, wakings: 0 };
	let inner = innerOf(outer);
	let wakings = 0;
	for (; inner.run.run.status === 'waiting' && wakings < 50; wakings += 1) {
		await onAsleep(inner, outer);
		await pass(Math.max(0, new Date(inner.run.run.waitTill ?? 0).getTime() - Date.now()));
		inner = await inner.resume(inner.run.data);
	}
	const resumeOf = handedBack(outer, inner.run);
	return { outer: await suspend(stage, parameters, { ...here, resumeOf }), inner: inner.run, wakings };
}
