import * as n8nWorkflow from 'n8n-workflow';
import { errorDetailsField, isCalledDirectly, NodeConnectionTypes } from '../../../nodes/Hailuo/io/n8nInternals';

describe('an item for the error output', () => {
	it('carries its job in details on this n8n', () => {
		expect(errorDetailsField(n8nWorkflow)).toBe('details');
	});

	it('carries its job in message on an n8n that would not recognise it by details', () => {
		expect(errorDetailsField({ NodeOperationError: n8nWorkflow.NodeOperationError })).toBe('message');
	});
});

test('the ordinary connection is called as n8n calls it', () => {
	expect(NodeConnectionTypes.Main).toBe(n8nWorkflow.NodeConnectionTypes.Main);
});

test.each<[string, object, boolean]>([
	['an n8n that says so', { isToolExecution: () => true }, true],
	['an older one, by the connection it is called through', { connectionType: 'ai_tool' }, true],
	['the engine', { isToolExecution: () => false }, false],
	['the engine of an older one', {}, false],
])('whether an agent calls the node itself is told by %s', (_how, context, isDirect) => {
	expect(isCalledDirectly(context)).toBe(isDirect);
});
