/** What a Hailuo Trigger does with the callbacks that come to it, in n8n-core's own webhook context. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { JobPhase, ProviderName } from '../tools/simulator';
import type { CallbackOverrides, RecordedCallback } from '../tools/simulator/types';
import { webhookSignature } from '../tools/simulator/apiframeCallbacks';
import { serveTrigger, type TriggerOptions, type TriggerServer } from '../tools/support/triggerServer';
import { aCreate, log, moveTo, nextExecutionId, onStage, until, WORDS, type Stage } from './stage';

type CallingProvider = Exclude<ProviderName, 'aimlApi'>;

const CALLING: readonly CallingProvider[] = ['apiframe', 'evolink', 'minimax', 'wiro'];
const UNSIGNED: readonly CallingProvider[] = ['evolink', 'minimax', 'wiro'];

/** The events of the form, with the phase of the job of which each tells. */
const EVENTS = { succeeded: 'succeeded', failed: 'failed', cancelled: 'cancelled', progress: 'running' } as const;
type Event = keyof typeof EVENTS;
const EVERY_EVENT = Object.keys(EVENTS) as Event[];

const eventsOfProviders = CALLING.flatMap((provider) => EVERY_EVENT.map((event) => [provider, event] as const));

/** A callback that tells of a phase in a provider's documented shape and no more; nobody has signed it yet. */
function telling(provider: CallingProvider, id: string, phase: JobPhase): IDataObject {
	const status = WORDS[provider][phase];
	if (provider === 'evolink') return { id, status };
	if (provider === 'minimax') return { task: { id, status } };
	if (provider === 'wiro') return { tasklist: [{ id, status }], result: true };
	const event = phase === 'succeeded' ? 'completed' : phase === 'failed' ? 'failed' : 'progress';
	return { event, jobId: id, status };
}

interface Reported {
	jobId: string;
	/** Calls the trigger with what the provider says of the job, or with other than that; resolves when it is worked on. */
	report(changes?: CallbackOverrides): Promise<RecordedCallback>;
}

interface Listening extends Stage {
	trigger: TriggerServer;
	/** Makes a job that reports to the trigger, and moves it to a phase. */
	reported(phase: JobPhase, changes?: INodeParameters, waitingUrl?: string): Promise<Reported>;
	/** Another trigger, called in the place of the first from now on. */
	listenAgain(form?: INodeParameters, options?: Partial<TriggerOptions>): Promise<TriggerServer>;
}

/** Gives a test a simulator and a trigger that listens to it. */
async function listening(
	provider: CallingProvider,
	form: INodeParameters,
	act: (stage: Listening) => Promise<void>,
	options: Partial<TriggerOptions> = {},
): Promise<void> {
	await onStage(
		async (stage) => {
			const { simulator, credentials } = stage;
			const opened: TriggerServer[] = [];
			const listenAgain: Listening['listenAgain'] = async (otherForm = form, others = options) => {
				opened.push(await serveTrigger({ provider, ...otherForm }, { credentials, ...others }));
				return opened.at(-1)!;
			};
			const trigger = await listenAgain();
			// Tests send them by hand, so that they know when the trigger has done with one.
			simulator.addFault({ kind: 'lost', operation: 'callback', times: Infinity });
			const reported: Listening['reported'] = async (phase, changes = {}, waitingUrl = trigger.waitingUrl) => {
				// EvoLink takes nothing but https, and the internet would lead it here.
				const callbackUrl = 'https://n8n.example/webhook/5f0c1a52/hailuo';
				const { items, error } = await stage.run(aCreate(provider, { callback: 'url', callbackUrl, ...changes }), {
					webhookWaitingBaseUrl: waitingUrl,
					executionId: nextExecutionId(),
				});
				expect(error).toBeUndefined();
				const jobId = String(items[0]?.json.jobId);
				moveTo(simulator, jobId, phase);
				const { search } = new URL(simulator.job(jobId)?.callbackUrl ?? '');
				return {
					jobId,
					async report(overrides = {}) {
						const called = opened.at(-1)!;
						const record = await simulator.sendCallback(jobId, { url: called.url + search, ...overrides });
						await called.settled();
						return record;
					},
				};
			};
			try {
				await act({ ...stage, trigger, reported, listenAgain });
			} finally {
				for (const server of opened) await server.close();
			}
		},
		{ callbackRetryDelaysMs: [] },
	);
}

