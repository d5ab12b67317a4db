import { mkdir, writeFile } from 'node:fs/promises';
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

/** The driver is good when n8n's Node can load it, whoever compiled it. */
async function driverLoads(folder: string): Promise<boolean> {
	return runCommand(NODE_BINARY, ['-e', 'require("sqlite3")'], { cwd: folder }).then(
		() => true,
		() => false,
	);
}

async function installPackages(folder: string, version: string): Promise<void> {
	const manifest = { private: true, dependencies: { n8n: version }, overrides: OVERRIDES };
	await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
	await runStep(`Installing n8n ${version} (about 2.2 GB, some minutes)`, () =>
		runCommand('npm', ['install', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'], {
			cwd: folder,
			env: { PATH: searchPath() },
		}),
	);
}

async function compileDriver(folder: string, nodeDirectory: string): Promise<void> {
	const nodeGyp = path.join(folder, 'node_modules/node-gyp/bin/node-gyp.js');
	await runStep("Compiling n8n's database driver (about a minute)", () =>
		runCommand(NODE_BINARY, [nodeGyp, 'rebuild', `--nodedir=${nodeDirectory}`], {
			cwd: path.join(folder, 'node_modules/sqlite3'),
			env: { PATH: searchPath() },
		}),
	);
	if (!(await driverLoads(folder))) {
		throw new Error(
			`n8n's database driver was compiled, but Node cannot load it. Remove ${folder} and run this again to start over.`,
		);
	}
}

/**
 * Installs a real n8n into a folder of its own, unless it is there: the overrides it needs are forbidden in a community
 * package. An interrupted installation is taken up again where it stopped.
 * @throws Error that says what this machine lacks, before anything large is downloaded
 */
export async function ensureN8nHost(): Promise<N8nHost> {
	const version = n8nVersion();
	const folder = n8nFolder(version);
	if (!(await n8nIsComplete(folder, version))) {
		await mkdir(folder, { recursive: true });
		await withFolderLock(`${folder}.lock`, async () => {
			if (await n8nIsComplete(folder, version)) return;
			if (!(await packagesAreInstalled(folder, version)) || !(await driverLoads(folder))) {
				const { nodeDirectory } = await checkPrerequisites(folder);
				if (!(await packagesAreInstalled(folder, version))) await installPackages(folder, version);
				if (!(await driverLoads(folder))) await compileDriver(folder, nodeDirectory);
			}
			await writeFile(path.join(folder, STAMP), JSON.stringify({ n8n: version }));
		});
	}
	return { folder, version, command: path.join(folder, 'node_modules/n8n/bin/n8n'), nodeBinary: NODE_BINARY };
}
