import type { IDataObject, IWebhookFunctions, Logger } from 'n8n-workflow';
import { Limiter } from '../core/http/limiter';
import { listAt, numberAt, textAt, valueAt } from '../core/http/read';
import { JOB_STATUSES } from '../core/job/job';
import type { CallbackNote, ProviderAdapter } from '../providers/adapter';
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

type Send = IWebhookFunctions['helpers']['httpRequest'];

/** Knocks at a time, for all executions: each makes n8n load one. */
const KNOCKS = new Limiter(8);

/** Rings that wait: of one execution, which may have a thousand jobs, and of all. */
const MOST_OF_ONE_EXECUTION = 1_000;
const MOST_RINGS = 2_000;

/**
 * @returns whether another try may help: n8n answers 404 and 401 for ever; never throws
 */
async function knock(send: Send, url: string, body: IDataObject): Promise<'heard' | 'again' | 'refused'> {
	try {
		const answer: unknown = await send({
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
		if ((status >= 200 && status < 300) || IS_OVER.test(textAt(answer, 'body', 'message') ?? '')) return 'heard';
		return status === 409 || status >= 500 ? 'again' : 'refused';
	} catch {
		return 'again';
	}
}

/** @returns whether it was delivered */
async function deliver(send: Send, url: string, body: IDataObject): Promise<boolean> {
	for (const seconds of TRIES) {
		await pause(seconds * 1000);
		const outcome = await KNOCKS.run(async () => await knock(send, url, body));
		if (outcome !== 'again') return outcome === 'heard';
	}
	return false;
}

/** What a ring tells: what a callback says, or which jobs have rung already without waking the execution. */
export type Ring = { note: CallbackNote } | { rungJobs: readonly string[] };

/** Names of our own: of a callback's body that may have megabytes nothing else is kept and sent. */
const HANDED_ON = 'hailuoCallback';
const RUNG_JOBS = 'hailuoRung';

function handOn(ring: Ring): IDataObject {
	if ('rungJobs' in ring) return { [RUNG_JOBS]: [...ring.rungJobs] };
	const { reference, status } = ring.note;
	return { [HANDED_ON]: { jobId: reference.jobId, handles: { ...reference.handles }, status } };
}

function readNote(note: unknown): CallbackNote | null {
	const status = JOB_STATUSES.find((known) => known === textAt(note, 'status'));
	const jobId = textAt(note, 'jobId');
	if (status === undefined || jobId === null) return null;
	const given = valueAt(note, 'handles');
	const names = typeof given === 'object' && given !== null ? Object.keys(given) : [];
	const handles = names.flatMap((name): Array<[string, string]> => {
		const handle = textAt(given, name);
		return handle === null ? [] : [[name, handle]];
	});
	return { reference: { jobId, handles: Object.fromEntries(handles) }, status };
}

/**
 * Reads what was handed on to a doorbell.
 *
 * @param body untrusted, as any callback's
 * @returns null for a body that was not written here
 */
export function readHandedOn(body: unknown): Ring | null {
	const note = readNote(valueAt(body, HANDED_ON));
	if (note !== null) return { note };
	const rungJobs = listAt(body, RUNG_JOBS).flatMap((jobId) => textAt(jobId) ?? []);
	return rungJobs.length > 0 ? { rungJobs } : null;
}

/**
 * Reads what a call tells of jobs: a callback, as it came or handed on, or what a process has heard that takes callbacks.
 *
 * @param body untrusted
 * @returns null for what is no callback of the provider
 */
export function readRing(body: unknown, adapter: ProviderAdapter): Ring | null {
	const handedOn = readHandedOn(body);
	if (handedOn !== null) return handedOn;
	const note = adapter.callbacks?.readCallback(body) ?? null;
	return note === null ? null : { note };
}

/**
 * Rings under way and waiting: by execution, then by ticket. n8n loads an execution, asks its node, and only then looks
 * whether it still waits: of two calls at the same instant the slower one can put an execution, which has gone on and waits
 * again, back to where it was. So one execution's rings go one after another. A ticket has one job, which ends once, so
 * that further rings by it are the same.
 */
const RINGS = new Map<string, Map<string, { url: string; body: IDataObject }>>();

/**
 * Works an execution's rings off. What cannot be delivered is logged and left to the recheck, and so is all that waits
 * behind it: the execution is not there, or busy for longer than a callback is worth.
 */
async function ringOneByOne(send: Send, logger: Logger, pathname: string): Promise<void> {
	const rings = RINGS.get(pathname) ?? new Map<string, { url: string; body: IDataObject }>();
	// What is added meanwhile comes last.
	for (const [serial, { url, body }] of rings) {
		if (!(await deliver(send, url, body))) {
			logger.warn('Hailuo: a waiting execution could not be woken; it will find its jobs by rechecking');
			break;
		}
		rings.delete(serial);
	}
	RINGS.delete(pathname);
}

/** What rings doorbells, also after the call that it was made for has been answered. */
export interface Ringer {
	/** A resume address of this n8n. */
	own: string;
	send: Send;
	logger: Logger;
}

/**
 * @returns what rings from here on, with n8n's client as it is for this call
 */
export function openRinger(context: IWebhookFunctions): Ringer {
	return {
		own: textAt(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)) ?? '',
		send: context.helpers.httpRequest.bind(context.helpers),
		logger: context.logger,
	};
}

/**
 * Rings for an execution that waits, at this n8n's own waiting endpoint and nowhere else. It does so after it has
 * returned: as long as a webhook is being worked on, n8n keeps an expression engine for it.
 *
 * @param wanted the execution's doorbell, what tells this ring from its others, and what it tells
 * @returns whether the ring is on its way; `full` when there are too many already
 */
export function ringDoorbell(
	{ own, send, logger }: Ringer,
	{ url, serial, ring }: { url: string; serial: string; ring: Ring },
): 'onItsWay' | 'notOurs' | 'full' {
	if (!isOwnDoorbell(own, url)) return 'notOurs';
	const { pathname } = new URL(url);
	const known = RINGS.get(pathname);
	if (known?.has(serial)) return 'onItsWay';
	const all = [...RINGS.values()].reduce((sum, { size }) => sum + size, 0);
	if (all >= MOST_RINGS || (known?.size ?? 0) >= MOST_OF_ONE_EXECUTION) return 'full';
	const rings = known ?? new Map<string, { url: string; body: IDataObject }>();
	rings.set(serial, { url, body: handOn(ring) });
	if (known !== undefined) return 'onItsWay';
	RINGS.set(pathname, rings);
	// n8n's client and its log are the first ring's: those that wait must not hold their calls' bodies in memory.
	void ringOneByOne(send, logger, pathname);
	return 'onItsWay';
}
