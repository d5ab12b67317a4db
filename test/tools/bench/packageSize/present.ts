import { figure, type Table } from '../table';

export interface PackageSizeData {
	packedBytes: number;
	unpackedBytes: number;
	files: number;
	/** Run-time dependencies, which an installation would download too. */
	dependencies: number;
}

/** As npm counts. */
const KILOBYTES = { symbol: 'kB', scale: 1000, decimals: 0 };

/** Draws the table of sizes from the data alone. */
export function presentPackageSize({ packedBytes, unpackedBytes, files, dependencies }: PackageSizeData): Table {
	return {
		title: 'Size of the package',
		columns: ['Package', 'Tarball', 'Unpacked', 'Files', 'Run-time dependencies'],
		rows: [
			[
				'n8n-nodes-hailuo',
				figure(packedBytes, KILOBYTES),
				figure(unpackedBytes, KILOBYTES),
				String(files),
				String(dependencies),
			],
		],
		notes: ['The tarball as `npm pack` makes it.'],
	};
}
