import { readdir, readFile } from 'node:fs/promises';

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

/** @returns the ids of everything below a process; none where /proc does not exist */
export async function descendantsOf(processId: number): Promise<number[]> {
	const names = await readdir('/proc').catch(() => []);
	const processes = await Promise.all(
		names.filter((name) => /^\d+$/.test(name)).map((name) => readStatus(Number(name))),
	);
	const below = (id: number): number[] =>
		processes.flatMap((child) => (child?.parentId === id ? [child.id, ...below(child.id)] : []));
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
