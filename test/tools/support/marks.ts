/** What programs write into README.md, each part between two marks of its own. */
export type MarkedPart = 'bench' | 'versions';

/** The marks of a part: what begins it and what ends it. */
export function marksOf(part: MarkedPart): [begin: string, end: string] {
	return [`<!-- ${part}:begin -->`, `<!-- ${part}:end -->`];
}

/**
 * Puts a text between the two marks of a part, in the place of what was there.
 * @throws Error when the document does not have each of the two once, in order
 */
export function putBetweenMarks(document: string, part: MarkedPart, text: string): string {
	const [begin, end] = marksOf(part);
	const [before, rest, ...others] = document.split(begin);
	const [old, after, ...more] = (rest ?? '').split(end);
	const endsTooEarly = before?.includes(end) ?? false;
	if (old === undefined || after === undefined || others.length > 0 || more.length > 0 || endsTooEarly)
		throw new Error(`README.md needs ${begin} and ${end} once each, in this order`);
	return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}
