/** What the benchmark tables have in common: their shape, their figures and how they are printed. */

export interface BenchOptions {
	/** How often each figure is measured; tables show medians. */
	runs: number;
}

/** One table, with everything needed to print it and to draw it. */
export interface BenchResult {
	title: string;
	columns: readonly string[];
	rows: ReadonlyArray<readonly string[]>;
	/** Sentences below the table: what was measured how, and what was asked of it. */
	notes: readonly string[];
	/** Every single measurement, for charts; goes into the file named by --json. */
	data: unknown;
}

/** A table's module: measures and returns. */
export type Bench = (options: BenchOptions) => Promise<BenchResult>;

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

/** @returns "medians of 3 runs", and what fits when there was only one */
export function mediansOf(runs: number): string {
	return runs === 1 ? 'a single run' : `medians of ${runs} runs`;
}

/** @param milliseconds shown as seconds with two decimals */
export function inSeconds(milliseconds: number): string {
	return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** @param ratio shown with as many decimals as can be told apart */
export function asFactor(ratio: number): string {
	return `${ratio.toFixed(ratio < 10 ? 2 : 1)}x`;
}

/** Whether a requirement was met, in words that stand out where it was not. */
export function verdict(isMet: boolean): string {
	return isMet ? 'met' : 'NOT MET';
}

/** @returns a Markdown table whose columns also line up where it is not rendered; all but the first are numbers */
export function renderTable({ columns, rows }: Pick<BenchResult, 'columns' | 'rows'>): string {
	const widths = columns.map((column, index) =>
		Math.max(3, column.length, ...rows.map((row) => (row[index] ?? '').length)),
	);
	const line = (cells: readonly string[]) =>
		`| ${widths.map((width, index) => (index === 0 ? (cells[index] ?? '').padEnd(width) : (cells[index] ?? '').padStart(width))).join(' | ')} |`;
	const rule = widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
	return [line(columns), line(rule), ...rows.map(line)].join('\n');
}
