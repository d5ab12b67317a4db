import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { request } from 'undici';
import { startChatModel } from '../tools/host/chatModel';
import type { ExecutedItem, Execution, WorkflowInput } from '../tools/host/n8nTypes';
import { itemsOf, runsOf } from '../tools/host/workflows';
import type { SimulatedJob } from '../tools/simulator/types';
import type { ExampleName } from '../tools/support/examples';
import { agentHost, readAnswer } from './support/agent';
import { begun, finishAndRing, hintsOf, idsOf, jobIdsAt, untilStatus } from './support/durable';
import { jobsAbout } from './support/purchase';
import { startSuite, triggerOf, type Suite } from './support/suite';
import { addRows, chat, listOfPrompts, readRows, removeTable, template, untilPutOut } from './support/templates';
import { activate, type Listener } from './support/trigger';

const VIDEO_BYTES = 300_000;
/** Long enough that on a loaded machine, too, all jobs of a batch are made before the first is over. */
const JOB_SECONDS = 5;

/** A recheck comes a minute after the wait began at the earliest; what is there before was woken. */
const BEFORE_ANY_RECHECK_MS = 40_000;

/** Longer than any test: such a job ends when the test says so. */
const ENDLESS = '[[seconds:3600]]';

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: JOB_SECONDS * 1000, videoBytes: VIDEO_BYTES } });
});

afterAll(async () => {
	await suite.close();
});

function jobsAt(execution: Execution, nodeName: string): SimulatedJob[] {
	return itemsOf(execution, nodeName).map(({ json }) => {
		const job = suite.simulator.job(String(json['jobId']));
		if (job === undefined) throw new Error(`${nodeName} put out ${JSON.stringify(json)}`);
		return job;
	});
}

/** Whether all were being made at the same time. */
function areSideBySide(jobs: readonly SimulatedJob[]): boolean {
	const lastMade = Math.max(...jobs.map(({ createdAt }) => createdAt));
	return jobs.every(({ endsAt }) => endsAt > lastMade);
}

async function videoAt(url: string): Promise<Buffer> {
	const { body } = await request(url);
	return Buffer.from(await body.arrayBuffer());
}

async function expectVideo(item: ExecutedItem | undefined, job: SimulatedJob): Promise<void> {
	expect(item?.json).toMatchObject({ jobId: job.id, status: 'succeeded', videoUrl: job.videoUrl });
	const file = item?.binary?.['data'];
	expect(file?.mimeType).toBe('video/mp4');
	const bytes = await suite.client.downloadBinary(file?.id ?? '');
	expect(bytes).toHaveLength(VIDEO_BYTES);
	expect(bytes.equals(await videoAt(job.videoUrl))).toBe(true);
}

/** Publishes a workflow for as long as something is done: the path in an example is the same in every try of its test. */
async function whilePublished(workflow: WorkflowInput, act: (listener: Listener) => Promise<void>): Promise<void> {
	const listener = await activate(suite, workflow, triggerOf(workflow));
	try {
		await act(listener);
	} finally {
		await listener.deactivate();
	}
}

async function firstVideo(): Promise<void> {
	const execution = await suite.run(template(suite, 'first-video'));
	const [job, ...others] = jobsAt(execution, 'Hailuo');
	expect(others).toEqual([]);
	await expectVideo(itemsOf(execution, 'Hailuo')[0], job!);
}

async function batchOfPrompts(): Promise<void> {
	const prompts = listOfPrompts(['A boat', 'A lantern [[fail:Too dark]]', 'A roof']);
	const execution = await suite.run(template(suite, 'batch-of-prompts', { Prompts: prompts }));
	const jobs = jobsAt(execution, 'Create Videos');
	expect(areSideBySide(jobs)).toBe(true);
	const items = itemsOf(execution, 'Wait for Videos');
	expect(items).toHaveLength(3);
	await expectVideo(items[0], jobs[0]!);
	expect(items[1]?.json).toMatchObject({ jobId: jobs[1]!.id, status: 'failed', failure: { message: 'Too dark' } });
	await expectVideo(items[2], jobs[2]!);
}

