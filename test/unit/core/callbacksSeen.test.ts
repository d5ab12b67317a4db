import { CallbacksSeen } from '../../../nodes/Hailuo/core/callback/callbacksSeen';

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 60 * 60 * 1000;

describe('rings of an execution that sleeps on', () => {
	test('add up', () => {
		const rings = new CallbacksSeen();
		rings.add('7 Wait', ['a'], NOW);
		expect([...rings.add('7 Wait', ['b', 'c'], NOW + 1)]).toEqual(['a', 'b', 'c']);
	});

	test('count once, however often they come', () => {
		const rings = new CallbacksSeen();
		rings.add('7 Wait', ['a'], NOW);
		expect([...rings.add('7 Wait', ['a'], NOW + 1)]).toEqual(['a']);
	});

	test('are not those of another execution', () => {
		const rings = new CallbacksSeen();
		rings.add('7 Wait', ['a'], NOW);
		expect([...rings.add('8 Wait', ['b'], NOW)]).toEqual(['b']);
	});

	test('are not those of another node of the execution', () => {
		const rings = new CallbacksSeen();
		rings.add('7 Wait', ['a'], NOW);
		expect([...rings.add('7 Wait again', ['b'], NOW)]).toEqual(['b']);
	});

	test('are forgotten an hour after the last of them', () => {
		const rings = new CallbacksSeen();
		rings.add('7 Wait', ['a'], NOW);
		rings.add('8 Wait', ['b'], NOW + HOUR + 1);
		expect([...rings.add('7 Wait', ['c'], NOW + HOUR + 2)]).toEqual(['c']);
	});

	test('are kept for 5,000 sleepers, those that rang last', () => {
		const rings = new CallbacksSeen();
		for (let id = 0; id <= 5_000; id += 1) rings.add(`${id} Wait`, ['a'], NOW + id);
		expect([...rings.add('1 Wait', ['b'], NOW + 6_000)]).toEqual(['a', 'b']);
		expect([...rings.add('0 Wait', ['b'], NOW + 6_000)]).toEqual(['b']);
	});
});