const statusesOf = ({ attempts }: RecordedCallback) => attempts.map(({ status }) => status);

describe("'Trigger On'", () => {
	test.each(eventsOfProviders)('starts at %s the workflow on %s where that was chosen alone', (provider, event) =>
		listening(provider, { events: [event] }, async ({ trigger, reported }) => {
			const { jobId, report } = await reported(EVENTS[event]);
			const told = event === 'progress' ? { event, body: telling(provider, jobId, 'running') } : {};
			expect(statusesOf(await report(told))).toEqual([200]);
			expect(trigger.starts).toEqual([expect.objectContaining({ provider, jobId, event, status: EVENTS[event] })]);
			expect(trigger.executions).toHaveLength(1);
		}),
	);

	test.each(eventsOfProviders)('starts at %s nothing on %s where all others were chosen', (provider, event) =>
		listening(provider, { events: EVERY_EVENT.filter((other) => other !== event) }, async ({ trigger, reported }) => {
			const { jobId, report } = await reported(EVENTS[event]);
			const told = event === 'progress' ? { event, body: telling(provider, jobId, 'running') } : {};
			expect(statusesOf(await report(told))).toEqual([200]);
			expect(trigger.starts).toEqual([]);
		}),
	);

	test('is by default every end, and no progress', () =>
		listening('apiframe', {}, async ({ trigger, reported }) => {
			for (const event of EVERY_EVENT) {
				const { jobId, report } = await reported(EVENTS[event]);
				await report({ body: telling('apiframe', jobId, event === 'progress' ? 'running' : 'succeeded') });
			}
			expect(trigger.starts.map(({ event }) => event)).toEqual(['succeeded', 'failed', 'cancelled']);
		}));

	test('starts it on every step of progress once', () =>
		listening('apiframe', { events: EVERY_EVENT }, async ({ simulator, trigger, reported }) => {
			const { jobId, report } = await reported('running');
			for (const fraction of [0.3, 0.6]) {
				simulator.setJobProgress(jobId, fraction);
				await report({ event: 'progress' });
				await report({ event: 'progress' });
			}
			simulator.finishJob(jobId);
			await report();
			const items = trigger.starts;
			expect(items.map(({ event }) => event)).toEqual(['progress', 'progress', 'succeeded']);
			expect(new Set(items.map(({ progress }) => progress)).size).toBe(3);
			expect(new Set(items.map(({ deliveryKey }) => deliveryKey)).size).toBe(3);
		}));
});

describe.each(CALLING)('a genuine callback of %s', (provider) => {
	test('puts out the job as the provider answers it, with event, context and delivery key', () =>
		listening(provider, {}, async ({ simulator, trigger, reported }) => {
			const context = { row: 7, tags: ['dawn'] };
			const { jobId, report } = await reported('succeeded', { options: { context: JSON.stringify(context) } });
			await report();
			expect(trigger.starts).toEqual([
				expect.objectContaining({
					provider,
					jobId,
					model: expect.stringMatching(/^hailuo-0[23]$/) as unknown,
					status: 'succeeded',
					rawStatus: expect.stringMatching(new RegExp(`^${WORDS[provider].succeeded}$`, 'i')),
					videoUrl: simulator.job(jobId)?.videoUrl,
					failure: null,
					event: 'succeeded',
					context,
					deliveryKey: `${provider}:${jobId}:succeeded`,
				}),
			]);
			expect(JSON.stringify(trigger.starts)).not.toContain(simulator.keys[provider].apiKey);
		}));

	test('that comes again starts nothing, be it at the same instant, later or after a restart', () =>
		listening(provider, {}, async ({ trigger, reported, listenAgain }) => {
			const { report } = await reported('succeeded');
			await Promise.all([report(), report(), report()]);
			await report();
			expect(trigger.executions).toHaveLength(1);
			const restarted = await listenAgain({}, { staticData: trigger.staticData() });
			expect(statusesOf(await report())).toEqual([200]);
			expect(restarted.executions).toEqual([]);
		}));

	test('that comes again is let through in the editor', () =>
		listening(
			provider,
			{},
			async ({ trigger, reported }) => {
				const { report } = await reported('succeeded');
				await report();
				await report();
				expect(trigger.executions).toHaveLength(2);
			},
			{ mode: 'manual' },
		));

	test('is overruled by what the provider answers', () =>
		listening(provider, {}, async ({ trigger, reported }) => {
			const { jobId, report } = await reported('failed');
			await report({ body: telling(provider, jobId, 'succeeded') });
			expect(trigger.starts).toEqual([expect.objectContaining({ event: 'failed', status: 'failed', videoUrl: null })]);
		}));

	test('is not lost by a read that fails in passing', () =>
		listening(provider, {}, async ({ simulator, trigger, reported }) => {
			const { jobId, report } = await reported('succeeded');
			simulator.addFault({ kind: 'reset', provider, operation: 'read' });
			await report();
			expect(trigger.starts.map(({ videoUrl }) => videoUrl)).toEqual([simulator.job(jobId)?.videoUrl]);
		}));

	test('may be ahead of what the provider answers, which is then asked again', () =>
		listening(provider, {}, async ({ simulator, trigger, reported }) => {
			const { jobId, report } = await reported('running');
			const reporting = report({ body: telling(provider, jobId, 'succeeded') });
			await until(() => simulator.requestsOf(provider, 'read').some(({ status }) => status !== undefined));
			simulator.finishJob(jobId);
			await reporting;
			expect(trigger.starts.map(({ videoUrl }) => videoUrl)).toEqual([simulator.job(jobId)?.videoUrl]);
		}));
});

