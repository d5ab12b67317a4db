import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { N8nCluster } from '../../tools/host/n8nCluster';
import { ensureN8nHost } from '../../tools/host/n8nHost';
import { Postgres } from '../../tools/host/postgres';
import { Redis } from '../../tools/host/redis';
import { startTogether } from '../../tools/host/startTogether';
import { runStep } from '../../tools/host/steps';
import { startSimulator } from '../../tools/simulator';
import type { SimulatorOptions } from '../../tools/simulator/types';
import { openSuite, packedPackage, suiteFolder, type Suite } from './suite';

/** A real n8n in queue mode; `server` is its main process. */
export interface QueueSuite extends Suite {
	cluster: N8nCluster;
	postgres: Postgres;
	redis: Redis;
}

export interface QueueSuiteOptions {
	simulator?: SimulatorOptions;
	/** Default 2. */
	workers?: number;
	/** Default 1. */
	webhooks?: number;
	/** For all processes of n8n. */
	environment?: Record<string, string>;
}

/** Starts what a queue-mode suite needs; for beforeAll, with close() in afterAll. */
export async function startQueueSuite(options: QueueSuiteOptions = {}): Promise<QueueSuite> {
	const { simulator: simulatorOptions, ...clusterOptions } = options;
	const host = await ensureN8nHost();
	const folder = await suiteFolder();
	const packed = await packedPackage();
	return await startTogether(async (stack) => {
		const simulator = stack.adopt(await startSimulator(simulatorOptions), async (it) => await it.close());
		const logFolder = async (name: string) => await mkdtemp(path.join(folder, `${name}-`));
		const postgres = stack.adopt(await Postgres.start(await logFolder('postgres')), async (it) => await it.remove());
		const redis = stack.adopt(await Redis.start(await logFolder('redis')), async (it) => await it.remove());
		const cluster = stack.adopt(
			await runStep('Starting n8n in queue mode', () =>
				N8nCluster.start(host, { folder, packed, postgres, redis, ...clusterOptions }),
			),
			// Stopping would let workers finish what tests have left running.
			async (it) => await it.kill(),
		);
		const { main: server, webhookUrl } = cluster;
		const suite = await openSuite({ stack, simulator, server, webhookUrl, n8n: cluster });
		// Not by copying, which would make of the log what it is now.
		return Object.assign(suite, { cluster, postgres, redis });
	});
}
