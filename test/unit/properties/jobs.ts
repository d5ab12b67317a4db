/** Jobs, failures and outcomes of reads as the adapters give them. */
import fc from 'fast-check';

import { FAILURE_KINDS, type Failure } from '../../../nodes/Hailuo/core/http/http';
import { describeJob, JOB_STATUSES, type Job } from '../../../nodes/Hailuo/core/job/job';
import type { ReadOutcome } from '../../../nodes/Hailuo/core/waiting/waitState';
import { cleanText, describeFailure } from '../../../nodes/Hailuo/core/http/read';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { anyText, hostileText } from './hostile';

/** Text as the readers give it: without blanks around it, and not empty. */
const words = fc
	.oneof(anyText, hostileText)
	.map((text) => text.trim())
	.filter((text) => text !== '');

const shown = words.map((text) => cleanText(text)).filter((text) => text !== '');

const moments = fc
	.date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true })
	.map((date) => date.toISOString());

const amounts = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((amount) => amount + 0);

const urls = fc.webUrl({ withQueryParameters: true });

/** Jobs whose moments are given; any when they are not. */
export function jobs(createdAt: fc.Arbitrary<string> = moments): fc.Arbitrary<Job> {
	return fc
		.record(
			{
				provider: fc.constantFrom(...providers.map(({ id }) => id)),
				jobId: words,
				model: fc.option(words),
				status: fc.constantFrom(...JOB_STATUSES),
				rawStatus: fc.option(words),
				progress: fc.option(fc.integer({ min: 0, max: 100 })),
				videoUrl: fc.option(urls),
				additionalUrls: fc.array(urls, { maxLength: 2 }),
				failure: fc.option(fc.record({ code: fc.option(shown), message: shown })),
				cost: fc.option(fc.record({ amount: amounts, unit: fc.constantFrom('USD', 'credits') })),
				createdAt: fc.option(createdAt),
				completedAt: fc.option(moments),
				expiresAt: fc.option(moments),
				handles: fc.record({ jobToken: words, route: words }, { requiredKeys: [] }),
			},
			{ requiredKeys: ['provider', 'jobId'] },
		)
		.map((known) => describeJob(known));
}

export const failures: fc.Arbitrary<Failure> = fc
	.record({
		kind: fc.constantFrom(...FAILURE_KINDS),
		message: fc.oneof(shown, hostileText),
		code: fc.option(fc.oneof(shown, hostileText)),
		httpStatus: fc.option(fc.integer({ min: 100, max: 599 })),
		retryAfterSeconds: fc.option(fc.oneof(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 3600 }))),
	})
	.map((known) => describeFailure(known));

/** Failures that say of themselves whether something was made. */
export const creationFailures: fc.Arbitrary<Failure> = fc
	.tuple(failures, fc.constantFrom('no' as const, 'maybe' as const))
	.map(([failure, made]) => ({ ...failure, made }));

/** What a read may say. */
export function outcomes(job: fc.Arbitrary<Job>): fc.Arbitrary<ReadOutcome> {
	return fc.oneof(
		job.map((read) => ({ ok: true as const, job: read })),
		failures.map((failure) => ({ ok: false as const, failure })),
	);
}
