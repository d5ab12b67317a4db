/** `npm test`: all that can be said without a running n8n. Arguments go to jest: `npm test -- wiro`. */
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import path from 'node:path';
import { HOST_FOLDER, NODE_BINARY, REPOSITORY } from '../host/paths';
import { CommandFailed, endLike, runCommand, runStep } from '../host/steps';

const script = (file: string) => path.join(REPOSITORY, 'node_modules', file);
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Holds the seconds that all of it took the last time on this machine. */
const TIME_FILE = path.join(HOST_FOLDER, 'test-seconds');

const steps = [
	{ title: 'Linting', command: [script('eslint/bin/eslint.js'), '.', '--max-warnings', '0'] },
	{
		title: 'Checking the format',
		command: [script('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
	},
	{ title: 'Checking the types', command: [script('typescript/bin/tsc'), '--noEmit'] },
	{ title: 'Building', command: [script('gulp/bin/gulp.js'), 'build'] },
];

async function announce(words: readonly string[]): Promise<void> {
	const seconds = Number(await readFile(TIME_FILE, 'utf8').catch(() => 0));
	const duration = seconds > 0 ? `${(seconds / 60).toFixed(1)} minutes the last time` : 'some minutes';
	const extent = words.length > 0 ? `those of the tests that fit ${words.join(' ')}` : `all tests (${duration})`;
	say(`Without a running n8n: lint, format, types and build, then ${extent}.`);
}

async function main(): Promise<void> {
	const begun = Date.now();
	const words = process.argv.slice(2);
	await announce(words.filter((word) => !word.startsWith('-')));
	for (const { title, command } of steps) {
		await runStep(title, () => runCommand(NODE_BINARY, command, { cwd: REPOSITORY }));
	}
	say('Testing ...');
	const jest = spawn(NODE_BINARY, [script('jest/bin/jest.js'), ...words], { cwd: REPOSITORY, stdio: 'inherit' });
	const [code, signal] = (await once(jest, 'close')) as [number | null, NodeJS.Signals | null];
	if (code !== 0) {
		say('\nNext: mend what is named above. `npm test -- <word>` runs the tests whose path has that word.');
		return endLike(code, signal);
	}
	if (words.length === 0) {
		await mkdir(HOST_FOLDER, { recursive: true });
		await writeFile(TIME_FILE, String(Math.round((Date.now() - begun) / 1000)));
	}
	say('\nNext: `npm run test:e2e` tests the packed package in a real n8n; `npm run demo` shows it there.');
}

main().catch((error: unknown) => {
	process.stderr.write(`\n${error instanceof CommandFailed ? error.output : String(error)}\n`);
	process.exitCode = 1;
});
