import { begin, callbacksOf, delayOf, durable, idsOf, jobIdsAt, requestsOf } from './support/durable';
import { startSuite, type Suite } from './support/suite';
import { itemsOf, runsOf } from '../host/workflows';

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 5_000 } });
});

afterAll(async () => {
	await suite.close();
});

describe.each(['apiframe', 'wiro'] as const)('a callback of %s', (provider) => {
	it('resumes the execution within a second of the end of the job', async () => {
		const workflow = durable(suite, { provider, prompts: ['A boat'], callback: 'thisExecution' });
		const { end, jobs } = await begin(suite, workflow);
		const execution = await end();
		console.log(provider, delayOf(execution, jobs[0]!), requestsOf(suite, jobs[0]!, 'read'), callbacksOf(suite, jobs[0]!).map(c=>c.attempts));
		expect(runsOf(execution, 'After')).toHaveLength(1);
		expect(jobIdsAt(execution, 'After')).toEqual(idsOf(jobs));
		console.log(JSON.stringify(itemsOf(execution, 'After')));
	});
});