async function sheetToVideos(): Promise<void> {
	const table = 'Hailuo prompts';
	// A try before this one may have left its rows.
	await removeTable(suite, table);
	const workflow = template(suite, 'sheet-to-videos');
	const first = await suite.run(workflow);
	const examples = jobsAt(first, 'Create Videos');
	expect(examples).toHaveLength(3);
	expect(areSideBySide(examples)).toBe(true);
	// Written down before the waiting begins, so that a run beside this one makes no row again.
	expect(itemsOf(first, 'Mark as Started').map(({ json }) => [json['status'], json['jobId']])).toEqual(
		examples.map(({ id }) => ['started', id]),
	);
	expect(runsOf(first, 'Mark as Started')[0]!.executionIndex).toBeLessThan(
		runsOf(first, 'Wait for Videos')[0]!.executionIndex!,
	);
	const finished = examples.map(({ id, videoUrl }) => ({ status: 'succeeded', jobId: id, videoUrl }));
	expect(await readRows(suite, table)).toMatchObject(finished);

	const refused = 'A prompt that is refused';
	suite.simulator.addFault({
		kind: 'status',
		status: 400,
		provider: 'apiframe',
		operation: 'create',
		message: 'Not this one',
		matches: ({ rawBody }) => rawBody.includes(refused),
	});
	const own = ['A kite', refused, 'A train [[fail:Too dark]]'];
	await addRows(
		suite,
		table,
		own.map((prompt) => ({ prompt })),
	);
	const second = await suite.run(workflow);
	expect(second.status).toBe('success');
	expect(itemsOf(second, 'Rows to Make').map(({ json }) => json['prompt'])).toEqual(own);
	const [kite, train] = jobsAt(second, 'Create Videos');
	expect(itemsOf(second, 'Save Video Link').map(({ json }) => json['prompt'])).toEqual([own[0]]);
	expect(
		itemsOf(second, 'Save Failure')
			.map(({ json }) => json['prompt'])
			.sort(),
	).toEqual([own[1], own[2]].sort());
	expect((await readRows(suite, table)).slice(3)).toMatchObject([
		{ prompt: own[0], status: 'succeeded', jobId: kite!.id, videoUrl: kite!.videoUrl },
		{ prompt: own[1], status: 'failed', jobId: null, videoUrl: null, failure: expect.stringContaining('refused') },
		{ prompt: own[2], status: 'failed', jobId: train!.id, failure: 'Too dark' },
	]);
}

/** Starts a workflow that makes videos and waits for them in one node, and waits until n8n has put it aside. */
async function park(workflow: WorkflowInput, mark: string): Promise<{ id: string; jobs: SimulatedJob[] }> {
	const before = jobsAbout(suite, mark).length;
	const id = await suite.start(workflow);
	await untilStatus(suite, id, 'waiting');
	return { id, jobs: jobsAbout(suite, mark).slice(before) };
}

async function durableBatch(): Promise<void> {
	const mark = 'of a durable batch';
	const prompts = listOfPrompts(['A boat', 'A lantern', 'A roof'].map((prompt) => `${prompt} ${mark} ${ENDLESS}`));
	const { id, jobs } = await park(template(suite, 'durable-batch', { Prompts: prompts }), mark);
	expect(jobs).toHaveLength(3);
	for (const job of [jobs[2]!, jobs[0]!, jobs[1]!]) await finishAndRing(suite, job);
	const execution = await suite.client.waitForExecution(id, { timeoutMs: BEFORE_ANY_RECHECK_MS });
	const order = ['A boat', 'A lantern', 'A roof'].map((prompt) =>
		jobs.find(({ request: asked }) => JSON.stringify(asked).includes(prompt))!,
	);
	expect(jobIdsAt(execution, 'Go On from Here')).toEqual(idsOf(order));
	expect(runsOf(execution, 'Go On from Here')).toHaveLength(1);
	for (const [index, item] of itemsOf(execution, 'Go On from Here').entries()) await expectVideo(item, order[index]!);
	expect(hintsOf(execution, 'Create Videos and Wait')).toEqual([]);
}

