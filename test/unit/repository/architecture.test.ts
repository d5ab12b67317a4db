import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { isFunction, parseFile, reachableFiles, readExports, readImports, walk } from '../../tools/support/imports';
import { listFiles, repositoryRoot } from '../../tools/support/repository';

type Layer = 'core' | 'providers' | 'fields' | 'io' | 'operations' | 'node';

/** What the files of a layer may import besides each other. Pure layers know nothing of n8n. */
const layers: Record<Layer, { layers: Layer[]; packages: string[] }> = {
	core: { layers: [], packages: [] },
	providers: { layers: ['core'], packages: [] },
	fields: { layers: ['core', 'providers'], packages: ['n8n-workflow'] },
	// n8n's helpers answer with streams; their type is all that is used of the module.
	io: { layers: ['core', 'providers'], packages: ['n8n-workflow', 'stream'] },
	operations: { layers: ['core', 'providers', 'fields', 'io'], packages: ['n8n-workflow'] },
	node: { layers: ['core', 'providers', 'fields', 'io', 'operations'], packages: ['n8n-workflow'] },
};
const pureLayers: Layer[] = ['core', 'providers'];

const exceptions: Record<string, string[]> = {
	'nodes/Hailuo/core/http/hmac.ts': ['node:crypto'],
};

const nodeFiles = listFiles('nodes', '.ts');
const layerOf = (file: string): Layer => {
	const folder = file.split('/')[2] ?? '';
	return folder in layers ? (folder as Layer) : 'node';
};
const filesOf = (wanted: Layer[]) => nodeFiles.filter((file) => wanted.includes(layerOf(file)));

/** Places in a file where `matches` holds, as "file:line text". */
function findNodes(file: string, matches: (node: ts.Node) => boolean): string[] {
	const source = parseFile(file);
	const places: string[] = [];
	walk(source, (node) => {
		if (!matches(node)) return;
		const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
		places.push(`${file}:${line} ${node.getText()}`);
	});
	return places;
}

describe('imports', () => {
	test.each(Object.keys(layers) as Layer[])('of %s go downwards only', (layer) => {
		const allowed = layers[layer];
		const offending = filesOf([layer]).flatMap((file) =>
			readImports(file)
				.filter(({ specifier, file: target }) => {
					if (target === undefined) return ![...allowed.packages, ...(exceptions[file] ?? [])].includes(specifier);
					if (!target.startsWith('nodes/')) return true;
					return layerOf(target) !== layer && !allowed.layers.includes(layerOf(target));
				})
				.map(({ specifier }) => `${file} imports ${specifier}`),
		);
		expect(offending).toEqual([]);
	});

	test('of a provider reach no other provider', () => {
		const registry = 'nodes/Hailuo/providers/registry.ts';
		const adapters = readImports(registry).flatMap(({ file, typeOnly }) =>
			file === undefined || typeOnly ? [] : file,
		);
		expect(adapters.length).toBeGreaterThan(0);
		const offending = adapters.flatMap((file) =>
			reachableFiles(file)
				.filter((reached) => reached !== file && [registry, ...adapters].includes(reached))
				.map((reached) => `${file} needs ${reached}`),
		);
		expect(offending).toEqual([]);
	});

	test('make no circles, so every file can be read after those it needs', () => {
		const circles = nodeFiles.filter((file) =>
			readImports(file).some(
				({ file: target, typeOnly }) =>
					target !== undefined && !typeOnly && reachableFiles(target, (found) => !found.typeOnly).includes(file),
			),
		);
		expect(circles).toEqual([]);
	});

	test('of credentials are of n8n-workflow, each other and the pure layers', () => {
		const foreign = listFiles('credentials', '.ts').flatMap((file) =>
			readImports(file)
				.filter(({ specifier, file: target }) => {
					if (target === undefined) return specifier !== 'n8n-workflow';
					return target.startsWith('nodes/')
						? !pureLayers.includes(layerOf(target))
						: !target.startsWith('credentials/');
				})
				.map(({ specifier }) => `${file} imports ${specifier}`),
		);
		expect(foreign).toEqual([]);
	});

	test('of the simulator share nothing with the code it tests', () => {
		const reached = new Set(listFiles('test/tools/simulator', '.ts').flatMap((file) => reachableFiles(file)));
		expect([...reached].filter((file) => !file.startsWith('test/'))).toEqual([]);
	});
});

