import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Account } from './account';
import { guardAgainstOrphan } from './orphanGuard';
import { descendantsOf } from './processTree';

const STOP_TIMEOUT_MS = 40_000;
const READY_POLL_MS = 150;
const KEPT_LOG_CHARACTERS = 2_000_000;
const SHOWN_LOG_LINES = 40;

/** What to run; nothing of this process's environment is inherited. */
export interface Launch {
	command: string;
	args: readonly string[];
	environment: Record<string, string>;
	workingFolder: string;
	/** Default: whoever runs this process. */
	account?: Account | undefined;
}

/** A program that serves until it is ended. What it prints goes to a log, and a note of its process id lies beside it. */
export class ServerProcess {
	readonly logFile: string;
	#process: ChildProcess | undefined;
	#exit: Promise<void> = Promise.resolve();
	#log = '';

	/**
	 * @param name as messages call it
	 * @param folder where log and note go; it must exist at the start
	 * @param program the log's and the note's name
	 */
	constructor(
		readonly name: string,
		private readonly folder: string,
		private readonly program: string,
	) {
		this.logFile = path.join(folder, `${program}.log`);
	}

	get processId(): number {
		if (this.#process?.pid === undefined) throw new Error(`${this.name} is not running`);
		return this.#process.pid;
	}

	get isRunning(): boolean {
		return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
	}

	/** What it printed since the first start. */
	get log(): string {
		return this.#log;
	}

	/** Resolves when the running program ends, whoever ended it. */
	get ended(): Promise<void> {
		return this.#exit;
	}

	/**
	 * Starts the program and waits until it serves.
	 * @throws Error with the end of its log when it does not come up
	 */
	async start(launch: Launch, isReady: () => Promise<boolean>, timeoutMs: number): Promise<void> {
		if (this.isRunning) throw new Error(`${this.name} is already running`);
		// One that ended by itself may have left others of its group.
		await this.kill();
		this.#spawn(launch);
		const deadline = Date.now() + timeoutMs;
		while (Date.now() < deadline) {
			if (!this.isRunning) {
				await this.#exit;
				this.#process = undefined;
				throw new Error(`${this.name} ended while starting. ${this.#endOfLog()}`);
			}
			if (await isReady()) return;
			await pause(READY_POLL_MS);
		}
		await this.kill();
		throw new Error(`${this.name} was not ready after ${timeoutMs / 1000} s. ${this.#endOfLog()}`);
	}

	/** Asks the program to end, as a service manager does, and kills it when it takes too long. */
	async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
		if (this.#process === undefined) return;
		this.#process.kill(signal);
		const ended = await Promise.race([this.#exit.then(() => true), pause(STOP_TIMEOUT_MS, false, { ref: false })]);
		if (!ended) await this.kill();
		else this.#killGroup();
		this.#process = undefined;
	}

	/** Ends the program and all it has started at once, as a crash or a power cut does. */
	async kill(): Promise<void> {
		if (this.#process === undefined) return;
		// PostgreSQL's processes leave the group.
		const descendants = await descendantsOf(this.processId);
		this.#killGroup();
		descendants.forEach((id) => killIfAlive(id));
		await this.#exit;
		this.#process = undefined;
	}

	#spawn({ command, args, environment, workingFolder, account }: Launch): void {
		const child = spawn(command, args, {
			cwd: workingFolder,
			env: environment,
			stdio: ['ignore', 'pipe', 'pipe'],
			// A group of its own, so that what it starts can be ended with it.
			detached: true,
			...account,
		});
		const logStream = createWriteStream(this.logFile, { flags: 'a' });
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (text: string) => {
				this.#log = (this.#log + text).slice(-KEPT_LOG_CHARACTERS);
				logStream.write(text);
			});
		}
		const noteFile = path.join(this.folder, `${this.program}.pid`);
		writeFileSync(noteFile, String(child.pid));
		const stopGuarding = guardAgainstOrphan(() => this.#killGroup());
		this.#exit = once(child, 'close').then(() => {
			stopGuarding();
			rmSync(noteFile, { force: true });
			logStream.end();
		});
		this.#process = child;
	}

	#killGroup(): void {
		const groupId = this.#process?.pid;
		if (groupId !== undefined) killIfAlive(-groupId);
	}

	#endOfLog(): string {
		const lines = this.#log.trimEnd().split('\n').slice(-SHOWN_LOG_LINES).join('\n');
		return existsSync(this.logFile) ? `The end of its log (${this.logFile}):\n\n${lines}\n` : 'It printed nothing';
	}
}

/** @param id of a process, or negated of a group */
function killIfAlive(id: number): void {
	try {
		process.kill(id, 'SIGKILL');
	} catch {
		// ESRCH: it, or everybody of the group, is gone.
	}
}
