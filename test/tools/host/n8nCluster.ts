import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../support/until';
import { Balancer } from './balancer';
import { loopbackUrl, queueEnvironment, type N8nRole } from './n8nEnvironment';
import type { N8nHost } from './n8nHost';
import { N8nServer } from './n8nServer';
import { installPackage, type PackedPackage } from './packageTarball';
import { freePort } from './ports';
import type { Postgres } from './postgres';
import type { Redis } from './redis';

export interface N8nClusterOptions {
	/** Each process gets a user folder of its own below it, as if each ran on a machine of its own. */
	folder: string;
	packed: PackedPackage;
	postgres: Postgres;
	redis: Redis;
	/** Default 2. */
	workers?: number;
	/** Default 1. With 0 the main process serves production webhooks too; several are behind a balancer without routing. */
	webhooks?: number;
	/** For all processes. */
	environment?: Record<string, string>;
}

/** One turn of a worker at an execution: from its start, or from a resume, to its end or the next suspension. */
export interface Segment {
	worker: N8nServer;
	/** Of the queue; it grows. */
	jobId: number;
	executionId: string;
}

const READINESS = { timeoutMs: 120_000, pauseMs: 250 };
const SEGMENT_START = /Worker started execution (\S+) \(job (\d+)\)/g;

/**
 * A real n8n in queue mode: one main process, workers and webhook processes, which share a PostgreSQL and a Redis and
 * nothing else. The database keeps what was configured, so processes can be stopped, killed and started one by one.
 */
export class N8nCluster {
	private constructor(
		readonly main: N8nServer,
		readonly workers: readonly N8nServer[],
		readonly webhooks: readonly N8nServer[],
		private readonly balancer: Balancer | null,
	) {}

	/**
	 * Installs the package for each process, starts all of them and waits until all are ready.
	 * @throws Error with the end of the log of a process that does not come up
	 */
	static async start(host: N8nHost, options: N8nClusterOptions): Promise<N8nCluster> {
		const { workers = 2, webhooks = 1 } = options;
		const mainPort = await freePort();
		const webhookPorts = await Promise.all(Array.from({ length: webhooks }, async () => await freePort()));
		const balancer = webhookPorts.length > 1 ? await Balancer.start(webhookPorts) : null;
		const environment = {
			...queueEnvironment(loopbackUrl(mainPort), loopbackUrl(balancer?.port ?? webhookPorts[0] ?? mainPort)),
			...options.postgres.n8nEnvironment,
			...options.redis.n8nEnvironment,
			...options.environment,
		};
		const make = async (role: N8nRole, name: string, port?: number): Promise<N8nServer> => {
			const userFolder = await mkdtemp(path.join(options.folder, `${name}-`));
			await installPackage(options.packed, userFolder);
			return new N8nServer(host, { userFolder, environment, role, name, ...(port !== undefined && { port }) });
		};
		const cluster = new N8nCluster(
			await make('main', 'main', mainPort),
			await Promise.all(
				Array.from({ length: workers }, async (_, index) => await make('worker', `worker${index + 1}`)),
			),
			await Promise.all(webhookPorts.map(async (port, index) => await make('webhook', `webhook${index + 1}`, port))),
			balancer,
		);
		await cluster.start();
		return cluster;
	}

	/** The main process first. */
	get processes(): readonly N8nServer[] {
		return [this.main, ...this.webhooks, ...this.workers];
	}

	/** Where production webhooks and waiting executions are reached, without a slash at the end. */
	get webhookUrl(): string {
		return this.balancer === null ? (this.webhooks[0] ?? this.main).url : loopbackUrl(this.balancer.port);
	}

	/** What all processes have printed, one after another. */
	get log(): string {
		return this.processes.map(({ log }) => log).join('');
	}

	/** Starts what is not running. n8n itself lets one process after another bring the database up to date. */
	async start(): Promise<void> {
		const stopped = this.processes.filter(({ isRunning }) => !isRunning);
		const started = await Promise.allSettled(stopped.map(async (process) => await process.start()));
		const failed = started.find((result) => result.status === 'rejected');
		if (failed === undefined) return;
		await this.kill();
		throw failed.reason;
	}

	/**
	 * Waits until all that run can serve again after the database or Redis was away.
	 * @throws Error with the name of one that cannot when the time is up
	 */
	async untilReady(): Promise<void> {
		const running = this.processes.filter(({ isRunning }) => isRunning);
		await Promise.all(
			running.map(async (process) => await until(`${process.name} is ready`, () => process.isReady(), READINESS)),
		);
	}

	/** Ends all processes as a power cut does. */
	async kill(): Promise<void> {
		this.balancer?.close();
		await Promise.all(this.processes.map(async (process) => await process.kill()));
	}

	/** Which workers have run an execution, in order; read from their logs. */
	segmentsOf(executionId: string): Segment[] {
		return this.workers
			.flatMap((worker) =>
				[...worker.log.matchAll(SEGMENT_START)].map(([, id, job]) => ({
					worker,
					executionId: id!,
					jobId: Number(job),
				})),
			)
			.filter((segment) => segment.executionId === executionId)
			.sort((one, other) => one.jobId - other.jobId);
	}
}
