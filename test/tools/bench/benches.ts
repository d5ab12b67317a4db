import path from 'node:path';
import { NODE_BINARY, REPOSITORY } from '../host/paths';
import { runCommand, runStep } from '../host/steps';
import { benchOf, type Bench } from './table';

const GULP = path.join(REPOSITORY, 'node_modules/gulp/bin/gulp.js');

/** A table of the page, with its own command. */
interface BenchEntry {
	about: string;
	/** Called before anything is measured or drawn. */
	load(): Promise<Bench>;
}

/** In the order of the page. */
export const BENCHES: Record<string, BenchEntry> = {
	batch: {
		about:
			"time for 1, 8, 32 and 128 items: the Hailuo node, n8n's built-in MiniMax node, the hand-built loop, a script " +
			'(about 6 minutes)',
		load: async () =>
			benchOf((await import('./batch/measure')).measureBatch, (await import('./batch/present')).presentBatch),
	},
	waiting: {
		about:
			"what waiting executions hold of n8n's memory, provider calls per job, and how soon they go on (about 6 minutes, " +
			'9 GB of memory)',
		load: async () =>
			benchOf((await import('./waiting/measure')).measureWaiting, (await import('./waiting/present')).presentWaiting),
	},
	callback: {
		about: "how soon a workflow goes on after a callback, beside n8n's own Wait node (about 3 minutes)",
		load: async () =>
			benchOf(
				(await import('./callback/measure')).measureCallbacks,
				(await import('./callback/present')).presentCallbacks,
			),
	},
	overhead: {
		about: 'what the node adds to each item, beside undici alone (about a minute)',
		load: async () =>
			benchOf(
				async (options) => {
					// n8n-core's engine loads what lies in dist as soon as the measuring code is loaded.
					await runStep('Building', () => runCommand(NODE_BINARY, [GULP, 'build'], { cwd: REPOSITORY }));
					return await (await import('./overhead/measure')).measureOverhead(options);
				},
				(await import('./overhead/present')).presentOverhead,
			),
	},
	video: {
		about: "n8n's peak memory while a video of 500 MB is saved (about 2 minutes, 1 GB of disk)",
		load: async () =>
			benchOf(
				(await import('./videoMemory/measure')).measureVideoMemory,
				(await import('./videoMemory/present')).presentVideoMemory,
			),
	},
	load: {
		about: "how long n8n's loader takes for the package (about a minute)",
		load: async () =>
			benchOf(
				(await import('./loadTime/measure')).measureLoadTime,
				(await import('./loadTime/present')).presentLoadTime,
			),
	},
	size: {
		about: 'size of the package (some seconds)',
		load: async () =>
			benchOf(
				(await import('./packageSize/measure')).measurePackageSize,
				(await import('./packageSize/present')).presentPackageSize,
			),
	},
};
