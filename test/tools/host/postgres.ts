import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Account, ordinaryAccount, privateFolder } from './account';
import { assertPortIsFree, freePort } from './ports';
import { findQueuePrograms } from './queuePrograms';
import { ServerProcess } from './serverProcess';
import { startTogether } from './startTogether';
import { runCommand } from './steps';

const LOOPBACK = '127.0.0.1';
const USER = 'n8n';
/** The database that initdb makes. */
const DATABASE = 'postgres';
const START_TIMEOUT_MS = 60_000;

/** A real PostgreSQL in a throw-away folder, on loopback, for anybody who asks. */
export class Postgres {
	private constructor(
		private readonly process: ServerProcess,
		private readonly programs: string,
		private readonly account: Account | undefined,
		private readonly folder: string,
		readonly port: number,
	) {}

	/**
	 * Makes a database and serves it.
	 * @param logFolder where log and process id go; made when missing
	 * @throws Error when PostgreSQL is not installed
	 */
	static async start(logFolder: string): Promise<Postgres> {
		const { postgresFolder } = findQueuePrograms();
		await mkdir(logFolder, { recursive: true });
		const account = await ordinaryAccount();
		const folder = await privateFolder('postgres', logFolder, account);
		const port = await freePort();
		const process = new ServerProcess('PostgreSQL', logFolder, 'postgres');
		return await startTogether(async (started) => {
			const postgres = new Postgres(process, postgresFolder, account, folder, port);
			started.defer(async () => await postgres.remove());
			const options = ['--username', USER, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
			await runCommand(path.join(postgresFolder, 'initdb'), ['--pgdata', postgres.#data, ...options], {
				cwd: folder,
				account,
			});
			await postgres.start();
			return postgres;
		});
	}

	/** What n8n needs to know of it. */
	get n8nEnvironment(): Record<string, string> {
		return {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: LOOPBACK,
			DB_POSTGRESDB_PORT: String(this.port),
			DB_POSTGRESDB_DATABASE: DATABASE,
			DB_POSTGRESDB_USER: USER,
		};
	}

	/** Serves the same data on the same port again, after stop or kill. */
	async start(): Promise<void> {
		await assertPortIsFree(this.port);
		const settings = {
			listen_addresses: LOOPBACK,
			unix_socket_directories: '',
			max_connections: '200',
			// What a process that dies has written survives it all the same; only the machine's own death would lose data.
			fsync: 'off',
		};
		const launch = {
			command: path.join(this.programs, 'postgres'),
			args: [
				...['-D', this.#data, '-p', String(this.port)],
				...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
			],
			environment: { LC_ALL: 'C', TZ: 'UTC' },
			workingFolder: this.folder,
			account: this.account,
		};
		await this.process.start(launch, async () => await this.#isReady(), START_TIMEOUT_MS);
	}

	/** Ends it as a service manager does: clients are thrown out, what was committed stays. */
	async stop(): Promise<void> {
		await this.process.stop('SIGINT');
	}

	/** Ends it as a crash does. */
	async kill(): Promise<void> {
		await this.process.kill();
	}

	/** Ends it and removes its data. */
	async remove(): Promise<void> {
		await this.kill();
		await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
	}

	get #data(): string {
		return path.join(this.folder, 'data');
	}

	async #isReady(): Promise<boolean> {
		const place = ['--host', LOOPBACK, '--port', String(this.port)];
		return await runCommand(path.join(this.programs, 'pg_isready'), place, { cwd: this.folder }).then(
			() => true,
			() => false,
		);
	}
}
