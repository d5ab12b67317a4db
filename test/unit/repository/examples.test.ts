import { NodeHelpers, type INode, type INodeParameters, type INodeProperties } from 'n8n-workflow';
import { hailuoProperties, hailuoTriggerProperties } from '../../../nodes/Hailuo/fields/form';
import { exampleFiles } from '../../tools/support/examples';
import { listFiles, readRepositoryFile } from '../../tools/support/repository';

const readme = readRepositoryFile('README.md');
const list = readRepositoryFile('examples/README.md');
const manifest = JSON.parse(readRepositoryFile('package.json'));

function aNode(parameters: INodeParameters): INode {
	return { id: '1', name: 'Hailuo', type: 'n8n-nodes-hailuo.hailuo', typeVersion: 1, position: [0, 0], parameters };
}

interface ExampleNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: INodeParameters;
}

interface Example {
	name: string;
	nodes: ExampleNode[];
	/** By the node they leave, then by their kind: `main`, or what serves an agent. */
	connections: Record<string, Record<string, Array<Array<{ node: string }>>>>;
}

/** Nodes of n8n itself that examples may use, in versions that n8n has. */
const BUILT_IN_NODES: Record<string, number[]> = {
	'@n8n/n8n-nodes-langchain.agent': [3.1],
	'@n8n/n8n-nodes-langchain.chatTrigger': [1.4],
	'@n8n/n8n-nodes-langchain.lmChatOpenAi': [1.2],
	'n8n-nodes-base.dataTable': [1.1],
	'n8n-nodes-base.if': [2.2],
	'n8n-nodes-base.manualTrigger': [1],
	'n8n-nodes-base.merge': [3.2],
	'n8n-nodes-base.noOp': [1],
	'n8n-nodes-base.readWriteFile': [1.1],
	'n8n-nodes-base.set': [3.4],
	'n8n-nodes-base.splitOut': [1],
	'n8n-nodes-base.stickyNote': [1],
};

const FORMS: Record<string, INodeProperties[]> = {
	hailuo: hailuoProperties,
	hailuoTool: hailuoProperties,
	hailuoTrigger: hailuoTriggerProperties,
};

/** What an exported workflow may say beyond this would tell of somebody's n8n: `credentials`, `meta`, `pinData`. */
const KEYS_OF_A_WORKFLOW = ['name', 'nodes', 'connections', 'settings'];
const KEYS_OF_A_NODE = [
	'id',
	'name',
	'type',
	'typeVersion',
	'position',
	'parameters',
	'webhookId',
	'onError',
	'executeOnce',
];

const GRID = 16;
/** A node of the canvas with the name below it. */
const NODE_SIZE = { width: 96, height: 144 };

interface Box {
	left: number;
	top: number;
	right: number;
	bottom: number;
}

const isNote = ({ type }: ExampleNode) => type === 'n8n-nodes-base.stickyNote';

function boxOf(node: ExampleNode): Box {
	const [left, top] = node.position;
	const { width, height } = isNote(node) ? node.parameters : NODE_SIZE;
	return { left, top, right: left + Number(width), bottom: top + Number(height) };
}

function areApart(one: Box, other: Box): boolean {
	return one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
}

function holds(outer: Box, inner: Box): boolean {
	return (
		outer.left <= inner.left && inner.right <= outer.right && outer.top <= inner.top && inner.bottom <= outer.bottom
	);
}

const readExamples = () => listFiles('examples', '.json').map((file): Example => JSON.parse(readRepositoryFile(file)));

test('every example is run by the end-to-end tests', () => {
	expect([...exampleFiles].sort()).toEqual(listFiles('examples', '.json'));
});

