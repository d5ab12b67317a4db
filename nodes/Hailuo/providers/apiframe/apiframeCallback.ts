import { equalInConstantTime, hmacHex, sha256, sha256Hex } from '../../core/http/hmac';
import { textAt } from '../../core/http/read';
import type { CallbackNote } from '../adapter';
import { mapStatus, readJob } from '../jobExchange';
import { READING } from './apiframeRead';

/** The docs name the event, the SDK speaks of a `type`; the job's own status says the same and is read first. */
const EVENT_WORDS: Readonly<Record<string, CallbackNote['status']>> = {
	completed: 'succeeded',
	failed: 'failed',
	progress: 'running',
};

/**
 * Reads a callback: `{event, jobId, status, progress, ...}`, with the members of a job that has ended (Apiframe docs,
 * webhooks).
 */
export function readCallback(body: unknown): CallbackNote | null {
	const jobId = textAt(body, 'jobId');
	const event = textAt(body, 'event') ?? textAt(body, 'type');
	const status = textAt(body, 'status');
	if (jobId === null || (event === null && status === null)) return null;
	const said = mapStatus(READING.statusWords, status);
	const reference = { jobId };
	return {
		reference,
		status: said === 'unknown' ? mapStatus(EVENT_WORDS, event) : said,
		job: readJob(READING, body, reference),
	};
}

/**
 * Checks the header `X-Webhook-Signature`: HMAC-SHA256 over the raw body in hexadecimal, with or without `sha256=` in
 * front. The key is the API key's SHA-256: its 32 bytes by the SDK (2.0.0-beta.1, verifyWebhook), while the words of the
 * docs (docs-v2.apiframe.ai/docs/webhooks) can also mean its 64 hexadecimal digits. Nobody makes either without the API
 * key, so both are genuine.
 */
export function verifyCallback(
	rawBody: Uint8Array,
	headers: Readonly<Record<string, string>>,
	secret: string,
): boolean {
	const given =
		headers['x-webhook-signature']
			?.trim()
			.toLowerCase()
			.replace(/^sha256=/, '') ?? '';
	if (given === '' || secret === '') return false;
	return [sha256(secret), sha256Hex(secret)].some((key) => equalInConstantTime(given, hmacHex(key, rawBody)));
}
