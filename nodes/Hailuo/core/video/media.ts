/** The files a video can be made from, and what is asked of them. */

/** Frames are images; references may be of any kind. */
export const MEDIA_KINDS = ['images', 'videos', 'audios'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** The image types MiniMax takes, by the name their bytes are recognised under. */
export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];

/** Megabytes of one file. */
export type MediaSizes = Readonly<Record<MediaKind, number>>;

/**
 * 20 MB per image at every gateway that states a limit for 02, 2.3 and 2.3 Fast; videos and audios are references of
 * Hailuo 03 only (EvoLink's parameter tables; MiniMax's upload pages have the same two).
 */
export const MEDIA_SIZES: MediaSizes = { images: 20, videos: 50, audios: 15 };

/** Pixels of an image. */
export interface ImageShape {
	/** The short side needs more. */
	shortSideAbove: number;
	/** The long side may have so many; null where nothing is said of it. */
	longSideAtMost: number | null;
	/** How many times as long as the short side the long one may be. */
	longestRatio: number;
}

/** Documented alike by all gateways for 02, 2.3 and 2.3 Fast. */
export const IMAGE_SHAPE: ImageShape = { shortSideAbove: 300, longSideAtMost: null, longestRatio: 2.5 };

/** EvoLink's parameter tables of MiniMax-H3: 256 to 5760 pixels, ratio 0.4 to 2.5. */
export const H3_IMAGE_SHAPE: ImageShape = { shortSideAbove: 255, longSideAtMost: 5760, longestRatio: 2.5 };

/** How many references there may be of each kind. */
export interface ReferenceLimits extends Readonly<Record<MediaKind, number>> {
	/** Of all kinds together. */
	readonly total: number;
	/** Whether audios may stand without an image or a video. */
	readonly audioAlone: boolean;
}

const MEGABYTE = 1024 * 1024;

/** @returns bytes */
export function megabytes(count: number): number {
	return count * MEGABYTE;
}

/** @returns the size in words, rounded up, so that one byte too many does not read as the limit itself */
export function describeSize(bytes: number): string {
	return `${(Math.ceil((bytes / MEGABYTE) * 10) / 10).toFixed(1)} MB`;
}
