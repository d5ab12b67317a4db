import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packFolder } from '../host/packageTarball';
import { runCommand } from '../host/steps';
import { listFiles, repositoryRoot } from './repository';

export interface PackedPackage {
	/** Where the tarball is unpacked: what n8n finds after an install. */
	folder: string;
	/** Paths inside the package, sorted. */
	files: string[];
	/** Size of the tarball. */
	bytes: number;
	remove(): Promise<void>;
}

/** Packs what `npm publish` would send, from the `dist` that stands, and unpacks it into a folder of its own. */
export async function packPackage(): Promise<PackedPackage> {
	const folder = await mkdtemp(path.join(tmpdir(), 'n8n-nodes-hailuo-'));
	const tarball = await packFolder(repositoryRoot, folder);
	const { size } = await stat(tarball);
	await runCommand('tar', ['-xzf', tarball, '--strip-components=1'], { cwd: folder });
	await rm(tarball);
	return {
		folder,
		files: listFiles('.', '', folder),
		bytes: size,
		remove: () => rm(folder, { recursive: true, force: true }),
	};
}
