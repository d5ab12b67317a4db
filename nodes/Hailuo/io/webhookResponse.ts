import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

/**
 * n8n's request and response are Express's, whose types this package does not have; these are read as Node's own.
 */

/** What is used of Node's ServerResponse, whose module node code may not import. */
interface ServerResponse {
	statusCode: number;
	setHeader(name: string, value: string): unknown;
	end(text: string): unknown;
}

function isServerResponse(value: unknown): value is ServerResponse {
	if (typeof value !== 'object' || value === null) return false;
	return ['setHeader', 'end'].every((method) => typeof Reflect.get(value, method) === 'function');
}

/** Bytes. A callback holds what an answer to a read holds, and no documented one comes near it. */
const BODY_LIMIT = 2 * 1024 * 1024;

/**
 * @returns the body as it came, which is what signatures are made of; null where n8n did not keep it, and `tooLong` where
 * it is longer than any callback: n8n takes 16 MB, which are not to be worked through for whoever sends them
 */
export function rawBodyOf(context: IWebhookFunctions): Uint8Array | 'tooLong' | null {
	const request: unknown = context.getRequestObject();
	const rawBody: unknown = Reflect.get(Object(request), 'rawBody');
	if (!Buffer.isBuffer(rawBody)) return null;
	return rawBody.length > BODY_LIMIT ? 'tooLong' : rawBody;
}

/**
 * Answers a webhook's caller before the node goes on working.
 *
 * @param status HTTP status
 */
export function respond(context: IWebhookFunctions, status: number, message: string): void {
	const response: unknown = context.getResponseObject();
	if (!isServerResponse(response)) return;
	response.statusCode = status;
	response.setHeader('Content-Type', 'application/json; charset=utf-8');
	response.end(JSON.stringify({ message }));
}

/** Answers whoever calls a waiting execution, without waking it. */
export function stayAsleep(reason: string): IWebhookResponseData {
	return { webhookResponse: { resumed: false, reason } };
}

/** Refuses with the status that n8n has for an execution which runs: providers call again. */
export function refuseForNow(context: IWebhookFunctions, message: string): IWebhookResponseData {
	respond(context, 409, message);
	return { noWebhookResponse: true };
}
