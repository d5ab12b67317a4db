import type { IExecuteFunctions } from 'n8n-workflow';
import { textAt, valueAt } from '../core/http/read';
import type { JobReference } from '../core/job/job';
import type { ProgressSocketCapability, ProviderAdapter } from '../providers/adapter';

/** Jobs that are followed at the same time; the others are polled as if there were no socket. */
const FOLLOWER_LIMIT = 100;

/** Characters; a longer message is a log that nobody here reads. */
const MESSAGE_LIMIT = 64 * 1024;

/** wss, or ws within this machine. */
function isAllowedAddress(address: string): boolean {
	if (!URL.canParse(address)) return false;
	const { protocol, hostname, username } = new URL(address);
	const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
	return username === '' && (protocol === 'wss:' || (protocol === 'ws:' && isLoopback));
}

/** n8n's SSRF guard, where it is on, refuses private addresses; where it is off, it lets all pass. */
function isGuarded(context: IExecuteFunctions): boolean {
	const { helpers } = context;
	if (typeof Reflect.get(helpers, 'getSecureEgressFilter') !== 'function') return false;
	// n8n 2.30 has the method, but gives nothing where the guard is off.
	const filter: unknown = helpers.getSecureEgressFilter();
	if (typeof filter !== 'object' || filter === null) return false;
	const validate: unknown = Reflect.get(filter, 'validateConnectionHost');
	return typeof validate !== 'function' || valueAt(Reflect.apply(validate, filter, ['10.0.0.1']), 'ok') !== true;
}

/** n8n's agents decide at each connection; their router tells what they would decide. Older ones are proxies or not. */
function isProxyAgent(agent: unknown, url: URL): boolean {
	if (typeof agent !== 'object' || agent === null) return true;
	const router: unknown = Reflect.get(agent, 'router');
	const resolve: unknown = Reflect.get(Object(router), 'resolve');
	if (typeof resolve === 'function') {
		const target = { hostname: url.hostname, ...(url.port !== '' && { port: Number(url.port) }) };
		return Reflect.apply(resolve, router, [target]) !== undefined;
	}
	return agent.constructor.name !== 'Agent';
}

/**
 * Says whether n8n's client would go through a proxy, which a WebSocket does not. Node code cannot read the environment,
 * so n8n's client is asked to prepare a request that is cancelled before it is sent: axios's error shows the agent it had
 * chosen.
 *
 * @returns true also when the agent cannot be seen
 */
async function isProxied(context: IExecuteFunctions, address: string): Promise<boolean> {
	const url = new URL(address.replace(/^ws/, 'http'));
	try {
		await context.helpers.httpRequest({ method: 'GET', url: url.href, abortSignal: AbortSignal.abort() });
		return true;
	} catch (error) {
		const config = valueAt(error, 'config') ?? valueAt(valueAt(error, 'cause'), 'config');
		return isProxyAgent(valueAt(config, url.protocol === 'https:' ? 'httpsAgent' : 'httpAgent'), url);
	}
}

/** One job's events. Everything here may fail in silence: polling goes on beside it. */
export class JobFollower {
	/** What the events say of the job's progress, 0 to 100. */
	progress: number | null = null;
	private bell = new AbortController();
	private readonly socket: WebSocket;

	constructor(address: string, greeting: string, live: ProgressSocketCapability, onClose: () => void) {
		this.socket = new WebSocket(address);
		this.socket.addEventListener('open', () => this.socket.send(greeting));
		this.socket.addEventListener('message', ({ data }: { data: unknown }) => {
			const event = typeof data === 'string' && data.length <= MESSAGE_LIMIT ? live.readEvent(data) : null;
			if (event === null) return;
			this.progress = event.progress ?? this.progress;
			if (event.isFinal) this.bell.abort();
		});
		this.socket.addEventListener('error', () => this.socket.close());
		this.socket.addEventListener('close', onClose);
	}

	/** @returns a signal that fires when the job seems to be over; a signal that has fired is not given twice */
	nextRing(): AbortSignal {
		if (this.bell.signal.aborted) this.bell = new AbortController();
		return this.bell.signal;
	}

	close(): void {
		this.socket.close();
	}
}

/**
 * A provider's own account of its jobs, as a second doorbell for polling. It carries a job's token, never the key. It is
 * opened when the job has been paid for, so that nothing thrown here may end the wait.
 */
export class ProgressSockets {
	private followers = 0;

	private constructor(
		private readonly address: string,
		private readonly live: ProgressSocketCapability,
	) {}

	/**
	 * @returns null where there is no such channel, or where it must not be used
	 */
	static async open(context: IExecuteFunctions, adapter: ProviderAdapter): Promise<ProgressSockets | null> {
		const { progressSocket } = adapter;
		if (progressSocket === undefined || typeof WebSocket === 'undefined') return null;
		try {
			const address = textAt(await context.getCredentials(adapter.credential), progressSocket.addressField);
			if (address === null || !isAllowedAddress(address) || isGuarded(context)) return null;
			return (await isProxied(context, address)) ? null : new ProgressSockets(address, progressSocket);
		} catch {
			return null;
		}
	}

	/**
	 * Follows a job's events.
	 *
	 * @returns null when the job cannot be followed; the follower must be closed
	 */
	follow(reference: JobReference): JobFollower | null {
		if (this.followers >= FOLLOWER_LIMIT) return null;
		try {
			const greeting = this.live.greet(reference);
			if (greeting === null) return null;
			const follower = new JobFollower(this.address, greeting, this.live, () => (this.followers -= 1));
			this.followers += 1;
			return follower;
		} catch {
			// A WebSocket refuses some addresses that are well formed, such as one with a fragment.
			return null;
		}
	}
}
