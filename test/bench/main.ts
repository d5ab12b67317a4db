/** `npm run bench`: measures and prints one page of tables, each of which has its own command. */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { NODE_BINARY, REPOSITORY } from '../host/paths';
import { runCommand, runStep } from '../host/steps';
import { describeSurroundings, renderSurroundings } from './machine';
import { type Bench, type BenchResult, renderTable } from './table';

interface TableEntry {
	about: string;
	/** Called when it is the table's turn. */
	load(): Promise<Bench>;
}

/** A real n8n gets the package packed anew in any case; n8n-core's engine runs what lies in dist. */
async function buildPackage(): Promise<void> {
	const gulp = path.join(REPOSITORY, 'node_modules/gulp/bin/gulp.js');
	await runStep('Building', () => runCommand(NODE_BINARY, [gulp, 'build'], { cwd: REPOSITORY }));
}

const TABLES: Record<string, TableEntry> = {
	batch: {
		about: 'time for 1, 8 and 32 items in a real n8n, beside its built-in MiniMax node (about 7 minutes)',
		load: async () => (await import('./batchTime')).batchTime,
	},
	overhead: {
		about: 'what the node adds to each item, beside undici alone (about a minute)',
		load: async () => {
			await buildPackage();
			return (await import('./overhead')).overhead;
		},
	},
	waiting: {
		about: "what waiting executions hold of n8n's memory, and how soon they go on (about 7 minutes, 9 GB of memory)",
		load: async () => (await import('./waiting')).waiting,
	},
};

const DEFAULT_RUNS = 5;

const USAGE = `npm run bench -- [table ...] [--runs <number>] [--json <file>]

Without a table, all of them:
${Object.entries(TABLES)
	.map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
	.join('\n')}

  --runs   how often each figure is measured, default ${DEFAULT_RUNS}; tables show medians
  --json   a file for every single measurement`;

const say = (line = '') => process.stdout.write(`${line}\n`);

interface Settings {
	tables: string[];
	runs: number;
	jsonFile: string | undefined;
}

function readSettings(): Settings | 'help' {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { runs: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean' } },
	});
	if (values.help) return 'help';
	const stranger = positionals.find((name) => !Object.hasOwn(TABLES, name));
	if (stranger !== undefined) throw new Error(`There is no table ${stranger}\n\n${USAGE}`);
	const runs = Number(values.runs ?? DEFAULT_RUNS);
	if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs takes a whole number, not ${values.runs}`);
	return { tables: positionals.length > 0 ? positionals : Object.keys(TABLES), runs, jsonFile: values.json };
}

function printTable(command: string, result: BenchResult): void {
	say(`\n### ${result.title}\n`);
	say(renderTable(result));
	for (const note of result.notes) say(`\n${note}`);
	say(`\nMeasured by \`${command}\`\n`);
}

/** Other programs make every figure worse; who reads the page has to know. */
function warnWhenBusy(load: number): void {
	const cores = availableParallelism();
	if (load > cores) say(`CAUTION: this machine is busy, with a load of ${load.toFixed(1)} on ${cores} cores.\n`);
}

async function main(): Promise<void> {
	const settings = readSettings();
	if (settings === 'help') {
		say(USAGE);
		return;
	}
	const { tables, runs, jsonFile } = settings;
	const surroundings = describeSurroundings();
	say(renderSurroundings(surroundings));
	say();
	const measured: Record<string, unknown> = {};
	for (const name of tables) {
		const command = `npm run bench -- ${name} --runs ${runs}`;
		const bench = await TABLES[name]!.load();
		const result = await bench({ runs });
		printTable(command, result);
		const [load = 0] = loadavg();
		warnWhenBusy(load);
		measured[name] = { command, load, ...result };
	}
	if (jsonFile === undefined) return;
	// npm runs scripts in the repository's folder; a relative path is meant from where the person is.
	const file = path.resolve(process.env['INIT_CWD'] ?? '', jsonFile);
	await mkdir(path.dirname(file), { recursive: true });
	await writeFile(file, `${JSON.stringify({ ...surroundings, tables: measured }, null, 2)}\n`);
	say(`All measurements are in ${file}`);
}

main().catch((error: unknown) => {
	process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
