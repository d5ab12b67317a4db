import {
	asFactor,
	FAILED,
	median,
	medianWithSpread,
	mediansOf,
	NONE,
	NOT_RUN,
	SECONDS,
	type Table,
	verdict,
} from '../table';
import type { BatchCell, BatchData, BatchWay, WayKind } from './data';

/** Of the requirement that many items take hardly longer than one. */
const MANY_ITEMS = 32;
const LARGEST_FACTOR = 1.5;

/** What our node is compared with, at the largest number of items that was measured there. */
const COMPARED: Array<{ kind: WayKind; itemCount: number; column: string }> = [
	{ kind: 'builtIn', itemCount: 8, column: 'Built-in takes, 8 items' },
	{ kind: 'handBuilt', itemCount: 128, column: 'Hand-built takes, 128 items' },
];

const cellOf = ({ cells }: BatchWay, itemCount: number): BatchCell | undefined =>
	cells.find((cell) => cell.itemCount === itemCount);

/** Milliseconds; undefined where there is no time. */
function timeOf(way: BatchWay | undefined, itemCount: number): number | undefined {
	const cell = way && cellOf(way, itemCount);
	return cell && 'value' in cell ? median(cell.value) : undefined;
}

function shown(cell: BatchCell): string {
	if ('notRun' in cell) return NOT_RUN;
	return 'failure' in cell ? FAILED : medianWithSpread(cell.value, SECONDS);
}

function ratio(other: number | undefined, own: number | undefined): string {
	return other === undefined || own === undefined ? NONE : asFactor(other / own);
}

function rowOf(way: BatchWay, ways: readonly BatchWay[]): string[] {
	const compared = COMPARED.map(({ kind, itemCount }) => {
		const other = ways.find((each) => each.kind === kind);
		return ratio(timeOf(other, itemCount), timeOf(way, itemCount));
	});
	return [way.label, ...way.cells.map(shown), ...compared];
}

function factorNote(ways: readonly BatchWay[]): string {
	const factors = ways
		.filter(({ kind }) => kind === 'ours')
		.map((way) => (timeOf(way, MANY_ITEMS) ?? Infinity) / (timeOf(way, 1) ?? 1));
	const largest = Math.max(...factors);
	return (
		`Wanted: ${MANY_ITEMS} items in at most ${asFactor(LARGEST_FACTOR)} the time of one by the Hailuo node. The largest ` +
		`is ${Number.isFinite(largest) ? asFactor(largest) : 'unknown'}: ${verdict(largest <= LARGEST_FACTOR)}.`
	);
}

function failureNotes(ways: readonly BatchWay[]): string[] {
	return ways.flatMap(({ label, cells }) =>
		cells.flatMap((cell) => ('failure' in cell ? [`${label}, ${cell.itemCount} items, failed: ${cell.failure}`] : [])),
	);
}

const pointsOf = (way: BatchWay, itemCounts: readonly number[]) =>
	itemCounts.flatMap((x) => {
		const time = timeOf(way, x);
		return time === undefined ? [] : [{ series: way.label, x, y: time / SECONDS.scale }];
	});

/** Draws the batch table from the data alone. */
export function presentBatch(data: BatchData): Table {
	const { runs, jobSeconds, itemCounts, ways, pauseSeconds } = data;
	const charted = ways.filter(({ kind, label }) => kind !== 'ours' || label === data.chartedLabel);
	return {
		title: `From prompts to video files, jobs of ${jobSeconds} s`,
		columns: [
			'Made by',
			...itemCounts.map((count) => `${count} ${count === 1 ? 'item' : 'items'}`),
			...COMPARED.map(({ column }) => column),
		],
		rows: ways.map((way) => rowOf(way, ways)),
		notes: [
			`Seconds of n8n's own time from start to stop of the execution, ${mediansOf(runs)}. All save the ` +
				`video files, from jobs that take ${jobSeconds} s at a local simulator.`,
			`The Hailuo node takes its first look ${data.firstLooks}, or sooner when Wiro's socket says that a job is over. ` +
				`The built-in node looks at once and then every ${pauseSeconds.builtIn} s, at one item after another. The ` +
				`hand-built loop is HTTP Request, Wait (${pauseSeconds.handBuilt} s, the shortest that tutorials teach), HTTP ` +
				'Request and If, at Apiframe; HTTP Request sends all items side by side, unless Loop Over Items hands it one ' +
				`at a time. The script looks every ${pauseSeconds.script} s, at Apiframe. What is marked "${NOT_RUN}" would ` +
				'sleep through one pause for each item.',
			'The last two columns say how many times as long the built-in node takes for 8 items, and the hand-built loop for 128.',
			'Videos take minutes in real life. Then the pauses matter less, and what remains is whether items are made side ' +
				'by side.',
			factorNote(ways),
			...failureNotes(ways),
		],
		chart: {
			file: 'batch-time.svg',
			title: `From prompts to video files, jobs of ${jobSeconds} s`,
			xTitle: 'Items',
			xScale: 'doubling',
			yTitle: 'Seconds',
			unit: 's',
			points: charted.flatMap((way) => pointsOf(way, itemCounts)),
		},
	};
}
