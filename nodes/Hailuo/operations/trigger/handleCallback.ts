import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { recordCallback } from '../../core/callback/repeatedCallbacks';
import type { JsonValue } from '../../core/http/http';
import { isOver, type Job } from '../../core/job/job';
import { readHeaders, textAt, valueAt } from '../../core/http/read';
import { concealing, concealJson } from '../../core/http/secrets';
import { readJobFromItem, writeJob } from '../../core/job/jobFromItem';
import { TICKET_PARAMETER, type Ticket } from '../../core/callback/ticket';
import { readTriggerForm, type TriggerEvent } from '../../fields/form';
import { pause } from '../../io/cancelSignal';
import { ProviderClient } from '../../io/providerClient';
import { resumeExecution } from '../../io/resumeExecution';
import { checkTicket, readSecret } from '../../io/tickets';
import { respond, rawBodyOf } from '../../io/webhookResponse';
import type { CallbackNote, ProviderAdapter } from '../../providers/adapter';

/** A callback comes once; a read that fails in passing must not lose it. They span about 15 s. */
const READ_REPEATS = 4;

/**
 * Seconds before each look at a job that its callback calls over. What the provider answers to reads may be a moment
 * older than what it has just reported.
 */
const LOOKS = [0, 1, 3];

/** A callback that is what it claims to be, as far as can be told without asking the provider. */
interface Delivery {
	note: CallbackNote;
	ticket: Ticket | null;
	/** What the callback says of the job, where the provider has signed it. */
	said: Job | null;
}

type Check = { ok: true; delivery: Delivery } | { ok: false; status: number; message: string };

async function check(context: IWebhookFunctions, adapter: ProviderAdapter): Promise<Check> {
	const { callbacks } = adapter;
	const note = callbacks?.readCallback(context.getBodyData()) ?? null;
	if (note === null) return { ok: false, status: 400, message: `This is no callback of ${adapter.label}` };
	const secret = await readSecret(context, adapter);
	if (callbacks?.verify) {
		const rawBody = rawBodyOf(context);
		if (rawBody === null || !callbacks.verify(rawBody, readHeaders(context.getHeaderData()), secret)) {
			return { ok: false, status: 401, message: 'The signature is not genuine' };
		}
	}
	const given = valueAt(context.getQueryData(), TICKET_PARAMETER);
	const ticket = given === undefined ? null : await checkTicket(context, adapter, textAt(given) ?? '');
	if (given !== undefined && ticket === null) return { ok: false, status: 401, message: 'The ticket is not genuine' };
	// What the provider signed goes to the workflow as it is, so a key that it quotes must not.
	const said = callbacks?.verify
		? readJobFromItem(concealJson(note.job && writeJob(note.job), concealing([secret])), adapter.handles)
		: null;
	return { ok: true, delivery: { note, ticket, said } };
}

/** The answer has been given; nothing starts. */
const NOTHING: IWebhookResponseData = { noWebhookResponse: true };

/**
 * Reads the job a callback is about.
 *
 * @returns what the provider answers now; where that fails, or is behind what it has signed, what it has signed; null when
 * nothing but an unsigned callback says that there is such a job
 */
async function readBack(
	context: IWebhookFunctions,
	client: ProviderClient,
	adapter: ProviderAdapter,
	{ note, said }: Delivery,
): Promise<Job | null> {
	let seen: Job | null = null;
	for (const seconds of LOOKS) {
		await pause(seconds * 1000);
		const outcome = await client.run(adapter.get(note.reference), { retries: READ_REPEATS, slotWait: 0 }, undefined);
		if (!outcome.ok) {
			const { message } = outcome.failure;
			context.logger.warn(`Hailuo Trigger: the job of a callback could not be read at ${adapter.label}: ${message}`);
			break;
		}
		seen = outcome.value;
		if (isOver(seen) || !isOver(note)) return seen;
	}
	return said !== null && isOver(said) ? said : (seen ?? said);
}

function eventOf({ status }: Job): TriggerEvent {
	return status === 'succeeded' || status === 'failed' || status === 'cancelled' ? status : 'progress';
}

/** Two callbacks of one job and event are repeats; of progress, when they tell the same. */
function deliveryKeyOf({ provider, jobId, rawStatus, status, progress }: Job, event: TriggerEvent): string {
	const told = event === 'progress' ? `:${rawStatus ?? status}:${progress ?? ''}` : '';
	return `${provider}:${jobId}:${event}${told}`;
}

/**
 * What this process has taken, by trigger. n8n reads a node's static data before it hands over a callback and writes it
 * after that, so of two callbacks that overlap neither would find the other there.
 */
const TAKEN = new Map<string, Record<string, number>>();

/** @returns whether a callback comes for the first time; in the editor always, since there one is repeated on purpose */
function isFirst(context: IWebhookFunctions, deliveryKey: string): boolean {
	if (context.getMode() === 'manual') return true;
	const kept = context.getWorkflowStaticData('node');
	const place = `${context.getWorkflow().id}:${context.getNode().id}`;
	const { isNew, memory } = recordCallback([kept.deliveries, TAKEN.get(place)], deliveryKey, Date.now());
	if (!isNew) return false;
	kept.deliveries = memory;
	TAKEN.set(place, memory);
	return true;
}

function startWith(job: Job, event: TriggerEvent, deliveryKey: string, context: JsonValue): IWebhookResponseData {
	const json: IDataObject = { ...writeJob(job), event, context, deliveryKey };
	return { ...NOTHING, workflowData: [[{ json }]] };
}

/**
 * Answers one call of the trigger's URL: proves it, answers it before anything slow, and acts on it.
 *
 * @returns what starts the workflow; nothing for calls that are not genuine, not wanted, or repeats
 * @throws NodeOperationError, before the answer, when the credential cannot be used
 */
export async function handleCallback(
	context: IWebhookFunctions,
	adapter: ProviderAdapter,
): Promise<IWebhookResponseData> {
	const handshake = adapter.callbacks?.handshake?.(context.getBodyData()) ?? null;
	if (handshake !== null) return { webhookResponse: handshake };
	const form = readTriggerForm((name, fallback) => context.getNodeParameter(name, fallback));
	const checked = await check(context, adapter);
	if (!checked.ok) {
		respond(context, checked.status, checked.message);
		return NOTHING;
	}
	const { delivery } = checked;
	const { note, ticket } = delivery;
	if (form.onCallback === 'resumeExecution') {
		// The doorbell believes nothing either, so there is nothing to be read back here.
		if (isOver(note)) resumeExecution(context, ticket?.resumeUrl ?? null);
		respond(context, 200, 'Received');
		return NOTHING;
	}
	const client = await ProviderClient.open(context, adapter, 1);
	respond(context, 200, 'Received');
	const job = await readBack(context, client, adapter, delivery);
	if (job === null) return NOTHING;
	const event = eventOf(job);
	const deliveryKey = deliveryKeyOf(job, event);
	if (!form.events.includes(event) || !isFirst(context, deliveryKey)) return NOTHING;
	return startWith(job, event, deliveryKey, ticket?.context ?? null);
}
