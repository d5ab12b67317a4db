/** Everything fails, and providers quote back what they were sent: no key gets into an item, an error, a record or a log. */
import 'reflect-metadata';
import { Container } from '@n8n/di';
import { LoggerProxy, type INodeParameters, type Logger as N8nLogger } from 'n8n-workflow';
import {
	startSimulator,
	testImage,
	type Answer,
	type GatewayRequest,
	type ProviderName,
	type Simulator,
} from '../tools/simulator';
import { credentialTypes } from '../tools/support/built';
import { runHailuo, type CredentialData } from '../tools/support/runNode';
import { OPERATIONS, type OperationName } from './faultMatrix/cell';
import { CELLS } from './faultMatrix/cells';
import { playAll } from './faultMatrix/play';
import { aCreate, aPrompt, nextExecutionId, onJob, PROVIDERS, until, type HailuoRun } from './stage';

/** Characters that URLs, JSON, HTML and regular expressions write in ways of their own. */
const KEYS = {
	hailuoAimlApi: { apiKey: 'aiml/Key+One=5d1f0c9b?x&y' },
	hailuoApiframeApi: { apiKey: 'afk_Key.Two|8a47e3(9c)$^*' },
	hailuoEvolinkApi: { apiKey: 'sk-Key-Three\\c2b96d04[e1]' },
	hailuoMinimaxApi: { apiKey: 'sk-api-Key=Six+b04e17/d8' },
	hailuoWiroApi: { apiKey: 'wiro~Key{Four}71ce04aa', apiSecret: 'wiro/Secret+Five=e90a35fb' },
};

const inHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const inHex = (text: string): string => Buffer.from(text).toString('hex');

/** Texts that must be nowhere: each twelve characters of a secret, as they are and in the spellings a provider may give them. */
function spellingsOf(secret: string): string[] {
	const parts = Array.from({ length: secret.length - 11 }, (_, at) => secret.slice(at, at + 12));
	return parts.flatMap((part) => [
		part,
		encodeURIComponent(part),
		encodeURIComponent(encodeURIComponent(part)),
		JSON.stringify(part).slice(1, -1),
		inHtml(part),
		inHex(part),
	]);
}

/** Every text in a value, hidden properties, names and causes included. */
function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null || seen.has(value)) return [];
	seen.add(value);
	if (Buffer.isBuffer(value)) return [value.toString('latin1')];
	const entries = value instanceof Map ? [...value] : value instanceof Set ? [...value] : [];
	const own = Reflect.ownKeys(value).flatMap((key) => {
		return [String(key), ...textsIn(Reflect.get(value, key), seen)];
	});
	return [...own, ...entries.flatMap((entry) => textsIn(entry, seen))];
}

const log: string[] = [];

/** Keeps all that is written, whatever the level. */
const recorder: N8nLogger = new Proxy({} as N8nLogger, {
	get: (_target, name) => {
		if (name === 'scoped') return () => recorder;
		return (...written: unknown[]) => void log.push(...textsIn(written));
	},
});

const { Logger } = require(require.resolve('@n8n/backend-common', { paths: [require.resolve('n8n-core')] }));

beforeAll(() => {
	LoggerProxy.init(recorder);
	Container.set(Logger, recorder);
});

/** Where secrets were found, each place with a piece of the text. */
function leaks(places: Record<string, unknown>, secrets: readonly string[]): string[] {
	const needles = [...new Set(secrets.flatMap(spellingsOf))].map((text) => text.toLowerCase());
	return Object.entries(places).flatMap(([place, value]) =>
		textsIn(value)
			.map((text) => text.replaceAll('\u00ad', '').toLowerCase())
			.filter((text) => needles.some((needle) => text.includes(needle)))
			.map((text) => `${place}: ${text.slice(0, 300)}`),
	);
}

/** Where secrets were found in what executions show and leave behind, and in n8n's log. */
const leaksIn = (runs: readonly HailuoRun[], secrets: readonly string[]): string[] => [
	...runs.flatMap(({ items, error, run, hints }) => leaks({ items, error, record: run, hints }, secrets)),
	...leaks({ log }, secrets),
];

