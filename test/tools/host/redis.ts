import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { type Account, ordinaryAccount, privateFolder } from './account';
import { assertPortIsFree, freePort } from './ports';
import { findQueuePrograms } from './queuePrograms';
import { ServerProcess } from './serverProcess';
import { startTogether } from './startTogether';

const LOOPBACK = '127.0.0.1';
const START_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 1_000;

/** A real Redis in a throw-away folder, on loopback, for anybody who asks. It keeps what it was told over stop and kill. */
export class Redis {
	private constructor(
		private readonly process: ServerProcess,
		private readonly program: string,
		private readonly account: Account | undefined,
		private readonly folder: string,
		readonly port: number,
	) {}

	/**
	 * @param logFolder where log and process id go; made when missing
	 * @throws Error when Redis is not installed
	 */
	static async start(logFolder: string): Promise<Redis> {
		const { redisServer } = findQueuePrograms();
		await mkdir(logFolder, { recursive: true });
		const account = await ordinaryAccount();
		const folder = await privateFolder('redis', logFolder, account);
		const process = new ServerProcess('Redis', logFolder, 'redis');
		return await startTogether(async (started) => {
			const redis = new Redis(process, redisServer, account, folder, await freePort());
			started.defer(async () => await redis.remove());
			await redis.start();
			return redis;
		});
	}

	/** What n8n needs to know of it. */
	get n8nEnvironment(): Record<string, string> {
		return { QUEUE_BULL_REDIS_HOST: LOOPBACK, QUEUE_BULL_REDIS_PORT: String(this.port) };
	}

	/** Serves the same data on the same port again, after stop or kill. */
	async start(): Promise<void> {
		await assertPortIsFree(this.port);
		const settings = {
			port: String(this.port),
			bind: LOOPBACK,
			dir: this.folder,
			// Each change is written at once, instead of everything now and then.
			appendonly: 'yes',
			save: '',
		};
		const launch = {
			command: this.program,
			args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
			environment: { LC_ALL: 'C', TZ: 'UTC' },
			workingFolder: this.folder,
			account: this.account,
		};
		await this.process.start(launch, async () => await this.#isReady(), START_TIMEOUT_MS);
	}

	/** Ends it as a service manager does. */
	async stop(): Promise<void> {
		await this.process.stop();
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

	/** It answers a ping with an error while it still reads its data. */
	async #isReady(): Promise<boolean> {
		const socket = connect(this.port, LOOPBACK);
		try {
			socket.write('PING\r\n');
			const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
			return String(answer) === '+PONG\r\n';
		} catch {
			return false;
		} finally {
			socket.destroy();
		}
	}
}
