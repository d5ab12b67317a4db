/** `npm run bench`: measures and prints one page of tables, each of which has its own command. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { HOST_FOLDER } from '../host/paths';
import { BENCHES } from './benches';
import { describeSurroundings, renderSurroundings } from './page/machine';
import { cautionOf, tablesOf } from './page/page';
import type { Results } from './page/results';
import { writePage } from './page/writePage';
import { readSettings, type Settings, USAGE } from './settings';
import { attempt, renderTable, type Bench } from './table';

const say = (line = '') => process.stdout.write(`${line}\n`);

/** npm runs scripts in the repository's folder; a relative path is meant from where the person is. */
const fromCaller = (file: string) => path.resolve(process.env['INIT_CWD'] ?? '', file);

/** What is on the page must be on the disk too. */
const PAGE_RESULTS = path.join(HOST_FOLDER, 'bench/results.json');

async function loadBenches(names: readonly string[]): Promise<Record<string, Bench>> {
	const loaded: Record<string, Bench> = {};
	for (const [name, entry] of Object.entries(BENCHES)) {
		if (names.includes(name)) loaded[name] = await entry.load();
	}
	return loaded;
}

async function save(results: Results, file: string): Promise<void> {
	await mkdir(path.dirname(file), { recursive: true });
	await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}

function printTable(results: Results, name: string, bench: Bench): void {
	for (const { measured, table } of tablesOf(results, { [name]: bench })) {
		if (table !== undefined) {
			say(`\n### ${table.title}\n`);
			say(renderTable(table));
			for (const note of table.notes) say(`\n${note}`);
		}
		say(`\nMeasured by \`${measured.command}\` in ${measured.seconds.toFixed(0)} s\n`);
		for (const caution of cautionOf({ ...results, tables: { [name]: measured } })) say(`${caution}\n`);
	}
}

/** Measures table after table; one that fails says so and does not end the run. */
async function measure(benches: Record<string, Bench>, runs: number, file: string | undefined): Promise<Results> {
	const results: Results = { ...describeSurroundings(), tables: {} };
	say(`${renderSurroundings(results)}\n`);
	for (const [name, bench] of Object.entries(benches)) {
		const start = Date.now();
		const outcome = await attempt(() => bench.measure({ runs }));
		const [load = 0] = loadavg();
		const seconds = (Date.now() - start) / 1000;
		results.tables[name] = {
			command: `npm run bench -- ${name} --runs ${runs}`,
			load,
			seconds,
			...('value' in outcome ? { data: outcome.value } : outcome),
		};
		printTable(results, name, bench);
		if (file !== undefined) await save(results, file);
	}
	return results;
}

function readResults(file: string): Promise<Results> {
	return readFile(fromCaller(file), 'utf8').then((text) => JSON.parse(text) as Results);
}

async function run({ tables, runs, jsonFile, writesPage, fromFile }: Settings): Promise<void> {
	const benches = await loadBenches(tables);
	if (fromFile !== undefined) {
		const results = await readResults(fromFile);
		if (writesPage) say((await writePage(results, benches)).join('\n'));
		else for (const [name, bench] of Object.entries(benches)) printTable(results, name, bench);
		return;
	}
	const file = jsonFile === undefined ? (writesPage ? PAGE_RESULTS : undefined) : fromCaller(jsonFile);
	const results = await measure(benches, runs, file);
	if (file !== undefined) say(`All measurements are in ${file}`);
	if (writesPage) say(`Written: ${(await writePage(results, benches)).join(', ')}`);
	if (Object.values(results.tables).some((table) => 'failure' in table)) process.exitCode = 1;
}

async function main(): Promise<void> {
	const settings = readSettings(process.argv.slice(2));
	if (settings === 'help') say(USAGE);
	else await run(settings);
}

main()
	.catch((error: unknown) => {
		process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
		process.exitCode = 1;
	})
	// What a failed measurement has left open must not keep an unattended run from ending.
	.finally(() => process.exit());