/** What a provider may say of the headers it got. */
const QUOTES: Record<string, (headers: Record<string, string>) => string> = {
	plainly: (headers) => Object.values(headers).join(', '),
	'as JSON': (headers) => JSON.stringify(headers),
	'as JSON in JSON': (headers) => JSON.stringify(JSON.stringify(headers)),
	'as JSON of PHP': (headers) => JSON.stringify(headers).replaceAll('/', '\\/'),
	'for a URL': (headers) => new URLSearchParams(headers).toString(),
	'for a path': (headers) => encodeURIComponent(Object.values(headers).join(' ')),
	'for a path in a path': (headers) => encodeURIComponent(encodeURIComponent(Object.values(headers).join(' '))),
	'in HTML': (headers) => inHtml(Object.values(headers).join(', ')),
	'in hexadecimal': (headers) => Object.values(headers).map(inHex).join(' '),
	'with soft hyphens': (headers) => [...Object.values(headers).join(' ')].join('\u00ad'),
	'in part': (headers) =>
		Object.values(headers)
			.flatMap((value) => [value.slice(0, -4), value.slice(4)])
			.join(' '),
	'in capitals': (headers) => Object.values(headers).join(' ').toUpperCase(),
	'behind much else': (headers) => `${'x'.repeat(100)} ${Object.values(headers).join(' ')} ${'y'.repeat(3000)}`,
};

/** A refusal in the envelopes of all providers at once. */
const refusal = (quote: string): object => ({
	message: quote,
	msg: quote,
	success: false,
	result: false,
	error: { code: quote, type: quote, name: quote, message: quote, fallback_suggestion: quote },
	errors: [{ code: 0, message: quote }],
	details: { [quote]: [quote] },
});

/** A job that ended badly, in the shapes of all providers at once. */
const failedJob = (quote: string): object => ({
	...{ id: 'job-1', jobId: 'job-1', generation_id: 'job-1', taskid: '1', status: 'failed', model: quote, result: true },
	error: { code: quote, name: quote, message: quote, suggestion: quote },
	tasklist: [{ id: '1', status: 'task_postprocess_end', pexit: quote, debugerror: quote }],
	[quote]: quote,
});

/** A job that is being worked on, with a word for that which nobody knows but at Wiro. */
const runningJob = (quote: string): object => ({
	...{ id: 'job-1', jobId: 'job-1', generation_id: 'job-1', taskid: '1', status: quote, progress: quote, result: true },
	tasklist: [{ id: '1', status: 'task_output', debugoutput: quote }],
});

/** A job that is said to have gone well, with the key in the address of its video. */
const madeJob = (quote: string, cdnUrl: string): object => {
	const url = `${cdnUrl}/status/403?key=${quote.replaceAll(/\s/g, '')}`;
	return {
		...{
			id: 'job-1',
			jobId: 'job-1',
			generation_id: 'job-1',
			status: 'completed',
			results: [url],
			result: { videoUrl: url },
		},
		video: { url },
		tasklist: [{ id: '1', status: 'task_postprocess_end', pexit: '0', outputs: [{ url, contenttype: 'video/mp4' }] }],
	};
};

/** In what a provider may quote. */
const ANSWERS: Record<string, (quote: string, simulator: Simulator) => Answer> = {
	'a refusal': (quote) => ({ status: 400, body: refusal(quote) }),
	'a refused key': (quote) => ({ status: 401, body: refusal(quote) }),
	'a refusal in a 200': (quote) => ({ status: 200, body: refusal(quote) }),
	'a bare text': (quote) => ({ status: 403, body: { error: quote } }),
	'a word nobody knows': (quote) => ({ status: 200, body: { id: quote, jobId: quote, taskid: quote, status: quote } }),
	'an error page': (quote) => ({ status: 404, headers: { 'content-type': 'text/html' }, body: `<h1>${quote}</h1>` }),
	'no JSON at all': (quote) => ({ status: 200, body: quote }),
	'a redirect': (quote) => {
		const host = quote.replaceAll(/[^\w-]/g, '').slice(0, 60);
		const location = `https://${host}.example/${encodeURIComponent(quote).slice(0, 2000)}`;
		return { status: 302, headers: { location, 'x-quote': encodeURIComponent(quote) } };
	},
	'a failed job': (quote) => ({ status: 200, body: failedJob(quote) }),
	'a job that goes on': (quote) => ({ status: 200, body: runningJob(quote) }),
	'a finished job': (quote, { cdnUrl }) => ({ status: 200, body: madeJob(quote, cdnUrl) }),
};

