import { describeAddressProblem, toUri } from './address';
import { IMAGE_SHAPE, IMAGE_SIZE_LIMIT, type ImageType } from './catalog';
import { IMAGE_TYPE_LABELS, readImageHeader } from './imageHeader';
import type { Frame } from './videoRequest';
import { joinWords, quoted } from './words';

/**
 * A frame as the form gives it. `bytes` is null when the file was too large to be worth loading; of one that is `unclear`
 * the reading of the form has said what is wrong.
 */
export type DraftFrame =
	| { kind: 'none' }
	| { kind: 'unclear' }
	| { kind: 'url'; url: string }
	| { kind: 'missing'; property: string }
	| { kind: 'file'; bytes: Uint8Array | null; size: number; fileName: string };

/** What is wrong with a frame comes as a sentence in the form's words. */
type Checked = Frame | string;

function checkAddress(label: string, given: string): Checked {
	return describeAddressProblem(`${label} URL`, given) ?? { kind: 'url', url: toUri(given.trim()) };
}

function checkFile(
	label: string,
	{ bytes, size, fileName }: Extract<DraftFrame, { kind: 'file' }>,
	imageTypes: readonly ImageType[],
	provider: string,
): Checked {
	if (bytes === null || size > IMAGE_SIZE_LIMIT) {
		// Rounded up, so that one byte too many does not read as 20.0 MB.
		const megabytes = (Math.ceil((size / 1024 / 1024) * 10) / 10).toFixed(1);
		return `'${label}' is ${megabytes} MB; an image may have at most 20 MB`;
	}
	const header = readImageHeader(bytes);
	const mimeType = imageTypes.find((type) => type === header?.type);
	if (header === null || mimeType === undefined) {
		const labels = imageTypes.map((type) => IMAGE_TYPE_LABELS[type]);
		return `'${label}' is ${header?.name ?? 'no image'} by its content; ${provider} takes ${joinWords(labels, 'or')}`;
	}
	if (header.size === null) return `'${label}' begins like ${header.name}, but the file is cut short or damaged`;
	const { width, height } = header.size;
	const [short, long] = [Math.min(width, height), Math.max(width, height)];
	const { shortSideAbove, longestRatio } = IMAGE_SHAPE;
	if (short <= shortSideAbove || long > short * longestRatio)
		return `'${label}' has ${width} x ${height} pixels; the short side needs more than ${shortSideAbove}, and the long one at most ${longestRatio} times as many`;
	// A part of a form whose file has no name is a plain field to many servers.
	return { kind: 'file', bytes, fileName: fileName || mimeType.replace('/', '.'), mimeType };
}

/**
 * Checks one frame.
 *
 * @param label the field's name in the form
 * @param imageTypes those the provider takes for the model
 * @param provider the provider's label
 * @param problems takes a sentence in the form's words
 * @returns the frame to send; null for none, and for one that is wrong
 */
export function checkFrame(
	label: string,
	draft: DraftFrame,
	imageTypes: readonly ImageType[],
	provider: string,
	problems: string[],
): Frame | null {
	if (draft.kind === 'none' || draft.kind === 'unclear') return null;
	const checked =
		draft.kind === 'missing'
			? `'${label} Input Data Field Name' is ${quoted(draft.property)}, but the item has no such file`
			: draft.kind === 'url'
				? checkAddress(label, draft.url)
				: checkFile(label, draft, imageTypes, provider);
	if (typeof checked !== 'string') return checked;
	problems.push(checked);
	return null;
}
