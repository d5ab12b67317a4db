import { once } from 'node:events';
import { WebSocket } from 'ws';
import { isRecord } from '../simulator/gateway';

/** For n8n's environment: its inspector on any free port, which its log then names. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

const ADDRESS = /Debugger listening on (ws:\/\/\S+)/;

/** A process's JavaScript heap, seen and swept through Node's inspector. */
export class HeapInspector {
	#sent = 0;
	readonly #waiting = new Map<number, (message: Record<string, unknown>) => void>();

	private constructor(private readonly socket: WebSocket) {
		socket.on('message', (data) => {
			const message: unknown = JSON.parse(String(data));
			if (!isRecord(message)) return;
			this.#waiting.get(Number(message['id']))?.(message);
			this.#waiting.delete(Number(message['id']));
		});
	}

	/**
	 * @param log what the process has printed since it was started with `INSPECTED`
	 * @throws Error when the log names no inspector, or nobody answers there
	 */
	static async connect(log: string): Promise<HeapInspector> {
		const address = ADDRESS.exec(log)?.[1];
		if (address === undefined) throw new Error('The log names no inspector');
		const socket = new WebSocket(address);
		await once(socket, 'open');
		return new HeapInspector(socket);
	}

	/** Sweeps the whole heap, and waits until it is done. */
	async collectGarbage(): Promise<void> {
		await this.#call('HeapProfiler.collectGarbage');
	}

	/** @returns bytes in use, garbage included */
	async usedHeap(): Promise<number> {
		const { usedSize } = await this.#call('Runtime.getHeapUsage');
		return Number(usedSize);
	}

	close(): void {
		this.socket.close();
	}

	async #call(method: string): Promise<Record<string, unknown>> {
		this.#sent += 1;
		const id = this.#sent;
		const answer = new Promise<Record<string, unknown>>((resolve) => this.#waiting.set(id, resolve));
		this.socket.send(JSON.stringify({ id, method }));
		const { result, error } = await answer;
		if (!isRecord(result)) throw new Error(`${method}: ${JSON.stringify(error)}`);
		return result;
	}
}
