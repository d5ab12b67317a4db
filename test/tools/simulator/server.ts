import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { aimlApi } from './aimlapi';
import { apiframe } from './apiframe';
import { CallbackSender } from './callbacks';
import { Cdn } from './cdn';
import { evolink } from './evolink';
import { evolinkFiles } from './evolinkFiles';
import { answerRequest } from './answer';
import { FaultBook } from './faults';
import { Refusal, type Gateway, type Simulation } from './gateway';
import { headersOf, parseBody, readBody, splitTarget } from './http';
import { JobStore } from './jobs';
import { minimax } from './minimax';
import type { Answer, GatewayRequest, RecordedRequest, SimulatedJob, Simulator, SimulatorOptions } from './types';
import { wiro } from './wiro';
import { SOCKET_PATH, WiroSocket } from './wiroSocket';

const HOST = '127.0.0.1';

/** Fixed, so that a demo's printed keys work again after a restart. */
const KEYS: Simulator['keys'] = {
	aimlApi: { apiKey: 'simulated-aimlapi-key-5d1f0c9be2' },
	apiframe: { apiKey: 'afk_simulated-apiframe-key-8a47e3' },
	evolink: { apiKey: 'sk-simulated-evolink-key-c2b96d04' },
	minimax: { apiKey: 'sk-api-simulated-minimax-key-9e41b7' },
	wiro: { apiKey: 'simulated-wiro-signature-key-71ce', apiSecret: 'simulated-wiro-secret-e90a35fb' },
	wiroKeyOnly: { apiKey: 'simulated-wiro-keyonly-key-3f68' },
};

interface MountedGateway {
	provider: RecordedRequest['provider'];
	gateway: Gateway;
}

