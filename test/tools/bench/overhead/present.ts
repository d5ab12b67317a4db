import { asFactor, median, medianWithSpread, mediansOf, MILLISECONDS, type Table, verdict } from '../table';
import type { OverheadData, PerItem } from './data';

type Case = OverheadData['cases'][number];

const LARGEST_OVERHEAD_MS = 10;

const inMilliseconds = (value: number) => `${value.toFixed(MILLISECONDS.decimals)} ms`;

function overheads({ pairs }: Case, measure: keyof PerItem): number[] {
	return pairs.map(({ node, undici }) => node[measure] - undici[measure]);
}

function rowOf(each: Case): string[] {
	const node = each.pairs.map((pair) => pair.node.elapsed);
	const undici = each.pairs.map((pair) => pair.undici.elapsed);
	return [
		each.gateway,
		String(each.inFlight),
		inMilliseconds(median(node)),
		inMilliseconds(median(undici)),
		asFactor(median(node) / median(undici)),
		medianWithSpread(overheads(each, 'elapsed'), MILLISECONDS),
		inMilliseconds(median(overheads(each, 'processor'))),
	];
}

/** Draws the overhead table from the data alone. */
export function presentOverhead({ runs, items, cases }: OverheadData): Table {
	const largest = Math.max(...cases.map((each) => median(overheads(each, 'elapsed'))));
	return {
		title: 'What the node adds to each item',
		columns: [
			'Gateway',
			'Requests in flight',
			'Hailuo node',
			'undici alone',
			'Ratio',
			'Overhead per item',
			'Processor time of it',
		],
		rows: cases.map(rowOf),
		notes: [
			`One create and one read per item, ${items} items, a simulator that answers at once, ${mediansOf(runs)}. ` +
				"The node's time is the whole workflow run in n8n-core's engine; undici sends the same bytes again.",
			`Wanted: under ${LARGEST_OVERHEAD_MS} ms per item. The largest is ${inMilliseconds(largest)}: ` +
				`${verdict(largest < LARGEST_OVERHEAD_MS)}.`,
		],
	};
}
