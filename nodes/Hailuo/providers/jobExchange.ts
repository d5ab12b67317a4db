import type { Exchange, Failure, HttpRequest, HttpResponse } from '../core/http/http';
import { isWebUrl, momentAt, valueAt } from '../core/http/read';
import { describeJob, type Job, type JobReference, type JobStatus } from '../core/job/job';
import type { ProviderAdapter } from './adapter';
import { answerReader } from './exchange';
import { shownText } from './refusal';

/**
 * The exchanges that every provider has, and the rules by which an answer becomes a job. An adapter states what differs.
 */

/** The members of an adapter that the reading of its answers needs too. */
export type ProviderIdentity = Pick<ProviderAdapter, 'id' | 'label' | 'offers' | 'handles' | 'statusWords'>;

/** The provider's own words on a failure, as far as it gives some. */
export interface Reason {
	code: string | null;
	message: string | null;
}

/** What an answer says of a job. What was known before is kept beside it. */
export interface JobAnswer extends Partial<
	Pick<Job, 'model' | 'progress' | 'cost' | 'createdAt' | 'completedAt' | 'expiresAt' | 'handles'>
> {
	rawStatus: string | null;
	/** What the answer means, where that takes more than its status word. */
	status?: JobStatus;
	/** The video's address and then those of further results; they count once the job has succeeded. */
	urls?: readonly string[];
	/** Counts once the job has failed. */
	reason?: Reason;
	/** The reason counts although the job goes on: the provider hints at a failure that may not be final. */
	isDoubtful?: boolean;
}

/** How one provider's answers are read. */
export interface JobReading extends ProviderIdentity {
	/** @returns the id that the answer to a create gives the new job; null where there is none */
	idOf(body: unknown): string | null;
	/**
	 * @param body untrusted
	 * @param reference what is known of the job without it
	 */
	read(body: unknown, reference: JobReference): JobAnswer;
	readonly readFailure: (response: HttpResponse) => Failure;
	/** Present where an answer of status 2xx can be a refusal; not asked of one that holds a job. */
	readonly refuses?: (body: unknown) => boolean;
}

/**
 * Builds a cost.
 *
 * @param amount as the provider has it; null where it says nothing
 * @returns null for a number that is no cost
 */
export function describeCost(amount: number | null, unit: string): Job['cost'] {
	return amount !== null && amount >= 0 ? { amount, unit } : null;
}

/** Under which names the addresses of results are documented or were seen, the current ones first. */
const RESULT_KEYS = ['videoUrl', 'video_url', 'url', 'videos', 'urls', 'output'] as const;

/** Deeper than any documented shape. */
const RESULT_DEPTH = 4;

/**
 * Finds the addresses of results: a text, a member of a known name, or lists of these.
 *
 * @param result untrusted
 */
export function urlsIn(result: unknown, depth: number = RESULT_DEPTH): string[] {
	if (typeof result === 'string') return isWebUrl(result.trim()) ? [result.trim()] : [];
	if (depth === 0 || typeof result !== 'object' || result === null) return [];
	const parts: unknown[] = Array.isArray(result) ? result : RESULT_KEYS.map((key) => valueAt(result, key));
	return parts.flatMap((part) => urlsIn(part, depth - 1));
}

/**
 * @param moment ISO 8601; null where it is not known
 * @returns the moment so many hours later
 */
export function lifetimeFrom(moment: string | null, hours: number): string | null {
	return moment === null ? null : momentAt(Date.parse(moment) + hours * 60 * 60 * 1000);
}

/**
 * Reads when a link ends. MiniMax's videos lie at Alibaba's object storage, whose signed addresses name their end (`Expires`,
 * seconds; so in the samples of MiniMax and of AI/ML API).
 *
 * @param url a web address; undefined where there is none
 * @returns ISO 8601; null for an address that names no end
 */
export function endOfLink(url: string | undefined): string | null {
	return url === undefined ? null : momentAt(new URL(url).searchParams.get('Expires'));
}

/**
 * Makes a job of an answer.
 *
 * @param body untrusted
 * @param reference what is known of the job without it
 */
