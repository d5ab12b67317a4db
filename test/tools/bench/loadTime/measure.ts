/** How long n8n's own loader takes for the package's files, beside those of the nodes that it would replace. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureN8nHost } from '../../host/n8nHost';
import { ensurePackedPackage, installPackage } from '../../host/packageTarball';
import { runCommand, runStep } from '../../host/steps';
import { BUILT_IN_LABEL } from '../alternatives/builtInNode';
import { attempt, type BenchOptions } from '../table';
import type { LoadTimeData } from './data';

/** A process takes a second; so there may be more of them than of longer measurements. */
const PROCESSES_PER_RUN = 3;

/** What n8n loads for one way. */
interface Files {
	label: string;
	folder: string;
	nodes: string[];
	credentials: string[];
}

const core = (name: string) => `dist/nodes/${name}/${name}.node.js`;

async function ownFiles(folder: string): Promise<Files> {
	const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	return { label: 'n8n-nodes-hailuo, the whole package', folder, ...manifest.n8n };
}

/** Paths are n8n's own (2.41). */
function alternatives(nodeModules: string): Files[] {
	return [
		{
			label: BUILT_IN_LABEL,
			folder: path.join(nodeModules, '@n8n/n8n-nodes-langchain'),
			nodes: ['dist/nodes/vendors/MiniMax/MiniMax.node.js'],
			credentials: ['dist/credentials/MinimaxApi.credentials.js'],
		},
		{
			label: 'Nodes of the hand-built loop',
			folder: path.join(nodeModules, 'n8n-nodes-base'),
			nodes: [core('HttpRequest'), core('Wait'), core('If'), core('SplitInBatches')],
			credentials: ['dist/credentials/HttpHeaderAuth.credentials.js'],
		},
	];
}

export async function measureLoadTime({ runs }: BenchOptions): Promise<LoadTimeData> {
	const host = await ensureN8nHost();
	const nodeModules = path.join(host.folder, 'node_modules');
	const packed = await ensurePackedPackage();
	const userFolder = await mkdtemp(path.join(tmpdir(), 'hailuo-load-'));
	const processes = runs * PROCESSES_PER_RUN;
	const loadOnce = async ({ folder, nodes, credentials }: Files): Promise<number> => {
		const script = path.join(__dirname, 'loadOnce.js');
		const printed = await runCommand(
			host.nodeBinary,
			[script, nodeModules, folder, JSON.stringify({ nodes, credentials })],
			{
				env: { NODE_PATH: nodeModules },
			},
		);
		return Number(printed);
	};
	const loadMany = async (files: Files): Promise<number[]> => {
		// The first one also fills the disk's cache.
		await loadOnce(files);
		const milliseconds: number[] = [];
		while (milliseconds.length < processes) milliseconds.push(await loadOnce(files));
		return milliseconds;
	};
	try {
		await installPackage(packed, userFolder);
		const own = await ownFiles(path.join(userFolder, '.n8n/nodes/node_modules', packed.name));
		const loaded: LoadTimeData['loaded'] = [];
		for (const files of [own, ...alternatives(nodeModules)]) {
			const { label, nodes, credentials } = files;
			const outcome = await runStep(`${label}, ${processes} processes`, () => attempt(() => loadMany(files)));
			loaded.push({ label, nodes: nodes.length, credentials: credentials.length, outcome });
		}
		return { processes, loaded };
	} finally {
		await rm(userFolder, { recursive: true, force: true });
	}
}
