/**
 * What a Hailuo model can do, whoever sells it. What a gateway sells of it is in that gateway's adapter
 * (its offers); `offerOf` joins the two. The form, the validation and README's table are drawn from here.
 */
export const RESOLUTIONS = ['512P', '768P', '1080P'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Seconds. */
export const DURATIONS = [6, 10] as const;
export type Duration = (typeof DURATIONS)[number];

export const MODEL_IDS = ['hailuo-2.3-fast', 'hailuo-2.3', 'hailuo-02', 'hailuo-03'] as const;
export type ModelId = (typeof MODEL_IDS)[number];

/** Durations by resolution; a resolution that is not named is not offered. */
export type ResolutionTable = Partial<Record<Resolution, readonly Duration[]>>;

export interface Model {
	label: string;
	/** Can make a video from a prompt alone. */
	textToVideo: boolean;
	/** Takes a last frame beside the first. */
	lastFrame: boolean;
	resolutions: ResolutionTable;
	/** Characters, the camera bracket counted. */
	promptLimit: number;
}

/**
 * Sources: MiniMax video generation guide, model and mode matrix (02, 2.3, 2.3-Fast; checked 2026-10);
 * Apiframe OpenAPI 2.0.0-beta.1, `hailuoParams` (03; its gateway is the only one of the four that sells it).
 */
export const MODELS: Record<ModelId, Model> = {
	'hailuo-2.3-fast': {
		label: 'Hailuo 2.3 Fast',
		textToVideo: false,
		lastFrame: false,
		resolutions: { '768P': [6, 10], '1080P': [6] },
		promptLimit: 2000,
	},
	'hailuo-2.3': {
		label: 'Hailuo 2.3',
		textToVideo: true,
		lastFrame: false,
		resolutions: { '768P': [6, 10], '1080P': [6] },
		promptLimit: 2000,
	},
	'hailuo-02': {
		label: 'Hailuo 02',
		textToVideo: true,
		lastFrame: true,
		resolutions: { '512P': [6, 10], '768P': [6, 10], '1080P': [6] },
		promptLimit: 2000,
	},
	'hailuo-03': {
		label: 'Hailuo 03',
		textToVideo: true,
		lastFrame: false,
		resolutions: { '768P': [6, 10], '1080P': [6, 10] },
		promptLimit: 2000,
	},
};

/** The camera commands MiniMax documents for its models (EvoLink OpenAPI lists the same fifteen). */
export const CAMERA_MOVEMENTS = [
	'Pan left',
	'Pan right',
	'Pedestal down',
	'Pedestal up',
	'Pull out',
	'Push in',
	'Shake',
	'Static shot',
	'Tilt down',
	'Tilt up',
	'Tracking shot',
	'Truck left',
	'Truck right',
	'Zoom in',
	'Zoom out',
] as const;

/** More in one bracket is allowed but advised against (EvoLink OpenAPI, `prompt`). */
export const ADVISED_CAMERA_MOVEMENTS = 3;

/** The image types MiniMax takes, by the name their bytes are recognised under. */
export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];

/** Bytes; 20 MB per image at every gateway that states a limit. */
export const IMAGE_SIZE_LIMIT = 20 * 1024 * 1024;

/** Pixels of an image's short side, and how many times as long the other may be; documented alike by all gateways. */
export const IMAGE_SHAPE = { shortSideAbove: 300, longestRatio: 2.5 };

/** What a video is made from. */
export type VideoMode = 'text' | 'image';

/** How one gateway sells one model. */
export interface Offer {
	model: ModelId;
	/** How the gateway calls the model; where it has a name for each mode, all of them. */
	slug: string | Readonly<Record<VideoMode, string>>;
	/** `recommended`: the gateway's schema leaves it optional, though the model makes its video from an image. */
	firstFrame: 'optional' | 'recommended' | 'required';
	lastFrame: boolean;
	/** What the gateway sells of the model's resolutions. */
	resolutions: ResolutionTable;
	prompt: 'required' | 'optional' | 'requiredWithoutImage';
	/** What the limit of a prompt counts: an emoji is one character, but two units of UTF-16 and more. */
	promptCounts: 'characters' | 'utf16Units';
	imageTypes: readonly ImageType[];
}

/** What an adapter states of a model it sells; everything else follows from the model. */
export type OfferTerms = Pick<Offer, 'model' | 'slug' | 'prompt'> &
	Partial<Omit<Offer, 'model' | 'slug' | 'prompt' | 'resolutions'>> & {
		/** Resolutions of the model that this gateway does not sell. */
		without?: readonly Resolution[];
	};

/**
 * Joins a model with a gateway's terms.
 *
 * @param terms what the adapter states; unstated terms follow the model (a first frame is required where the model
 * makes no video from text alone, a last frame is offered where the model takes one, all image types)
 * @returns the offer the form and the validation work with
 */
export function offer(terms: OfferTerms): Offer {
	const model = MODELS[terms.model];
	const resolutions: ResolutionTable = {};
	for (const resolution of RESOLUTIONS) {
		const durations = model.resolutions[resolution];
		if (durations && !terms.without?.includes(resolution)) resolutions[resolution] = durations;
	}
	return {
		model: terms.model,
		slug: terms.slug,
		prompt: terms.prompt,
		promptCounts: terms.promptCounts ?? 'characters',
		firstFrame: terms.firstFrame ?? (model.textToVideo ? 'optional' : 'required'),
		lastFrame: terms.lastFrame ?? model.lastFrame,
		resolutions,
		imageTypes: terms.imageTypes ?? IMAGE_TYPES,
	};
}

/**
 * @param request what is to be made; a frame is anything but null
 * @returns how the gateway calls the model for it; our own name where the gateway does not sell it
 */
export function slugFor(
	offers: readonly Offer[],
	request: { model: ModelId; firstFrame: unknown; lastFrame: unknown },
): string {
	const slug = offers.find(({ model }) => model === request.model)?.slug ?? request.model;
	if (typeof slug === 'string') return slug;
	return request.firstFrame === null && request.lastFrame === null ? slug.text : slug.image;
}

/**
 * @param matches says of a slug whether it is the one that was found
 * @returns the model that a gateway calls so, in whatever mode
 */
export function modelOfSlug(offers: readonly Offer[], matches: (slug: string) => boolean): ModelId | null {
	const slugsOf = ({ slug }: Offer) => (typeof slug === 'string' ? [slug] : Object.values(slug));
	return offers.find((offer) => slugsOf(offer).some(matches))?.model ?? null;
}
