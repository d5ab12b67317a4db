import { BENCHES } from './benches';
import { readSettings } from './settings';

const ALL = Object.keys(BENCHES);

test.each([
	['', { tables: ALL, runs: 3, writesPage: false }],
	['batch', { tables: ['batch'], runs: 3, writesPage: false }],
	['batch waiting --runs 5 --json run.json', { tables: ['batch', 'waiting'], runs: 5, jsonFile: 'run.json' }],
	['--page', { tables: ALL, runs: 3, writesPage: true, fromFile: undefined }],
	['--page --from run.json', { tables: ALL, writesPage: true, fromFile: 'run.json' }],
])('"%s" asks for %j', (line, expected) => {
	expect(readSettings(line.split(' ').filter(Boolean))).toMatchObject(expected);
});

test.each([
	['batches', 'There is no table batches'],
	['--page batch', '--page takes no table'],
	['--runs 0', '--runs takes a whole number, not 0'],
	['--runs many', '--runs takes a whole number, not many'],
])('"%s" is refused: %s', (line, words) => {
	expect(() => readSettings(line.split(' '))).toThrow(words);
});

test('--help asks for the explanation', () => {
	expect(readSettings(['--help'])).toBe('help');
});
