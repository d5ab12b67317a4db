/** Everything fails, and whoever answers quotes the whole request, key included: no key is shown or stored anywhere. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GATEWAYS, wiroKeyOnlyCredential } from '../tools/host/gateways';
import type { Execution, WorkflowNode } from '../tools/host/n8nTypes';
import { hailuo, manualTrigger, VIDEO_FROM_PROMPT, workflowOf } from '../tools/host/workflows';
import type { Answer, GatewayRequest, ProviderName } from '../tools/simulator/types';
import { prompts } from './support/durable';
import { startSuite, type Suite } from './support/suite';

/** Stands in every answer, to show that what is looked for would be found. */
const QUOTED = 'QuotedByTheProvider';
const MIRROR = '/mirror';
/** Of the answers to creates: two refusals, a fault that leaves the outcome unknown, and one that makes no sense. */
const STATUSES = [400, 403, 500, 200];

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({
		simulator: { jobDurationMs: 600_000 },
		environment: { N8N_LOG_LEVEL: 'debug', N8N_LOG_OUTPUT: 'console,file' },
	});
	suite.simulator.mount(MIRROR, quoteRequest);
	// The other kind of failure: an error of the connection, which carries the whole request.
	suite.simulator.addFault({ kind: 'reset', times: 1_000, matches: ({ provider }) => provider !== 'other' });
});

afterAll(async () => {
	await suite.close();
});

/** Refuses in every provider's envelope at once. The prompt says with which status. */
function quoteRequest({ method, path: asked, headers, rawBody }: GatewayRequest): Answer {
	const status = Number(/status:(\d+)/.exec(rawBody.toString())?.[1] ?? 401);
	const text = `${QUOTED} ${JSON.stringify({ method, asked, headers })}`;
	const error = { code: 'quoted', name: 'quoted', type: text, message: text };
	const headersBack = Object.fromEntries(
		['authorization', 'x-api-key', 'x-signature'].map((name) => [`x-your-${name}`, headers[name] ?? '']),
	);
	const body = { error, message: text, detail: text, errors: [{ code: 1, message: text }], result: false, ...headers };
	return { status, headers: headersBack, body };
}

interface Account {
	label: string;
	provider: ProviderName;
	type: string;
	data: Record<string, unknown>;
}

function accounts(): Account[] {
	const { simulator } = suite;
	const own = GATEWAYS.map(({ label, provider, credentialType, simulatedCredential }): Account => {
		return { label, provider, type: credentialType, data: simulatedCredential(simulator) };
	});
	const keyOnly: Account = {
		label: 'Wiro with a key-only project',
		provider: 'wiro',
		type: 'hailuoWiroApi',
		data: wiroKeyOnlyCredential(simulator),
	};
	return [...own, keyOnly];
}

function mirrored({ data }: Account): Record<string, unknown> {
	const baseUrl = suite.simulator.url + MIRROR;
	return { ...data, baseUrl, ...('filesBaseUrl' in data && { filesBaseUrl: baseUrl }) };
}

type Step = [name: string, parameters: Record<string, unknown>];

const KNOWN = { jobId: '5c52a1de-4c3a-4f0e-9d4d-7d6b8c1f2a10', options: { includeRaw: true } };

/** Operations in a row, each failing and going on; the last one's error ends the execution. */
function stepsOf(provider: ProviderName, isQuoted: boolean): Step[] {
	const options = { createRetries: 0, includeRaw: true };
	const video = { ...VIDEO_FROM_PROMPT, options };
	return [
		['Create', { operation: 'create', ...video }],
		// Without an answer it would wait for half an hour.
		...(isQuoted ? [['Wait', { operation: 'wait', ...KNOWN }] satisfies Step] : []),
		...(provider === 'minimax' || provider === 'wiro'
			? [['Cancel', { operation: 'cancel', ...KNOWN }] satisfies Step]
			: []),
		['Get', { operation: 'get', ...KNOWN }],
	];
}

