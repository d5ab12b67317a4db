import { startSimulator, type Simulator } from '../tools/simulator';
import { credentialsFor } from '../tools/support/gateways';
import { runHailuo, type CredentialData, type EngineRun } from '../tools/support/runNode';
import { useVirtualClock } from '../tools/support/virtualClock';

useVirtualClock();

const JOB_MILLISECONDS = 5_500;

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator({ jobDurationMs: JOB_MILLISECONDS });
});

afterAll(async () => {
	await simulator.close();
});

beforeEach(() => {
	simulator.reset();
});

type Run = EngineRun & { items: unknown[] };

async function createAndWaitWith(credentials: CredentialData, parameters = {}): Promise<Run> {
	return await runHailuo(
		{ provider: 'wiro', operation: 'createAndWait', model: 'hailuo-2.3', prompt: 'A cat', ...parameters },
		{ credentials },
	);
}

async function createAndWait(socketUrl: string | undefined, parameters = {}): Promise<Run> {
	const credentials = credentialsFor(simulator);
	const hailuoWiroApi = { ...credentials.hailuoWiroApi, socketUrl: socketUrl ?? '' };
	return await createAndWaitWith({ ...credentials, hailuoWiroApi }, parameters);
}

/** Milliseconds from the job's end to the read that saw it. */
function latency(): number {
	const [job] = simulator.jobs;
	const lastRead = simulator.requestsOf('wiro', 'read').at(-1);
	return lastRead!.at - job!.endsAt;
}

test("the socket's last event has the job read at once instead of at the next poll", async () => {
	const run = await createAndWait(simulator.endpoints.wiro.socketUrl, { options: { pollInterval: 30 } });
	expect(run.error).toBeUndefined();
	expect(run.items).toMatchObject([{ json: { status: 'succeeded', progress: 100 } }]);
	expect(latency()).toBeLessThan(10);
});

test("its events fill the progress, which Wiro's own answer has not", async () => {
	const run = await createAndWait(simulator.endpoints.wiro.socketUrl, { timeout: 0.07, onTimeout: 'output' });
	expect(run.items).toMatchObject([{ json: { timedOut: true, status: 'running', progress: expect.any(Number) } }]);
});

test.each(['refuse', 'silent', 'reset', 'malformedJson'] as const)(
	'polling goes on as if it were not there when the socket fails: %s',
	async (kind) => {
		simulator.addFault({ operation: 'socket', kind, times: 99 });
		const run = await createAndWait(simulator.endpoints.wiro.socketUrl);
		expect(run.items).toMatchObject([{ json: { status: 'succeeded' } }]);
		expect(simulator.requestsOf('wiro', 'read')).toHaveLength(2);
	},
);

test.each([
	['blank', ''],
	['unencrypted and not on this machine', 'ws://socket.example.com/v1'],
	['no socket address', 'https://socket.example.com/v1'],
	['no address at all', 'wss:'],
])('no socket is opened to an address that is %s, and the job is polled', async (_reason, address) => {
	const opened = jest.spyOn(global, 'WebSocket');
	simulator.configure({ jobDurationMs: 100 });
	const run = await createAndWait(address);
	simulator.configure({ jobDurationMs: JOB_MILLISECONDS });
	expect(run.items).toMatchObject([{ json: { status: 'succeeded' } }]);
	expect(opened).not.toHaveBeenCalled();
	opened.mockRestore();
});

test('an address that no socket takes leaves the bought job to polling', async () => {
	simulator.configure({ jobDurationMs: 100 });
	const run = await createAndWait(`${simulator.endpoints.wiro.socketUrl}#fragment`);
	simulator.configure({ jobDurationMs: JOB_MILLISECONDS });
	expect(run.error).toBeUndefined();
	expect(run.items).toMatchObject([{ json: { jobId: simulator.jobs[0]?.id, status: 'succeeded' } }]);
});

test('a credential that cannot be read when the socket is opened leaves the bought job to polling', async () => {
	const { hailuoWiroApi = {} } = credentialsFor(simulator);
	let refusals = 0;
	simulator.configure({ jobDurationMs: 100 });
	const run = await createAndWaitWith({
		get hailuoWiroApi() {
			if (simulator.jobs.length === 0 || refusals > 0) return hailuoWiroApi;
			refusals += 1;
			throw new Error('The vault is sealed');
		},
	});
	simulator.configure({ jobDurationMs: JOB_MILLISECONDS });
	expect(refusals).toBe(1);
	expect(run.error).toBeUndefined();
	expect(run.items).toMatchObject([{ json: { jobId: simulator.jobs[0]?.id, status: 'succeeded' } }]);
});

test('no socket is opened where n8n would reach its address through a proxy', async () => {
	const opened = jest.spyOn(global, 'WebSocket');
	const environment = { ...process.env };
	process.env.http_proxy = 'http://127.0.0.1:9';
	process.env.no_proxy = '127.0.0.1';
	simulator.configure({ jobDurationMs: 100 });
	try {
		const run = await createAndWait(simulator.endpoints.wiro.socketUrl?.replace('127.0.0.1', 'localhost'));
		expect(run.error).toBeUndefined();
		expect(run.items).toMatchObject([{ json: { status: 'succeeded' } }]);
		expect(opened).not.toHaveBeenCalled();
	} finally {
		process.env = environment;
		simulator.configure({ jobDurationMs: JOB_MILLISECONDS });
		opened.mockRestore();
	}
});
