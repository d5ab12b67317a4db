/**
 * `npm run test:e2e [jest arguments]`: installs n8n and packs our package in plain sight, then runs the end-to-end tests
 * one after another. Logs and databases are kept when a test fails.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { once } from 'node:events';
import { removeNotedFolder } from '../tools/host/account';
import { ensureBrowser } from '../tools/host/browser';
import { ensureN8nHost } from '../tools/host/n8nHost';
import { ensurePackedPackage } from '../tools/host/packageTarball';
import { HOST_FOLDER, NODE_BINARY, REPOSITORY } from '../tools/host/paths';
import { ensureQueuePrograms } from '../tools/host/queuePrograms';
import { PASSED_SIGNALS, runCommand } from '../tools/host/steps';
import { describeInBrowser, describeInQueueMode } from './support/describe';

const RUNS = path.join(HOST_FOLDER, 'e2e');
const JEST = [
	path.join(REPOSITORY, 'node_modules/jest/bin/jest.js'),
	'--config',
	path.join(REPOSITORY, 'test/e2e/jest.config.js'),
];

async function endNotedProcess(file: string): Promise<void> {
	if (!file.endsWith('.pid')) return;
	const processId = Number(await readFile(file, 'utf8').catch(() => ''));
	if (!(processId > 0)) return;
	try {
		process.kill(-processId, 'SIGKILL');
	} catch {
		// It is gone already.
	}
}

/** What a killed jest left: every server notes its process id below this folder, and removes the note when it ends. */
async function endLeftOvers(folder: string): Promise<void> {
	const files = (await readdir(folder, { recursive: true })).map((file) => path.join(folder, file));
	for (const file of files) await endNotedProcess(file);
	for (const file of files) await removeNotedFolder(file);
}

/** Installs what the suites of this run need besides n8n; they say by their `describe` that they need it. */
async function installWhatIsNeeded(): Promise<void> {
	// A report would take the list.
	const selection = process.argv.slice(2).filter((argument) => !/^--(json|outputFile)\b/.test(argument));
	const listed = await runCommand(NODE_BINARY, [...JEST, '--listTests', ...selection]);
	const suites = listed.split('\n').filter((file) => file.endsWith('.test.ts'));
	const texts = await Promise.all(suites.map(async (file) => await readFile(file, 'utf8')));
	const isUsed = (name: string) => texts.some((text) => text.includes(`${name}(`));
	if (isUsed(describeInQueueMode.name)) await ensureQueuePrograms();
	if (isUsed(describeInBrowser.name)) await ensureBrowser();
}

async function main(): Promise<void> {
	await ensureN8nHost();
	const packed = await ensurePackedPackage();
	await installWhatIsNeeded();
	await mkdir(RUNS, { recursive: true });
	const folder = await mkdtemp(path.join(RUNS, 'run-'));

	const jest = spawn(NODE_BINARY, [...JEST, '--runInBand', '--verbose', ...process.argv.slice(2)], {
		stdio: 'inherit',
		env: { ...process.env, HAILUO_E2E_FOLDER: folder, HAILUO_E2E_PACKED: JSON.stringify(packed) },
	});
	PASSED_SIGNALS.forEach((signal) => process.on(signal, () => jest.kill(signal)));
	const [code] = (await once(jest, 'close')) as [number | null];

	await endLeftOvers(folder);
	if (code === 0) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
	else process.stdout.write(`\nThe n8n of each suite left its log and database in ${folder}\n`);
	process.exitCode = code ?? 1;
}

main().catch((error: unknown) => {
	process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
