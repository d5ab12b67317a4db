/** A durable wait in one node, in a real n8n. */
import { manualTrigger, hailuo, inARow, itemsOf, noOperation, VIDEO_FROM_PROMPT, workflowOf } from '../tools/host/workflows';
import type { WorkflowInput } from '../tools/host/n8nTypes';
import { delayOf, prompts, untilStatus } from './support/durable';
import { startSuite, type Suite } from './support/suite';

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 600_000 } });
});

afterAll(async () => {
	await suite.close();
});

function suspending(texts: readonly string[], changes: Record<string, unknown> = {}): WorkflowInput {
	const { options, ...parameters } = changes;
	const node = hailuo(
		{
			provider: 'apiframe',
			operation: 'createAndWait',
			...VIDEO_FROM_PROMPT,
			waitStrategy: 'suspend',
			callback: 'thisExecution',
			...parameters,
			options: { recheckInterval: 1, ...(typeof options === 'object' ? options : {}) },
		},
		suite.credentials,
		{ name: 'Video' },
	);
	return workflowOf('Suspended', [manualTrigger(), ...prompts(texts), node, noOperation('After')]);
}

test('comes out a moment after its callback', async () => {
	const id = await suite.start(suspending(['A boat [[seconds:8]]', 'Another [[seconds:10]]']));
	await untilStatus(suite, id, 'waiting');
	const execution = await suite.client.waitForExecution(id, { timeoutMs: 150_000 });
	console.log(execution.status, JSON.stringify(itemsOf(execution, 'After'), null, 1).slice(0, 3000));
	console.log(suite.simulator.requests.map((r) => `${r.operation} ${r.path}`).join('\n'));
	console.log(suite.simulator.jobs.map((job) => delayOf(execution, job)), suite.simulator.callbacks.map((c) => JSON.stringify(c).slice(0, 500)));
	expect(execution.status).toBe('success');
});
