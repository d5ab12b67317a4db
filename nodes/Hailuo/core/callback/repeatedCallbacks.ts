import { numberAt } from '../http/read';

/** A provider repeats a callback within minutes; a day is far beyond that. */
const LIFETIME_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Static data is a row in n8n's database, written after every callback. */
const LIMIT = 1000;

function readDeliveries(memory: unknown): Array<[string, number]> {
	if (typeof memory !== 'object' || memory === null) return [];
	return Object.keys(memory).map((key) => [key, numberAt(memory, key) ?? 0]);
}

/**
 * Remembers which callbacks have been taken.
 *
 * @param memories what earlier calls returned: times, in milliseconds since 1970, by key; anything else counts as empty
 * @param key what makes a callback the same as another
 * @param now milliseconds since 1970
 * @returns whether the callback is the first of its kind, and what to keep: the latest thousand of the last day
 */
export function recordCallback(
	memories: readonly unknown[],
	key: string,
	now: number,
): { isNew: boolean; memory: Record<string, number> } {
	const known = new Map(memories.flatMap(readDeliveries).filter(([, at]) => now - at < LIFETIME_MILLISECONDS));
	const isNew = !known.has(key);
	if (isNew) known.set(key, now);
	const latest = [...known].sort(([, left], [, right]) => right - left).slice(0, LIMIT);
	return { isNew, memory: Object.fromEntries(latest) };
}
