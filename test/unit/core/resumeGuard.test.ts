import { ResumeGuard } from '../../../nodes/Hailuo/core/callback/resumeGuard';

const NOW = Date.UTC(2026, 0, 1);

function woken(...turns: number[]): ResumeGuard {
	const wakings = new ResumeGuard();
	for (const turn of turns) wakings.begin('7 Wait', turn, NOW);
	return wakings;
}

describe('of the callbacks to an execution', () => {
	test('the first wakes it', () => {
		expect(new ResumeGuard().begin('7 Wait', 3, NOW)).toBe(true);
	});

	test('a second that finds it in the same turn does not', () => {
		expect(woken(3).begin('7 Wait', 3, NOW + 9_000)).toBe(false);
	});

	test('one that finds it in a later turn does', () => {
		expect(woken(3).begin('7 Wait', 5, NOW)).toBe(true);
	});

	test('one that had found it in a turn from which it has gone on twice does not put it back there', () => {
		expect(woken(3, 5).begin('7 Wait', 3, NOW)).toBe(false);
	});

	test('one after a wake-up that came to nothing does', () => {
		expect(woken(3).begin('7 Wait', 3, NOW + 10_001)).toBe(true);
	});

	test('those to another execution are not barred', () => {
		expect(woken(3).begin('8 Wait', 3, NOW)).toBe(true);
	});

	test('those to another node of the execution are not barred', () => {
		expect(woken(3).begin('7 Wait again', 1, NOW)).toBe(true);
	});

	test('all wake it where the turn is not known', () => {
		const wakings = woken(3);
		expect([wakings.begin('7 Wait', null, NOW), wakings.begin('7 Wait', null, NOW)]).toEqual([true, true]);
	});
});
