import { fingerprintOf, idempotencyKeyOf } from '../core/fingerprint';
import { describeJob, type Job } from '../core/job';
import { validate, type DraftFrame } from '../core/validate';
import { readOptions, readVideoForm, type FrameChoice, type NodeOptions, type VideoForm } from '../fields';
import { inputError, requestError, unknownOutcomeError } from '../io/errors';
import type { Entry } from '../io/ledger';
import { loadFrame } from '../io/media';
import type { Callback, CallbackPlan } from './callback';
import { Abandoned, isAbandoned, nameForLog, parametersOf, placeOf, type JobResult, type Session } from './session';

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

async function loadChoice(session: Session, itemIndex: number, choice: FrameChoice): Promise<DraftFrame> {
	return choice.kind === 'binary' ? await loadFrame(session.context, itemIndex, choice.property) : choice;
}

async function check(session: Session, itemIndex: number, form: VideoForm): Promise<ReturnType<typeof validate>> {
	const firstFrame = await loadChoice(session, itemIndex, form.firstFrame);
	const lastFrame = await loadChoice(session, itemIndex, form.lastFrame);
	return validate(session.adapter, { ...form, firstFrame, lastFrame });
}

/**
 * Reads and checks what an item wants to buy.
 *
 * @param callback where the provider shall report to, for operations that have callbacks
 * @throws NodeOperationError with all problems of the item
 */
export async function readPurchase(
	session: Session,
	itemIndex: number,
	callback: CallbackPlan | null = null,
): Promise<Purchase> {
	const get = parametersOf(session, itemIndex);
	const form = readVideoForm(get, session.adapter);
	const options = readOptions(get, session.adapter);
	const validation = await check(session, itemIndex, form);
	const problems = [
		...(validation.ok ? [] : validation.problems),
		...form.problems,
		...options.problems,
		...(callback?.problems ?? []),
	];
	if (!validation.ok || problems.length > 0) throw inputError(placeOf(session, itemIndex), problems);
	for (const hint of validation.hints) session.hints.add(itemIndex, hint);
	const fingerprint = fingerprintOf(session.adapter.id, { ...validation.request, extras: options.extras });
	const holdsFiles = validation.request.firstFrame?.kind === 'file' || validation.request.lastFrame?.kind === 'file';
	return { itemIndex, form, options, fingerprint, callback: callback?.callback ?? null, holdsFiles };
}

/**
 * Leaves the id of a job that was just made in n8n's log. Where a process of n8n dies this can be the only record of it:
 * in queue mode n8n replaces the data of an execution whose worker was killed by an error, also what it had saved before.
 */
function logMade(session: Session, job: Job, itemIndex: number): void {
	const { context } = session;
	const place = `item ${itemIndex} of execution ${context.getExecutionId()}`;
	context.logger.info(`Hailuo: ${nameForLog(session, job)} was made for ${place}`);
}

/** @param again whether an earlier try was sent under the same key and its outcome is not known */
async function send(session: Session, purchase: Purchase, idempotencyKey: string, again: boolean): Promise<JobResult> {
	const { itemIndex, options, fingerprint } = purchase;
	const place = placeOf(session, itemIndex);
	const validation = await check(session, itemIndex, purchase.form);
	if (!validation.ok) throw inputError(place, validation.problems);
	const { url: callbackUrl = null, progress: callbackProgress = false } = purchase.callback ?? {};
	const further = { extras: options.extras, callbackUrl, callbackProgress, idempotencyKey };
	const exchange = session.adapter.create({ ...validation.request, ...further });
	const policy = { retries: options.createRetries, slotWait: options.waitForSlotMinutes * 60_000 };
	const sentAt = Date.now();
	const outcome = await session.gateway.run(exchange, policy, session.stop);
	if (outcome.ok) {
		const job = { ...outcome.value, createdAt: outcome.value.createdAt ?? new Date().toISOString() };
		session.ledger.recordMade(itemIndex, fingerprint, job);
		session.made.set(itemIndex, job);
		logMade(session, job, itemIndex);
		return { job, raw: outcome.raw };
	}
	const { failure } = outcome;
	if (isAbandoned(session, failure)) throw new Abandoned();
	// No refusal of this try says that the earlier one made nothing. What is remembered of that one stays as it is: the
	// key is good for a day from then on.
	if (again) throw unknownOutcomeError(place, failure);
	if (failure.made === 'no') throw requestError(place, failure, null);
	session.ledger.recordUnknown(itemIndex, fingerprint, failure, { idempotencyKey, sentAt });
	throw unknownOutcomeError(place, failure);
}

/** @returns the job as far as its reference tells; `queued` is what a job is when nothing was read yet */
function rebuildJob(session: Session, reference: Pick<Job, 'jobId'> & Partial<Job>): Job {
	return describeJob({ provider: session.adapter.id, status: 'queued', ...reference });
}

/**
 * Makes an item's job, or takes the one that an earlier try of the same execution has made.
 *
 * @returns the job; `raw` is null for one that was adopted
 * @throws NodeApiError when no job was made, or when that cannot be known
 */
export async function makeJob(session: Session, purchase: Purchase): Promise<JobResult & { adopted: boolean }> {
	const { itemIndex, fingerprint } = purchase;
	const entry = session.ledger.find(itemIndex, fingerprint);
	if (entry?.state === 'made') {
		const job = rebuildJob(session, entry.job);
		session.made.set(itemIndex, job);
		return { job, raw: null, adopted: true };
	}
	const key = askAgainKey(session, purchase, entry);
	const place = async () => await send(session, purchase, key, entry !== null);
	const result = purchase.holdsFiles ? await session.files.run(place) : await place();
	return { ...result, adopted: false };
}

/**
 * Decides under which key a create is sent. With one the provider itself tells whether there is a job already; without
 * one nobody may ask again. An upload has another address each time, and with it the request is another.
 *
 * @throws NodeApiError when the outcome of an earlier try is not known and must stay so
 */
function askAgainKey(session: Session, purchase: Purchase, entry: Entry | null): string {
	const { itemIndex, fingerprint, options, holdsFiles } = purchase;
	if (entry?.state !== 'unknown') {
		return idempotencyKeyOf(options.idempotencyKey, session.identity, itemIndex, fingerprint);
	}
	const canAskAgain = session.adapter.idempotentCreate === true && !holdsFiles;
	if (entry.idempotencyKey !== null && canAskAgain) return entry.idempotencyKey;
	throw unknownOutcomeError(placeOf(session, itemIndex), entry.failure);
}
