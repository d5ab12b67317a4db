import type { Outcome } from '../table';

/** One download; bytes of the n8n process, and the milliseconds that the execution took. */
export interface Download {
	before: number;
	peak: number;
	rise: number;
	milliseconds: number;
}

export interface VideoMemoryData {
	runs: number;
	videoMegabytes: number;
	/** Ours first. */
	ways: Array<{ label: string; outcome: Outcome<Download[]> }>;
}
