import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkPrerequisites, n8nFolder, n8nIsComplete, n8nVersion, packagesAreInstalled, STAMP } from './n8nFolder';
import { NODE_BINARY, searchPath } from './paths';
import { runCommand, runStep, withFolderLock } from './steps';

/** An installed n8n, ready to start. */
export interface N8nHost {
	folder: string;
	version: string;
	/** The script to run with Node. */
	command: string;
	nodeBinary: string;
}

/** What an installation of n8n is made from. */
export interface N8nRecipe {
	version: string;
	folder: string;
	/** What npm shall take instead of what n8n's packages ask for; below a package's name, for that package only. */
	overrides: Record<string, string | Record<string, string>>;
	/** What npm shall install beside n8n, because a package of n8n's needs it and does not say so. */
	beside?: Record<string, string>;
	/** The version of Node it runs on, installed beside it; the one of the development dependencies when left out. */
	node?: string;
	/** Folder of another n8n, whose compiled driver is taken when it serves here too. */
	driverFrom?: string;
}

/**
 * What n8n 2.41.1's own version ranges do not settle well: current releases of linkedom, langgraph and its protocol that
 * fit together, and xlsx, which n8n takes from its vendor's server instead of the npm registry.
 */
const OVERRIDES = {
	linkedom: '0.18.13',
	xlsx: 'npm:@e965/xlsx@0.20.3',
	'@langchain/langgraph': '1.4.18',
	'@langchain/protocol': '0.0.19',
};

function nodeBinaryOf({ folder, node }: N8nRecipe): string {
	return node === undefined ? NODE_BINARY : path.join(folder, 'node_modules/node/bin/node');
}

/** The driver is good when n8n's Node can load it, whoever compiled it. */
async function driverLoads(recipe: N8nRecipe): Promise<boolean> {
	return runCommand(nodeBinaryOf(recipe), ['-e', 'require("sqlite3")'], { cwd: recipe.folder }).then(
		() => true,
		() => false,
	);
}

async function installPackages(recipe: N8nRecipe): Promise<void> {
	const { beside, folder, node, overrides, version } = recipe;
	const dependencies = { n8n: version, ...beside, ...(node !== undefined && { node }) };
	await writeFile(
		path.join(folder, 'package.json'),
		JSON.stringify({ private: true, dependencies, overrides }, null, 2),
	);
	await runStep(`Installing n8n ${version} (about 2.2 GB, some minutes)`, () =>
		runCommand('npm', ['install', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'], {
			cwd: folder,
			env: { PATH: searchPath() },
		}),
	);
}

/** The npm package `node` holds no Node; its install script, which npm was told not to run, fetches it. */
async function fetchNode(recipe: N8nRecipe): Promise<void> {
	await runStep(`Fetching Node ${recipe.node ?? ''} (about 120 MB)`, () =>
		runCommand('npm', ['rebuild', 'node', '--ignore-scripts=false'], {
			cwd: recipe.folder,
			env: { PATH: searchPath() },
		}),
	);
}

/** The driver speaks Node-API, so what one n8n has compiled loads in every other that has the same version of it. */
async function borrowDriver({ folder, driverFrom }: N8nRecipe): Promise<void> {
	if (driverFrom === undefined) return;
	const driver = (n8n: string) => path.join(n8n, 'node_modules/sqlite3');
	const versionOf = async (n8n: string) =>
		JSON.parse(await readFile(path.join(driver(n8n), 'package.json'), 'utf8').catch(() => '{}')).version;
	if ((await versionOf(folder)) !== (await versionOf(driverFrom))) return;
	await cp(path.join(driver(driverFrom), 'build'), path.join(driver(folder), 'build'), { recursive: true });
}

async function compileDriver(recipe: N8nRecipe, nodeDirectory: string): Promise<void> {
	const { folder } = recipe;
	const nodeGyp = path.join(folder, 'node_modules/node-gyp/bin/node-gyp.js');
	await runStep("Compiling n8n's database driver (about a minute)", () =>
		runCommand(nodeBinaryOf(recipe), [nodeGyp, 'rebuild', `--nodedir=${nodeDirectory}`], {
			cwd: path.join(folder, 'node_modules/sqlite3'),
			env: { PATH: searchPath() },
		}),
	);
	if (!(await driverLoads(recipe))) {
		throw new Error(
			`n8n's database driver was compiled, but Node cannot load it. Remove ${folder} and run this again to start over.`,
		);
	}
}

/**
 * Installs a version of n8n into a folder of its own, unless it is there. An interrupted installation is taken up again
 * where it stopped.
 * @throws Error that says what this machine lacks, before anything large is downloaded; CommandFailed when npm cannot
 * install that version
 */
export async function installN8n(recipe: N8nRecipe): Promise<N8nHost> {
	const { folder, version } = recipe;
	if (!(await n8nIsComplete(folder, version))) {
		await mkdir(folder, { recursive: true });
		await withFolderLock(`${folder}.lock`, async () => {
			if (await n8nIsComplete(folder, version)) return;
			if (!(await packagesAreInstalled(folder, version)) || !(await driverLoads(recipe))) {
				const { nodeDirectory } = await checkPrerequisites(folder);
				if (!(await packagesAreInstalled(folder, version))) await installPackages(recipe);
				if (!existsSync(nodeBinaryOf(recipe))) await fetchNode(recipe);
				if (!(await driverLoads(recipe))) await borrowDriver(recipe);
				if (!(await driverLoads(recipe))) await compileDriver(recipe, nodeDirectory);
			}
			await writeFile(path.join(folder, STAMP), JSON.stringify({ n8n: version }));
		});
	}
	return {
		folder,
		version,
		command: path.join(folder, 'node_modules/n8n/bin/n8n'),
		nodeBinary: nodeBinaryOf(recipe),
	};
}

/**
 * Installs the n8n this package is developed with into a folder of its own, unless it is there: the overrides it needs
 * are forbidden in a community package.
 * @throws Error that says what this machine lacks, before anything large is downloaded
 */
export async function ensureN8nHost(): Promise<N8nHost> {
	const version = n8nVersion();
	return await installN8n({ version, folder: n8nFolder(version), overrides: OVERRIDES });
}
