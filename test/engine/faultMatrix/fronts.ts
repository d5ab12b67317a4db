/** What may stand between n8n and a provider so that no request gets there: real servers on this machine. */
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createServer as createTlsServer } from 'node:tls';
import { request } from 'undici';
import type { Simulator } from '../../tools/simulator';
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

/** Beyond what a number of JavaScript holds: read as one it would be 7615917337495213000. */
export const LONG_ID = '7615917337495212779';

/** Passes all on to the simulator, which has one job, and gives that job's id out as a number, and a long one. */
async function aRenumbering(simulator: Simulator): Promise<Front> {
	const server = createHttpServer(async (message, response) => {
		const [id = ''] = simulator.jobs.map((job) => job.id);
		const body = (await buffer(message)).toString('latin1').replaceAll(LONG_ID, id);
		const { host: _host, connection: _connection, 'transfer-encoding': _coding, ...headers } = message.headers;
		const answer = await request(simulator.url + (message.url ?? '').replaceAll(LONG_ID, id), {
			method: message.method ?? 'GET',
			headers: { ...headers, ...(body !== '' && { 'content-length': String(body.length) }) },
			body: body === '' ? null : Buffer.from(body, 'latin1'),
		});
		const [own = ''] = simulator.jobs.map((job) => job.id);
		response.writeHead(answer.statusCode, { 'content-type': 'application/json' });
		response.end((await answer.body.text()).replaceAll(`"${own}"`, LONG_ID));
	});
	return await open(server, 'http');
}

export type FrontName = 'refused' | 'absent' | 'nameless' | 'plain' | 'untrusted' | 'hangingUp' | 'renumbering';

/** Whether requests get through a front to the provider, jobs' first ones included. */
export const letsPass = (name: FrontName): boolean => name === 'renumbering';

/**
 * Puts up a front.
 *
 * @param simulator where a front that lets requests pass in the end leads to
 */
export async function raise(name: FrontName, simulator: Simulator): Promise<Front> {
	switch (name) {
		case 'refused':
			return await aRefusingPort();
		case 'absent':
			return await anAbsence(simulator.url);
		case 'renumbering':
			return await aRenumbering(simulator);
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
