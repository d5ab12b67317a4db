/** The n8n process is killed: it sends nothing again by itself, and what had been bought stays on record. */
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowNode } from '../tools/host/n8nTypes';
import {
	hailuo,
	itemsOf,
	manualTrigger,
	noOperation,
	runsOf,
	webhookTrigger,
	workflowOf,
} from '../tools/host/workflows';
import { until } from '../tools/support/until';
import { jobIdsAt } from './support/durable';
import {
	createsAbout,
	holds,
	jobsAbout,
	numbered,
	PROVIDERS,
	purchase,
	readsOf,
	RETRY,
	start,
} from './support/purchase';
import { startSuite, type Suite } from './support/suite';
import { post } from './support/trigger';

/** n8n's recovery is over long before: it marks executions as crashed while it starts. */
const SILENCE_MS = 6_000;
const PROGRESS = { workflowSettings: { saveExecutionProgress: true } };

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 600_000 } });
});

afterAll(async () => {
	await suite.close();
});

/** Starts a purchase as a live workflow would, by its webhook; its create is never answered, though the job is made. */
async function startUnanswered(mark: string, provider: (typeof PROVIDERS)[number]): Promise<string> {
	suite.simulator.addFault({ kind: 'hang', moment: 'after', operation: 'create', matches: holds(mark) });
	const path = mark.replaceAll(' ', '-');
	const trigger = webhookTrigger(path, 'Start');
	// A node that n8n would run again were it to take the execution up where it was.
	const workflow = purchase(suite, provider, { prompts: [mark], trigger, settings: RETRY, ...PROGRESS });
	const { id } = await suite.client.createWorkflow(workflow);
	await suite.client.activateWorkflow(id);
	await post(`${suite.server.url}/webhook/${path}`, {});
	await until(`the job of ${mark}`, () => jobsAbout(suite, mark).length === 1);
	const [execution] = await suite.client.listExecutions({ workflowId: id });
	return execution!.id;
}

test('n8n killed while creates are in flight and while jobs are waited for buys nothing twice and forgets no job', async () => {
	const marks = PROVIDERS.map((provider) => ({ provider, mark: `in flight at ${provider}` }));
	const inFlight = await Promise.all(marks.map(async ({ mark, provider }) => await startUnanswered(mark, provider)));

	const waitingMark = 'waited for';
	const wait = hailuo({ provider: 'wiro', operation: 'wait' }, suite.credentials, { name: 'Wait' });
	const behind = [wait, noOperation('After')];
	const workflow = purchase(suite, 'wiro', { prompts: numbered(waitingMark, 3), behind, ...PROGRESS });
	const waiting = await start(suite, workflow);
	await until('all jobs to be looked at', () => {
		const jobs = jobsAbout(suite, waitingMark);
		return jobs.length === 3 && jobs.every((job) => readsOf(suite, job).length > 0);
	});

	await suite.crashAndRestart();
	const crashed = await Promise.all(
		[...inFlight, waiting].map(async (id) => await suite.client.waitForExecution(id, { until: ['crashed'] })),
	);
	await pause(SILENCE_MS);

	for (const { mark } of marks) {
		expect(createsAbout(suite, mark)).toMatchObject([{ aborted: true }]);
		expect(jobsAbout(suite, mark)).toHaveLength(1);
	}
	const bought = jobsAbout(suite, waitingMark).map(({ id }) => id);
	expect(bought).toHaveLength(3);
	const record = crashed.at(-1)!;
	expect(jobIdsAt(record, 'Buy').sort()).toEqual([...bought].sort());
	expect(runsOf(record, 'Wait')).toMatchObject([{ executionStatus: 'crashed' }]);

	// A person retries it from the list: the wait goes on for what was bought.
	for (const id of bought) suite.simulator.finishJob(id);
	const retried = await suite.client.waitForExecution(await suite.client.retryExecution(waiting));
	expect(retried.status).toBe('success');
	expect(itemsOf(retried, 'After').map(({ json }) => json['status'])).toEqual(Array(3).fill('succeeded'));
	expect(jobIdsAt(retried, 'After')).toEqual(jobIdsAt(record, 'Buy'));
	expect(createsAbout(suite, waitingMark)).toHaveLength(3);
});

test("the HTTP Request node lists Wiro's tasks with our credential, which finds a job whose id is not known", async () => {
	const list: WorkflowNode = {
		...noOperation('List'),
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			method: 'POST',
			url: `${suite.simulator.endpoints.wiro.baseUrl}/v1/Task/List`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'hailuoWiroApi',
			sendBody: true,
			specifyBody: 'json',
			jsonBody: '{"type":"model","sort":"id","order":"DESC","start":"0","limit":"20"}',
		},
		credentials: { hailuoWiroApi: suite.credentials['hailuoWiroApi']! },
	};
	const execution = await suite.run(workflowOf('Look up', [manualTrigger(), list]));

	const newest = suite.simulator.jobs.filter(({ provider }) => provider === 'wiro').at(-1);
	expect(itemsOf(execution, 'List')).toMatchObject([{ json: { result: true, tasklist: [{ id: newest!.id }] } }]);
});
