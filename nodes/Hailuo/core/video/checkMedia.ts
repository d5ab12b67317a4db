import { describeAddressProblem, toUri } from './address';
import { recogniseAudio } from './audioType';
import { IMAGE_TYPE_LABELS, readImageHeader } from './imageHeader';
import { describeSize, megabytes, type ImageShape, type MediaKind } from './media';
import type { Offer } from './offer';
import type { Media } from './videoRequest';
import { describeOtherFile, recogniseVideo, type MediaType } from './videoType';
import { joinWords } from './words';

/** A file of the item; `bytes` is null when it was too large to be worth loading. */
export interface DraftFile {
	kind: 'file';
	bytes: Uint8Array | null;
	size: number;
	fileName: string;
}

/** What is asked of a file, and by whom. */
export interface MediaRules {
	/** The provider's label. */
	provider: string;
	offer: Pick<Offer, 'imageTypes' | 'imageShape' | 'mediaSizes'>;
}

/** What is wrong with a file comes as a sentence in the form's words. */
export type CheckedMedia = Media | string;

const ARTICLES: Record<MediaKind, string> = { images: 'an image', videos: 'a video', audios: 'an audio' };

/**
 * @param label the field's name in the form
 * @param given as it was filled in
 */
export function checkAddress(label: string, given: string): CheckedMedia {
	return describeAddressProblem(label, given) ?? { kind: 'url', url: toUri(given.trim()) };
}

function describeShapeProblem(
	label: string,
	size: { width: number; height: number },
	shape: ImageShape,
): string | null {
	const { width, height } = size;
	const [short, long] = [Math.min(width, height), Math.max(width, height)];
	const { shortSideAbove, longSideAtMost, longestRatio } = shape;
	const isTooLong = longSideAtMost !== null && long > longSideAtMost;
	if (short > shortSideAbove && long <= short * longestRatio && !isTooLong) return null;
	const most = longSideAtMost === null ? '' : `, but no more than ${longSideAtMost}`;
	return `'${label}' has ${width} x ${height} pixels; the short side needs more than ${shortSideAbove}, and the long one at most ${longestRatio} times as many${most}`;
}

/** @returns the type by content, or what is wrong with the image */
function recogniseImage(label: string, bytes: Uint8Array, { provider, offer }: MediaRules): MediaType | string {
	const header = readImageHeader(bytes);
	const mimeType = offer.imageTypes.find((type) => type === header?.type);
	if (header === null || mimeType === undefined) {
		const labels = offer.imageTypes.map((type) => IMAGE_TYPE_LABELS[type]);
		return `'${label}' is ${header?.name ?? 'no image'} by its content; ${provider} takes ${joinWords(labels, 'or')}`;
	}
	if (header.size === null) return `'${label}' begins like ${header.name}, but the file is cut short or damaged`;
	const problem = describeShapeProblem(label, header.size, offer.imageShape);
	return problem ?? { mimeType, extension: mimeType.replace('image/', '') };
}

function recognise(kind: MediaKind, label: string, bytes: Uint8Array, rules: MediaRules): MediaType | string {
	switch (kind) {
		case 'images':
			return recogniseImage(label, bytes, rules);
		case 'videos':
			return recogniseVideo(bytes) ?? `'${label}' is ${describeOtherFile(bytes)} by its content, not a video`;
		case 'audios':
			return (
				recogniseAudio(bytes) ?? `'${label}' is neither MP3 nor WAV by its content; ${rules.provider} takes these two`
			);
	}
}

/**
 * Checks a file whose bytes we hold: its size, its type by content and, of an image, its pixels.
 *
 * @param label the field's name in the form
 */
export function checkFile(
	kind: MediaKind,
	label: string,
	{ bytes, size, fileName }: DraftFile,
	rules: MediaRules,
): CheckedMedia {
	const limit = rules.offer.mediaSizes[kind];
	if (bytes === null || size > megabytes(limit))
		return `'${label}' is ${describeSize(size)}; ${ARTICLES[kind]} may have at most ${limit} MB`;
	const type = recognise(kind, label, bytes, rules);
	if (typeof type === 'string') return type;
	// A part of a form whose file has no name is a plain field to many servers.
	const name = fileName || `${kind.slice(0, -1)}.${type.extension}`;
	return { kind: 'file', bytes, fileName: name, mimeType: type.mimeType };
}
