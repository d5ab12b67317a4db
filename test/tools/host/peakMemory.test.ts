import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { measurePeakMemory, watchPeakMemory } from './peakMemory';

const MEGABYTE = 1024 ** 2;

/** Holds as many megabytes for a moment as it is told on its input, and says so when it has let go of them. */
const HOLDER = `process.stdin.setEncoding('utf8').on('data', (megabytes) => {
	Buffer.alloc(Number(megabytes) * ${MEGABYTE}, 1);
	setTimeout(() => process.stdout.write('done'), 50);
});
process.stdout.write('ready');`;

let holder: ChildProcess;

beforeEach(async () => {
	holder = spawn(process.execPath, ['-e', HOLDER], { stdio: ['pipe', 'pipe', 'inherit'] });
	await once(holder.stdout!, 'data');
});

afterEach(() => void holder.kill('SIGKILL'));

async function hold(megabytes: number): Promise<string> {
	const said = once(holder.stdout!, 'data');
	holder.stdin!.write(String(megabytes));
	return String((await said)[0]);
}

test('sees the memory that a process holds for a moment', async () => {
	const { result, before, peak, rise } = await measurePeakMemory(holder.pid!, async () => await hold(200));
	expect(result).toBe('done');
	expect(rise).toBe(peak - before);
	expect(rise / MEGABYTE).toBeGreaterThan(190);
	expect(rise / MEGABYTE).toBeLessThan(260);
});

test('forgets what was held before it began', async () => {
	await hold(200);
	const { rise } = await measurePeakMemory(holder.pid!, async () => await hold(1));
	expect(rise / MEGABYTE).toBeLessThan(100);
});

test('tells what it saw of a process that ended meanwhile', async () => {
	const watch = await watchPeakMemory(holder.pid!);
	await hold(100);
	// Of a process that has ended nobody reads the highest mark any more: a sample must have come before.
	await pause(200);
	holder.kill('SIGKILL');
	await once(holder, 'close');
	expect((await watch.end()).rise / MEGABYTE).toBeGreaterThan(90);
});
