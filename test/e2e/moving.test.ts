/** What docs/moving.md says of n8n's built-in MiniMax node, beside that node as the real n8n has it. Starts nothing. */
import { createRequire } from 'node:module';
import path from 'node:path';
import type { INodeProperties } from 'n8n-workflow';
import { ensureN8nHost } from '../tools/host/n8nHost';
import { firstCells, section, tableOf } from '../tools/support/documents';

const DOCUMENT = 'docs/moving.md';
const VIDEO = '@n8n/n8n-nodes-langchain/dist/nodes/vendors/MiniMax/actions/video/index.js';

let properties: INodeProperties[];

beforeAll(async () => {
	const { folder } = await ensureN8nHost();
	const loaded = createRequire(path.join(folder, 'package.json'))(path.join(folder, 'node_modules', VIDEO));
	const described: INodeProperties[] = loaded.description;
	properties = described.flatMap((property) => {
		const inner = property.type === 'collection' ? (property.options ?? []) : [];
		const options = inner.filter((option): option is INodeProperties => 'type' in option);
		return property.type === 'collection' ? options : [property];
	});
});

const namesIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

test('every parameter of its videos is in the table, by the name it has', () => {
	const rows = tableOf(DOCUMENT, 'Parameters')
		.split('\n')
		.map((line) => line.split(' | ')[1] ?? '');
	const named = namesIn(rows.join('\n'));
	const names = [...new Set(properties.map(({ name }) => name))].filter((name) => name !== 'operation');
	expect(names.length).toBeGreaterThan(10);
	expect(names.filter((name) => !named.includes(name))).toEqual([]);
	// Its resource and credential are not among the parameters of videos; the operations are values.
	const others = ['resource', 'minimaxApi', 'textToVideo', 'imageToVideo'];
	expect(named.filter((name) => !names.includes(name) && !others.includes(name))).toEqual([]);
});

test('every model is in the table, and none that it does not have', () => {
	const models = properties
		.filter(({ name }) => name === 'modelId')
		.flatMap(({ options = [] }) => options)
		.flatMap((option) => ('value' in option ? [String(option.value)] : []));
	const named = namesIn(firstCells(DOCUMENT, 'Models', 'MiniMax node').join('\n'));
	expect(named.sort()).toEqual([...new Set(models)].sort());
});

test('the version it was compared with is named', async () => {
	const { version } = await ensureN8nHost();
	expect(section(DOCUMENT, 'Parameters')).toContain(version);
});
