/** What the six words mean is the package's promise; each adapter maps its vendor's words onto them. */
export const JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'unknown'] as const;

export type JobStatus = (typeof JOB_STATUSES)[number];

export interface JobFailure {
	code: string | null;
	message: string;
}

/**
 * A video job as every operation puts it on an item.
 *
 * A job that is not over may already carry a `failure`: the provider hinted at one that is not final
 * (Wiro's `task_error`, a "completed" without a video). Waiting turns it into `failed` when it persists.
 */
export interface Job {
	provider: string;
	jobId: string;
	model: string | null;
	status: JobStatus;
	/** The provider's own word, unchanged. */
	rawStatus: string | null;
	/** 0 to 100. */
	progress: number | null;
	videoUrl: string | null;
	/** Further results, in the provider's order, without `videoUrl`. */
	additionalUrls: string[];
	failure: JobFailure | null;
	cost: { amount: number; unit: string } | null;
	/** ISO 8601. */
	createdAt: string | null;
	completedAt: string | null;
	/** Only where the provider states how long its links live. */
	expiresAt: string | null;
	timedOut?: true;
	/** What else finds it again. On items these stand beside the other fields, each under its own name. */
	handles: Handles;
}

/** Values by name; the names are those that the adapter declares. */
export type Handles = Readonly<Record<string, string>>;

/** What an adapter needs to find a job again; everything but `jobId` is known only when we made it. */
export interface JobReference {
	jobId: string;
	handles?: Handles;
	model?: string | null;
	createdAt?: string | null;
}

/**
 * Says whether a job will not change any more.
 *
 * @param job any job; only its status counts. `unknown` is not over: a new word of the provider must not end a wait.
 * @returns true for succeeded, failed and cancelled
 */
export function isOver(job: Pick<Job, 'status'>): boolean {
	return job.status === 'succeeded' || job.status === 'failed' || job.status === 'cancelled';
}

/**
 * Builds a job with everything unknown except what is given, so that adapters state only what they read.
 *
 * @param known provider and jobId at least
 * @returns a complete job; status defaults to `unknown`
 */
export function describeJob({ provider, jobId, ...known }: Pick<Job, 'provider' | 'jobId'> & Partial<Job>): Job {
	return {
		provider,
		jobId,
		model: null,
		status: 'unknown',
		rawStatus: null,
		progress: null,
		videoUrl: null,
		additionalUrls: [],
		failure: null,
		cost: null,
		createdAt: null,
		completedAt: null,
		expiresAt: null,
		handles: {},
		...known,
	};
}
