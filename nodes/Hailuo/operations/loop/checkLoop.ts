import { NodeOperationError } from 'n8n-workflow';
import { findLoopFault, starves } from '../../io/wiring';
import type { Release } from '../../fields/form';
import { isAwaitedByParent, isToolRun, wiringOf } from '../../io/n8nInternals';
import type { RunContext } from '../runContext';

/** The node's outputs while it waits in a loop. */
export const RECHECK = 0;
const FINISHED = 1;

export const LOOP_FAULTS = {
	unwired: `Output 'Recheck' is not connected`,
	elsewhere: `Output 'Recheck' leads away from this node`,
} as const;

/** What to do about it. */
export const WIRE_RECHECK = `Drag from the output 'Recheck' to this node's own input, directly or through nodes that lead nowhere else, and continue your workflow from 'Finished'. Or set 'Wait Strategy' to Suspend, which needs no loop.`;

/** Of any wait that puts the execution aside. */
export const NOT_FOR_AGENTS = {
	title: `An AI agent cannot use this 'Wait Strategy'`,
	cure: `An agent waits for its tool's answer, and an execution that is put aside gives none. Set 'Wait Strategy' to Poll.`,
} as const;

function refuse(run: RunContext, title: string, description: string): NodeOperationError {
	return new NodeOperationError(run.context.getNode(), title, { description });
}

/**
 * Checks that the workflow is drawn so that n8n can come back to this node, and hints at what would be in the way.
 *
 * @param release when finished items are to leave
 * @throws NodeOperationError that says what to connect
 */
export function checkLoop(run: RunContext, release: Release): void {
	const { context, hints } = run;
	if (isToolRun(context)) {
		throw refuse(run, NOT_FOR_AGENTS.title, NOT_FOR_AGENTS.cure);
	}
	const wiring = wiringOf(context);
	// A host that does not show its wiring is trusted.
	if (wiring === null) return;
	const { name } = context.getNode();
	const fault = findLoopFault(wiring, name, RECHECK);
	if (fault !== null) {
		throw refuse(run, LOOP_FAULTS[fault], WIRE_RECHECK);
	}
	if (isAwaitedByParent(context)) {
		if (wiring.targets(name, FINISHED).length === 0) {
			throw refuse(
				run,
				`Output 'Finished' is not connected`,
				`The workflow that called this one gets what the last node puts out by its first output, which here is 'Recheck'. Connect a node to 'Finished', for example No Operation.`,
			);
		}
		hints.addGeneral(
			`Run this workflow once with all items: where the one that calls it runs it once for each, n8n goes on with the first item alone after a suspended wait`,
		);
		if (release === 'asFinished') {
			hints.addGeneral(
				`The workflow that called this one gets only the items that finish last. Set 'Release' to All Together if it needs all of them`,
			);
		}
	}
	if (release === 'asFinished' && starves(wiring, name, FINISHED, RECHECK)) {
		hints.addGeneral(
			wiring.branchByBranch
				? `Finished items wait for the others: n8n runs the higher branch first. Drag the nodes behind 'Finished' above the path of 'Recheck', for example by leading 'Recheck' through a No Operation node placed below`
				: `Finished items wait for the others: this workflow runs in n8n's old order. Choose v1 for 'Execution order' in the workflow's settings`,
		);
	}
}
