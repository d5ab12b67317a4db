import { asFactor, FAILED, median, medianWithSpread, mediansOf, MILLISECONDS, NONE, type Table } from '../table';
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
			"Time of n8n's own loader in a process that has n8n's engine loaded, " +
				`${mediansOf(processes, 'fresh process start')}. n8n loads a community package when it starts, and its own nodes ` +
				'when one is used for the first time; in an n8n at work some of what they need may be there already.',
			...loaded.flatMap(({ label, outcome }) => ('failure' in outcome ? [`${label} failed: ${outcome.failure}`] : [])),
		],
	};
}
