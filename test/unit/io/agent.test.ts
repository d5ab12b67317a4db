import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';
import { tellAgent, wholeText } from '../../../nodes/Hailuo/io/agent';

const node: INode = { id: '1', name: 'Hailuo', type: 'hailuoTool', typeVersion: 1, position: [0, 0], parameters: {} };

const failing = (message: string, description?: string) =>
	new NodeOperationError(node, message, description === undefined ? {} : { description });

test.each<[string, Error, string]>([
	['as two sentences', failing('It failed [item 0]', 'Try again.'), 'It failed [item 0]. Try again.'],
	['without a second full stop', failing('It failed.', 'Try again.'), 'It failed. Try again.'],
	['once, where the message has it already', failing('It failed. Try again.', 'Try again.'), 'It failed. Try again.'],
	['the message alone where there is no more', failing('It failed'), 'It failed'],
	['of any error', new Error('It failed'), 'It failed'],
])('tells message and description in one text: %s', (_how, error, text) => {
	expect(wholeText(error)).toBe(text);
});

test('an agent gets the error itself, with all it says in its message and its job kept', () => {
	const error = new NodeApiError(node, { message: 'x' }, { message: 'It failed', description: 'Job 7 is not lost.' });
	error.context['job'] = { jobId: '7' };
	expect(tellAgent(error, false)).toBe(error);
	expect(error.message).toBe('It failed. Job 7 is not lost.');
	expect(error.description).toBeNull();
	expect(error.context['job']).toEqual({ jobId: '7' });
});

test('what is no error of n8n comes back untouched', () => {
	const plain = new Error('x');
	expect([tellAgent(plain, true), tellAgent('text', true), tellAgent(undefined, false)]).toEqual([
		plain,
		'text',
		undefined,
	]);
});

test('an agent that calls the node itself gets our words also where they name a network code', () => {
	const error = new NodeApiError(node, { message: 'x' }, { description: 'What came back: read ECONNRESET.' });
	error.message = 'It is not known';
	error.context['job'] = { jobId: '7' };
	// n8n hands it on so.
	const handedOn = new NodeOperationError(node, tellAgent(error, true) as Error);
	expect(handedOn.message).toBe('It is not known. What came back: read ECONNRESET.');
	expect(handedOn.context['job']).toEqual({ jobId: '7' });
});
