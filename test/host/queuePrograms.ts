import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runCommand, runStep } from './steps';

/** What n8n's queue mode needs besides n8n. */
export interface QueuePrograms {
	/** Holds PostgreSQL's initdb, pg_isready and postgres. */
	postgresFolder: string;
	redisServer: string;
}

/** Debian keeps the servers of several versions beside each other, outside the search path. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql';
const POSTGRES_PROGRAMS = ['initdb', 'pg_isready', 'postgres'];
const APT_GET = '/usr/bin/apt-get';

function searchedFolders(): string[] {
	return (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
}

function debianFolders(): string[] {
	if (!existsSync(DEBIAN_POSTGRES)) return [];
	const versions = readdirSync(DEBIAN_POSTGRES).sort((one, other) => Number(other) - Number(one));
	return versions.map((version) => path.join(DEBIAN_POSTGRES, version, 'bin'));
}

function find(): Partial<QueuePrograms> {
	const postgresFolder = [...debianFolders(), ...searchedFolders()].find((folder) =>
		POSTGRES_PROGRAMS.every((program) => existsSync(path.join(folder, program))),
	);
	const redisServer = searchedFolders()
		.map((folder) => path.join(folder, 'redis-server'))
		.find((file) => existsSync(file));
	return { ...(postgresFolder && { postgresFolder }), ...(redisServer && { redisServer }) };
}

/** Which of PostgreSQL and Redis this machine lacks. */
export function missingQueuePrograms(): string[] {
	const { postgresFolder, redisServer } = find();
	return [
		...(postgresFolder === undefined ? ['PostgreSQL'] : []),
		...(redisServer === undefined ? ['redis-server'] : []),
	];
}

/** @throws Error that names what is missing */
export function findQueuePrograms(): QueuePrograms {
	const { postgresFolder, redisServer } = find();
	if (postgresFolder === undefined || redisServer === undefined)
		throw new Error(`This machine has no ${missingQueuePrograms().join(' and no ')}`);
	return { postgresFolder, redisServer };
}

/**
 * Installs Debian's PostgreSQL and Redis where they are missing and may be installed: on a Debian machine, by root.
 * @returns what is still missing
 */
export async function installQueuePrograms(): Promise<string[]> {
	const missing = missingQueuePrograms();
	if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync(APT_GET)) return missing;
	const environment = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
	await runStep(`Installing ${missing.join(' and ')}`, async () => {
		await runCommand(APT_GET, ['update'], environment);
		const packages = ['postgresql', 'redis-server'];
		await runCommand(APT_GET, ['install', '-y', '--no-install-recommends', ...packages], environment);
	}).catch((error: unknown) => process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`));
	return missingQueuePrograms();
}