describe.each(UNSIGNED)('what %s does not sign', (provider) => {
	test('starts nothing where the provider does not know the job', () =>
		listening(provider, { events: EVERY_EVENT }, async ({ simulator, trigger, reported }) => {
			const { jobId, report } = await reported('succeeded');
			simulator.addFault({ kind: 'status', status: 404, provider, operation: 'read', times: 9 });
			await report({ body: telling(provider, jobId, 'succeeded') });
			expect(trigger.starts).toEqual([]);
		}));
});

describe("Apiframe's signature", () => {
	const KEY_OF_ANOTHER = 'the-key-of-somebody-else';

	/** A callback's bytes, and headers made of their genuine signature. */
	type Delivery = (body: string, genuine: string) => Pick<CallbackOverrides, 'body' | 'headers' | 'signWith'>;
	const signedBy = (write: (genuine: string) => string): Delivery => {
		return (body, genuine) => ({ body, headers: { 'x-webhook-signature': write(genuine) } });
	};

	const deliver = async (stage: Listening, delivery: Delivery) => {
		const { jobId, report } = await stage.reported('succeeded');
		const body = JSON.stringify(telling('apiframe', jobId, 'succeeded'));
		const genuine = webhookSignature(body, stage.simulator.keys.apiframe.apiKey);
		return statusesOf(await report(delivery(body, genuine)));
	};

	test.each<[string, Delivery]>([
		['made by another key', (body) => ({ body, signWith: KEY_OF_ANOTHER })],
		['missing', (body) => ({ body, signWith: 'none' })],
		['empty', signedBy(() => '')],
		['a prefix without a signature', signedBy(() => 'sha256=')],
		['cut short', signedBy((genuine) => genuine.slice(0, -1))],
		['too long', signedBy((genuine) => `${genuine}0`)],
		['of another body', (body, genuine) => ({ ...signedBy(() => genuine)(body.replace('COMPLETED', 'FAILED'), '') })],
		['of the same JSON in other bytes', (body, genuine) => signedBy(() => genuine)(body.replace(':', ': '), '')],
	])('is refused with 401 when it is %s, and nothing is read or started', (_what, delivery) =>
		listening('apiframe', {}, async (stage) => {
			expect(await deliver(stage, delivery)).toEqual([401]);
			expect(stage.trigger.answers).toEqual([{ status: 401, message: 'The signature is not genuine' }]);
			expect(stage.trigger.starts).toEqual([]);
			expect(stage.simulator.requestsOf('apiframe', 'read')).toEqual([]);
		}),
	);

	test.each<[string, (genuine: string) => string]>([
		['with sha256= in front', (genuine) => `sha256=${genuine}`],
		['without sha256=', (genuine) => genuine],
		['in capitals', (genuine) => genuine.toUpperCase()],
	])('is taken %s', (_form, write) =>
		listening('apiframe', {}, async (stage) => {
			expect(await deliver(stage, signedBy(write))).toEqual([200]);
			expect(stage.trigger.executions).toHaveLength(1);
		}),
	);

	test.each<[string, JobPhase, number]>([
		['cannot be read', 'succeeded', 0],
		['can no longer be read, and was not over before', 'running', 1],
	])('is enough where the job %s: the item says what the callback says, without a key', (_case, phase, skip) =>
		listening('apiframe', {}, async ({ simulator, trigger, reported }) => {
			const { jobId, report } = await reported(phase);
			const { apiKey } = simulator.keys.apiframe;
			simulator.addFault({ kind: 'status', status: 404, provider: 'apiframe', operation: 'read', times: 9, skip });
			await report({ body: { ...telling('apiframe', jobId, 'failed'), error: `No credits for ${apiKey}` } });
			expect(trigger.starts).toEqual([expect.objectContaining({ jobId, event: 'failed', status: 'failed' })]);
			expect(JSON.stringify(trigger.starts)).toContain('No credits for');
			expect(JSON.stringify(trigger.starts)).not.toContain(apiKey);
		}),
	);
});

