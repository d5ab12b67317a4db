import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { REPOSITORY } from '../host/paths';

export const repositoryRoot = REPOSITORY;

export function readRepositoryFile(path: string): string {
	return readFileSync(join(repositoryRoot, path), 'utf8');
}

/** The files below a folder, as sorted paths with forward slashes from the root (of the repository, unless given). */
export function listFiles(folder: string, ending = '', root = repositoryRoot): string[] {
	return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name.endsWith(ending))
		.map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
		.sort();
}
