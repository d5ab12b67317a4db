import { numberAt } from './read';

/** A provider repeats a callback within minutes; a day is far beyond that. */
const LIFETIME_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Static data is a row in n8n's database, written after every callback. */
const LIMIT = 1000;

/**
 * Remembers which callbacks have been taken, in an object that n8n keeps. It is exact for callbacks that come one after
 * another; two of the same instant can both find nothing, since n8n writes the object only after each.
 *
 * @param memory what the last call returned: times, in milliseconds since 1970, by key; anything else counts as empty
 * @param key what makes a callback the same as another
 * @param now milliseconds since 1970
 * @returns whether the callback is the first of its kind, and what to keep
 */
export function takeDelivery(
	memory: unknown,
	key: string,
	now: number,
): { isNew: boolean; memory: Record<string, number> } {
	const known = typeof memory === 'object' && memory !== null ? Object.keys(memory) : [];
	const taken = known
		.map((name): [string, number] => [name, numberAt(memory, name) ?? 0])
		.filter(([, at]) => now - at < LIFETIME_MILLISECONDS);
	const isNew = !taken.some(([name]) => name === key);
	const kept = isNew ? [...taken, [key, now] as const] : taken;
	const latest = [...kept].sort(([, left], [, right]) => right - left).slice(0, LIMIT);
	return { isNew, memory: Object.fromEntries(latest) };
}
