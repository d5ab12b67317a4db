import { attempt, median, medianWithSpread, mediansOf, MEGABYTES, SECONDS } from './table';

describe('figures', () => {
	it.each([
		[[3], 3],
		[[9, 1, 2], 2],
		[[4, 1, 2, 3], 2.5],
	])('the median of %j is %d', (values, expected) => {
		expect(median(values)).toBe(expected);
	});

	it('there is no median of nothing', () => {
		expect(() => median([])).toThrow(RangeError);
	});

	it('carry their spread where one can be seen', () => {
		expect(medianWithSpread([4180, 4100, 4310], SECONDS)).toBe('4.18 s (4.10 to 4.31)');
		expect(medianWithSpread([4180], SECONDS)).toBe('4.18 s');
		expect(
			medianWithSpread(
				[600, 600.2].map((megabytes) => megabytes * MEGABYTES.scale),
				MEGABYTES,
			),
		).toBe('600 MB');
	});
});

test.each([
	[1, 'run', 'a single run'],
	[3, 'job', 'medians of 3 jobs (least to most)'],
])('%d %s are called: %s', (count, one, words) => {
	expect(mediansOf(count, one)).toBe(words);
});

describe('an attempt', () => {
	it('gives the value', async () => {
		expect(await attempt(() => Promise.resolve(1))).toEqual({ value: 1 });
	});

	it('gives the first line of an error, without files of this machine, instead of throwing it', async () => {
		const silenced = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
		const failing = () => Promise.reject(new Error('n8n ended, see its log (/srv/n8n.log):\nthe log'));
		expect(await attempt(failing)).toEqual({ failure: 'n8n ended, see its log:' });
		silenced.mockRestore();
	});
});