const OWN_HEADERS = ['authorization', 'x-api-key', 'x-nonce', 'x-signature'];

const ownHeaders = ({ headers }: GatewayRequest): Record<string, string> =>
	Object.fromEntries(Object.entries(headers).filter(([name]) => OWN_HEADERS.includes(name)));

/** Credentials of which every address is a provider that only quotes. */
function credentialsAt(baseUrl: string): CredentialData {
	return Object.fromEntries(
		Object.entries(KEYS).map(([name, keys]) => [
			name,
			{ ...keys, authentication: 'signature', baseUrl, filesBaseUrl: baseUrl, socketUrl: '' },
		]),
	);
}

const IMAGE = { data: testImage('png').toString('base64'), mimeType: 'image/png', fileName: 'a.png' };

const jobIdAt = (provider: ProviderName): string => (provider === 'wiro' ? '1' : 'job-1');

function formOf(provider: ProviderName, operation: OperationName): INodeParameters {
	const options = { includeRaw: true, createRetries: 0, waitForSlot: 0 };
	const timeout = 0.001;
	if (operation === 'create') return aCreate(provider, { options, firstFrame: 'binary' });
	if (operation === 'createAndWait') return aCreate(provider, { operation, options, timeout });
	const form: INodeParameters = { options, jobId: jobIdAt(provider) };
	if (operation === 'cancel') return onJob(operation, provider, form);
	return onJob(operation, provider, { ...form, downloadVideo: true, ...(operation === 'wait' && { timeout }) });
}

/** Every operation at every provider, once ending the run and once with Continue On Fail. */
const PLAYS = PROVIDERS.flatMap((provider) =>
	OPERATIONS.flatMap((operation) =>
		[{}, { onError: 'continueRegularOutput' } as const].map((node) => ({ provider, operation, node })),
	),
);

interface Quoted {
	runs: HailuoRun[];
	/** What Wiro's requests were signed with. */
	signatures: Set<string>;
	/** Ways in which headers were quoted. */
	ways: Set<string>;
}

/** Lets everything fail at providers that answer in one way and quote the headers in all ways. */
async function failWith(answer: (quote: string, simulator: Simulator) => Answer): Promise<Quoted> {
	const simulator = await startSimulator();
	const signatures = new Set<string>();
	const ways = new Set<string>();
	const quotes = Object.entries(QUOTES);
	simulator.mount('quoting', (request) => {
		const headers = ownHeaders(request);
		if (headers['x-signature']) signatures.add(headers['x-signature']);
		const [way, quote] = quotes[Number(request.path.split('/')[1]) % quotes.length]!;
		ways.add(way);
		return answer(quote(headers), simulator);
	});
	try {
		const runs = PLAYS.map(async ({ provider, operation, node }, index) => {
			const items = [{ ...aPrompt(), binary: { data: IMAGE } }];
			const credentials = credentialsAt(`${simulator.url}/quoting/${index}`);
			return await runHailuo(formOf(provider, operation), { items, credentials, executionId: nextExecutionId(), node });
		});
		return { runs: await Promise.all(runs), signatures, ways };
	} finally {
		await simulator.close();
	}
}

const allKeys = Object.values(KEYS).flatMap((keys) => Object.values<string>(keys));