async function loopAsFinished(): Promise<void> {
	const prompts = listOfPrompts(['A boat', 'A lantern', 'A roof'].map((prompt) => `${prompt} ${ENDLESS}`));
	const id = await suite.start(template(suite, 'loop-as-finished', { Prompts: prompts }));
	await untilStatus(suite, id, 'waiting');
	const { jobs, suspended, end } = await begun(suite, id, 'Create Videos');
	const order = [jobs[2]!, jobs[0]!, jobs[1]!];
	for (const [index, job] of order.entries()) {
		await suspended();
		await finishAndRing(suite, job);
		await untilPutOut(suite, id, 'Go On from Here', index + 1);
	}
	const execution = await end();
	expect(jobIdsAt(execution, 'Go On from Here')).toEqual(idsOf(order));
	expect(runsOf(execution, 'Go On from Here')).toHaveLength(3);
	for (const [index, item] of itemsOf(execution, 'Go On from Here').entries()) await expectVideo(item, order[index]!);
	expect(hintsOf(execution, 'Wait for Videos')).toEqual([]);
}

async function fireAndForget(): Promise<void> {
	await whilePublished(template(suite, 'fire-and-forget-receive'), async (listener) => {
		const made = template(suite, 'fire-and-forget', { 'Create Video': { callbackUrl: listener.url } });
		const [job] = jobsAt(await suite.run(made), 'Create Video');
		expect((await listener.items(1)).map(({ json }) => json['jobId'])).toEqual([job!.id]);
		const [execution] = await listener.executions();
		expect(itemsOf(execution!, 'Row and Video').map(({ json }) => json)).toEqual([
			{ row: 7, status: 'succeeded', videoUrl: job!.videoUrl },
		]);
	});
}

async function triggerResumes(): Promise<void> {
	await whilePublished(template(suite, 'trigger-resumes-receive'), async (listener) => {
		const mark = 'A boat that a trigger resumes';
		const waiting = template(suite, 'trigger-resumes', {
			'Create Video and Wait': { callbackUrl: listener.url, prompt: `${mark} ${ENDLESS}` },
		});
		const { id, jobs } = await park(waiting, mark);
		suite.simulator.finishJob(jobs[0]!.id);
		const execution = await suite.client.waitForExecution(id, { timeoutMs: BEFORE_ANY_RECHECK_MS });
		expect(itemsOf(execution, 'Continue Here')).toHaveLength(1);
		await expectVideo(itemsOf(execution, 'Continue Here')[0], jobs[0]!);
		expect(await listener.executions()).toEqual([]);
	});
}

async function compareGateways(): Promise<void> {
	const execution = await suite.run(template(suite, 'compare-gateways'));
	const jobs = [...jobsAt(execution, 'Create at Gateway A'), ...jobsAt(execution, 'Create at Gateway B')];
	expect(jobs.map(({ provider }) => provider)).toEqual(['apiframe', 'wiro']);
	const placeOf = (nodeName: string) => runsOf(execution, nodeName)[0]!.executionIndex!;
	expect(placeOf('Create at Gateway B')).toBeLessThan(placeOf('Wait at Gateway A'));
	expect(runsOf(execution, 'Comparison')).toHaveLength(1);
	const compared = itemsOf(execution, 'Comparison').map(({ json }) => json);
	expect(compared).toEqual(
		jobs.map(({ provider, videoUrl }) => ({
			gateway: provider,
			status: 'succeeded',
			seconds: expect.any(Number),
			cost: expect.stringMatching(/^[\d.]+ (credits|USD)$/),
			videoUrl,
			reason: null,
		})),
	);
	// Wiro dates a job in whole seconds.
	for (const { seconds } of compared) expect(Math.abs(Number(seconds) - JOB_SECONDS)).toBeLessThanOrEqual(1);
}

async function compareWithOneThatRefuses(): Promise<void> {
	const prompt = 'A prompt that one gateway refuses';
	suite.simulator.addFault({
		kind: 'status',
		status: 400,
		provider: 'wiro',
		operation: 'create',
		message: 'Not this one',
		matches: ({ rawBody }) => rawBody.includes(prompt),
	});
	const assignments = { assignments: [{ id: '1', name: 'prompt', type: 'string', value: prompt }] };
	const execution = await suite.run(template(suite, 'compare-gateways', { Prompt: { assignments } }));
	const [made] = jobsAt(execution, 'Create at Gateway A');
	expect(runsOf(execution, 'Comparison')).toHaveLength(1);
	expect(itemsOf(execution, 'Comparison').map(({ json }) => json)).toMatchObject([
		{ gateway: 'apiframe', status: 'succeeded', videoUrl: made!.videoUrl },
		{ gateway: 'Create at Gateway B', status: 'refused', videoUrl: null, reason: expect.stringContaining('refused') },
	]);
}

