import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../simulator/types';
import type { Gateway } from './gateways';
import type { N8nClient } from './n8nClient';
import type { ExecutedItem, Execution } from './n8nTypes';
import { itemsOf, runsOf } from './workflows';

const LOOK_EVERY_MS = 100;
const SIGN_OF_LIFE_MS = 10_000;

/** What became of one gateway's video. */
export interface DemoResult {
	gateway: Gateway;
	succeeded: boolean;
	jobId: string;
	/** What happened, in a few words. */
	outcome: string;
	videoFile?: string;
	videoBytes?: number;
}

/** Prints a line with the seconds since the workflow was started. */
export type Narrate = (line: string) => void;

export function narrator(): Narrate {
	const start = Date.now();
	return (line) => {
		const seconds = ((Date.now() - start) / 1000).toFixed(1).padStart(7);
		process.stdout.write(`${seconds} s  ${line}\n`);
	};
}

/** Tells each state of each simulated job once; call it often. */
function simulatorWatch(simulator: Simulator, gateways: readonly Gateway[], narrate: Narrate): () => void {
	const told = new Map<string, string>();
	const knownBefore = new Set(simulator.jobs.map((job) => job.id));
	return () => {
		for (const job of simulator.jobs) {
			const gateway = gateways.find(({ provider }) => provider === job.provider);
			const phase = simulator.phaseOf(job.id);
			if (gateway === undefined || knownBefore.has(job.id) || told.get(job.id) === phase) continue;
			told.set(job.id, phase);
			narrate(`${gateway.label.padEnd(10)} job ${job.id} is ${phase} at the gateway`);
		}
	};
}

function describeError(item: ExecutedItem): string {
	const { error } = item.json;
	if (typeof error === 'string') return error;
	if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
	return item.json['failure'] ? JSON.stringify(item.json['failure']) : 'no video was made';
}

async function saveVideo(
	client: N8nClient,
	gateway: Gateway,
	item: ExecutedItem,
	folder: string,
): Promise<Partial<DemoResult>> {
	const binaryId = item.binary?.['data']?.id;
	if (binaryId === undefined) return {};
	const bytes = await client.downloadBinary(binaryId);
	const safeJobId = String(item.json['jobId']).replace(/[^\w-]+/g, '_');
	const videoFile = path.join(folder, `${gateway.provider}-${safeJobId}.mp4`);
	await mkdir(folder, { recursive: true });
	await writeFile(videoFile, bytes);
	return { videoFile, videoBytes: bytes.length };
}

async function resultOf(
	client: N8nClient,
	gateway: Gateway,
	execution: Execution,
	folder: string,
): Promise<DemoResult> {
	const [item] = itemsOf(execution, gateway.label);
	if (item === undefined) {
		const message = execution.data.resultData.error?.message ?? `the workflow ended as ${execution.status}`;
		return { gateway, succeeded: false, jobId: '', outcome: message };
	}
	const saved = await saveVideo(client, gateway, item, folder);
	const succeeded = item.json['status'] === 'succeeded' && saved.videoFile !== undefined;
	return {
		gateway,
		succeeded,
		jobId: typeof item.json['jobId'] === 'string' ? item.json['jobId'] : '',
		outcome: succeeded ? 'succeeded' : describeError(item),
		...saved,
	};
}

/**
 * Follows an execution whose nodes bear the gateways' labels to its end, telling what can be seen: the states of simulated
 * jobs as they change, and each node's result as soon as n8n has stored it.
 * @returns one result for each gateway, its video saved into the folder
 */
export async function watchExecution(
	client: N8nClient,
	executionId: string,
	gateways: readonly Gateway[],
	simulator: Simulator,
	folder: string,
	narrate: Narrate,
): Promise<DemoResult[]> {
	const results = new Map<Gateway, DemoResult>();
	const tellStates = simulatorWatch(simulator, gateways, narrate);
	let lastWord = Date.now();
	for (;;) {
		tellStates();
		const execution = await client.getExecution(executionId);
		const isOver = execution.stoppedAt !== null;
		for (const gateway of gateways) {
			const hasRun = runsOf(execution, gateway.label).length > 0;
			if (results.has(gateway) || (!hasRun && !isOver)) continue;
			tellStates();
			const result = await resultOf(client, gateway, execution, folder);
			results.set(gateway, result);
			const saved = result.videoFile ? `, ${result.videoBytes} bytes in ${result.videoFile}` : '';
			narrate(`${gateway.label.padEnd(10)} ${result.jobId ? `job ${result.jobId}: ` : ''}${result.outcome}${saved}`);
			lastWord = Date.now();
		}
		if (isOver) return gateways.map((gateway) => results.get(gateway)!);
		if (Date.now() - lastWord > SIGN_OF_LIFE_MS) {
			const current = gateways.find((gateway) => !results.has(gateway));
			narrate(`${current?.label.padEnd(10) ?? ''} n8n is waiting for the video`);
			lastWord = Date.now();
		}
		await pause(LOOK_EVERY_MS);
	}
}
