import path from 'node:path';
import { renderTable, type Bench, type Table } from '../table';
import { altTextOf, type Chart } from './chart';
import { renderSurroundings } from './machine';
import type { MeasuredTable, Results } from './results';

/** Where the charts lie, seen from README.md. */
export const IMAGES = 'docs/images';

/**
 * Above so many programs per core that want to run, every figure is worse than it ought to be. The benches by themselves
 * keep two cores busy at times.
 */
const BUSY_LOAD_PER_CORE = 1.5;

/** A table of the page, with what it was drawn from. */
export interface PageTable {
	name: string;
	measured: MeasuredTable;
	/** undefined when it could not be measured. */
	table: Table | undefined;
}

/**
 * Draws all tables of a run.
 * @param benches in the order of the page; of those that are not in the run nothing is shown
 */
export function tablesOf(results: Results, benches: Record<string, Bench>): PageTable[] {
	return Object.entries(benches).flatMap(([name, bench]) => {
		const measured = results.tables[name];
		if (measured === undefined) return [];
		return [{ name, measured, table: 'data' in measured ? bench.present(measured.data) : undefined }];
	});
}

export function chartsOf(tables: readonly PageTable[]): Chart[] {
	return tables.flatMap(({ table }) => table?.chart ?? []);
}

function image(chart: Chart): string {
	return `![${altTextOf(chart)}](${path.posix.join(IMAGES, chart.file)})`;
}

/** A part of the page that the reader opens; what is shown closed stays short enough to be read on the way. */
function fold(summary: string, ...content: readonly string[]): string[] {
	return ['<details>', `<summary>${summary}</summary>`, ...content, '</details>'];
}

function renderSection({ name, measured, table }: PageTable): string {
	const source = `Measured by \`${measured.command}\`.`;
	if (table === undefined) {
		const reason = 'failure' in measured ? measured.failure : '';
		return [`### Table ${name}`, `This table could not be measured: ${reason}`, source].join('\n\n');
	}
	const { title, notes, chart } = table;
	const content = [renderTable(table), ...notes, source];
	const section =
		chart === undefined
			? fold(title, ...content)
			: [`### ${title}`, image(chart), ...fold('The figures, and how they were measured', ...content)];
	return section.join('\n\n');
}

/** @returns a caution when the machine was busy, else nothing */
export function cautionOf({ machine, tables }: Results): string[] {
	const load = Math.max(...Object.values(tables).map((table) => table.load));
	if (!(load > machine.cores * BUSY_LOAD_PER_CORE)) return [];
	return [`Caution: the machine was busy, with a load of up to ${load.toFixed(1)} on ${machine.cores} cores.`];
}

/** The page: everything between its marks in README.md, drawn from one run. */
export function renderPage(results: Results, tables: readonly PageTable[]): string {
	return [
		renderSurroundings(results),
		...cautionOf(results),
		'Every figure below comes from one run of `npm run bench -- --page`, against a simulator of the gateways on the same ' +
			'machine.',
		...tables.map(renderSection),
	].join('\n\n');
}
