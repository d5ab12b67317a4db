import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * @returns SHA-256 as 64 hexadecimal digits
 */
export function sha256Hex(data: string | Uint8Array): string {
	return createHash('sha256').update(data).digest('hex');
}

/**
 * @returns SHA-256 as 32 bytes
 */
export function sha256(data: string | Uint8Array): Uint8Array {
	return createHash('sha256').update(data).digest();
}

/**
 * @param key text is taken as UTF-8
 * @returns HMAC-SHA256 as 64 hexadecimal digits
 */
export function hmacHex(key: string | Uint8Array, data: string | Uint8Array): string {
	return createHmac('sha256', key).update(data).digest('hex');
}

/**
 * Compares two texts in a time that says nothing about where they differ.
 */
export function equalInConstantTime(left: string, right: string): boolean {
	// Digests have one length, whatever the texts have, and timingSafeEqual wants that.
	return timingSafeEqual(sha256(left), sha256(right)) && left === right;
}
