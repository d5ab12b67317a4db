import {
	asFactor,
	FAILED,
	median,
	medianWithSpread,
	mediansOf,
	MEGABYTES,
	NONE,
	SECONDS,
	type Table,
	verdict,
} from '../table';
import type { Download, VideoMemoryData } from './data';

const LARGEST_RISE_MEGABYTES = 64;

type Way = VideoMemoryData['ways'][number];

const downloadsOf = (way: Way | undefined): Download[] | undefined =>
	way && 'value' in way.outcome ? way.outcome.value : undefined;

const medianRise = (downloads: readonly Download[]) => median(downloads.map(({ rise }) => rise));

function rowOf(way: Way, ours: Download[] | undefined): string[] {
	const downloads = downloadsOf(way);
	if (downloads === undefined) return [way.label, FAILED, NONE, NONE, NONE, NONE];
	const values = (name: keyof Download) => downloads.map((download) => download[name]);
	return [
		way.label,
		medianWithSpread(values('before'), MEGABYTES),
		medianWithSpread(values('peak'), MEGABYTES),
		medianWithSpread(values('rise'), MEGABYTES),
		ours ? asFactor(medianRise(downloads) / medianRise(ours)) : NONE,
		medianWithSpread(values('milliseconds'), SECONDS),
	];
}

/** Draws the table of a large video's memory from the data alone. */
export function presentVideoMemory({ runs, videoMegabytes, ways }: VideoMemoryData): Table {
	const ours = downloadsOf(ways[0]);
	const rise = ours && medianRise(ours) / MEGABYTES.scale;
	return {
		title: `Memory of n8n while a video of ${videoMegabytes} MB is saved`,
		columns: ['Saved by', 'Before', 'Peak', 'Rise', 'Beside the Hailuo node', 'Execution'],
		rows: ways.map((way) => rowOf(way, ours)),
		notes: [
			`Resident memory of the n8n process in filesystem mode, ${mediansOf(runs)}, one video at a time, ` +
				'after a small one and a sweep of its garbage. The peak is what the kernel noted as the highest. The video is ' +
				'ready when it is asked for; only the HTTP Request node is spared the two calls before the download.',
			`Wanted: a rise of less than ${LARGEST_RISE_MEGABYTES} MB. It is ${rise === undefined ? 'unknown' : `${rise.toFixed(0)} MB`}: ` +
				`${verdict(rise !== undefined && rise < LARGEST_RISE_MEGABYTES)}.`,
			...ways.flatMap(({ label, outcome }) => ('failure' in outcome ? [`${label} failed: ${outcome.failure}`] : [])),
		],
	};
}
