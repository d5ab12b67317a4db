import { spawn } from 'node:child_process';
import path from 'node:path';
import { NODE_BINARY, REPOSITORY } from '../host/paths';
import { CommandFailed, endLike, runCommand, runStep } from '../host/steps';

/** `npm test`: all that can be said without a running n8n. Arguments go to jest: `npm test -- wiro`. */

const script = (file: string) => path.join(REPOSITORY, 'node_modules', file);

const steps = [
	{ title: 'Linting', command: [script('eslint/bin/eslint.js'), '.', '--max-warnings', '0'] },
	{
		title: 'Checking the format',
		command: [script('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
	},
	{ title: 'Checking the types', command: [script('typescript/bin/tsc'), '--noEmit'] },
	{ title: 'Building', command: [script('gulp/bin/gulp.js'), 'build'] },
];

async function main(): Promise<void> {
	for (const { title, command } of steps) {
		await runStep(title, () => runCommand(NODE_BINARY, command, { cwd: REPOSITORY }));
	}
	process.stdout.write('Testing ...\n');
	const jest = [script('jest/bin/jest.js'), ...process.argv.slice(2)];
	spawn(NODE_BINARY, jest, { cwd: REPOSITORY, stdio: 'inherit' }).once('close', endLike);
}

main().catch((error: unknown) => {
	process.stderr.write(`\n${error instanceof CommandFailed ? error.output : String(error)}\n`);
	process.exitCode = 1;
});
