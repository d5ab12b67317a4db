/**
 * Where the real n8n lives and what installing it takes. Plain JavaScript, because bootstrap.mjs asks before it downloads
 * anything.
 */
const { existsSync } = require('node:fs');
const { access, constants, readdir, readFile, realpath, statfs } = require('node:fs/promises');
const { homedir } = require('node:os');
const path = require('node:path');
const { runCommand } = require('./steps');

const REPOSITORY = path.resolve(__dirname, '../../..');
const DEFAULT_N8N_VERSION = '2.41.1';
const STAMP = '.complete.json';
const NEEDED_GIGABYTES = 4;
const ENOUGH_GIGABYTES_WITHOUT_DOWNLOAD = 1;

function n8nVersion() {
	return process.env['HAILUO_N8N_VERSION'] || DEFAULT_N8N_VERSION;
}

function n8nFolder(version = n8nVersion()) {
	return path.resolve(process.env['HAILUO_HOST_FOLDER'] || path.join(REPOSITORY, `.host/n8n-${version}`));
}

async function readJson(file) {
	try {
		return JSON.parse(await readFile(file, 'utf8'));
	} catch {
		return {};
	}
}

async function packagesAreInstalled(folder, version) {
	const n8n = await readJson(path.join(folder, 'node_modules/n8n/package.json'));
	// npm writes its own record last, so an interrupted installation has none.
	return n8n.version === version && existsSync(path.join(folder, 'node_modules/.package-lock.json'));
}

async function n8nIsComplete(folder, version) {
	const stamp = await readJson(path.join(folder, STAMP));
	return stamp.n8n === version && (await packagesAreInstalled(folder, version));
}

const succeeds = (promise) =>
	promise.then(
		() => true,
		() => false,
	);

const commandWorks = (command) => succeeds(runCommand(command, ['--version']));

/** Every executable called `node` on the search path, except our own development dependency. */
async function nodesOnPath() {
	const folders = (process.env['PATH'] ?? '')
		.split(path.delimiter)
		.filter((folder) => !folder.startsWith(path.join(REPOSITORY, 'node_modules')));
	const candidates = folders.map((folder) => path.join(folder, 'node'));
	const usable = await Promise.all(candidates.map((candidate) => succeeds(access(candidate, constants.X_OK))));
	return candidates.filter((_, index) => usable[index]);
}

/** Folders in which node-gyp keeps headers it once fetched. */
async function nodeGypCache() {
	const folders = [path.join(homedir(), '.cache/node-gyp'), path.join(homedir(), 'Library/Caches/node-gyp')];
	const found = await Promise.all(
		folders.map(async (folder) => {
			const versions = await readdir(folder).catch(() => []);
			return versions.map((version) => path.join(folder, version));
		}),
	);
	return found.flat();
}

/**
 * Looks for Node's C headers. The driver speaks Node-API, which is the same in every version, so those of any Node
 * serve: what is compiled with the headers of Node 20 loads in Node 24.
 */
async function findNodeDirectory() {
	const systemNodes = [process.env['HAILUO_SYSTEM_NODE'], ...(await nodesOnPath())].filter(Boolean);
	const prefixes = await Promise.all(
		systemNodes.map(async (node) => {
			const real = await realpath(node).catch(() => node);
			return [path.resolve(real, '../../..'), path.resolve(node, '../..')];
		}),
	);
	const candidates = [
		process.env['HAILUO_NODE_DIRECTORY'],
		process.env['npm_config_nodedir'],
		...prefixes.flat(),
		'/usr',
		'/usr/local',
		'/opt/homebrew',
		...(await nodeGypCache()),
	].filter(Boolean);
	return candidates.find((candidate) =>
		['node_api.h', 'common.gypi'].every((file) => existsSync(path.join(candidate, 'include/node', file))),
	);
}

async function hasCompiler() {
	const compilers = [process.env['CXX'], 'c++', 'g++', 'clang++'].filter(Boolean);
	const works = await Promise.all(compilers.map(commandWorks));
	return works.includes(true);
}

async function freeGigabytes(folder) {
	let existing = folder;
	while (!existsSync(existing)) existing = path.dirname(existing);
	const disk = await statfs(existing);
	return (disk.bavail * disk.bsize) / 1e9;
}

async function checkPrerequisites(folder) {
	const downloaded = existsSync(path.join(folder, 'node_modules/.package-lock.json'));
	const needed = downloaded ? ENOUGH_GIGABYTES_WITHOUT_DOWNLOAD : NEEDED_GIGABYTES;
	const [npm, python, make, compiler, nodeDirectory, free] = await Promise.all([
		commandWorks('npm'),
		commandWorks('python3'),
		commandWorks('make'),
		hasCompiler(),
		findNodeDirectory(),
		freeGigabytes(folder),
	]);
	const buildTools = 'Debian, Ubuntu: apt install build-essential; macOS: xcode-select --install';
	const missing = [];
	if (!npm) missing.push('npm (it comes with Node from nodejs.org; Debian, Ubuntu: apt install npm)');
	if (!python) missing.push('python3 (Debian, Ubuntu: apt install python3; macOS: xcode-select --install)');
	if (!make) missing.push(`make (${buildTools})`);
	if (!compiler) missing.push(`a C++ compiler (${buildTools})`);
	if (nodeDirectory === undefined) {
		missing.push(
			'the C headers of Node (they come with Node from nodejs.org, NodeSource and Homebrew; Debian, Ubuntu: ' +
				'apt install libnode-dev; elsewhere set HAILUO_NODE_DIRECTORY to the folder that holds include/node)',
		);
	}
	if (free < needed)
		missing.push(`room on the disk: ${needed} GB for n8n, ${free.toFixed(1)} GB are free at ${folder}`);
	if (missing.length > 0) {
		throw new Error(
			`To run a real n8n, its database driver has to be compiled here, and this machine lacks:\n` +
				`${missing.map((line) => `- ${line}`).join('\n')}\n` +
				'Nothing was downloaded. Run the same command again when all is there.',
		);
	}
	return { nodeDirectory };
}

module.exports = { checkPrerequisites, n8nFolder, n8nIsComplete, n8nVersion, packagesAreInstalled, STAMP };