describe('a provider that quotes the key', () => {
	let quoted: Record<string, Quoted> = {};

	beforeAll(async () => {
		quoted = Object.fromEntries(
			await Promise.all(Object.entries(ANSWERS).map(async ([what, answer]) => [what, await failWith(answer)] as const)),
		);
	}, 300_000);

	test.each(Object.keys(ANSWERS))('in %s has it shown nowhere', (what) => {
		const { runs, signatures, ways } = quoted[what]!;
		expect(runs).toHaveLength(PLAYS.length);
		expect([...ways].sort()).toEqual(Object.keys(QUOTES).sort());
		expect(signatures.size).toBeGreaterThan(0);
		expect(leaksIn(runs, [...allKeys, ...signatures])).toEqual([]);
	});

	test('is quoted with stars in its place', () => {
		const runs = Object.values(quoted).flatMap((each) => each.runs);
		const descriptions = runs.flatMap(({ error }) => (error?.description ? [error.description] : []));
		expect(descriptions.some((text) => text.includes('It says: Bearer ***. (HTTP 4'))).toBe(true);
		expect(descriptions.some((text) => text.includes('"x-api-key":"***"'))).toBe(true);
	});

	test('leaves nothing of it in the log of an execution that is stopped', async () => {
		const simulator = await startSimulator();
		const signatures = new Set<string>();
		simulator.mount('quoting', (request) => {
			const headers = ownHeaders(request);
			signatures.add(headers['x-signature'] ?? '');
			const quote = JSON.stringify(headers);
			return { status: 200, body: request.path.endsWith('/Detail') ? runningJob(quote) : refusal(quote) };
		});
		const from = log.length;
		const run = await runHailuo(onJob('wait', 'wiro', { jobId: '1', options: { cancelOnStop: true } }), {
			credentials: credentialsAt(`${simulator.url}/quoting`),
			executionId: nextExecutionId(),
			onStarted: (stop) => void until(() => simulator.requests.length > 0).then(stop),
		});
		await until(() => log.slice(from).some((line) => line.includes('could not be cancelled')));
		await simulator.close();
		expect(leaksIn([run], [...allKeys, ...signatures])).toEqual([]);
	});
});

describe('a connection that fails', () => {
	/** One cell for each way to fail. */
	const cells = [
		...new Map(
			CELLS.filter(({ expected }) => expected.kind === 'error').map((cell) => {
				const title = cell.expected.kind === 'error' ? cell.expected.title : '';
				return [[cell.provider, cell.operation, cell.moment, title, cell.fault?.kind ?? cell.front].join(), cell];
			}),
		).values(),
	];

	test('takes no key along into what is shown', async () => {
		expect(cells.length).toBeGreaterThan(100);
		const results = [...(await playAll(cells)).values()];
		const simulator = await startSimulator();
		await simulator.close();
		const secrets = Object.values(simulator.keys).flatMap((keys) => Object.values<string>({ ...keys }));
		const played = results.flatMap((result) => ('broken' in result ? [] : [result.stopping, result.goingOn!]));
		expect(played).toHaveLength(2 * cells.length);
		const sent = played.flatMap(({ requests }) => requests.flatMap(({ headers }) => headers['x-signature'] ?? []));
		// Some from all over the cells: looking for hundreds, in all their spellings, takes minutes.
		const signatures = sent.filter((_signature, index) => index % Math.ceil(sent.length / 20) === 0);
		expect(signatures.length).toBeGreaterThan(10);
		const runs = played.map(({ run }) => run);
		expect(leaksIn(runs, [...secrets, ...signatures])).toEqual([]);
	}, 300_000);
});

describe('these tests', () => {
	test('know every field of every credential that is hidden from its user', () => {
		const hidden = credentialTypes.map(({ name, properties }) => [
			name,
			properties.filter(({ typeOptions }) => typeOptions?.password).map((property) => property.name),
		]);
		expect(hidden).toEqual(Object.entries(KEYS).map(([name, keys]) => [name, Object.keys(keys)]));
	});

	test.each<[string, (secret: string) => unknown]>([
		['in a text', (secret) => `Bearer ${secret}`],
		['in capitals', (secret) => secret.toUpperCase()],
		['in a header of a cause', (secret) => new Error('x', { cause: { config: { headers: { 'x-api-key': secret } } } })],
		['in a hidden property', (secret) => Object.defineProperty({}, 'hidden', { value: secret })],
		['as a name', (secret) => ({ [secret]: 1 })],
		['in a map', (secret) => new Map([['key', [secret]]])],
		['in bytes', (secret) => Buffer.from(secret)],
		['in a stack', (secret) => new Error(secret)],
		['in a URL', (secret) => ({ url: `https://x.example/?key=${encodeURIComponent(secret)}` })],
		['in hexadecimal', (secret) => Buffer.from(secret).toString('hex')],
		['without its last four characters', (secret) => secret.slice(0, -4)],
		['with soft hyphens', (secret) => [...secret].join('\u00ad')],
	])('would find a key %s', (_where, hide) => {
		for (const secret of allKeys) expect(leaks({ hidden: hide(secret) }, [secret])).not.toEqual([]);
	});
});
