import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { readAddress, readCredential, type CredentialKeys } from '../nodes/Hailuo/core/http/credentialFields';

/**
 * Puts a key on a request, provided that the request goes to the key's own service. n8n's client carries headers along
 * on a redirect, to other origins as well, so redirects are switched off for every request with a key, whoever sends it:
 * this package, a credential test or an HTTP Request node. A redirect then comes back as what it is, an answer.
 *
 * @param requestOptions what n8n is about to send; left as it is
 * @param credentials the credential's fields; of its own addresses only the origins count
 * @param headersOf makes the headers that hold the key
 * @returns the request to send; rejects when the credential cannot be used, and when none of its addresses is of the
 * origin the request goes to
 */
export function authenticateAtOwnOrigin(
	requestOptions: IHttpRequestOptions,
	credentials: ICredentialDataDecryptedObject,
	headersOf: (keys: CredentialKeys) => Record<string, string>,
): Promise<IHttpRequestOptions> {
	const credential = readCredential(credentials);
	if ('problem' in credential)
		return Promise.reject(new Error(`${credential.problem.title}. ${credential.problem.cure}`));
	// A credential test's base is the field as it was typed.
	const { baseURL } = requestOptions;
	const based = { ...requestOptions, ...(baseURL !== undefined && { baseURL: readAddress(baseURL) ?? baseURL }) };
	const { api, files } = credential.addresses;
	const origins = [new URL(api).origin, new URL(files).origin];
	const target = originOf(targetOf(based), based.baseURL);
	if (target === null || !origins.includes(target)) {
		const own = [...new Set(origins)].join(' and ');
		const shown = target ?? 'an address that cannot be read';
		return Promise.reject(new Error(`The credential is for ${own} alone; its key is not sent to ${shown}`));
	}
	return Promise.resolve({
		...based,
		headers: { ...requestOptions.headers, ...headersOf(credential.keys) },
		// Two names for one thing: n8n's present request helper reads the first, the older one, which the HTTP Request
		// node still uses, the second.
		disableFollowRedirect: true,
		maxRedirects: 0,
	});
}

/** The HTTP Request node's options have `uri` instead of `url`. */
function targetOf(requestOptions: { url?: unknown; uri?: unknown }): string {
	const target = requestOptions.url ?? requestOptions.uri;
	if (target instanceof URL) return target.href;
	return typeof target === 'string' ? target : '';
}

function originOf(address: string, base?: string): string | null {
	try {
		const url = base === undefined ? new URL(address) : new URL(address, base);
		return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : null;
	} catch {
		return null;
	}
}
