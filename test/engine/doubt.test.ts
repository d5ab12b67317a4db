/** At Apiframe a create of unknown outcome is asked for again under its key; what comes then does not take the doubt away. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { valueAt } from '../../nodes/Hailuo/core/http/read';
import type { Fault, Simulator } from '../tools/simulator';
import { credentialsFor } from '../tools/support/gateways';
import type { CredentialData } from '../tools/support/runNode';
import { aCreate, fieldsOf, onStage, type HailuoRun } from './stage';

const UNKNOWN = 'It is not known whether Apiframe made this job [item 0]';

/** The answer to the create is lost, the job is made. */
const LOST: Fault = { kind: 'reset', operation: 'create', moment: 'after' };

/** What may come then, in place of the job. */
const REFUSALS: Array<[string, Fault]> = [
	['a 429', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
	['no credit', { kind: 'status', status: 402 }],
	['a conflict of keys', { kind: 'status', status: 409 }],
	['a refused credential', { kind: 'status', status: 401 }],
	['refused values', { kind: 'status', status: 400 }],
];

const CREATE = aCreate('apiframe', { options: { waitForSlot: 0 } });

function strike(simulator: Simulator, fault: Fault, times: number): void {
	simulator.addFault({ ...fault, operation: 'create', times });
}

const keysOf = (simulator: Simulator) =>
	new Set(simulator.requestsOf('apiframe', 'create').map(({ headers }) => headers['idempotency-key']));

function expectDoubt({ error }: HailuoRun): void {
	expect(error).toMatchObject({ name: 'NodeApiError', message: UNKNOWN });
	expect(error?.description).toContain(
		'the job may exist and cost money; it was asked for again only under the same key, which makes no second job.',
	);
	expect(error?.description).not.toMatch(/Idempotency Key|run this item again if/);
	expect(error).not.toHaveProperty('context.job');
}

/** Since when the key counts as known to the provider, as the execution's own data has it. */
const knownSince = ({ data }: HailuoRun): unknown =>
	valueAt(data.executionData?.contextData, 'node:Hailuo', 'hailuoJobs', '0:0', 'at');

/** A line to the simulator that can be cut: what was sent arrives, the answer does not, and nothing more goes through. */
class Line {
	private readonly sockets = new Set<Socket>();
	private server: Server | undefined;
	private port = 0;
	private breaks = true;

	constructor(private readonly simulator: Simulator) {}

	/** @param breaks whether the next answer cuts it */
	async open(breaks: boolean): Promise<void> {
		this.breaks = breaks;
		const target = new URL(this.simulator.url);
		const server = createServer((socket) => {
			const onward = connect(Number(target.port), target.hostname);
			for (const end of [socket, onward]) this.sockets.add(end.on('error', () => end.destroy()));
			onward.on('data', (bytes) => (this.breaks ? void this.cut() : socket.write(bytes)));
			socket.on('close', () => onward.destroy()).pipe(onward);
		});
		await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.port, '127.0.0.1', resolve));
		this.port = (server.address() as AddressInfo).port;
		this.server = server;
	}

	async cut(): Promise<void> {
		const { server } = this;
		this.server = undefined;
		for (const socket of this.sockets) socket.destroy();
		this.sockets.clear();
		if (server !== undefined) await new Promise((resolve) => server.close(resolve));
	}

	credentials(): CredentialData {
		const direct = credentialsFor(this.simulator);
		return {
			...direct,
			hailuoApiframeApi: { ...direct['hailuoApiframeApi'], baseUrl: `http://127.0.0.1:${this.port}/apiframe` },
		};
	}
}

