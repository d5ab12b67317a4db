import { benchOf, type Table } from '../table';
import { renderPage, tablesOf } from './page';
import type { MeasuredTable, Results } from './results';

const TABLE: Table = {
	title: 'Size of the package',
	columns: ['Package', 'Tarball'],
	rows: [['n8n-nodes-hailuo', '107 kB']],
	notes: ['As npm packs it.'],
};

const CHARTED: Table = {
	...TABLE,
	title: 'Time',
	chart: {
		file: 'time.svg',
		title: 'Time',
		xTitle: 'Items',
		xScale: 'linear',
		yTitle: 'Seconds',
		unit: 's',
		points: [{ series: 'Node', x: 1, y: 2 }],
	},
};

/** Benches that draw whatever table was "measured". */
const bench = benchOf<Table>(
	() => Promise.reject(new Error('a page is drawn without measuring')),
	(data) => data,
);
const BENCHES = { time: bench, size: bench };

function aTable(changes: Partial<MeasuredTable> & ({ data: unknown } | { failure: string })): MeasuredTable {
	return { command: 'npm run bench -- size --runs 3', load: 0.5, seconds: 1, ...changes };
}

function aRun(tables: Record<string, MeasuredTable>): Results {
	return {
		date: '2026-11-21',
		machine: { cpu: 'A processor', cores: 2, memoryGigabytes: 24, system: 'Linux 6' },
		versions: { 'n8n-nodes-hailuo': '0.1.0', n8n: '2.41.1', Node: '24.21.0' },
		commit: '0c146a7',
		tables,
	};
}

const pageOf = (results: Results) => renderPage(results, tablesOf(results, BENCHES));

describe('the page', () => {
	it('shows each table with its notes and its own command', () => {
		expect(pageOf(aRun({ size: aTable({ data: TABLE }) }))).toContain(
			[
				'<details>',
				'',
				'<summary>Size of the package</summary>',
				'',
				'| Package          | Tarball |',
				'| ---------------- | ------: |',
				'| n8n-nodes-hailuo |  107 kB |',
				'',
				'As npm packs it.',
				'',
				'Measured by `npm run bench -- size --runs 3`.',
				'',
				'</details>',
			].join('\n'),
		);
	});

	it('keeps the order of the tables, and shows nothing that is not in the run', () => {
		const both = aRun({ size: aTable({ data: TABLE }), time: aTable({ data: CHARTED }) });
		expect([...pageOf(both).matchAll(/^### .+$|<summary>.+$/gm)].map(([line]) => line)).toEqual([
			'### Time',
			'<summary>The figures, and how they were measured</summary>',
			'<summary>Size of the package</summary>',
		]);
		expect(pageOf(aRun({ size: aTable({ data: TABLE }) }))).not.toContain('### Time');
	});

	it('says of a table that could not be measured why', () => {
		const page = pageOf(
			aRun({ time: aTable({ failure: 'n8n ended while starting.' }), size: aTable({ data: TABLE }) }),
		);
		expect(page).toContain('### Table time\n\nThis table could not be measured: n8n ended while starting.');
		expect(page).toContain('<summary>Size of the package</summary>');
	});

	it.each([
		[2.9, false],
		[3.1, true],
	])('with a load of %d on 2 cores cautions: %s', (load, cautions) => {
		const page = pageOf(aRun({ size: aTable({ data: TABLE, load }) }));
		expect(page.includes('Caution: the machine was busy')).toBe(cautions);
	});
});