describe('names', () => {
	const productFiles = [...nodeFiles, ...listFiles('credentials', '.ts')];

	/** The folder of a provider's adapter, whose parts bear the same names in each of them. */
	const adapterOf = (file: string) => /^nodes\/Hailuo\/providers\/(\w+)\//.exec(file)?.[1];
	const arePartsOfTwoAdapters = (one: string, other: string) =>
		[one, other].every((file) => adapterOf(file) !== undefined) && adapterOf(one) !== adapterOf(other);

	test('of files are given once', () => {
		const names = productFiles.map((file) => basename(file));
		expect(productFiles.filter((file) => names.filter((name) => name === basename(file)).length > 1)).toEqual([]);
	});

	test('that are exported have one meaning', () => {
		const exported = nodeFiles.flatMap((file) => readExports(file).map(({ name }) => ({ name, file })));
		expect(exported.length).toBeGreaterThan(100);
		const doubled = exported.filter((one) =>
			exported.some(
				(other) => other.name === one.name && other.file !== one.file && !arePartsOfTwoAdapters(one.file, other.file),
			),
		);
		expect(doubled.map(({ name, file }) => `${name} in ${file}`)).toEqual([]);
	});

	test('of exported functions are explained: what they take, return and throw', () => {
		const unexplained = productFiles.flatMap((file) =>
			readExports(file)
				.filter(({ declaration }) => isFunction(declaration) && ts.getJSDocCommentsAndTags(declaration).length === 0)
				.map(({ name }) => `${file} ${name}`),
		);
		expect(unexplained).toEqual([]);
	});

	test('in core and providers are none of n8n', () => {
		const offending = filesOf(pureLayers).flatMap((file) =>
			findNodes(file, (node) => ts.isIdentifier(node) && /n8n/i.test(node.text)),
		);
		expect(offending).toEqual([]);
	});
});

describe('the shell', () => {
	test("is io: n8n's helpers are named nowhere else", () => {
		const offending = filesOf(['core', 'providers', 'fields', 'operations', 'node']).flatMap((file) =>
			findNodes(file, (node) => ts.isIdentifier(node) && node.text === 'helpers'),
		);
		expect(offending).toEqual([]);
	});

	test('keeps clock, randomness and network from core and providers', () => {
		const impure = /^(Date\.now|Math\.random|performance\.now|crypto\.\w+|random(UUID|Bytes|Int))$/;
		const offending = filesOf(pureLayers).flatMap((file) =>
			findNodes(
				file,
				(node) =>
					(ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) ||
					(ts.isCallExpression(node) && node.expression.getText() === 'fetch') ||
					((ts.isPropertyAccessExpression(node) || ts.isIdentifier(node)) && impure.test(node.getText())),
			),
		);
		expect(offending).toEqual([]);
	});
});

describe('the repository', () => {
	const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
		cwd: repositoryRoot,
		encoding: 'utf8',
	})
		.split('\0')
		.filter((file) => file !== '');

	test.each([
		// The home of n8n's container image is a path users do have.
		['path of one machine', /(?<![\w.])\/(?:work|tmp|root|Users|home\/(?!node\/))\//],
		['package registry', /https?:\/\/[^\s/"'`]*(?:registry|npmjs)[^\s"'`]*/i],
	])('names no %s', (_what, pattern) => {
		const offending = files.flatMap((file) => {
			let text: string;
			try {
				text = readFileSync(join(repositoryRoot, file), 'latin1');
			} catch {
				return []; // removed, but not yet committed
			}
			return text.includes('\0')
				? []
				: text.split('\n').flatMap((line) => (pattern.test(line) ? `${file}: ${line.trim()}` : []));
		});
		expect(offending).toEqual([]);
	});
});
