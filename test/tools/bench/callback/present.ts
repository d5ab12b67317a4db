import { asFactor, figure, median, MILLISECONDS, type Table, type Unit, verdict } from '../table';

/** One callback. */
export interface Called {
	/** Milliseconds from the callback to the start of the next node. */
	delay: number;
	/** Milliseconds of n8n's processor time, with what the watching takes. */
	cpu: number;
}

export interface CallbackData {
	calls: number;
	/** Ours first, then n8n's own. */
	ways: Array<{ label: string; calls: Called[] }>;
}

const WHOLE: Unit = { ...MILLISECONDS, decimals: 0 };
const LATEST_MS = 500;
const LARGEST_FACTOR = 2.5;

/** @param share from 0 to 1 */
function percentile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((one, other) => one - other);
	return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN;
}

/** Draws the table of callbacks from the data alone. */
export function presentCallbacks({ calls, ways }: CallbackData): Table {
	const figures = ways.map((way) => {
		const delays = way.calls.map(({ delay }) => delay);
		const cpu = median(way.calls.map((called) => called.cpu));
		return { label: way.label, half: median(delays), most: percentile(delays, 0.95), cpu };
	});
	const floor = figures.at(-1);
	const ours = figures[0];
	const beside = (own: number, other: number | undefined) => asFactor(own / (other ?? Number.NaN));
	const factor = (ours?.most ?? Number.NaN) / (floor?.most ?? Number.NaN);
	return {
		title: 'From a callback to the next node',
		columns: ['Waiting by', 'Half within', '95 % within', "Beside n8n's own", 'Processor time', "Beside n8n's own"],
		rows: figures.map(({ label, half, most, cpu }) => [
			label,
			figure(half, WHOLE),
			figure(most, WHOLE),
			beside(most, floor?.most),
			figure(cpu, WHOLE),
			beside(cpu, floor?.cpu),
		]),
		notes: [
			`${calls} production executions of each kind in one n8n, by turns, each of one video or one call, and each called ` +
				'back when it waits. A callback of ours is handed from the execution that is put aside to the one that waits in its ' +
				"place, which reads the job from the gateway before it goes on; n8n's own Wait node believes what comes.",
			`Wanted: 95 % of ours within ${LATEST_MS} ms, and at most ${LARGEST_FACTOR} times n8n's own: ` +
				`${verdict((ours?.most ?? Infinity) < LATEST_MS && factor <= LARGEST_FACTOR)}.`,
		],
	};
}
