import type { WaitingData, WaitingMeasurement } from './data';
import { presentWaiting } from './present';

const MEGABYTE = 1024 ** 2;

/** Megabytes resident with 0, 100 and 200 executions; the heap is a tenth of them. */
function measured(resident: [number, number, number], reads: number, delaySeconds: number[]): WaitingMeasurement {
	return {
		held: resident.map((megabytes, index) => ({
			waiting: index * 100,
			resident: [megabytes * MEGABYTE],
			heap: [megabytes * 0.1 * MEGABYTE],
		})),
		finished: delaySeconds.map((seconds) => ({ reads, delay: seconds * 1000 })),
	};
}

function aRun(strategies: WaitingData['strategies']): WaitingData {
	return {
		runs: 3,
		counts: [0, 100, 200],
		warmUps: 30,
		sample: 20,
		jobAgeSeconds: 120,
		recheckMinutes: 60,
		pauseSeconds: { poll: 15, builtIn: 15, handBuilt: 15 },
		strategies,
	};
}

const suspended = (most: number) => ({
	label: 'Suspended',
	suspends: true,
	isBuiltIn: false,
	outcome: { value: measured([600, 605, most], 2, [0.05, 0.1, 0.2]) },
});
const builtIn = {
	label: 'Built-in',
	suspends: false,
	isBuiltIn: true,
	outcome: { value: measured([600, 1600, 2600], 10, [7]) },
};
const failing = { label: 'Failing', suspends: false, isBuiltIn: true, outcome: { failure: 'n8n ended' } };

describe('the waiting table', () => {
	it('shows memory, the slope per execution beside that of the built-in node, calls with the create, and delays', () => {
		expect(presentWaiting(aRun([suspended(610), builtIn])).rows).toEqual([
			['Suspended', '600 MB', '605 MB', '610 MB', '0.05 MB', '0.01x', '0.01 MB', '3', '0.10 s (0.05 to 0.20)'],
			['Built-in', '600 MB', '1600 MB', '2600 MB', '10.00 MB', '1.00x', '1.00 MB', '11', '7.00 s'],
		]);
	});

	it('does not pretend to see a slope that is noise', () => {
		const { rows, notes } = presentWaiting(aRun([suspended(590), builtIn]));
		expect(rows.map((row) => [row[4], row[5]])).toEqual([
			['-0.05 MB', '<0.01x'],
			['10.00 MB', '1.00x'],
		]);
		expect(notes.join('\n')).toContain('It is too little to be told from nothing, and so below zero here: met.');
	});

	it('gives no ratios when the built-in node failed', () => {
		const rows = presentWaiting(aRun([suspended(610), failing])).rows;
		expect(rows.map((row) => row[5])).toEqual(['-', '-']);
	});

	it('says in the row and below it what failed, and goes on with the rest', () => {
		const { rows, notes, chart } = presentWaiting(aRun([suspended(610), failing]));
		expect(rows[1]).toEqual(['Failing', 'failed', 'failed', 'failed', '-', '-', '-', '-', '-']);
		expect(notes).toContain('Failing failed: n8n ended');
		expect(new Set(chart!.points.map(({ series }) => series))).toEqual(new Set(['Suspended']));
	});

	it.each([
		[610, '0.050 MB: met'],
		[640, '0.200 MB: NOT MET'],
	])('says of %d MB with 200 suspended ones: %s', (most, words) => {
		expect(presentWaiting(aRun([suspended(most)])).notes.join('\n')).toContain(`It is ${words}.`);
	});

	it('charts megabytes by waiting executions', () => {
		expect(presentWaiting(aRun([builtIn])).chart!.points).toEqual([
			{ series: 'Built-in', x: 0, y: 600 },
			{ series: 'Built-in', x: 100, y: 1600 },
			{ series: 'Built-in', x: 200, y: 2600 },
		]);
	});
});
