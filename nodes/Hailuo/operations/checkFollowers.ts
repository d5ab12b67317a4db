import { NodeOperationError } from 'n8n-workflow';
import { textAt } from '../core/http/read';
import { isSingleStep, wiringOf } from '../io/n8nInternals';
import { findLoopFault, hasSpareOutput, type Wiring } from '../io/wiring';
import { providerById } from '../providers/registry';
import type { RunContext } from './runContext';
import { DRAWN } from './suspend/suspendItems';
import { LOOP_FAULTS, RECHECK, WIRE_RECHECK } from './loop/checkLoop';

/** As the form fills it in: such a node waits for what the nodes before it have made. */
const JOB_OF_ITEM = '={{ $json.jobId }}';

interface WaitNode {
	name: string;
	provider: string | null;
	strategy: string | null;
	isForItem: boolean;
}

/** @returns the Wait for Video nodes that get what this node puts out, up to where another node makes jobs of its own */
function waitsBehind(wiring: Wiring, start: string, type: string): WaitNode[] {
	const found: WaitNode[] = [];
	const seen = new Set([start]);
	const open = wiring.followers(start);
	for (let name = open.pop(); name !== undefined; name = open.pop()) {
		if (seen.has(name)) continue;
		seen.add(name);
		const node = wiring.node(name);
		const isOurs = node.type === type && !node.isDisabled;
		const operation = textAt(node.parameters, 'operation') ?? 'createAndWait';
		if (isOurs && operation === 'wait') {
			found.push({
				name,
				provider: textAt(node.parameters, 'provider'),
				strategy: textAt(node.parameters, 'waitStrategy'),
				isForItem: (textAt(node.parameters, 'jobId') ?? JOB_OF_ITEM) === JOB_OF_ITEM,
			});
		}
		if (!isOurs || !['create', 'createAndWait'].includes(operation)) open.push(...wiring.followers(name));
	}
	return found;
}

/**
 * Looks, before anything is bought, for what would fail after it: a node behind this one that waits but is not wired for it,
 * or that asks another provider.
 *
 * @throws NodeOperationError that names the node and what to do
 */
export function checkFollowers(run: RunContext): void {
	const { context, adapter } = run;
	const wiring = wiringOf(context);
	if (wiring === null || isSingleStep(context)) return;
	const self = context.getNode();
	const refuse = (title: string, cure: string) =>
		new NodeOperationError(self, title, { description: `Nothing was bought so far. ${cure}` });
	const waits = waitsBehind(wiring, self.name, self.type);
	for (const { name, strategy } of waits) {
		const fault = strategy === 'loop' ? findLoopFault(wiring, name, RECHECK) : null;
		if (fault !== null) throw refuse(`${LOOP_FAULTS[fault]} (node '${name}')`, WIRE_RECHECK);
		if (strategy === 'suspend' && hasSpareOutput(wiring, name))
			throw refuse(`${DRAWN.title} (node '${name}')`, DRAWN.cure);
	}
	const forItems = waits.filter(({ isForItem }) => isForItem);
	// Where one of several fits, the workflow may tell the jobs apart on the way.
	const [stranger] = forItems.some(({ provider }) => provider === adapter.id) ? [] : forItems;
	const other = providerById(stranger?.provider ?? '');
	if (stranger === undefined || other === undefined) return;
	throw refuse(
		`'${stranger.name}' waits for jobs of ${other.label}, but this node makes them at ${adapter.label}`,
		`Choose the same 'Provider' in both nodes.`,
	);
}
