import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import { Hailuo } from '../../../nodes/Hailuo/Hailuo.node';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { packPackage, type PackedPackage } from '../../tools/support/packedPackage';
import { listFiles, readRepositoryFile, repositoryRoot } from '../../tools/support/repository';

const manifest = JSON.parse(readRepositoryFile('package.json'));
const adapters = Object.values(providers);

const nodeFiles = listFiles('nodes', '.node.ts');
const credentialFiles = listFiles('credentials', '.credentials.ts');
const built = (file: string) => `dist/${file.replace(/\.ts$/, '.js')}`;
const credentialName = (file: string) => {
	const className = basename(file, '.credentials.ts');
	return className.charAt(0).toLowerCase() + className.slice(1);
};

/** Loads a built class the way n8n does: the class is called as its file is. */
function loadBuilt<T>(file: string): T {
	const className = basename(file).split('.')[0]!;
	const loaded = require(join(repositoryRoot, built(file)));
	return new loaded[className]();
}

describe('package.json', () => {
	test.each([
		['name', 'n8n-nodes-hailuo'],
		['license', 'MIT'],
		['files', ['dist']],
		['peerDependencies', { 'n8n-workflow': '*' }],
	])('%s is what n8n expects', (key, value) => {
		expect(manifest[key]).toEqual(value);
	});

	test('carries the keyword by which n8n finds community packages', () => {
		expect(manifest.keywords).toContain('n8n-community-node-package');
	});

	test('names a person or group that can be written to, and one repository for everything', () => {
		expect(manifest.author).toEqual({ name: expect.stringMatching(/\w/), email: expect.stringMatching(/@/) });
		const repository = `https://github.com/n8n-nodes-hailuo/${manifest.name}`;
		expect(manifest.repository).toEqual({ type: 'git', url: `git+${repository}.git` });
		expect(manifest.homepage).toBe(`${repository}#readme`);
		expect(manifest.bugs).toEqual({ url: `${repository}/issues` });
	});

	test('has no run-time dependencies and overrides none', () => {
		expect(manifest).not.toHaveProperty('dependencies');
		expect(manifest).not.toHaveProperty('optionalDependencies');
		expect(manifest).not.toHaveProperty('bundledDependencies');
		expect(manifest).not.toHaveProperty('overrides');
	});

	test('runs nothing on the machine of the one who installs it', () => {
		const forbidden = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare', 'prepublish'];
		expect(Object.keys(manifest.scripts).filter((name) => forbidden.includes(name))).toEqual([]);
	});

	test('lists every node and credential of the source, and nothing else', () => {
		expect(manifest.n8n.n8nNodesApiVersion).toBe(1);
		expect([...manifest.n8n.nodes].sort()).toEqual(nodeFiles.map(built));
		expect([...manifest.n8n.credentials].sort()).toEqual(credentialFiles.map(built));
	});
});

describe('every provider of the registry', () => {
	const registered = adapters.map(({ credential }) => credential).sort();

	test('has its credential file, and every credential file its provider', () => {
		expect(credentialFiles.map(credentialName).sort()).toEqual(registered);
	});

	test('has its credential on the node, hidden for all other providers', () => {
		const onNode = (new Hailuo().description.credentials ?? []).map(({ name, displayOptions }) => ({
			credential: name,
			displayOptions,
		}));
		const expected = adapters.map(({ id, credential }) => ({
			credential,
			displayOptions: { hide: { provider: adapters.map((other) => other.id).filter((other) => other !== id) } },
		}));
		expect(onNode).toHaveLength(expected.length);
		expect(onNode).toEqual(expect.arrayContaining(expected));
	});
});

