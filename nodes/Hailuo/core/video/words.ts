import { cleanText } from '../http/read';

/** How the form's messages spell what somebody filled in. */

/** @returns a text of any origin in quotation marks, on one short line, without the password an address may hold */
export function quoted(text: string): string {
	return `'${cleanText(text.replace(/\/\/[^/?#\s]*@/g, '//…@'), 60)}'`;
}

/** @returns a value of any type as a sentence can show it */
export function shown(value: unknown): string {
	if (value === undefined || value === null) return 'empty';
	if (typeof value === 'string') return value.trim() === '' ? 'empty' : quoted(value);
	if (Number.isNaN(value)) return 'not a number';
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	return Array.isArray(value) ? 'a list' : 'an object';
}

/** @returns the words as a list in a sentence */
export function joinWords(words: ReadonlyArray<string | number>, last: 'and' | 'or'): string {
	return words.length < 2
		? words.join('')
		: `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1] ?? ''}`;
}

/** @returns numbers in rising order as a sentence can show them: a range where there is no gap in it */
export function joinNumbers(numbers: readonly number[]): string {
	const [first = 0] = numbers;
	const isRange = numbers.length > 2 && numbers.every((number, index) => number === first + index);
	return isRange ? `${first} to ${numbers[numbers.length - 1] ?? ''}` : joinWords(numbers, 'or');
}
