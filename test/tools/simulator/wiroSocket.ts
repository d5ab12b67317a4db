import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';

import { isRecord, type Simulation } from './gateway';
import type { SimulatedJob } from './types';
import { outputsOf, STAGES, stageAt } from './wiroTask';

export const SOCKET_PATH = '/wiro-socket/v1';

/** task_output comes many times while the model works; these are the tenths of the job's time at which it comes here. */
const OUTPUT_MOMENTS = [0.4, 0.5, 0.6, 0.7, 0.8];
const MOMENTS = [...new Set([...STAGES.map(([from]) => from), ...OUTPUT_MOMENTS])].sort((one, other) => one - other);

/**
 * Wiro's socket (wss://socket.wiro.ai/v1): after `{type:"task_info", tasktoken}` it tells of each stage as the job goes on.
 * Sources: the hailuo-2.3-Fast page and the WebSocket page. An unknown token gets no answer; what the real one does is not documented.
 */
export class WiroSocket {
	private readonly server = new WebSocketServer({ noServer: true });

	constructor(private readonly simulation: Simulation) {}

	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		if (request.url?.split('?')[0] !== SOCKET_PATH || this.isRefused()) {
			socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
			return;
		}
		this.server.handleUpgrade(request, socket, head, (connection) => {
			connection.on('message', (data) => this.register(connection, data));
			connection.on('error', () => connection.terminate());
		});
	}

	close(): void {
		for (const connection of this.server.clients) connection.terminate();
		this.server.close();
	}

	/** A handshake names no job, so only a fault without `matchesJob` can refuse it. */
	private isRefused(): boolean {
		const fault = this.simulation.faults.takeForSocketHandshake();
		return fault !== undefined;
	}

	private register(connection: WebSocket, data: RawData): void {
		const token = tokenOf(data);
		const job = token === undefined ? undefined : this.simulation.jobs.findByToken(token);
		if (!job) return;
		const fault = this.simulation.faults.takeForJob('socket', job);
		if (fault?.kind === 'silent') return;
		if (fault?.kind === 'malformedJson') return connection.send('{"type":"task_out');
		const { jobs } = this.simulation;
		const now = jobs.fractionOf(job);
		this.tell(connection, job, now);
		if (fault?.kind === 'reset') return connection.terminate();
		if (now >= 1) return;
		const stop = jobs.watch(
			job,
			MOMENTS.filter((moment) => moment > now),
			(moment) => this.tell(connection, job, moment),
		);
		connection.on('close', stop);
	}

	private tell(connection: WebSocket, job: SimulatedJob, moment: number): void {
		const type = this.simulation.jobs.phaseOf(job) === 'cancelled' ? 'task_cancel' : stageAt(moment);
		const message =
			type === 'task_output'
				? `Step ${Math.floor(moment * 10)}/10...`
				: type === 'task_postprocess_end'
					? this.simulation.jobs.phaseOf(job) === 'succeeded'
						? outputsOf(this.simulation, job)
						: []
					: undefined;
		connection.send(JSON.stringify({ type, tasktoken: job.token, ...(message !== undefined && { message }) }));
	}
}

function tokenOf(data: RawData): string | undefined {
	try {
		const message: unknown = JSON.parse(String(data));
		if (!isRecord(message) || message.type !== 'task_info') return undefined;
		return typeof message.tasktoken === 'string' ? message.tasktoken : undefined;
	} catch {
		return undefined;
	}
}
