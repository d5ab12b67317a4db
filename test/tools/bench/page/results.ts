import type { Surroundings } from './machine';

/** One table of a run: what its bench measured, or why there is nothing. */
export type MeasuredTable = {
	/** The command that measures this table alone. */
	command: string;
	/** Of the machine right after it. */
	load: number;
	/** How long it took. */
	seconds: number;
} & ({ data: unknown } | { failure: string });

/** The file of one run, from which page and charts are drawn. */
export interface Results extends Surroundings {
	/** By the table's name. */
	tables: Record<string, MeasuredTable>;
}
