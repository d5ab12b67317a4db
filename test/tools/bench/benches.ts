import type { Bench } from './table';

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
		load: async () => (await import('./batch')).batch,
	},
	waiting: {
		about:
			"what waiting executions hold of n8n's memory, provider calls per job, and how soon they go on (about 6 minutes, " +
			'9 GB of memory)',
		load: async () => (await import('./waiting')).waiting,
	},
	overhead: {
		about: 'what the node adds to each item, beside undici alone (about a minute)',
		load: async () => (await import('./overhead')).overhead,
	},
	video: {
		about: "n8n's peak memory while a video of 500 MB is saved (about 2 minutes, 1 GB of disk)",
		load: async () => (await import('./videoMemory')).videoMemory,
	},
	load: {
		about: "how long n8n's loader takes for the package (about a minute)",
		load: async () => (await import('./loadTime')).loadTime,
	},
	size: {
		about: 'size of the package (some seconds)',
		load: async () => (await import('./packageSize')).packageSize,
	},
};
