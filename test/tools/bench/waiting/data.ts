import type { Outcome } from '../table';

/** Bytes while so many executions wait, sample by sample. */
export interface Held {
	waiting: number;
	/** Of the n8n process. */
	resident: number[];
	/** Used of its JavaScript heap. */
	heap: number[];
}

/** One job that was ended by hand. */
export interface Finished {
	/** Requests after the one that made the job. */
	reads: number;
	/** Milliseconds from the job's end to the start of the node behind the wait. */
	delay: number;
}

export interface WaitingMeasurement {
	held: Held[];
	finished: Finished[];
}

export interface WaitingData {
	/** Samples of memory for each number of executions. */
	runs: number;
	/** Executions that wait at the same time, from none to most. */
	counts: number[];
	warmUps: number;
	/** How many jobs were ended by hand. */
	sample: number;
	/** At which age at least. */
	jobAgeSeconds: number;
	recheckMinutes: number;
	/** Between two looks of the polls: the Hailuo node's at that age, the others' always. */
	pauseSeconds: { poll: number; builtIn: number; handBuilt: number };
	strategies: Array<{ label: string; suspends: boolean; isBuiltIn: boolean; outcome: Outcome<WaitingMeasurement> }>;
}
