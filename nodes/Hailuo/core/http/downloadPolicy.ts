/** How patient downloads are; milliseconds. */
export interface DownloadPatience {
	/** From the first failure on, for what passes: too many requests, a fault of the server, a broken connection, no video. */
	passing: number;
	/** The same for 403 and 404: a CDN may know a file later than the provider that has just made it. */
	appearing: number;
	/** The first pause; each further one is twice as long, up to sixteen times. */
	firstPause: number;
}

export const DOWNLOAD_PATIENCE: Readonly<DownloadPatience> = { passing: 90_000, appearing: 60_000, firstPause: 1000 };

const MOST_DOUBLINGS = 4;

/** Too early, too many, a proxy's time-out; and success that brings no file, as of one that is still being copied. */
const PASSING_STATUSES = [202, 204, 408, 425, 429];

/** What a CDN answers for a file that it has not, or not yet; S3 says 403 for it where nobody may list. */
const APPEARING_STATUSES = [403, 404];

/**
 * Milliseconds after its end in which a job counts as new. They are counted between the provider's clock and ours, which
 * may be most of an hour apart, and from its creation where the provider does not say when it ended.
 */
const NEW_FOR = 2 * 60 * 60 * 1000;

/** Why a try gave no video. */
export interface DownloadFault {
	/** Null when the connection broke; 200 when what came was no video. */
	status: number | null;
	retryAfterSeconds: number | null;
}

export interface DownloadTries {
	/** Failures so far, at least 1. */
	failed: number;
	/** Milliseconds since the first of them. */
	elapsed: number;
	/** Milliseconds since the job ended, as far as that is known; below 0 when the provider's clock is ahead. */
	age: number | null;
}

/**
 * Decides whether a download that failed is tried again from the start. Time counts from the first failure, so that a
 * large video that breaks after ten minutes gets another try.
 *
 * @param random 0 to 1, so that many items do not come back at the same moment
 * @returns whole milliseconds to wait, never less than Retry-After asks for; null for no other try
 */
export function pauseBeforeRepeat(
	fault: DownloadFault,
	{ failed, elapsed, age }: DownloadTries,
	random: number,
	patience: DownloadPatience = DOWNLOAD_PATIENCE,
): number | null {
	const { status } = fault;
	const isPassing = status === null || status === 200 || status >= 500 || PASSING_STATUSES.includes(status);
	const isAppearing = APPEARING_STATUSES.includes(status ?? 0) && (age === null || age < NEW_FOR);
	if (!isPassing && !isAppearing) return null;
	const backoff = patience.firstPause * 2 ** Math.min(failed - 1, MOST_DOUBLINGS);
	const wait = Math.ceil((fault.retryAfterSeconds ?? 0) * 1000 + backoff * (0.5 + random / 2));
	return elapsed + wait <= (isPassing ? patience.passing : patience.appearing) ? wait : null;
}
