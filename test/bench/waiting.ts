/**
 * What a waiting execution costs a real n8n: its memory while 0, 100 and 300 executions wait, then for some of them the
 * requests that their jobs took and the time from a job's end to the next node.
 */
import { runStep } from '../host/steps';
import { type Bench, inSeconds, median, verdict } from './table';
import { type Held, JOB_AGE_AT_END_MS, type Measured, measureStrategy, SAMPLE, WARM_UPS } from './waitingStage';
import { RECHECK_MINUTES, STRATEGIES } from './waitingStrategies';

const MOST = 300;
const WAITING_COUNTS = [0, 100, MOST];
const MEGABYTE = 1024 ** 2;
const LARGEST_MEGABYTES = 0.1;

type Measure = 'resident' | 'heap';

function megabytesAt(waiting: number, held: readonly Held[], measure: Measure): number {
	return median(held.find((each) => each.waiting === waiting)?.[measure] ?? []) / MEGABYTE;
}

function perExecution({ held }: Measured, measure: Measure): number {
	return (megabytesAt(MOST, held, measure) - megabytesAt(0, held, measure)) / MOST;
}

const inMegabytes = (value: number, decimals = 0) => `${value.toFixed(decimals)} MB`;

function rowOf(measured: Measured): string[] {
	const { strategy, held, finished } = measured;
	const delays = finished.map(({ delay }) => delay);
	return [
		strategy.label,
		...WAITING_COUNTS.map((count) => inMegabytes(megabytesAt(count, held, 'resident'))),
		inMegabytes(perExecution(measured, 'resident'), 2),
		inMegabytes(perExecution(measured, 'heap'), 2),
		String(median(finished.map(({ reads }) => reads))),
		inSeconds(median(delays)),
		inSeconds(Math.max(...delays)),
	];
}

export const waiting: Bench = async ({ runs }) => {
	// Side by side, since they sleep nearly all the time; the polls are about to end when the suspended jobs are timed.
	const all = await runStep('Every way to wait, each in an n8n of its own (about 7 minutes)', () =>
		Promise.all(
			STRATEGIES.map((strategy) =>
				measureStrategy(strategy, WAITING_COUNTS, runs, (progress) =>
					process.stdout.write(`  ${strategy.label}: ${progress}\n`),
				),
			),
		),
	);
	const suspended = all.filter(({ strategy }) => strategy.suspends).map((each) => perExecution(each, 'resident'));
	const largest = Math.max(...suspended);
	return {
		title: 'Memory of n8n while executions wait',
		columns: [
			'Waiting by',
			...WAITING_COUNTS.map((count) => `${count} waiting`),
			'Per execution',
			'JavaScript heap of it',
			'Requests per job',
			'Job end to next node',
			'At most',
		],
		rows: all.map(rowOf),
		notes: [
			'Production executions of one video each, started by a webhook, in one n8n process for each row. Its memory is ' +
				"what it keeps resident after Node's inspector has collected its garbage, median of " +
				`${runs} samples, when all executions have settled (suspended ones are past their first recheck). ` +
				`Before the first figure ${WARM_UPS} executions have run to their end.`,
			"What an execution holds as long as it runs is mostly n8n's expression engine, which lies outside the JavaScript " +
				'heap. Of a suspended one n8n keeps its data, as it does with its own Wait node.',
			`Requests after the one that makes the job, and times from the job's end: medians of ${SAMPLE} jobs, ended one ` +
				`after another ${JOB_AGE_AT_END_MS / 60_000} minutes or a little more after their creation, while the others ` +
				"wait. The suspended ones hear of it by the gateway's callback; beside that they recheck after a minute and " +
				`then, here, every ${RECHECK_MINUTES} minutes. The polls look every 15 s at that age.`,
			`Wanted: under ${LARGEST_MEGABYTES} MB for each suspended execution. It is ${inMegabytes(largest, 3)}: ` +
				`${verdict(largest < LARGEST_MEGABYTES)}.`,
		],
		data: {
			unit: 'bytes, and milliseconds',
			strategies: all.map(({ strategy, held, finished }) => ({ strategy: strategy.id, held, finished })),
		},
	};
};
