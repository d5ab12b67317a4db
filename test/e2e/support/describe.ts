import { BROWSER_PACKAGES, findBrowser } from '../../tools/host/browser';
import { missingQueuePrograms, QUEUE_PACKAGES } from '../../tools/host/queuePrograms';

/** In CI the absence of a test must not pass for its success. */
function describeUnlessMissing(
	title: string,
	tests: () => void,
	missing: readonly string[],
	packages: readonly string[],
): void {
	if (missing.length === 0) {
		describe(title, tests);
		return;
	}
	const reason = `${missing.join(' and ')} could not be found on this machine, nor be installed`;
	if (process.env['CI']) {
		test(title, () => {
			throw new Error(`This was not tested: ${reason}`);
		});
		return;
	}
	process.stdout.write(`\nNOT TESTED: ${title}. ${reason}. On Debian: apt-get install ${packages.join(' ')}\n\n`);
	describe.skip(`${title} (not tested: ${reason})`, tests);
}

/**
 * A `describe` of what needs queue mode. Without PostgreSQL and Redis it is skipped and says so; in CI that is a failure.
 */
export function describeInQueueMode(title: string, tests: () => void): void {
	describeUnlessMissing(title, tests, missingQueuePrograms(), QUEUE_PACKAGES);
}

/** A `describe` of what needs a browser. Without Chromium it is skipped and says so; in CI that is a failure. */
export function describeInBrowser(title: string, tests: () => void): void {
	describeUnlessMissing(title, tests, findBrowser() === undefined ? ['Chromium'] : [], BROWSER_PACKAGES);
}
