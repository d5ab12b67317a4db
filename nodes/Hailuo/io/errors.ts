import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';
import type { Failure, FailureKind } from '../core/http/http';
import type { Job, JobReference } from '../core/job/job';
import { writeJob } from '../core/job/jobFromItem';
import { cleanText } from '../core/http/read';
import type { ProviderAdapter } from '../providers/adapter';

/** Where an error arose. */
export interface ErrorPlace {
	node: INode;
	adapter: ProviderAdapter;
	itemIndex: number;
}

/** What happened (after the provider's name) and what to do about it. */
const EXPLANATIONS: Record<FailureKind, { title: string; cure: string }> = {
	authentication: {
		title: 'refused the credential',
		cure: 'Check the key in the credential, and where it asks for them the secret and the kind of project.',
	},
	permission: {
		title: 'does not allow this with the credential',
		cure: 'Check what the key may do, and its limits, in your account.',
	},
	credit: {
		title: 'has not enough credit in your account',
		cure: 'Add credit at the provider, then run this item again.',
	},
	invalid: { title: 'refused the values of the request', cure: 'Change the value it names.' },
	content: { title: 'refused what the prompt or the image shows', cure: 'Change the prompt or the image.' },
	notFound: {
		title: 'does not know what was asked for',
		cure: "Check the Job ID, that the job was made with this credential's account, and the Base URL. Providers forget jobs after some time.",
	},
	conflict: {
		title: 'knows this idempotency key from a different request',
		cure: "A job was made with this key in the last 24 hours, so look for it first. Give another 'Idempotency Key' or none to make a further one.",
	},
	rateLimit: {
		title: 'takes no more requests for the moment',
		cure: "Wait a little, lower 'Max Concurrency', or raise 'Wait for Slot'.",
	},
	slot: {
		title: 'has no free slot for another job',
		cure: "Wait until other jobs are over, or raise 'Wait for Slot'.",
	},
	unavailable: { title: 'is out of service for the moment', cure: 'Try again later.' },
	provider: { title: 'had a fault of its own', cure: 'Try again later; if it stays, ask the provider.' },
	notCancellable: { title: 'did not cancel the job', cure: "It may have gone too far. Read it with 'Get Video'." },
	redirect: {
		title: 'answered with a redirect, which is not followed',
		cure: "Your key must not reach another address. Put the final address into the credential's Base URL if you trust it.",
	},
	unreadable: {
		title: 'gave an answer that makes no sense',
		cure: "Check that the credential's Base URL is the API's address; a proxy may have answered instead.",
	},
	network: {
		title: 'could not be reached',
		cure: "Check the network of your n8n server and the credential's Base URL.",
	},
	timeout: { title: 'did not answer in time', cure: 'Try again later.' },
	stopped: {
		title: 'was not asked any more, since the execution was stopped',
		cure: 'Run this item again if you still want it.',
	},
};

/** What to do about `notFound` where there is no job yet that could be the one that is not known. */
const NOTHING_THERE =
	"The model or the address is not there: check the credential's Base URL, or choose another model.";

/** Characters of a provider's reason in a title. */
const REASON_LIMIT = 160;

function origin(failure: Failure): string {
	const facts = [
		failure.httpStatus === null ? null : `HTTP ${failure.httpStatus}`,
		failure.code === null || failure.code === String(failure.httpStatus) ? null : `code ${cleanText(failure.code, 60)}`,
	].filter((fact) => fact !== null);
	return facts.length > 0 ? ` (${facts.join(', ')})` : '';
}

