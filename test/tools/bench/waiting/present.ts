import {
	asFactor,
	FAILED,
	figure,
	median,
	medianWithSpread,
	mediansOf,
	MEGABYTES,
	NONE,
	SECONDS,
	type Table,
	type Unit,
	verdict,
} from '../table';
import type { Held, WaitingData, WaitingMeasurement } from './data';

const PER_EXECUTION: Unit = { ...MEGABYTES, decimals: 2 };
const LARGEST_MEGABYTES = 0.1;

type Measure = 'resident' | 'heap';
type Strategy = WaitingData['strategies'][number];

const measurementOf = ({ outcome }: Strategy): WaitingMeasurement | undefined =>
	'value' in outcome ? outcome.value : undefined;

function bytesAt(waiting: number, held: readonly Held[], measure: Measure): number {
	return median(held.find((each) => each.waiting === waiting)?.[measure] ?? []);
}

/** Bytes; the slope from none to most. */
function perExecution({ held }: WaitingMeasurement, counts: readonly number[], measure: Measure): number {
	const most = Math.max(...counts);
	return (bytesAt(most, held, measure) - bytesAt(0, held, measure)) / most;
}

function samplesAt(waiting: number, held: readonly Held[]): string {
	return medianWithSpread(held.find((each) => each.waiting === waiting)?.resident ?? [], MEGABYTES);
}

function rowOf(strategy: Strategy, { counts, strategies }: WaitingData): string[] {
	const measured = measurementOf(strategy);
	if (measured === undefined) return [strategy.label, ...counts.map(() => FAILED), NONE, NONE, NONE, NONE, NONE];
	const { held, finished } = measured;
	const builtIn = strategies.filter(({ isBuiltIn }) => isBuiltIn).map(measurementOf)[0];
	const own = perExecution(measured, counts, 'resident');
	const delays = finished.map(({ delay }) => delay);
	return [
		strategy.label,
		...counts.map((count) => samplesAt(count, held)),
		figure(own, PER_EXECUTION),
		builtIn ? asFactor(own / perExecution(builtIn, counts, 'resident')) : NONE,
		figure(perExecution(measured, counts, 'heap'), PER_EXECUTION),
		String(median(finished.map(({ reads }) => reads + 1))),
		medianWithSpread(delays, SECONDS),
	];
}

/** @param megabytes per execution; infinite when nothing was measured */
function describeSlope(megabytes: number): string {
	if (!Number.isFinite(megabytes)) return 'unknown';
	// What n8n gives back of its start can be more than what its executions hold.
	return megabytes < 0 ? 'too little to be told from nothing, and so below zero here' : `${megabytes.toFixed(3)} MB`;
}

/** Draws the waiting table from the data alone. */
export function presentWaiting(data: WaitingData): Table {
	const { runs, counts, strategies, sample, pauseSeconds } = data;
	const measured = strategies.flatMap((strategy) => {
		const measurement = measurementOf(strategy);
		return measurement ? [{ ...strategy, measurement }] : [];
	});
	const suspended = measured.filter(({ suspends }) => suspends);
	const largest = Math.max(
		...suspended.map(({ measurement }) => perExecution(measurement, counts, 'resident') / MEGABYTES.scale),
	);
	const title = 'Memory of n8n while executions wait';
	return {
		title,
		columns: [
			'Waiting by',
			...counts.map((count) => `${count} waiting`),
			'Per execution',
			'Beside the built-in',
			'JavaScript heap of it',
			'Provider calls per job',
			'Job end to next node',
		],
		rows: strategies.map((strategy) => rowOf(strategy, data)),
		notes: [
			'Production executions of one video each, started by a webhook, in one n8n process for each row. Its memory is ' +
				`what it keeps resident after Node's inspector has collected its garbage, ${mediansOf(runs, 'sample')}, ` +
				`when all executions have settled. Before the first figure ${data.warmUps} executions have run to ` +
				'their end.',
			"What an execution holds as long as it runs is mostly n8n's expression engine, which lies outside the JavaScript " +
				"heap. Of a suspended one n8n keeps its data, as it does with its own Wait node from 65 s on. The hand-built loop's " +
				`Wait of ${pauseSeconds.handBuilt} s stays in memory.`,
			`Calls with the one that makes the job, and seconds from the job's end: ${mediansOf(sample, 'job')}, ` +
				`ended one after another ${data.jobAgeSeconds / 60} minutes or a little more after their creation, while the others ` +
				"wait. The suspended ones hear of it by the gateway's callback; beside that they recheck after a minute and " +
				`then, here, every ${data.recheckMinutes} minutes. At that age the polling Hailuo node looks every ` +
				`${pauseSeconds.poll} s, the built-in node every ${pauseSeconds.builtIn} s, the hand-built loop every ` +
				`${pauseSeconds.handBuilt} s.`,
			`Wanted: under ${LARGEST_MEGABYTES} MB for each suspended execution. It is ${describeSlope(largest)}: ` +
				`${verdict(Number.isFinite(largest) && largest < LARGEST_MEGABYTES)}.`,
			...strategies.flatMap(({ label, outcome }) =>
				'failure' in outcome ? [`${label} failed: ${outcome.failure}`] : [],
			),
		],
		chart: {
			file: 'waiting-memory.svg',
			title,
			xTitle: 'Executions waiting',
			xScale: 'linear',
			yTitle: 'Megabytes resident',
			unit: 'MB',
			points: measured.flatMap(({ label, measurement: { held } }) =>
				held.map(({ waiting, resident }) => ({
					series: label,
					x: waiting,
					y: median(resident) / MEGABYTES.scale,
				})),
			),
		},
	};
}
