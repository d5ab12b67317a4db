import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { readStatus, type ProcessStatus } from './processTree';

/** Resident memory of one process, in bytes. */
export interface PeakMemory {
	/** Right before, once it had come to rest. */
	before: number;
	/** The most there was at any moment. */
	peak: number;
	/** `peak` over `before`. */
	rise: number;
}

/** A measurement that has begun. */
export interface PeakWatch {
	/** Ends it; after the process has ended it tells what was seen until then. Called again, it tells the same again. */
	end(): Promise<PeakMemory>;
}

export interface PeakOptions {
	/** Milliseconds between two samples. Default 20. */
	sampleMs?: number;
	/** Milliseconds the process may take to come to rest before it is measured all the same; 0 does not wait. Default 15000. */
	restMs?: number;
}

const SAMPLE_MS = 20;
const REST_MS = 15_000;
/** At rest is a process whose memory stays for this long within this much. */
const STILL_MS = 2_000;
const STILL_BYTES = 2 * 1024 ** 2;
/** To this file of a process the kernel takes "5" as the order to forget the highest memory it has seen. */
const FORGET_PEAK = '5';

async function readResident(processId: number): Promise<ProcessStatus | undefined> {
	const status = await readStatus(processId);
	// A process that has ended, but was not yet taken notice of, has a status without memory.
	return status?.residentBytes === 0 ? undefined : status;
}

async function untilAtRest(processId: number, restMs: number): Promise<void> {
	const deadline = Date.now() + restMs;
	let level = (await readResident(processId))?.residentBytes ?? 0;
	let since = Date.now();
	while (Date.now() < deadline && Date.now() - since < STILL_MS) {
		await pause(100);
		const now = (await readResident(processId))?.residentBytes ?? level;
		if (Math.abs(now - level) <= STILL_BYTES) continue;
		level = now;
		since = Date.now();
	}
}

/** Whether the kernel has done so; not every container lets it. */
async function forgetPeak(processId: number): Promise<boolean> {
	return await writeFile(`/proc/${processId}/clear_refs`, FORGET_PEAK).then(
		() => true,
		() => false,
	);
}

/**
 * Begins to watch how much memory a process holds resident: by the kernel's own mark of the highest, which misses
 * nothing, and by samples where that mark cannot be reset. Linux only. Children of the process are not counted, and
 * neither is what the kernel caches of files it writes.
 *
 * To be fair to a program that has just started, let it first do once, with little data, what is to be measured.
 *
 * @param processId of a process of the same user
 * @returns once the process has come to rest, and the watch has begun
 * @throws Error when there is no such process, or no /proc
 */
export async function watchPeakMemory(processId: number, options: PeakOptions = {}): Promise<PeakWatch> {
	const { sampleMs = SAMPLE_MS, restMs = REST_MS } = options;
	await untilAtRest(processId, restMs);
	const start = await readResident(processId);
	if (start === undefined) throw new Error(`There is no process ${processId} whose memory can be read`);
	const kernelKeepsPeak = await forgetPeak(processId);
	const before = start.residentBytes;
	let peak = before;
	const look = async () => {
		const status = await readResident(processId);
		if (status === undefined) return;
		peak = Math.max(peak, status.residentBytes, kernelKeepsPeak ? status.highestResidentBytes : 0);
	};
	const ended = new AbortController();
	const sampling = (async () => {
		while (!ended.signal.aborted) {
			await look();
			await pause(sampleMs, undefined, { signal: ended.signal }).catch(() => {});
		}
	})();
	const end = async () => {
		ended.abort();
		await sampling;
		await look();
		return { before, peak, rise: peak - before };
	};
	let told: Promise<PeakMemory> | undefined;
	return { end: () => (told ??= end()) };
}

/**
 * Measures the peak memory of one process while something runs. For several processes at once call `watchPeakMemory`
 * for each.
 *
 * @param processId of a process of the same user, such as `N8nServer.processId`
 * @param action begins when the process has come to rest; what it throws is thrown
 * @returns the memory, and what the action has returned
 * @throws Error when there is no such process, or no /proc
 */
export async function measurePeakMemory<Result>(
	processId: number,
	action: () => Promise<Result>,
	options: PeakOptions = {},
): Promise<PeakMemory & { result: Result }> {
	const watch = await watchPeakMemory(processId, options);
	try {
		const result = await action();
		return { ...(await watch.end()), result };
	} catch (error) {
		await watch.end();
		throw error;
	}
}
