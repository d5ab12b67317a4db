/**
 * `node test/tools/host/bootstrap.mjs <tool> [arguments]` runs a development tool from nothing but Node 20 and npm: it installs
 * the development dependencies when they are missing or the lockfile changed, fetches the Node that n8n needs, and runs
 * the tool under it. A tool is a file ending in `.ts` or a command of node_modules/.bin. With `--for-n8n` before the tool it
 * first checks that this machine can install a real n8n, before it downloads anything.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import n8n from './n8nFolder.js';
import steps from './steps.js';

const { endLike, PASSED_SIGNALS, runCommand, runStep, withFolderLock } = steps;

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const NODE_MODULES = path.join(ROOT, 'node_modules');
const BIN = path.join(NODE_MODULES, '.bin');
const NODE_BINARY = path.join(NODE_MODULES, 'node/bin/node');
/** Inside node_modules, so that it goes when they go. */
const STAMP = path.join(NODE_MODULES, '.lockfile-sha256');
const LOCK = path.join(ROOT, '.host/locks/dependencies');
const LOWEST_NODE = 20;

const npm = (args) => runCommand('npm', args, { cwd: ROOT });

async function lockfileHash() {
	return createHash('sha256')
		.update(await readFile(path.join(ROOT, 'package-lock.json')))
		.digest('hex');
}

/** Whether somebody's own `npm ci` or `npm install` left exactly what the lockfile says (npm keeps its own record). */
async function matchesLockfile() {
	const read = async (file) => JSON.parse(await readFile(path.join(ROOT, file), 'utf8')).packages;
	try {
		const [wanted, present] = await Promise.all([read('package-lock.json'), read('node_modules/.package-lock.json')]);
		return Object.entries(wanted).every(
			([where, entry]) =>
				where === '' || (present[where] ? present[where].version === entry.version : entry.optional === true),
		);
	} catch {
		return false;
	}
}

async function dependenciesAreCurrent() {
	const stamp = await readFile(STAMP, 'utf8').catch(() => '');
	return stamp === (await lockfileHash());
}

/** Installs what package-lock.json says into node_modules, unless it is there. */
export async function ensureDependencies() {
	if (await dependenciesAreCurrent()) return;
	await withFolderLock(LOCK, async () => {
		if (await dependenciesAreCurrent()) return;
		if (!(await matchesLockfile())) {
			await runStep('Installing the development dependencies (about 500 MB, a minute or two)', () => npm(['ci']));
		}
		await writeFile(STAMP, await lockfileHash());
	});
}

/** Fetches the Node that current n8n needs; it is a development dependency whose install script npm did not run. */
export async function ensureNode() {
	if (existsSync(NODE_BINARY)) return NODE_BINARY;
	await withFolderLock(LOCK, async () => {
		if (existsSync(NODE_BINARY)) return;
		await runStep('Fetching the Node version that n8n needs (about 120 MB)', () =>
			npm(['rebuild', 'node', '--ignore-scripts=false']),
		);
		if (!existsSync(NODE_BINARY)) throw new Error(`npm rebuild node left no ${NODE_BINARY}`);
	});
	return NODE_BINARY;
}

/** The command line that runs a tool: TypeScript through tsx in the same process, so that signals need no relay. */
function commandFor(tool, args) {
	if (!tool.endsWith('.ts')) {
		const command = path.join(BIN, tool);
		if (!existsSync(command)) throw new Error(`There is no ${tool} among the development dependencies`);
		return [command, args];
	}
	const loader = createRequire(path.join(ROOT, 'package.json')).resolve('tsx');
	return [NODE_BINARY, ['--import', pathToFileURL(loader).href, path.resolve(tool), ...args]];
}

/** Runs a tool under the Node that n8n needs, and ends as it ends. */
export async function runTool(tool, args) {
	const [command, commandArguments] = commandFor(tool, args);
	const onSystemNode = !process.execPath.startsWith(NODE_MODULES);
	const child = spawn(command, commandArguments, {
		stdio: 'inherit',
		env: {
			...process.env,
			PATH: `${BIN}${path.delimiter}${process.env.PATH ?? ''}`,
			// Its headers serve to compile n8n's database driver.
			...(onSystemNode ? { HAILUO_SYSTEM_NODE: process.execPath } : {}),
		},
	});
	for (const signal of PASSED_SIGNALS) {
		process.on(signal, () => {
			// A terminal sends Ctrl-C to the tool as well; a second one would read as "at once".
			if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
		});
	}
	await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code, signal) => {
			endLike(code, signal);
			resolve();
		});
	});
}

async function checkForN8n() {
	const folder = n8n.n8nFolder();
	if (!(await n8n.n8nIsComplete(folder, n8n.n8nVersion()))) await n8n.checkPrerequisites(folder);
}

async function main(commandLine) {
	const forN8n = commandLine[0] === '--for-n8n';
	const [tool, ...args] = forN8n ? commandLine.slice(1) : commandLine;
	if (Number(process.versions.node.split('.')[0]) < LOWEST_NODE) {
		throw new Error(`Node ${LOWEST_NODE} or later is needed to start; this is ${process.versions.node}`);
	}
	if (tool === undefined) throw new Error('Say what to run: node test/tools/host/bootstrap.mjs <tool> [arguments]');
	if (forN8n) await checkForN8n();
	await ensureDependencies();
	await ensureNode();
	await runTool(tool, args);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
	main(process.argv.slice(2)).catch((error) => {
		process.stderr.write(`\n${error.message}\n`);
		process.exitCode = 1;
	});
}
