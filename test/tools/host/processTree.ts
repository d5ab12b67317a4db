import { readdir, readFile } from 'node:fs/promises';

/** Resident memory in bytes; `tree` also counts the task runners and whatever else the process started. */
export interface Memory {
	main: number;
	tree: number;
}

export interface ProcessStatus {
	id: number;
	parentId: number;
	residentBytes: number;
	/** The most there was since the process began, or since the kernel was told to forget. */
	highestResidentBytes: number;
}

/** Reads /proc/<id>/status, so only on Linux; undefined when there is none, as a process may end before it is read. */
export async function readStatus(id: number): Promise<ProcessStatus | undefined> {
	const text = await readFile(`/proc/${id}/status`, 'utf8').catch(() => undefined);
	if (text === undefined) return undefined;
	const numberOf = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
	const bytesOf = (field: string) => numberOf(field) * 1024;
	return {
		id,
		parentId: numberOf('PPid'),
		residentBytes: bytesOf('VmRSS'),
		highestResidentBytes: bytesOf('VmHWM'),
	};
}

async function allProcesses(): Promise<ProcessStatus[]> {
	const names = await readdir('/proc').catch(() => []);
	const read = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => readStatus(Number(name))));
	return read.filter((status) => status !== undefined);
}

/** @returns the memory of a process and of everything below it; zeros where /proc does not exist */
export async function memoryOf(processId: number): Promise<Memory> {
	const processes = await allProcesses();
	const bytesBelow = (id: number): number =>
		processes
			.filter((process) => process.parentId === id)
			.reduce((sum, child) => sum + child.residentBytes + bytesBelow(child.id), 0);
	const main = processes.find((process) => process.id === processId)?.residentBytes ?? 0;
	return { main, tree: main + bytesBelow(processId) };
}

/** @returns the ids of everything below a process; none where /proc does not exist */
export async function descendantsOf(processId: number): Promise<number[]> {
	const processes = await allProcesses();
	const below = (id: number): number[] =>
		processes.filter(({ parentId }) => parentId === id).flatMap((child) => [child.id, ...below(child.id)]);
	return below(processId);
}

/** The kernel counts in hundredths of a second, on every Linux that n8n runs on. */
const TICKS_PER_SECOND = 100;

/** @returns the seconds a processor has worked for a process, all its threads together; 0 where /proc does not exist */
export async function cpuSecondsOf(processId: number): Promise<number> {
	const text = await readFile(`/proc/${processId}/stat`, 'utf8').catch(() => '');
	// The name, which comes second, is in parentheses and may hold spaces.
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	const [user, system] = [fields[11], fields[12]];
	return (Number(user ?? 0) + Number(system ?? 0)) / TICKS_PER_SECOND;
}
