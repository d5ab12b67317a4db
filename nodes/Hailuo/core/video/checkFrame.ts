import { checkAddress, checkFile, type CheckedMedia, type DraftFile, type MediaRules } from './checkMedia';
import type { Frame } from './videoRequest';
import { quoted } from './words';

/** A file as the form gives it. Of one that is `unclear` the reading of the form has said what is wrong. */
export type DraftMedia =
	{ kind: 'unclear' } | { kind: 'url'; url: string } | { kind: 'missing'; property: string } | DraftFile;

/** A frame as the form gives it. */
export type DraftFrame = { kind: 'none' } | DraftMedia;

/**
 * Checks one frame.
 *
 * @param label the field's name in the form
 * @param problems takes a sentence in the form's words
 * @returns the frame to send; null for none, and for one that is wrong
 */
export function checkFrame(label: string, draft: DraftFrame, rules: MediaRules, problems: string[]): Frame | null {
	if (draft.kind === 'none' || draft.kind === 'unclear') return null;
	const checked: CheckedMedia =
		draft.kind === 'missing'
			? `'${label} Input Data Field Name' is ${quoted(draft.property)}, but the item has no such file`
			: draft.kind === 'url'
				? checkAddress(`${label} URL`, draft.url)
				: checkFile('images', label, draft, rules);
	if (typeof checked !== 'string') return checked;
	problems.push(checked);
	return null;
}
