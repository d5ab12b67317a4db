/** Where Create asks the provider to report to, and what travels with it. */
import type { INodeParameters } from 'n8n-workflow';
import { readTicket, triggerPlaceOf } from '../../nodes/Hailuo/core/callback/ticket';
import type { Simulator } from '../tools/simulator';
import { CALLING_PROVIDERS, type CallingProvider } from '../tools/simulator/types';
import { aCreate, aPrompt, onStage, PROMPT, requestLines, type RunOptions } from './stage';

const CALLING = CALLING_PROVIDERS;

const PUBLIC = 'https://n8n.example.com/webhook-waiting';
const TRIGGER = 'https://n8n.example.com/webhook/5f0c1a52/hailuo';

/** An n8n that the internet reaches. */
const inPublic: RunOptions = { webhookWaitingBaseUrl: PUBLIC, executionId: '7' };

/** The body of a create that wants a callback. */
const BODIES: Record<CallingProvider, (callback: Record<string, unknown>) => unknown> = {
	apiframe: (callback) => ({
		model: 'hailuo-02',
		prompt: PROMPT,
		hailuoParams: { duration: 6, resolution: '768p', prompt_optimizer: true },
		...callback,
	}),
	evolink: (callback) => ({
		model: 'MiniMax-Hailuo-02',
		prompt: PROMPT,
		quality: '768p',
		duration: 6,
		model_params: { prompt_optimizer: true, fast_pretreatment: false },
		...callback,
	}),
	minimax: (callback) => ({
		model: 'MiniMax-H3',
		content: [{ type: 'text', text: PROMPT }],
		resolution: '768P',
		duration: 6,
		ratio: '16:9',
		aigc_watermark: false,
		...callback,
	}),
	wiro: (callback) => ({
		prompt: PROMPT,
		promptOptimizer: 'true',
		resolution: '768P',
		duration: '6',
		...callback,
	}),
};

/** How each provider names the address. */
const FIELDS: Record<CallingProvider, string> = {
	apiframe: 'webhookUrl',
	evolink: 'callback_url',
	minimax: 'callback_url',
	wiro: 'callbackUrl',
};

const bodiesOf = (simulator: Simulator) => simulator.requests.map(({ body }) => body);

function callbackUrlOf(simulator: Simulator, place = 0): URL {
	return new URL(simulator.jobs[place]?.callbackUrl ?? 'https://none.example');
}

/** What the ticket in a callback address holds, read as the trigger reads it. */
function ticketIn(simulator: Simulator, provider: CallingProvider, place = 0): unknown {
	const { href, searchParams } = callbackUrlOf(simulator, place);
	const text = searchParams.get('hailuoTicket') ?? '';
	return readTicket(simulator.keys[provider].apiKey, provider, Date.now() / 1000, text, triggerPlaceOf(href));
}

const toTrigger = (changes: INodeParameters = {}): INodeParameters => ({
	callback: 'url',
	callbackUrl: TRIGGER,
	...changes,
});

describe("'Callback' None", () => {
	test.each(CALLING)('asks %s for nothing', (provider) =>
		onStage(async ({ simulator, run }) => {
			const { error, hints } = await run(aCreate(provider), inPublic);
			expect([error, hints]).toEqual([undefined, []]);
			expect(bodiesOf(simulator)).toEqual([BODIES[provider]({})]);
		}),
	);
});

/** Where the address of an execution that waits may be given. */
const WAKING = CALLING.filter((provider) => provider !== 'minimax');

