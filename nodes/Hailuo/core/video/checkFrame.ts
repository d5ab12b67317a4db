import { isWebUrl } from '../http/read';
import { IMAGE_SIZE_LIMIT, type ImageType } from './catalog';
import { IMAGE_TYPE_LABELS, recogniseImage } from './imageType';
import type { Frame } from './videoRequest';
import { joinWords, quoted } from './words';

/** A frame as the form gives it. `bytes` is null when the file was too large to be worth loading. */
export type DraftFrame =
	| { kind: 'none' }
	| { kind: 'url'; url: string }
	| { kind: 'missing'; property: string }
	| { kind: 'file'; bytes: Uint8Array | null; size: number; fileName: string };

/** What is wrong with a frame comes as a sentence in the form's words. */
type Checked = Frame | string;

function checkAddress(label: string, given: string): Checked {
	const url = given.trim();
	if (url === '') return `'${label} URL' is empty`;
	if (isWebUrl(url)) return { kind: 'url', url };
	return `'${label} URL' ${quoted(url)} is not a web address that begins with https:// or http://`;
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
	const recognised = recogniseImage(bytes);
	const mimeType = imageTypes.find((type) => type === recognised);
	// A part of a form whose file has no name is a plain field to many servers.
	if (mimeType) return { kind: 'file', bytes, fileName: fileName || mimeType.replace('/', '.'), mimeType };
	const wanted = joinWords(
		imageTypes.map((type) => IMAGE_TYPE_LABELS[type]),
		'or',
	);
	const what = recognised === null ? 'no image' : `of type ${recognised}`;
	return `'${label}' is ${what} by its content; ${provider} takes ${wanted}`;
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
	if (draft.kind === 'none') return null;
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
