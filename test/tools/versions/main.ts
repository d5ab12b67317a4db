/**
 * `npm run test:versions [-- <version> …] [-- --write] [-- --keep]`: installs versions of n8n one after another, runs the
 * main scenarios on each with the packed package, and prints what works where. `--write` puts the table into README.md;
 * `--keep` leaves installed what was installed. An installation has 2 GB or more, so this is no part of `npm test`.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Agent, setGlobalDispatcher } from 'undici';
import { startSuite, type Suite } from '../../e2e/support/suite';
import type { N8nHost } from '../host/n8nHost';
import { ensurePackedPackage } from '../host/packageTarball';
import { REPOSITORY, searchPath } from '../host/paths';
import { runCommand, runStep } from '../host/steps';
import { putBetweenMarks } from '../support/marks';
import { AnyN8nClient } from './client';
import { compareVersions, defaultVersions, installVersion } from './hosts';
import { SCENARIOS, type Scenario } from './scenarios';
import { writeTable, type Outcome, type VersionResult } from './table';

const README = path.join(REPOSITORY, 'README.md');

const say = (line: string) => process.stdout.write(`${line}\n`);

/** The table goes into README, where the folders of one machine have no place. */
function messageOf(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	return [REPOSITORY, tmpdir(), homedir()].reduce((text, folder) => text.replaceAll(folder, '…'), message);
}

/** Why a version was not tested; npm says at length that it cannot find a package. */
function problemOf(error: unknown): string {
	const message = messageOf(error);
	const missing = /(?:No matching version found for |')([^\s']+@[^\s']+[^\s'.])/.exec(message)?.[1];
	return missing === undefined ? message.replace(/https?:\S+/g, '…') : `npm cannot find ${missing}`;
}

function outcomeOf(title: string, error: unknown): Outcome {
	const message = messageOf(error);
	say(`  ${title}: ${message.slice(0, 400)}`);
	return { works: false, message };
}

async function outcomesOn(suite: Suite): Promise<Outcome[]> {
	const works: Outcome = { works: true };
	const judge = async <Value>(title: string, work: Promise<Value>, wellDone: (value: Value) => Outcome) =>
		await work.then(wellDone, (error: unknown) => outcomeOf(title, error));

	const rests = new Map<Scenario, () => Promise<void>>();
	const outcomes = await Promise.all(
		SCENARIOS.map(async (scenario) => {
			if ('check' in scenario) return await judge(scenario.title, scenario.check(suite), () => works);
			return await judge(scenario.title, scenario.checkOverRestart(suite), (rest) => {
				rests.set(scenario, rest);
				return works;
			});
		}),
	);
	await suite.crashAndRestart();
	return await Promise.all(
		SCENARIOS.map(async (scenario, index) => {
			const rest = rests.get(scenario);
			return rest ? await judge(scenario.title, rest(), () => works) : (outcomes[index] ?? works);
		}),
	);
}

function environmentOf({ folder, nodeBinary }: N8nHost): Record<string, string> {
	const hasRegistry = existsSync(path.join(folder, 'node_modules/n8n/dist/modules/mcp-registry'));
	return {
		PATH: [path.dirname(nodeBinary), searchPath()].join(path.delimiter),
		// It does not start when a module is to be off that it does not have.
		...(!hasRegistry && { N8N_DISABLED_MODULES: '' }),
		// Not used here, and in some versions npm leaves it without a package it needs.
		N8N_PUBLIC_API_DISABLED: 'true',
		// n8n 1 has one connection to SQLite by default, on which it mixes up transactions of requests that come at the same time.
		DB_SQLITE_POOL_SIZE: '4',
	};
}

async function testOn(host: N8nHost): Promise<VersionResult> {
	const { nodeBinary, version } = host;
	const node = (await runCommand(nodeBinary, ['--version'])).trim().replace(/^v/, '');
	const suite = await startSuite({
		host,
		clientFor: (url) => new AnyN8nClient(url),
		simulator: { jobDurationMs: 600_000 },
		environment: environmentOf(host),
	});
	try {
		return { version, node, outcomes: await outcomesOn(suite) };
	} finally {
		await suite.close();
	}
}

async function test(version: string, keep: boolean): Promise<VersionResult> {
	try {
		const { host, remove } = await installVersion(version);
		try {
			return await runStep(`Testing on n8n ${version}`, async () => await testOn(host));
		} finally {
			if (!keep) await remove();
		}
	} catch (error) {
		return { version, problem: problemOf(error) };
	}
}

async function main(): Promise<void> {
	// n8n ends idle connections; on a busy machine a request can meet the end of the one it was to take.
	setGlobalDispatcher(new Agent({ pipelining: 0 }));
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { write: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
	});
	const versions = positionals.length > 0 ? positionals : await defaultVersions();
	// Outside the repository, where the installed package would find our development dependencies instead of n8n's own.
	const folder = await mkdtemp(path.join(tmpdir(), 'hailuo-versions-'));
	process.env['HAILUO_E2E_FOLDER'] = folder;
	// Once for all versions; README, which the table goes into, is a part of it.
	process.env['HAILUO_E2E_PACKED'] = JSON.stringify(await ensurePackedPackage());

	const results: VersionResult[] = [];
	const titles = SCENARIOS.map(({ title }) => title);
	for (const version of versions) {
		results.push(await test(version, values.keep));
		results.sort((first, second) => compareVersions(second.version, first.version));
		const table = writeTable(titles, results, new Date().toISOString().slice(0, 10));
		say(`\n${table}\n`);
		if (values.write) await writeFile(README, putBetweenMarks(await readFile(README, 'utf8'), 'versions', table));
	}
	const isWell = results.every((result) => 'outcomes' in result && result.outcomes.every(({ works }) => works));
	if (isWell) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
	else say(`The n8n of each version left its log and database in ${folder}`);
	process.exitCode = isWell ? 0 : 1;
}

main()
	.catch((error: unknown) => {
		process.stderr.write(`\n${messageOf(error)}\n`);
		process.exitCode = 1;
	})
	// What a version that did not start left open must not keep this process alive.
	.finally(() => process.exit());
