import { MODELS } from './catalog';
import type { DraftMedia } from './checkFrame';
import { checkAddress, checkFile, type CheckedMedia, type MediaRules } from './checkMedia';
import { MEDIA_KINDS, type MediaKind } from './media';
import type { Offer } from './offer';
import type { Media, References } from './videoRequest';
import { quoted } from './words';

/** The references as the form gives them. */
export type DraftReferences = Readonly<Record<MediaKind, readonly DraftMedia[]>>;

/** How the fields are called in the form; one reference has the same name in the singular, and its place. */
export const REFERENCE_LABELS: Record<MediaKind, string> = {
	images: 'Reference Images',
	videos: 'Reference Videos',
	audios: 'Reference Audios',
};

const nameOf = (kind: MediaKind, index: number) => `${REFERENCE_LABELS[kind].slice(0, -1)} ${index + 1}`;

/** @returns the kinds of which there are references */
export function kindsIn(references: DraftReferences): MediaKind[] {
	return MEDIA_KINDS.filter((kind) => references[kind].length > 0);
}

/**
 * Checks which references there are, whatever they are.
 *
 * @param hasFrames whether there is a frame too
 * @param problems takes sentences in the form's words
 */
function checkCounts(
	references: DraftReferences,
	offer: Offer,
	provider: string,
	hasFrames: boolean,
	problems: string[],
): void {
	const { label } = MODELS[offer.model];
	const kinds = kindsIn(references);
	const isSold = (kind: MediaKind) => (offer.references?.[kind] ?? 0) > 0;
	for (const kind of kinds.filter((candidate) => !isSold(candidate)))
		problems.push(`'${REFERENCE_LABELS[kind]}' is not offered by ${provider} for ${label}`);
	if (offer.references === null || !kinds.every(isSold)) return;
	if (hasFrames) {
		for (const kind of kinds)
			problems.push(`'${REFERENCE_LABELS[kind]}' cannot stand beside a frame; give frames or references, not both`);
	}
	const { total, audioAlone } = offer.references;
	for (const kind of kinds) {
		const [count, limit] = [references[kind].length, offer.references[kind]];
		if (count > limit)
			problems.push(
				`'${REFERENCE_LABELS[kind]}' holds ${count} ${kind}; ${provider} takes at most ${limit} for ${label}`,
			);
	}
	const count = kinds.reduce((sum, kind) => sum + references[kind].length, 0);
	if (count > total)
		problems.push(
			`'Reference Images', 'Reference Videos' and 'Reference Audios' hold ${count} files; ${provider} takes at most ${total} together for ${label}`,
		);
	if (!audioAlone && !hasFrames && kinds.length === 1 && kinds[0] === 'audios')
		problems.push(`'Reference Audios' need an image or a video among the references: ${provider} takes none alone`);
}

/**
 * Checks the references: how many there are, whether they go with the rest of the form, and each by itself.
 *
 * @param offer undefined for a model that is not sold; then each is checked by itself only
 * @param problems takes sentences in the form's words
 * @returns undefined where there are none, and where one is wrong
 */
export function checkReferences(
	draft: DraftReferences,
	offer: Offer | undefined,
	rules: MediaRules,
	hasFrames: boolean,
	problems: string[],
): References | undefined {
	const kinds = kindsIn(draft);
	if (kinds.length === 0) return undefined;
	const known = problems.length;
	if (offer) checkCounts(draft, offer, rules.provider, hasFrames, problems);
	// What is not offered is refused for that alone.
	const check = (kind: MediaKind) =>
		offer && (offer.references?.[kind] ?? 0) === 0
			? []
			: draft[kind].flatMap((media, index) => checkReference(kind, nameOf(kind, index), media, rules, problems));
	const references = { images: check('images'), videos: check('videos'), audios: check('audios') };
	const isWhole = kinds.every((kind) => references[kind].length === draft[kind].length);
	return isWhole && problems.length === known ? references : undefined;
}

function checkReference(
	kind: MediaKind,
	label: string,
	draft: DraftMedia,
	rules: MediaRules,
	problems: string[],
): Media[] {
	if (draft.kind === 'unclear') return [];
	const checked: CheckedMedia =
		draft.kind === 'missing'
			? `'${label}' is ${quoted(draft.property)}, which is neither a web address nor a binary field of the item`
			: draft.kind === 'url'
				? checkAddress(label, draft.url)
				: checkFile(kind, label, draft, rules);
	if (typeof checked !== 'string') return [checked];
	problems.push(checked);
	return [];
}
