import { parseJson } from '../../core/http/json';
import { percentageAt, textAt } from '../../core/http/read';
import type { ProgressSocketCapability, ProgressEvent } from '../adapter';

/**
 * Wiro's socket tells of the stages a task goes through (Wiro page for Hailuo 2.3 Fast, socket connection). How far along
 * a stage is, in percent: its place in the documented sequence; the work itself reports its own.
 */
const STAGES: Readonly<Record<string, number>> = {
	task_queue: 0,
	task_accept: 2,
	task_preprocess_start: 4,
	task_preprocess_end: 6,
	task_assign: 8,
	task_start: 10,
	task_output: 10,
	task_output_full: 90,
	task_error_full: 90,
	task_end: 92,
	task_postprocess_start: 95,
	task_postprocess_end: 100,
};

const FINAL = ['task_postprocess_end', 'task_cancel'];

/** Logs say "45%" or "Step 9/20". */
function readLog(log: string): number | null {
	const percent = /(\d{1,3}(?:\.\d+)?) ?%/.exec(log)?.[1];
	if (percent !== undefined) return percentageAt(percent);
	const step = /(\d{1,5}) ?\/ ?(\d{1,5})/.exec(log);
	return step === null ? null : percentageAt((Number(step[1]) / Number(step[2])) * 100);
}

function readEvent(text: string): ProgressEvent | null {
	const event = parseJson(text);
	const type = textAt(event, 'type')?.toLowerCase() ?? '';
	const stage = Object.hasOwn(STAGES, type) ? (STAGES[type] ?? null) : null;
	const said =
		type === 'task_output'
			? (percentageAt(event, 'message', 'percentage') ?? readLog(textAt(event, 'message') ?? ''))
			: null;
	if (stage === null && !FINAL.includes(type)) return null;
	return { isFinal: FINAL.includes(type), progress: said === null ? stage : Math.round(said) };
}

export const progressSocket: ProgressSocketCapability = {
	addressField: 'socketUrl',
	greet: ({ handles }) =>
		handles?.jobToken === undefined ? null : JSON.stringify({ type: 'task_info', tasktoken: handles.jobToken }),
	readEvent,
};
