/** n8n is killed at any moment of a suspended purchase: nothing is bought twice, and no job is lost. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionSummary } from '../tools/host/n8nTypes';
import { inARow, itemsOf, manualTrigger, noOperation, workflowOf } from '../tools/host/workflows';
import type { SimulatedJob } from '../tools/simulator/types';
import { until } from '../tools/support/until';
import { promptOf, prompts, suspendedVideo } from './support/durable';
import { startSuite, type Suite } from './support/suite';

const KILLS = 20;
const ITEMS = ['first', 'second', 'third'];

/** From the press of the button to the kill: creating takes a second here, and suspending some hundred milliseconds. */
const LATEST_KILL_MS = 2_500;

/** How long the simulator takes to answer a create, and n8n at most to read the answer on a busy machine. */
const CREATE_MS = 700;
const READING_MS = 300;

/** n8n looks each minute for what it has to go on with, and a recheck comes a minute after that at the latest. */
const OVER_MS = 240_000;

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 20_000 } });
	suite.simulator.addFault({ kind: 'slow', operation: 'create', delayMs: CREATE_MS, moment: 'after', times: Infinity });
});

afterAll(async () => {
	await suite.close();
});

/** Three videos of one round, one after another, so that a kill finds some bought and some not. */
async function start(round: number): Promise<string> {
	const video = suspendedVideo(suite, { options: { maxConcurrency: 2 } });
	const texts = prompts(ITEMS.map((item) => `round ${round}, ${item}`));
	const row = [manualTrigger(), ...texts, video, noOperation('After')];
	const { id } = await suite.client.createWorkflow(workflowOf(`Round ${round}`, row, { wires: inARow(row) }));
	await suite.client.runWorkflow(id, { trigger: 'Start' });
	return id;
}

const isOver = ({ status }: ExecutionSummary) => ['success', 'error', 'crashed', 'canceled'].includes(status);

test(`n8n killed at ${KILLS} moments of Create and Wait buys nothing twice and loses no job`, async () => {
	const workflows: string[] = [];
	const kills: number[] = [];
	for (let round = 0; round < KILLS; round += 1) {
		workflows.push(await start(round));
		// Spread over all of it, each in a place of its own.
		await pause((LATEST_KILL_MS * (round + Math.random())) / KILLS);
		kills.push(Date.now());
		await suite.crashAndRestart();
	}
	const rows = async () => (await Promise.all(workflows.map((id) => suite.client.listAllExecutions(id)))).flat();
	await until('every execution is over', async () => (await rows()).every(isOver), {
		timeoutMs: OVER_MS,
		pauseMs: 2_000,
	});

	const { jobs } = suite.simulator;
	const asked = jobs.map(promptOf);
	expect(asked.filter((prompt, index) => asked.indexOf(prompt) !== index)).toEqual([]);

	const executions = await Promise.all((await rows()).map(({ id }) => suite.client.getExecution(id)));
	const out = executions.flatMap((execution) => itemsOf(execution, 'After').map(({ json }) => String(json['jobId'])));
	expect(out.filter((id, index) => out.indexOf(id) !== index)).toEqual([]);
	const records = `${suite.log} ${JSON.stringify(executions)}`;
	const lost = jobs.filter(({ id }) => !records.includes(id));
	// The answer of a create can be on its way when the process dies, or just read; then the log has what it was asked for.
	const isUnderWay = (job: SimulatedJob) =>
		kills.some((at) => at >= job.createdAt && at <= job.createdAt + CREATE_MS + READING_MS);
	expect(lost.filter((job) => !isUnderWay(job)).map(promptOf)).toEqual([]);
	const askedFor = suite.log.match(/is asked for the video of item \d of execution \d+/g) ?? [];
	// A kill can come between the line and the request.
	expect(askedFor.length).toBeGreaterThanOrEqual(jobs.length);
	process.stdout.write(
		`${KILLS} kills: ${jobs.length} jobs bought, ${out.length} came out, ${jobs.length - out.length - lost.length} on record, ` +
			`${lost.length} whose answer was under way; executions: ${executions
				.map(({ status }) => status)
				.sort()
				.join(', ')}\n`,
	);
	expect(out.length).toBeGreaterThan(0);
}, 900_000);
