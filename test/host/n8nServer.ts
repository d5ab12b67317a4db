import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, rmSync, writeFileSync, type WriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import type { N8nHost } from './n8nHost';
import { searchPath } from './paths';
import { assertPortIsFree, freePort } from './ports';
import { type Memory, memoryOf } from './processTree';
import { PASSED_SIGNALS } from './steps';

export interface N8nServerOptions {
	/** Holds `.n8n`: database, settings, installed packages, binary data. Made when missing. */
	userFolder: string;
	/** Port of editor, REST and webhooks; a free one when left out. It stays the same over restarts. */
	port?: number;
	/** Added to, and stronger than, the environment n8n gets anyway; nothing else is inherited. */
	environment?: Record<string, string>;
	/** How long a start may take. Default three minutes: the first one makes the database. */
	startTimeoutMs?: number;
}

const LOOPBACK = '127.0.0.1';
const DEFAULT_START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 40_000;
const KEPT_LOG_CHARACTERS = 2_000_000;
const SHOWN_LOG_LINES = 40;

/** Quiet, on loopback, and calling nobody: everything n8n's configuration knows that would speak to n8n's own servers is off. */
function baseEnvironment(userFolder: string, port: number, brokerPort: number): Record<string, string> {
	const url = `http://${LOOPBACK}:${port}/`;
	return {
		PATH: searchPath(),
		HOME: userFolder,
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		N8N_HOST: LOOPBACK,
		N8N_LISTEN_ADDRESS: LOOPBACK,
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_RUNNERS_BROKER_LISTEN_ADDRESS: LOOPBACK,
		WEBHOOK_URL: url,
		N8N_WEBHOOK_URL: url,
		N8N_EDITOR_BASE_URL: url,
		N8N_ENCRYPTION_KEY: 'hailuo-test-host',
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		// Its catalogue is fetched from n8n's servers; packages that lie in the user folder load all the same.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		// Fetches a list of MCP servers from n8n's servers at every start.
		N8N_DISABLED_MODULES: 'mcp-registry',
		N8N_PYTHON_ENABLED: 'false',
		EXTERNAL_FRONTEND_HOOKS_URLS: '',
		GENERIC_TIMEZONE: 'UTC',
		TZ: 'UTC',
		NO_COLOR: '1',
	};
}

/** A real n8n process with embedded SQLite. */
export class N8nServer {
	readonly userFolder: string;
	readonly logFile: string;
	#process: ChildProcess | undefined;
	#exit: Promise<void> = Promise.resolve();
	#log = '';
	#port: number | undefined;

	private constructor(
		private readonly host: N8nHost,
		private readonly options: N8nServerOptions,
	) {
		this.userFolder = options.userFolder;
		this.logFile = path.join(options.userFolder, 'n8n.log');
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
		return `http://${LOOPBACK}:${this.port}`;
	}

