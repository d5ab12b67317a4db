import { connect, createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Leads each connection to the next of several servers, as a load balancer without routing by address does. */
export class Balancer {
	private constructor(private readonly server: Server) {}

	/** @param ports of servers on this machine */
	static async start(ports: readonly number[]): Promise<Balancer> {
		let connections = 0;
		const server = createServer((caller) => {
			const port = ports[connections % ports.length] ?? 0;
			connections += 1;
			const callee = connect(port, '127.0.0.1');
			caller.pipe(callee).pipe(caller);
			const end = () => {
				caller.destroy();
				callee.destroy();
			};
			caller.on('error', end).on('close', end);
			callee.on('error', end).on('close', end);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return new Balancer(server);
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	/** Takes no more connections; those that there are end with their servers. */
	close(): void {
		this.server.close();
	}
}
