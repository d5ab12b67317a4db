/** Redirects of requests that carry a key: they are an answer, not an invitation, for the key must not reach another address. */
import type { INodeParameters } from 'n8n-workflow';
import { testImage, type Operation, type ProviderName, type Simulator } from '../tools/simulator';
import { credentialTypes } from '../tools/support/built';
import { aBinary } from '../tools/support/binaryData';
import { testCredential } from '../tools/support/testCredential';
import { aCreate, aPrompt, LABELS, onJob, onStage, PROVIDERS, type HailuoRun, type Stage } from './stage';

const STATUSES = [301, 302, 303, 307, 308];

const CREDENTIALS: Record<ProviderName, string> = {
	aimlApi: 'hailuoAimlApi',
	apiframe: 'hailuoApiframeApi',
	evolink: 'hailuoEvolinkApi',
	minimax: 'hailuoMinimaxApi',
	wiro: 'hailuoWiroApi',
};

/** Headers by which the providers know who asks. */
const KEY_HEADERS = ['authorization', 'x-api-key', 'x-nonce', 'x-signature'];

/** Where a redirect may lead: each with what it looks like from where it is answered. */
const TARGETS: Array<[string, (simulator: Simulator) => string]> = [
	['another origin', ({ cdnUrl }) => `${cdnUrl}/landing?from=redirect`],
	['another origin, named without its scheme', ({ cdnUrl }) => `${cdnUrl.replace('http:', '')}/landing`],
	['the same origin', ({ url }) => `${url}/landing/here`],
	['the same origin, by its path', () => '/landing/here'],
];

interface Asked {
	provider: ProviderName;
	operation: Operation;
	/** Asks once; the requests before the one that is redirected are done. */
	ask(stage: Stage): Promise<HailuoRun>;
}

const withJob = (provider: ProviderName, name: 'get' | 'wait' | 'cancel', phase: 'queued' | 'running' = 'running') =>
	async function ask({ run, make, simulator }: Stage) {
		const job = await make(provider, phase);
		simulator.requests.length = 0;
		return await run(onJob(name, provider), { items: [job] });
	};

const withImage = (provider: ProviderName, changes: INodeParameters = {}) =>
	async function ask({ run }: Stage) {
		const data = await aBinary('memory', testImage('png'), 'image.png', 'image/png');
		return await run(aCreate(provider, { firstFrame: 'binary', ...changes }), {
			items: [{ ...aPrompt(), binary: { data } }],
		});
	};

const withText = (provider: ProviderName) =>
	async function ask({ run }: Stage) {
		return await run(aCreate(provider));
	};

const ASKED: Array<[string, Asked]> = [
	...PROVIDERS.map((provider): [string, Asked] => [
		`a create at ${LABELS[provider]}`,
		{ provider, operation: 'create', ask: withText(provider) },
	]),
	[
		"a create on AI/ML API's older route",
		{
			provider: 'aimlApi',
			operation: 'create',
			ask: async ({ run }) => await run(aCreate('aimlApi', { options: { route: 'minimax' } })),
		},
	],
	['a create with an image at Wiro', { provider: 'wiro', operation: 'create', ask: withImage('wiro') }],
	...PROVIDERS.map((provider): [string, Asked] => [
		`a read at ${LABELS[provider]}`,
		{ provider, operation: 'read', ask: withJob(provider, 'get') },
	]),
	...PROVIDERS.map((provider): [string, Asked] => [
		`a wait at ${LABELS[provider]}`,
		{ provider, operation: 'read', ask: withJob(provider, 'wait') },
	]),
	['an upload at Apiframe', { provider: 'apiframe', operation: 'upload', ask: withImage('apiframe') }],
	['an upload at EvoLink', { provider: 'evolink', operation: 'upload', ask: withImage('evolink') }],
	['a cancel at Wiro', { provider: 'wiro', operation: 'cancel', ask: withJob('wiro', 'cancel', 'queued') }],
	['a kill at Wiro', { provider: 'wiro', operation: 'kill', ask: withJob('wiro', 'cancel', 'running') }],
];

const CASES = ASKED.flatMap(([what, asked]) =>
	STATUSES.flatMap((status) => TARGETS.map(([where, locationAt]) => ({ what, status, where, asked, locationAt }))),
);

/** Everything that a run shows or keeps, without what the test itself gave it. */
function allWordsOf(run: HailuoRun): string {
	const { error } = run;
	return JSON.stringify([run.data.resultData, error?.message, error?.description, error?.stack, run.hints]);
}

function secretsOf({ keys }: Simulator): string[] {
	return [keys.aimlApi.apiKey, keys.apiframe.apiKey, keys.evolink.apiKey, keys.wiro.apiKey, keys.wiro.apiSecret];
}

/** Has the test's own pages wait at the simulator's origin, beside those of the CDN. */
function layOut(simulator: Simulator): void {
	simulator.mount('landing', () => ({ status: 200, body: {} }));
}