	get port(): number {
		if (this.#port === undefined) throw new Error('n8n was not started');
		return this.#port;
	}

	get processId(): number {
		if (this.#process?.pid === undefined) throw new Error('n8n is not running');
		return this.#process.pid;
	}

	/** What n8n printed since the first start. */
	get log(): string {
		return this.#log;
	}

	/** Starts n8n again on the same folder and port, after stop or kill. */
	async start(): Promise<void> {
		if (this.#process !== undefined) throw new Error('n8n is already running');
		await mkdir(this.userFolder, { recursive: true });
		if (this.#port === undefined) this.#port = await freePort();
		else await assertPortIsFree(this.#port);
		const environment = {
			...baseEnvironment(this.userFolder, this.#port, await freePort()),
			...this.options.environment,
		};
		this.#spawn(environment);
		await this.#waitUntilReady();
	}

	/** Asks n8n to end, as a service manager does, and kills it when it takes too long. */
	async stop(): Promise<void> {
		if (this.#process === undefined) return;
		this.#process.kill('SIGTERM');
		const ended = await Promise.race([this.#exit.then(() => true), pause(STOP_TIMEOUT_MS, false, { ref: false })]);
		if (!ended) await this.kill();
		else this.#killGroup();
		this.#process = undefined;
	}

	/** Ends n8n and its task runners at once, as a crash or a power cut does. */
	async kill(): Promise<void> {
		if (this.#process === undefined) return;
		this.#killGroup();
		await this.#exit;
		this.#process = undefined;
	}

	/** Resolves when the running n8n ends, whoever ended it. */
	get ended(): Promise<void> {
		return this.#exit;
	}

	async memory(): Promise<Memory> {
		return memoryOf(this.processId);
	}

	/** Removes the user folder. */
	async remove(): Promise<void> {
		await this.stop();
		await rm(this.userFolder, { recursive: true, force: true, maxRetries: 3 });
	}

	#spawn(environment: Record<string, string>): void {
		const child = spawn(this.host.nodeBinary, [this.host.command, 'start'], {
			cwd: this.userFolder,
			env: environment,
			stdio: ['ignore', 'pipe', 'pipe'],
			// A group of its own, so that its task runners can be ended with it.
			detached: true,
		});
		const logStream = createWriteStream(this.logFile, { flags: 'a' });
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (text: string) => this.#keepLog(text, logStream));
		}
		const noteFile = path.join(this.userFolder, 'n8n.pid');
		writeFileSync(noteFile, String(child.pid));
		const stopGuarding = this.#guardAgainstOrphan();
		this.#exit = once(child, 'close').then(() => {
			stopGuarding();
			rmSync(noteFile, { force: true });
			logStream.end();
		});
		this.#process = child;
	}

	/** n8n must not outlive this process. Who handles a signal itself also stops n8n itself, and may do so gently. */
	#guardAgainstOrphan(): () => void {
		const onExit = () => this.#killGroup();
		const onSignal = (signal: NodeJS.Signals) => {
			if (process.listenerCount(signal) > 1) return;
			this.#killGroup();
			process.off(signal, onSignal);
			process.kill(process.pid, signal);
		};
		process.on('exit', onExit);
		PASSED_SIGNALS.forEach((signal) => process.on(signal, onSignal));
		return () => {
			process.off('exit', onExit);
			PASSED_SIGNALS.forEach((signal) => process.off(signal, onSignal));
		};
	}

	#keepLog(text: string, logStream: WriteStream): void {
		this.#log = (this.#log + text).slice(-KEPT_LOG_CHARACTERS);
		logStream.write(text);
	}

	#killGroup(): void {
		const groupId = this.#process?.pid;
		if (groupId === undefined) return;
		try {
			process.kill(-groupId, 'SIGKILL');
		} catch {
			// ESRCH: nobody of the group is left.
		}
	}

	async #waitUntilReady(): Promise<void> {
		const timeoutMs = this.options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS;
		const deadline = Date.now() + timeoutMs;
		while (Date.now() < deadline) {
			if (this.#process?.exitCode !== null || this.#process.signalCode !== null) {
				await this.#exit;
				this.#process = undefined;
				throw new Error(`n8n ended while starting. ${this.#endOfLog()}`);
			}
			if (await this.#isReady()) return;
			await pause(150);
		}
		await this.kill();
		throw new Error(`n8n was not ready after ${timeoutMs / 1000} s. ${this.#endOfLog()}`);
	}

	async #isReady(): Promise<boolean> {
		try {
			const response = await request(`${this.url}/healthz/readiness`, { headersTimeout: 5_000 });
			await response.body.dump();
			return response.statusCode === 200;
		} catch {
			return false;
		}
	}

	#endOfLog(): string {
		const lines = this.#log.trimEnd().split('\n').slice(-SHOWN_LOG_LINES).join('\n');
		return existsSync(this.logFile) ? `The end of its log (${this.logFile}):\n\n${lines}\n` : 'It printed nothing';
	}
}
