import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { createServer, get, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createGunzip, gzipSync } from 'node:zlib';
import { until, useVirtualClock } from './virtualClock';

useVirtualClock();

const HOUR = 3_600_000;

async function pause(milliseconds: number): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** How much virtual time something takes. */
async function durationOf(act: () => Promise<unknown>): Promise<number> {
	const start = Date.now();
	await act();
	return Date.now() - start;
}

async function ask(answer: RequestListener): Promise<string> {
	const server = createServer(answer);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	try {
		return await new Promise((resolve, reject) => {
			get({ port, host: '127.0.0.1' }, (response) => resolve(text(response))).on('error', reject);
		});
	} finally {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
}

test('a pause of an hour takes an hour of the dates, and none of the test', async () => {
	expect(await durationOf(async () => await pause(HOUR))).toBe(HOUR);
});

test('timers fire in the order of their times, at those times', async () => {
	const start = Date.now();
	const fired: number[] = [];
	await Promise.all([3000, 1000, 2000].map((due) => pause(due).then(() => fired.push(Date.now() - start))));
	expect(fired).toEqual([1000, 2000, 3000]);
});

test('a loop of pauses shorter than a millisecond ends', async () => {
	const end = Date.now() + 1;
	while (Date.now() < end) await pause(0.4);
});

const megabytes = Buffer.alloc(32 * 1024 * 1024, 'frame');

test.each<[string, () => Promise<unknown>]>([
	['an answer is on its way', async () => await ask((_request, response) => response.end(megabytes))],
	['a file is read', async () => await readFile(process.execPath)],
	['a name is looked up', async () => await lookup('localhost')],
	[
		'an answer is unpacked',
		async () => {
			const gunzip = createGunzip();
			gunzip.end(gzipSync(megabytes));
			await text(gunzip);
		},
	],
	['others come in turn', async () => await promisify(setImmediate)()],
])('time stands still while %s', async (_what, act) => {
	const timer = setInterval(() => {}, 1);
	expect(await durationOf(act)).toBe(0);
	clearInterval(timer);
});

test('time goes on where an answer waits for it, and only as far', async () => {
	const slow: RequestListener = (_request, response) => void setTimeout(() => response.end('late'), HOUR);
	expect(await durationOf(async () => expect(await ask(slow)).toBe('late'))).toBe(HOUR);
});

describe('until', () => {
	test('is over between the moment that makes it so and the next', async () => {
		let ticks = 0;
		const timer = setInterval(() => (ticks += 1), 1000);
		expect(await durationOf(async () => await until(() => ticks === 3))).toBe(3000);
		clearInterval(timer);
		expect(ticks).toBe(3);
	});

	test('gives up what is not so within an hour', async () => {
		const timer = setInterval(() => {}, 60_000);
		await expect(until(() => false)).rejects.toThrow('Not within an hour');
		clearInterval(timer);
	});

	test('throws what a look throws', async () => {
		const look = () => {
			throw new Error('No look');
		};
		await expect(until(look)).rejects.toThrow('No look');
	});
});
