import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { Ticket } from '../../core/callback/ticket';
import { cleanText } from '../../core/http/read';
import { isOver, type Job } from '../../core/job/job';
import { writeJob } from '../../core/job/jobFromItem';
import { readTriggerForm } from '../../fields/form';
import { openRinger, ringDoorbell } from '../../io/doorbells';
import { fetchingCredentialsOnce } from '../../io/tickets';
import { respond } from '../../io/webhookResponse';
import type { ProviderAdapter } from '../../providers/adapter';
import { CallbackMemory, eventOf } from './callbackMemory';
import { proveCallback, type ProvedCallback } from './proveCallback';
import { readBack } from './readBack';

/**
 * What 200 promises, the trigger does. While it cannot, it answers 503, so that the provider reports again: all of them
 * repeat what is not accepted.
 */
type Answer = { status: 200 | 400 | 401 | 503; message: string; item?: IDataObject };

const RECEIVED: Answer = { status: 200, message: 'Received' };
const FOREIGN_TICKET: Answer = { status: 401, message: 'The ticket belongs to another job' };

/** The job is at the provider all the same, so its id must be found somewhere. */
function postpone(context: IWebhookFunctions, name: string, why: string): Answer {
	context.logger.warn(
		`Hailuo Trigger: a callback about ${name} is not taken, since ${why}. The provider was asked to report again; if it does not, read the job with 'Get Video'`,
	);
	return { status: 503, message: 'The job cannot be looked at now; report again' };
}

/**
 * Says when a job ended, as far as that can be known.
 *
 * @returns milliseconds since 1970; null when nothing tells: a report of it may be as old as can be
 */
function endOf({ completedAt, createdAt }: Job, ticket: Ticket | null): number | null {
	if (completedAt !== null) return Date.parse(completedAt);
	// A ticket is good for as long as repeats are remembered.
	if (ticket !== null) return Date.now();
	return createdAt === null ? null : Date.parse(createdAt);
}

function wake(context: IWebhookFunctions, { note, ticket }: ProvedCallback, name: string): Answer {
	// The doorbell believes nothing either, so there is nothing to be read back here.
	if (!isOver(note) || ticket === null) return RECEIVED;
	if (ticket.resumeUrl === null) return { status: 400, message: 'The ticket names no execution' };
	const ring = ringDoorbell(openRinger(context), { url: ticket.resumeUrl, serial: ticket.serial, ring: { note } });
	if (ring === 'notOurs') {
		context.logger.warn(`Hailuo Trigger: the ticket of ${name} names an address that is not of this n8n`);
		return { status: 400, message: 'The ticket names no execution of this n8n' };
	}
	return ring === 'full' ? postpone(context, name, 'too many executions are being woken') : RECEIVED;
}

async function start(
	context: IWebhookFunctions,
	adapter: ProviderAdapter,
	{ note, jobId, ticket, said }: ProvedCallback,
	events: ReturnType<typeof readTriggerForm>['events'],
	name: string,
): Promise<Answer> {
	const memory = new CallbackMemory(context, adapter.id);
	const isBound = (isSeen: boolean) => ticket === null || memory.bind(ticket, jobId, isSeen);
	if (!isBound(said !== null)) return FOREIGN_TICKET;
	const hasTicket = ticket !== null;
	const isProgress = !isOver(note);
	if ((isProgress && !events.includes('progress')) || memory.hasTaken(jobId, note.status, hasTicket)) return RECEIVED;
	const sight = await readBack(context, adapter, { jobId, isOver: !isProgress });
	const job = sight.job ?? said;
	if (job === null) return postpone(context, name, sight.why ?? '');
	// Another callback with this ticket may have come meanwhile.
	if (!isBound(true)) return FOREIGN_TICKET;
	const event = eventOf(job);
	if (!events.includes(event)) return RECEIVED;
	const happenedAt = isOver(job) ? endOf(job, ticket) : Date.now();
	if (happenedAt === null) return postpone(context, name, 'nothing says when it ended');
	const delivery = memory.take(job, hasTicket, happenedAt);
	if (delivery.kind === 'tooOld')
		context.logger.warn(`Hailuo Trigger: ${name} started nothing: it ended longer ago than repeats are remembered`);
	if (delivery.kind !== 'new') return RECEIVED;
	const { deliveryKey } = delivery;
	return { ...RECEIVED, item: { ...writeJob(job), event, context: ticket?.context ?? null, deliveryKey } };
}

/**
 * Answers one call of the trigger's address: proves it, and acts on it.
 *
 * @returns what starts the workflow; nothing for calls that are not genuine, not wanted, or repeats
 * @throws NodeOperationError, before the answer, when the credential cannot be used
 */
export async function handleCallback(
	given: IWebhookFunctions,
	adapter: ProviderAdapter,
): Promise<IWebhookResponseData> {
	const context = fetchingCredentialsOnce(given);
	const form = readTriggerForm((name, fallback) => context.getNodeParameter(name, fallback));
	const resumes = form.onCallback === 'resumeExecution';
	const proof = await proveCallback(context, adapter, resumes);
	if (proof.kind === 'handshake') return { webhookResponse: proof.answer };
	if (proof.kind === 'refusal') {
		respond(context, proof.status, proof.message);
		return { noWebhookResponse: true };
	}
	const { callback } = proof;
	const name = `${adapter.label} job ${cleanText(callback.jobId, 120)}`;
	const answer = resumes ? wake(context, callback, name) : await start(context, adapter, callback, form.events, name);
	respond(context, answer.status, answer.message);
	return { noWebhookResponse: true, ...(answer.item && { workflowData: [[{ json: answer.item }]] }) };
}
