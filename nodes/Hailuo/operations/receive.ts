import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { takeDelivery } from '../core/deliveries';
import type { JsonValue } from '../core/http';
import { describeJob, isOver, type Job } from '../core/job';
import { readHeaders, textAt } from '../core/read';
import { TICKET_PARAMETER, type Ticket } from '../core/ticket';
import { readTriggerForm, type TriggerEvent, type TriggerForm } from '../fields';
import { Gateway } from '../io/gateway';
import { ringDoorbell } from '../io/resume';
import { checkTicket, readSecret } from '../io/tickets';
import { answer, rawBodyOf } from '../io/webhook';
import type { CallbackNote, ProviderAdapter } from '../providers/adapter';

/** A callback comes once; a read that fails in passing must not lose it. They span about 7 s. */
const READ_REPEATS = 3;

/** A callback that is what it claims to be, as far as can be told without asking the provider. */
interface Delivery {
	note: CallbackNote;
	ticket: Ticket | null;
	/** The provider has signed it, so its word on the job's status can be taken. */
	signed: boolean;
}

type Check = { ok: true; delivery: Delivery } | { ok: false; status: number; message: string };

async function check(context: IWebhookFunctions, adapter: ProviderAdapter): Promise<Check> {
	const { callbacks } = adapter;
	const note = callbacks?.readCallback(context.getBodyData()) ?? null;
	if (note === null) return { ok: false, status: 400, message: `This is no callback of ${adapter.label}` };
	if (callbacks?.verify) {
		const rawBody = rawBodyOf(context);
		const secret = await readSecret(context, adapter);
		if (rawBody === null || !callbacks.verify(rawBody, readHeaders(context.getHeaderData()), secret)) {
			return { ok: false, status: 401, message: 'The signature is not genuine' };
		}
	}
	const given = textAt(context.getQueryData(), TICKET_PARAMETER);
	const ticket = given === null ? null : await checkTicket(context, adapter, given);
	if (given !== null && ticket === null) return { ok: false, status: 401, message: 'The ticket is not genuine' };
	return { ok: true, delivery: { note, ticket, signed: callbacks?.verify !== undefined } };
}

/** The answer has been given; nothing starts. */
const NOTHING: IWebhookResponseData = { noWebhookResponse: true };

function eventOf({ status }: Pick<Job, 'status'>): TriggerEvent {
	return status === 'succeeded' || status === 'failed' || status === 'cancelled' ? status : 'progress';
}

/**
 * Reads the job a callback is about.
 *
 * @returns null when nothing but an unsigned callback says that there is such a job
 */
async function readBack(
	context: IWebhookFunctions,
	adapter: ProviderAdapter,
	{ note, signed }: Delivery,
): Promise<Job | null> {
	const jobId = note.jobId ?? note.jobToken ?? '';
	const reference = { jobId, ...(note.jobToken !== null && { jobToken: note.jobToken }) };
	const gateway = await Gateway.open(context, adapter, 1);
	const outcome = await gateway.run(adapter.get(reference), { retries: READ_REPEATS, slotWait: 0 }, undefined);
	if (outcome.ok) return outcome.value;
	context.logger.warn(
		`Hailuo Trigger: the job of a callback could not be read at ${adapter.label}: ${outcome.failure.message}`,
	);
	return signed
		? describeJob({ provider: adapter.id, ...reference, status: note.status, progress: note.progress })
		: null;
}

function startWith(job: Job, event: TriggerEvent, deliveryKey: string, context: JsonValue): IWebhookResponseData {
	const json: IDataObject = { ...job, event, context, deliveryKey };
	return { ...NOTHING, workflowData: [[{ json }]] };
}

/** @returns whether a callback is to be acted on: of a wanted kind, and for the first time */
function isWanted(context: IWebhookFunctions, form: TriggerForm, event: TriggerEvent, deliveryKey: string): boolean {
	if (!form.events.includes(event)) return false;
	const memory = context.getWorkflowStaticData('node');
	const { isNew, memory: deliveries } = takeDelivery(memory.deliveries, deliveryKey, Date.now());
	memory.deliveries = deliveries;
	return isNew;
}

/**
 * Answers one call of the trigger's URL: proves it, answers it before anything slow, and acts on it.
 *
 * @returns what starts the workflow; nothing for calls that are not genuine, not wanted, or repeats
 */
export async function receive(context: IWebhookFunctions, adapter: ProviderAdapter): Promise<IWebhookResponseData> {
	const form = readTriggerForm((name, fallback) => context.getNodeParameter(name, fallback));
	const checked = await check(context, adapter);
	if (!checked.ok) {
		answer(context, checked.status, checked.message);
		return NOTHING;
	}
	const { delivery } = checked;
	const { note, ticket } = delivery;
	answer(context, 200, 'Received');
	if (form.onCallback === 'resumeExecution') {
		// The doorbell believes nothing either, so there is nothing to be read back here.
		if (isOver(note)) await ringDoorbell(context, ticket?.resumeUrl ?? null);
		return NOTHING;
	}
	const job = await readBack(context, adapter, delivery);
	if (job === null) return NOTHING;
	const event = delivery.signed && isOver(note) ? eventOf(note) : eventOf(job);
	const progress = event === 'progress' ? `:${job.rawStatus ?? job.status}:${job.progress ?? ''}` : '';
	const deliveryKey = `${adapter.id}:${job.jobId}:${event}${progress}`;
	if (!isWanted(context, form, event, deliveryKey)) return NOTHING;
	return startWith(job, event, deliveryKey, ticket?.context ?? null);
}