describe.each(CALLING)('the trigger for %s', (provider) => {
	test.each([{}, [], 'completed', 7, null, { hello: 'world' }, [{ id: '1' }]])(
		'answers %j, which is no callback, with 400',
		(body) =>
			listening(provider, { events: EVERY_EVENT }, async ({ simulator, trigger, reported }) => {
				const { report } = await reported('succeeded');
				expect(statusesOf(await report({ body: JSON.stringify(body) }))).toEqual([400]);
				expect(trigger.answers[0]?.message).toMatch(/^This is no callback of /);
				expect(trigger.starts).toEqual([]);
				expect(simulator.requestsOf(provider, 'read')).toEqual([]);
			}),
	);
});

test("a provider that reports nothing is refused, be it put into 'Provider' by an API", () =>
	listening('wiro', {}, async ({ trigger: _, reported, listenAgain }) => {
		const { report } = await reported('succeeded');
		for (const provider of ['aimlApi', 'nobody']) {
			const trigger = await listenAgain({ provider });
			expect(statusesOf(await report())).toEqual([500]);
			expect(trigger.errors).toEqual([expect.objectContaining({ message: "'Provider' is none that reports" })]);
			expect(trigger.starts).toEqual([]);
		}
	}));

describe.each(CALLING)('a ticket in a callback of %s', (provider) => {
	const withTicket = (url: string, change: (ticket: string) => string): string => {
		const address = new URL(url);
		address.searchParams.set('hailuoTicket', change(address.searchParams.get('hailuoTicket') ?? ''));
		return address.href;
	};
	const urlOf = ({ simulator, trigger }: Listening, jobId: string) =>
		trigger.url + new URL(simulator.job(jobId)?.callbackUrl ?? '').search;

	test.each<[string, (ticket: string) => string]>([
		['empty', () => ''],
		['no ticket', () => 'open-sesame'],
		['cut short', (ticket) => ticket.slice(0, -1)],
		['without a signature', (ticket) => ticket.split('.')[0] ?? ''],
		['of other content', (ticket) => `A${ticket}`],
		['under another signature', (ticket) => ticket.replace(/\..*/, `.${'0'.repeat(64)}`)],
	])('is refused with 401 when it is %s, and starts nothing', (_what, change) =>
		listening(provider, {}, async (stage) => {
			const { jobId, report } = await stage.reported('succeeded', { options: { context: '{ "row": 1 }' } });
			expect(statusesOf(await report({ url: withTicket(urlOf(stage, jobId), change) }))).toEqual([401]);
			expect(stage.trigger.answers).toEqual([{ status: 401, message: 'The ticket is not genuine' }]);
			expect(stage.trigger.starts).toEqual([]);
		}),
	);

	test('is refused with 401 when it is a day old', () =>
		listening(provider, {}, async ({ reported }) => {
			const { report } = await reported('succeeded');
			jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 25 * 60 * 60 * 1000);
			expect(statusesOf(await report())).toEqual([401]);
		}));

	test('is refused with 401 by the trigger of another credential', () =>
		listening(provider, {}, async ({ simulator, credentials, reported, listenAgain }) => {
			const { report } = await reported('succeeded');
			const name = `hailuo${provider[0]?.toUpperCase()}${provider.slice(1)}Api`;
			const apiKey = 'the-key-of-somebody-else';
			const trigger = await listenAgain(
				{},
				{
					credentials: { ...credentials, [name]: { ...credentials[name], apiKey } },
				},
			);
			expect(statusesOf(await report({ signWith: apiKey }))).toEqual([401]);
			expect(trigger.answers).toEqual([{ status: 401, message: 'The ticket is not genuine' }]);
			expect(simulator.requestsOf(provider, 'read')).toEqual([]);
		}));
});

