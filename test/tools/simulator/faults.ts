import type { Fault, Operation, RecordedRequest, SimulatedJob } from './types';

interface PlacedFault {
	fault: Fault;
	skip: number;
	left: number;
	/** Jobs already struck by notFoundOnce, by the request that names them. */
	struck: Set<string>;
}

const CALLBACK_KINDS = new Set(['duplicate', 'early', 'late', 'lost', 'forged']);
const SOCKET_KINDS = new Set(['refuse', 'silent']);
/** Kinds that spoil a true answer. */
const NEEDS_ANSWER = new Set(['wrongTypes', 'unknownStatus', 'truncated', 'hugeBody']);

/** The faults in place, and the count of how often each may still strike. */
export class FaultBook {
	private placed: PlacedFault[] = [];

	add(fault: Fault): void {
		const operation = CALLBACK_KINDS.has(fault.kind)
			? 'callback'
			: SOCKET_KINDS.has(fault.kind)
				? 'socket'
				: fault.kind === 'notFoundOnce'
					? 'read'
					: fault.operation;
		const endless = fault.kind === 'notFoundOnce' ? Infinity : 1;
		this.placed.push({
			fault: operation === undefined ? fault : { ...fault, operation },
			skip: fault.skip ?? 0,
			left: fault.times ?? endless,
			struck: new Set(),
		});
	}

	clear(): void {
		this.placed = [];
	}

	/** The first fault that strikes this request, used up by one. */
	takeForRequest(request: RecordedRequest): Fault | undefined {
		if (this.placed.length === 0) return undefined;
		return this.take(request.provider, request.operation, (entry) => {
			if (!(entry.fault.matches?.(request) ?? true)) return false;
			if (entry.fault.kind !== 'notFoundOnce') return true;
			const key = `${request.path} ${JSON.stringify(request.query)} ${request.rawBody.toString('latin1')}`;
			if (entry.struck.has(key)) return false;
			entry.struck.add(key);
			return true;
		});
	}

	/** The first fault that strikes a job's callback or its socket, used up by one. */
	takeForJob(operation: 'callback' | 'socket', job: SimulatedJob): Fault | undefined {
		if (this.placed.length === 0) return undefined;
		return this.take(
			job.provider,
			operation,
			({ fault }) => fault.kind !== 'refuse' && (fault.matchesJob?.(job) ?? true),
		);
	}

	/** A fault that refuses a socket's handshake, used up by one. */
	takeForSocketHandshake(): Fault | undefined {
		if (this.placed.length === 0) return undefined;
		return this.take('wiro', 'socket', ({ fault }) => fault.kind === 'refuse');
	}

	private take(
		provider: RecordedRequest['provider'],
		operation: Operation | 'callback' | 'socket',
		matches: (entry: PlacedFault) => boolean,
	): Fault | undefined {
		for (const entry of this.placed) {
			const { fault } = entry;
			if (entry.left <= 0) continue;
			if (fault.provider !== undefined && fault.provider !== provider) continue;
			if (
				fault.operation === undefined
					? operation === 'callback' || operation === 'socket'
					: fault.operation !== operation
			)
				continue;
			if (!matches(entry)) continue;
			if (entry.skip > 0) {
				entry.skip -= 1;
				continue;
			}
			entry.left -= 1;
			return fault;
		}
		return undefined;
	}
}

/** Whether the request is carried out before the fault strikes. */
export function strikesAfter(fault: Fault): boolean {
	return fault.moment === 'after' || NEEDS_ANSWER.has(fault.kind);
}

/** The same structure with every value of another type. */
export function withWrongTypes(value: unknown): unknown {
	if (typeof value === 'string') return 12345;
	if (typeof value === 'number') return { nested: true };
	if (typeof value === 'boolean') return 'perhaps';
	if (value === null) return [null];
	if (Array.isArray(value)) return value.length > 0 && isRecord(value[0]) ? value.map(withWrongTypes) : 'not a list';
	if (isRecord(value)) return mapValues(value, (_key, entry) => withWrongTypes(entry));
	return value;
}

/** The same structure with every status word replaced. */
export function withStatusWord(value: unknown, word: string): unknown {
	if (Array.isArray(value)) return value.map((entry) => withStatusWord(entry, word));
	if (!isRecord(value)) return value;
	return mapValues(value, (key, entry) =>
		key === 'status' && typeof entry === 'string' ? word : withStatusWord(entry, word),
	);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapValues(
	record: Record<string, unknown>,
	map: (key: string, value: unknown) => unknown,
): Record<string, unknown> {
	return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(key, value)]));
}
