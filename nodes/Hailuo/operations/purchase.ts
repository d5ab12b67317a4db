import { fingerprintOf, idempotencyKeyOf } from '../core/video/fingerprint';
import { describeJob, type Job } from '../core/job/job';
import { validate, type DraftFrame } from '../core/video/validate';
import { readOptions, readVideoForm, type FrameChoice, type NodeOptions, type VideoForm } from '../fields/form';
import { inputError, requestError, unknownOutcomeError } from '../io/errors';
import type { Entry } from '../io/ledger';
import { loadFrame } from '../io/media';
import type { Callback, CallbackPlan } from './callbackPlan';
import {
	Abandoned,
	isAbandoned,
	nameForLog,
	parametersOf,
	placeOf,
	type JobResult,
	type RunContext,
} from './runContext';

/** An item's create, checked and ready to be sent. */
export interface Purchase {
	itemIndex: number;
	form: VideoForm;
	options: NodeOptions;
	fingerprint: string;
	/** Where the provider reports to; null for nowhere. */
	callback: Callback | null;
	/** Whether images have to be loaded from the item again; they are not kept while other items are checked. */
	holdsFiles: boolean;
}

async function loadChoice(run: RunContext, itemIndex: number, choice: FrameChoice): Promise<DraftFrame> {
	return choice.kind === 'binary' ? await loadFrame(run.context, itemIndex, choice.property) : choice;
}

async function check(run: RunContext, itemIndex: number, form: VideoForm): Promise<ReturnType<typeof validate>> {
	const firstFrame = await loadChoice(run, itemIndex, form.firstFrame);
	const lastFrame = await loadChoice(run, itemIndex, form.lastFrame);
	return validate(run.adapter, { ...form, firstFrame, lastFrame });
}

/**
 * Reads and checks what an item wants to buy.
 *
 * @param callback where the provider shall report to, for operations that have callbacks
 * @throws NodeOperationError with all problems of the item
 */
export async function readPurchase(
	run: RunContext,
	itemIndex: number,
	callback: CallbackPlan | null = null,
): Promise<Purchase> {
	const get = parametersOf(run, itemIndex);
	const form = readVideoForm(get, run.adapter);
	const options = readOptions(get, run.adapter);
	const validation = await check(run, itemIndex, form);
	const problems = [
		...(validation.ok ? [] : validation.problems),
		...form.problems,
		...options.problems,
		...(callback?.problems ?? []),
	];
	if (!validation.ok || problems.length > 0) throw inputError(placeOf(run, itemIndex), problems);
	for (const hint of validation.hints) run.hints.add(itemIndex, hint);
	const fingerprint = fingerprintOf(run.adapter.id, { ...validation.request, extras: options.extras });
	const holdsFiles = validation.request.firstFrame?.kind === 'file' || validation.request.lastFrame?.kind === 'file';
	return { itemIndex, form, options, fingerprint, callback: callback?.callback ?? null, holdsFiles };
}

/**
 * Leaves the id of a job that was just made in n8n's log. Where a process of n8n dies this can be the only record of it:
 * in queue mode n8n replaces the data of an execution whose worker was killed by an error, also what it had saved before.
 */
function logMade(run: RunContext, job: Job, itemIndex: number): void {
	const { context } = run;
	const place = `item ${itemIndex} of execution ${context.getExecutionId()}`;
	context.logger.info(`Hailuo: ${nameForLog(run, job)} was made for ${place}`);
}

/** @param again whether an earlier try was sent under the same key and its outcome is not known */
async function send(run: RunContext, purchase: Purchase, idempotencyKey: string, again: boolean): Promise<JobResult> {
	const { itemIndex, options, fingerprint } = purchase;
	const place = placeOf(run, itemIndex);
	const validation = await check(run, itemIndex, purchase.form);
	if (!validation.ok) throw inputError(place, validation.problems);
	const { url: callbackUrl = null, progress: callbackProgress = false } = purchase.callback ?? {};
	const further = { extras: options.extras, callbackUrl, callbackProgress, idempotencyKey };
	const exchange = run.adapter.create({ ...validation.request, ...further });
	const policy = { retries: options.createRetries, slotWait: options.waitForSlotMinutes * 60_000 };
	const sentAt = Date.now();
	const outcome = await run.client.run(exchange, policy, run.stop);
	if (outcome.ok) {
		const job = { ...outcome.value, createdAt: outcome.value.createdAt ?? new Date().toISOString() };
		run.ledger.recordMade(itemIndex, fingerprint, job);
		run.made.set(itemIndex, job);
		logMade(run, job, itemIndex);
		return { job, raw: outcome.raw };
	}
	const { failure } = outcome;
	if (isAbandoned(run, failure)) throw new Abandoned();
	// No refusal of this try says that the earlier one made nothing. What is remembered of that one stays as it is: the
	// key is good for a day from then on.
	if (again) throw unknownOutcomeError(place, failure);
	if (failure.made === 'no') throw requestError(place, failure, null);
	run.ledger.recordUnknown(itemIndex, fingerprint, failure, { idempotencyKey, sentAt });
	throw unknownOutcomeError(place, failure);
}

/** @returns the job as far as its reference tells; `queued` is what a job is when nothing was read yet */
function rebuildJob(run: RunContext, reference: Pick<Job, 'jobId'> & Partial<Job>): Job {
	return describeJob({ provider: run.adapter.id, status: 'queued', ...reference });
}

/**
 * Makes an item's job, or takes the one that an earlier try of the same execution has made.
 *
 * @returns the job; `raw` is null for one that was adopted
 * @throws NodeApiError when no job was made, or when that cannot be known
 */
export async function makeJob(run: RunContext, purchase: Purchase): Promise<JobResult & { adopted: boolean }> {
	const { itemIndex, fingerprint } = purchase;
	const entry = run.ledger.find(itemIndex, fingerprint);
	if (entry?.state === 'made') {
		const job = rebuildJob(run, entry.job);
		run.made.set(itemIndex, job);
		return { job, raw: null, adopted: true };
	}
	const key = askAgainKey(run, purchase, entry);
	const place = async () => await send(run, purchase, key, entry !== null);
	const result = purchase.holdsFiles ? await run.files.run(place) : await place();
	return { ...result, adopted: false };
}

/**
 * Decides under which key a create is sent. With one the provider itself tells whether there is a job already; without
 * one nobody may ask again. An upload has another address each time, and with it the request is another.
 *
 * @throws NodeApiError when the outcome of an earlier try is not known and must stay so
 */
function askAgainKey(run: RunContext, purchase: Purchase, entry: Entry | null): string {
	const { itemIndex, fingerprint, options, holdsFiles } = purchase;
	if (entry?.state !== 'unknown') {
		return idempotencyKeyOf(options.idempotencyKey, run.identity, itemIndex, fingerprint);
	}
	const canAskAgain = run.adapter.idempotentCreate === true && !holdsFiles;
	if (entry.idempotencyKey !== null && canAskAgain) return entry.idempotencyKey;
	throw unknownOutcomeError(placeOf(run, itemIndex), entry.failure);
}
