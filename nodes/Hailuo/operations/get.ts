import { readDownloadForm, readOptions } from '../fields/form';
import { inputError, requestError } from '../io/errors';
import { finish } from './finish';
import type { Operation } from './operation';
import { readJobReference } from './jobReference';
import { parametersOf, placeOf } from './runContext';
import { readJob } from './wait';

/** A single look is worth a few repeats; they span about 7 s. */
const READ_REPEATS = 3;

export const get: Operation = {
	prepare(run, itemIndex) {
		const place = placeOf(run, itemIndex);
		const reference = readJobReference(run, itemIndex);
		const get = parametersOf(run, itemIndex);
		const problems = [...readDownloadForm(get).problems, ...readOptions(get, run.adapter).problems];
		if (problems.length > 0) throw inputError(place, problems);
		return async () => {
			const read = await readJob(run, reference, READ_REPEATS);
			if (!read.ok) throw requestError(place, read.failure, reference);
			return await finish(run, itemIndex, read, 'output');
		};
	},
};