describe("'Callback' This Execution", () => {
	test.each(WAKING)("gives %s this execution's doorbell, and asks for the end only", (provider) =>
		onStage(async ({ simulator, run }) => {
			const { error, hints } = await run(aCreate(provider, { callback: 'thisExecution' }), inPublic);
			expect([error, hints]).toEqual([undefined, []]);
			const { callbackUrl = '' } = simulator.jobs[0] ?? {};
			expect(callbackUrl.replace(/\?signature=\w+$/, '')).toBe(`${PUBLIC}/7/hailuo`);
			const events = provider === 'apiframe' ? { webhookEvents: ['completed', 'failed'] } : {};
			expect(bodiesOf(simulator)).toEqual([BODIES[provider]({ [FIELDS[provider]]: callbackUrl, ...events })]);
		}),
	);

	const PRIVATE = ['http://localhost:5678', 'http://192.168.1.20:5678', 'https://n8n.internal'];

	test.each(PRIVATE)('asks a provider in the same network to call an n8n at %s', (base) =>
		onStage(async ({ simulator, run }) => {
			const options = { ...inPublic, webhookWaitingBaseUrl: `${base}/webhook-waiting` };
			for (const provider of ['apiframe', 'wiro'] as const) {
				const { error, hints } = await run(aCreate(provider, { callback: 'thisExecution' }), options);
				expect([error, hints]).toEqual([undefined, []]);
			}
			expect(simulator.jobs.map(({ callbackUrl }) => callbackUrl?.startsWith(base))).toEqual([true, true]);
		}),
	);

	test.each(PRIVATE)('asks no provider on the internet to call an n8n at %s, and says how it could', (base) =>
		onStage(async ({ run, credentials }) => {
			for (const [provider, type] of [
				['apiframe', 'hailuoApiframeApi'],
				['wiro', 'hailuoWiroApi'],
			] as const) {
				// Nothing answers there, but what is to be said is said before.
				const baseUrl = 'https://gateway.example';
				const { hints } = await run(aCreate(provider, { callback: 'thisExecution' }), {
					...{
						...inPublic,
						webhookWaitingBaseUrl: `${base}/webhook-waiting`,
						node: { onError: 'continueRegularOutput' },
					},
					credentials: { ...credentials, [type]: { ...credentials[type], baseUrl } },
				});
				expect(hints).toEqual([expect.stringContaining('set WEBHOOK_URL to a public https address')]);
			}
		}),
	);

	test.each(['http://localhost:5678', 'https://n8n.internal', 'http://n8n.example.com'])(
		'asks EvoLink for nothing from an n8n at %s, which it would refuse, and says so',
		(base) =>
			onStage(async ({ simulator, run }) => {
				const { error, hints } = await run(aCreate('evolink', { callback: 'thisExecution' }), {
					...inPublic,
					webhookWaitingBaseUrl: `${base}/webhook-waiting`,
				});
				expect(error).toBeUndefined();
				expect(hints).toContain('No callback was asked for: EvoLink takes public https addresses only [item 0]');
				expect(bodiesOf(simulator)).toEqual([BODIES.evolink({})]);
			}),
	);

	test('says once for all items what concerns them all', () =>
		onStage(async ({ run }) => {
			const { hints } = await run(aCreate('evolink', { callback: 'thisExecution' }), { items: [aPrompt(), aPrompt()] });
			expect(hints).toEqual([expect.stringMatching(/No callback was asked for.*\[item 0, 1\]$/)]);
		}));
});

