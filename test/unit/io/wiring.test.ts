import { findLoopFault, readWiring, starves } from '../../../nodes/Hailuo/io/wiring';

type Lines = Record<string, string[][]>;

/** Connections as n8n keeps them: for each node the nodes each of its outputs leads to. */
function wiringOf(lines: Lines, positions: Record<string, [number, number]> = {}, executionOrder = 'v1') {
	const connections = Object.fromEntries(
		Object.entries(lines).map(([name, outputs]) => [
			name,
			{ main: outputs.map((targets) => targets.map((node) => ({ node, type: 'main', index: 0 }))) },
		]),
	);
	const nodes = Object.fromEntries(Object.entries(positions).map(([name, position]) => [name, { name, position }]));
	const wiring = readWiring(connections, nodes, { executionOrder });
	if (wiring === null) throw new Error('There is no wiring');
	return wiring;
}

describe('the wiring of a workflow', () => {
	test('is unknown where the host does not show it', () => {
		expect(readWiring(undefined, {}, {})).toBeNull();
		expect(readWiring(null, {}, {})).toBeNull();
	});

	test('tells where outputs lead, and where nodes lie', () => {
		const wiring = wiringOf({ Wait: [['Round'], ['After', 'Save']] }, { After: [10, -20] });
		expect(wiring.targets('Wait', 0)).toEqual(['Round']);
		expect(wiring.targets('Wait', 1)).toEqual(['After', 'Save']);
		expect(wiring.targets('Wait', 2)).toEqual([]);
		expect(wiring.followers('Wait')).toEqual(['Round', 'After', 'Save']);
		expect(wiring.position('After')).toEqual([10, -20]);
		expect(wiring.position('Save')).toBeNull();
	});

	test('survives an output that n8n keeps as null', () => {
		const wiring = readWiring({ Wait: { main: [null, [{ node: 'After', type: 'main', index: 0 }]] } }, {}, {});
		expect(wiring?.targets('Wait', 0)).toEqual([]);
		expect(wiring?.targets('Wait', 1)).toEqual(['After']);
	});
});

describe('an output that is to lead back', () => {
	test.each<[string, Lines, ReturnType<typeof findLoopFault>]>([
		['may be dragged right to its own node', { Wait: [['Wait']] }, null],
		['may go over another node', { Wait: [['Round']], Round: [['Wait']] }, null],
		[
			'may branch, if all branches come back',
			{ Wait: [['If']], If: [['One'], ['Two']], One: [['Wait']], Two: [['Wait']] },
			null,
		],
		['may contain a loop of its own', { Wait: [['A']], A: [['B']], B: [['A', 'Wait']] }, null],
		['must be connected', { Wait: [[], ['After']] }, 'unwired'],
		['must be connected where nothing is', {}, 'unwired'],
		['must not lead elsewhere', { Wait: [['After']] }, 'elsewhere'],
		['must not lead elsewhere as well', { Wait: [['Wait', 'After']] }, 'elsewhere'],
		['must not lead elsewhere on a branch further on', { Wait: [['If']], If: [['Wait'], ['Mail']] }, 'elsewhere'],
		['is not judged by the other output', { Wait: [['Wait'], ['After']] }, null],
	])('%s', (_what, lines, fault) => {
		expect(findLoopFault(wiringOf(lines), 'Wait', 0)).toBe(fault);
	});
});

describe('finished items', () => {
	const direct = { Wait: [['Wait'], ['After']] };
	const drawn = { Wait: [['Round'], ['After']], Round: [['Wait']] };
	const at = (after: [number, number], round: [number, number] = [200, 200]) => ({
		Wait: [0, 0] as [number, number],
		After: after,
		Round: round,
	});

	test.each<[string, Lines, Record<string, [number, number]>, boolean]>([
		['flow on above a direct loop', direct, at([200, -10]), false],
		['starve level with a direct loop, which begins further left', direct, at([200, 0]), true],
		['flow on level with a direct loop, but left of it', direct, at([-200, 0]), false],
		['starve below a direct loop', direct, at([200, 10]), true],
		['flow on above the way round', drawn, at([200, 0]), false],
		['starve below the way round', drawn, at([200, 400]), true],
		['flow on level with the way round, left of it', drawn, at([200, 200], [400, 200]), false],
		['starve level with the way round, right of it', drawn, at([400, 200]), true],
		['are not said to starve where positions are unknown', drawn, {}, false],
		['are not said to starve where nothing follows', { Wait: [['Wait'], []] }, at([0, 0]), false],
	])('%s', (_what, lines, positions, starving) => {
		expect(starves(wiringOf(lines, positions), 'Wait', 1, 0)).toBe(starving);
	});

	test('starve when one of their branches lies below', () => {
		const lines = { Wait: [['Round'], ['After', 'Save']], Round: [['Wait']] };
		expect(starves(wiringOf(lines, { ...at([200, 0]), Save: [200, 400] }), 'Wait', 1, 0)).toBe(true);
	});

	test("starve anywhere in n8n's old order, where branches take turns", () => {
		expect(starves(wiringOf(drawn, at([200, 0]), 'v0'), 'Wait', 1, 0)).toBe(true);
		expect(starves(wiringOf({ Wait: [['Wait']] }, at([200, 0]), 'v0'), 'Wait', 1, 0)).toBe(false);
	});
});
