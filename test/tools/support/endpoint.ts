import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
	method: string;
	path: string;
	headers: IncomingHttpHeaders;
	body: string;
}

export interface Reply {
	status: number;
	headers?: Record<string, string>;
	/** Text as it is; anything else as JSON. */
	body?: unknown;
	/** The connection is reset once the body has been sent, and the body has no end. */
	breaks?: boolean;
}

/** A loopback server that records what it is sent and answers as told. */
export class Endpoint {
	readonly received: Received[] = [];
	reply: (request: Received) => Reply = () => ({ status: 200, body: {} });
	private readonly server: Server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = Buffer.concat(chunks).toString();
			const received = { method: request.method!, path: request.url!, headers: request.headers, body };
			this.received.push(received);
			const reply = this.reply(received);
			response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
			const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
			if (reply.breaks) response.write(text, () => setTimeout(() => request.socket.destroy(), 20));
			else response.end(text);
		});
	});

	async open(): Promise<this> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return this;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}
}
