/**
 * What a waiting execution costs a real n8n: its memory while few and many executions wait, then for some of them the
 * requests that their jobs took and the time from a job's end to the next node.
 */
import { pauseSeconds } from '../../../../nodes/Hailuo/core/waiting/rhythm';
import { providerById } from '../../../../nodes/Hailuo/providers/registry';
import { runStep } from '../../host/steps';
import { BUILT_IN_LABEL, BUILT_IN_PAUSE_SECONDS } from '../alternatives/builtInNode';
import { TAUGHT_PAUSE_SECONDS } from '../alternatives/handBuilt';
import { attempt, type BenchOptions } from '../table';
import type { WaitingData } from './data';
import { JOB_AGE_AT_END_MS, measureStrategy, SAMPLE, WARM_UPS } from './stage';
import { PROVIDER, RECHECK_MINUTES, STRATEGIES } from './strategies';

const COUNTS = [0, 100, 200];

/** More looks than a poll has taken when the jobs are ended: its pauses have grown to the longest by then. */
const MANY_LOOKS = 20;

function longestPollSeconds(): number {
	const shortestPauseSeconds = providerById(PROVIDER)?.shortestPollSeconds ?? 0;
	return pauseSeconds(MANY_LOOKS, { kind: 'polling', shortestPauseSeconds, intervalSeconds: 0 });
}

export async function measureWaiting({ runs }: BenchOptions): Promise<WaitingData> {
	// Side by side, since they sleep nearly all the time; the polls are about to end when the suspended jobs are timed.
	const outcomes = await runStep('Every way to wait, each in an n8n of its own (about 6 minutes)', () =>
		Promise.all(
			STRATEGIES.map((strategy) =>
				attempt(() =>
					measureStrategy(strategy, COUNTS, runs, (progress) =>
						process.stdout.write(`  ${strategy.label}: ${progress}\n`),
					),
				),
			),
		),
	);
	return {
		runs,
		counts: COUNTS,
		warmUps: WARM_UPS,
		sample: SAMPLE,
		jobAgeSeconds: JOB_AGE_AT_END_MS / 1000,
		recheckMinutes: RECHECK_MINUTES,
		pauseSeconds: { poll: longestPollSeconds(), builtIn: BUILT_IN_PAUSE_SECONDS, handBuilt: TAUGHT_PAUSE_SECONDS },
		strategies: STRATEGIES.map(({ label, suspends }, index) => ({
			label,
			suspends,
			isBuiltIn: label === BUILT_IN_LABEL,
			outcome: outcomes[index] ?? { failure: 'not measured' },
		})),
	};
}