function withFullStop(text: string): string {
	return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** Text that fits behind "job": ids come from outside. */
function nameJob(reference: Pick<JobReference, 'jobId'>): string {
	return cleanText(reference.jobId, 120);
}

function tellKept(job: Pick<JobReference, 'jobId'>): string {
	return `Job ${nameJob(job)} is not lost: read it later with 'Get Video'.`;
}

function buildApiError(
	place: ErrorPlace,
	title: string,
	description: string,
	failure: Failure | null,
	job: JobReference | Job | null,
): NodeApiError {
	const facts = { message: failure?.message ?? title, ...(failure?.code && { code: failure.code }) };
	const error = new NodeApiError(place.node, facts, {
		message: `${title} [item ${place.itemIndex}]`,
		description,
		itemIndex: place.itemIndex,
		...(failure?.httpStatus && { httpCode: String(failure.httpStatus) }),
	});
	// n8n puts canned sentences in the place of titles that go with common error codes; ours say more.
	error.message = `${title} [item ${place.itemIndex}]`;
	error.description = description;
	if (job !== null) error.context.job = writeJob(job);
	return error;
}

/**
 * Builds the error for a request that failed.
 *
 * @param job the job it was about, null before there is one: its id is in the text and, as `context.job`, on the error
 */
export function requestError(place: ErrorPlace, failure: Failure, job: JobReference | Job | null): NodeApiError {
	const { title, cure: usual } = EXPLANATIONS[failure.kind];
	const cure = failure.kind === 'notFound' && job === null ? NOTHING_THERE : usual;
	const words = failure.message === '' ? '' : `It says: ${withFullStop(failure.message)}${origin(failure)} `;
	const about = job === null ? '' : ` ${tellKept(job)}`;
	return buildApiError(place, `${place.adapter.label} ${title}`, `${words}${cure}${about}`, failure, job);
}

/**
 * Builds the error for a create of which nobody knows whether it made a job.
 */
export function unknownOutcomeError(place: ErrorPlace, failure: Failure): NodeApiError {
	const { adapter } = place;
	const words = failure.message === '' ? '' : `What came back: ${withFullStop(failure.message)}${origin(failure)} `;
	const repeats = adapter.idempotentCreate
		? 'it was asked for again only under the same key, which makes no second job'
		: 'it was not sent again';
	return buildApiError(
		place,
		`It is not known whether ${adapter.label} made this job`,
		`${words}The request was sent, so the job may exist and cost money; ${repeats}. ` +
			`Look at ${adapter.jobsPage} before you run this item again; if the job is there, put its ID into 'Wait for Video'.` +
			// It comes of a wrong Base URL, and will come again.
			(failure.kind === 'redirect' ? ` ${EXPLANATIONS.redirect.cure}` : ''),
		failure,
		null,
	);
}

/**
 * Builds the error for a job that was made without the image of its request.
 */
export function imageMissingError(place: ErrorPlace, job: Job): NodeApiError {
	const { adapter } = place;
	const end = adapter.cancel ? ` End the job with 'Cancel Video' if you do not want that.` : '';
	return buildApiError(
		place,
		`${adapter.label} makes this video without the image`,
		`The image was sent under a name that ${adapter.label} does not know for this model, and it makes a video from the prompt alone, at the usual price.${end} ${tellKept(job)}`,
		null,
		job,
	);
}

/**
 * Builds the error for a job that ended without a video.
 */
export function jobFailedError(place: ErrorPlace, job: Job): NodeApiError {
	const { label } = place.adapter;
	const reason = cleanText(job.failure?.message ?? '', REASON_LIMIT).replace(/[.:]$/, '');
	const failed = reason === '' ? `${label} made no video and gave no reason` : `${reason}: ${label} made no video`;
	const code = job.failure?.code ? `The code is ${cleanText(job.failure.code, 60)}. ` : '';
	return buildApiError(
		place,
		job.status === 'cancelled' ? `The job was cancelled at ${label}` : failed,
		`${code}The last status of job ${nameJob(job)} was '${cleanText(job.rawStatus ?? job.status, 60)}'. To let such items flow on, set 'On Job Failure' to 'Output the Job'.`,
		null,
		job,
	);
}

/**
 * Builds the error for a wait that ran out of time.
 *
 * @param failure why the last read failed, if it did
 */
export function timedOutError(
	place: ErrorPlace,
	job: JobReference & { status?: string; rawStatus?: string | null },
	failure: Failure | null,
	minutes: number,
): NodeApiError {
	const status = job.rawStatus ?? job.status;
	const last = status ? ` Its last status was '${cleanText(status, 60)}'.` : '';
	const fault = failure === null ? '' : ` The last read failed: ${withFullStop(failure.message)}`;
	return buildApiError(
		place,
		`${place.adapter.label} did not finish the video within ${minutes} minutes`,
		`Job ${nameJob(job)} is not lost and may still end well.${last}${fault} Wait on with 'Wait for Video' and this Job ID, or raise 'Timeout'.`,
		failure,
		job,
	);
}

const AFTER_STOP: Record<AfterStop, (job: string, label: string) => string> = {
	running: (job, label) => `Job ${job} runs on at ${label}; read it later with 'Get Video'.`,
	cancelled: (job, label) => `Job ${job} was cancelled at ${label}.`,
	notCancelled: (job, label) =>
		`Job ${job} could not be cancelled at ${label} and may run on; read it with 'Get Video'.`,
	noCancellation: (job, label) =>
		`${label} offers no cancellation, so job ${job} runs on; read it later with 'Get Video'.`,
};

/** What became of a job at n8n's Stop. */
export type AfterStop = 'running' | 'cancelled' | 'notCancelled' | 'noCancellation';

/**
 * Builds the error for a job that was still going when the execution was stopped.
 */
export function stoppedError(place: ErrorPlace, job: JobReference, left: AfterStop): NodeApiError {
	const { label } = place.adapter;
	const title = `The execution was stopped while ${label} was making the video`;
	return buildApiError(place, title, AFTER_STOP[left](nameJob(job), label), null, job);
}

/**
 * Builds the error for a video that was made but could not be downloaded.
 */
export function downloadError(place: ErrorPlace, job: Job, reason: string): NodeApiError {
	const lifetime = place.adapter.linkLifetime === null ? 'for a limited time' : `for ${place.adapter.linkLifetime}`;
	return buildApiError(
		place,
		`The video was made, but could not be downloaded`,
		`${withFullStop(cleanText(reason))} Job ${nameJob(job)} is intact and paid for: read it again with 'Get Video' and this Job ID; ${place.adapter.label} keeps the video ${lifetime}.`,
		null,
		job,
	);
}

/**
 * Builds the error for input that was refused before any request.
 *
 * @param problems sentences in the form's words
 * @param aim what the item was to do: one that is about a job which exists already says nothing of buying
 */
export function inputError(
	place: Omit<ErrorPlace, 'adapter'>,
	problems: readonly string[],
	aim: 'purchase' | 'job' = 'purchase',
): NodeOperationError {
	const title =
		problems.length === 1 ? `${problems[0]}` : `${problems.length} values cannot be used: ${problems.join('; ')}`;
	return new NodeOperationError(place.node, `${title} [item ${place.itemIndex}]`, {
		itemIndex: place.itemIndex,
		description: `Nothing was sent to the provider${aim === 'purchase' ? ' and nothing was bought' : ''}. Change the values named above.`,
	});
}

/**
 * Adds to an error that arose after its item's job was made, and knows nothing of it, what finds the job again.
 */
export function nameOwnJob(error: NodeApiError | NodeOperationError, job: JobReference): void {
	if (jobOf(error) !== null) return;
	error.description = `${error.description ?? ''} ${tellKept(job)}`.trim();
	error.context.job = writeJob(job);
}

/**
 * Adds to an error that ends a run what the other items of the run have bought.
 *
 * @param made jobs by item index
 */
export function nameOtherJobs(
	error: NodeApiError | NodeOperationError,
	made: ReadonlyMap<number, JobReference>,
	itemIndex: number,
): void {
	const others = [...made].filter(([index]) => index !== itemIndex);
	if (others.length === 0) return;
	const named = others.slice(0, 50).map(([index, job]) => `item ${index}: ${nameJob(job)}`);
	const more = others.length > named.length ? `, and ${others.length - named.length} more` : '';
	error.description = `${error.description ?? ''} Jobs of other items, not lost: ${named.join(', ')}${more}.`.trim();
	error.context.jobs = Object.fromEntries([...made].map(([index, job]) => [index, writeJob(job)]));
}

/**
 * Adds to an error that arose after something was bought what can be done without buying it again.
 */
export function tellRetry(error: NodeApiError | NodeOperationError): void {
	addSentence(
		error,
		`'Retry' in the list of executions takes over the jobs that were made and buys nothing twice; 'Execute workflow' buys all of them anew.`,
	);
}

/**
 * Does the same for an error of a wait that was suspended. What n8n remembers of such an execution is the error, which
 * 'Retry' shows again (n8n 2.41, WorkflowExecute.runNode).
 */
export function tellAfterSuspension(error: NodeApiError | NodeOperationError): void {
	addSentence(
		error,
		`To go on without buying again, read the jobs with 'Get Video' or 'Wait for Video': 'Execute workflow' buys all of them anew, and 'Retry' only shows this error again.`,
	);
}

function addSentence(error: NodeApiError | NodeOperationError, sentence: string): void {
	error.description = `${error.description ?? ''} ${sentence}`.trim();
}

/**
 * Finds the job an error is about, as items hold it.
 */
export function jobOf(error: Error): Omit<JobReference, 'handles'> | null {
	const isOurs = error instanceof NodeApiError || error instanceof NodeOperationError;
	const job: unknown = isOurs ? error.context.job : undefined;
	return isJob(job) ? job : null;
}

function isJob(value: unknown): value is Omit<JobReference, 'handles'> {
	return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'jobId') === 'string';
}
