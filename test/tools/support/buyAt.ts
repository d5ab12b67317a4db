/** An adapter's create sent to the simulator as it is, without n8n between them. */
import type { Exchange, HttpBody, HttpRequest, HttpResponse, Step } from '../../../nodes/Hailuo/core/http/http';
import type { Job } from '../../../nodes/Hailuo/core/job/job';
import type { VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import type { ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';
import type { Simulator } from '../simulator';
import { bearer, call, signed } from '../simulator/client';

function addressOf(simulator: Simulator, providerId: string, { host, path, query }: HttpRequest): string {
	const bases: Readonly<Record<string, string>> = {
		aimlApi: simulator.endpoints.aimlApi.baseUrl,
		apiframe: simulator.endpoints.apiframe.baseUrl,
		evolink: simulator.endpoints.evolink[host === 'files' ? 'filesBaseUrl' : 'baseUrl'],
		minimax: simulator.endpoints.minimax.baseUrl,
		wiro: simulator.endpoints.wiro.baseUrl,
	};
	const parameters = new URLSearchParams(query).toString();
	return `${bases[providerId]}${path}${parameters === '' ? '' : `?${parameters}`}`;
}

function keysFor(simulator: Simulator, providerId: string): Record<string, string> {
	const { aimlApi, apiframe, evolink, minimax } = simulator.keys;
	if (providerId === 'aimlApi') return bearer(aimlApi.apiKey);
	if (providerId === 'evolink') return bearer(evolink.apiKey);
	if (providerId === 'minimax') return bearer(minimax.apiKey);
	return providerId === 'apiframe' ? { 'x-api-key': apiframe.apiKey } : signed(simulator);
}

function encoded(body: HttpBody | undefined): { json?: unknown; form?: FormData } {
	if (body === undefined) return {};
	if (body.kind === 'json') return { json: body.value };
	const form = new FormData();
	for (const field of body.fields) {
		if ('value' in field) form.append(field.name, field.value);
		else
			form.append(
				field.name,
				new Blob([new Uint8Array(field.file.bytes)], { type: field.file.mimeType }),
				field.file.fileName,
			);
	}
	return { form };
}

async function send(simulator: Simulator, adapter: ProviderAdapter, request: HttpRequest): Promise<HttpResponse> {
	const headers = { ...keysFor(simulator, adapter.id), ...request.headers };
	const reply = await call(addressOf(simulator, adapter.id, request), {
		method: request.method,
		headers,
		...encoded(request.body),
	});
	return { status: reply.status, headers: {}, json: reply.json, text: reply.text };
}

/** Follows a create to its end, over the wire, at a gateway that has seen nothing before. */
export async function buyAt(
	simulator: Simulator,
	adapter: ProviderAdapter,
	request: VideoRequest,
): Promise<Exclude<Step<Job>, { kind: 'next' }>> {
	simulator.reset();
	let exchange: Exchange<Job> = adapter.create(request);
	for (;;) {
		const step = exchange.read(await send(simulator, adapter, exchange.request));
		if (step.kind !== 'next') return step;
		exchange = step.exchange;
	}
}
