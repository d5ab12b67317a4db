import fc from 'fast-check';

import { bindTicket, recordCallback, type Memory } from '../../../nodes/Hailuo/core/callback/repeatedCallbacks';

const DAY = 24 * 60 * 60 * 1000;
const NOW = 1_760_000_000_000;

describe('a callback', () => {
	test('is new once', () => {
		const first = recordCallback([undefined], 'wiro:7:succeeded', NOW);
		expect(first).toEqual({ isNew: true, isTooOld: false, memory: { 'wiro:7:succeeded': NOW } });
		expect(recordCallback([first.memory], 'wiro:7:succeeded', NOW + 1)).toMatchObject({
			isNew: false,
			isTooOld: false,
			memory: first.memory,
		});
	});

	test.each(['wiro:7:failed', 'wiro:8:succeeded', 'apiframe:7:succeeded'])('is another than %s', (key) => {
		expect(recordCallback([{ 'wiro:7:succeeded': NOW }], key, NOW).isNew).toBe(true);
	});

	test('is known when any of the memories holds it, and all are kept in one', () => {
		const memories = [{ a: NOW }, { b: NOW + 1 }];
		expect(recordCallback(memories, 'b', NOW + 2)).toMatchObject({ isNew: false, memory: { a: NOW, b: NOW + 1 } });
		expect(recordCallback(memories, 'c', NOW + 2)).toMatchObject({
			isNew: true,
			memory: { a: NOW, b: NOW + 1, c: NOW + 2 },
		});
	});

	test('is new again after a day', () => {
		expect(recordCallback([{ a: NOW }], 'a', NOW + DAY - 1).isNew).toBe(false);
		expect(recordCallback([{ a: NOW }], 'a', NOW + DAY)).toMatchObject({ isNew: true, memory: { a: NOW + DAY } });
	});

	test('does not live longer by its repeats', () => {
		const { memory } = recordCallback([{ a: NOW }], 'a', NOW + DAY - 1);
		expect(memory).toEqual({ a: NOW });
	});

	test('leaves the memory it was given as it was', () => {
		const memory = Object.freeze({ a: NOW });
		expect(recordCallback([memory], 'b', NOW).memory).not.toBe(memory);
	});
});

describe('the memory', () => {
	test('keeps the latest thousand', () => {
		let memory: Record<string, number> = {};
		for (let index = 0; index < 1002; index += 1) ({ memory } = recordCallback([memory], `key ${index}`, NOW + index));
		expect(Object.keys(memory)).toHaveLength(1000);
		expect([memory['key 0'], memory['key 1'], memory['key 2']]).toEqual([undefined, undefined, NOW + 2]);
	});

	test.each([undefined, null, '', 'a', 7, true, [], [NOW], { a: 'yesterday' }, { a: null }])(
		'%j, which is none, counts as empty',
		(memory) => {
			expect(recordCallback([memory], 'a', NOW)).toMatchObject({ isNew: true, memory: { a: NOW } });
		},
	);

	test.each(['__proto__', 'constructor', 'toString'])('is not misled by a key such as %s', (key) => {
		const first = recordCallback([{}], key, NOW);
		expect(first.isNew).toBe(true);
		expect(recordCallback([first.memory], key, NOW).isNew).toBe(false);
	});
});

describe('what happened', () => {
	test.each([
		['a day ago', DAY, true],
		['a year ago', 365 * DAY, true],
		['a moment less than a day ago', DAY - 1, false],
		['later than now, by a clock that is ahead', -DAY, false],
	])('%s: whether it is too old to be told from a repeat', (_when, age, isTooOld) => {
		expect(recordCallback([{}], 'a', NOW, NOW - age)).toEqual({
			isNew: !isTooOld,
			isTooOld,
			memory: isTooOld ? {} : { a: Math.min(NOW, NOW - age) },
		});
	});

	test('before all that a full memory holds is too old, so that nothing is taken twice once it is full', () => {
		const full = Object.fromEntries(Array.from({ length: 990 }, (_, index) => [`earlier ${index}`, NOW - index]));
		const ages = fc.array(fc.nat(2_000), { minLength: 20, maxLength: 30 });
		fc.assert(
			fc.property(ages, (told) => {
				let memory: Memory = full;
				const taken: number[] = [];
				for (const [turn, age] of [...told, ...told].entries()) {
					const job = turn % told.length;
					const outcome = recordCallback([memory], `job ${job}`, NOW, NOW - age);
					if (outcome.isNew) taken.push(job);
					({ memory } = outcome);
				}
				expect(new Set(taken).size).toBe(taken.length);
			}),
			{ numRuns: 10 },
		);
	});
});

describe('a ticket', () => {
	test('is bound to the first job it comes with, for a day', () => {
		const { memory } = bindTicket([undefined], 't1', 'job-1', NOW);
		const later = (serial: string, jobId: string, age: number) => bindTicket([memory], serial, jobId, NOW + age);
		expect(later('t1', 'job-1', 1)).toEqual({ isForeign: false, isNew: false, memory });
		expect(later('t1', 'job-2', 1)).toEqual({ isForeign: true, isNew: false, memory });
		expect(later('t1', 'job-2', DAY)).toMatchObject({ isForeign: false, isNew: true });
		expect(later('t', '1 job-1', 1)).toMatchObject({ isForeign: false, isNew: true });
		expect(later('t2', 'job-1', 1)).toMatchObject({ isForeign: false, isNew: true });
	});
});
