/**
 * A clock of a test file's own: timers and dates of everything in the test's process (n8n's engine, the node, the
 * simulator) run on a time that leaps to the next timer as soon as nothing else can happen. A wait of minutes takes
 * milliseconds, and how fast or busy the machine is decides nothing.
 *
 * What Node itself does stays real: connections, files, names, and the timers of its own modules.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Transform } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { Unzip } from 'node:zlib';
import { createClock } from '@sinonjs/fake-timers';

/** Turns of the event loop in which nothing happened, before time goes on: a turn may have made work for the next. */
const QUIET_TURNS = 5;

/** Real milliseconds after which time goes on although bytes lie unread: who does not read may be waiting for it. */
const PATIENCE_MILLISECONDS = 1000;

/** Virtual milliseconds after which what a test waits for is not expected any more. */
const UNTIL_MILLISECONDS = 3_600_000;

/** Requests to the system that have no answer yet; everything else that Node lists merely exists. */
const isUnderway = (resource: string): boolean => /Req|ConnectWrap|WriteWrap|ShutdownWrap|Immediate/.test(resource);

/** Both ends of all connections within this process. */
class Wire {
	private readonly ends = new Set<Socket>();

	private readonly add = (message: unknown): void => {
		const { socket } = message as { socket: Socket };
		this.ends.add(socket.once('close', () => this.ends.delete(socket)));
	};

	constructor() {
		for (const side of ['client', 'server']) subscribe(`net.${side}.socket`, this.add);
	}

	close(): void {
		for (const side of ['client', 'server']) unsubscribe(`net.${side}.socket`, this.add);
	}

	/** Whether every end is open and has read all that its other end wrote. */
	isQuiet(): boolean {
		const byPorts = new Map<string, Socket>();
		for (const end of this.ends) {
			// The bytes of an encrypted connection are not those that are written; none is held open for long here.
			if (end.connecting || end.destroyed || end instanceof TLSSocket) return false;
			byPorts.set(`${end.localPort} ${end.remotePort}`, end);
		}
		for (const end of this.ends) {
			const other = byPorts.get(`${end.remotePort} ${end.localPort}`);
			if (other === undefined || other.bytesRead !== end.bytesWritten) return false;
		}
		return true;
	}
}

/** Streams that pack or unpack, with bytes given to another thread: Node lists that work nowhere. */
class Packing {
	private readonly streams = new Set<Transform>();
	private readonly base: Transform = Object.getPrototypeOf(Object.getPrototypeOf(Unzip.prototype));
	private readonly transform = this.base._transform;

	constructor() {
		const { streams, transform } = this;
		this.base._transform = function (chunk, encoding, callback) {
			streams.add(this);
			transform.call(this, chunk, encoding, (...result) => {
				streams.delete(this);
				callback(...result);
			});
		};
	}

	close(): void {
		this.base._transform = this.transform;
	}

	isQuiet(): boolean {
		for (const stream of this.streams) if (stream.destroyed) this.streams.delete(stream);
		return this.streams.size === 0;
	}
}

interface Hope {
	isSo: () => boolean;
	deadline: number;
	resolve: () => void;
	reject: (error: unknown) => void;
}

class VirtualClock {
	private readonly time = createClock(Date.now());
	private readonly wire = new Wire();
	private readonly packing = new Packing();
	private readonly hopes = new Set<Hope>();
	private quietTurns = 0;
	private events = 0;
	private lastEventAt = 0;
	private turn: NodeJS.Immediate | undefined;

	async until(isSo: () => boolean): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			this.start();
			this.hopes.add({ isSo, deadline: Date.now() + UNTIL_MILLISECONDS, resolve, reject });
		});
	}

	/** Puts its timers and dates in the place of the real ones. @returns what brings those back */
	install(): () => void {
		const { Date, setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
		const real = { Date, setTimeout, clearTimeout, setInterval, clearInterval };
		for (const name of Object.keys(real)) Reflect.set(globalThis, name, Reflect.get(this.time, name));
		return () => void Object.assign(globalThis, real);
	}

	start(): void {
		this.turn ??= setImmediate(() => this.look());
	}

	stop(): void {
		if (this.turn) clearImmediate(this.turn);
		this.turn = undefined;
		this.wire.close();
		this.packing.close();
	}

	private look(): void {
		this.turn = setImmediate(() => this.look());
		this.quietTurns = this.hadEvent() ? 0 : this.quietTurns + 1;
		if (this.quietTurns < QUIET_TURNS || !this.isQuiet()) return;
		this.quietTurns = 0;
		if (this.fulfil()) return;
		this.leap();
	}

	/** Fires all timers that are due next. */
	private leap(): void {
		if (this.time.countTimers() === 0) return;
		const before = this.time.now;
		this.time.next();
		// Node's shortest timeout is a millisecond, this clock's is none: a loop of them would never end.
		this.time.tick(this.time.now === before ? 1 : 0);
	}

	private hadEvent(): boolean {
		const { events } = performance.nodeTiming.uvMetricsInfo;
		if (events === this.events) return false;
		this.events = events;
		this.lastEventAt = performance.now();
		return true;
	}

	private isQuiet(): boolean {
		const [nextLook, ...others] = process.getActiveResourcesInfo().filter(isUnderway);
		if (nextLook !== 'Immediate' || others.length > 0 || !this.packing.isQuiet()) return false;
		return this.wire.isQuiet() || performance.now() - this.lastEventAt > PATIENCE_MILLISECONDS;
	}

	/** Lets tests act that have waited for what is so by now. */
	private fulfil(): boolean {
		const count = this.hopes.size;
		for (const hope of this.hopes) {
			try {
				if (hope.isSo()) hope.resolve();
				else if (Date.now() > hope.deadline) throw new Error('Not within an hour of the virtual clock');
				else continue;
			} catch (error) {
				hope.reject(error);
			}
			this.hopes.delete(hope);
		}
		return this.hopes.size < count;
	}
}

const clock = new VirtualClock();

/** Has a test file run on a virtual clock, which begins at the present. To be called before its tests. */
export function useVirtualClock(): void {
	const uninstall = clock.install();
	beforeAll(() => clock.start());
	afterAll(() => {
		clock.stop();
		uninstall();
	});
}

/**
 * Waits until something is so. It is looked at whenever nothing more can happen without time going on, and before it does.
 *
 * @throws Error when it is not so within an hour of the virtual clock; whatever a look throws
 */
export async function until(isSo: () => boolean): Promise<void> {
	await clock.until(isSo);
}
