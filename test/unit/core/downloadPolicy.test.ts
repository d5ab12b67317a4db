import {
	DOWNLOAD_PATIENCE,
	pauseBeforeRepeat,
	type DownloadFault,
	type DownloadTries,
} from '../../../nodes/Hailuo/core/http/downloadPolicy';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

function pause(fault: Partial<DownloadFault>, tries: Partial<DownloadTries> = {}, random = 1): number | null {
	return pauseBeforeRepeat(
		{ status: null, retryAfterSeconds: null, ...fault },
		{ failed: 1, elapsed: 0, age: 5 * SECOND, ...tries },
		random,
	);
}

/** When, in milliseconds from the first failure, the tries of a download that fails in the same way begin. */
function triesOf(fault: Partial<DownloadFault>, age: number | null = 0, random = 1): number[] {
	const begun: number[] = [];
	let elapsed = 0;
	for (let failed = 1; ; failed += 1) {
		const wait = pause(fault, { failed, elapsed, age: age === null ? null : age + elapsed }, random);
		if (wait === null) return begun;
		elapsed += wait;
		begun.push(elapsed);
	}
}

describe('a download that fails is tried again', () => {
	const OLD = 48 * HOUR;

	test.each<[string, Partial<DownloadFault>]>([
		['the connection broke', { status: null }],
		['what came was no video', { status: 200 }],
		['the server is not ready', { status: 202 }],
		['there was no content', { status: 204 }],
		['a proxy waited too long', { status: 408 }],
		['it came too early', { status: 425 }],
		['there were too many', { status: 429 }],
		...[500, 502, 503, 504, 520, 599].map((status): [string, Partial<DownloadFault>] => [
			`the server answered ${status}`,
			{ status },
		]),
	])('for a minute and a half where %s, however old the job', (_what, fault) => {
		for (const age of [0, OLD, null])
			expect(triesOf(fault, age).map((at) => at / SECOND)).toEqual([1, 3, 7, 15, 31, 47, 63, 79]);
	});

	test.each([403, 404])('for a minute where a new job is answered %i', (status) => {
		const tries = triesOf({ status }).map((at) => at / SECOND);
		expect(tries).toEqual([1, 3, 7, 15, 31, 47]);
		expect(triesOf({ status }, null)).toEqual(triesOf({ status }));
	});

	test.each([
		['is an hour behind', HOUR],
		['is a day ahead', -24 * HOUR],
	])("also where the provider's clock %s", (_what, age) => {
		expect(triesOf({ status: 404 }, age)).toEqual(triesOf({ status: 404 }));
	});

	test.each([403, 404])('not where an old job is answered %i: its link has expired', (status) => {
		expect(triesOf({ status }, OLD)).toEqual([]);
	});

	test.each([201, 203, 206, 300, 400, 401, 405, 410, 416, 451, Number.NaN])('not where it is answered %d', (status) => {
		expect(triesOf({ status })).toEqual([]);
	});
});

describe('the pause before another try', () => {
	test('is half as long as it may be, or longer, as chance has it', () => {
		expect([0, 0.5, 1].map((random) => pause({}, { failed: 3 }, random))).toEqual([2000, 3000, 4000]);
	});

	test('is never shorter than the server asks, and as spread as ever', () => {
		const fault = { status: 429, retryAfterSeconds: 30 };
		expect([0, 1].map((random) => pause(fault, {}, random))).toEqual([30_500, 31_000]);
	});

	test('that would end after the time for trying is not made', () => {
		const { passing, appearing } = DOWNLOAD_PATIENCE;
		expect(pause({}, { elapsed: passing - 1000 })).toBe(1000);
		expect(pause({}, { elapsed: passing - 999 })).toBeNull();
		expect(pause({ status: 404 }, { elapsed: appearing - 999 })).toBeNull();
		expect(pause({ status: 503, retryAfterSeconds: 3600 })).toBeNull();
	});
});
