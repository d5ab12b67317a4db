import { hmacHex } from '../../core/http/hmac';
import { textAt } from '../../core/http/read';

/**
 * Names the `x-signature` of requests: HMAC-SHA256 of the secret and `x-nonce`, which is the second it is sent in, under
 * the key (Wiro page).
 *
 * @param fields the credential's
 * @param from seconds since 1970
 * @param to the last second
 * @returns one for each second; none for a project that goes by its key alone
 */
export function signaturesOf(fields: Readonly<Record<string, unknown>>, from: number, to: number): string[] {
	const key = textAt(fields, 'apiKey');
	const secret = textAt(fields, 'apiSecret');
	if (key === null || secret === null) return [];
	return Array.from({ length: Math.max(to - from + 1, 0) }, (_, index) => hmacHex(key, `${secret}${from + index}`));
}
