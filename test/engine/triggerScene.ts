/** A Hailuo Trigger beside a simulator: jobs that report to it, and reports as their provider would send them. */
import type { INodeParameters } from 'n8n-workflow';
import { request } from 'undici';
import { CALLING_PROVIDERS, type CallingProvider } from '../tools/simulator/types';
import { webhookSignature } from '../tools/simulator/apiframeCallbacks';
import { serveTrigger, WEBHOOK_ID, type TriggerOptions, type TriggerServer } from '../tools/support/triggerServer';
import { aCreate, log, onStage, type RunOptions, type Stage } from './stage';

export const CALLING = CALLING_PROVIDERS;
export const UNSIGNED: readonly CallingProvider[] = ['evolink', 'minimax', 'wiro'];

/** n8n's ids of two triggers of one credential. */
export const OURS = WEBHOOK_ID;
export const OTHER = '77aa01bc';

export const HOUR = 60 * 60 * 1000;

export interface Reply {
	status: number;
	message: unknown;
	/** Until the answer was there whole. */
	milliseconds: number;
}

export interface Made {
	jobId: string;
	/** With its question mark. */
	query: string;
}

export interface Scene extends Stage {
	/** Makes a job that reports to a trigger, and ends it. */
	finished(context?: unknown, changes?: INodeParameters, options?: RunOptions): Promise<Made>;
	listen(options?: Partial<TriggerOptions>, form?: INodeParameters): Promise<TriggerServer>;
	/** Posts what the provider would, signed where it signs. */
	report(url: string, body: Record<string, unknown>): Promise<Reply>;
	readings(): number;
}

/** What a provider says of a job that ended well, in its documented shape. */
export function said(
	provider: CallingProvider,
	jobId: string,
	more: Record<string, unknown> = {},
): Record<string, unknown> {
	const url = 'https://videos.example/said.mp4';
	if (provider === 'apiframe')
		return { event: 'completed', jobId, status: 'COMPLETED', progress: 100, result: { videoUrl: url }, ...more };
	if (provider === 'evolink') return { id: jobId, status: 'completed', progress: 100, results: [url], ...more };
	if (provider === 'minimax') return { task: { id: jobId, status: 'succeeded', content: { url }, ...more } };
	const outputs = [{ contenttype: 'video/mp4', url }];
	const task = { id: jobId, status: 'task_postprocess_end', pexit: '0', outputs, ...more };
	return { total: '1', errors: [], tasklist: [task], result: true };
}

/** Posts as a provider does; an object as JSON, a text as it is. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
	const start = performance.now();
	const response = await request(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});
	const { message }: { message?: unknown } = JSON.parse((await response.body.text()) || '{}') ?? {};
	return { status: response.statusCode, message, milliseconds: performance.now() - start };
}

export async function onScene(provider: CallingProvider, act: (scene: Scene) => Promise<void>): Promise<void> {
	const triggers: TriggerServer[] = [];
	await onStage(async (stage) => {
		const { simulator, credentials, run } = stage;
		// The tests report by themselves.
		simulator.addFault({ kind: 'lost', operation: 'callback', times: 1_000 });
		const finished: Scene['finished'] = async (context = null, changes = {}, options = {}) => {
			const callback = { callback: 'url', callbackUrl: `https://n8n.example.com/webhook/${OURS}/hailuo` };
			const parameters = aCreate(provider, {
				...callback,
				...changes,
				options: { context: JSON.stringify(context) },
			});
			const { items, error } = await run(parameters, options);
			if (error) throw error;
			const jobId = String(items[0]?.json.jobId);
			simulator.finishJob(jobId);
			return { jobId, query: new URL(simulator.job(jobId)?.callbackUrl ?? '').search };
		};
		try {
			await act({
				...stage,
				finished,
				async listen(options = {}, form = {}) {
					const trigger = await serveTrigger({ provider, ...form }, { credentials, ...options });
					triggers.push(trigger);
					return trigger;
				},
				async report(url, body) {
					const rawBody = JSON.stringify(body);
					const signature = `sha256=${webhookSignature(rawBody, simulator.keys.apiframe.apiKey)}`;
					return await post(url, rawBody, provider === 'apiframe' ? { 'x-webhook-signature': signature } : {});
				},
				readings: () => simulator.requestsOf(provider, 'read').length,
			});
		} finally {
			for (const trigger of triggers) await trigger.close();
		}
	});
}

export const statusesOf = (replies: readonly Reply[]) => replies.map(({ status }) => status);
export const started = ({ starts }: TriggerServer) => starts.map(({ jobId, context }) => [jobId, context]);
export const logged = (...parts: string[]) => log.filter((line) => parts.every((part) => line.includes(part)));
