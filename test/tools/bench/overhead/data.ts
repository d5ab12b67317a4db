/** Milliseconds per item, one create and one read each. */
export interface PerItem {
	elapsed: number;
	/** Of all processors together; what else this machine is busy with is not in it. */
	processor: number;
}

/** One run of both, right after each other. */
export interface Pair {
	node: PerItem;
	undici: PerItem;
}

export interface OverheadData {
	runs: number;
	/** Items of one run. */
	items: number;
	cases: Array<{ gateway: string; inFlight: number; pairs: Pair[] }>;
}
