import type { IWebhookFunctions } from 'n8n-workflow';
import { bindTicket, recordCallback, type Memory } from '../../core/callback/repeatedCallbacks';
import type { Ticket } from '../../core/callback/ticket';
import { isOver, type Job } from '../../core/job/job';
import type { TriggerEvent } from '../../fields/form';

/** What happened to a job, in the words of the form. */
export function eventOf({ status }: Pick<Job, 'status'>): TriggerEvent {
	return status === 'succeeded' || status === 'failed' || status === 'cancelled' ? status : 'progress';
}

type Kept = Partial<Record<'deliveries' | 'tickets', Memory>>;

/**
 * What this process has taken, by trigger. n8n reads a node's static data before it hands over a callback and writes it
 * after that, so of two callbacks that overlap neither would find the other there.
 */
const TAKEN = new Map<string, Kept>();

/** A job, an event of it, and how its callback came. Progress is the same when it tells the same. */
function keyOf(provider: string, job: Pick<Job, 'jobId' | 'status'> & Partial<Job>, hasTicket: boolean): string {
	const { jobId, rawStatus, status, progress } = job;
	const event = eventOf(job);
	const told = event === 'progress' ? `:${rawStatus ?? status}:${progress ?? ''}` : '';
	return `${provider}:${jobId}:${event}${told}${hasTicket ? '' : ':withoutTicket'}`;
}

export type Delivery = { kind: 'new'; deliveryKey: string } | { kind: 'repeat' | 'tooOld' };

/**
 * What a trigger has taken: deliveries, so that it starts its workflow once for each, and tickets with the jobs they came
 * with. In the editor all is new, since there a callback is repeated on purpose.
 *
 * A callback without its ticket is a delivery of its own: it has no context, so it must not use up the one that has. What
 * came with a ticket before is known without one as well.
 */
export class CallbackMemory {
	private readonly place: string;
	private readonly isRemembering: boolean;

	constructor(
		private readonly context: IWebhookFunctions,
		private readonly provider: string,
	) {
		this.place = `${context.getWorkflow().id}:${context.getNode().id}`;
		this.isRemembering = context.getMode() !== 'manual';
	}

	/**
	 * Binds a ticket to the first job it comes with.
	 *
	 * @param isSeen whether the provider has confirmed that there is such a job: an invented one must not use up a ticket
	 * @returns false when it came with another before
	 */
	bind({ serial }: Ticket, jobId: string, isSeen: boolean): boolean {
		if (!this.isRemembering) return true;
		const { isForeign, isNew, memory } = bindTicket(this.recall('tickets'), serial, jobId, Date.now());
		if (isNew && isSeen) this.keep('tickets', memory);
		return !isForeign;
	}

	/**
	 * Says whether a callback tells of an end for which the workflow was started, so that nothing need be read for it.
	 */
	hasTaken(jobId: string, status: Job['status'], hasTicket: boolean): boolean {
		return isOver({ status }) && this.isRepeat({ jobId, status }, hasTicket, Date.now());
	}

	/**
	 * Takes what happened to a job, the first time.
	 *
	 * @param happenedAt milliseconds since 1970
	 */
	take(job: Job, hasTicket: boolean, happenedAt: number): Delivery {
		const deliveryKey = keyOf(this.provider, job, hasTicket);
		if (!this.isRemembering) return { kind: 'new', deliveryKey };
		const now = Date.now();
		if (this.isRepeat(job, hasTicket, now)) return { kind: 'repeat' };
		const { isTooOld, memory } = recordCallback(this.recall('deliveries'), deliveryKey, now, happenedAt);
		if (isTooOld) return { kind: 'tooOld' };
		this.keep('deliveries', memory);
		return { kind: 'new', deliveryKey };
	}

	private isRepeat(job: Pick<Job, 'jobId' | 'status'>, hasTicket: boolean, now: number): boolean {
		if (!this.isRemembering) return false;
		const keys = [keyOf(this.provider, job, true), ...(hasTicket ? [] : [keyOf(this.provider, job, false)])];
		const memories = this.recall('deliveries');
		return keys.some((key) => isKnown(memories, key, now));
	}

	private recall(member: keyof Kept): unknown[] {
		return [this.context.getWorkflowStaticData('node')[member], TAKEN.get(this.place)?.[member]];
	}

	private keep(member: keyof Kept, memory: Memory): void {
		this.context.getWorkflowStaticData('node')[member] = memory;
		TAKEN.set(this.place, { ...TAKEN.get(this.place), [member]: memory });
	}
}

function isKnown(memories: readonly unknown[], key: string, now: number): boolean {
	const { isNew, isTooOld } = recordCallback(memories, key, now);
	return !isNew && !isTooOld;
}
