/** Address ranges that nobody outside reaches: loopback, private, carrier-grade NAT, link-local, unspecified, IPv4 in IPv6. */
const PRIVATE_ADDRESS =
	/^(0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[(::1?|::ffff:.*|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$)/;

/** Names that are only good inside a machine or a network; one without a dot is a container's or a neighbour's. */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|lan|home|home\.arpa|test|invalid)$/;

/**
 * Says whether a provider out on the internet can hardly reach an address.
 *
 * @param url absolute
 */
export function isPrivateUrl(url: string): boolean {
	if (!URL.canParse(url)) return true;
	const hostname = new URL(url).hostname.replace(/\.$/, '');
	return PRIVATE_ADDRESS.test(hostname) || PRIVATE_NAME.test(hostname) || !/[.:]/.test(hostname);
}
