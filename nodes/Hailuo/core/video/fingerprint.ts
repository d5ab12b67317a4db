import { sha256Hex } from '../http/hmac';
import type { VideoRequest } from './videoRequest';

/** What makes no other video: where its end is reported to, which may carry a time, and the key, made of this very print. */
type Uncounted = 'callbackUrl' | 'callbackProgress' | 'idempotencyKey';

/** Brings a value into one form whatever the order of its fields, with the hash of a file in the place of its bytes. */
function canonical(value: unknown): unknown {
	if (value instanceof Uint8Array) return sha256Hex(value);
	if (Array.isArray(value)) return value.map(canonical);
	if (typeof value !== 'object' || value === null) return value;
	const fields = Object.entries(value)
		// The same bytes under another name are the same image.
		.filter(([name]) => !(name === 'fileName' && 'bytes' in value))
		.sort(([left], [right]) => (left < right ? -1 : 1));
	return Object.fromEntries(fields.map(([name, field]) => [name, canonical(field)]));
}

/**
 * Tells one request from another: what could make another video has another fingerprint. It covers whatever a request
 * holds, so that no field can be forgotten: two requests of one fingerprint are one purchase.
 *
 * @returns 64 hexadecimal digits
 */
export function fingerprintOf(
	provider: string,
	request: Omit<VideoRequest, Uncounted> & Partial<Pick<VideoRequest, Uncounted>>,
): string {
	const { callbackUrl, callbackProgress, idempotencyKey, ...counted } = request;
	return sha256Hex(JSON.stringify([provider, canonical(counted)]));
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
