const { execFile } = require('node:child_process');
const { rm } = require('node:fs/promises');
const { promisify } = require('node:util');
const { dest, parallel, series, src } = require('gulp');

const clean = () => rm('dist', { recursive: true, force: true });
clean.description = 'Remove dist';

/** Prints the compiler's own words before failing: they name the file and the line. */
async function compile() {
	const compiler = require.resolve('typescript/bin/tsc');
	try {
		await promisify(execFile)(process.execPath, [compiler, '-p', 'tsconfig.build.json']);
	} catch (error) {
		process.stderr.write(error.stdout);
		throw new Error('The TypeScript compiler found errors');
	}
}
compile.description = 'Compile nodes and credentials into dist';

const icons = () => src('{nodes,credentials}/**/*.svg', { base: '.' }).pipe(dest('dist'));
icons.description = 'Copy the icons, which the compiler leaves behind, into dist';

const codex = () => src('nodes/**/*.node.json', { base: '.' }).pipe(dest('dist'));
codex.description = "Copy the codex files (categories and search words for n8n's node panel) into dist";

const build = series(clean, parallel(compile, icons, codex));
build.description = 'Make dist anew: everything that is published';

module.exports = { build, clean, codex, compile, default: build, icons };
