import type { INodeExecutionData } from 'n8n-workflow';
import type { Job, JobReference } from '../core/job/job';
import { textAt } from '../core/http/read';
import { readHandles, readJobFromItem, readReference } from '../core/job/jobFromItem';
import { readJobId } from '../fields/form';
import { inputError } from '../io/errors';
import { providers } from '../providers/registry';
import { parametersOf, placeOf, type RunContext } from './runContext';

/**
 * Reads which job an item asks for, with what else the item knows of it when it carries that very job. The columns of a
 * table that only has the job's ID are the user's own.
 *
 * @throws NodeOperationError when there is no id, or when the item's job is another provider's
 */
export function readJobReference(run: RunContext, itemIndex: number): JobReference {
	const place = placeOf(run, itemIndex);
	const jobId = readJobId(parametersOf(run, itemIndex));
	if (jobId === null) {
		throw inputError(
			place,
			[`'Job ID' is empty; give the ID of a job, or connect a node whose items have a field 'jobId'`],
			'job',
		);
	}
	const json = run.context.getInputData()[itemIndex]?.json;
	if (textAt(json, 'jobId') !== jobId) return { jobId };
	const owner = providers.find((provider) => provider.id === textAt(json, 'provider'));
	if (owner && owner.id !== run.adapter.id) {
		throw inputError(
			place,
			[`'Provider' is ${run.adapter.label}, but job ${jobId} was made by ${owner.label}; choose ${owner.label}`],
			'job',
		);
	}
	const read = owner ? readReference : readHandles;
	return read(json, jobId, run.adapter.handles);
}

/**
 * Passes on an item that a node before this one has marked as failed and that names no job: its failure is told already, and
 * the other items' jobs are paid for.
 *
 * @returns null for every other item
 */
export function passOnFailed(run: RunContext, itemIndex: number): INodeExecutionData | null {
	const json = run.context.getInputData()[itemIndex]?.json;
	if (!json?.error || readJobId(parametersOf(run, itemIndex)) !== null) return null;
	return { json: { ...json }, pairedItem: { item: itemIndex } };
}

/**
 * @returns the jobs that the items of the run carry, by item
 */
export function carriedJobs(run: RunContext): Map<number, Job> {
	const jobs = run.context.getInputData().map(({ json }) => readJobFromItem(json, run.adapter.handles));
	return new Map(jobs.flatMap((job, itemIndex): Array<[number, Job]> => (job === null ? [] : [[itemIndex, job]])));
}
