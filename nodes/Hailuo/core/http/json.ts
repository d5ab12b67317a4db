import type { JsonValue } from './http';

/**
 * @returns what a text of JSON stands for, or undefined when it is none
 */
export function parseJson(text: string): unknown {
	try {
		const value: unknown = JSON.parse(text);
		return value;
	} catch {
		return undefined;
	}
}

/**
 * @returns a copy of a value that JSON.parse or an expression gave, with all that is no JSON as null
 */
export function toJson(value: unknown): JsonValue {
	if (typeof value === 'string' || typeof value === 'boolean') return value;
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	if (Array.isArray(value)) return value.map(toJson);
	if (typeof value !== 'object' || value === null) return null;
	return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
}
