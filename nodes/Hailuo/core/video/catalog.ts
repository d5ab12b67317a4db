import { H3_IMAGE_SHAPE, IMAGE_SHAPE, type ImageShape, type ReferenceLimits } from './media';

/**
 * What a Hailuo model can do, whoever sells it. What a gateway sells of it is in that gateway's adapter
 * (its offers); `offer` joins the two. The form, the validation and the tables of the reference are drawn from here.
 */
export const RESOLUTIONS = ['480P', '512P', '768P', '1080P', '2K'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Seconds. */
export const DURATIONS = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] as const;
export type Duration = (typeof DURATIONS)[number];

/** `adaptive` is the shape of the frame or of the first reference; from text alone there is none to follow. */
export const ASPECT_RATIOS = ['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16'] as const;
export type AspectRatio = (typeof ASPECT_RATIOS)[number];

export const MODEL_IDS = [
	'hailuo-2.3-fast',
	'hailuo-2.3',
	'hailuo-02',
	'hailuo-03',
	'hailuo-03-max',
	'hailuo-03-max-turbo',
] as const;
export type ModelId = (typeof MODEL_IDS)[number];

/** Durations by resolution; a resolution that is not named is not offered. */
export type ResolutionTable = Partial<Record<Resolution, readonly Duration[]>>;

/** What a video is made from. */
export const VIDEO_MODES = ['text', 'image', 'reference'] as const;
export type VideoMode = (typeof VIDEO_MODES)[number];

/** The aspect ratios that may be named, by what the video is made from; none for a mode that is not there. */
export type RatioTable = Partial<Record<VideoMode, readonly AspectRatio[]>>;

export interface Model {
	label: string;
	/** Can make a video from a prompt alone. */
	textToVideo: boolean;
	/** Takes a last frame, and whether it needs a first one beside it. */
	lastFrame: 'none' | 'besideFirst' | 'alone';
	/** Null for a model without references. They and frames exclude each other. */
	references: ReferenceLimits | null;
	resolutions: ResolutionTable;
	aspectRatios: RatioTable;
	/** Characters, the camera bracket counted. */
	promptLimit: number;
	/** Has a switch for the rewriting of the prompt. */
	promptOptimizer: boolean;
	/** Reads the bracket of camera commands. */
	cameraMovements: boolean;
	imageShape: ImageShape;
}

/** What 02, 2.3 and 2.3 Fast have alike. */
const SECOND_GENERATION = {
	lastFrame: 'none',
	references: null,
	aspectRatios: {},
	promptLimit: 2000,
	promptOptimizer: true,
	cameraMovements: true,
	imageShape: IMAGE_SHAPE,
} as const;

const SIX_OR_TEN: readonly Duration[] = [6, 10];

/** @returns every whole number of seconds in between, both ends too */
const secondsFrom = (least: Duration, most: Duration): readonly Duration[] =>
	DURATIONS.filter((seconds) => seconds >= least && seconds <= most);

/** Those that need nothing to follow. */
export const FIXED_RATIOS = ASPECT_RATIOS.filter((ratio) => ratio !== 'adaptive');

/** What MiniMax-H3 and its variants have alike. */
const THIRD_GENERATION = {
	textToVideo: true,
	references: { images: 9, videos: 3, audios: 3, total: 12, audioAlone: false },
	aspectRatios: { text: FIXED_RATIOS, image: ASPECT_RATIOS, reference: ASPECT_RATIOS },
	promptLimit: 7000,
	promptOptimizer: false,
	cameraMovements: false,
	imageShape: H3_IMAGE_SHAPE,
} as const;

/**
 * Sources: MiniMax video generation guide, model and mode matrix (02, 2.3, 2.3-Fast; checked 2026-10); MiniMax's V2 pages,
 * EvoLink's parameter tables and AI/ML API's OpenAPI for MiniMax-H3 (checked 2026-11). Of H3-Max and H3-Max-Turbo the
 * schemas themselves were not read, only which seconds, resolutions and modes they have (EvoLink).
 */
export const MODELS: Record<ModelId, Model> = {
	'hailuo-2.3-fast': {
		...SECOND_GENERATION,
		label: 'Hailuo 2.3 Fast',
		textToVideo: false,
		resolutions: { '768P': SIX_OR_TEN, '1080P': [6] },
	},
	'hailuo-2.3': {
		...SECOND_GENERATION,
		label: 'Hailuo 2.3',
		textToVideo: true,
		resolutions: { '768P': SIX_OR_TEN, '1080P': [6] },
	},
	'hailuo-02': {
		...SECOND_GENERATION,
		label: 'Hailuo 02',
		textToVideo: true,
		lastFrame: 'besideFirst',
		resolutions: { '512P': SIX_OR_TEN, '768P': SIX_OR_TEN, '1080P': [6] },
	},
	'hailuo-03': {
		...THIRD_GENERATION,
		label: 'Hailuo 03',
		lastFrame: 'alone',
		resolutions: { '768P': secondsFrom(4, 15), '2K': secondsFrom(4, 15) },
	},
	'hailuo-03-max': {
		...THIRD_GENERATION,
		label: 'Hailuo 03 Max',
		lastFrame: 'besideFirst',
		resolutions: { '480P': secondsFrom(5, 15), '768P': secondsFrom(5, 15) },
	},
	'hailuo-03-max-turbo': {
		...THIRD_GENERATION,
		label: 'Hailuo 03 Max Turbo',
		lastFrame: 'besideFirst',
		references: null,
		resolutions: { '480P': secondsFrom(5, 15), '768P': secondsFrom(5, 15) },
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