async function failEverywhere(account: Account, data: Account['data'], isQuoted: boolean): Promise<Execution> {
	const { label, provider, type } = account;
	const name = `${label}, ${isQuoted ? 'quoted' : 'broken'}`;
	const credential = await suite.client.createCredential({ name, type, data });
	const nodes = stepsOf(provider, isQuoted).map(([step, parameters]): WorkflowNode => {
		const onError = step === 'Get' ? 'stopWorkflow' : 'continueRegularOutput';
		const settings = { name: `Step ${step}`, onError, executeOnce: step !== 'Create' } as const;
		return hailuo({ provider, ...parameters }, { [type]: credential }, settings);
	});
	const items = prompts(STATUSES.map((status) => `A boat status:${status}`));
	return await suite.run(workflowOf(name, [manualTrigger(), ...items, ...nodes]), { timeoutMs: 120_000 });
}

/** Keys and secrets as they are, in hexadecimal and in a URL, and every signature that was sent. */
function needles(): string[] {
	const { aimlApi, apiframe, evolink, minimax, wiro, wiroKeyOnly } = suite.simulator.keys;
	const accounts = [aimlApi, apiframe, evolink, minimax, wiro, wiroKeyOnly];
	const secrets = accounts.flatMap((keys) => Object.values<string>({ ...keys }));
	const signatures = suite.simulator.requests.flatMap(({ headers }) => headers['x-signature'] ?? []);
	expect(secrets).toHaveLength(7);
	expect(signatures.length).toBeGreaterThan(10);
	const spelled = secrets.flatMap((secret) => [
		secret,
		encodeURIComponent(secret),
		Buffer.from(secret).toString('hex'),
	]);
	return [...new Set([...spelled, ...signatures])].map((needle) => needle.toLowerCase());
}

function foundIn(where: string, text: string, secrets: readonly string[]): string[] {
	const lower = text.toLowerCase();
	return secrets.filter((secret) => lower.includes(secret)).map((secret) => `${secret} in ${where}`);
}

/** Every cell of n8n's database as text, by table; a value may lie in several pages of the file. */
function cellsOf(file: string): Array<[string, string]> {
	const database = new DatabaseSync(file, { readOnly: true });
	try {
		const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
		return tables.map(({ name }) => {
			const rows = database.prepare(`SELECT * FROM "${String(name)}"`).all();
			return [String(name), rows.map((row) => Object.values(row).map(String).join('\n')).join('\n')];
		});
	} finally {
		database.close();
	}
}

/** All that n8n keeps in its folder but the installed packages. */
async function filesOf(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
		.map((entry) => path.join(entry.parentPath, entry.name));
}

test('keys, secrets and signatures are in no item, error, execution record, log or file of a run that fails', async () => {
	const runs = accounts().flatMap((account) =>
		[true, false].map(async (isQuoted) => {
			const data = isQuoted ? mirrored(account) : account.data;
			const tested = await suite.client.testCredential(account.type, data);
			return { tested, execution: await failEverywhere(account, data, isQuoted) };
		}),
	);
	const ended = await Promise.all(runs);
	const tests = ended.map(({ tested }) => tested);
	const executions = ended.map(({ execution }) => execution);
	for (const { status } of tests) expect(status).toBe('Error');
	for (const { status } of executions) expect(status).toBe('error');

	const secrets = needles();
	const records = JSON.stringify(executions);
	expect(records).toContain(QUOTED);
	expect(foundIn('the execution records', records, secrets)).toEqual([]);
	expect(foundIn('the credential tests', JSON.stringify(tests), secrets)).toEqual([]);

	expect(suite.server.log).toContain('Step Get');
	expect(foundIn('the log', suite.server.log, secrets)).toEqual([]);

	const cells = cellsOf(path.join(suite.server.userFolder, '.n8n/database.sqlite'));
	expect(cells.some(([, text]) => text.includes(QUOTED))).toBe(true);
	expect(cells.flatMap(([table, text]) => foundIn(`the table ${table}`, text, secrets))).toEqual([]);

	const files = await filesOf(suite.server.userFolder);
	expect(files.map((file) => path.basename(file))).toEqual(
		expect.arrayContaining(['database.sqlite', 'n8n.log', 'n8nEventLog.log']),
	);
	for (const file of files) expect(foundIn(file, await readFile(file, 'latin1'), secrets)).toEqual([]);
});