/** Starts the APIs and the CDN on loopback. Rejects with the listen error (EADDRINUSE) when a wanted port is taken. */
export async function startSimulator(startOptions: SimulatorOptions = {}): Promise<Simulator> {
	const requests: RecordedRequest[] = [];
	const inFlight = { current: 0, peak: 0 };
	const jobs = new JobStore();
	const faults = new FaultBook();
	const getOptions = (): SimulatorOptions => simulation.options;
	const cdn = new Cdn(getOptions);
	const callbacks = new CallbackSender(jobs, faults, getOptions);
	const simulation: Simulation = {
		options: { ...startOptions },
		keys: KEYS,
		jobs,
		faults,
		callbacks,
		cdn,
		uploads: [],
	};

	const gateways = new Map<string, MountedGateway>();
	gateways.set('aimlapi', { provider: 'aimlApi', gateway: aimlApi(simulation) });
	gateways.set('apiframe', { provider: 'apiframe', gateway: apiframe(simulation) });
	gateways.set('evolink', { provider: 'evolink', gateway: evolink(simulation) });
	gateways.set('evolink-files', { provider: 'evolink', gateway: evolinkFiles(simulation) });
	gateways.set('minimax', { provider: 'minimax', gateway: minimax(simulation) });
	gateways.set('wiro', { provider: 'wiro', gateway: wiro(simulation) });
	for (const { provider, gateway } of gateways.values()) {
		if (gateway.callbacks && provider !== 'cdn' && provider !== 'other')
			callbacks.register(provider, gateway.callbacks);
	}

	async function serveApi(message: IncomingMessage, response: ServerResponse): Promise<void> {
		const { path, query } = splitTarget(message.url ?? '/');
		const end = path.indexOf('/', 1);
		const prefix = end < 0 ? path.slice(1) : path.slice(1, end);
		const mounted = gateways.get(prefix);
		if (!mounted) {
			response.writeHead(404, { 'content-type': 'text/plain' }).end('No such provider\n');
			return;
		}
		const record = begin(message, response, mounted.provider, end < 0 ? '/' : path.slice(end), query);
		record.operation = mounted.gateway.operationOf(record);
		inFlight.current += 1;
		inFlight.peak = Math.max(inFlight.peak, inFlight.current);
		response.once('close', () => (inFlight.current -= 1));
		const rawBody = await readBody(message);
		if (rawBody === undefined) {
			response.destroy();
			return;
		}
		record.rawBody = rawBody;
		record.body = await parseBody(rawBody, record.headers['content-type'] ?? '');
		await answerRequest(mounted.gateway, record, response, faults.takeForRequest(record), cdn.url);
	}

	async function serveCdn(message: IncomingMessage, response: ServerResponse): Promise<void> {
		const target = message.url ?? '/';
		const { path, query } = splitTarget(target);
		const record = begin(message, response, 'cdn', path, query);
		record.operation = 'download';
		record.rawBody = (await readBody(message)) ?? record.rawBody;
		await cdn.serve(target, record, response, faults.takeForRequest(record));
	}

	function begin(
		message: IncomingMessage,
		response: ServerResponse,
		provider: RecordedRequest['provider'],
		path: string,
		query: Record<string, string>,
	): RecordedRequest {
		const record: RecordedRequest = {
			provider,
			operation: 'other',
			method: message.method ?? 'GET',
			path,
			query,
			headers: headersOf(message),
			body: undefined,
			rawBody: Buffer.alloc(0),
			at: Date.now(),
		};
		requests.push(record);
		response.once('close', () => {
			if (!response.writableFinished) record.aborted = true;
		});
		response.on('error', () => response.destroy());
		return record;
	}

	const apiServer = createServer(
		(message, response) => void serveApi(message, response).catch(() => response.destroy()),
	);
	const cdnServer = createServer(
		(message, response) => void serveCdn(message, response).catch(() => response.destroy()),
	);
	const socket = new WiroSocket(simulation);
	apiServer.on('upgrade', (message, duplex, head) => socket.upgrade(message, duplex, head));
	const port = await listen(apiServer, startOptions.port ?? 0);
	let cdnPort: number;
	try {
		cdnPort = await listen(cdnServer, startOptions.cdnPort ?? 0);
	} catch (error) {
		await stop(apiServer);
		throw error;
	}
	const url = `http://${HOST}:${port}`;
	cdn.url = `http://${HOST}:${cdnPort}`;

	function jobNamed(id: string): SimulatedJob {
		const job = jobs.find(id);
		if (!job) throw new Error(`The simulator has no job ${id}`);
		return job;
	}

	return {
		url,
		cdnUrl: cdn.url,
		endpoints: {
			aimlApi: { baseUrl: `${url}/aimlapi` },
			apiframe: { baseUrl: `${url}/apiframe` },
			evolink: { baseUrl: `${url}/evolink`, filesBaseUrl: `${url}/evolink-files` },
			minimax: { baseUrl: `${url}/minimax` },
			wiro: { baseUrl: `${url}/wiro`, socketUrl: `ws://${HOST}:${port}${SOCKET_PATH}` },
		},
		keys: KEYS,
		requests,
		jobs: jobs.all,
		callbacks: callbacks.records,
		uploads: simulation.uploads,
		inFlight,
		requestsOf: (provider, operation) =>
			requests.filter(
				(entry) => entry.provider === provider && (operation === undefined || entry.operation === operation),
			),
		job: (id) => jobs.find(id),
		phaseOf: (id) => jobs.phaseOf(jobNamed(id)),
		configure: (options) => void (simulation.options = { ...simulation.options, ...options }),
		addFault: (fault) => faults.add(fault),
		clearFaults: () => faults.clear(),
		setJobProgress: (id, fraction) => jobs.setProgress(jobNamed(id), fraction),
		finishJob: (id, outcome) => jobs.finish(jobNamed(id), outcome),
		sendCallback: async (id, overrides = {}) => await callbacks.sendByHand(jobNamed(id), overrides),
		callbacksSettled: async () => await callbacks.settled(),
		mount: (prefix, handler) =>
			void gateways.set(prefix.replace(/^\//, ''), { provider: 'other', gateway: plainGateway(handler) }),
		reset: () => {
			requests.length = 0;
			simulation.uploads.length = 0;
			simulation.options = { ...startOptions };
			inFlight.peak = inFlight.current;
			faults.clear();
			callbacks.clear();
			jobs.clear();
			cdn.clear();
			for (const { gateway } of gateways.values()) gateway.reset?.();
		},
		close: async () => {
			socket.close();
			jobs.clear();
			await callbacks.close();
			await Promise.all([stop(apiServer), stop(cdnServer)]);
		},
	};
}

function plainGateway(handle: (request: GatewayRequest) => Answer | Promise<Answer>): Gateway {
	return {
		operationOf: () => 'other',
		handle,
		refuse: ({ status, message }) => ({ status, body: { error: message } }),
		unknownJob: () => new Refusal(404, 'Not found'),
	};
}

async function listen(server: Server, port: number): Promise<number> {
	// Longer than clients keep idle connections, so that a reused one is never reset under a request.
	server.keepAliveTimeout = 120_000;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen({ host: HOST, port, backlog: 4096 }, () => resolve());
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('The server has no port');
	return address.port;
}

async function stop(server: Server): Promise<void> {
	await new Promise<void>((resolve) => {
		server.close(() => resolve());
		server.closeAllConnections();
	});
}
