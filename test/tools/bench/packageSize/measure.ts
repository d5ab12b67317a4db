/** What an installation downloads, and what lies on the disk afterwards. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensurePackedPackage, installPackage } from '../../host/packageTarball';
import type { PackageSizeData } from './present';

async function filesBelow(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { withFileTypes: true, recursive: true });
	return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

export async function measurePackageSize(): Promise<PackageSizeData> {
	const packed = await ensurePackedPackage();
	const userFolder = await mkdtemp(path.join(tmpdir(), 'hailuo-size-'));
	try {
		await installPackage(packed, userFolder);
		const folder = path.join(userFolder, '.n8n/nodes/node_modules', packed.name);
		const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
			dependencies?: Record<string, string>;
		};
		const files = await filesBelow(folder);
		const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
		return {
			packedBytes: (await stat(packed.tarball)).size,
			unpackedBytes: sizes.reduce((sum, size) => sum + size, 0),
			files: files.length,
			dependencies: Object.keys(manifest.dependencies ?? {}).length,
		};
	} finally {
		await rm(userFolder, { recursive: true, force: true });
	}
}
