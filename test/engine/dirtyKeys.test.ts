/** Keys and addresses as people paste them: cleaned once for all that is done with them, or refused before any request. */
import { credentialsFor } from '../tools/support/gateways';
import { credentialTypes } from '../tools/support/built';
import { testCredential } from '../tools/support/testCredential';
import type { ProviderName } from '../tools/simulator';
import type { CredentialData } from '../tools/support/runNode';
import { aCreate, onStage, PROVIDERS, type Stage } from './stage';

const CREDENTIALS: Record<ProviderName, string> = {
	aimlApi: 'hailuoAimlApi',
	apiframe: 'hailuoApiframeApi',
	evolink: 'hailuoEvolinkApi',
	minimax: 'hailuoMinimaxApi',
	wiro: 'hailuoWiroApi',
};

/** The provider's credential with other fields. */
function changed(provider: ProviderName, { simulator }: Stage, changes: (value: string) => string): CredentialData {
	const fields = credentialsFor(simulator)[CREDENTIALS[provider]] ?? {};
	const keys = Object.entries(fields).map(([name, value]) => [
		name,
		['apiKey', 'apiSecret'].includes(name) ? changes(String(value)) : value,
	]);
	return { [CREDENTIALS[provider]]: Object.fromEntries(keys) };
}

const PASTED: Array<[string, (key: string) => string]> = [
	['a zero-width space behind it', (key) => `${key}\u200b`],
	['a line break inside', (key) => `${key.slice(0, 12)}\r\n${key.slice(12)}`],
	['a soft hyphen and a blank inside', (key) => `${key.slice(0, 9)}\u00ad ${key.slice(9)}`],
	['a byte order mark before it', (key) => `\ufeff${key}`],
];

describe.each(PROVIDERS)('a key for %s', (provider) => {
	test.each(PASTED)('with %s buys, and is concealed when it is quoted', (_what, paste) =>
		onStage(async (stage) => {
			const { simulator, run } = stage;
			const credentials = changed(provider, stage, paste);
			const { error } = await run(aCreate(provider), { credentials });
			expect(error).toBeUndefined();
			const { apiKey } = simulator.keys[provider];
			simulator.addFault({ kind: 'status', status: 400, operation: 'create', message: `Bad ${apiKey}` });
			const refused = await run(aCreate(provider), { credentials });
			expect(refused.error?.description).toContain('Bad ***');
		}),
	);

	test.each(['', ' ', '\u200b\n'])('that is %j is refused before any request', (key) =>
		onStage(async (stage) => {
			const { error } = await stage.run(aCreate(provider), { credentials: changed(provider, stage, () => key) });
			expect(error).toMatchObject({ name: 'NodeOperationError', message: "The credential's 'API Key' is empty" });
			expect(stage.simulator.requests).toEqual([]);
		}),
	);

	test('that no header can hold is refused before any request, and not shown', () =>
		onStage(async (stage) => {
			const credentials = changed(provider, stage, () => 'кey-12345678');
			const { error } = await stage.run(aCreate(provider), { credentials });
			expect(error).toMatchObject({ message: expect.stringContaining('holds a character that no request can carry') });
			expect(JSON.stringify(error)).not.toContain('кey');
			expect(stage.simulator.requests).toEqual([]);
		}));
});

/** `HERE` is the simulator's address. */
const ADDRESSES: Array<[string, boolean]> = [
	['HERE', true],
	[' HERE/ ', true],
	['\u200bHERE\n', true],
	['HERE//', true],
	['', false],
	['HERE\\@api.example.com', false],
	['HERE#', false],
	['HERE#/proxy', false],
	['HERE?key=1', false],
	['USER', false],
	['ftp://api.example.com', false],
	['api.example.com', false],
	['HERE /proxy', false],
];

describe.each(PROVIDERS)('of the credential for %s', (provider) => {
	test.each(ADDRESSES)('a Base URL of %j is good to its test and to the node alike: %s', (written, isGood) =>
		onStage(async (stage) => {
			const type = credentialTypes.find(({ name }) => name === CREDENTIALS[provider]);
			const fields = stage.credentials[CREDENTIALS[provider]] ?? {};
			const here = String(fields.baseUrl);
			const user = here.replace('http://', 'http://user:password@');
			const data = { ...fields, baseUrl: written.replace('HERE', here).replace('USER', user) };
			const verdict = await testCredential(type!, data);
			const tested = stage.simulator.requests.length;
			const { error } = await stage.run(aCreate(provider), { credentials: { [CREDENTIALS[provider]]: data } });
			expect([verdict.status, error?.message]).toEqual(
				isGood ? ['OK', undefined] : ['Error', "The credential's 'Base URL' is not a web address"],
			);
			expect([tested, stage.simulator.requests.length]).toEqual(isGood ? [1, 2] : [0, 0]);
			expect(JSON.stringify([verdict, error])).not.toContain('password');
		}),
	);
});

test('a ticket and a resume address that are quoted are concealed', () =>
	onStage(async ({ simulator, run }) => {
		const quote =
			'https://n8n.example/webhook-waiting/7/hailuo?signature=5f3a9c and https://x.example/?hailuoTicket=abc.def';
		simulator.addFault({ kind: 'status', status: 400, operation: 'create', message: quote });
		const { error } = await run(aCreate('apiframe'));
		expect(error?.description).toContain('hailuo?signature=*** and https://x.example/?hailuoTicket=***');
	}));

test('signatures of Wiro are all different, however many requests are sent at once', () =>
	onStage(async ({ simulator, run }) => {
		const items = Array.from({ length: 24 }, (_, index) => ({ json: { prompt: `Boat ${index}` } }));
		await run(aCreate('wiro'), { items });
		const nonces = simulator.requests.map(({ headers }) => headers['x-nonce']);
		expect(nonces).toHaveLength(24);
		expect(new Set(nonces).size).toBe(24);
		for (const nonce of nonces) expect(nonce).toMatch(/^\d{13}$/);
	}));
