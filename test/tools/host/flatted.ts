/**
 * Reads n8n's stored execution data: JSON whose values live in one array and point at one another by index, written as
 * strings (the format of the npm package flatted), so that data shared by many nodes is stored once.
 * @returns the first value, with shared and circular references restored
 * @throws SyntaxError when the text is no JSON
 */
export function parseFlatted(text: string): unknown {
	const table = JSON.parse(text) as unknown[];
	const restored = new Map<number, unknown>();

	const restoreAt = (index: number): unknown => {
		if (restored.has(index)) return restored.get(index);
		const value = table[index];
		if (typeof value !== 'object' || value === null) return value;
		const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
		// Known before its children, because they may point back at it.
		restored.set(index, copy);
		for (const [key, child] of Object.entries(value)) {
			// Strings are indexes; numbers, booleans and null stand for themselves.
			Object.assign(copy, { [key]: typeof child === 'string' ? restoreAt(Number(child)) : child });
		}
		return copy;
	};
	return restoreAt(0);
}