describe('a create whose answer was lost', () => {
	test.concurrent.each(REFUSALS)('stays in doubt when %s comes then, and a retry finds the job', (_what, fault) =>
		onStage(async ({ simulator, run }) => {
			strike(simulator, LOST, 1);
			strike(simulator, fault, 1);
			const failed = await run(CREATE);
			expectDoubt(failed);
			const retried = await run(CREATE, { retryOf: failed.data, mode: 'retry' });
			expect(retried.error).toBeUndefined();
			expect(fieldsOf(retried.items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
			expect([simulator.jobs.length, keysOf(simulator).size]).toEqual([1, 1]);
		}),
	);

	test.concurrent.each(REFUSALS)('stays in doubt in a retry that gets %s', (_what, fault) =>
		onStage(async ({ simulator, run }) => {
			strike(simulator, LOST, 1);
			strike(simulator, fault, 2);
			const failed = await run(CREATE);
			const second = await run(CREATE, { retryOf: failed.data, mode: 'retry' });
			expectDoubt(second);
			expect([typeof knownSince(second), knownSince(second)]).toEqual(['number', knownSince(failed)]);
			const third = await run(CREATE, { retryOf: second.data, mode: 'retry' });
			expect(third.error).toBeUndefined();
			expect(fieldsOf(third.items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
			expect([simulator.jobs.length, keysOf(simulator).size]).toEqual([1, 1]);
		}),
	);

	test.concurrent(
		'stays in doubt while nothing gets through any more, and a retry finds the job',
		() =>
			onStage(async ({ simulator, run }) => {
				const line = new Line(simulator);
				try {
					await line.open(true);
					const credentials = line.credentials();
					const failed = await run(CREATE, { credentials });
					expectDoubt(failed);
					expect(failed.error?.description).toContain('ECONNREFUSED');
					const second = await run(CREATE, { credentials, retryOf: failed.data, mode: 'retry' });
					expectDoubt(second);
					await line.open(false);
					const third = await run(CREATE, { credentials, retryOf: second.data, mode: 'retry' });
					expect(third.error).toBeUndefined();
					expect(fieldsOf(third.items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
					expect([simulator.jobs.length, keysOf(simulator).size]).toEqual([1, 1]);
				} finally {
					await line.cut();
				}
			}),
		60_000,
	);

	test.concurrent("is settled by the key where 'Create Retries' allows no repeat of what was certainly not made", () =>
		onStage(async ({ simulator, run }) => {
			strike(simulator, LOST, 1);
			strike(simulator, { kind: 'status', status: 503, body: { error: 'Service unavailable' } }, 1);
			const { items, error } = await run(aCreate('apiframe', { options: { createRetries: 0 } }));
			expect(error).toBeUndefined();
			expect(fieldsOf(items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
			expect([simulator.jobs.length, keysOf(simulator).size]).toEqual([1, 1]);
		}),
	);
});

describe('a create whose answer was lost, and whose callback field is then refused by name,', () => {
	const called = aCreate('apiframe', {
		callback: 'url',
		callbackUrl: 'https://n8n.example/webhook/hailuo',
		options: { waitForSlot: 0 },
	});
	const arrives: Fault = { ...LOST, moment: 'before' };

	test.concurrent('has made nothing: the other spelling makes the one job', () =>
		onStage(
			async ({ simulator, run }) => {
				strike(simulator, arrives, 1);
				const { items, error } = await run(called);
				expect(error).toBeUndefined();
				expect(fieldsOf(items, 'jobId')).toEqual(simulator.jobs.map(({ id }) => id));
				expect([simulator.jobs.length, simulator.requests.length]).toEqual([1, 3]);
			},
			{ apiframeWebhookField: 'webhook_url' },
		),
	);

	test.concurrent('has made nothing: a refusal of the other spelling is told as it is', () =>
		onStage(
			async ({ simulator, run }) => {
				strike(simulator, arrives, 1);
				simulator.addFault({ kind: 'status', status: 402, operation: 'create', skip: 1 });
				const { error } = await run(called);
				expect(error?.message).toBe('Apiframe has not enough credit in your account [item 0]');
				expect([simulator.jobs.length, simulator.requests.length]).toEqual([0, 3]);
			},
			{ apiframeWebhookField: 'webhook_url' },
		),
	);
});
