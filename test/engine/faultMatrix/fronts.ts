/** What may stand between n8n and a provider so that no request gets there: real servers on this machine. */
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { repositoryRoot } from '../../tools/support/repository';

export interface Front {
	/** To be put in the place of the simulator's address. */
	origin: string;
	/** Connections that were accepted. */
	readonly connections: number;
	close(): Promise<void>;
}

/** A certificate that nobody vouches for, made for these tests. */
const selfSigned = {
	key: readFileSync(join(repositoryRoot, 'test/tools/support/tls/selfSigned.key.pem')),
	cert: readFileSync(join(repositoryRoot, 'test/tools/support/tls/selfSigned.cert.pem')),
};

/** How long a provider that comes back is away: longer than the first try takes, shorter than the pause after it. */
const ABSENCE_MILLISECONDS = 300;

async function open(server: Server, protocol: 'http' | 'https', port = 0): Promise<Front> {
	let connections = 0;
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		connections += 1;
		sockets.add(socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket)));
	});
	await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('The front has no port');
	return {
		origin: `${protocol}://127.0.0.1:${address.port}`,
		get connections() {
			return connections;
		},
		async close() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function nowhere(origin: string): Front {
	return { origin, connections: 0, close: async () => await Promise.resolve() };
}

/** Below the ports that systems hand out by themselves, so that none of the servers started meanwhile gets one of these. */
const QUIET_PORTS = { from: 20_000, count: 10_000 };

let tried = process.pid * 37;

async function openOnQuietPort(): Promise<Front> {
	for (;;) {
		tried += 1;
		const front = await open(createServer(), 'http', QUIET_PORTS.from + (tried % QUIET_PORTS.count)).catch(() => null);
		if (front !== null) return front;
	}
}

async function aRefusingPort(): Promise<Front> {
	const front = await openOnQuietPort();
	await front.close();
	return nowhere(front.origin);
}

/** Refuses connections at first, then passes all on to the simulator. */
async function anAbsence(simulatorUrl: string): Promise<Front> {
	const { origin } = await aRefusingPort();
	const { hostname, port } = new URL(simulatorUrl);
	const server = createServer((socket) => {
		const onward = connect(Number(port), hostname);
		onward.on('error', () => socket.destroy());
		socket.on('close', () => onward.destroy());
		socket.pipe(onward).pipe(socket);
	});
	let opened: Promise<Front> | undefined;
	const timer = setTimeout(() => (opened = open(server, 'http', Number(new URL(origin).port))), ABSENCE_MILLISECONDS);
	return {
		...nowhere(origin),
		async close() {
			clearTimeout(timer);
			await (await opened)?.close();
		},
	};
}

export type FrontName = 'refused' | 'absent' | 'nameless' | 'plain' | 'untrusted' | 'hangingUp';

/**
 * Puts up a front.
 *
 * @param simulatorUrl where a front that lets requests pass in the end leads to
 */
export async function raise(name: FrontName, simulatorUrl: string): Promise<Front> {
	switch (name) {
		case 'refused':
			return await aRefusingPort();
		case 'absent':
			return await anAbsence(simulatorUrl);
		case 'nameless':
			// A label of a name has at most 63 characters, so no name server is asked.
			return nowhere(`http://${'x'.repeat(64)}.invalid`);
		case 'plain':
			return await open(
				createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 \r\n\r\n'))),
				'https',
			);
		case 'untrusted':
			return await open(createTlsServer(selfSigned), 'https');
		case 'hangingUp':
			return await open(
				createServer((socket) => socket.once('data', () => socket.end())),
				'https',
			);
	}
}