describe("'Callback' URL", () => {
	test.each(CALLING)('gives %s the address with a ticket, and asks for progress where it tells of it', (provider) =>
		onStage(async ({ simulator, run }) => {
			const { error, hints } = await run(
				aCreate(provider, toTrigger({ options: { context: '{ "row": 7, "note": "Grüße" }' } })),
				inPublic,
			);
			expect([error, hints]).toEqual([undefined, []]);
			const { callbackUrl = '' } = simulator.jobs[0] ?? {};
			expect(callbackUrl).toMatch(
				/^https:\/\/n8n\.example\.com\/webhook\/5f0c1a52\/hailuo\?hailuoTicket=[\w-]+\.[0-9a-f]{64}$/,
			);
			const events = provider === 'apiframe' ? { webhookEvents: ['progress', 'completed', 'failed'] } : {};
			expect(bodiesOf(simulator)).toEqual([BODIES[provider]({ [FIELDS[provider]]: callbackUrl, ...events })]);
			expect(ticketIn(simulator, provider)).toEqual({
				resumeUrl: expect.stringMatching(/^https:\/\/n8n\.example\.com\/webhook-waiting\/7\/hailuo(\?signature=\w+)?$/),
				context: { row: 7, note: 'Grüße' },
				serial: expect.stringMatching(/^[0-9a-f]{16}$/),
			});
		}),
	);

	test("keeps the address's own parameters", () =>
		onStage(async ({ simulator, run }) => {
			await run(aCreate('wiro', toTrigger({ callbackUrl: `${TRIGGER}?team=a%26b#top` })), inPublic);
			const { searchParams, hash } = callbackUrlOf(simulator);
			expect([[...searchParams.keys()], searchParams.get('team'), hash]).toEqual([['team', 'hailuoTicket'], 'a&b', '']);
		}));

	test.each<[string, unknown, unknown]>([
		['text', '[1, "two"]', [1, 'two']],
		['an object by an expression', '={{ { row: $json.row } }}', { row: 3 }],
		['nothing', '', null],
		['an empty object', '{}', null],
	])('carries a context given as %s', (_form, context, expected) =>
		onStage(async ({ simulator, run }) => {
			const parameters = aCreate('apiframe', toTrigger({ options: { context } as INodeParameters }));
			await run(parameters, { ...inPublic, items: [aPrompt(PROMPT, { row: 3 })] });
			expect(ticketIn(simulator, 'apiframe')).toMatchObject({ context: expected });
		}),
	);

	test('carries the context of each item with its own job', () =>
		onStage(async ({ simulator, run }) => {
			const parameters = aCreate('apiframe', toTrigger({ options: { context: '={{ { row: $itemIndex } }}' } }));
			await run(parameters, { ...inPublic, items: ['Boat 0', 'Boat 1', 'Boat 2'].map((prompt) => aPrompt(prompt)) });
			const rows = simulator.jobs.map(({ request }, place) => [
				Reflect.get(Object(request), 'prompt'),
				ticketIn(simulator, 'apiframe', place),
			]);
			expect(rows.sort()).toEqual(
				[0, 1, 2].map((row) => [`Boat ${row}`, expect.objectContaining({ context: { row } })]),
			);
		}));

	test('hints at a private address', () =>
		onStage(async ({ simulator, run }) => {
			const { hints } = await run(aCreate('wiro', toTrigger({ callbackUrl: 'http://10.0.0.8/hook' })), inPublic);
			expect(hints).toEqual([
				"'Callback URL' is a private address, which a provider on the internet cannot call [item 0]",
			]);
			expect(simulator.jobs).toHaveLength(1);
		}));

	test('shows no key: not in the address, not on the item', () =>
		onStage(async ({ simulator, run }) => {
			for (const provider of CALLING) {
				const { items } = await run(aCreate(provider, toTrigger({ options: { includeRaw: true } })), inPublic);
				const shown = JSON.stringify([items, simulator.jobs.map(({ callbackUrl }) => callbackUrl)]);
				const ticket = (callbackUrlOf(simulator).searchParams.get('hailuoTicket') ?? '').split('.')[0] ?? '';
				const { apiKey } = simulator.keys[provider];
				expect(shown).not.toContain(apiKey);
				expect(Buffer.from(ticket, 'base64url').toString()).not.toContain(apiKey);
			}
		}));

	test('writes a repeat under the same idempotency key to the letter as the first', () =>
		onStage(async ({ simulator, run }) => {
			simulator.addFault({ kind: 'reset', operation: 'create', moment: 'after' });
			const { error } = await run(aCreate('apiframe', toTrigger()), inPublic);
			expect(error).toBeUndefined();
			const [first, second] = simulator.requests;
			expect(second?.rawBody.toString()).toBe(first?.rawBody.toString());
			expect(simulator.jobs).toHaveLength(1);
		}));
});

