import { createHash, createHmac } from 'node:crypto';

import { creditsOf } from './apiframeRequests';
import type { CallbackDialect, Simulation } from './gateway';
import type { SimulatedJob } from './types';

/** How Apiframe calls back. Source: its webhooks page and SDK. `describe` gives a job as GET /v2/jobs/{id} shows it. */
export function apiframeCallbacks(
	simulation: Simulation,
	describe: (job: SimulatedJob) => Record<string, unknown>,
): CallbackDialect {
	return {
		moments: [0.25, 0.5, 0.75, 1],
		messageAt: (job, moment) => {
			const phase = simulation.jobs.phaseOf(job);
			const event =
				moment < 1 ? 'progress' : phase === 'succeeded' ? 'completed' : phase === 'failed' ? 'failed' : undefined;
			// There is no event for a cancelled job.
			if (event === undefined) return undefined;
			const { id, status, progress, result, error, model, creditCost, completedAt } = describe(job);
			const common = { event, jobId: id, status };
			if (event === 'progress')
				return { event, body: { ...common, progress: Math.max(Number(progress), moment * 100), model } };
			if (event === 'failed') return { event, body: { ...common, error, model } };
			return { event, body: { ...common, progress, result, model, creditCost, completedAt } };
		},
		wants: (job, event) => job.callbackEvents?.includes(event) ?? true,
		falseMessage: (job) => ({
			event: 'completed',
			body: {
				event: 'completed',
				jobId: job.id,
				status: 'COMPLETED',
				progress: 100,
				result: { videoUrl: `${simulation.cdn.url}/landing` },
				model: job.model,
				creditCost: creditsOf(job.request),
				completedAt: new Date().toISOString(),
			},
		}),
		headers: (event, rawBody, signWith = simulation.keys.apiframe.apiKey) => ({
			'x-webhook-event': event,
			...(signWith !== 'none' && { 'x-webhook-signature': `sha256=${webhookSignature(rawBody, signWith)}` }),
		}),
		accepts: (status) => status >= 200 && status < 300,
		timeoutMs: 10_000,
		// Not documented; the usual three tries.
		retryDelaysMs: [2000, 4000],
	};
}

/** HMAC-SHA256 over the raw body as hex; its key is the 32 raw bytes of SHA-256 of the API key. */
export function webhookSignature(rawBody: string, apiKey: string): string {
	const key = createHash('sha256').update(apiKey).digest();
	return createHmac('sha256', key).update(rawBody).digest('hex');
}
