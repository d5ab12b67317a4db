import { MEDIA_SIZES, type MediaKind } from '../core/video/media';
import type { DraftFrame, DraftMedia, DraftReferences, FormRequest } from '../core/video/validate';
import type { Media, References, VideoRequest } from '../core/video/videoRequest';
import type { FrameChoice, MediaChoice, VideoForm } from '../fields/form';
import { loadBytes, loadFile } from '../io/mediaFile';
import type { RunContext } from './runContext';

/** The fields of a request that may hold files. */
export type MediaName = 'firstFrame' | 'lastFrame' | 'references';

/** A checked file; of one on the item its place, for bytes are not kept while other items are checked. */
type Kept = Media | { kind: 'binary'; property: string; fileName: string; mimeType: string };

/** What a video is made from, checked, without the bytes of the item's files. */
export interface KeptMedia {
	firstFrame: Kept | null;
	lastFrame: Kept | null;
	references?: Readonly<Record<MediaKind, readonly Kept[]>>;
}

type LoadedMedia = { firstFrame: DraftFrame; lastFrame: DraftFrame; references: DraftReferences };

/** Does the same with the references of each kind, one after the other: each may be a large file. */
async function eachReference<Given, Result>(
	given: Readonly<Record<MediaKind, readonly Given[]>>,
	handle: (reference: Given, kind: MediaKind) => Promise<Result>,
): Promise<Record<MediaKind, Result[]>> {
	const handleAll = async (kind: MediaKind) => {
		const results: Result[] = [];
		for (const reference of given[kind]) results.push(await handle(reference, kind));
		return results;
	};
	return { images: await handleAll('images'), videos: await handleAll('videos'), audios: await handleAll('audios') };
}

/**
 * Loads the files that the form names, but for those that are too large to be sent.
 */
export async function loadMedia(run: RunContext, itemIndex: number, form: VideoForm): Promise<LoadedMedia> {
	const offer = run.adapter.offers.find(({ model }) => model === form.model);
	const limits = offer?.mediaSizes ?? MEDIA_SIZES;
	const load = async (choice: MediaChoice, kind: MediaKind): Promise<DraftMedia> =>
		choice.kind === 'binary' ? await loadFile(run.context, itemIndex, choice.property, kind, limits[kind]) : choice;
	const loadFrame = async (choice: FrameChoice) => (choice.kind === 'none' ? choice : await load(choice, 'images'));
	return {
		firstFrame: await loadFrame(form.firstFrame),
		lastFrame: await loadFrame(form.lastFrame),
		references: await eachReference(form.references, load),
	};
}

function keep(choice: FrameChoice | undefined, media: Media): Kept {
	if (media.kind !== 'file' || choice?.kind !== 'binary') return media;
	return { ...choice, fileName: media.fileName, mimeType: media.mimeType };
}

/**
 * Lets go of the bytes of files that the item holds.
 *
 * @param form where each file came from
 * @param request made of this form, so that it has the same files in the same order
 */
export function keepMedia(
	form: VideoForm,
	{ firstFrame, lastFrame, references }: Pick<FormRequest, MediaName>,
): KeptMedia {
	const keepAll = (kind: MediaKind, media: References) =>
		media[kind].map((file, index) => keep(form.references[kind][index], file));
	return {
		firstFrame: firstFrame && keep(form.firstFrame, firstFrame),
		lastFrame: lastFrame && keep(form.lastFrame, lastFrame),
		...(references && {
			references: {
				images: keepAll('images', references),
				videos: keepAll('videos', references),
				audios: keepAll('audios', references),
			},
		}),
	};
}

/**
 * Loads the bytes of the item's files once more.
 */
export async function completeMedia(
	run: RunContext,
	itemIndex: number,
	{ firstFrame, lastFrame, references }: KeptMedia,
): Promise<Pick<VideoRequest, MediaName>> {
	const complete = async (kept: Kept): Promise<Media> => {
		if (kept.kind !== 'binary') return kept;
		const { property, fileName, mimeType } = kept;
		return { kind: 'file', bytes: await loadBytes(run.context, itemIndex, property), fileName, mimeType };
	};
	return {
		firstFrame: firstFrame && (await complete(firstFrame)),
		lastFrame: lastFrame && (await complete(lastFrame)),
		...(references && { references: await eachReference(references, complete) }),
	};
}

/** Whether bytes of the item are sent. */
export function holdsFiles({ firstFrame, lastFrame, references }: KeptMedia): boolean {
	const all = [firstFrame, lastFrame, ...Object.values(references ?? {}).flat()];
	return all.some((kept) => kept?.kind === 'binary');
}
