/** Where a socket must not be used: a WebSocket goes through no proxy of n8n's, and past its guard. */
import { Agent } from 'node:https';
import type { IExecuteFunctions } from 'n8n-workflow';
import { ProgressSockets } from '../../../nodes/Hailuo/io/progressSocket';
import { providerById } from '../../../nodes/Hailuo/providers/registry';

/** What an n8n's client shows of a request that is cancelled before it is sent: in its place an error, or an answer. */
type Shown = { error: unknown } | { answer: unknown };

/** An n8n as far as it is asked about a socket, with what it has beside its client. */
async function opensAt(shown: Shown, helpers: object = {}, socketUrl = 'wss://socket.wiro.ai/v1'): Promise<boolean> {
	const wiro = providerById('wiro');
	if (wiro === undefined) throw new Error('No Wiro');
	const context = {
		getCredentials: async () => await Promise.resolve({ socketUrl }),
		helpers: {
			async httpRequest() {
				if ('error' in shown) throw shown.error;
				return await Promise.resolve(shown.answer);
			},
			...helpers,
		},
		// The rest of what nodes are given is not asked for.
	} as unknown as IExecuteFunctions;
	return (await ProgressSockets.open(context, wiro)) !== null;
}

const showing = (httpsAgent: unknown): Shown => ({ error: { config: { httpsAgent } } });

class HttpsProxyAgent extends Agent {}

/** n8n's own agent, whose router names the proxy that a target goes through. */
const routing = (resolve: (target: unknown) => unknown) => showing({ router: { resolve } });

test.each<[string, boolean, Shown]>([
	["Node's own agent", true, showing(new Agent())],
	["Node's own agent, within another error", true, { error: { cause: { config: { httpsAgent: new Agent() } } } }],
	["a proxy's agent", false, showing(new HttpsProxyAgent())],
	['no agent', false, showing(undefined)],
	['an error that says nothing', false, { error: new Error('canceled') }],
	['an answer, as if it had been sent', false, { answer: {} }],
	['an agent that leads there directly', true, routing(() => undefined)],
	['an agent that leads to a proxy', false, routing(() => new URL('http://proxy.example'))],
	['an agent only for addresses without TLS', false, { error: { config: { httpAgent: new Agent() } } }],
])('where the client of n8n shows %s, a socket is opened: %s', async (_what, opens, shown) => {
	expect(await opensAt(shown)).toBe(opens);
});

test('the agent is asked for the very host and port', async () => {
	const asked: unknown[] = [];
	const shown = routing((target) => void asked.push(target));
	await opensAt(shown);
	await opensAt(shown, {}, 'wss://socket.example.com:8443/v1');
	expect(asked).toEqual([{ hostname: 'socket.wiro.ai' }, { hostname: 'socket.example.com', port: 8443 }]);
});

const filtering = (filter: unknown) => ({ getSecureEgressFilter: () => filter });

test.each<[string, boolean, object]>([
	['no guard', true, {}],
	['a guard that is off', true, filtering({ validateConnectionHost: () => ({ ok: true }) })],
	['a guard that is off, in 2.30', true, filtering(undefined)],
	['a guard that refuses private addresses', false, filtering({ validateConnectionHost: () => ({ ok: false }) })],
	['a guard that cannot be asked', false, filtering({})],
])('where n8n has %s, a socket is opened: %s', async (_what, opens, helpers) => {
	expect(await opensAt(showing(new Agent()), helpers)).toBe(opens);
});
