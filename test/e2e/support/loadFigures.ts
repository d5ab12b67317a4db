import type { RecordedCallback, SimulatedJob } from '../../tools/simulator/types';
import type { Load } from './load';

const MEGABYTE = 1024 ** 2;

/** Milliseconds from each job's callback, its first try, to its arrival behind the wait, for jobs that have arrived. */
export function delaysFromCallback({ callbacks, arrivals }: Load): number[] {
	const called = new Map(callbacks.map(({ jobId, createdAt }) => [jobId, createdAt]));
	return arrivals.flatMap(({ jobId, at }) => {
		const rang = called.get(jobId);
		return rang === undefined ? [] : [at - rang];
	});
}

function distribution(milliseconds: readonly number[]): string {
	const sorted = [...milliseconds].sort((left, right) => left - right);
	const at = (share: number) => `${((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN) / 1000).toFixed(1)} s`;
	return `half within ${at(0.5)}, 90 % within ${at(0.9)}, the last ${at(1)}`;
}

/** "5 x a, 3 x b", the most frequent first. */
function counted(values: readonly string[]): string {
	const counts = new Map<string, number>();
	for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
	const ordered = [...counts].sort(([, left], [, right]) => right - left);
	return ordered.map(([value, count]) => `${count} x ${value}`).join(', ') || 'none';
}

function answersTo(callbacks: readonly RecordedCallback[]): string[] {
	return callbacks.flatMap(({ attempts }) => attempts.map(({ status, error }) => String(status ?? error)));
}

/** What a load cost and how long it took, to be read by people. */
export function figuresOf(load: Load): string {
	const jobs: SimulatedJob[] = load.jobs.flat();
	const endOf = new Map(jobs.map(({ id, endsAt }) => [id, endsAt]));
	const readsPerJob = new Map(jobs.map(({ id }) => [id, 0]));
	for (const { jobId = '' } of load.reads) readsPerJob.set(jobId, (readsPerJob.get(jobId) ?? 0) + 1);
	const early = load.reads.filter(({ jobId = '', at }) => at < (endOf.get(jobId) ?? 0)).length;
	const callbacks = load.callbacks.filter(({ jobId }) => endOf.has(jobId));
	const accepted = callbacks.filter(({ deliveredAt }) => deliveredAt !== undefined).length;
	const wakeUps = load.segments - load.executions.length;
	const lines = [
		`${jobs.length} jobs of ${load.executions.length} executions: ${new Set(load.arrivals.map(({ jobId }) => jobId)).size} arrived`,
		`from a job's callback to its arrival, with the whole execution's: ${distribution(delaysFromCallback(load))}`,
		`callbacks accepted: ${accepted}; answers to all tries: ${counted(answersTo(callbacks))}`,
		`wake-ups: ${wakeUps}, ${(wakeUps / load.executions.length).toFixed(1)} an execution`,
		`reads: ${load.reads.length}, ${(load.reads.length / jobs.length).toFixed(2)} a job (${counted([...readsPerJob.values()].map((reads) => `${reads}`))}), ${early} of them before the job's end`,
		...load.processes.map(
			({ name, memory: { before, peak }, cpuSeconds }) =>
				`${name}: memory ${(before / MEGABYTE).toFixed(0)} MB before, ${(peak / MEGABYTE).toFixed(0)} MB at most; ${cpuSeconds.toFixed(0)} s of processor time`,
		),
	];
	return `${lines.join('\n  ')}\n`;
}
