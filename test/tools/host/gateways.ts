import type { ProviderName, Simulator } from '../simulator/types';

/** One account at one gateway: what its credential needs in n8n, in the simulator and for real. */
export interface Gateway {
	/** The node's value of `provider`. */
	provider: ProviderName;
	label: string;
	credentialType: string;
	simulatedCredential(simulator: Simulator): Record<string, unknown>;
	/** undefined when the environment holds no key. */
	realCredential(environment: NodeJS.ProcessEnv): Record<string, unknown> | undefined;
}

function withKey(environment: NodeJS.ProcessEnv, variable: string): Record<string, unknown> | undefined {
	const apiKey = environment[variable];
	return apiKey ? { apiKey } : undefined;
}

/** Every gateway, in the order the form offers them. */
export const GATEWAYS: readonly Gateway[] = [
	{
		provider: 'aimlApi',
		label: 'AI/ML API',
		credentialType: 'hailuoAimlApi',
		simulatedCredential: ({ endpoints, keys }) => ({ ...keys.aimlApi, ...endpoints.aimlApi }),
		realCredential: (environment) => withKey(environment, 'HAILUO_AIMLAPI_KEY'),
	},
	{
		provider: 'apiframe',
		label: 'Apiframe',
		credentialType: 'hailuoApiframeApi',
		simulatedCredential: ({ endpoints, keys }) => ({ ...keys.apiframe, ...endpoints.apiframe }),
		realCredential: (environment) => withKey(environment, 'HAILUO_APIFRAME_KEY'),
	},
	{
		provider: 'evolink',
		label: 'EvoLink',
		credentialType: 'hailuoEvolinkApi',
		simulatedCredential: ({ endpoints, keys }) => ({ ...keys.evolink, ...endpoints.evolink }),
		realCredential: (environment) => withKey(environment, 'HAILUO_EVOLINK_KEY'),
	},
	{
		provider: 'minimax',
		label: 'MiniMax',
		credentialType: 'hailuoMinimaxApi',
		simulatedCredential: ({ endpoints, keys }) => ({ ...keys.minimax, ...endpoints.minimax }),
		realCredential: (environment) => withKey(environment, 'HAILUO_MINIMAX_KEY'),
	},
	{
		provider: 'wiro',
		label: 'Wiro',
		credentialType: 'hailuoWiroApi',
		simulatedCredential: ({ endpoints, keys }) => ({ authentication: 'signature', ...keys.wiro, ...endpoints.wiro }),
		realCredential: (environment) => {
			const key = withKey(environment, 'HAILUO_WIRO_KEY');
			const apiSecret = environment['HAILUO_WIRO_SECRET'];
			if (key === undefined) return undefined;
			return apiSecret ? { authentication: 'signature', ...key, apiSecret } : { authentication: 'apiKey', ...key };
		},
	},
];

/** Wiro's other kind of project, whose requests carry the key alone. */
export function wiroKeyOnlyCredential({ endpoints, keys }: Simulator): Record<string, unknown> {
	return { authentication: 'apiKey', ...keys.wiroKeyOnly, ...endpoints.wiro };
}
