import { readDownloadForm, readOptions } from '../fields';
import { inputError, requestError } from '../io/errors';
import { finish } from './finish';
import type { Operation } from './operation';
import { readJobReference } from './reference';
import { parametersOf, placeOf } from './session';
import { readJob } from './wait';

/** A single look is worth a few repeats; they span about 7 s. */
const READ_REPEATS = 3;

export const get: Operation = {
	prepare(session, itemIndex) {
		const place = placeOf(session, itemIndex);
		const reference = readJobReference(session, itemIndex);
		const get = parametersOf(session, itemIndex);
		const problems = [...readDownloadForm(get).problems, ...readOptions(get, session.adapter).problems];
		if (problems.length > 0) throw inputError(place, problems);
		return async () => {
			const read = await readJob(session, reference, READ_REPEATS);
			if (!read.ok) throw requestError(place, read.failure, reference);
			return await finish(session, itemIndex, read, 'output');
		};
	},
};
