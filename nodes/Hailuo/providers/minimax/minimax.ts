import type { Exchange, HttpResponse } from '../../core/http/http';
import type { Job, JobReference } from '../../core/job/job';
import type { ProviderAdapter } from '../adapter';
import { orElse } from '../exchange';
import { handshake, MINIMAX, readCallback } from './minimaxRead';
import { createV1, getV1 } from './minimaxV1';
import { cancelQueued, createV2, getV2 } from './minimaxV2';

type Version = 'v1' | 'v2';

const VERSIONS: Readonly<Partial<Record<string, Version>>> = {
	'hailuo-2.3-fast': 'v1',
	'hailuo-2.3': 'v1',
	'hailuo-02': 'v1',
	'hailuo-03': 'v2',
	'hailuo-03-max': 'v2',
};

function versionOf(model: string | null | undefined): Version | undefined {
	return typeof model === 'string' && Object.hasOwn(VERSIONS, model) ? VERSIONS[model] : undefined;
}

/**
 * A task is known to one version alone, and its id does not tell to which: where the model does not tell either, the newer
 * one is asked for what the older one does not know. It names the model.
 */
function get(reference: JobReference): Exchange<Job> {
	const version = versionOf(reference.model);
	if (version === 'v2') return getV2(reference);
	const older = getV1(reference);
	if (version === 'v1') return older;
	const isUnknown = (response: HttpResponse) => {
		const step = older.read(response);
		return step.kind === 'failure' && step.failure.kind === 'notFound';
	};
	return orElse(older, isUnknown, () => getV2(reference));
}

/**
 * MiniMax itself (minimax.io, in China minimaxi.com), which makes the models that the others sell: no idempotency key, no
 * upload. MiniMax has no cancellation in V1, whose jobs are refused as those that run are.
 * Sources: MiniMax's pages on video generation, V1 and V2, and on error codes.
 */
export const minimax: ProviderAdapter = {
	...MINIMAX,
	credential: 'hailuoMinimaxApi',
	documentationUrl: 'https://platform.minimax.io/docs/api-reference/video-generation-intro',
	jobsPage: 'https://platform.minimax.io/console/usage',
	extras: [
		{
			name: 'aigcWatermark',
			label: 'AIGC Watermark',
			description: 'Whether the video bears a mark that says that it was made by AI',
			// H3-Max refuses it.
			models: ['hailuo-2.3-fast', 'hailuo-2.3', 'hailuo-02', 'hailuo-03'],
			type: 'boolean',
			default: false,
		},
		{
			name: 'fastPretreatment',
			label: 'Fast Pretreatment',
			description: 'Whether the prompt optimizer takes less time over the prompt',
			models: ['hailuo-2.3-fast', 'hailuo-2.3', 'hailuo-02'],
			type: 'boolean',
			default: false,
		},
	],
	// "About every 10 seconds" (MiniMax's video generation guide).
	shortestPollSeconds: 10,
	// Of V1's file (its page on retrieval; an older one has nine hours). Of V2 nothing is said; a query gives another one.
	linkLifetime: '1 hour',
	callbacks: { httpsOnly: false, resumesExecution: false, handshake, readCallback },

	create(request) {
		return versionOf(request.model) === 'v2' ? createV2(request) : createV1(request);
	},

	get,

	cancel(reference) {
		return cancelQueued(reference, get(reference));
	},
};
