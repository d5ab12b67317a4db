import { createServer, type Server } from 'node:http';
import { WebSocket } from 'ws';

import { webhookSignature } from './apiframeCallbacks';
import { at, bearer, call, form, signed } from './client';
import { headersOf, readBody } from './http';
import { startSimulator, type Simulator } from './index';

const PROMPT = 'A paper boat on a rainy street';

interface Delivery {
	headers: Record<string, string>;
	rawBody: string;
	body: unknown;
	at: number;
}

let simulator: Simulator;
let receiver: Server;
let hook: string;
const deliveries: Delivery[] = [];
/** Statuses the receiver answers with, in turn; 200 after that. */
const answers: number[] = [];

beforeAll(async () => {
	simulator = await startSimulator({ jobDurationMs: 120, callbackRetryDelaysMs: [30, 60] });
	receiver = createServer((message, response) => {
		void readBody(message).then((raw) => {
			const rawBody = String(raw);
			deliveries.push({ headers: headersOf(message), rawBody, body: JSON.parse(rawBody), at: Date.now() });
			response.writeHead(answers.shift() ?? 200).end();
		});
	});
	await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
	const address = receiver.address();
	hook = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}/hook` : '';
});
beforeEach(() => {
	simulator.reset();
	deliveries.length = 0;
	answers.length = 0;
});
afterAll(async () => {
	await simulator.close();
	await new Promise((resolve) => receiver.close(resolve));
});

async function createOnApiframe(more: Record<string, unknown> = {}): Promise<string> {
	const reply = await call(`${simulator.endpoints.apiframe.baseUrl}/v2/videos/generate`, {
		headers: { 'x-api-key': simulator.keys.apiframe.apiKey },
		json: { model: 'hailuo-02', prompt: PROMPT, webhookUrl: hook, ...more },
	});
	return String(at(reply.json, 'jobId'));
}

async function createOnWiro(): Promise<{ id: string; token: string }> {
	const reply = await call(`${simulator.endpoints.wiro.baseUrl}/v1/Run/minimax/hailuo-2-3`, {
		headers: signed(simulator),
		form: form({ prompt: PROMPT, callbackUrl: hook }),
	});
	return { id: String(at(reply.json, 'taskid')), token: String(at(reply.json, 'socketaccesstoken')) };
}

function firstDelivery(): Delivery {
	const [first] = deliveries;
	if (!first) throw new Error('Nothing was delivered');
	return first;
}

const pause = async (milliseconds: number): Promise<void> =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));
/** Waits until jobs are over and nothing is on its way. */
const settled = async (): Promise<void> => {
	await pause(160);
	await simulator.callbacksSettled();
};

describe('Apiframe callbacks', () => {
	it('come at the end, signed over the raw body', async () => {
		const jobId = await createOnApiframe();
		await settled();
		expect(deliveries).toHaveLength(1);
		const { headers, rawBody, body } = firstDelivery();
		expect(body).toMatchObject({
			event: 'completed',
			jobId,
			status: 'COMPLETED',
			progress: 100,
			result: { videoUrl: expect.any(String) },
		});
		expect(headers['x-webhook-event']).toBe('completed');
		expect(headers['x-webhook-signature']).toBe(`sha256=${webhookSignature(rawBody, simulator.keys.apiframe.apiKey)}`);
	});

	it('are signed with the bytes of the hashed key: an answer computed elsewhere', () => {
		// python3: hmac.new(hashlib.sha256(key).digest(), body, hashlib.sha256).hexdigest()
		const body = '{"event":"completed","jobId":"b2c3d4e5-f6a7-8901-bcde-f23456789012","status":"COMPLETED"}';
		expect(webhookSignature(body, 'afk_simulated-apiframe-key-8a47e3')).toBe(
			'94bc011670a763dfc0e323a9e30c6aa95ea3d9efe330b5c4b2651a1e68e25742',
		);
	});

	it('tell of progress when asked to, and of failures', async () => {
		await createOnApiframe({ webhookEvents: ['progress', 'failed'], prompt: 'A cat [[fail:Out of luck]]' });
		await settled();
		expect(deliveries.map(({ body }) => [at(body, 'event'), at(body, 'error')])).toEqual([
			['progress', undefined],
			['progress', undefined],
			['progress', undefined],
			['failed', 'Out of luck'],
		]);
	});

	it('are repeated until accepted, and the job says how it went', async () => {
		answers.push(500, 409);
		const jobId = await createOnApiframe();
		await settled();
		expect(simulator.callbacks[0]?.attempts.map(({ status }) => status)).toEqual([500, 409, 200]);
		const read = await call(`${simulator.endpoints.apiframe.baseUrl}/v2/jobs/${jobId}`, {
			headers: { 'x-api-key': simulator.keys.apiframe.apiKey },
		});
		expect(at(read.json, 'webhookStatus')).toBe('delivered');
	});
});

describe('EvoLink and Wiro callbacks', () => {
	it('carry the very answer of a task query', async () => {
		const { baseUrl } = simulator.endpoints.evolink;
		const headers = bearer(simulator.keys.evolink.apiKey);
		const created = await call(`${baseUrl}/v1/videos/generations`, {
			headers,
			json: { model: 'MiniMax-Hailuo-02', prompt: PROMPT, callback_url: hook },
		});
		const wiro = await createOnWiro();
		await settled();
		const evolinkRead = await call(`${baseUrl}/v1/tasks/${String(at(created.json, 'id'))}`, { headers });
		const wiroRead = await call(`${simulator.endpoints.wiro.baseUrl}/v1/Task/Detail`, {
			headers: signed(simulator),
			json: { taskid: wiro.id },
		});
		expect(deliveries.map(({ body }) => body)).toEqual(expect.arrayContaining([evolinkRead.json, wiroRead.json]));
		expect(deliveries.every(({ headers: sent }) => sent['x-webhook-signature'] === undefined)).toBe(true);
	});

	it('come when a Wiro task is cancelled only if told to', async () => {
		simulator.configure({ jobDurationMs: 60_000 });
		const cancel = async (): Promise<void> => {
			const { id } = await createOnWiro();
			await call(`${simulator.endpoints.wiro.baseUrl}/v1/Task/Cancel`, {
				headers: signed(simulator),
				json: { taskid: id },
			});
			await settled();
		};
		await cancel();
		expect(deliveries).toHaveLength(0);
		simulator.configure({ wiroCallbackOnCancel: true });
		await cancel();
		expect(deliveries.map(({ body }) => at(body, 'tasklist.0.status'))).toEqual(['task_cancel']);
	});
});

describe('a callback fault', () => {
	it('duplicate sends it at the same instant as often as it says', async () => {
		simulator.addFault({ kind: 'duplicate', copies: 4 });
		await createOnApiframe();
		await settled();
		expect(new Set(deliveries.map(({ rawBody }) => rawBody)).size).toBe(1);
		expect(deliveries).toHaveLength(4);
	});

	it('lost never sends it', async () => {
		simulator.addFault({ kind: 'lost' });
		await createOnApiframe();
		await settled();
		expect(deliveries).toHaveLength(0);
		expect(simulator.callbacks).toEqual([expect.objectContaining({ fault: 'lost', attempts: [] })]);
	});

	it('early sends it before create is answered', async () => {
		simulator.addFault({ kind: 'early' });
		const jobId = await createOnApiframe();
		expect(deliveries.map(({ body }) => at(body, 'jobId'))).toEqual([jobId]);
		expect(simulator.phaseOf(jobId)).toBe('succeeded');
	});

	it('late sends it after its time', async () => {
		simulator.addFault({ kind: 'late', delayMs: 100 });
		const jobId = await createOnApiframe();
		await settled();
		const endsAt = simulator.job(jobId)?.endsAt ?? 0;
		expect((deliveries[0]?.at ?? 0) - endsAt).toBeGreaterThanOrEqual(98);
	});

	it('forged adds one that claims a success, with a foreign signature', async () => {
		simulator.configure({ jobDurationMs: 60_000 });
		simulator.addFault({ kind: 'forged' });
		const jobId = await createOnApiframe();
		await settled();
		expect(simulator.phaseOf(jobId)).not.toBe('succeeded');
		const { headers, rawBody, body } = firstDelivery();
		expect(at(body, 'status')).toBe('COMPLETED');
		expect(headers['x-webhook-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
		expect(headers['x-webhook-signature']).not.toContain(webhookSignature(rawBody, simulator.keys.apiframe.apiKey));
		simulator.finishJob(jobId);
		await settled();
		expect(deliveries).toHaveLength(2);
	});

	it('can be anything else, sent by hand', async () => {
		const jobId = await createOnApiframe({ webhookEvents: ['failed'] });
		const record = await simulator.sendCallback(jobId, {
			event: 'progress',
			signWith: 'none',
			headers: { 'x-extra': '1' },
		});
		expect(record.deliveredAt).toBeDefined();
		expect(deliveries[0]?.body).toMatchObject({ event: 'progress', jobId });
		expect(deliveries[0]?.headers).toMatchObject({ 'x-extra': '1' });
		expect(deliveries[0]?.headers['x-webhook-signature']).toBeUndefined();
	});
});

describe("Wiro's socket", () => {
	/** Registers for a task; resolves with all messages once the socket is closed or the task is over. */
	async function listen(token: string): Promise<unknown[]> {
		const messages: unknown[] = [];
		const socket = new WebSocket(simulator.endpoints.wiro.socketUrl);
		await new Promise<void>((resolve) => {
			socket.on('open', () => socket.send(JSON.stringify({ type: 'task_info', tasktoken: token })));
			socket.on('message', (data) => {
				const message: unknown = JSON.parse(String(data));
				messages.push(message);
				if (['task_postprocess_end', 'task_cancel'].includes(String(at(message, 'type')))) socket.close();
			});
			socket.on('error', () => undefined);
			socket.on('close', () => resolve());
		});
		return messages;
	}

	it('tells of every stage and ends with the outputs', async () => {
		simulator.configure({ jobDurationMs: 800 });
		const { token } = await createOnWiro();
		const messages = await listen(token);
		expect([...new Set(messages.map((message) => at(message, 'type')))]).toEqual([
			'task_queue',
			'task_accept',
			'task_preprocess_start',
			'task_preprocess_end',
			'task_assign',
			'task_start',
			'task_output',
			'task_output_full',
			'task_error_full',
			'task_end',
			'task_postprocess_start',
			'task_postprocess_end',
		]);
		expect(messages).toContainEqual({ type: 'task_output', tasktoken: token, message: 'Step 5/10...' });
		expect(at(messages.at(-1), 'message.0.url')).toMatch(/^http:/);
	});

	it('tells of a cancellation', async () => {
		simulator.configure({ jobDurationMs: 60_000 });
		const { id, token } = await createOnWiro();
		const messages = listen(token);
		await pause(15);
		await call(`${simulator.endpoints.wiro.baseUrl}/v1/Task/Cancel`, {
			headers: signed(simulator),
			json: { taskid: id },
		});
		expect((await messages).at(-1)).toEqual({ type: 'task_cancel', tasktoken: token });
	});

	it('can refuse, break and say nothing', async () => {
		const { token } = await createOnWiro();
		simulator.addFault({ kind: 'refuse' });
		expect(await listen(token)).toEqual([]);
		simulator.addFault({ kind: 'reset', operation: 'socket' });
		expect(await listen(token)).toHaveLength(1);
		simulator.addFault({ kind: 'silent' });
		const outcome = await Promise.race([listen(token), pause(200).then(() => 'silence')]);
		expect(outcome).toBe('silence');
	});
});
