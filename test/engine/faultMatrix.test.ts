/** Every fault at every moment of every operation at every provider: no job is paid for twice, and none is lost. */
import { PROVIDERS } from './stage';
import { OPERATIONS, type Cell } from './faultMatrix/cell';
import { CELLS, CELLS_OF, nameOf } from './faultMatrix/cells';
import { check } from './faultMatrix/check';
import { playAll, type Result } from './faultMatrix/play';

const MINIMUM = 400;

let results = new Map<Cell, Result>();

beforeAll(async () => {
	results = await playAll(CELLS);
}, 900_000);

describe('the matrix', () => {
	test(`has at least ${MINIMUM} cells, each of which was played`, () => {
		expect(results.size).toBe(CELLS.length);
		expect(results.size).toBeGreaterThanOrEqual(MINIMUM);
	});

	test('tells its cells apart', () => {
		expect(new Set(CELLS.map(nameOf)).size).toBe(CELLS.length);
	});

	test.each(PROVIDERS.flatMap((provider) => OPERATIONS.map((operation) => [provider, operation] as const)))(
		'has cells of %s %s',
		(provider, operation) => {
			const own = CELLS.filter((cell) => cell.provider === provider && cell.operation === operation);
			expect(own.length).toBeGreaterThan(0);
		},
	);
});

test.each(CELLS.map((cell) => [nameOf(cell), cell] as const))('%s', (_name, cell) => check(cell, results.get(cell)));

const COUNTS = Object.entries(CELLS_OF).map(([what, cells]) => [cells.length, what, cells] as const);

// The last lines of the list of tests, so that a reader sees how much the matrix holds.
describe('the matrix', () => {
	test.each(COUNTS)('covers %i cells of %s, at every provider', (count, _what, cells) => {
		expect(cells.filter((cell) => results.has(cell))).toHaveLength(count);
		expect(new Set(cells.map(({ provider }) => provider))).toEqual(new Set(PROVIDERS));
	});
});
