/** What tells one purchase from another where the provider keeps idempotency keys: two databases never share one. */
import { Container } from '@n8n/di';
import { InstanceSettings } from 'n8n-core';
import type { Simulator } from '../tools/simulator';
import { aCreate, log, onStage, type RunOptions } from './stage';

const keysOf = (simulator: Simulator) =>
	simulator.requestsOf('apiframe', 'create').map(({ headers }) => headers['idempotency-key']);

/** One execution, as far as a database counts it. */
const EXECUTION: RunOptions = { executionId: '1', workflowId: 'imported', resumeToken: 'drawn for this one' };

afterEach(() => {
	jest.restoreAllMocks();
});

test('the same execution asks under the same key, so that nothing is bought twice', () =>
	onStage(async ({ simulator, run }) => {
		await run(aCreate('apiframe'), EXECUTION);
		await run(aCreate('apiframe'), EXECUTION);
		expect(new Set(keysOf(simulator)).size).toBe(1);
		expect(simulator.jobs).toHaveLength(1);
	}));

describe('the same count of executions, with the same prompt and the same account, buys another video', () => {
	const bothBuy = (other: RunOptions, between: () => void = () => {}, one = EXECUTION) =>
		onStage(async ({ simulator, run }) => {
			await run(aCreate('apiframe'), one);
			between();
			await run(aCreate('apiframe'), other);
			expect(new Set(keysOf(simulator)).size).toBe(2);
			expect(simulator.jobs).toHaveLength(2);
		});

	test('in a restored backup, which has key, address, workflow and count of the first', () =>
		bothBuy({ ...EXECUTION, resumeToken: 'drawn anew' }));

	test('in another workflow', () => bothBuy({ ...EXECUTION, workflowId: 'a copy' }));

	test('at an n8n of another address, where executions have no token', () => {
		const old = { ...EXECUTION, resumeToken: '' };
		const webhookWaitingBaseUrl = 'https://staging.example/webhook-waiting';
		return bothBuy({ ...old, webhookWaitingBaseUrl }, undefined, old);
	});

	test('at another instance, where executions have no token', () => {
		const old = { ...EXECUTION, resumeToken: '' };
		const otherInstance = () =>
			void jest.replaceProperty(Container.get(InstanceSettings), 'instanceId', 'another instance');
		return bothBuy(old, otherInstance, old);
	});
});

test('the log has the key before the answer is there, so that a job can be looked for when n8n dies', () =>
	onStage(async ({ simulator, run }) => {
		simulator.addFault({ kind: 'reset', operation: 'create', times: 9 });
		await run(aCreate('apiframe'), { ...EXECUTION, executionId: 'dies' });
		const [key] = keysOf(simulator);
		const lines = log.filter((line) => line.includes('item 0 of execution dies'));
		expect(lines).toEqual([expect.stringContaining(`key ${key})`)]);
	}));
