import path from 'node:path';

/** The repository's root folder. */
export const REPOSITORY = path.resolve(__dirname, '../../..');

/** Everything that is installed or made besides the repository's own files; ignored by git. */
export const HOST_FOLDER = path.join(REPOSITORY, '.host');

/** The Node that current n8n needs, a development dependency; bootstrap.mjs fetches it. */
export const NODE_BINARY = path.join(REPOSITORY, 'node_modules/node/bin/node');

/** A search path that finds this Node, and the tools of the development dependencies, first. */
export function searchPath(): string {
	return [path.join(REPOSITORY, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(path.delimiter);
}
