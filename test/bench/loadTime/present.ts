import { asFactor, FAILED, median, medianWithSpread, MILLISECONDS, NONE, type Table } from '../table';
import type { LoadTimeData } from './data';

type Loaded = LoadTimeData['loaded'][number];

const timesOf = (loaded: Loaded | undefined): number[] | undefined =>
	loaded && 'value' in loaded.outcome ? loaded.outcome.value : undefined;

function rowOf(each: Loaded, ours: number[] | undefined): string[] {
	const times = timesOf(each);
	return [
		each.label,
		String(each.nodes),
		String(each.credentials),
		times ? medianWithSpread(times, { ...MILLISECONDS, decimals: 1 }) : FAILED,
		times && ours ? asFactor(median(times) / median(ours)) : NONE,
	];
}

/** Draws the table of load times from the data alone. */
export function presentLoadTime({ processes, loaded }: LoadTimeData): Table {
	const ours = timesOf(loaded[0]);
	return {
		title: 'Time to load in n8n',
		columns: ['Loaded', 'Nodes', 'Credentials', 'Time', 'Beside the package'],
		rows: loaded.map((each) => rowOf(each, ours)),
		notes: [
			`Time of n8n's own loader in a fresh process that has n8n's engine loaded, medians of ${processes} processes (least ` +
				'to most). n8n loads a community package when it starts, and its own nodes when one is used for the first time.',
			...loaded.flatMap(({ label, outcome }) => ('failure' in outcome ? [`${label} failed: ${outcome.failure}`] : [])),
		],
	};
}
