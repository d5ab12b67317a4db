import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { numberAt, textAt } from '../core/http/read';
import { pause } from './cancelSignal';
import { DOORBELL_PATH } from './n8nInternals';

/**
 * Seconds before each try. n8n refuses while the execution is running, be it before it waits or because another callback
 * has just woken it.
 */
const TRIES = [0, 0.25, 0.5, 1, 2, 4, 8];

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

/** n8n says so with the status that it also has for an execution which is just running. */
const IS_OVER = /has finished/;

/** @returns whether another try makes no sense; never throws */
async function knock(context: IWebhookFunctions, url: string, body: IDataObject): Promise<boolean> {
	try {
		const answer: unknown = await context.helpers.httpRequest({
			method: 'POST',
			url,
			body,
			json: true,
			timeout: ANSWER_TIMEOUT,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		});
		const status = numberAt(answer, 'statusCode') ?? 0;
		return (status >= 200 && status < 300) || IS_OVER.test(textAt(answer, 'body', 'message') ?? '');
	} catch {
		return false;
	}
}

/** What cannot be delivered is logged and left to the recheck. */
async function ring(context: IWebhookFunctions, url: string, body: IDataObject): Promise<void> {
	for (const seconds of TRIES) {
		await pause(seconds * 1000);
		if (await knock(context, url, body)) return;
	}
	context.logger.warn('Hailuo Trigger: a waiting execution could not be resumed; it will find its job by rechecking');
}

/**
 * The last of the rings under way, by execution. n8n loads an execution, asks its node, and only then looks whether it
 * still waits: of two calls at the same instant the slower one can put an execution, which has gone on and waits again,
 * back to where it was. So one execution's rings go one after another.
 */
const UNDERWAY = new Map<string, Promise<void>>();

/**
 * Hands a callback on to the execution that waits for it, at this n8n's own waiting endpoint and nowhere else. It does so
 * after it has returned: as long as a webhook is being worked on, n8n keeps an expression engine for it.
 *
 * @param url from a genuine ticket; null when there was none
 */
export function resumeExecution(context: IWebhookFunctions, url: string | null): void {
	const { logger } = context;
	if (url === null) {
		logger.warn('Hailuo Trigger: a callback had no ticket, so there is no execution to resume');
		return;
	}
	const own = textAt(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)) ?? '';
	if (!isOwnDoorbell(own, url)) {
		logger.warn('Hailuo Trigger: the ticket of a callback names an address that is not of this n8n');
		return;
	}
	const body = context.getBodyData();
	const { pathname } = new URL(url);
	const last = UNDERWAY.get(pathname) ?? Promise.resolve();
	const ringing = last.then(async () => {
		await ring(context, url, body);
		if (UNDERWAY.get(pathname) === ringing) UNDERWAY.delete(pathname);
	});
	UNDERWAY.set(pathname, ringing);
}
