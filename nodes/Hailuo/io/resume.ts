import type { IWebhookFunctions } from 'n8n-workflow';
import { textAt } from '../core/read';
import { pause } from './cancelSignal';
import { DOORBELL_PATH } from './host';

/**
 * Seconds before each try. n8n refuses while the execution is running, be it before it waits or because another callback
 * has just woken it.
 */
const TRIES = [0, 1, 2, 4, 8];

const ANSWER_TIMEOUT = 10_000;

/**
 * Says whether an address is a doorbell of this very n8n.
 *
 * @param own any resume address of this n8n: its last segment is an execution's id
 * @param url the address in question
 */
export function isOwnDoorbell(own: string, url: string): boolean {
	if (!URL.canParse(own) || !URL.canParse(url)) return false;
	const base = new URL(own);
	const address = new URL(url);
	const folder = base.pathname.slice(0, base.pathname.lastIndexOf('/') + 1);
	const rest = address.pathname.startsWith(folder) ? address.pathname.slice(folder.length) : '';
	const [executionId, path, ...more] = rest.split('/');
	return (
		address.origin === base.origin &&
		address.username === '' &&
		address.password === '' &&
		/^\w+$/.test(executionId ?? '') &&
		path === DOORBELL_PATH &&
		more.length === 0
	);
}

/** Never throws: nobody waits for it. What cannot be delivered is logged and left to the recheck. */
async function ring(context: IWebhookFunctions, url: string): Promise<void> {
	const body = context.getBodyData();
	for (const seconds of TRIES) {
		await pause(seconds * 1000);
		try {
			await context.helpers.httpRequest({
				method: 'POST',
				url,
				body,
				json: true,
				timeout: ANSWER_TIMEOUT,
				disableFollowRedirect: true,
			});
			return;
		} catch {
			// Running at the moment, over already, or not reachable: the next try tells.
		}
	}
	context.logger.warn('Hailuo Trigger: a waiting execution could not be resumed; it will find its job by rechecking');
}

/**
 * Hands a callback on to the execution that waits for it, at this n8n's own waiting endpoint and nowhere else. It does so
 * after it has returned: as long as a webhook is being worked on, n8n keeps an expression engine for it.
 *
 * @param url from a genuine ticket; null when there was none
 */
export function ringDoorbell(context: IWebhookFunctions, url: string | null): void {
	const { logger } = context;
	if (url === null) {
		logger.warn('Hailuo Trigger: a callback had no ticket, so there is no execution to resume');
		return;
	}
	const own = textAt(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)) ?? '';
	if (isOwnDoorbell(own, url)) void ring(context, url);
	else logger.warn('Hailuo Trigger: the ticket of a callback names an address that is not of this n8n');
}
