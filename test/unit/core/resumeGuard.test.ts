import { ResumeGuard } from '../../../nodes/Hailuo/core/callback/resumeGuard';

const NOW = Date.UTC(2026, 0, 1);

function woken(...turns: number[]): ResumeGuard {
	const guard = new ResumeGuard();
	for (const turn of turns) guard.begin('7 Wait', turn, false, NOW);
	return guard;
}

describe('of the callbacks to an execution', () => {
	test('the first wakes it', () => {
		expect(new ResumeGuard().begin('7 Wait', 3, false, NOW)).toBe(true);
	});

	test('a second that finds it in the same turn does not', () => {
		expect(woken(3).begin('7 Wait', 3, false, NOW + 9_000)).toBe(false);
	});

	test('one that finds it in a later turn does', () => {
		expect(woken(3).begin('7 Wait', 5, false, NOW)).toBe(true);
	});

	test('one that had found it in a turn from which it has gone on twice does not put it back there', () => {
		expect(woken(3, 5).begin('7 Wait', 3, false, NOW)).toBe(false);
	});

	test('one that has been on its way for as long as a request may last does not', () => {
		expect(woken(3).begin('7 Wait', 3, false, NOW + 5 * 60_000)).toBe(false);
	});

	test('one after a wake-up that came to nothing does, if the execution was seen where it was', () => {
		expect(woken(3).begin('7 Wait', 3, true, NOW + 10_001)).toBe(true);
		expect(woken(3).begin('7 Wait', 3, true, NOW + 9_000)).toBe(false);
		expect(woken(3, 5).begin('7 Wait', 3, true, NOW + 60_000)).toBe(false);
	});

	test('are forgotten when no request of that time can be left', () => {
		const guard = woken(3);
		guard.begin('8 Wait', 1, false, NOW + 11 * 60_000);
		expect(guard.begin('7 Wait', 3, false, NOW + 11 * 60_000)).toBe(true);
	});

	test('those to another execution are not barred', () => {
		expect(woken(3).begin('8 Wait', 3, false, NOW)).toBe(true);
	});

	test('those to another node of the execution are not barred', () => {
		expect(woken(3).begin('7 Wait again', 1, false, NOW)).toBe(true);
	});

	test('all wake it where the turn is not known', () => {
		const guard = woken(3);
		expect([guard.begin('7 Wait', null, false, NOW), guard.begin('7 Wait', null, false, NOW)]).toEqual([true, true]);
	});
});
