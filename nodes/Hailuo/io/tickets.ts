import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { textAt } from '../core/http/read';
import { readTicket, writeTicket, type Ticket } from '../core/callback/ticket';
import type { ProviderAdapter } from '../providers/adapter';

/** Tickets of one hour bear one time, so that a create repeated under its idempotency key is the same to the letter. */
const ISSUE_SECONDS = 60 * 60;

/**
 * @returns the credential's key; it is for computing with, and goes nowhere
 */
export async function readSecret(
	context: IExecuteFunctions | IWebhookFunctions,
	adapter: ProviderAdapter,
): Promise<string> {
	return textAt(await context.getCredentials(adapter.credential), 'apiKey') ?? '';
}

/**
 * Writes a ticket under the key of the item's credential.
 */
export async function issueTicket(
	context: IExecuteFunctions,
	adapter: ProviderAdapter,
	ticket: Ticket,
): Promise<string> {
	const issuedAt = Math.floor(Date.now() / 1000 / ISSUE_SECONDS) * ISSUE_SECONDS;
	return writeTicket(await readSecret(context, adapter), adapter.id, issuedAt, ticket);
}

/**
 * Reads a ticket that came back with a callback.
 *
 * @returns null for none, and for one that is not genuine
 */
export async function checkTicket(
	context: IWebhookFunctions,
	adapter: ProviderAdapter,
	text: string,
): Promise<Ticket | null> {
	return readTicket(await readSecret(context, adapter), adapter.id, Date.now() / 1000, text);
}
