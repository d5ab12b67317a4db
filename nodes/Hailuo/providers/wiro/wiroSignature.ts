import type { CredentialKeys } from '../../core/http/credentialFields';
import { hmacHex } from '../../core/http/hmac';

/** The header that holds what makes each signature another one. */
export const NONCE_HEADER = 'x-nonce';

/**
 * Makes the `x-signature` of a request: HMAC-SHA256 of secret and nonce under the key (Wiro page).
 *
 * @param nonce milliseconds since 1970, as Wiro's newer clients have it: requests of one second would share one of seconds
 * @returns 64 hexadecimal digits
 */
export function signatureOf({ apiKey, apiSecret }: CredentialKeys, nonce: string): string {
	return hmacHex(apiKey, `${apiSecret ?? ''}${nonce}`);
}