describe('before a create is sent, it is refused', () => {
	test.each<[string, CallingProvider, INodeParameters, string]>([
		[
			'an http address at EvoLink',
			'evolink',
			toTrigger({ callbackUrl: 'http://n8n.example.com/webhook/1/hailuo' }),
			"'Callback URL' begins with http://; EvoLink takes https only [item 0]",
		],
		[
			'an address that is none',
			'apiframe',
			toTrigger({ callbackUrl: 'n8n.example.com/webhook/1/hailuo' }),
			"'Callback URL' 'n8n.example.com/webhook/1/hailuo' is not a web address that begins with https:// or http:// [item 0]",
		],
		[
			'an address with a password',
			'wiro',
			toTrigger({ callbackUrl: 'https://me:secret@n8n.example.com/' }),
			"'Callback URL' holds a user name or a password; give an address that opens without signing in [item 0]",
		],
		['no address', 'apiframe', toTrigger({ callbackUrl: '={{ $json.nowhere }}' }), "'Callback URL' is "],
		[
			'a choice that is none',
			'wiro',
			{ callback: '={{ "everywhere" }}' },
			"'Callback' is 'everywhere'; choose None ('none'), This Execution ('thisExecution') or URL ('url') [item 0]",
		],
		[
			'a context that is no JSON',
			'apiframe',
			toTrigger({ options: { context: '{ "row": }' } }),
			`'Context' is '{ "row": }'; it takes JSON [item 0]`,
		],
		[
			'more context than an address holds',
			'wiro',
			toTrigger({ options: { context: JSON.stringify('x'.repeat(1500)) } }),
			"characters too long; give less 'Context' or a shorter address [item 0]",
		],
	])('for %s', (_case, provider, changes, problem) =>
		onStage(async ({ simulator, run }) => {
			const { error } = await run(aCreate(provider, changes), inPublic);
			expect(error?.message).toContain(problem);
			expect(simulator.requests).toEqual([]);
		}),
	);

	test('when the address is longer than 2000 characters, and not at 2000', () =>
		onStage(async ({ simulator, run }) => {
			const withPadding = async (length: number) =>
				await run(aCreate('wiro', toTrigger({ callbackUrl: `${TRIGGER}?p=${'x'.repeat(length)}` })), inPublic);
			await withPadding(1);
			const free = 2000 - callbackUrlOf(simulator).href.length;
			expect((await withPadding(1 + free)).error).toBeUndefined();
			expect(simulator.jobs[1]?.callbackUrl).toHaveLength(2000);
			const { error } = await withPadding(2 + free);
			expect(error?.message).toContain("'Callback URL' with its ticket is 1 characters too long");
			expect(simulator.jobs).toHaveLength(2);
		}));
});

describe('AI/ML API, which reports nothing,', () => {
	test('is asked for no callback, even by what another provider has left in the form', () =>
		onStage(async ({ simulator, run }) => {
			await run(aCreate('aimlApi', toTrigger()), inPublic);
			expect(JSON.stringify(bodiesOf(simulator))).not.toMatch(/callback|webhook/i);
		}));
});

describe('the spelling of the callback field at Apiframe', () => {
	test('is changed once when the API refuses ours by name; one job is made', () =>
		onStage(
			async ({ simulator, run }) => {
				const { error, items } = await run(aCreate('apiframe', toTrigger()), inPublic);
				expect(error).toBeUndefined();
				expect(items.map(({ json }) => json.jobId)).toEqual(simulator.jobs.map(({ id }) => id));
				expect(requestLines(simulator)).toEqual(['create /v2/videos/generate', 'create /v2/videos/generate']);
				const { callbackUrl } = simulator.jobs[0] ?? {};
				const [first, second] = simulator.requests;
				expect(second?.body).toEqual(BODIES.apiframe({ webhook_url: callbackUrl }));
				expect(second?.headers['idempotency-key']).toBe(`${first?.headers['idempotency-key']}-2`);
			},
			{ apiframeWebhookField: 'webhook_url' },
		));
});
