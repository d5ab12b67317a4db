import { numberAt } from '../http/read';

/** A provider repeats a callback within minutes; a day is far beyond that. */
const LIFETIME_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Static data is a row in n8n's database, written after every callback. */
const LIMIT = 1000;

/** Moments, in milliseconds since 1970, by key. */
export type Memory = Record<string, number>;

/** What is alive in several memories: anything may have touched them. */
function recall(memories: readonly unknown[], now: number): Map<string, number> {
	const read = (memory: unknown) =>
		typeof memory !== 'object' || memory === null
			? []
			: Object.keys(memory).map((key): [string, number] => [key, numberAt(memory, key) ?? 0]);
	return new Map(memories.flatMap(read).filter(([, at]) => now - at < LIFETIME_MILLISECONDS));
}

function keep(known: ReadonlyMap<string, number>): Memory {
	const latest = [...known].sort(([, left], [, right]) => right - left).slice(0, LIMIT);
	return Object.fromEntries(latest);
}

/**
 * Remembers which callbacks have been taken.
 *
 * @param memories what earlier calls returned; anything else counts as empty
 * @param key what makes a callback the same as another
 * @param now milliseconds since 1970
 * @param happenedAt when that of which the callback tells happened. What is remembered longest is what happened last, by
 * one clock, the provider's: so whatever was dropped happened before all that is kept
 * @returns whether the callback is the first of its kind; whether it is older than the memory reaches, so that nobody can
 * say whether it is; and what to keep: the latest thousand of the last day
 */
export function recordCallback(
	memories: readonly unknown[],
	key: string,
	now: number,
	happenedAt: number = now,
): { isNew: boolean; isTooOld: boolean; memory: Memory } {
	const known = recall(memories, now);
	const at = Math.min(happenedAt, now);
	const reach = known.size < LIMIT ? -Infinity : Math.min(...known.values());
	const isKnown = known.has(key);
	const isTooOld = !isKnown && (now - at >= LIFETIME_MILLISECONDS || at <= reach);
	const isNew = !isKnown && !isTooOld;
	if (isNew) known.set(key, at);
	return { isNew, isTooOld, memory: keep(known) };
}

/**
 * Binds a ticket to the first job it comes with.
 *
 * @param memories what earlier calls returned; anything else counts as empty
 * @param serial the ticket's
 * @param jobId as the callback names it
 * @param now milliseconds since 1970
 * @returns whether the ticket came with another job before, and what to keep: the latest thousand tickets of the last day,
 * which is as long as one is good for
 */
export function bindTicket(
	memories: readonly unknown[],
	serial: string,
	jobId: string,
	now: number,
): { isForeign: boolean; isNew: boolean; memory: Memory } {
	const known = recall(memories, now);
	const bond = `${serial} ${jobId}`;
	const isForeign = !known.has(bond) && [...known.keys()].some((other) => other.startsWith(`${serial} `));
	const isNew = !isForeign && !known.has(bond);
	if (isNew) known.set(bond, now);
	return { isForeign, isNew, memory: keep(known) };
}
