import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

import {
	decodeSegment,
	isMediaType,
	isRecord,
	Refusal,
	type CallbackDialect,
	type Gateway,
	type Simulation,
} from './gateway';
import { strictCheck } from './schemas';
import type { Answer, Operation, RecordedRequest, SimulatedJob } from './types';
import { cleanSlug, describeTool, readRun } from './wiroRun';
import { describeTask, KILLABLE_FROM } from './wiroTask';

/**
 * Wiro (https://api.wiro.ai). Sources: its hailuo-2.3-Fast page; its documentation on authentication, tasks, errors and
 * concurrency. Every call is a POST; every refusal but those of authentication and routing comes with HTTP 200.
 */
const RUN = '/v1/Run/';
const CALLS: Record<string, Operation> = {
	'/v1/Tool/Detail': 'describe',
	'/v1/Task/Detail': 'read',
	'/v1/Task/Cancel': 'cancel',
	'/v1/Task/Kill': 'kill',
	'/v1/Task/List': 'credentialTest',
};

const TEXT = { type: 'string', minLength: 1 };
const checkTaskName = strictCheck({ type: 'object', properties: { taskid: TEXT, tasktoken: TEXT } });
const checkList = strictCheck({
	type: 'object',
	properties: { type: TEXT, sort: TEXT, order: TEXT, start: TEXT, limit: TEXT },
});