describe.each(listFiles('examples', '.json'))('%s', (file) => {
	const text = readRepositoryFile(file);
	const example: Example = JSON.parse(text);
	const { nodes, connections } = example;
	const formOf = ({ type }: ExampleNode) => FORMS[type.replace(`${manifest.name}.`, '')];
	const isOurs = (node: ExampleNode) => formOf(node) !== undefined;
	const [opening, ...others] = nodes;
	const content = String(opening!.parameters['content']);

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
		const targets = Object.values(connections).flatMap((byKind) =>
			Object.values(byKind).flatMap((outputs) => outputs.flat().map(({ node }) => node)),
		);
		expect([...Object.keys(connections), ...targets].filter((name) => !names.includes(name))).toEqual([]);
		const joined = new Set([...Object.keys(connections), ...targets]);
		const alone = nodes.filter((node) => !isNote(node) && !joined.has(node.name));
		// A trigger that only wakes other executions leads nowhere.
		expect(alone.filter(({ parameters }) => parameters['onCallback'] !== 'resumeExecution')).toEqual([]);
	});

	test('holds no credential, no pinned data and nothing of the n8n that it was made in', () => {
		expect(Object.keys(example).filter((key) => !KEYS_OF_A_WORKFLOW.includes(key))).toEqual([]);
		expect(nodes.flatMap((node) => Object.keys(node)).filter((key) => !KEYS_OF_A_NODE.includes(key))).toEqual([]);
		const addresses = (text.match(/https?:\/\/[^/"]+/g) ?? []).filter((each) => each !== 'https://n8n.example.com');
		expect(addresses).toEqual([]);
	});

	test('opens with a note that says what it does and what to fill in', () => {
		expect(isNote(opening!)).toBe(true);
		expect(content).toMatch(/^## [A-Z].+\n[A-Z*].+\n\n\*\*Fill in\*\*\n1\. /);
		const pays = nodes.some(({ parameters }) => ['create', 'createAndWait'].includes(String(parameters['operation'])));
		if (pays) expect(content).toMatch(/makes (one|two) videos?, .*(pays|paid)/);
	});

	test('names in its notes nodes, fields and workflows that are there', () => {
		const labels = [...hailuoProperties, ...hailuoTriggerProperties].flatMap((field) => [
			field.displayName,
			...(field.options ?? []).map((option) => ('displayName' in option ? option.displayName : option.name)),
		]);
		const ours = ['Hailuo Trigger', 'Recheck', 'Finished'];
		/** n8n's own words. */
		const theirs = ['Fill in', 'Data tables', 'Get Row(s)', 'Update Row', 'Upload'];
		const known = [...nodes, ...readExamples()].map(({ name }) => name).concat(labels, ours, theirs);
		const tables = nodes.map(({ parameters }) => parameters['tableName']);
		const notes = nodes.filter(isNote).map(({ parameters }) => String(parameters['content']));
		const named = notes.flatMap((note) => [...note.matchAll(/\*{1,2}([^*\n]+)\*{1,2}/g)].map(([, name]) => name!));
		const unknown = named.filter((name) => !known.includes(name) && !tables.includes(name) && !name.includes('rows'));
		expect(unknown).toEqual([]);
	});

	test('is laid out on the grid, nothing over anything else, its note before its nodes', () => {
		expect(nodes.filter(({ position }) => position.some((coordinate) => coordinate % GRID !== 0))).toEqual([]);
		const steps = others.filter((node) => !isNote(node));
		for (const [index, node] of steps.entries()) {
			const covered = steps.slice(index + 1).filter((other) => !areApart(boxOf(node), boxOf(other)));
			expect(covered.map(({ name }) => name)).toEqual([]);
		}
		const note = boxOf(opening!);
		expect(others.filter((other) => !areApart(note, boxOf(other))).map(({ name }) => name)).toEqual([]);
		expect(steps.every((step) => note.bottom <= boxOf(step).top || note.right <= boxOf(step).left)).toBe(true);
		// Other notes stand beside nodes, or frame them.
		for (const other of others.filter(isNote)) {
			const cut = steps.filter((step) => !areApart(boxOf(other), boxOf(step)) && !holds(boxOf(other), boxOf(step)));
			expect(cut.map(({ name }) => name)).toEqual([]);
		}
	});

	test('is named in README and in the list of examples', () => {
		expect(readme).toContain(`](${file})`);
		expect(list).toContain(`](${file.replace('examples/', '')})`);
	});
});
