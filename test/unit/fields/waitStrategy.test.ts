import { readRelease, readStrategy } from '../../../nodes/Hailuo/fields/form';
import { choicesOf, fill, readerOfAny, shops, visibleNames } from './form';

const OPERATIONS = ['cancel', 'create', 'createAndWait', 'get', 'wait'];
const OF_SUSPEND = ['suspendNotice', 'release'];

describe('the wait strategy', () => {
	test.each(shops)('is a choice of Wait for Video alone at $label', ({ id }) => {
		const having = OPERATIONS.filter((operation) => visibleNames({ provider: id, operation }).includes('waitStrategy'));
		expect(having).toEqual(['wait']);
		expect(choicesOf('waitStrategy', { provider: id, operation: 'wait' })).toEqual(['poll', 'suspend']);
	});

	const shownBy = (values: Record<string, string>) =>
		visibleNames({ operation: 'wait', ...values }).filter((name) => OF_SUSPEND.includes(name));

	test('suspend says how to draw the loop, and asks when to release', () => {
		expect(shownBy({ waitStrategy: 'suspend' })).toEqual(OF_SUSPEND);
		expect(choicesOf('release', { operation: 'wait', waitStrategy: 'suspend' })).toEqual(['together', 'asFinished']);
	});

	test.each([
		['poll', { waitStrategy: 'poll' }],
		['another operation', { operation: 'get', waitStrategy: 'suspend' }],
	])('with %s shows nothing of that, also what is left behind', (_what, values) => {
		expect(shownBy({ release: 'asFinished', ...values })).toEqual([]);
		expect(fill({ operation: 'wait', release: 'asFinished', ...values })).not.toHaveProperty('release');
	});

	test('keeps the fields that both strategies have', () => {
		const [polling, suspended] = ['poll', 'suspend'].map((waitStrategy) =>
			visibleNames({ operation: 'wait', waitStrategy }).filter((name) => !OF_SUSPEND.includes(name)),
		);
		expect(suspended).toEqual(polling);
	});

	test.each([
		['suspend', 'suspend'],
		['poll', 'poll'],
		// What is not known is polled, which needs no wiring.
		['sleep', 'poll'],
		[undefined, 'poll'],
		[null, 'poll'],
		[{}, 'poll'],
	])('%j is read as %s', (value, strategy) => {
		expect(readStrategy(readerOfAny({ waitStrategy: value }))).toBe(strategy);
	});
});

describe('the release', () => {
	const read = (values: Record<string, unknown>) => {
		const problems: string[] = [];
		return { release: readRelease(readerOfAny(values), problems), problems };
	};

	test.each([
		[{}, 'together'],
		[{ release: 'together' }, 'together'],
		[{ release: ' asFinished ' }, 'asFinished'],
	])('of %j is read as %s', (values, release) => {
		expect(read(values)).toEqual({ release, problems: [] });
	});

	test.each([
		[{ release: 'soon' }, `'soon'`],
		[{ release: null }, 'empty'],
		[{ release: ['together'] }, 'a list'],
	])('of %j makes no sense, which is said', (values, word) => {
		expect(read(values)).toEqual({
			release: 'together',
			problems: [`'Release' is ${word}; choose All Together ('together') or As Finished ('asFinished')`],
		});
	});
});
