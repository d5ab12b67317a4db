import { readOptions } from '../fields';
import { inputError, requestError } from '../io/errors';
import { toItem } from './finish';
import type { Operation } from './operation';
import { readJobReference } from './reference';
import { parametersOf, placeOf } from './session';

/** Asking twice changes nothing. */
const CANCEL_REPEATS = 3;

export const cancel: Operation = {
	prepare(session, itemIndex) {
		const { adapter, gateway } = session;
		const place = placeOf(session, itemIndex);
		if (adapter.cancel === undefined) {
			throw inputError(place, [
				`${adapter.label} offers no cancellation: its jobs run to their end once they are made`,
			]);
		}
		const reference = readJobReference(session, itemIndex);
		const { problems, includeRaw } = readOptions(parametersOf(session, itemIndex), adapter);
		if (problems.length > 0) throw inputError(place, problems);
		const exchange = adapter.cancel(reference);
		return async () => {
			const outcome = await gateway.run(exchange, { retries: CANCEL_REPEATS, slotWait: 0 }, session.stop);
			if (!outcome.ok) throw requestError(place, outcome.failure, reference);
			return toItem(outcome.value, itemIndex, includeRaw ? outcome.raw : undefined);
		};
	},
};
