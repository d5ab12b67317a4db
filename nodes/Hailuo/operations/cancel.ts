import { readOptions } from '../fields/form';
import { inputError, requestError } from '../io/errors';
import { toItem } from './finish';
import type { Operation } from './operation';
import { cancelJob } from './askAgain';
import { readJobReference } from './jobReference';
import { parametersOf, placeOf } from './runContext';

export const cancel: Operation = {
	refersToJob: true,
	prepare(run, itemIndex) {
		const { adapter } = run;
		const place = placeOf(run, itemIndex);
		const noCancellation = `${adapter.label} offers no cancellation: its jobs run to their end once they are made`;
		if (adapter.cancel === undefined) throw inputError(place, [noCancellation], 'job');
		const reference = readJobReference(run, itemIndex);
		const { problems, includeRaw } = readOptions(parametersOf(run, itemIndex), adapter);
		if (problems.length > 0) throw inputError(place, problems, 'job');
		return async () => {
			const outcome = await cancelJob(run, reference, run.stop);
			if (outcome === null) throw inputError(place, [noCancellation], 'job');
			if (!outcome.ok) throw requestError(place, outcome.failure, reference);
			return toItem(outcome.value, itemIndex, includeRaw ? outcome.raw : undefined);
		};
	},
};
