import { planCallback } from './callback';
import { finish, toItem } from './finish';
import { makeJob, readPurchase } from './make';
import type { Operation } from './operation';
import { afterStop } from './stop';
import { awaitJob, draftWaitPlan } from './wait';

export const create: Operation = {
	async prepare(session, itemIndex) {
		const purchase = await readPurchase(session, itemIndex, await planCallback(session, itemIndex));
		return async () => {
			const { job, raw } = await makeJob(session, purchase);
			// Nobody will see this item any more, so nobody could make use of the job.
			if (session.isStoppedByUser()) await afterStop(session, job, true);
			return toItem(job, itemIndex, purchase.options.includeRaw ? raw : undefined);
		};
	},
};

export const createAndWait: Operation = {
	async prepare(session, itemIndex) {
		const { plan, problems } = draftWaitPlan(session, itemIndex);
		const purchase = await readPurchase(session, itemIndex, { callback: null, problems });
		return async () => {
			const made = await makeJob(session, purchase);
			if (session.isStoppedByUser()) plan.options.cancelOnStop = true;
			const result = await awaitJob(session, itemIndex, made.job, made.adopted ? null : made, plan);
			return await finish(session, itemIndex, result, plan.waiting.onJobFailure);
		};
	},
};
