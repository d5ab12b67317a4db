import { fingerprintOf, idempotencyKeyOf } from '../core/video/fingerprint';
import { describeJob, type Job } from '../core/job/job';
import { modeOf } from '../core/video/offer';
import { validate, type FormRequest } from '../core/video/validate';
import type { VideoRequest } from '../core/video/videoRequest';
import { readVideoForm, type NodeOptions } from '../fields/form';
import { imageMissingError, inputError, requestError, unknownOutcomeError } from '../io/errors';
import type { Entry } from '../io/ledger';
import type { ExchangeResult } from '../io/providerClient';
import type { CallbackPlan } from './callbackPlan';
import { completeMedia, holdsFiles, keepMedia, loadMedia, type KeptMedia, type MediaName } from './keptMedia';
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
	request: Omit<FormRequest, MediaName>;
	media: KeptMedia;
	options: NodeOptions;
	fingerprint: string;
	callback: CallbackPlan['callback'];
}

/**
 * Reads and checks what an item wants to buy.
 *
 * @param callback where the provider shall report to, with what is wrong with the rest of the item's form
 * @throws NodeOperationError with all problems of the item
 */
export async function readPurchase(
	run: RunContext,
	itemIndex: number,
	options: NodeOptions,
	{ callback, problems }: CallbackPlan,
): Promise<Purchase> {
	const form = readVideoForm(parametersOf(run, itemIndex), run.adapter);
	const draft = { ...form, ...(await loadMedia(run, itemIndex, form)) };
	const validation = validate(run.adapter, draft);
	const all = [...(validation.ok ? [] : validation.problems), ...form.problems, ...options.problems, ...problems];
	if (!validation.ok || all.length > 0) throw inputError(placeOf(run, itemIndex), all);
	for (const hint of validation.hints) run.hints.add(itemIndex, hint);
	const { firstFrame, lastFrame, references, ...request } = validation.request;
	return {
		itemIndex,
		request,
		media: keepMedia(form, { firstFrame, lastFrame, ...(references && { references }) }),
		options,
		fingerprint: fingerprintOf(run.adapter.id, { ...validation.request, extras: options.extras }),
		callback,
	};
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

/**
 * Leaves what is about to be bought in n8n's log: when a process of n8n dies before the answer is there, this is all that
 * is known of the job, and what it can be looked for by at the provider.
 */
function logSending(run: RunContext, { itemIndex, fingerprint, request }: Purchase, idempotencyKey: string): void {
	const { context, adapter } = run;
	const what = `request ${fingerprint.slice(0, 16)} for ${request.model}, key ${idempotencyKey}`;
	context.logger.info(
		`Hailuo: ${adapter.label} is asked for the video of item ${itemIndex} of execution ${context.getExecutionId()} (${what})`,
	);
}

/** One repeat: what is asked here can be done without, and the create waits for it. */
const PREPARATION = { retries: 1, slotWait: 0 };

/**
 * Asks what the create depends on, unless another item of the run has.
 *
 * @returns null where it depends on nothing
 */
async function prepare(run: RunContext, video: VideoRequest): Promise<ExchangeResult<unknown> | null> {
	const exchange = run.adapter.prepare?.(video) ?? null;
	if (exchange === null) return null;
	const question = JSON.stringify(exchange.request);
	const asked = run.prepared.get(question) ?? run.client.run(exchange, PREPARATION, run.stop);
	run.prepared.set(question, asked);
	return await asked;
}

/**
 * Looks whether a job has the image that its request had.
 *
 * @throws NodeApiError with the job on it where it shows that it has none
 */
async function checkImage(run: RunContext, { itemIndex, media }: Purchase, job: Job): Promise<void> {
	if (run.adapter.hasImage === undefined || modeOf(media) === 'text') return;
	const outcome = await run.client.run(run.adapter.hasImage(job), PREPARATION, run.stop);
	if (outcome.ok && !outcome.value) throw imageMissingError(placeOf(run, itemIndex), job);
}

/** @param again whether an earlier try was sent under the same key and its outcome is not known */
async function send(run: RunContext, purchase: Purchase, idempotencyKey: string, again: boolean): Promise<JobResult> {
	const { itemIndex, request, options, fingerprint, callback } = purchase;
	const place = placeOf(run, itemIndex);
	const video: VideoRequest = {
		...request,
		...(await completeMedia(run, itemIndex, purchase.media)),
		extras: options.extras,
		callbackUrl: callback?.url ?? null,
		callbackProgress: callback?.progress ?? false,
		idempotencyKey,
	};
	const prepared = await prepare(run, video);
	const exchange = run.adapter.create(video, prepared?.ok ? prepared.value : undefined);
	const policy = { retries: options.createRetries, slotWait: options.waitForSlotMinutes * 60_000 };
	const sentAt = Date.now();
	const outcome = await run.client.run(exchange, policy, run.stop, () => logSending(run, purchase, idempotencyKey));
	if (outcome.ok) {
		// By our own clock, which all waiting goes by; the provider's may be wrong.
		const job = { ...outcome.value, createdAt: new Date().toISOString() };
		run.ledger.recordMade(itemIndex, fingerprint, job);
		run.made.set(itemIndex, job);
		logMade(run, job, itemIndex);
		if (prepared?.ok === false) await checkImage(run, purchase, job);
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

/**
 * Makes an item's job, or takes the one that an earlier try of the same execution has made.
 *
 * @returns the job; `raw` is null for one that was adopted
 * @throws NodeApiError when no job was made, when that cannot be known, or when the job has not the request's image
 */
export async function makeJob(run: RunContext, purchase: Purchase): Promise<JobResult & { adopted: boolean }> {
	const { itemIndex, fingerprint } = purchase;
	const entry = run.ledger.find(itemIndex, fingerprint);
	if (entry?.state === 'made') {
		// `queued` is what a job is when nothing was read yet.
		const job = describeJob({ provider: run.adapter.id, status: 'queued', ...entry.job });
		run.made.set(itemIndex, job);
		// The earlier try may have ended because it has none.
		await checkImage(run, purchase, job);
		return { job, raw: null, adopted: true };
	}
	const key = askAgainKey(run, purchase, entry);
	const sendKeyed = async () => await send(run, purchase, key, entry !== null);
	const result = holdsFiles(purchase.media) ? await run.files.run(sendKeyed) : await sendKeyed();
	return { ...result, adopted: false };
}

/**
 * Decides under which key a create is sent. With one the provider itself tells whether there is a job already; without
 * one nobody may ask again. An upload has another address each time, and with it the request is another.
 *
 * @throws NodeApiError when the outcome of an earlier try is not known and must stay so
 */
function askAgainKey(run: RunContext, purchase: Purchase, entry: Entry | null): string {
	const { itemIndex, fingerprint, options } = purchase;
	if (entry?.state !== 'unknown') {
		return idempotencyKeyOf(options.idempotencyKey, run.identity, itemIndex, fingerprint);
	}
	const canAskAgain = run.adapter.idempotentCreate !== undefined && !holdsFiles(purchase.media);
	if (entry.idempotencyKey !== null && canAskAgain) return entry.idempotencyKey;
	throw unknownOutcomeError(placeOf(run, itemIndex), entry.failure);
}
