import { Rings } from '../../nodes/Hailuo/core/rings';

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 60 * 60 * 1000;

describe('rings of an execution that sleeps on', () => {
	test('add up', () => {
		const rings = new Rings();
		rings.add('7', ['a'], NOW);
		expect([...rings.add('7', ['b', 'c'], NOW + 1)]).toEqual(['a', 'b', 'c']);
	});

	test('count once, however often they come', () => {
		const rings = new Rings();
		rings.add('7', ['a'], NOW);
		expect([...rings.add('7', ['a'], NOW + 1)]).toEqual(['a']);
	});

	test('are not those of another execution', () => {
		const rings = new Rings();
		rings.add('7', ['a'], NOW);
		expect([...rings.add('8', ['b'], NOW)]).toEqual(['b']);
	});

	test('are forgotten an hour after the last of them', () => {
		const rings = new Rings();
		rings.add('7', ['a'], NOW);
		rings.add('8', ['b'], NOW + HOUR + 1);
		expect([...rings.add('7', ['c'], NOW + HOUR + 2)]).toEqual(['c']);
	});

	test('are kept for 5,000 executions, those that rang last', () => {
		const rings = new Rings();
		for (let id = 0; id <= 5_000; id += 1) rings.add(String(id), ['a'], NOW + id);
		expect([...rings.add('1', ['b'], NOW + 6_000)]).toEqual(['a', 'b']);
		expect([...rings.add('0', ['b'], NOW + 6_000)]).toEqual(['b']);
	});
});
