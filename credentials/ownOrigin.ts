import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

/**
 * Reads a field of a credential.
 *
 * @returns the text without the blanks and line ends that pasting brings along; empty when it is no text
 */
export function fieldOf(credentials: ICredentialDataDecryptedObject, name: string): string {
	const value = credentials[name];
	return typeof value === 'string' ? value.trim() : '';
}

/**
 * Puts a key on a request, provided that the request goes to the key's own service. n8n's client carries headers along
 * on a redirect, to other origins as well, so redirects are switched off for every request with a key, whoever sends it:
 * this package, a credential test or an HTTP Request node. A redirect then comes back as what it is, an answer.
 *
 * @param requestOptions what n8n is about to send; left as it is
 * @param addresses the credential's own addresses; only their origins count
 * @param headers the headers that hold the key
 * @returns the request to send; rejects when none of the addresses is of the origin the request goes to
 */
export function authenticateAtOwnOrigin(
	requestOptions: IHttpRequestOptions,
	addresses: readonly string[],
	headers: Record<string, string>,
): Promise<IHttpRequestOptions> {
	const refusal = refusalOf(requestOptions, addresses);
	if (refusal !== null) return Promise.reject(new Error(refusal));
	return Promise.resolve({
		...requestOptions,
		headers: { ...requestOptions.headers, ...headers },
		// Two names for one thing: n8n's present request helper reads the first, the older one, which the HTTP Request
		// node still uses, the second.
		disableFollowRedirect: true,
		maxRedirects: 0,
	});
}

function refusalOf(requestOptions: IHttpRequestOptions, addresses: readonly string[]): string | null {
	const origins = addresses.map((address) => originOf(address)).filter((origin) => origin !== null);
	if (origins.length === 0) return "The credential's Base URL is not an address that begins with https:// or http://";
	const target = originOf(targetOf(requestOptions), requestOptions.baseURL);
	if (target !== null && origins.includes(target)) return null;
	return `The credential is for ${origins.join(' and ')} alone; its key is not sent to ${target ?? 'an address that cannot be read'}`;
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