function expectNobodyElseWasAsked(simulator: Simulator): void {
	expect([...simulator.requestsOf('cdn'), ...simulator.requestsOf('other')]).toEqual([]);
}

test.each(CASES)(
	'$what that answers $status to $where is not followed',
	async ({ status, asked: { provider, operation, ask }, locationAt }) => {
		await onStage(async (stage) => {
			const { simulator } = stage;
			layOut(simulator);
			const location = locationAt(simulator);
			simulator.addFault({ kind: 'redirect', provider, operation, status, location, times: 9 });
			const run = await ask(stage);

			expectNobodyElseWasAsked(simulator);
			const redirected = simulator.requestsOf(provider, operation);
			expect(redirected.map((request) => request.status)).toEqual([status]);
			// It was a request with a key, so that it could have been carried away.
			expect(KEY_HEADERS.filter((name) => name in redirected[0]!.headers)).not.toEqual([]);

			const title = `${LABELS[provider]} answered with a redirect, which is not followed`;
			// No provider documents a redirect as an answer to a create, so it does not prove that nothing was made.
			const doubt = `It is not known whether ${LABELS[provider]} made this job`;
			expect(run.error?.message).toContain(operation === 'create' ? doubt : title);
			expect(run.error?.description).toContain(`HTTP ${status}`);
			expect(run.error?.description).toContain('Your key must not reach another address');
			const words = allWordsOf(run);
			for (const secret of secretsOf(simulator)) expect(words).not.toContain(secret);
		});
	},
);

test.each([300, 304, 305, 306])('an answer of status %i is not followed either', async (status) => {
	for (const provider of PROVIDERS) {
		await onStage(async (stage) => {
			const { simulator } = stage;
			simulator.addFault({ kind: 'redirect', provider, operation: 'read', status, times: 9 });
			const { error } = await withJob(provider, 'get')(stage);
			expect(error?.message).toContain('answered with a redirect, which is not followed');
			expectNobodyElseWasAsked(simulator);
		});
	}
});

test.each([
	['none at all', undefined],
	['one that is no address', 'http://['],
	['one that holds a secret', 'https://somewhere.example/path?token=very-secret'],
])('a redirect whose address is %s is named without more', async (_what, location) => {
	await onStage(async (stage) => {
		const { simulator } = stage;
		simulator.addFault({
			kind: 'status',
			provider: 'apiframe',
			operation: 'create',
			status: 302,
			body: '',
			...(location && { headers: { location } }),
		});
		const { error } = await withText('apiframe')(stage);
		expect(error?.description).toContain('answered with a redirect');
		expect(error?.description).not.toMatch(/very-secret|\/path/);
	});
});

describe('the test of a credential', () => {
	const KINDS = [
		...PROVIDERS.map((provider): [string, ProviderName, boolean] => [LABELS[provider], provider, false]),
		['Wiro with a key alone', 'wiro', true] as [string, ProviderName, boolean],
	];
	const cases = KINDS.flatMap(([what, provider, keyOnly]) =>
		STATUSES.flatMap((status) =>
			TARGETS.map(([where, locationAt]) => ({ what, provider, keyOnly, status, where, locationAt })),
		),
	);

	test.each(cases)(
		'of $what fails at $status to $where, and follows it nowhere',
		async ({ provider, keyOnly, status, locationAt }) => {
			await onStage(async ({ simulator, credentials }) => {
				layOut(simulator);
				const location = locationAt(simulator);
				const type = credentialTypes.find(({ name }) => name === CREDENTIALS[provider])!;
				const given = credentials[CREDENTIALS[provider]]!;
				const data = keyOnly ? { ...given, authentication: 'apiKey', ...simulator.keys.wiroKeyOnly } : given;
				expect(await testCredential(type, data)).toMatchObject({ status: 'OK' });

				simulator.addFault({ kind: 'redirect', provider, operation: 'credentialTest', status, location, times: 9 });
				const verdict = await testCredential(type, data);
				expect(verdict.status).toBe('Error');
				expect(verdict.message).toContain(String(status));
				for (const secret of secretsOf(simulator)) expect(verdict.message).not.toContain(secret);
				expectNobodyElseWasAsked(simulator);
				const [, redirected, ...more] = simulator.requestsOf(provider, 'credentialTest');
				expect(more).toEqual([]);
				expect(KEY_HEADERS.filter((name) => name in redirected!.headers)).not.toEqual([]);
			});
		},
	);
});

test('a redirect of the one address a key may go to does not open the other', async () => {
	// EvoLink's key is for two hosts; even from one to the other nothing is carried along.
	await onStage(async (stage) => {
		const { simulator } = stage;
		const location = `${simulator.endpoints.evolink.filesBaseUrl}/api/v1/files/upload/stream`;
		simulator.addFault({ kind: 'redirect', provider: 'evolink', operation: 'create', status: 307, location });
		const { error } = await withText('evolink')(stage);
		expect(error?.description).toContain('answered with a redirect');
		expect(simulator.requests.map(({ operation }) => operation)).toEqual(['create']);
	});
});
