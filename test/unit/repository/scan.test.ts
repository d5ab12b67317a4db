import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { packPackage } from '../../tools/support/packedPackage';
import { repositoryRoot } from '../../tools/support/repository';

/** Prints the verdict as the last line. The scanner is an ES module, so it runs in a process of its own. */
const scanScript = `
	import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
	const [folder, kind] = process.argv.slice(1);
	const patterns = kind === 'source' ? SOURCE_FILE_PATTERNS : ['**/*.js', 'package.json'];
	console.log('\\n' + JSON.stringify(await analyzePackage(folder, patterns)));
`;

async function scan(folder: string, kind: 'source' | 'package'): Promise<unknown> {
	// With jest's NODE_ENV=test, n8n's rules take every file for one of their own fixtures.
	const { NODE_ENV: _jest, ...env } = process.env;
	const { stdout } = await promisify(execFile)(
		process.execPath,
		['--input-type=module', '--eval', scanScript, folder, kind],
		{ cwd: repositoryRoot, env, maxBuffer: 64 * 1024 * 1024 },
	);
	return JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
}

// The two legs of n8n's scan of a published package, with its own file patterns, without its downloads.
describe("n8n's scan of community packages", () => {
	test('finds nothing in the source', async () => {
		expect(await scan(repositoryRoot, 'source')).toEqual({ passed: true });
	}, 60_000);

	test('finds nothing in the packed package', async () => {
		const packed = await packPackage();
		try {
			expect(await scan(packed.folder, 'package')).toEqual({ passed: true });
		} finally {
			await packed.remove();
		}
	}, 60_000);
});
