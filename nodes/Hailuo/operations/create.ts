import { readOptions } from '../fields/form';
import { planCallback } from './callbackPlan';
import { finish, toItem } from './finish';
import { makeJob, readPurchase } from './purchase';
import type { Operation } from './operation';
import { afterStop } from './afterStop';
import { parametersOf } from './runContext';
import { awaitJob, draftWaitSettings } from './wait';

export const create: Operation = {
	async prepare(run, itemIndex) {
		const options = readOptions(parametersOf(run, itemIndex), run.adapter);
		const purchase = await readPurchase(run, itemIndex, options, await planCallback(run, itemIndex, options));
		return async () => {
			const { job, raw } = await makeJob(run, purchase);
			// Nobody will see this item any more, so nobody could make use of the job.
			if (run.isStoppedByUser()) await afterStop(run, job, true);
			return toItem(job, itemIndex, options.includeRaw ? raw : undefined);
		};
	},
};

export const createAndWait: Operation = {
	async prepare(run, itemIndex) {
		const { settings, problems } = draftWaitSettings(run, itemIndex);
		const purchase = await readPurchase(run, itemIndex, settings.options, { callback: null, problems });
		return async () => {
			const made = await makeJob(run, purchase);
			if (run.isStoppedByUser()) settings.options.cancelOnStop = true;
			const result = await awaitJob(run, itemIndex, made.job, made.adopted ? null : made, settings);
			return await finish(run, itemIndex, result, settings);
		};
	},
};
