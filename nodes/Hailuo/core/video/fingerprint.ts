import { sha256Hex } from '../http/hmac';
import type { Frame, VideoRequest } from './videoRequest';

function describeFrame(frame: Frame | null): unknown {
	if (frame === null) return null;
	return frame.kind === 'url' ? frame.url : [frame.mimeType, sha256Hex(frame.bytes)];
}

/**
 * Tells one request from another: what would make another video has another fingerprint. Where the result is reported
 * to does not count, since that may carry a time.
 *
 * @returns 64 hexadecimal digits
 */
export function fingerprintOf(provider: string, request: Omit<VideoRequest, 'callbackUrl' | 'idempotencyKey'>): string {
	const { model, prompt, resolution, duration, promptOptimizer, extras } = request;
	const options = Object.entries(extras).sort(([left], [right]) => (left < right ? -1 : 1));
	const frames = [request.firstFrame, request.lastFrame].map(describeFrame);
	return sha256Hex(JSON.stringify([provider, model, prompt, frames, resolution, duration, promptOptimizer, options]));
}

/** Apiframe takes 255; an adapter may append to the key when it has to ask in another spelling. */
const KEY_LIMIT = 250;

/**
 * Builds the idempotency key of one item's create: the same for every try of the same item in the same place, another
 * as soon as the request is another.
 *
 * @param given the user's own key, or null for one made of `place`
 * @param place execution, node, run; what tells this create from another run's
 */
export function idempotencyKeyOf(
	given: string | null,
	place: readonly string[],
	itemIndex: number,
	fingerprint: string,
): string {
	const end = `-${itemIndex}-${fingerprint.slice(0, 16)}`;
	const start = given ?? `n8n-${sha256Hex(JSON.stringify(place)).slice(0, 32)}`;
	const room = KEY_LIMIT - end.length;
	const fit = start.replace(/[^\x21-\x7e]/g, '_').slice(0, room);
	if (fit === start) return fit + end;
	// What does not fit into a header is still what tells the user's keys apart.
	const rest = `-${sha256Hex(start).slice(0, 8)}`;
	return fit.slice(0, room - rest.length) + rest + end;
}
