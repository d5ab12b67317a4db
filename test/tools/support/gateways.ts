import type { Simulator } from '../simulator';
import type { ProviderName } from '../simulator/types';
import type { CredentialData } from './runNode';

/** What the form calls them. */
export const LABELS: Record<ProviderName, string> = {
	aimlApi: 'AI/ML API',
	apiframe: 'Apiframe',
	evolink: 'EvoLink',
	minimax: 'MiniMax',
	wiro: 'Wiro',
};

/**
 * Builds the credentials with which the node reaches the simulator.
 */
export function credentialsFor({ keys, endpoints }: Simulator): CredentialData {
	const { aimlApi, apiframe, evolink, minimax, wiro } = endpoints;
	return {
		hailuoAimlApi: { ...keys.aimlApi, baseUrl: aimlApi.baseUrl },
		hailuoApiframeApi: { ...keys.apiframe, baseUrl: apiframe.baseUrl },
		hailuoEvolinkApi: { ...keys.evolink, baseUrl: evolink.baseUrl, filesBaseUrl: evolink.filesBaseUrl ?? '' },
		hailuoMinimaxApi: { ...keys.minimax, baseUrl: minimax.baseUrl },
		hailuoWiroApi: { ...keys.wiro, authentication: 'signature', baseUrl: wiro.baseUrl, socketUrl: '' },
	};
}
