import type { ProviderAdapter } from './adapter';
import { aimlApi } from './aimlapi/aimlapi';
import { apiframe } from './apiframe/apiframe';
import { evolink } from './evolink/evolink';
import { minimax } from './minimax/minimax';
import { wiro } from './wiro/wiro';

/** The registry, in the order of the form: a provider is offered by standing here. */
export const providers: readonly ProviderAdapter[] = [aimlApi, apiframe, evolink, minimax, wiro];

/**
 * Finds a provider.
 *
 * @param id value of the `provider` parameter, or of a job's `provider`; untrusted
 * @returns undefined where it is none of ours
 */
export function providerById(id: string): ProviderAdapter | undefined {
	return providers.find((provider) => provider.id === id);
}