describe('dist', () => {
	const expected = [
		...[...listFiles('nodes', '.ts'), ...listFiles('credentials', '.ts')].map(built),
		...[...listFiles('nodes', '.svg'), ...listFiles('credentials', '.svg'), ...listFiles('nodes', '.node.json')].map(
			(file) => `dist/${file}`,
		),
	].sort();

	test('holds what the source makes, no less and no more (npm run build)', () => {
		expect(existsSync(join(repositoryRoot, 'dist')) ? listFiles('dist') : 'not built').toEqual(expected);
	});

	const iconFiles = (icon: unknown): string[] =>
		typeof icon === 'string' ? [icon] : Object.values(icon as { light: string; dark: string });

	test.each(nodeFiles)('%s loads, and its icons and codex file are beside it', (file) => {
		const { description } = loadBuilt<INodeType>(file);
		const folder = join(repositoryRoot, dirname(built(file)));
		const icons = iconFiles(description.icon);
		expect(icons).toHaveLength(2);
		for (const icon of icons) expect(existsSync(join(folder, icon.replace(/^file:/, '')))).toBe(true);

		const codex = JSON.parse(readRepositoryFile(`dist/${file.replace(/\.ts$/, '.json')}`));
		expect(codex).toMatchObject({
			node: `${manifest.name}.${description.name}`,
			nodeVersion: '1.0',
			codexVersion: '1.0',
		});
		for (const { url } of Object.values<Array<{ url: string }>>(codex.resources).flat()) {
			expect(url.split('#')[0]).toBe(manifest.homepage.split('#')[0]);
		}
	});

	/** n8n merges a node and its trigger into one entry of its list, and gives it the trigger's description. */
	test('the description that stands for both nodes says that they make videos', () => {
		const { description } = loadBuilt<INodeType>('nodes/Hailuo/HailuoTrigger.node.ts').description;
		expect(description).toMatch(/^Make MiniMax Hailuo videos/);
	});

	test.each(nodeFiles)('%s is found by the words that users type', (file) => {
		const { alias } = JSON.parse(readRepositoryFile(`dist/${file.replace(/\.ts$/, '.json')}`));
		const words = ['hailuo', 'minimax', 'video', 'text to video', 'image to video', 't2v', 'i2v'];
		const providerWords = adapters.map(({ id }) => id.toLowerCase());
		expect(alias).toEqual(expect.arrayContaining([...words, ...providerWords]));
	});

	test.each(credentialFiles)('%s loads under its name, and its icons are there', (file) => {
		const credential = loadBuilt<ICredentialType>(file);
		expect(credential.name).toBe(credentialName(file));
		const icons = iconFiles(credential.icon);
		expect(icons).toHaveLength(2);
		for (const icon of icons) {
			expect(existsSync(join(repositoryRoot, dirname(built(file)), icon.replace(/^file:/, '')))).toBe(true);
		}
	});
});

describe('the packed package', () => {
	let packed: PackedPackage;
	beforeAll(async () => {
		packed = await packPackage();
	});
	afterAll(() => packed.remove());

	test('holds dist, package.json, README and licence, and nothing else', () => {
		expect(packed.files).toEqual(['LICENSE.md', 'README.md', ...listFiles('dist'), 'package.json'].sort());
	});

	test('holds no tests, source maps or declarations', () => {
		expect(
			packed.files.filter((file) => /\.(test\.js|map|d\.ts|tsbuildinfo)$|(^|\/)(test|examples)\//.test(file)),
		).toEqual([]);
	});

	test('weighs less than 130 KB', () => {
		expect(packed.bytes).toBeLessThan(130_000);
	});
});

describe('npm publish', () => {
	// The address of nobody: a rehearsal only asks a registry which versions there are, and does without an answer.
	const rehearsal = ['publish', '--dry-run', '--fetch-retries=0', '--registry=http://127.0.0.1:9/'];

	test('has nothing to correct and nothing to warn of', () => {
		const { stderr, status } = spawnSync('npm', rehearsal, { cwd: repositoryRoot, encoding: 'utf8' });
		expect(status).toBe(0);
		const warnings = stderr.split('\n').filter((line) => /^npm warn publish /.test(line));
		expect(warnings.filter((line) => !line.includes('requires you to be logged in'))).toEqual([]);
	});
});

describe('the release workflow', () => {
	const workflow = readRepositoryFile('.github/workflows/release.yml');
	const [, changelogPattern = ''] = /grep -E "(.*)" CHANGELOG\.md/.exec(workflow) ?? [];

	test('publishes with a provenance statement, from tags alone', () => {
		expect(workflow).toContain('npm publish --provenance --access public');
		expect(workflow).toContain('id-token: write');
		expect(workflow).toMatch(/on:\n {2}push:\n {4}tags: \['v\*\.\*\.\*'\]\n/);
	});

	test('publishes only what all tests have passed', () => {
		expect(workflow).toMatch(/publish:\n {4}needs: verify\n/);
		expect(workflow).toContain('uses: ./.github/workflows/ci.yml');
		const ci = readRepositoryFile('.github/workflows/ci.yml');
		for (const command of ['npm test', 'npm run test:e2e']) expect(ci).toContain(`- run: ${command}\n`);
	});

	test.each([
		['## [1.2.3] - 2026-11-21', true],
		['## [1.2.30] - 2026-11-21', false],
		['## [1.2.3]', false],
		['## [Unreleased]', false],
	])('takes the changelog heading "%s" for version 1.2.3: %s', (heading, taken) => {
		const pattern = changelogPattern.replace('${GITHUB_REF_NAME#v}', '1.2.3');
		expect(pattern).toContain('1.2.3');
		expect(new RegExp(pattern).test(heading)).toBe(taken);
	});
});

describe('CHANGELOG', () => {
	const headings = [...readRepositoryFile('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading!);

	test('begins with what is unreleased, or with the version in package.json', () => {
		expect(['[Unreleased]', `[${manifest.version}]`]).toContain(headings[0]!.split(' - ')[0]);
	});

	test('has headings in the form of Keep a Changelog', () => {
		expect(headings.filter((heading) => !/^\[(Unreleased|\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d)/.test(heading))).toEqual(
			[],
		);
	});
});
