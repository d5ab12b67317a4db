import type { BatchCell, BatchData, WayKind } from './data';
import { presentBatch } from './present';

/** Times in seconds, one list of runs for each number of items. */
function cells(...times: Array<number[] | 'not run' | { failure: string }>): BatchCell[] {
	return times.map((each, index): BatchCell => {
		const itemCount = ITEM_COUNTS[index]!;
		if (each === 'not run') return { itemCount, notRun: true };
		if ('failure' in each) return { itemCount, ...each };
		return { itemCount, value: each.map((seconds) => seconds * 1000) };
	});
}

const ITEM_COUNTS = [1, 8, 32, 128];

const way = (kind: WayKind, label: string, own: BatchCell[]) => ({ kind, label, cells: own });

function aRun(ways: BatchData['ways']): BatchData {
	return {
		runs: 3,
		jobSeconds: 2,
		itemCounts: ITEM_COUNTS,
		ways,
		chartedLabel: 'Hailuo node, Apiframe',
		firstLooks: 'after 2 s at Apiframe',
		pauseSeconds: { builtIn: 15, handBuilt: 15, script: 1 },
	};
}

const RUN = aRun([
	way('ours', 'Hailuo node, Wiro', cells([2], [2], [2], [4])),
	way('ours', 'Hailuo node, Apiframe', cells([4, 3.9, 4.25], [4.2], [5], [8])),
	way('builtIn', 'Built-in', cells([15], [120], 'not run', 'not run')),
	way('handBuilt', 'Loop', cells([16], [16], { failure: 'no videos' }, [24])),
]);

describe('the batch table', () => {
	it('shows medians with their spread, what was not run, what failed, and ratios of the same run', () => {
		expect(presentBatch(RUN).rows).toEqual([
			['Hailuo node, Wiro', '2.00 s', '2.00 s', '2.00 s', '4.00 s', '60.0x', '6.00x'],
			['Hailuo node, Apiframe', '4.00 s (3.90 to 4.25)', '4.20 s', '5.00 s', '8.00 s', '28.6x', '3.00x'],
			['Built-in', '15.00 s', '120.00 s', 'not run', 'not run', '1.00x', '-'],
			['Loop', '16.00 s', '16.00 s', 'failed', '24.00 s', '7.50x', '1.00x'],
		]);
	});

	it('tells below itself what failed, and how many runs there were', () => {
		const notes = presentBatch(RUN).notes.join('\n');
		expect(notes).toContain('Loop, 32 items, failed: no videos');
		expect(notes).toContain('medians of 3 runs');
	});

	it.each([
		[5, '1.25x: met'],
		[7, '1.75x: NOT MET'],
	])('says of 32 items in %d s, beside one in 4 s: %s', (seconds, words) => {
		const { notes } = presentBatch(aRun([way('ours', 'Hailuo node, Apiframe', cells([4], [4], [seconds], [8]))]));
		expect(notes.join('\n')).toContain(`The largest is ${words}.`);
	});

	it('does not call a requirement met whose figure is missing', () => {
		const failed = cells([4], [4], { failure: 'no videos' }, [8]);
		const { notes } = presentBatch(aRun([way('ours', 'Hailuo node, Apiframe', failed)]));
		expect(notes.join('\n')).toContain('The largest is unknown: NOT MET.');
	});

	it('charts every alternative, and our node at one gateway, where there is a time', () => {
		const points = presentBatch(RUN).chart!.points;
		expect(points.filter(({ series }) => series.startsWith('Hailuo node'))).toEqual([
			{ series: 'Hailuo node, Apiframe', x: 1, y: 4 },
			{ series: 'Hailuo node, Apiframe', x: 8, y: 4.2 },
			{ series: 'Hailuo node, Apiframe', x: 32, y: 5 },
			{ series: 'Hailuo node, Apiframe', x: 128, y: 8 },
		]);
		expect(points.filter(({ series }) => series === 'Built-in').map(({ x }) => x)).toEqual([1, 8]);
		expect(points.filter(({ series }) => series === 'Loop').map(({ x }) => x)).toEqual([1, 8, 128]);
	});
});
