import { mkdir, rm } from 'node:fs/promises';
import { request } from 'undici';
import { loopbackUrl, n8nEnvironment, roleEnvironment, type N8nRole } from './n8nEnvironment';
import type { N8nHost } from './n8nHost';
import { assertPortIsFree, freePort } from './ports';
import { ServerProcess } from './serverProcess';

export interface N8nServerOptions {
	/** Holds `.n8n`: database, settings, installed packages, binary data. Made when missing. */
	userFolder: string;
	/** Port of editor, REST and webhooks; of a worker's health. A free one when left out. It stays the same over restarts. */
	port?: number;
	/** Added to, and stronger than, the environment n8n gets anyway; nothing else is inherited. */
	environment?: Record<string, string>;
	/** How long a start may take. Default four and a half minutes: the first one reads n8n from a cold disk and makes the database. */
	startTimeoutMs?: number;
	/** Default main. */
	role?: N8nRole;
	/** As messages call it; default n8n. */
	name?: string;
}

const DEFAULT_START_TIMEOUT_MS = 270_000;
const COMMANDS: Record<N8nRole, string> = { main: 'start', worker: 'worker', webhook: 'webhook' };

/** A real n8n process, with embedded SQLite unless the environment names another database. */
export class N8nServer {
	readonly userFolder: string;
	readonly name: string;
	readonly role: N8nRole;
	readonly #process: ServerProcess;
	#port: number | undefined;

	/** It runs after start(). */
	constructor(
		private readonly host: N8nHost,
		private readonly options: N8nServerOptions,
	) {
		this.userFolder = options.userFolder;
		this.name = options.name ?? 'n8n';
		this.role = options.role ?? 'main';
		this.#process = new ServerProcess(this.name, options.userFolder, 'n8n');
		this.#port = options.port;
	}

	/**
	 * Starts n8n and waits until it answers.
	 * @throws PortTaken; Error with the end of n8n's log when it does not come up
	 */
	static async start(host: N8nHost, options: N8nServerOptions): Promise<N8nServer> {
		const server = new N8nServer(host, options);
		await server.start();
		return server;
	}

	/** Without a slash at the end. */
	get url(): string {
		return loopbackUrl(this.port);
	}

	get port(): number {
		if (this.#port === undefined) throw new Error(`${this.name} was not started`);
		return this.#port;
	}

	get processId(): number {
		return this.#process.processId;
	}

	get isRunning(): boolean {
		return this.#process.isRunning;
	}

	get logFile(): string {
		return this.#process.logFile;
	}

	/** What n8n printed since the first start. */
	get log(): string {
		return this.#process.log;
	}

	/** Starts n8n again on the same folder and port, after stop or kill. */
	async start(): Promise<void> {
		await mkdir(this.userFolder, { recursive: true });
		if (this.#port === undefined) this.#port = await freePort();
		else await assertPortIsFree(this.#port);
		const launch = {
			command: this.host.nodeBinary,
			args: [this.host.command, COMMANDS[this.role]],
			environment: {
				...n8nEnvironment(this.userFolder, this.#port, await freePort()),
				...roleEnvironment(this.role, this.#port),
				...this.options.environment,
			},
			workingFolder: this.userFolder,
		};
		const timeoutMs = this.options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS;
		await this.#process.start(launch, async () => await this.isReady(), timeoutMs);
	}

	/** Asks n8n to end, as a service manager does, and kills it when it takes too long. */
	async stop(): Promise<void> {
		await this.#process.stop();
	}

	/** Ends n8n and its task runners at once, as a crash or a power cut does. */
	async kill(): Promise<void> {
		await this.#process.kill();
	}

	/** Resolves when the running n8n ends, whoever ended it. */
	get ended(): Promise<void> {
		return this.#process.ended;
	}

	/** Removes the user folder. */
	async remove(): Promise<void> {
		await this.stop();
		await rm(this.userFolder, { recursive: true, force: true, maxRetries: 3 });
	}

	/** Whether it says of itself that it can serve; it needs its database for that, a worker Redis as well. */
	async isReady(): Promise<boolean> {
		try {
			const response = await request(`${this.url}/healthz/readiness`, { headersTimeout: 5_000 });
			await response.body.dump();
			return response.statusCode === 200;
		} catch {
			return false;
		}
	}
}
