import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import path from 'node:path';
import { n8nVersion } from '../host/n8nFolder';
import { REPOSITORY } from '../host/paths';

/** Where and with what something was measured. */
export interface Surroundings {
	/** YYYY-MM-DD. */
	date: string;
	machine: { cpu: string; cores: number; memoryGigabytes: number; system: string };
	/** By package name, and `node`. */
	versions: Record<string, string>;
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
			system: `${type()} ${release()}`,
		},
		versions: {
			'n8n-nodes-hailuo': versionIn('.'),
			n8n: n8nVersion(),
			'n8n-core': versionIn('node_modules/n8n-core'),
			undici: versionIn('node_modules/undici'),
			node: process.versions.node,
		},
	};
}

/** @returns two lines for the head of the page */
export function renderSurroundings({ date, machine, versions }: Surroundings): string {
	const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
	return [
		`${date}, ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGigabytes} GB memory, ${machine.system}`,
		named.join(', '),
	].join('\n');
}
