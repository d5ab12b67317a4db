import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { textAt } from '../../core/http/read';
import { isOver } from '../../core/job/job';
import { keptDoorbell } from '../../io/innerExecution';
import { openRinger, readRing, ringDoorbell } from '../../io/doorbells';
import { refuseForNow, stayAsleep } from '../../io/webhookResponse';
import type { CallbackNote } from '../../providers/adapter';
import { providerById } from '../../providers/registry';

/** Characters. Names of jobs have some dozens; what is handed on is kept for each of a thousand rings. */
const HEAVIEST = 2_000;

function weightOf({ reference }: CallbackNote): number {
	return JSON.stringify(reference).length;
}

/**
 * Answers a callback that comes to an execution which is put aside while another one waits in its place: it is handed on to
 * that one's doorbell, which knows the jobs. This execution is never woken by it, so nothing can put it back.
 */
export function handOnCallback(context: IWebhookFunctions): IWebhookResponseData {
	const adapter = providerById(textAt(context.getNodeParameter('provider', '')) ?? '');
	const ring = adapter === undefined ? null : readRing(context.getBodyData(), adapter);
	const note = ring !== null && 'note' in ring ? ring.note : null;
	if (note === null || weightOf(note) > HEAVIEST) return stayAsleep('not a callback of this provider');
	if (!isOver(note)) return stayAsleep('only progress');
	const url = keptDoorbell(context);
	if (url === null) return stayAsleep('nothing is waited for');
	const { reference, status } = note;
	const outcome = ringDoorbell(openRinger(context), { url, serial: `${reference.jobId} ${status}`, ring: { note } });
	if (outcome === 'full') return refuseForNow(context, 'Too many executions are being woken');
	return { webhookResponse: { resumed: false, handedOn: outcome === 'onItsWay' } };
}
