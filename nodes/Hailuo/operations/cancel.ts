import { readOptions } from '../fields';
import { inputError, requestError } from '../io/errors';
import { toItem } from './finish';
import type { Operation } from './operation';
import { cancelPatiently } from './patience';
import { readJobReference } from './reference';
import { parametersOf, placeOf } from './session';

export const cancel: Operation = {
	prepare(session, itemIndex) {
		const { adapter } = session;
		const place = placeOf(session, itemIndex);
		const noCancellation = `${adapter.label} offers no cancellation: its jobs run to their end once they are made`;
		if (adapter.cancel === undefined) throw inputError(place, [noCancellation]);
		const reference = readJobReference(session, itemIndex);
		const { problems, includeRaw } = readOptions(parametersOf(session, itemIndex), adapter);
		if (problems.length > 0) throw inputError(place, problems);
		return async () => {
			const outcome = await cancelPatiently(session, reference, session.stop);
			if (outcome === null) throw inputError(place, [noCancellation]);
			if (!outcome.ok) throw requestError(place, outcome.failure, reference);
			return toItem(outcome.value, itemIndex, includeRaw ? outcome.raw : undefined);
		};
	},
};
