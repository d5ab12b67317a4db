import type { Outcome } from '../table';

export interface LoadTimeData {
	/** Fresh processes. */
	processes: number;
	/** Ours first; the value is milliseconds, process by process. */
	loaded: Array<{ label: string; nodes: number; credentials: number; outcome: Outcome<number[]> }>;
}
