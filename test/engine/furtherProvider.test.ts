/**
 * A provider that joins with one adapter and one line of the registry: the built node makes videos by it, in n8n's own
 * engine, against a server that answers as its adapter has it documented.
 */
import { sampleCredential } from '../tools/support/furtherProvider';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { INodeParameters } from 'n8n-workflow';
import { credentialTypes } from '../tools/support/built';
import { runHailuo } from '../tools/support/runNode';
import { serveTrigger, WEBHOOK_ID, type TriggerServer } from '../tools/support/triggerServer';
import { aPrompt, nextExecutionId, PROMPT } from './stage';

credentialTypes.push(sampleCredential);

const OK = { code: 0, text: 'ok' };
const VIDEO = 'https://videos.example/s-1.mp4';

interface Asked {
	line: string;
	key: string | undefined;
	body: unknown;
}

type SampleCredentials = Record<string, { apiKey: string; baseUrl: string }>;

type Answers = Readonly<Record<string, readonly object[]>>;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
	return request.method === 'GET' ? null : await json(request);
}

/** Answers each call by the next of its answers, the last one for ever; always with HTTP 200. */
async function withSample(
	answers: Answers,
	act: (credentials: SampleCredentials, asked: Asked[]) => Promise<void>,
): Promise<void> {
	const asked: Asked[] = [];
	const server = createServer(async (request, response) => {
		const line = `${request.method} ${request.url}`;
		const before = asked.filter((call) => call.line === line).length;
		asked.push({ line, key: request.headers['x-sample-key']?.toString(), body: await bodyOf(request) });
		const known = answers[line] ?? [{ result: { code: 99, text: `Nobody knows ${line}` } }];
		response.setHeader('Content-Type', 'application/json');
		response.end(JSON.stringify(known[before] ?? known.at(-1)));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	try {
		await act({ [sampleCredential.name]: { apiKey: 'sample-key-1234', baseUrl } }, asked);
	} finally {
		server.close();
		server.closeAllConnections();
	}
}

const aVideo = (changes: INodeParameters = {}): INodeParameters => ({
	provider: 'sample',
	operation: 'createAndWait',
	model: 'hailuo-02',
	prompt: '={{ $json.prompt }}',
	...changes,
});

const MADE = { 'POST /tasks': [{ task: 's-1', state: 'new', result: OK }] };
const OVER = {
	'GET /tasks/s-1': [
		{ task: 's-1', state: 'busy', result: OK },
		{ task: 's-1', state: 'done', file: '7', result: OK },
	],
	'GET /files/7': [{ address: VIDEO, result: OK }],
};

test('is waited for until the second step of its answer names the video, and its own handle is a field of the item', () =>
	withSample({ ...MADE, ...OVER }, async (credentials, asked) => {
		const items = [aPrompt()];
		const run = await runHailuo(aVideo(), { items, credentials, executionId: nextExecutionId() });
		expect(run.error).toBeUndefined();
		expect(run.items.map((item) => item.json)).toEqual([
			{
				provider: 'sample',
				jobId: 's-1',
				model: 'hailuo-02',
				status: 'succeeded',
				rawStatus: 'done',
				progress: null,
				videoUrl: VIDEO,
				additionalUrls: [],
				failure: null,
				cost: null,
				createdAt: expect.any(String),
				completedAt: null,
				expiresAt: null,
				fileId: '7',
			},
		]);
		const read = { key: 'sample-key-1234', body: null };
		expect(asked).toEqual([
			{
				line: 'POST /tasks',
				key: 'sample-key-1234',
				body: { model: 'two-from-text', prompt: PROMPT, duration: 6, resolution: '768P' },
			},
			{ line: 'GET /tasks/s-1', ...read },
			{ line: 'GET /tasks/s-1', ...read },
			{ line: 'GET /files/7', ...read },
		]);
	}));

test.each([
	[11, 'Sample refused the credential [item 0]'],
	[12, 'Sample has not enough credit in your account [item 0]'],
	[13, 'Sample refused the values of the request [item 0]'],
	[99, 'It is not known whether Sample made this job [item 0]'],
])('that refuses with code %i in an answer of status 200 buys nothing twice', (code, title) =>
	withSample({ 'POST /tasks': [{ result: { code, text: 'No' } }] }, async (credentials, asked) => {
		const run = await runHailuo(aVideo(), { items: [aPrompt()], credentials, executionId: nextExecutionId() });
		expect(run.error?.message).toBe(title);
		expect(asked).toHaveLength(1);
	}),
);

test('that tries an address before it takes the job is not given one of an execution that does not wait yet', () =>
	withSample(MADE, async (credentials, asked) => {
		const parameters = aVideo({ operation: 'create', callback: '={{ "thisExecution" }}' });
		const run = await runHailuo(parameters, { items: [aPrompt()], credentials, executionId: nextExecutionId() });
		expect(run.error?.message).toMatch(/^'Callback' cannot be 'This Execution' with Sample, which tries the address/);
		expect(asked).toEqual([]);
	}));

describe('its trigger', () => {
	const reporting = { callback: 'url', callbackUrl: `https://n8n.example.com/webhook/${WEBHOOK_ID}/hailuo` };

	/** Makes a job that reports to a trigger; leads to the trigger and to its address as the provider was given it. */
	async function made(
		credentials: SampleCredentials,
		asked: Asked[],
	): Promise<{ trigger: TriggerServer; url: string }> {
		const trigger = await serveTrigger({ provider: 'sample' }, { credentials });
		const create = aVideo({ operation: 'create', ...reporting });
		await runHailuo(create, { items: [aPrompt()], credentials, executionId: nextExecutionId() });
		const { callback } = asked[0]?.body as { callback: string };
		asked.length = 0;
		return { trigger, url: trigger.url + new URL(callback).search };
	}

	async function post(url: string, body: object): Promise<[number, unknown]> {
		const headers = { 'Content-Type': 'application/json' };
		const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
		return [response.status, await response.json()];
	}

	test('answers the challenge, and starts nothing by it', () =>
		withSample({ ...MADE, ...OVER }, async (credentials, asked) => {
			const { trigger, url } = await made(credentials, asked);
			expect(await post(url, { challenge: 'c-42' })).toEqual([200, { challenge: 'c-42' }]);
			expect([trigger.starts, asked]).toEqual([[], []]);
			await trigger.close();
		}));

	test('reads the job of a callback in both steps', () =>
		withSample({ ...MADE, ...OVER, 'GET /tasks/s-1': OVER['GET /tasks/s-1'].slice(1) }, async (credentials, asked) => {
			const { trigger, url } = await made(credentials, asked);
			expect(await post(url, { task: 's-1', state: 'done' })).toMatchObject([200, {}]);
			expect(trigger.starts).toMatchObject([
				{ provider: 'sample', jobId: 's-1', status: 'succeeded', videoUrl: VIDEO, fileId: '7', event: 'succeeded' },
			]);
			expect(asked.map(({ line }) => line)).toEqual(['GET /tasks/s-1', 'GET /files/7']);
			await trigger.close();
		}));
});
