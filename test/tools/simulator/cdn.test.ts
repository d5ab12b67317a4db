import { request } from 'undici';

import { at, bearer, call } from './client';
import { startSimulator, type Simulator } from './index';
import { imageTypeOf } from './samples';

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator({ jobDurationMs: 0, videoBytes: 300_000 });
});
afterEach(() => simulator.reset());
afterAll(async () => await simulator.close());

async function videoUrl(): Promise<string> {
	const headers = bearer(simulator.keys.evolink.apiKey);
	const { baseUrl } = simulator.endpoints.evolink;
	const created = await call(`${baseUrl}/v1/videos/generations`, {
		headers,
		json: { model: 'MiniMax-Hailuo-02', prompt: 'A cat' },
	});
	const read = await call(`${baseUrl}/v1/tasks/${String(at(created.json, 'id'))}`, { headers });
	return String(at(read.json, 'results.0'));
}

async function bytesOf(url: string): Promise<Buffer> {
	const { body } = await request(url);
	return Buffer.from(await body.arrayBuffer());
}

it('serves a result as an mp4 of the wanted size, on another origin than the APIs', async () => {
	const url = await videoUrl();
	const { headers, body } = await request(url);
	const bytes = Buffer.from(await body.arrayBuffer());
	expect(headers).toMatchObject({ 'content-type': 'video/mp4', 'content-length': '300000' });
	expect(bytes.length).toBe(300_000);
	expect(bytes.subarray(4, 12).toString()).toBe('ftypisom');
	expect(bytes.readUInt32BE(24)).toBe(300_000 - 24);
	expect(new URL(url).origin).not.toBe(new URL(simulator.url).origin);
});

it('wants the signed address to the letter', async () => {
	const url = await videoUrl();
	expect((await request(url.replace(/Expires=\d/, 'Expires=0'))).statusCode).toBe(404);
	expect((await request(url.split('?')[0] ?? '')).statusCode).toBe(404);
});

it('records what reached it, so that a test can show no key did', async () => {
	await call(`${simulator.cdnUrl}/videos/sample.mp4?bytes=50`, { headers: { 'x-probe': '1' } });
	expect(simulator.requestsOf('cdn', 'download')).toEqual([
		expect.objectContaining({
			path: '/videos/sample.mp4',
			status: 200,
			headers: expect.objectContaining({ 'x-probe': '1' }),
		}),
	]);
});

it.each(['png', 'jpg', 'webp', 'gif'])('serves a %s image of any size', async (extension) => {
	const bytes = await bytesOf(`${simulator.cdnUrl}/images/test.${extension}?bytes=70000`);
	expect([bytes.length, imageTypeOf(bytes)]).toEqual([70_000, `image/${extension === 'jpg' ? 'jpeg' : extension}`]);
});

it('redirects as many times as asked, and to any address', async () => {
	let url = `${simulator.cdnUrl}/redirect/6?to=${encodeURIComponent('file:///etc/passwd')}`;
	let hops = 0;
	for (;;) {
		const { statusCode, headers, body } = await request(url);
		await body.dump();
		expect(statusCode).toBe(302);
		hops += 1;
		const location = String(headers.location);
		if (location.startsWith('file:')) break;
		url = new URL(location, url).href;
	}
	expect(hops).toBe(6);
});

it('lets the options choose what a finished job reports', async () => {
	simulator.configure({ videoUrl: ({ id }) => `${simulator.cdnUrl}/redirect/2?job=${id}` });
	expect(await videoUrl()).toMatch(/\/redirect\/2\?job=task-unified-/);
});

it('can stall, break off and be gone', async () => {
	const stalled = await request(`${simulator.cdnUrl}/stall?after=10`, { bodyTimeout: 100 });
	await expect(stalled.body.arrayBuffer()).rejects.toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' });
	const broken = await request(`${simulator.cdnUrl}/reset?after=10`);
	await expect(broken.body.arrayBuffer()).rejects.toThrow();
	expect((await request(`${simulator.cdnUrl}/status/410`)).statusCode).toBe(410);
});

it('can be struck by faults as the APIs can', async () => {
	const url = await videoUrl();
	simulator.addFault({ operation: 'download', kind: 'status', status: 404 });
	simulator.addFault({ operation: 'download', kind: 'reset', bytes: 2000 });
	simulator.addFault({ operation: 'download', kind: 'truncated' });
	simulator.addFault({ operation: 'download', kind: 'redirect', location: 'http://127.0.0.1:1/' });
	expect((await request(url)).statusCode).toBe(404);
	await expect(bytesOf(url)).rejects.toThrow();
	await expect(bytesOf(url)).rejects.toThrow();
	expect((await request(url)).headers.location).toBe('http://127.0.0.1:1/');
	expect(await bytesOf(url)).toHaveLength(300_000);
});
