import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OWNER } from '../tools/host/demoSetup';
import { N8nClient } from '../tools/host/n8nClient';
import { ensureN8nHost } from '../tools/host/n8nHost';
import { NODE_BINARY, REPOSITORY } from '../tools/host/paths';
import { assertPortIsFree, freePort } from '../tools/host/ports';
import { until } from '../tools/support/until';

const HAILUO_NODE = 'n8n-nodes-hailuo.hailuo';
const FIELD_FILE = 'nodes/Hailuo/fields/prompt.ts';
/** What the command reads of a clone. */
const SOURCES = [
	'package.json',
	'tsconfig.json',
	'tsconfig.build.json',
	'credentials',
	'nodes',
	'test/unit/fixtures',
	'test/tools/host',
	'test/tools/simulator',
];
/** Where n8n loads the field from. */
const EMITTED_FILE = path.join(
	'.host/dev/user/.n8n/nodes/node_modules/n8n-nodes-hailuo/dist',
	FIELD_FILE.replace(/ts$/, 'js'),
);
const START_MS = 240_000;
const RELOAD_MS = 60_000;

let clone: string;
let command: ChildProcess;
let printed = '';
let port: number;
let client: N8nClient;

/** A clone of its own, so that nobody's sources are changed. */
async function makeClone(): Promise<string> {
	const parent = process.env['HAILUO_E2E_FOLDER'] ?? tmpdir();
	await mkdir(parent, { recursive: true });
	const folder = await mkdtemp(path.join(parent, 'dev-'));
	for (const source of SOURCES) await cp(path.join(REPOSITORY, source), path.join(folder, source), { recursive: true });
	await symlink(path.join(REPOSITORY, 'node_modules'), path.join(folder, 'node_modules'));
	return folder;
}

const hasEnded = () => command.exitCode !== null || command.signalCode !== null;

/** A request that breaks counts as no, since a reload keeps n8n busy for seconds. */
async function untilShown(what: string, timeoutMs: number, isShown: () => boolean | Promise<boolean>): Promise<void> {
	let fault: unknown;
	const isSo = async () => {
		if (hasEnded()) throw new Error(`It has ended before ${what}`);
		try {
			return await isShown();
		} catch (error) {
			fault = error;
			return false;
		}
	};
	try {
		await until(what, isSo, { timeoutMs, pauseMs: 300 });
	} catch (error) {
		throw new Error(`${String(error)} (${String(fault)}). It printed:\n${printed}`, { cause: error });
	}
}

async function change(file: string, from: string, to: string): Promise<void> {
	const text = await readFile(path.join(clone, file), 'utf8');
	expect(text).toContain(from);
	await writeFile(path.join(clone, file), text.replace(from, to));
}

/** The labels of the file's fields, as JavaScript has them. */
async function emittedLabels(): Promise<string[]> {
	const text = await readFile(path.join(clone, EMITTED_FILE), 'utf8');
	return [...text.matchAll(/displayName: (.+),$/gm)].map(([, label]) => label!);
}

/** The labels that the form of the node has in the running n8n. */
async function labels(): Promise<string[]> {
	const type = await client.nodeType(HAILUO_NODE);
	return (type?.properties ?? []).map(({ displayName }) => String(displayName));
}

beforeAll(async () => {
	const { folder } = await ensureN8nHost();
	clone = await makeClone();
	port = await freePort();
	command = spawn(NODE_BINARY, ['--import', 'tsx', 'test/tools/host/dev.ts', '--port', String(port)], {
		cwd: clone,
		env: { ...process.env, HAILUO_HOST_FOLDER: folder },
		stdio: ['ignore', 'pipe', 'pipe'],
		// A group of its own, which run.ts ends by this note where jest is killed.
		detached: true,
	});
	await writeFile(path.join(clone, 'dev.pid'), String(command.pid));
	for (const stream of [command.stdout!, command.stderr!]) {
		stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
	}
	await untilShown('an open editor', START_MS, () => printed.includes('Ctrl-C ends'));
	client = new N8nClient(`http://127.0.0.1:${port}`);
	await client.signIn(OWNER);
});

afterAll(async () => {
	if (command?.exitCode === null && command.signalCode === null) {
		command.kill('SIGINT');
		await once(command, 'close');
	}
	await rm(clone, { recursive: true, force: true, maxRetries: 3 });
});

describe('npm run dev', () => {
	test("prints the editor's address and a login that works", async () => {
		const [, workflowId] = new RegExp(`http://127\\.0\\.0\\.1:${port}/workflow/(\\w+)`).exec(printed) ?? [];
		expect(printed).toContain(OWNER.password);
		const workflow = await client.getWorkflow(workflowId!);
		expect(workflow.nodes.map(({ type }) => type)).toContain(HAILUO_NODE);
	});

	test('has a credential for every gateway ready, all of them simulated', async () => {
		const names = (await client.listCredentials()).map(({ name }) => name);
		expect(names).toHaveLength(4);
		expect(names.filter((name) => !name.endsWith('simulated'))).toEqual([]);
	});

	test('has n8n show a changed label without a restart, and goes on after a mistake', async () => {
		expect(await labels()).toContain('Prompt');

		await change(FIELD_FILE, "displayName: 'Prompt'", "displayName: 'Prompt of the Test'");
		await untilShown('the changed label', RELOAD_MS, async () => (await labels()).includes('Prompt of the Test'));

		await change(FIELD_FILE, "displayName: 'Prompt of the Test'", 'displayName: 7');
		await untilShown("the compiler's message", RELOAD_MS, () => /fields.prompt\.ts.*error TS/.test(printed));
		// The compiler says so after it has emitted; n8n would take seconds to reload.
		expect(await emittedLabels()).toContain("'Prompt of the Test'");
		await untilShown('n8n keeping what it has', RELOAD_MS, async () => (await labels()).includes('Prompt of the Test'));

		await change(FIELD_FILE, 'displayName: 7', "displayName: 'Prompt Mended'");
		await untilShown('the mended label', RELOAD_MS, async () => (await labels()).includes('Prompt Mended'));
	});

	test('ends n8n and itself with Ctrl-C', async () => {
		const ended = once(command, 'close');
		command.kill('SIGINT');
		await ended;
		await assertPortIsFree(port);
		expect(printed).toContain('Ending n8n and the simulator');
	});
});
