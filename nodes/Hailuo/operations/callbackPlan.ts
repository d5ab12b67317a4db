import { sha256Hex } from '../core/http/hmac';
import { isPrivateUrl } from '../core/http/privateAddress';
import { addTicket, CALLBACK_URL_LIMIT } from '../core/callback/ticket';
import { readCallbackForm, type NodeOptions } from '../fields/form';
import { doorbellUrlOf } from '../io/n8nInternals';
import { issueTicket } from '../io/tickets';
import { parametersOf, type RunContext } from './runContext';

/** Where the provider reports to. */
interface Callback {
	url: string;
	/** A trigger may want to hear of progress; an execution that waits has no use for it. */
	progress: boolean;
}

export interface CallbackPlan {
	callback: Callback | null;
	/** What makes no sense, in the form's words. */
	problems: string[];
}

const UNREACHABLE = `No callback was asked for, since the webhook address of this n8n is private and the provider cannot call it: set WEBHOOK_URL to a public https address. Until then a suspended wait finds its jobs by rechecking`;

const UNSIGNABLE = `The credential's 'API Key' is empty, and the address of a callback is signed with it; give the key in the credential`;

/** Hexadecimal digits; nobody can choose them. */
const SERIAL_LENGTH = 16;

/** This execution's own doorbell; none where the provider cannot reach it, or would refuse it and so the whole create. */
function planDoorbell(run: RunContext, itemIndex: number): Callback | null {
	const url = doorbellUrlOf(run.context);
	const { callbacks, label } = run.adapter;
	const isPrivate = isPrivateUrl(url);
	if (isPrivate && !run.client.isPrivate) {
		run.hints.add(itemIndex, UNREACHABLE);
		return null;
	}
	if (callbacks?.httpsOnly === true && (isPrivate || !url.startsWith('https:'))) {
		run.hints.add(itemIndex, `No callback was asked for: ${label} takes public https addresses only`);
		return null;
	}
	return { url, progress: false };
}

/**
 * Reads where an item wants the provider to report to, and writes the address.
 *
 * @returns the address with a ticket when it is not this execution's own; or problems in the form's words
 */
export async function planCallback(run: RunContext, itemIndex: number, options: NodeOptions): Promise<CallbackPlan> {
	const { adapter, context } = run;
	const { choice, url, problems } = readCallbackForm(parametersOf(run, itemIndex), adapter);
	if (choice === 'none' || problems.length > 0) return { callback: null, problems };
	if (choice === 'thisExecution') return { callback: planDoorbell(run, itemIndex), problems };
	const ticket = await issueTicket(
		context,
		adapter,
		{
			resumeUrl: doorbellUrlOf(context),
			context: options.context,
			serial: sha256Hex(JSON.stringify([...run.identity, itemIndex])).slice(0, SERIAL_LENGTH),
		},
		url,
	);
	if (ticket === null) return { callback: null, problems: [UNSIGNABLE] };
	const address = addTicket(url, ticket);
	if (isPrivateUrl(url))
		run.hints.add(itemIndex, `'Callback URL' is a private address, which a provider on the internet cannot call`);
	if (address.length <= CALLBACK_URL_LIMIT) return { callback: { url: address, progress: true }, problems };
	const excess = address.length - CALLBACK_URL_LIMIT;
	const tooLong = `'Callback URL' with its ticket is ${excess} characters too long; give less 'Context' or a shorter address`;
	return { callback: null, problems: [tooLong] };
}
