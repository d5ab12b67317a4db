import { request } from 'undici';
import { startSimulator, type Simulator } from '../../simulator';
import { minimaxApi } from './minimax';

const API_KEY = 'a-minimax-key';
const AN_HOUR_MS = 3_600_000;

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator();
});

afterAll(async () => {
	await simulator.close();
});

function mountJobsOf(jobDurationMs: number): void {
	const videoUrl = `${simulator.cdnUrl}/videos/sample.mp4`;
	simulator.mount('minimax', minimaxApi({ apiKey: API_KEY, jobDurationMs, videoUrl }));
}

/** What n8n's built-in node sends for text to video with its defaults. */
const TEXT_TO_VIDEO = {
	model: 'MiniMax-Hailuo-2.3',
	prompt: 'A paper boat crosses a puddle at dawn',
	duration: 6,
	resolution: '768P',
};

async function call(method: 'GET' | 'POST', path: string, body?: unknown, apiKey = API_KEY) {
	const answer = await request(`${simulator.url}/minimax${path}`, {
		method,
		headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
}

const SUCCESS = { status_code: 0, status_msg: 'success' };

describe("MiniMax's API as n8n's built-in node calls it", () => {
	it('leads from a prompt to the address of a video', async () => {
		mountJobsOf(0);
		const created = await call('POST', '/v1/video_generation', TEXT_TO_VIDEO);
		expect(created).toEqual({ status: 200, body: { task_id: expect.any(String), base_resp: SUCCESS } });

		const read = await call('GET', `/v1/query/video_generation?task_id=${String(created.body['task_id'])}`);
		expect(read.body).toMatchObject({ status: 'Success', file_id: expect.any(String), base_resp: SUCCESS });

		const retrieved = await call('GET', `/v1/files/retrieve?file_id=${String(read.body['file_id'])}`);
		expect(retrieved.body).toMatchObject({
			file: { file_id: read.body['file_id'], download_url: `${simulator.cdnUrl}/videos/sample.mp4` },
			base_resp: SUCCESS,
		});
	});

	it('keeps a job in the queue, without a file, while its time runs', async () => {
		mountJobsOf(AN_HOUR_MS);
		const { body: created } = await call('POST', '/v1/video_generation', TEXT_TO_VIDEO);
		const { body } = await call('GET', `/v1/query/video_generation?task_id=${String(created['task_id'])}`);
		expect(body).toEqual({ task_id: created['task_id'], status: 'Queueing', base_resp: SUCCESS });
	});

	it('tells every job from the others', async () => {
		mountJobsOf(AN_HOUR_MS);
		const made = await Promise.all([1, 2, 3].map(() => call('POST', '/v1/video_generation', TEXT_TO_VIDEO)));
		expect(new Set(made.map(({ body }) => body['task_id'])).size).toBe(3);
	});

	it.each([
		['a foreign key', TEXT_TO_VIDEO, 'another-key', 1004],
		['an unknown model', { ...TEXT_TO_VIDEO, model: 'MiniMax-H3' }, API_KEY, 2013],
		['a parameter it does not know', { ...TEXT_TO_VIDEO, ratio: '16:9' }, API_KEY, 2013],
		['no prompt', { ...TEXT_TO_VIDEO, prompt: '' }, API_KEY, 2013],
	])('refuses %s in an answer of HTTP status 200', async (_what, body, apiKey, code) => {
		mountJobsOf(0);
		const answer = await call('POST', '/v1/video_generation', body, apiKey);
		expect(answer).toMatchObject({ status: 200, body: { base_resp: { status_code: code } } });
		expect(answer.body['task_id']).toBeUndefined();
	});
});
