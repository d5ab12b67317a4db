/**
 * Questions about how a workflow is wired. The wiring comes from outside the published interface of n8n, so nothing
 * here relies on its shape.
 */
import { listAt, numberAt, textAt, valueAt } from '../core/http/read';

/** What is asked: node names by the node's output they hang on. */
export interface Wiring {
	/** Names of the nodes an output leads to. */
	targets(node: string, output: number): string[];
	/** Names of the nodes any output leads to. */
	followers(node: string): string[];
	/** What kind of node it is, and its parameters as they are stored, expressions unresolved. */
	node(name: string): { type: string | null; parameters: unknown; isDisabled: boolean; hasErrorOutput: boolean };
	/** Where a node is drawn, [x, y]; null when that is not known. */
	position(node: string): [number, number] | null;
	/** Whether a branch is finished before the next one begins; in n8n's old order all of them advance by turns. */
	branchByBranch: boolean;
}

/**
 * Reads a workflow's wiring.
 *
 * @param connections n8n's `connectionsBySourceNode`
 * @param nodes n8n's nodes by name
 * @param settings n8n's settings of the workflow; without `executionOrder` it runs in the old order
 * @returns null when the connections are not there at all
 */
export function readWiring(connections: unknown, nodes: unknown, settings: unknown): Wiring | null {
	if (typeof connections !== 'object' || connections === null) return null;
	const namesIn = (output: unknown) =>
		listAt(output)
			.map((connection) => valueAt(connection, 'node'))
			// As it stands: blanks around a name belong to it.
			.filter((name) => typeof name === 'string');
	const outputs = (node: string) => listAt(connections, node, 'main');
	return {
		targets: (node, output) => namesIn(outputs(node)[output]),
		followers: (node) => outputs(node).flatMap(namesIn),
		node: (name) => ({
			type: textAt(nodes, name, 'type'),
			parameters: valueAt(nodes, name, 'parameters'),
			isDisabled: valueAt(nodes, name, 'disabled') === true,
			hasErrorOutput: textAt(nodes, name, 'onError') === 'continueErrorOutput',
		}),
		position: (node) => {
			const x = numberAt(valueAt(nodes, node), 'position', 0);
			const y = numberAt(valueAt(nodes, node), 'position', 1);
			return x === null || y === null ? null : [x, y];
		},
		branchByBranch: textAt(settings, 'executionOrder') === 'v1',
	};
}

/**
 * Says whether a node that has one output, and perhaps n8n's error output, is wired as if it had one more.
 */
export function hasSpareOutput(wiring: Wiring, node: string): boolean {
	return !wiring.node(node).hasErrorOutput && wiring.targets(node, 1).length > 0;
}

export type LoopFault = 'unwired' | 'elsewhere';

/**
 * Checks that an output leads back to its own node, over whatever lies between, and nowhere else.
 *
 * @returns null when it does
 */
export function findLoopFault(wiring: Wiring, node: string, output: number): LoopFault | null {
	const targets = wiring.targets(node, output);
	if (targets.length === 0) return 'unwired';
	const seen = new Set<string>();
	const open = [...targets];
	let isBack = false;
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		isBack ||= next === node;
		if (next === node || seen.has(next)) continue;
		seen.add(next);
		const followers = wiring.followers(next);
		// A branch that ends without having come back would run its nodes at every recheck.
		if (followers.length === 0) return 'elsewhere';
		open.push(...followers);
	}
	// Nodes can go round among themselves for ever.
	return isBack ? null : 'elsewhere';
}

/** n8n's order among branches of one node: the higher drawn runs first, of level ones the more left. */
function runsBefore(first: [number, number], second: [number, number]): boolean {
	return first[1] < second[1] || (first[1] === second[1] && first[0] < second[0]);
}

/**
 * Says whether what leaves by one output would have to wait for another output's branch.
 *
 * @param early the output whose branch should run first
 * @param late the output whose branch should run last
 * @returns true when some branch of `late` runs before some branch of `early` is through; false also where positions
 * are unknown
 */
export function starves(wiring: Wiring, node: string, early: number, late: number): boolean {
	if (!wiring.branchByBranch) return wiring.targets(node, early).length > 0;
	const positions = (output: number) =>
		wiring.targets(node, output).flatMap((name) => {
			const position = wiring.position(name);
			return position === null ? [] : [position];
		});
	return positions(late).some((second) => positions(early).some((first) => !runsBefore(first, second)));
}
