/** How the property tests run: one seed for all of them, every case counted. */
import fc from 'fast-check';

/** What each property goes through at least. */
export const MINIMUM = 1000;

/** What a whole run goes through at least. */
export const TOTAL = 20_000;

/** Cases of each suite; the suite fails when it goes through fewer. */
export const SUITES = {
	addresses: 9500,
	money: 11_000,
	readers: 20_000,
	state: 10_000,
	validation: 8000,
	verification: 14_500,
	waiting: 3000,
} as const;

/** A case takes microseconds; one that takes longer than this has found an expression that backtracks. */
const LONGEST_CASE_MILLISECONDS = 4000;

const TIMEOUT_MILLISECONDS = 120_000;

/** The run's seed: HAILUO_SEED, else the one that jest drew for all its workers. */
export const SEED = readSeed(process.env.HAILUO_SEED);

function readSeed(text: string | undefined): number {
	if (text === undefined || text.trim() === '') return jest.getSeed();
	const seed = Number(text);
	if (Number.isInteger(seed)) return seed;
	throw new Error(`HAILUO_SEED is '${text}'; it takes a whole number`);
}

interface Extent {
	/** Cases; 1,000 unless more are wanted. */
	cases?: number;
	/** Drafts that may be passed over for each case, where a property is about some of them only. */
	passedOver?: number;
}

/** States a property: the check throws for a case that does not have it. */
export type Holds = <Case>(
	title: string,
	cases: fc.Arbitrary<Case>,
	check: (value: Case) => void | Promise<void>,
	extent?: Extent,
) => void;

async function timed(work: () => void | Promise<void>): Promise<void> {
	const start = performance.now();
	await work();
	const took = performance.now() - start;
	if (took > LONGEST_CASE_MILLISECONDS) throw new Error(`One case took ${Math.round(took)} ms`);
}

/**
 * Declares a suite of properties; its last test is that it went through as many cases as SUITES says.
 *
 * @param suite its name there, which is its file's too
 * @param declare states the properties
 */
export function describeProperties(suite: keyof typeof SUITES, declare: (holds: Holds) => void): void {
	let counted = 0;
	let stated = 0;

	const holds: Holds = (title, cases, check, { cases: wanted = MINIMUM, passedOver = 100 } = {}) => {
		stated += wanted;
		test(
			title,
			async () => {
				const property = fc.asyncProperty(cases, (value) => timed(() => check(value)));
				const details = await fc.check(property, { seed: SEED, numRuns: wanted, maxSkipsPerRun: passedOver });
				counted += details.numRuns;
				if (details.failed) {
					throw new Error(`HAILUO_SEED=${SEED} finds this again\n${fc.defaultReportMessage(details)}`, {
						cause: details.errorInstance,
					});
				}
				expect(details.numRuns).toBeGreaterThanOrEqual(MINIMUM);
			},
			TIMEOUT_MILLISECONDS,
		);
	};

	describe(`Properties of ${suite}`, () => {
		declare(holds);

		test(`went through ${SUITES[suite]} cases at least`, () => {
			console.log(
				`Properties of ${suite}: ${counted} cases, seed ${SEED}; again by HAILUO_SEED=${SEED} npm test -- properties/${suite}`,
			);
			expect(counted).toBe(stated);
			expect(counted).toBeGreaterThanOrEqual(SUITES[suite]);
		});
	});
}
