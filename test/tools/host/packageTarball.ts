import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HOST_FOLDER, NODE_BINARY, REPOSITORY, searchPath } from './paths';
import { runCommand, runStep, withFolderLock } from './steps';

/** Our package as `npm pack` makes it. */
export interface PackedPackage {
	name: string;
	version: string;
	tarball: string;
	/** Changes when anything changes that the package is made from. */
	sourceHash: string;
}

/** Everything the package is made from; what a fresh copy needs to be built and packed. */
const SOURCES = [
	'package.json',
	'README.md',
	'LICENSE.md',
	'gulpfile.js',
	'tsconfig.json',
	'tsconfig.build.json',
	'credentials',
	'nodes',
];

const PACKAGES_FOLDER = path.join(HOST_FOLDER, 'packages');
const KEPT_PACKAGES = 5;

async function filesBelow(folder: string, relative: string): Promise<string[]> {
	const entries = await readdir(path.join(folder, relative), { withFileTypes: true, recursive: true }).catch(
		() => undefined,
	);
	if (entries === undefined) return existsSync(path.join(folder, relative)) ? [relative] : [];
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
		.sort();
}

async function hashOfSources(): Promise<string> {
	const hash = createHash('sha256');
	for (const source of SOURCES) {
		for (const file of await filesBelow(REPOSITORY, source)) {
			const content = await readFile(path.join(REPOSITORY, file));
			hash.update(`${file}\0${content.length}\0`).update(content);
		}
	}
	return hash.digest('hex').slice(0, 16);
}

/** Builds in a copy: whoever works in the repository meanwhile keeps their own dist. */
async function buildCopy(copy: string): Promise<void> {
	for (const source of SOURCES) {
		const from = path.join(REPOSITORY, source);
		if (existsSync(from)) await cp(from, path.join(copy, source), { recursive: true });
	}
	await symlink(path.join(REPOSITORY, 'node_modules'), path.join(copy, 'node_modules'));
	await runCommand(NODE_BINARY, [path.join(REPOSITORY, 'node_modules/gulp/bin/gulp.js'), 'build'], {
		cwd: copy,
		env: { PATH: searchPath() },
	});
}

/**
 * Packs a folder as `npm publish` would.
 * @param folder holds package.json and what it publishes, already built
 * @returns the tarball's path
 */
export async function packFolder(folder: string, destination: string): Promise<string> {
	const output = await runCommand('npm', ['pack', '--json', '--pack-destination', destination], {
		cwd: folder,
		env: { PATH: searchPath() },
	});
	const [packed] = JSON.parse(output) as Array<{ filename: string }>;
	if (packed === undefined) throw new Error(`npm pack named no file: ${output}`);
	return path.join(destination, packed.filename);
}

async function forgetOldPackages(): Promise<void> {
	const made = await readdir(PACKAGES_FOLDER);
	const dated = await Promise.all(
		made.map(async (hash) => {
			const record = await readFile(path.join(PACKAGES_FOLDER, hash, 'packed.json'), 'utf8').catch(
				() => '{"madeAt":0}',
			);
			return { hash, madeAt: (JSON.parse(record) as { madeAt: number }).madeAt };
		}),
	);
	const superfluous = dated.sort((one, other) => other.madeAt - one.madeAt).slice(KEPT_PACKAGES);
	await Promise.all(superfluous.map(({ hash }) => rm(path.join(PACKAGES_FOLDER, hash), { recursive: true })));
}

/**
 * Builds and packs our package, unless it was packed from the very same sources before.
 * @throws CommandFailed with the compiler's words when it does not build
 */
export async function ensurePackedPackage(): Promise<PackedPackage> {
	const sourceHash = await hashOfSources();
	const folder = path.join(PACKAGES_FOLDER, sourceHash);
	const recordFile = path.join(folder, 'packed.json');
	const readRecord = async () => {
		const record = JSON.parse(await readFile(recordFile, 'utf8')) as { name: string; version: string; file: string };
		return { name: record.name, version: record.version, tarball: path.join(folder, record.file), sourceHash };
	};
	if (existsSync(recordFile)) return readRecord();

	return withFolderLock(path.join(HOST_FOLDER, 'locks/package'), async () => {
		if (existsSync(recordFile)) return readRecord();
		await mkdir(folder, { recursive: true });
		await runStep('Building and packing n8n-nodes-hailuo', async () => {
			const copy = await mkdtemp(path.join(folder, 'build-'));
			try {
				await buildCopy(copy);
				const tarball = await packFolder(copy, folder);
				const { name, version } = JSON.parse(await readFile(path.join(copy, 'package.json'), 'utf8')) as {
					name: string;
					version: string;
				};
				const record = { name, version, file: path.basename(tarball), madeAt: Date.now() };
				await writeFile(recordFile, JSON.stringify(record));
			} finally {
				await rm(copy, { recursive: true, force: true });
			}
		});
		await forgetOldPackages();
		return readRecord();
	});
}

/**
 * Puts a packed package where n8n puts community packages, the way n8n does it: unpacked below `.n8n/nodes/node_modules`
 * and named in the package.json there. n8n loads what it finds in that folder at start; the rows it keeps in its database
 * serve its list of installed packages only.
 * @param userFolder n8n's user folder, in which `.n8n` lies; n8n must not be running
 * @returns whether anything had to be done
 */
export async function installPackage(packed: PackedPackage, userFolder: string): Promise<boolean> {
	const nodesFolder = path.join(userFolder, '.n8n/nodes');
	const installed = path.join(nodesFolder, 'node_modules', packed.name);
	const stamp = path.join(nodesFolder, `.${packed.name}.installed`);
	if (existsSync(installed) && (await readFile(stamp, 'utf8').catch(() => '')) === packed.sourceHash) return false;

	await mkdir(path.dirname(installed), { recursive: true });
	const unpacked = await mkdtemp(path.join(nodesFolder, 'unpack-'));
	await runCommand('tar', ['-xzf', packed.tarball, '-C', unpacked, '--strip-components=1']);
	await rm(installed, { recursive: true, force: true });
	await rename(unpacked, installed);

	const ledger = path.join(nodesFolder, 'package.json');
	const { dependencies = {} } = JSON.parse(await readFile(ledger, 'utf8').catch(() => '{}')) as {
		dependencies?: Record<string, string>;
	};
	dependencies[packed.name] = packed.version;
	await writeFile(ledger, JSON.stringify({ name: 'installed-nodes', private: true, dependencies }, null, 2));
	await writeFile(stamp, packed.sourceHash);
	return true;
}
