import type { IWebhookFunctions } from 'n8n-workflow';
import { TICKET_PARAMETER, type Ticket } from '../../core/callback/ticket';
import type { JsonObject } from '../../core/http/http';
import { readHeaders, textAt, valueAt } from '../../core/http/read';
import { concealing, concealJson } from '../../core/http/secrets';
import type { Job } from '../../core/job/job';
import { readJobFromItem, writeJob } from '../../core/job/jobFromItem';
import { checkTicket, readSecret } from '../../io/tickets';
import { rawBodyOf } from '../../io/webhookResponse';
import type { CallbackNote, ProviderAdapter } from '../../providers/adapter';

/** Characters. No provider's ids come near it, and each that is taken is remembered and asked for. */
const ID_LIMIT = 200;

/** A callback that comes from the provider, or from somebody who has the address that only the provider was given. */
export interface ProvedCallback {
	note: CallbackNote;
	/** As the callback names the job; a second handle serves where the id is missing. */
	jobId: string;
	ticket: Ticket | null;
	/** What the callback says of the job, where the provider has signed it. */
	said: Job | null;
}

export type Proof =
	| { kind: 'callback'; callback: ProvedCallback }
	| { kind: 'handshake'; answer: JsonObject }
	| { kind: 'refusal'; status: 400 | 401 | 413; message: string };

const refuse = (status: 400 | 401 | 413, message: string): Proof => ({ kind: 'refusal', status, message });

/**
 * Proves a call of the trigger's address, before anything is asked or remembered for it: first its size, then what the
 * provider signs, over the bytes as they came, then the ticket. Where the provider signs nothing there has to be one.
 * Only then is the body looked at, and of an unsigned one nothing but which job it is about and whether that is over.
 *
 * @param needsTicket whether a signed callback has to have a ticket as well
 */
export async function proveCallback(
	context: IWebhookFunctions,
	adapter: ProviderAdapter,
	needsTicket: boolean,
): Promise<Proof> {
	const { callbacks, label } = adapter;
	const rawBody = rawBodyOf(context);
	if (rawBody === 'tooLong') return refuse(413, 'The body is longer than any callback');
	const secret = await readSecret(context, adapter);
	if (callbacks?.verify) {
		const headers = readHeaders(context.getHeaderData());
		if (rawBody === null || !callbacks.verify(rawBody, headers, secret))
			return refuse(401, 'The signature is not genuine');
	}
	const given = valueAt(context.getQueryData(), TICKET_PARAMETER);
	const ticket = given === undefined ? null : checkTicket(context, adapter, secret, textAt(given) ?? '');
	if (given !== undefined && ticket === null) return refuse(401, 'The ticket is not genuine');
	if (ticket === null && (needsTicket || !callbacks?.verify))
		return refuse(
			401,
			"There is no ticket: the address has to be the one that 'Create Video' has given to the provider",
		);
	const body: unknown = context.getBodyData();
	const answer = callbacks?.handshake?.(body) ?? null;
	if (answer !== null) return { kind: 'handshake', answer };
	const note = callbacks?.readCallback(body) ?? null;
	if (note === null) return refuse(400, `This is no callback of ${label}`);
	const { jobId, handles = {} } = note.reference;
	if ([jobId, ...Object.values(handles)].some(({ length }) => length > ID_LIMIT))
		return refuse(400, `This is no id of ${label}`);
	// What the provider signed goes to the workflow as it is, so a key that it quotes must not.
	const said = callbacks?.verify
		? readJobFromItem(concealJson(note.job && writeJob(note.job), concealing([secret])), adapter.handles)
		: null;
	return { kind: 'callback', callback: { note, jobId, ticket, said } };
}
