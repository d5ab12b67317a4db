import { readdirSync } from 'node:fs';
import { basename } from 'node:path';

import { SEED, SUITES, TOTAL } from './run';

describe('the property tests', () => {
	const planned = Object.values(SUITES).reduce((sum, cases) => sum + cases, 0);

	test('are all counted', () => {
		const files = readdirSync(__dirname).filter((file) => file.endsWith('.test.ts') && file !== basename(__filename));
		expect(files.map((file) => file.replace('.test.ts', '')).sort()).toEqual(Object.keys(SUITES).sort());
	});

	test(`go through at least ${TOTAL} cases in all`, () => {
		console.log(`Properties: ${planned} cases at least in ${Object.keys(SUITES).length} suites, seed ${SEED}`);
		expect(planned).toBeGreaterThanOrEqual(TOTAL);
	});
});
