import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { readKey } from '../core/http/credentialFields';
import { readTicket, triggerPlaceOf, writeTicket, type Ticket } from '../core/callback/ticket';
import type { ProviderAdapter } from '../providers/adapter';
import { withMember } from './cancelSignal';

/** Tickets of one hour bear one time, so that a create repeated under its idempotency key is the same to the letter. */
const ISSUE_SECONDS = 60 * 60;

/**
 * @returns the credential's key; it is for computing with, and goes nowhere
 */
export async function readSecret(
	context: IExecuteFunctions | IWebhookFunctions,
	adapter: ProviderAdapter,
): Promise<string> {
	return readKey((await context.getCredentials(adapter.credential)).apiKey);
}

/**
 * Writes a ticket under the key of the item's credential.
 *
 * @param url the address that it will be put into
 * @returns null where the credential has no key to sign it with
 */
export async function issueTicket(
	context: IExecuteFunctions,
	adapter: ProviderAdapter,
	ticket: Ticket,
	url: string,
): Promise<string | null> {
	const secret = await readSecret(context, adapter);
	if (secret === '') return null;
	const issuedAt = Math.floor(Date.now() / 1000 / ISSUE_SECONDS) * ISSUE_SECONDS;
	return writeTicket(secret, adapter.id, issuedAt, ticket, triggerPlaceOf(url));
}

/**
 * Reads a ticket that came back to a trigger with a callback.
 *
 * @param secret the credential's key
 * @returns null for one that is not genuine, or is for another trigger
 */
export function checkTicket(
	context: IWebhookFunctions,
	adapter: ProviderAdapter,
	secret: string,
	text: string,
): Ticket | null {
	const place = triggerPlaceOf(context.getNodeWebhookUrl('default') ?? '');
	return readTicket(secret, adapter.id, Date.now() / 1000, text, place);
}

/**
 * Has n8n decrypt each credential once for a call: it does so whenever it is asked, for each request too, and takes tens
 * of milliseconds.
 *
 * @returns the same context, but for `getCredentials`
 */
export function fetchingCredentialsOnce(context: IWebhookFunctions): IWebhookFunctions {
	const fetched = new Map<string, ReturnType<IWebhookFunctions['getCredentials']>>();
	const getCredentials = async (type: string) => {
		const known = fetched.get(type) ?? context.getCredentials(type);
		fetched.set(type, known);
		return await known;
	};
	return withMember(context, 'getCredentials', getCredentials);
}