export function wiro(simulation: Simulation): Gateway {
	const { jobs, keys, cdn } = simulation;
	/** Jobs that may still hold a slot. */
	const slots = new Set<SimulatedJob>();
	const parametersOf = new WeakMap<SimulatedJob, Record<string, string>>();

	function handle(request: RecordedRequest): Answer | Promise<Answer> {
		authorize(request);
		const { method, path } = request;
		if (method !== 'POST') throw new Refusal(404, 'Error parsing url.');
		if (path.startsWith(RUN)) return run(request);
		if (CALLS[path] === undefined) throw new Refusal(404, 'Error parsing url.');
		if (!isMediaType(request, 'application/json') || !isRecord(request.body)) refuse('Request parameters are invalid.');
		if (path === '/v1/Tool/Detail') return { status: 200, body: describeTool(request.body, simulation.options) };
		if (path === '/v1/Task/List') return list(request);
		if (path === '/v1/Task/Detail') return detail(request);
		return path === '/v1/Task/Cancel' ? cancel(request) : kill(request);
	}

	function authorize({ headers }: RecordedRequest): void {
		const key = headers['x-api-key'];
		if (key === keys.wiroKeyOnly.apiKey) return;
		if (key !== keys.wiro.apiKey) throw new Refusal(401, 'Project authorization is not founded.');
		const nonce = headers['x-nonce'];
		const signature = headers['x-signature'];
		if (!nonce || !signature) {
			throw new Refusal(
				401,
				'Project requires signature authentication. x-signature and x-nonce headers are required.',
			);
		}
		const expected = Buffer.from(wiroSignature(keys.wiro, nonce));
		const given = Buffer.from(signature);
		const matches = given.length === expected.length && timingSafeEqual(given, expected);
		if (!/^\d+$/.test(nonce) || !matches) throw new Refusal(401, 'Project authorization is not valid.');
	}

	async function run(request: RecordedRequest): Promise<Answer> {
		const [owner = '', project = '', ...rest] = request.path
			.slice(RUN.length)
			.split('/')
			.map((segment) => decodeSegment(segment) ?? '');
		const slug = rest.length === 0 ? cleanSlug(owner, project) : undefined;
		if (slug === undefined) refuse('slug-owner-project-not-exist', 1);
		const { texts, images } = readRun(request, slug, simulation.options);
		const limit = simulation.options.wiroConcurrency;
		if (limit !== undefined && jobs.countActive(slots) >= limit) {
			refuse(
				`You have reached your concurrent task limit. With your current balance of $${limit * 10}, you can run up to ${limit} tasks at the same time. Add funds to increase your limit.`,
				96,
			);
		}
		const token = randomBytes(32).toString('base64').replaceAll(/[+/=]/g, '').slice(0, 30).padEnd(30, 'x');
		const id = String(randomInt(1_000_000, 1_000_000_000));
		const job = jobs.create(
			{
				provider: 'wiro',
				id,
				token,
				model: slug,
				request: request.body,
				...(texts.callbackUrl && { callbackUrl: texts.callbackUrl }),
			},
			texts.prompt,
			simulation.options,
			cdn.addVideo(`/${randomBytes(8).toString('hex')}-${id}/0.mp4`),
		);
		parametersOf.set(job, { ...texts, ...images });
		slots.add(job);
		await simulation.callbacks.announce(job);
		return { status: 200, body: { errors: [], taskid: id, socketaccesstoken: token, result: true }, job };
	}

	function detail(request: RecordedRequest): Answer {
		const job = namedJob(request, 'either');
		return { status: 200, body: detailOf(job), job };
	}

	function cancel(request: RecordedRequest): Answer {
		const job = namedJob(request, simulation.options.wiroCancelBy ?? 'either');
		if (jobs.phaseOf(job) !== 'queued') refuse('Task is not in a cancellable state.', 1);
		return cancelled(job);
	}

	function kill(request: RecordedRequest): Answer {
		const job = namedJob(request, simulation.options.wiroCancelBy ?? 'either');
		if (jobs.phaseOf(job) !== 'running' || jobs.fractionOf(job) < KILLABLE_FROM) {
			refuse('Task could not be killed: task is not running', 1);
		}
		return cancelled(job);
	}

	function cancelled(job: SimulatedJob): Answer {
		jobs.cancel(job);
		return { status: 200, body: { errors: [], tasklist: [taskOf(job)], result: true }, job };
	}

	function list(request: RecordedRequest): Answer {
		const problem = checkList(request.body)[0];
		if (problem) refuse(`Request parameter [${problem.path}] is not valid: ${problem.message}`);
		const last = jobs.all.filter(({ provider }) => provider === 'wiro').slice(-1);
		return { status: 200, body: { total: String(last.length), errors: [], tasklist: last.map(taskOf), result: true } };
	}

	/** The job a request names by `taskid` or by `tasktoken`, one of them. */
	function namedJob(request: RecordedRequest, by: 'either' | 'taskid' | 'tasktoken'): SimulatedJob {
		const problem = checkTaskName(request.body)[0];
		if (problem) refuse(`Request parameter [${problem.path}] is not valid: ${problem.message}`);
		const taskid = textAt(request.body, 'taskid');
		const tasktoken = textAt(request.body, 'tasktoken');
		if (by !== 'either' && (by === 'taskid' ? taskid : tasktoken) === undefined)
			refuse(`Request parameter [${by}] required`);
		if (taskid === undefined && tasktoken === undefined) refuse('taskid or socketaccesstoken is required');
		const job = taskid !== undefined ? jobs.find(taskid) : jobs.findByToken(tasktoken ?? '');
		if (!job || job.provider !== 'wiro') throw unknownJob();
		return job;
	}

	function taskOf(job: SimulatedJob): Record<string, unknown> {
		return describeTask(simulation, job, parametersOf.get(job) ?? {});
	}

	function detailOf(job: SimulatedJob): Record<string, unknown> {
		return { total: '1', errors: [], tasklist: [taskOf(job)], result: true };
	}

	function unknownJob(): Refusal {
		return new Refusal(200, 'There is no task yet.', { code: 1 });
	}

	function callbackBody(task: Record<string, unknown>): unknown {
		return simulation.options.wiroCallbackShape === 'task'
			? task
			: { total: '1', errors: [], tasklist: [task], result: true };
	}

	/** Neither body nor repeats are documented for model tasks; the repeats are those of Wiro's agent webhooks. */
	const callbacks: CallbackDialect = {
		moments: [1],
		messageAt: (job) => ({ event: jobs.phaseOf(job), body: callbackBody(taskOf(job)) }),
		wants: (_job, event) => event !== 'cancelled' || simulation.options.wiroCallbackOnCancel === true,
		falseMessage: (job) => ({
			event: 'succeeded',
			body: callbackBody({
				...taskOf(job),
				status: 'task_postprocess_end',
				pexit: '0',
				outputs: [{ name: '0.mp4', contenttype: 'video/mp4', url: `${cdn.url}/landing` }],
			}),
		}),
		headers: () => ({}),
		accepts: (status) => status === 200,
		timeoutMs: 10_000,
		retryDelaysMs: [2000, 2000],
	};

	return { operationOf, handle, refuse: envelope, unknownJob, callbacks, reset: () => slots.clear() };
}

/** HMAC-SHA256 as hex; its key is the API key, its message the secret followed by the nonce. */
export function wiroSignature(keys: { apiKey: string; apiSecret: string }, nonce: string): string {
	return createHmac('sha256', keys.apiKey)
		.update(keys.apiSecret + nonce)
		.digest('hex');
}

function operationOf({ path }: { method: string; path: string }): Operation {
	return path.startsWith(RUN) ? 'create' : (CALLS[path] ?? 'other');
}

function textAt(body: unknown, name: string): string | undefined {
	const value = isRecord(body) ? body[name] : undefined;
	return typeof value === 'string' ? value : undefined;
}

function refuse(message: string, code = 0): never {
	throw new Refusal(200, message, { code });
}

const MESSAGES: Record<string, string> = {
	96: 'You have reached your concurrent task limit.',
	97: 'Insufficient balance',
	98: 'sign in to run this model',
};

function envelope({ status, message, details }: Refusal): Answer {
	const code = details.code ?? 0;
	return {
		status,
		body: {
			result: false,
			errors: [{ code, message: message || (MESSAGES[String(code)] ?? `Request failed with status ${status}`) }],
		},
	};
}
