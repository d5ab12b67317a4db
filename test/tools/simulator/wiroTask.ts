import { randomUUID } from 'node:crypto';

import { videoUrlOf, type Simulation } from './gateway';
import { QUEUE_SHARE } from './jobs';
import type { SimulatedJob } from './types';

/** Wiro's stages in order, by the fraction of the job's time at which each begins. */
export const STAGES: ReadonlyArray<readonly [fraction: number, word: string]> = [
	[0, 'task_queue'],
	[QUEUE_SHARE, 'task_accept'],
	[0.27, 'task_preprocess_start'],
	[0.29, 'task_preprocess_end'],
	[0.31, 'task_assign'],
	[0.33, 'task_start'],
	[0.4, 'task_output'],
	[0.9, 'task_output_full'],
	[0.92, 'task_error_full'],
	[0.94, 'task_end'],
	[0.96, 'task_postprocess_start'],
	[1, 'task_postprocess_end'],
];

/** From here on Kill works; before, while queued, Cancel does; between the two, neither. */
export const KILLABLE_FROM = 0.31;

/** The word for where a job stands, with the options' words in place of the usual ones. */
export function taskStatus(simulation: Simulation, job: SimulatedJob): string {
	const { jobs, options } = simulation;
	const word = options.statusWords?.wiro?.[jobs.phaseOf(job)];
	if (word !== undefined) return word;
	if (jobs.phaseOf(job) === 'cancelled') return 'task_cancel';
	return stageAt(jobs.fractionOf(job));
}

export function stageAt(fraction: number): string {
	let word = 'task_queue';
	for (const [from, stage] of STAGES) if (from <= fraction) word = stage;
	return word;
}

/** One entry of `tasklist`, as Task/Detail, Task/Cancel and Task/Kill show it. Numbers are strings, as on Wiro's page. */
export function describeTask(simulation: Simulation, job: SimulatedJob, parameters: unknown): Record<string, unknown> {
	const { jobs } = simulation;
	// Before all that follows from it: each looks at the clock, and a status of the end must not come without its outcome.
	const status = taskStatus(simulation, job);
	const phase = jobs.phaseOf(job);
	const fraction = jobs.fractionOf(job);
	const at = (from: number): string =>
		fraction >= from && phase !== 'cancelled' ? seconds(job.createdAt + from * (job.endsAt - job.createdAt)) : '0';
	const [owner = '', project = ''] = job.model.split('/');
	return {
		id: job.id,
		uuid: uuidOf(job),
		name: '',
		socketaccesstoken: job.token,
		parameters,
		debugoutput: fraction >= 0.4 ? `Step ${Math.min(10, Math.floor(fraction * 10))}/10...` : '',
		debugerror: phase === 'failed' ? job.failureMessage : '',
		endtime: at(0.94),
		status,
		totalcost: phase === 'succeeded' ? '0.190000000000' : '0',
		projectid: '699',
		description: '',
		createtime: seconds(job.createdAt),
		canceltime: phase === 'cancelled' ? seconds(job.cancelledAt ?? job.endsAt) : '0',
		pexit: phase === 'succeeded' ? '0' : phase === 'failed' ? '1' : '',
		outputs: phase === 'succeeded' ? outputsOf(simulation, job) : [],
		size: phase === 'succeeded' ? outputSize(simulation) : '0',
		modelslugowner: owner,
		modelslugproject: project,
	};
}

export function outputsOf(simulation: Simulation, job: SimulatedJob): Array<Record<string, unknown>> {
	return [
		{
			id: uuidOf(job).replaceAll('-', ''),
			name: '0.mp4',
			contenttype: 'video/mp4',
			uuid: uuidOf(job),
			size: outputSize(simulation),
			url: videoUrlOf(simulation, job),
		},
	];
}

function outputSize(simulation: Simulation): string {
	return String(simulation.options.videoBytes ?? 256 * 1024);
}

function seconds(milliseconds: number): string {
	return String(Math.floor(milliseconds / 1000));
}

const uuids = new WeakMap<SimulatedJob, string>();

function uuidOf(job: SimulatedJob): string {
	const known = uuids.get(job) ?? randomUUID();
	uuids.set(job, known);
	return known;
}
