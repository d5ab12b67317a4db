import {
	MODELS,
	RESOLUTIONS,
	type Model,
	type ModelId,
	type Resolution,
	type ResolutionTable,
	type VideoMode,
} from './catalog';
import { IMAGE_TYPES, MEDIA_SIZES, type ImageType, type MediaSizes } from './media';

/** How a gateway calls a model: one name, or one for each mode that it sells. */
export type Slug = string | Readonly<Partial<Record<VideoMode, string>>>;

/** How one gateway sells one model. */
export interface Offer extends Omit<Model, 'label' | 'textToVideo'> {
	model: ModelId;
	slug: Slug;
	/** `recommended`: the gateway's schema leaves it optional, though the model makes its video from an image. */
	firstFrame: 'optional' | 'recommended' | 'required';
	prompt: 'required' | 'optional' | 'requiredWithoutImage';
	/** What the limit of a prompt counts: an emoji is one character, but two units of UTF-16 and more. */
	promptCounts: 'characters' | 'utf16Units';
	imageTypes: readonly ImageType[];
	mediaSizes: MediaSizes;
	/** Megabytes that all files of a request may have together, where they travel inside of it; null for no such limit. */
	filesTogether: number | null;
}

/** What an adapter states of a model it sells; everything else follows from the model. */
export type OfferTerms = Pick<Offer, 'model' | 'slug' | 'prompt'> &
	Partial<Omit<Offer, 'model' | 'slug' | 'prompt'>> & {
		/** Resolutions of the model that this gateway does not sell. */
		without?: readonly Resolution[];
	};

/**
 * Joins a model with a gateway's terms.
 *
 * @param terms what the adapter states; unstated terms follow the model (a first frame is required where the model
 * makes no video from text alone), or are what is usual (all image types, the usual sizes of files)
 * @returns the offer the form and the validation work with
 */
export function offer({ without = [], ...terms }: OfferTerms): Offer {
	const { label: _label, textToVideo, ...model } = MODELS[terms.model];
	const resolutions: ResolutionTable = {};
	for (const resolution of RESOLUTIONS) {
		const durations = model.resolutions[resolution];
		if (durations && !without.includes(resolution)) resolutions[resolution] = durations;
	}
	return {
		...model,
		resolutions,
		promptCounts: 'characters',
		firstFrame: textToVideo ? 'optional' : 'required',
		imageTypes: IMAGE_TYPES,
		mediaSizes: MEDIA_SIZES,
		filesTogether: null,
		...terms,
	};
}

/**
 * Tells what a video is made from.
 *
 * @param request a frame is anything but null, a reference anything but undefined
 */
export function modeOf(request: { firstFrame: unknown; lastFrame: unknown; references?: unknown }): VideoMode {
	if (request.references !== undefined) return 'reference';
	return request.firstFrame === null && request.lastFrame === null ? 'text' : 'image';
}

/**
 * @param request what is to be made, as `modeOf` takes it
 * @returns how the gateway calls the model for it; our own name where the gateway does not sell it
 */
export function slugFor(offers: readonly Offer[], request: Parameters<typeof modeOf>[0] & { model: ModelId }): string {
	const slug = offers.find(({ model }) => model === request.model)?.slug ?? request.model;
	return typeof slug === 'string' ? slug : (slug[modeOf(request)] ?? request.model);
}

/**
 * @param matches says of a slug whether it is the one that was found
 * @returns the model that a gateway calls so, in whatever mode
 */
export function modelOfSlug(offers: readonly Offer[], matches: (slug: string) => boolean): ModelId | null {
	const slugsOf = ({ slug }: Offer) => (typeof slug === 'string' ? [slug] : Object.values(slug));
	return offers.find((offer) => slugsOf(offer).some(matches))?.model ?? null;
}
