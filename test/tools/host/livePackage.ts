import { type FSWatcher, watch } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';

const SOURCE_FOLDERS = ['nodes', 'credentials'];
const MANIFEST = 'package.json';
/** What the compiler leaves behind: icons and codex files. */
const ASSET = /\.(svg|node\.json)$/;

/** What happens to a package that is kept up to date. */
export interface LivePackageEvents {
	/** The sources compile, and what they make is in the folder. */
	compiled(): void;
	/** @param messages the compiler's, with file and line; the folder keeps what last compiled */
	refused(messages: string): void;
	/** An icon or a codex file is in the folder anew. */
	copied(file: string): void;
	/** package.json, which n8n reads at its start only, is in the folder anew. */
	listed(): void;
}

/** A folder that looks like the installed package and follows the repository's sources. */
export interface LivePackage {
	close(): void;
}

const isMissing = (error: NodeJS.ErrnoException) => error.code === 'ENOENT';

function compileOnChange(
	repository: string,
	folder: string,
	events: LivePackageEvents,
): ts.WatchOfConfigFile<ts.BuilderProgram> {
	let diagnostics: ts.Diagnostic[] = [];
	const host = ts.createWatchCompilerHost(
		path.join(repository, 'tsconfig.build.json'),
		// n8n goes on with what last compiled while somebody is in the middle of a sentence.
		{ rootDir: repository, outDir: path.join(folder, 'dist'), noEmitOnError: true },
		ts.sys,
		ts.createEmitAndSemanticDiagnosticsBuilderProgram,
		(diagnostic) => diagnostics.push(diagnostic),
		(_status, _newLine, _options, errorCount) => {
			// Without a count the compiler only says that it begins.
			if (errorCount === undefined) return;
			if (errorCount === 0) events.compiled();
			else {
				events.refused(
					ts.formatDiagnostics(diagnostics, {
						getCurrentDirectory: () => repository,
						getCanonicalFileName: (name) => name,
						getNewLine: () => '\n',
					}),
				);
			}
			diagnostics = [];
		},
	);
	return ts.createWatchProgram(host);
}

async function copyAsset(repository: string, folder: string, file: string): Promise<boolean> {
	const target = path.join(folder, 'dist', file);
	await mkdir(path.dirname(target), { recursive: true });
	return copyFile(path.join(repository, file), target).then(
		() => true,
		(error: NodeJS.ErrnoException) => {
			// Editors save by removing and renaming; the file's return is told as well.
			if (isMissing(error)) return false;
			throw error;
		},
	);
}

function copyOnChange(repository: string, folder: string, events: LivePackageEvents): FSWatcher[] {
	return SOURCE_FOLDERS.map((source) =>
		watch(path.join(repository, source), { recursive: true }, (_event, name) => {
			if (name === null || !ASSET.test(name)) return;
			const file = path.join(source, name);
			void copyAsset(repository, folder, file).then((copied) => {
				if (copied) events.copied(file);
			});
		}),
	);
}

function listOnChange(repository: string, folder: string, manifest: string, events: LivePackageEvents): FSWatcher {
	let known = manifest;
	// The folder, because a watcher of the file would lose it when an editor puts another one in its place.
	return watch(repository, (_event, name) => {
		if (name !== MANIFEST) return;
		void readFile(path.join(repository, MANIFEST), 'utf8')
			.catch(() => '')
			.then(async (text) => {
				if (text === '' || text === known) return;
				known = text;
				await copyFile(path.join(repository, MANIFEST), path.join(folder, MANIFEST));
				events.listed();
			});
	});
}

/**
 * Makes a folder what an installation of the package would make it, and keeps it so: sources are compiled into it when they
 * change, icons and codex files are copied.
 * @param repository holds nodes, credentials, package.json and tsconfig.build.json
 * @param folder is emptied first; the first `compiled` or `refused` has been told when this returns
 */
export async function startLivePackage(
	repository: string,
	folder: string,
	events: LivePackageEvents,
): Promise<LivePackage> {
	await rm(folder, { recursive: true, force: true });
	for (const source of SOURCE_FOLDERS) {
		await cp(path.join(repository, source), path.join(folder, 'dist', source), {
			recursive: true,
			filter: (file) => path.extname(file) === '' || ASSET.test(file),
		});
	}
	const manifest = await readFile(path.join(repository, MANIFEST), 'utf8');
	await copyFile(path.join(repository, MANIFEST), path.join(folder, MANIFEST));
	const compiler = compileOnChange(repository, folder, events);
	const watchers = [...copyOnChange(repository, folder, events), listOnChange(repository, folder, manifest, events)];
	return {
		close() {
			compiler.close();
			watchers.forEach((watcher) => watcher.close());
		},
	};
}
