import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeJob } from '../../../nodes/Hailuo/core/job/job';
import { writeJob } from '../../../nodes/Hailuo/core/job/jobFromItem';
import { anchorsOf, documents, leadsSomewhere, linksOf, section } from '../../tools/support/documents';
import { listFiles, readRepositoryFile, repositoryRoot } from '../../tools/support/repository';

const readme = readRepositoryFile('README.md');
const manifest = JSON.parse(readRepositoryFile('package.json'));

const codeBlocks = (text: string, language: string) =>
	[...text.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, code]) => code!);

describe.each(documents)('%s', (document) => {
	test('links to headings and files that exist', () => {
		const broken = linksOf(document).filter((link) => !link.isImage && !leadsSomewhere(document, link));
		expect(broken.map(({ target }) => target)).toEqual([]);
	});

	test('describes each image for those who do not see it', () => {
		const silent = linksOf(document).filter(({ isImage, text }) => isImage && text.length < 20);
		expect(silent.map(({ target }) => target)).toEqual([]);
	});

	test('names only commands that package.json has', () => {
		const commands = [...readRepositoryFile(document).matchAll(/npm run ([a-z:0-9]+)/g)].map(([, name]) => name!);
		expect(commands.filter((name) => !(name in manifest.scripts))).toEqual([]);
	});
});

describe('the documents', () => {
	test('are all reached from README', () => {
		const reached = new Set(['README.md']);
		for (const document of reached) {
			for (const { file } of linksOf(document)) {
				if (file !== undefined && documents.includes(file)) reached.add(file);
			}
		}
		const published = documents.filter((document) => !document.startsWith('.github/'));
		expect(published.filter((document) => !reached.has(document))).toEqual([]);
	});

	test('show only images that are there', () => {
		const images = documents.flatMap((document) =>
			linksOf(document)
				.filter(({ isImage }) => isImage)
				.map(({ file }) => file!),
		);
		expect(images.length).toBeGreaterThan(0);
		expect(images.filter((file) => !existsSync(join(repositoryRoot, file)))).toEqual([]);
	});
});

describe('README', () => {
	interface ExampleNode {
		name: string;
		type: string;
		parameters: unknown;
	}

	test('has the first example to paste: that of its file, without the note', () => {
		const essence = (json: string) => {
			const { nodes, connections } = JSON.parse(json) as { nodes: ExampleNode[]; connections: unknown };
			const working = nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
			return { nodes: working.map(({ name, type, parameters }) => ({ name, type, parameters })), connections };
		};
		const [pasted] = codeBlocks(section('README.md', 'Quick start'), 'json');
		expect(essence(pasted!)).toEqual(essence(readRepositoryFile('examples/first-video.json')));
	});

	test('shows an item with the fields that a job has', () => {
		const [shown] = codeBlocks(section('README.md', 'Output'), 'json');
		const job = writeJob(describeJob({ provider: 'wiro', jobId: '1', handles: { jobToken: 'token' } }));
		expect(Object.keys(JSON.parse(shown!)).sort()).toEqual(Object.keys(job).sort());
	});

	test('has the headings that n8n links to', () => {
		const anchors = listFiles('nodes', '.node.json').flatMap((file) => {
			const { resources } = JSON.parse(readRepositoryFile(file));
			return Object.values<Array<{ url: string }>>(resources)
				.flat()
				.map(({ url }) => new URL(url).hash.slice(1));
		});
		// "readme" is GitHub's own name for the whole of it.
		expect(anchors.filter((anchor) => anchor !== 'readme' && !anchorsOf('README.md').includes(anchor))).toEqual([]);
	});

	test('leaves places for what is measured and for the versions that are tested', () => {
		for (const name of ['bench', 'versions']) {
			const begin = readme.indexOf(`\n<!-- ${name}:begin -->\n`);
			expect(begin).toBeGreaterThan(0);
			expect(readme.indexOf(`\n<!-- ${name}:end -->\n`)).toBeGreaterThan(begin);
		}
	});

	test('names the version of n8n that the tests run', () => {
		expect(section('README.md', 'Compatibility')).toContain(manifest.devDependencies['n8n-core']);
	});

	test('is short enough to be read', () => {
		const prose = readme.replace(/<!-- (bench|versions):begin -->[^]*?<!-- \1:end -->/g, '');
		expect(prose.split('\n').length).toBeLessThan(350);
	});
});

describe('CONTRIBUTING', () => {
	const text = readRepositoryFile('CONTRIBUTING.md');

	test('names every command of package.json', () => {
		const named = (name: string) => text.includes(`\`npm run ${name}\``) || text.includes(`\`npm ${name}\``);
		expect(Object.keys(manifest.scripts).filter((name) => !named(name))).toEqual([]);
	});

	test('names the environment variables that the demo reads', () => {
		const variables = readRepositoryFile('test/tools/host/gateways.ts').match(/HAILUO_[A-Z]+_(KEY|SECRET)/g) ?? [];
		expect(variables.length).toBeGreaterThan(0);
		expect(variables.filter((variable) => !text.includes(`\`${variable}\``))).toEqual([]);
	});

	test('has a row for every folder of the node and of the tests', () => {
		const folders = [...listFiles('nodes', '.ts'), ...listFiles('test', '.ts')].flatMap(
			(file) => /^(?:nodes\/Hailuo|test)\/\w+\//.exec(file) ?? [],
		);
		expect([...new Set(folders)].filter((folder) => !text.includes(`\`${folder}\``))).toEqual([]);
	});
});
