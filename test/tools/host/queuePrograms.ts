import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { findProgram, installDebianPackages, searchedFolders } from './debianPackages';

/** What n8n's queue mode needs besides n8n. */
export interface QueuePrograms {
	/** Holds PostgreSQL's initdb, pg_isready and postgres. */
	postgresFolder: string;
	redisServer: string;
}

/** Debian's names for them. */
export const QUEUE_PACKAGES = ['postgresql', 'redis-server'];

/** Debian keeps the servers of several versions beside each other, outside the search path. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql';
const POSTGRES_PROGRAMS = ['initdb', 'pg_isready', 'postgres'];

function debianFolders(): string[] {
	if (!existsSync(DEBIAN_POSTGRES)) return [];
	const versions = readdirSync(DEBIAN_POSTGRES).sort((one, other) => Number(other) - Number(one));
	return versions.map((version) => path.join(DEBIAN_POSTGRES, version, 'bin'));
}

function find(): Partial<QueuePrograms> {
	const postgresFolder = [...debianFolders(), ...searchedFolders()].find((folder) =>
		POSTGRES_PROGRAMS.every((program) => existsSync(path.join(folder, program))),
	);
	const redisServer = findProgram('redis-server');
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

/** Installs PostgreSQL and Redis where they are missing and can be installed. */
export async function ensureQueuePrograms(): Promise<void> {
	if (missingQueuePrograms().length > 0) await installDebianPackages(QUEUE_PACKAGES);
}
