import type { AspectRatio, Duration, ModelId, Resolution } from './catalog';
import type { MediaKind } from './media';

/** A file that the provider fetches itself, or one whose bytes we hold. */
export type Media =
	{ kind: 'url'; url: string } | { kind: 'file'; bytes: Uint8Array; fileName: string; mimeType: string };

/** An image a video begins or ends with. */
export type Frame = Media;

/** What a video takes its persons, things, movements and sounds from, in the order in which a prompt counts them. */
export type References = Readonly<Record<MediaKind, readonly Media[]>>;

/** Values of the options that only one provider has, by option name. */
export type ExtraValues = Record<string, string | boolean>;

/** The one input all providers receive. It has passed validation, so an adapter need not check it again. */
export interface VideoRequest {
	model: ModelId;
	/** Camera bracket included. Empty only where the offer allows it. */
	prompt: string;
	firstFrame: Frame | null;
	/** Without a first frame only where the offer takes it alone. */
	lastFrame: Frame | null;
	/** At least one; never beside a frame. Absent where there is none, so that older requests keep their fingerprints. */
	references?: References;
	resolution: Resolution;
	/** Seconds. */
	duration: Duration;
	/** Absent where the provider is to decide. `adaptive` only where the offer names it for what the video is made from. */
	aspectRatio?: AspectRatio;
	/** Null where the offer has no such switch. */
	promptOptimizer: boolean | null;
	/** Where the provider reports the end of the job; null for no callback. */
	callbackUrl: string | null;
	/** Whether the callback address also wants to hear of progress, where the provider lets one choose. */
	callbackProgress?: boolean;
	/** Sent where the provider documents one; null where the caller has none. */
	idempotencyKey: string | null;
	extras: ExtraValues;
}
