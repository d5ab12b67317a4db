/** What the benchmark tables have in common: their shape, and how figures and tables are printed. */
import { markdownTable } from 'markdown-table';
import type { Chart } from './page/chart';

export interface BenchOptions {
	/** How often each figure is measured; tables show medians. */
	runs: number;
}

/** One table, ready to be printed. */
export interface Table {
	title: string;
	columns: readonly string[];
	rows: ReadonlyArray<readonly string[]>;
	/** Sentences below the table: what was measured how, and what was asked of it. */
	notes: readonly string[];
	chart?: Chart;
}

/** One table's two halves: what `measure` found is written to the run's file, and `present` draws the table from that alone. */
export interface Bench {
	measure(options: BenchOptions): Promise<unknown>;
	present(data: unknown): Table;
}

/**
 * Joins the two halves of a table.
 * @param present pure: the same data gives the same table
 */
export function benchOf<Data>(
	measure: (options: BenchOptions) => Promise<Data>,
	present: (data: Data) => Table,
): Bench {
	// Between the two the data may have been a file, which only this command writes.
	return { measure, present: (data) => present(data as Data) };
}

/** What came of one measurement: one that failed must not end the others. */
export type Outcome<Value> = { value: Value } | { failure: string };

/** A file of this machine, as some errors name it in parentheses, which has no place on a page. */
const FILE_IN_PARENTHESES = / ?\(\/[^)]*\)/g;
const LONGEST_FAILURE = 120;

function inShort(message: string): string {
	const line = (message.split('\n', 1)[0] ?? '').replace(FILE_IN_PARENTHESES, '');
	return line.length <= LONGEST_FAILURE ? line : `${line.slice(0, LONGEST_FAILURE)}...`;
}

/** Never throws: an error becomes the beginning of its first line, and is told in full at once. */
export async function attempt<Value>(work: () => Promise<Value>): Promise<Outcome<Value>> {
	try {
		return { value: await work() };
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		process.stderr.write(`  failed: ${message}\n`);
		return { failure: inShort(message) };
	}
}

/** In a cell: this was left out on purpose, and a note says why. */
export const NOT_RUN = 'not run';

/** In a cell: this was tried and ended in an error, which a note tells. */
export const FAILED = 'failed';

/** In a cell: nothing of the kind exists here. */
export const NONE = '-';

/**
 * @param values at least one number
 * @throws RangeError when there is none
 */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((one, other) => one - other);
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle];
	if (upper === undefined) throw new RangeError('There is no median of nothing');
	const lower = sorted[middle - 1];
	return sorted.length % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2;
}

/** @returns "medians of 3 runs (least to most)", and what fits when there was only one */
export function mediansOf(count: number, one = 'run'): string {
	return count === 1 ? `a single ${one}` : `medians of ${count} ${one}s (least to most)`;
}

/** How a figure is written: `scale` is what one of the unit is worth in the data. */
export interface Unit {
	symbol: string;
	scale: number;
	decimals: number;
}

export const SECONDS: Unit = { symbol: 's', scale: 1000, decimals: 2 };
export const MILLISECONDS: Unit = { symbol: 'ms', scale: 1, decimals: 2 };
export const MEGABYTES: Unit = { symbol: 'MB', scale: 1024 ** 2, decimals: 0 };

/** @returns "4.18 s" */
export function figure(value: number, { symbol, scale, decimals }: Unit): string {
	return `${(value / scale).toFixed(decimals)} ${symbol}`;
}

/** @returns the median, and the least and the most when they are written otherwise: "4.18 s (4.10 to 4.31)" */
export function medianWithSpread(values: readonly number[], unit: Unit): string {
	const written = (value: number) => (value / unit.scale).toFixed(unit.decimals);
	const [least, most] = [written(Math.min(...values)), written(Math.max(...values))];
	return `${figure(median(values), unit)}${least === most ? '' : ` (${least} to ${most})`}`;
}

/** @param ratio shown with as many decimals as can be told apart; "<0.01x" when it is less than can be shown */
export function asFactor(ratio: number): string {
	if (ratio < 0.005) return '<0.01x';
	return `${ratio.toFixed(ratio < 10 ? 2 : 1)}x`;
}

/** Whether a requirement was met, in words that stand out where it was not. */
export function verdict(isMet: boolean): string {
	return isMet ? 'met' : 'NOT MET';
}

/** @returns a Markdown table whose columns also line up where it is not rendered; all but the first are numbers */
export function renderTable({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
	return markdownTable([columns, ...rows], { align: columns.map((_, index) => (index === 0 ? null : 'right')) });
}
