import type { Duration, ModelId, Resolution } from './catalog';

/** An image that the provider fetches itself, or one whose bytes we hold. */
export type Frame =
	{ kind: 'url'; url: string } | { kind: 'file'; bytes: Uint8Array; fileName: string; mimeType: string };

/** Values of the options that only one provider has, by option name. */
export type ExtraValues = Record<string, string | boolean>;

/** The one input all providers receive. It has passed validation, so an adapter need not check it again. */
export interface VideoRequest {
	model: ModelId;
	/** Camera bracket included. Empty only where the offer allows it. */
	prompt: string;
	firstFrame: Frame | null;
	/** Never without a first frame. */
	lastFrame: Frame | null;
	resolution: Resolution;
	/** Seconds. */
	duration: Duration;
	promptOptimizer: boolean;
	/** Where the provider reports the end of the job; null for no callback. */
	callbackUrl: string | null;
	/** Whether the callback address also wants to hear of progress, where the provider lets one choose. */
	callbackProgress?: boolean;
	/** Sent where the provider documents one; null where the caller has none. */
	idempotencyKey: string | null;
	extras: ExtraValues;
}
