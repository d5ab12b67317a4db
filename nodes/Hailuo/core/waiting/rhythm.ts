/** How often the provider is asked about a job. */
export type Rhythm = {
	/** What the provider asks for at least between two reads of one job, seconds. */
	shortestPauseSeconds: number;
} & (
	| /** `intervalSeconds` is the user's fixed interval; 0 for the adaptive one. */ {
			kind: 'polling';
			intervalSeconds: number;
	  }
	| { kind: 'rechecking'; intervalMinutes: number }
);

/** The adaptive one: 2 s after the first look, each pause half as long again, at most 15 s (AI/ML API's own samples). */
const FIRST_PAUSE_SECONDS = 2;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_SECONDS = 15;

/** n8n looks for executions to wake once a minute; the first recheck comes soon in case the job is a quick one. */
const FIRST_RECHECK_SECONDS = 60;

/** Whatever interval an expression gives, nobody is asked more often. */
const SHORTEST_RECHECK_SECONDS = 10;

/** Any number of minutes may be asked for, but not any has a date at its end. */
export const LONGEST_SECONDS = 365 * 24 * 60 * 60;

/**
 * How long to pause before the next read.
 *
 * @param looks how often the job was looked at, its making included
 * @returns seconds: never less than the provider asks for
 */
export function pauseSeconds(looks: number, rhythm: Rhythm): number {
	if (rhythm.kind === 'rechecking') {
		const interval = Math.min(Math.max(rhythm.intervalMinutes * 60, SHORTEST_RECHECK_SECONDS), LONGEST_SECONDS);
		const pause = looks <= 1 ? Math.min(interval, FIRST_RECHECK_SECONDS) : interval;
		return Math.max(pause, rhythm.shortestPauseSeconds);
	}
	const adaptive = Math.min(FIRST_PAUSE_SECONDS * PAUSE_GROWTH ** Math.max(looks - 1, 0), LONGEST_PAUSE_SECONDS);
	return Math.max(rhythm.intervalSeconds > 0 ? rhythm.intervalSeconds : adaptive, rhythm.shortestPauseSeconds);
}
