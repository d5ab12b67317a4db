/** How the property tests run: one seed for all of them, a thousand cases and more for each. */
import fc from 'fast-check';

/** What each property goes through at least. */
const MINIMUM = 1000;

/** A case takes microseconds; one that takes longer than this has found an expression that backtracks. */
const LONGEST_CASE_MILLISECONDS = 4000;

const TIMEOUT_MILLISECONDS = 120_000;

/** The run's seed: HAILUO_SEED, else the one that jest drew for all its workers. */
const SEED = readSeed(process.env.HAILUO_SEED);

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

/** Counts the processor's time, which is the same on a busy machine. */
async function timed(work: () => void | Promise<void>): Promise<void> {
	const start = process.cpuUsage();
	await work();
	const { user, system } = process.cpuUsage(start);
	const took = (user + system) / 1000;
	if (took > LONGEST_CASE_MILLISECONDS) throw new Error(`One case took ${Math.round(took)} ms`);
}

/**
 * Declares a suite of properties. Another run with the same HAILUO_SEED draws the same cases.
 *
 * @param declare states the properties
 */
export function describeProperties(suite: string, declare: (holds: Holds) => void): void {
	const holds: Holds = (title, cases, check, { cases: wanted = MINIMUM, passedOver = 100 } = {}) => {
		test(
			title,
			async () => {
				const property = fc.asyncProperty(cases, (value) => timed(() => check(value)));
				const details = await fc.check(property, { seed: SEED, numRuns: wanted, maxSkipsPerRun: passedOver });
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

	describe(`Properties of ${suite}`, () => declare(holds));
}
