import { compareVersions } from './hosts';
import { writeTable, type VersionResult } from './table';

const RESULTS: VersionResult[] = [
	{
		version: '2.41.1',
		node: '24.21.0',
		outcomes: [{ works: true }, { works: false, message: 'one | two\nthree' }],
	},
	{ version: '2.0.0', problem: 'npm found no such version' },
];

test('the table has a column for each version that was tested, and says why another was not', () => {
	expect(writeTable(['Poll', 'Suspend'], RESULTS, '2026-11-21').split('\n')).toEqual([
		'Tested on 2026-11-21, on a clean n8n with SQLite.',
		'',
		'| n8n     | 2.41.1  |',
		'| ------- | ------- |',
		'| Node    | 24.21.0 |',
		'| Poll    | works   |',
		'| Suspend | fails   |',
		'',
		'- 2.41.1, Suspend: fails: one | two three',
		'- 2.0.0: not tested: npm found no such version',
	]);
});

test('versions are ordered by their numbers, not as text', () => {
	expect(['2.0.3', '1.123.81', '1.78.1', '2.41.1', '2.4.8'].sort(compareVersions)).toEqual([
		'1.78.1',
		'1.123.81',
		'2.0.3',
		'2.4.8',
		'2.41.1',
	]);
});