async function saveVideo(): Promise<void> {
	// n8n's default for what its file nodes may touch, in the home folder that the suite gave it.
	const files = path.join(suite.server.userFolder, '.n8n-files');
	await mkdir(files, { recursive: true });
	const folder = await mkdtemp(path.join(files, 'videos-'));
	const assignments = ['prompt', 'folder'].map((name, index) => ({
		id: String(index),
		name,
		type: 'string',
		value: { prompt: 'A boat', folder }[name],
	}));
	const execution = await suite.run(
		template(suite, 'save-video', { 'Prompt and Folder': { assignments: { assignments } } }),
	);
	const [job] = jobsAt(execution, 'Create Video and Wait');
	const name = `apiframe-${job!.id}.mp4`;
	expect(itemsOf(execution, 'Save Video to Disk')).toMatchObject([
		{ json: { jobId: job!.id, fileName: path.join(folder, name) } },
	]);
	expect(await readdir(folder)).toEqual([name]);
	expect((await readFile(path.join(folder, name))).equals(await videoAt(job!.videoUrl))).toBe(true);
}

async function aiAgent(): Promise<void> {
	const wish = 'Show me a paper boat, please';
	const prompt = 'A paper boat of an agent crosses a puddle';
	const bought = jobsAbout(suite, prompt).length;
	const model = await startChatModel();
	try {
		const { credential } = await agentHost(suite, model);
		const conversation = model.expect(wish, [
			{ calls: [{ tool: 'Create_Video_and_Wait', values: { Prompt: prompt } }] },
			(answers) => ({ says: `Here it is: ${String(readAnswer(answers[0])['videoUrl'])}` }),
		]);
		const agent = template(suite, 'ai-agent', {}, { 'OpenAI Chat Model': { openAiApi: credential } });
		const { answer, execution } = await chat(suite, agent, wish);

		expect(execution.status).toBe('success');
		const [job, ...others] = jobsAbout(suite, prompt).slice(bought);
		expect(others).toEqual([]);
		const output = `Here it is: ${job!.videoUrl}`;
		expect(answer).toMatchObject({ output });
		expect(itemsOf(execution, 'AI Agent')).toMatchObject([{ json: { output } }]);
		// What a video costs is not the model's to say.
		expect(conversation.tools()).toMatchObject([
			{ name: 'Create_Video_and_Wait', parameters: { required: ['Prompt'] } },
		]);
		expect(Object.keys(conversation.tools()[0]!.parameters.properties!)).toEqual(['Prompt']);
	} finally {
		await model.close();
	}
}

interface Behaviour {
	does: string;
	run(): Promise<void>;
}

/** Every example, imported as it is, with credentials chosen and filled in what its note asks for. */
const BEHAVIOURS: Record<ExampleName, readonly Behaviour[]> = {
	'first-video': [{ does: 'makes one video and its file', run: firstVideo }],
	'batch-of-prompts': [{ does: 'makes all videos side by side and lets failed ones flow on', run: batchOfPrompts }],
	'sheet-to-videos': [
		{ does: 'makes each new row once, and writes back links by one branch, failures by another', run: sheetToVideos },
	],
	'durable-batch': [{ does: 'lets all videos go on when a callback says that the last is done', run: durableBatch }],
	'loop-as-finished': [{ does: 'lets each video go on when a callback says that it is done', run: loopAsFinished }],
	'fire-and-forget': [{ does: 'hands the video to another workflow, with what it knew', run: fireAndForget }],
	'trigger-resumes': [{ does: 'goes on where it waited when the trigger wakes it', run: triggerResumes }],
	'compare-gateways': [
		{ does: 'has time, cost and address of both videos in one table', run: compareGateways },
		{ does: 'has a row for a gateway that refuses the job', run: compareWithOneThatRefuses },
	],
	'save-video': [{ does: "puts the file into the folder where n8n's nodes may write", run: saveVideo }],
	'ai-agent': [{ does: 'buys one video for a wish in the chat and answers with its link', run: aiAgent }],
};

const cases = Object.entries(BEHAVIOURS).flatMap(([name, behaviours]) =>
	behaviours.map(({ does, run }) => [`${name}.json`, does, run] as const),
);

test.concurrent.each(cases)('%s %s', async (_, __, run) => {
	await run();
});
