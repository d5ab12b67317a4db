import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import path from 'node:path';
import { n8nVersion } from '../../host/n8nFolder';
import { REPOSITORY } from '../../host/paths';

/** Where and with what something was measured. */
export interface Surroundings {
	/** YYYY-MM-DD. */
	date: string;
	machine: { cpu: string; cores: number; memoryGigabytes: number; system: string };
	/** By package name, and `Node`. */
	versions: Record<string, string>;
	/** Abbreviated, with "-dirty" where files were changed since; undefined outside a clone. */
	commit?: string;
}

function describeCommit(): { commit?: string } {
	try {
		const described = execFileSync('git', ['describe', '--always', '--dirty', '--exclude', '*'], {
			cwd: REPOSITORY,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		return { commit: described.trim() };
	} catch {
		return {};
	}
}

function versionIn(folder: string): string {
	const { version } = JSON.parse(readFileSync(path.join(REPOSITORY, folder, 'package.json'), 'utf8')) as {
		version: string;
	};
	return version;
}

/** Reads what this machine and the installed packages say of themselves. */
export function describeSurroundings(): Surroundings {
	return {
		date: new Date().toISOString().slice(0, 10),
		machine: {
			cpu: cpus()[0]?.model.trim() || 'unknown processor',
			cores: availableParallelism(),
			memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
			// What follows the number names a build of the kernel.
			system: `${type()} ${release().split('-')[0]}`,
		},
		versions: {
			'n8n-nodes-hailuo': versionIn('.'),
			n8n: n8nVersion(),
			'n8n-core': versionIn('node_modules/n8n-core'),
			undici: versionIn('node_modules/undici'),
			Node: process.versions.node,
		},
		...describeCommit(),
	};
}

/** @returns one sentence for the machine and one for the versions */
export function renderSurroundings({ date, machine, versions, commit }: Surroundings): string {
	const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
	const { cpu, cores, memoryGigabytes, system } = machine;
	return [
		`Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGigabytes} GB memory, ${system}.`,
		`Versions: ${named.join(', ')}${commit ? `, commit ${commit}` : ''}.`,
	].join('\n');
}
