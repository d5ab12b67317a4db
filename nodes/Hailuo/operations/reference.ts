import type { JobReference } from '../core/job';
import { textAt } from '../core/read';
import { readHandles, readReference } from '../core/storedJob';
import { readJobId } from '../fields';
import { inputError } from '../io/errors';
import { providers } from '../providers';
import { parametersOf, placeOf, type Session } from './session';

/**
 * Reads which job an item asks for, with what else the item knows of it when it carries that very job. The columns of a
 * table that only has the job's ID are the user's own.
 *
 * @throws NodeOperationError when there is no id, or when the item's job is another provider's
 */
export function readJobReference(session: Session, itemIndex: number): JobReference {
	const place = placeOf(session, itemIndex);
	const jobId = readJobId(parametersOf(session, itemIndex));
	if (jobId === null) {
		throw inputError(place, [
			`'Job ID' is empty; give the ID of a job, or connect a node whose items have a field 'jobId'`,
		]);
	}
	const json = session.context.getInputData()[itemIndex]?.json;
	if (textAt(json, 'jobId') !== jobId) return { jobId };
	const owner = providers.find((provider) => provider.id === textAt(json, 'provider'));
	if (owner && owner.id !== session.adapter.id) {
		throw inputError(place, [
			`'Provider' is ${session.adapter.label}, but job ${jobId} was made by ${owner.label}; choose ${owner.label}`,
		]);
	}
	return owner ? readReference(json, jobId) : readHandles(json, jobId);
}
