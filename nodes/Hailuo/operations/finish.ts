import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Job } from '../core/job/job';
import { writeJob } from '../core/job/jobFromItem';
import type { DownloadForm, NodeOptions } from '../fields/form';
import { downloadError } from '../io/errors';
import { fileStoreOf } from '../io/innerExecution';
import { isToolRun } from '../io/n8nInternals';
import { downloadVideo } from '../io/downloadVideo';
import { Abandoned, placeOf, type JobResult, type RunContext } from './runContext';

/**
 * Puts a job on an item.
 *
 * @param raw the provider's answer, added when the user wants it
 */
export function toItem(job: Job, itemIndex: number, raw?: unknown): INodeExecutionData {
	const json: IDataObject = { ...writeJob(job) };
	if (raw !== undefined) json.raw = typeof raw === 'object' ? raw : JSON.stringify(raw);
	return { json, pairedItem: { item: itemIndex } };
}

/** What an item's form says of the output. */
export interface OutputSettings {
	options: NodeOptions;
	download: DownloadForm;
}

/**
 * Makes the output of an item whose job was read: with the video when it is there and wanted, and no agent asks.
 *
 * @throws NodeApiError with the job on it when the download fails
 */
export async function finish(
	run: RunContext,
	itemIndex: number,
	{ job, raw }: JobResult,
	{ options, download: { downloadVideo: wanted, outputBinaryProperty } }: OutputSettings,
): Promise<INodeExecutionData> {
	const item = toItem(job, itemIndex, options.includeRaw ? raw : undefined);
	if (!wanted || job.status !== 'succeeded') return item;
	if (isToolRun(run.context)) {
		// n8n gives agents no files, so the download would only cost time, and could fail what the agent does get.
		run.hints.add(itemIndex, `'Download Video' is left out: an AI agent takes no files, and 'videoUrl' is the link`);
		return item;
	}
	if (job.videoUrl === null) throw downloadError(placeOf(run, itemIndex), job, 'The provider gave no link');
	const { videoUrl } = job;
	const download = await downloadVideo(run.context, videoUrl, `${run.adapter.id}-${job.jobId}`, {
		sizeLimit: options.maxVideoSizeMegabytes * 1024 * 1024,
		endedAt: job.completedAt ?? job.createdAt,
		turns: run.downloads,
		storeFile: fileStoreOf(run.context, run.handBack !== null),
		stop: run.stop,
	});
	if (download.ok) return { ...item, binary: { [outputBinaryProperty]: download.binary } };
	if (run.stop.aborted && !run.isStoppedByUser()) throw new Abandoned();
	throw downloadError(placeOf(run, itemIndex), job, download.reason);
}
