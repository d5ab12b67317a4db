import { ringDoorbell, type Ringer } from '../../io/doorbells';
import { pause } from '../../io/cancelSignal';

/**
 * Seconds without another ring after which an execution is woken for the jobs that have rung, though others have not. Each
 * such wake-up costs n8n a run, so the next one takes longer to come.
 */
const FIRST_QUIET_SECONDS = 4;
const LONGEST_QUIET_SECONDS = 32;

/** Executions that are listened for at a time; beyond that the recheck finds the jobs. */
const MOST_SLEEPERS = 2_000;

interface Quiet {
	jobIds: Set<string>;
	/** Milliseconds since 1970. */
	ends: number;
	wakings: number;
	isListening: boolean;
}

const BY_SLEEPER = new Map<string, Quiet>();

/**
 * The newest call's, for all executions that are listened for: it holds what n8n has loaded for its call, and any of them
 * rings at the same n8n.
 */
let newest: Ringer | undefined;
let listening = 0;

async function listen(url: string, quiet: Quiet): Promise<void> {
	quiet.isListening = true;
	listening += 1;
	while (Date.now() < quiet.ends) await pause(quiet.ends - Date.now());
	quiet.isListening = false;
	listening -= 1;
	const ringer = newest;
	if (listening === 0) newest = undefined;
	if (quiet.jobIds.size === 0 || ringer === undefined) return;
	const rungJobs = [...quiet.jobIds];
	quiet.jobIds.clear();
	quiet.wakings += 1;
	ringDoorbell(ringer, { url, serial: `rung ${rungJobs.join(' ')}`, ring: { rungJobs } });
}

/**
 * Wakes an execution, once no more callbacks come for a while, for jobs whose callbacks did not: where several processes
 * take callbacks none of them knows all, and what one knew before a restart is forgotten.
 *
 * @param sleeper the execution, and the node in it that waits
 * @param url its doorbell: another process may be behind it
 */
export function wakeWhenQuiet(ringer: Ringer, sleeper: string, url: string, jobIds: readonly string[]): void {
	const known = BY_SLEEPER.get(sleeper);
	if (known === undefined && BY_SLEEPER.size >= MOST_SLEEPERS) forgetSilent();
	if (known === undefined && BY_SLEEPER.size >= MOST_SLEEPERS) return;
	const quiet = known ?? { jobIds: new Set(), ends: 0, wakings: 0, isListening: false };
	BY_SLEEPER.set(sleeper, quiet);
	for (const jobId of jobIds) quiet.jobIds.add(jobId);
	const seconds = Math.min(FIRST_QUIET_SECONDS * 2 ** quiet.wakings, LONGEST_QUIET_SECONDS);
	quiet.ends = Date.now() + seconds * 1000;
	newest = ringer;
	if (!quiet.isListening) void listen(url, quiet);
}

/** Forgets what has rung for an execution, because it is being woken for all of that. */
export function forgetRung(sleeper: string): void {
	BY_SLEEPER.get(sleeper)?.jobIds.clear();
}

function forgetSilent(): void {
	for (const [sleeper, { isListening }] of BY_SLEEPER) if (!isListening) BY_SLEEPER.delete(sleeper);
}
