/** Which n8n to test against, and how each is installed. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { n8nFolder, n8nIsComplete, n8nVersion } from '../host/n8nFolder';
import { ensureN8nHost, installN8n, type N8nHost, type N8nRecipe } from '../host/n8nHost';
import { HOST_FOLDER } from '../host/paths';
import { runCommand } from '../host/steps';

/** Besides the newest one and the one this package is developed with. */
const OLDER_VERSIONS = ['2.30.8', '2.20.12', '2.0.3', '1.123.81', '1.100.1', '1.78.1'];

type Overrides = N8nRecipe['overrides'];

/** n8n names a server of its vendor as the source of xlsx; later versions of linkedom ask for a package that is gone. */
const OVERRIDES: Overrides = { xlsx: 'npm:@e965/xlsx@0.20.3', linkedom: '0.18.13' };

/**
 * What npm would put together wrongly today: what later versions of LangChain's packages ask of @langchain/core is not in
 * the one that these versions of n8n pin, and Sentry's package does not say which @opentelemetry/core it takes.
 */
const PINNED: ReadonlyArray<{ from: string; before: string } & Pick<N8nRecipe, 'overrides' | 'beside'>> = [
	{ from: '1.120.0', before: '2.4.0', overrides: { '@langchain/langgraph-checkpoint': '1.0.0' } },
	{
		from: '2.17.0',
		before: '2.24.0',
		overrides: { '@langchain/langgraph-checkpoint': '1.0.0', langchain: { '@langchain/langgraph': '1.2.9' } },
		beside: { '@opentelemetry/core': '2.12.1' },
	},
];

/** For versions that refuse to start on Node 24. */
const OLDER_NODE = '22.23.3';

/** @returns below zero when the first version is the older one */
export function compareVersions(first: string, second: string): number {
	const numbers = (version: string) => version.split('.').map(Number);
	const [left, right] = [numbers(first), numbers(second)];
	const at = left.findIndex((number, index) => number !== right[index]);
	return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** @returns the versions that are tested when none are named, newest first */
export async function defaultVersions(): Promise<string[]> {
	const newest = (await runCommand('npm', ['view', 'n8n', 'dist-tags.latest'])).trim();
	return [...new Set([newest, n8nVersion(), ...OLDER_VERSIONS])].sort((first, second) =>
		compareVersions(second, first),
	);
}

/** HAILUO_VERSIONS_FOLDER holds the installations, by default the folder for everything that is installed. */
function recipeFor(version: string): N8nRecipe {
	const parent = path.resolve(process.env['HAILUO_VERSIONS_FOLDER'] || HOST_FOLDER);
	// 1.95 still refuses Node 24, 1.100 takes it.
	const node = compareVersions(version, '1.100.0') < 0 ? { node: OLDER_NODE } : {};
	const pinned = PINNED.find(
		({ from, before }) => compareVersions(version, from) >= 0 && compareVersions(version, before) < 0,
	);
	return {
		version,
		folder: path.join(parent, `n8n-${version}`),
		overrides: { ...OVERRIDES, ...pinned?.overrides },
		...(pinned?.beside && { beside: pinned.beside }),
		driverFrom: n8nFolder(),
		...node,
	};
}

export interface InstalledVersion {
	host: N8nHost;
	/** Removes the installation, unless it had been there before. */
	remove(): Promise<void>;
}

/**
 * Installs a version of n8n, unless it is there.
 * @throws CommandFailed when npm cannot install it
 */
export async function installVersion(version: string): Promise<InstalledVersion> {
	const recipe = recipeFor(version);
	const isDevelopedWith = version === n8nVersion();
	const folder = isDevelopedWith ? n8nFolder(version) : recipe.folder;
	const wasThere = await n8nIsComplete(folder, version);
	const host = isDevelopedWith ? await ensureN8nHost() : await installN8n(recipe);
	return {
		host,
		async remove() {
			if (!wasThere) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
		},
	};
}
