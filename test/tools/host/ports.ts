import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

function listenOnce(port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(port, LOOPBACK, () => {
			const address = server.address();
			const taken = typeof address === 'object' && address !== null ? address.port : port;
			server.close(() => resolve(taken));
		});
	});
}

/** @returns a loopback port that was free a moment ago */
export async function freePort(): Promise<number> {
	return listenOnce(0);
}

/** Somebody else listens on the port. */
export class PortTaken extends Error {
	constructor(readonly port: number) {
		super(`Port ${port} is taken by another program, perhaps another n8n`);
		this.name = 'PortTaken';
	}
}

/** @throws PortTaken, or what else keeps this user from listening there */
export async function assertPortIsFree(port: number): Promise<void> {
	await listenOnce(port).catch((error: NodeJS.ErrnoException) => {
		throw error.code === 'EADDRINUSE' ? new PortTaken(port) : error;
	});
}
