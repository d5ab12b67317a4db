import type { Outcome } from '../table';

/** How videos are made from prompts. */
export type WayKind = 'ours' | 'builtIn' | 'handBuilt' | 'oneByOne' | 'script';

/** One way with one number of items; the value is milliseconds, run by run. */
export type BatchCell = { itemCount: number } & (Outcome<number[]> | { notRun: true });

export interface BatchWay {
	kind: WayKind;
	label: string;
	/** In the order of `BatchData.itemCounts`. */
	cells: BatchCell[];
}

export interface BatchData {
	runs: number;
	/** How long every simulated job takes. */
	jobSeconds: number;
	itemCounts: number[];
	ways: BatchWay[];
	/** Of the way whose line stands for our node in the chart. */
	chartedLabel: string;
	/** "after 2 s at AI/ML API, ...". */
	firstLooks: string;
	/** Between two looks of the built-in node, the hand-built loop and the script. */
	pauseSeconds: { builtIn: number; handBuilt: number; script: number };
}
