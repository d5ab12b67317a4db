/** How much memory n8n needs at the most while one large video is saved as a file, in its filesystem mode. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Suite } from '../../../e2e/support/suite';
import type { WorkflowNode } from '../../host/n8nTypes';
import { measurePeakMemory } from '../../host/peakMemory';
import { runStep } from '../../host/steps';
import { hailuo, items, itemsOf, manualTrigger, VIDEO_FROM_PROMPT, workflowOf } from '../../host/workflows';
import { BUILT_IN_LABEL, builtInNode, connectBuiltIn } from '../alternatives/builtInNode';
import { downloadNode } from '../alternatives/handBuilt';
import { patiently, withSuite } from '../benchSuite';
import { HeapInspector, INSPECTED } from '../heapInspector';
import { attempt, type BenchOptions } from '../table';
import type { Download, VideoMemoryData } from './data';

const MEGABYTE = 1024 ** 2;
const VIDEO_MEGABYTES = 500;
/** Goes through all the code once, so that what is measured is the video and not the loading of the code. */
const WARM_UP_MEGABYTES = 8;
const TRIGGER = 'Start';
const VIDEO = 'Video';
const LONGEST_DOWNLOAD_MS = 180_000;

interface Way {
	label: string;
	node: WorkflowNode;
}

/** The one that needs most comes last: what its memory leaves behind must not be in the others' figures. */
async function waysOf(suite: Suite): Promise<Way[]> {
	const { simulator, credentials } = suite;
	const video = { provider: 'apiframe', operation: 'createAndWait', ...VIDEO_FROM_PROMPT, downloadVideo: true };
	return [
		{ label: 'Hailuo node, Create Video and Wait', node: hailuo(video, credentials, { name: VIDEO }) },
		{
			label: 'HTTP Request node, the download alone',
			node: downloadNode(VIDEO, `${simulator.cdnUrl}/videos/sample.mp4`),
		},
		{ label: BUILT_IN_LABEL, node: builtInNode(VIDEO, await connectBuiltIn(suite)) },
	];
}

/** @returns milliseconds */
async function saveVideo({ client, simulator }: Suite, workflowId: string, megabytes: number): Promise<number> {
	simulator.configure({ videoBytes: megabytes * MEGABYTE });
	const executionId = await client.runWorkflow(workflowId, { trigger: TRIGGER });
	const execution = await patiently(() => client.waitForExecution(executionId, { timeoutMs: LONGEST_DOWNLOAD_MS }));
	const { status, data, startedAt, stoppedAt } = execution;
	const bytes = itemsOf(execution, VIDEO)[0]?.binary?.['data']?.bytes;
	if (status !== 'success' || bytes !== megabytes * MEGABYTE || startedAt === null || stoppedAt === null)
		throw new Error(`${status}, ${bytes ?? 0} bytes saved. ${data.resultData.error?.message ?? ''}`);
	return Date.parse(stoppedAt) - Date.parse(startedAt);
}

async function measureDownload(suite: Suite, inspector: HeapInspector, workflowId: string): Promise<Download> {
	await inspector.collectGarbage();
	const { result, ...memory } = await measurePeakMemory(suite.server.processId, () =>
		saveVideo(suite, workflowId, VIDEO_MEGABYTES),
	);
	// A disk need not hold the videos of all runs.
	await rm(path.join(suite.server.userFolder, '.n8n/storage'), { recursive: true, force: true });
	return { ...memory, milliseconds: result };
}

async function measureWay(suite: Suite, { label, node }: Way, runs: number): Promise<Download[]> {
	const nodes = [manualTrigger(TRIGGER), items([{ prompt: 'A paper boat crosses a puddle at dawn' }]), node];
	const { id } = await suite.client.createWorkflow(workflowOf(label, nodes));
	const inspector = await HeapInspector.connect(suite.server.log);
	try {
		await saveVideo(suite, id, WARM_UP_MEGABYTES);
		const downloads: Download[] = [];
		while (downloads.length < runs) downloads.push(await measureDownload(suite, inspector, id));
		return downloads;
	} finally {
		inspector.close();
	}
}

export async function measureVideoMemory({ runs }: BenchOptions): Promise<VideoMemoryData> {
	const environment = { ...INSPECTED, N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' };
	return withSuite({ simulator: { jobDurationMs: 0 }, environment }, async (suite) => {
		const ways: VideoMemoryData['ways'] = [];
		for (const way of await waysOf(suite)) {
			const step = `${way.label}: ${VIDEO_MEGABYTES} MB, ${runs} times`;
			ways.push({
				label: way.label,
				outcome: await runStep(step, () => attempt(() => measureWay(suite, way, runs))),
			});
		}
		return { runs, videoMegabytes: VIDEO_MEGABYTES, ways };
	});
}
