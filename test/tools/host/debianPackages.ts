import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { runCommand, runStep } from './steps';

const DEBIAN = '/etc/debian_version';

/** The folders in which a program is looked for by its name. */
export function searchedFolders(): string[] {
	return (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** @returns the path of the first of these programs that is on the search path */
export function findProgram(...names: readonly string[]): string | undefined {
	return names.flatMap((name) => searchedFolders().map((folder) => path.join(folder, name))).find(isExecutable);
}

/** Installs Debian's packages where that can be done, which is on Debian and as root, and says why when it fails. */
export async function installDebianPackages(packages: readonly string[]): Promise<void> {
	if (process.getuid?.() !== 0 || !existsSync(DEBIAN)) return;
	const environment = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
	const install = async () => {
		await runCommand('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], environment);
	};
	try {
		await runStep(`Installing ${packages.join(' and ')}`, async () => {
			// In a fresh container the lists of packages may be missing.
			await install().catch(async () => {
				await runCommand('apt-get', ['update'], environment);
				await install();
			});
		});
	} catch (error) {
		process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
	}
}
