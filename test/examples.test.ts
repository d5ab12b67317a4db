import { NodeHelpers, type INode, type INodeParameters, type INodeProperties } from 'n8n-workflow';
import { hailuoProperties, hailuoTriggerProperties } from '../nodes/Hailuo/fields';
import { listFiles, readRepositoryFile } from './support/repository';

const readme = readRepositoryFile('README.md');
const manifest = JSON.parse(readRepositoryFile('package.json'));

function aNode(parameters: INodeParameters): INode {
	return { id: '1', name: 'Hailuo', type: 'n8n-nodes-hailuo.hailuo', typeVersion: 1, position: [0, 0], parameters };
}

interface ExampleNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	parameters: INodeParameters;
	credentials?: unknown;
}

interface Example {
	nodes: ExampleNode[];
	connections: Record<string, { main: Array<Array<{ node: string }>> }>;
}

/** Nodes of n8n itself that examples may use, in versions that n8n has. */
const BUILT_IN_NODES: Record<string, number[]> = {
	'n8n-nodes-base.manualTrigger': [1],
	'n8n-nodes-base.noOp': [1],
	'n8n-nodes-base.set': [3.4],
	'n8n-nodes-base.splitOut': [1],
};

const FORMS: Record<string, INodeProperties[]> = {
	hailuo: hailuoProperties,
	hailuoTrigger: hailuoTriggerProperties,
};

describe.each(listFiles('examples', '.json'))('%s', (file) => {
	const text = readRepositoryFile(file);
	const { nodes, connections }: Example = JSON.parse(text);
	const formOf = ({ type }: ExampleNode) => FORMS[type.replace(`${manifest.name}.`, '')];
	const isOurs = (node: ExampleNode) => formOf(node) !== undefined;

	test('uses nodes that exist, ours among them', () => {
		expect(nodes.filter((node) => !isOurs(node) && !BUILT_IN_NODES[node.type]?.includes(node.typeVersion))).toEqual([]);
		expect(nodes.some(isOurs)).toBe(true);
	});

	test.each(nodes.filter(isOurs).map((node) => [node.name, node] as const))(
		'sets in "%s" only what the form shows, and all that it wants',
		(_, node) => {
			const { parameters } = node;
			const fields = formOf(node) ?? [];
			const form = { typeVersion: node.typeVersion };
			const filled = NodeHelpers.getNodeParameters(fields, parameters, true, false, form, null);
			expect(filled).toMatchObject(parameters);
			for (const [name, value] of Object.entries(parameters)) {
				const shown = fields.find(
					(field) => field.name === name && NodeHelpers.displayParameter(filled!, field, form, null),
				);
				expect(shown).toBeDefined();
				if (shown!.type !== 'options') continue;
				expect(shown!.options!.map((option) => 'value' in option && option.value)).toContain(value);
			}
			expect(NodeHelpers.getNodeParametersIssues(fields, aNode(filled!), null)).toBeNull();
		},
	);

	test('joins nodes that are there, each under a name and an id of its own', () => {
		const names = nodes.map(({ name }) => name);
		expect(new Set(names).size).toBe(nodes.length);
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
		const targets = Object.values(connections).flatMap(({ main }) => main.flat().map(({ node }) => node));
		expect([...Object.keys(connections), ...targets].filter((name) => !names.includes(name))).toEqual([]);
	});

	test('holds no credential', () => {
		expect(nodes.filter(({ credentials }) => credentials !== undefined)).toEqual([]);
	});

	test('is named in README', () => {
		expect(readme).toContain(`](${file})`);
	});
});