test('a callback that Apiframe has signed needs no ticket: the context is null then', () =>
	listening('apiframe', {}, async ({ trigger, reported }) => {
		const { report } = await reported('succeeded', { options: { context: '{ "row": 1 }' } });
		await report({ url: trigger.url });
		expect(trigger.starts).toEqual([expect.objectContaining({ event: 'succeeded', context: null })]);
	}));

describe.each(CALLING)("'Resume the Waiting Execution' for %s", (provider) => {
	const RESUMING = { onCallback: 'resumeExecution' };

	test('rings the doorbell of the execution that made the job with what became of it, and starts nothing', () =>
		listening(provider, RESUMING, async ({ simulator, trigger, reported }) => {
			const { jobId, report } = await reported('succeeded');
			const { attempts } = await report();
			expect(attempts.map(({ status }) => status)).toEqual([200]);
			await until(() => trigger.rings.length > 0);
			const [ring] = trigger.rings;
			expect(ring?.path).toMatch(/^\/webhook-waiting\/\d+\/hailuo(\?signature=\w+)?$/);
			expect(ring?.body).toEqual({ hailuoCallback: expect.objectContaining({ jobId, status: 'succeeded' }) });
			expect(trigger.starts).toEqual([]);
			// The execution reads for itself.
			expect(simulator.requestsOf(provider, 'read')).toEqual([]);
		}));
});

describe("'Resume the Waiting Execution'", () => {
	const RESUMING = { onCallback: 'resumeExecution' };

	test('rings again where n8n refuses, because the execution is just running', () =>
		listening('wiro', RESUMING, async ({ trigger, reported }) => {
			trigger.answerRing = (count) => [409, 500][count - 1] ?? 200;
			await (await reported('succeeded')).report();
			await until(() => trigger.rings.length === 3);
			expect(new Set(trigger.rings.map(({ path }) => path)).size).toBe(1);
		}));

	test('rings once for callbacks of one job that come at once, since n8n may set an execution back that is rung twice', () =>
		listening('wiro', RESUMING, async ({ trigger, reported }) => {
			const { report } = await reported('succeeded');
			trigger.answerRing = (count) => (count === 1 ? 409 : 200);
			await Promise.all([report(), report(), report()]);
			await until(() => trigger.rings.length === 2);
			expect(trigger.rings[1]).toEqual(trigger.rings[0]);
		}));

	test('rings for no progress', () =>
		listening('wiro', RESUMING, async ({ trigger, reported }) => {
			const { jobId, report } = await reported('running');
			expect(statusesOf(await report({ body: telling('wiro', jobId, 'running') }))).toEqual([200]);
			const other = await reported('succeeded');
			await other.report();
			await until(() => trigger.rings.length > 0);
			expect(trigger.rings).toHaveLength(1);
			expect(JSON.stringify(trigger.rings)).toContain(other.jobId);
		}));

	test('rings nobody where the callback has no ticket', () =>
		listening('wiro', RESUMING, async ({ trigger, reported }) => {
			const { report } = await reported('succeeded');
			expect(statusesOf(await report({ url: trigger.url }))).toEqual([401]);
			expect([trigger.rings, trigger.executions]).toEqual([[], []]);
		}));

	test('rings nobody where the ticket names another n8n, and says so in the log', () =>
		listening('wiro', RESUMING, async ({ trigger, reported }) => {
			const { report } = await reported('succeeded', {}, 'http://127.0.0.1:9/webhook-waiting');
			log.length = 0;
			expect(statusesOf(await report())).toEqual([400]);
			expect(log).toEqual([expect.stringMatching(/^warn: Hailuo Trigger: .*not of this n8n/)]);
			expect([trigger.rings, trigger.executions]).toEqual([[], []]);
		}));

	test('rings nobody for a ticket that is not genuine', () =>
		listening('wiro', RESUMING, async ({ trigger, reported }) => {
			const { report } = await reported('succeeded');
			expect(statusesOf(await report({ url: `${trigger.url}?hailuoTicket=open-sesame` }))).toEqual([401]);
			expect(trigger.rings).toEqual([]);
		}));
});

afterEach(() => {
	jest.restoreAllMocks();
});