export function readJob(provider: JobReading, body: unknown, reference: JobReference): Job {
	return judgeAnswer(provider, provider.read(body, reference), reference);
}

/**
 * Makes a job of what an answer says. A success needs a video: without one it is a failure that is not final yet. Only
 * successes are charged (Wiro docs, pricing; EvoLink and Apiframe docs on failed jobs, which are refunded whatever their
 * answers name; AI/ML API docs, errors).
 *
 * @param reference what is known of the job without it
 */
export function judgeAnswer(provider: ProviderIdentity, answer: JobAnswer, reference: JobReference): Job {
	const { rawStatus, status, urls = [], reason, isDoubtful, expiresAt, ...known } = answer;
	const said = status ?? mapStatus(provider.statusWords, rawStatus);
	const [videoUrl = null, ...additionalUrls] = said === 'succeeded' ? new Set(urls) : [];
	const isUnproven = said === 'succeeded' && videoUrl === null;
	const { label } = provider;
	const code = shownText(reason?.code ?? null);
	const words = shownText(reason?.message ?? null);
	const failure = { code, message: words ?? `${label} gave no reason` };
	const noVideo = { code: 'no_video', message: `${label} calls the job completed but gives no address of a video` };
	// A word that nobody has documented, beside a reason to fail: it may be the end, and counts as one when it persists.
	const isStrange = said === 'unknown' && rawStatus !== null && (code !== null || words !== null);
	const hasFailed = said === 'failed' || isDoubtful === true || isStrange;
	const isCharged = said !== 'failed' && said !== 'cancelled' && !isUnproven;
	return describeJob({
		provider: provider.id,
		jobId: reference.jobId,
		...known,
		model: reference.model ?? known.model ?? null,
		status: isUnproven ? 'unknown' : said,
		rawStatus,
		videoUrl,
		additionalUrls,
		failure: hasFailed ? failure : isUnproven ? noVideo : null,
		cost: isCharged ? (known.cost ?? null) : null,
		// By our own clock, where we know it.
		createdAt: momentAt(reference.createdAt) ?? known.createdAt ?? null,
		expiresAt: videoUrl === null ? null : (expiresAt ?? null),
		handles: { ...reference.handles, ...known.handles },
	});
}

/**
 * Maps a provider's status word.
 *
 * @param words the adapter's table, keys in lower case
 * @param rawStatus the word as it came, in any case
 * @returns its status; `unknown` for words outside the table and for none
 */
export function mapStatus(words: Readonly<Record<string, JobStatus>>, rawStatus: string | null): JobStatus {
	const word = rawStatus?.toLowerCase() ?? '';
	return (Object.hasOwn(words, word) ? words[word] : undefined) ?? 'unknown';
}

/**
 * Makes a job.
 *
 * @param request what differs from a POST to the API
 * @param known what is known of the job before it is made
 */
export function createExchange(
	provider: JobReading,
	request: Pick<HttpRequest, 'path' | 'body' | 'headers' | 'idempotent'>,
	known: Omit<JobReference, 'jobId'>,
): Exchange<Job> {
	const { readFailure: failure, refuses } = provider;
	const value = ({ json }: HttpResponse) => {
		const jobId = provider.idOf(json);
		return jobId === null ? null : readJob(provider, json, { jobId, ...known });
	};
	return {
		request: { purpose: 'create', method: 'POST', host: 'api', ...request },
		read: answerReader({ value, failure, refuses }),
	};
}

/**
 * Asks about a job that there is. An answer without a status says nothing of one.
 *
 * @param request what differs from a GET of the API
 */
export function getExchange(
	provider: JobReading,
	reference: JobReference,
	request: Pick<HttpRequest, 'path'> & Partial<HttpRequest>,
): Exchange<Job> {
	const { readFailure: failure, refuses } = provider;
	const value = ({ json }: HttpResponse) => {
		const job = readJob(provider, json, reference);
		return job.rawStatus === null ? null : job;
	};
	return {
		request: { purpose: 'read', method: 'GET', host: 'api', ...request },
		read: answerReader({ value, failure, refuses }),
	};
}
