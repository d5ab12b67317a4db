import { readHandBack, readRelease, readStrategy, WAITING_FIELDS } from '../../../nodes/Hailuo/fields/form';
import { choicesOf, fill, readerOfAny, shops, visibleNames } from './form';

const OPERATIONS = ['cancel', 'create', 'createAndWait', 'get', 'wait'];
const OF_LOOP = ['loopNotice', 'release', 'handBack'];

describe('the wait strategy', () => {
	test.each(shops)('is a choice of the operations that wait at $label, and a loop one of Wait for Video', ({ id }) => {
		const having = OPERATIONS.filter((operation) => visibleNames({ provider: id, operation }).includes('waitStrategy'));
		expect(having).toEqual(['createAndWait', 'wait']);
		expect(choicesOf('waitStrategy', { provider: id, operation: 'createAndWait' })).toEqual(['poll', 'suspend']);
		expect(choicesOf('waitStrategy', { provider: id, operation: 'wait' })).toEqual(['poll', 'suspend', 'loop']);
	});

	const shownBy = (values: Record<string, string>) =>
		visibleNames({ operation: 'wait', ...values }).filter((name) => OF_LOOP.includes(name));

	test('loop says how to draw it, and asks when to release', () => {
		expect(shownBy({ waitStrategy: 'loop' })).toEqual(OF_LOOP);
		expect(choicesOf('release', { operation: 'wait', waitStrategy: 'loop' })).toEqual(['together', 'asFinished']);
	});

	test.each([
		['poll', { waitStrategy: 'poll' }],
		['suspend', { waitStrategy: 'suspend' }],
		['another operation', { operation: 'get', waitStrategy: 'loop' }],
		['Create Video and Wait', { operation: 'createAndWait', waitStrategy: 'loop' }],
	])('with %s shows nothing of that, also what is left behind', (_what, values) => {
		expect(shownBy({ release: 'asFinished', ...values })).toEqual([]);
		expect(fill({ operation: 'wait', release: 'asFinished', ...values })).not.toHaveProperty('release');
	});

	test('keeps the fields that all strategies have, which are those that an inner workflow is given', () => {
		const fields = ['poll', 'suspend', 'loop'].map((waitStrategy) =>
			visibleNames({ operation: 'wait', waitStrategy, downloadVideo: true }).filter((name) => !OF_LOOP.includes(name)),
		);
		expect(fields[1]).toEqual(fields[0]);
		expect(fields[2]).toEqual(fields[0]);
		const ofTheNode = ['provider', 'credential', 'operation', 'jobId', 'waitStrategy'];
		const given = (fields[0] ?? []).filter((name) => !ofTheNode.includes(name));
		expect(given.sort()).toEqual([...WAITING_FIELDS].sort());
	});

	test.each([
		['suspend', 'suspend'],
		['loop', 'loop'],
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
		[{}, 'asFinished'],
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
			release: 'asFinished',
			problems: [`'Release' is ${word}; choose All Together ('together') or As Finished ('asFinished')`],
		});
	});
});

test.each([
	['regularOutput', 'regularOutput'],
	['errorOutput', 'errorOutput'],
	['', null],
	['elsewhere', null],
	[undefined, null],
])('a node that hands back to %j does so to %j', (value, handBack) => {
	expect(readHandBack(readerOfAny({ handBack: value }))).toBe(handBack);
});
