import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Suite } from '../../../e2e/support/suite';
import { GATEWAYS, type Gateway } from '../../host/gateways';
import { hailuo, items, manualTrigger, VIDEO_FROM_PROMPT, workflowOf } from '../../host/workflows';
import { BUILT_IN_LABEL, builtInNode, connectBuiltIn } from '../alternatives/builtInNode';
import {
	connectHandBuilt,
	HAND_BUILT_LABEL,
	HAND_BUILT_PROVIDER,
	handBuiltBatch,
	ONE_BY_ONE_LABEL,
	type Part,
} from '../alternatives/handBuilt';
import { makeVideos, SCRIPT_LABEL } from '../alternatives/undiciScript';
import type { WayKind } from './data';
import { timeExecution } from './timeExecution';

const TRIGGER = 'Start';
const ITEMS = 'Items';
const VIDEO = 'Video';

/** One way to make videos, ready to be run. */
export interface Way {
	kind: WayKind;
	label: string;
	/** Left out where more would only sleep. */
	mostItems: number;
	/** @returns milliseconds; throws when not every item became a video file */
	run(itemCount: number): Promise<number>;
}

/** More would only sleep: one item after another. */
const MOST_ITEMS_ONE_BY_ONE = 8;

function promptsOf(itemCount: number): string[] {
	return Array.from({ length: itemCount }, (_, index) => `A paper boat crosses puddle number ${index + 1} at dawn`);
}

/** A workflow for each number of items, stored when it is run for the first time. */
function workflowWay(suite: Suite, about: Omit<Way, 'run'>, videoPart: Part): Way {
	const stored = new Map<number, Promise<{ id: string }>>();
	const store = (itemCount: number) => {
		const source = items(
			promptsOf(itemCount).map((prompt) => ({ prompt })),
			ITEMS,
		);
		const nodes = [manualTrigger(TRIGGER), source, ...videoPart.nodes];
		const wires = [{ from: TRIGGER, to: ITEMS }, ...videoPart.wires];
		return suite.client.createWorkflow(workflowOf(`${about.label}, ${itemCount} items`, nodes, { wires }));
	};
	return {
		...about,
		async run(itemCount) {
			const workflow = stored.get(itemCount) ?? store(itemCount);
			stored.set(itemCount, workflow);
			const { id } = await workflow;
			return timeExecution(suite.client, { id, trigger: TRIGGER, node: VIDEO, itemCount });
		},
	};
}

function hailuoWay(suite: Suite, { provider, label }: Gateway): Way {
	const parameters = { provider, operation: 'createAndWait', ...VIDEO_FROM_PROMPT, downloadVideo: true };
	const nodes = [hailuo(parameters, suite.credentials, { name: VIDEO })];
	const about = { kind: 'ours', label: hailuoLabel(label), mostItems: Infinity } as const;
	return workflowWay(suite, about, { nodes, wires: [{ from: ITEMS, to: VIDEO }] });
}

const hailuoLabel = (gatewayLabel: string) => `Hailuo node, ${gatewayLabel}`;

/** The gateway of the hand-built loop and the script, so that the chart compares like with like. */
export const CHARTED_LABEL = hailuoLabel(
	GATEWAYS.find(({ provider }) => provider === HAND_BUILT_PROVIDER)?.label ?? HAND_BUILT_PROVIDER,
);

/** Our node at every gateway. */
export function hailuoWays(suite: Suite): Way[] {
	return GATEWAYS.map((gateway) => hailuoWay(suite, gateway));
}

/** The ways that make one item after another and sleep nearly all the time. */
export async function oneByOneWays(suite: Suite): Promise<Way[]> {
	const minimax = await connectBuiltIn(suite);
	const builtIn = { nodes: [builtInNode(VIDEO, minimax)], wires: [{ from: ITEMS, to: VIDEO }] };
	const header = await connectHandBuilt(suite);
	const loop = handBuiltBatch(suite, header, { source: ITEMS, videoNode: VIDEO, oneByOne: true });
	const mostItems = MOST_ITEMS_ONE_BY_ONE;
	return [
		workflowWay(suite, { kind: 'builtIn', label: BUILT_IN_LABEL, mostItems }, builtIn),
		workflowWay(suite, { kind: 'oneByOne', label: ONE_BY_ONE_LABEL, mostItems }, loop),
	];
}

/** All items side by side, as HTTP Request sends them. */
export async function handBuiltWay(suite: Suite): Promise<Way> {
	const credential = await connectHandBuilt(suite);
	const part = handBuiltBatch(suite, credential, { source: ITEMS, videoNode: VIDEO, oneByOne: false });
	return workflowWay(suite, { kind: 'handBuilt', label: HAND_BUILT_LABEL, mostItems: Infinity }, part);
}

/** The same calls to the same gateway without n8n. */
export function scriptWay({ simulator }: Suite): Way {
	return {
		kind: 'script',
		label: SCRIPT_LABEL,
		mostItems: Infinity,
		async run(itemCount) {
			const folder = await mkdtemp(path.join(tmpdir(), 'hailuo-videos-'));
			try {
				const start = performance.now();
				const access = { ...simulator.endpoints[HAND_BUILT_PROVIDER], ...simulator.keys[HAND_BUILT_PROVIDER] };
				await makeVideos(promptsOf(itemCount), access, folder);
				return performance.now() - start;
			} finally {
				await rm(folder, { recursive: true });
			}
		},
	};
}
