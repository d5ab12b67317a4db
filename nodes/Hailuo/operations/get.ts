import { readDownloadForm, readOptions } from '../fields/form';
import { inputError, requestError } from '../io/errors';
import { finish } from './finish';
import type { Operation } from './operation';
import { readJobReference } from './jobReference';
import { parametersOf, placeOf } from './runContext';
import { LOOK_SECONDS } from '../core/waiting/patience';
import { fetchJob } from './askAgain';

export const get: Operation = {
	refersToJob: true,
	prepare(run, itemIndex) {
		const place = placeOf(run, itemIndex);
		const reference = readJobReference(run, itemIndex);
		const get = parametersOf(run, itemIndex);
		const settings = { options: readOptions(get, run.adapter), download: readDownloadForm(get) };
		const problems = [...settings.download.problems, ...settings.options.problems];
		if (problems.length > 0) throw inputError(place, problems, 'job');
		return async () => {
			const read = await fetchJob(run, reference, settings.options.includeRaw, LOOK_SECONDS);
			if (!read.ok) throw requestError(place, read.failure, reference);
			return await finish(run, itemIndex, { job: read.job, raw: read.raw ?? null }, settings);
		};
	},
};
