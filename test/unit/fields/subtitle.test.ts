import { Workflow, type INode, type INodeParameters, type INodeType } from 'n8n-workflow';
import { MODELS } from '../../../nodes/Hailuo/core/video/catalog';
import { hailuoProperties, hailuoTriggerProperties } from '../../../nodes/Hailuo/fields/form';
import { Hailuo } from '../../../nodes/Hailuo/Hailuo.node';
import { HailuoTrigger } from '../../../nodes/Hailuo/HailuoTrigger.node';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { fill } from './form';

const OPERATIONS = [
	['cancel', 'Cancel'],
	['create', 'Create'],
	['createAndWait', 'Create and Wait'],
	['get', 'Get'],
	['wait', 'Wait'],
] as const;

/** The text under the node, evaluated as n8n's editor does: without an execution, with nothing but the parameters. */
function subtitleOf(type: INodeType, parameters: INodeParameters): unknown {
	const node: INode = { id: '1', name: 'Node', type: 'type', typeVersion: 1, position: [0, 0], parameters };
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) },
	});
	return workflow.expression.getSimpleParameterValue(node, type.description.subtitle, 'internal', {}, undefined);
}

const under = (parameters: INodeParameters) => subtitleOf(new Hailuo(), fill(parameters, hailuoProperties));
const underTrigger = (parameters: INodeParameters) =>
	subtitleOf(new HailuoTrigger(), fill(parameters, hailuoTriggerProperties));

describe('the subtitle', () => {
	const combinations = providers.flatMap((provider) =>
		OPERATIONS.filter(([operation]) => operation !== 'cancel' || provider.cancel !== undefined).flatMap(
			([operation, word]) => provider.offers.map(({ model }) => ({ provider, operation, word, model })),
		),
	);

	test.each(combinations)('of $provider.id $operation $model is in words', ({ provider, operation, word, model }) => {
		const creates = operation === 'create' || operation === 'createAndWait';
		const short = MODELS[model].label.replace('Hailuo ', '');
		expect(under({ provider: provider.id, operation, model })).toBe(
			`${provider.label}${creates ? `, ${short}` : ''}: ${word}`,
		);
	});

	test('of a new node names what it would do', () => {
		expect(under({})).toBe('AI/ML API, 2.3: Create and Wait');
	});

	test('leaves out a model that an expression chooses', () => {
		expect(under({ provider: 'wiro', operation: 'create', model: '={{ $json.model }}' })).toBe('Wiro: Create');
	});

	test.each([
		['apiframe', 'startWorkflow', 'Apiframe: Start This Workflow'],
		['evolink', 'startWorkflow', 'EvoLink: Start This Workflow'],
		['wiro', 'resumeExecution', 'Wiro: Resume the Waiting Execution'],
	])('of a trigger for %s that does %s is "%s"', (provider, onCallback, text) => {
		expect(underTrigger({ provider, onCallback })).toBe(text);
	});
});
