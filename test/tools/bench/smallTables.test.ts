import { presentCallbacks } from './callback/present';
import { presentLoadTime } from './loadTime/present';
import { presentOverhead } from './overhead/present';
import { presentPackageSize } from './packageSize/present';
import { presentVideoMemory } from './videoMemory/present';

const MEGABYTE = 1024 ** 2;

describe('the overhead table', () => {
	const perItem = (elapsed: number, processor: number) => ({ elapsed, processor });
	const table = presentOverhead({
		runs: 2,
		items: 200,
		cases: [
			{
				gateway: 'Apiframe',
				inFlight: 8,
				pairs: [
					{ node: perItem(4, 3), undici: perItem(1, 1) },
					{ node: perItem(6, 5), undici: perItem(1, 1) },
				],
			},
		],
	});

	it('shows both, their ratio and their difference pair by pair', () => {
		expect(table.rows).toEqual([['Apiframe', '8', '5.00 ms', '1.00 ms', '5.00x', '4.00 ms (3.00 to 5.00)', '3.00 ms']]);
	});

	it('compares the largest with what was asked for', () => {
		expect(table.notes.join('\n')).toContain('The largest is 4.00 ms: met.');
	});
});

describe("the table of a large video's memory", () => {
	const download = (rise: number) => ({
		before: 400 * MEGABYTE,
		peak: (400 + rise) * MEGABYTE,
		rise: rise * MEGABYTE,
		milliseconds: 2_000,
	});
	const ours = { label: 'Hailuo', outcome: { value: [download(20), download(30), download(25)] } };

	it('shows the rise, and that of others beside ours', () => {
		const builtIn = { label: 'Built-in', outcome: { value: [download(1_000)] } };
		expect(presentVideoMemory({ runs: 3, videoMegabytes: 500, ways: [ours, builtIn] }).rows).toEqual([
			['Hailuo', '400 MB', '425 MB (420 to 430)', '25 MB (20 to 30)', '1.00x', '2.00 s'],
			['Built-in', '400 MB', '1400 MB', '1000 MB', '40.0x', '2.00 s'],
		]);
	});

	it('says what failed', () => {
		const builtIn = { label: 'Built-in', outcome: { failure: 'error, 0 bytes saved' } };
		const { rows, notes } = presentVideoMemory({ runs: 3, videoMegabytes: 500, ways: [ours, builtIn] });
		expect(rows[1]).toEqual(['Built-in', 'failed', '-', '-', '-', '-']);
		expect(notes).toContain('Built-in failed: error, 0 bytes saved');
	});

	it.each([
		[20, 'It is 20 MB: met.'],
		[70, 'It is 70 MB: NOT MET.'],
	])('says of a rise of %d MB: %s', (rise, words) => {
		const way = { label: 'Hailuo', outcome: { value: [download(rise)] } };
		expect(presentVideoMemory({ runs: 1, videoMegabytes: 500, ways: [way] }).notes.join('\n')).toContain(words);
	});
});

describe('the table of load times', () => {
	it('shows medians of all processes, and others beside the package', () => {
		const loaded = [
			{ label: 'Package', nodes: 2, credentials: 4, outcome: { value: [40, 50, 60] } },
			{ label: 'Other', nodes: 1, credentials: 1, outcome: { value: [100] } },
			{ label: 'Gone', nodes: 1, credentials: 0, outcome: { failure: 'no such file' } },
		];
		const { rows, notes } = presentLoadTime({ processes: 3, loaded });
		expect(rows).toEqual([
			['Package', '2', '4', '50.0 ms (40.0 to 60.0)', '1.00x'],
			['Other', '1', '1', '100.0 ms', '2.00x'],
			['Gone', '1', '0', 'failed', '-'],
		]);
		expect(notes).toContain('Gone failed: no such file');
	});
});

describe('the table of sizes', () => {
	it('counts kilobytes as npm does', () => {
		const size = { packedBytes: 107_400, unpackedBytes: 366_000, files: 100, dependencies: 0 };
		expect(presentPackageSize(size).rows).toEqual([['n8n-nodes-hailuo', '107 kB', '366 kB', '100', '0']]);
	});
});

describe('the table of callbacks', () => {
	const called = (delay: number, cpu: number) => ({ delay, cpu });
	const hundred = (slow: number) => Array.from({ length: 100 }, (_, index) => called(index < 95 ? 100 : slow, 40));
	const floor = { label: 'Wait', calls: Array.from({ length: 100 }, () => called(50, 20)) };

	it("shows half and 95 of a hundred, beside n8n's own in the same run", () => {
		const table = presentCallbacks({ calls: 100, ways: [{ label: 'Hailuo', calls: hundred(900) }, floor] });
		expect(table.rows).toEqual([
			['Hailuo', '100 ms', '100 ms', '2.00x', '40 ms', '2.00x'],
			['Wait', '50 ms', '50 ms', '1.00x', '20 ms', '1.00x'],
		]);
		expect(table.notes.at(-1)).toContain("at most 2.5 times n8n's own: met.");
	});

	it.each([
		['slow', 600, 300],
		['slow beside n8n', 200, 50],
	])('says when ours is too %s', (_what, own, other) => {
		const ways = [own, other].map((delay) => ({ label: 'any', calls: [called(delay, 1)] }));
		expect(presentCallbacks({ calls: 1, ways }).notes.at(-1)).toContain('NOT MET');
	});
});
