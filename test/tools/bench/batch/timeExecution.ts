import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { N8nClient } from '../../host/n8nClient';
import type { Execution } from '../../host/n8nTypes';
import { itemsOf } from '../../host/workflows';
import { patiently } from '../benchSuite';

const SHORTEST_PAUSE_MS = 100;
/** Of the time passed so far: a watcher of long executions must not keep n8n busy. */
const PAUSE_SHARE = 0.01;
const LONGEST_EXECUTION_MS = 300_000;

/** A stored workflow that makes videos. */
export interface VideoWorkflow {
	id: string;
	trigger: string;
	/** The node whose items hold the video files. */
	node: string;
	itemCount: number;
}

async function watchToItsEnd(client: N8nClient, executionId: string): Promise<Execution> {
	const start = performance.now();
	for (let elapsed = 0; elapsed < LONGEST_EXECUTION_MS; elapsed = performance.now() - start) {
		const execution = await patiently(() => client.getExecution(executionId));
		if (execution.stoppedAt !== null) return execution;
		await pause(Math.max(SHORTEST_PAUSE_MS, elapsed * PAUSE_SHARE));
	}
	throw new Error(`Execution ${executionId} is not over after ${LONGEST_EXECUTION_MS / 1000} s`);
}

/**
 * Runs a workflow once and takes its time.
 * @returns milliseconds from n8n's startedAt to its stoppedAt
 * @throws Error when not every item became a video file: a time for anything less would mean nothing
 */
export async function timeExecution(client: N8nClient, workflow: VideoWorkflow): Promise<number> {
	const { id, trigger, node, itemCount } = workflow;
	const execution = await watchToItsEnd(client, await client.runWorkflow(id, { trigger }));
	const videos = itemsOf(execution, node).filter(({ binary }) => binary?.['data'] !== undefined);
	const { startedAt, stoppedAt, status, data } = execution;
	if (status !== 'success' || videos.length !== itemCount || startedAt === null || stoppedAt === null) {
		const message = data.resultData.error?.message ?? '';
		throw new Error(`Execution ${execution.id}: ${videos.length} of ${itemCount} videos, ${status}. ${message}`);
	}
	return Date.parse(stoppedAt) - Date.parse(startedAt);
}
