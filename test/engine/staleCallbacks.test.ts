/**
 * Callbacks that have found an execution in a state it has left by the time they are answered. n8n loads the execution when
 * a request's headers come and asks the node when its body has come: whoever woke it from that state would have it buy again.
 */
import type { IConnections, IDataObject, INodeExecutionData, IRunExecutionData } from 'n8n-workflow';
import { CALLING_PROVIDERS, type CallingProvider } from '../tools/simulator/types';
import { aHailuoNode, aNode, runWorkflow, type EngineRun, type WebhookCall } from '../tools/support/runNode';
import { aCreate, nextExecutionId, onJob, onStage, type Stage } from './stage';
import { pass, to, wokenBy } from './looping';

/** Two purchases in a row, each with a suspended wait behind it. */
interface Scene {
	/** Runs the workflow from its start, or goes on with what n8n has stored. */
	goOn(stored?: IRunExecutionData): Promise<EngineRun>;
	/** Ends the job that was made last. @returns what the provider posts about it */
	endLast(): Promise<IDataObject>;
	jobsMade(): number;
}

function sceneAt({ credentials, simulator }: Stage, provider: CallingProvider): Scene {
	const executionId = nextExecutionId();
	const node = (name: string, parameters: Parameters<typeof aHailuoNode>[0]) =>
		aHailuoNode(parameters, { id: name, name });
	const wait = { ...onJob('wait', provider), waitStrategy: 'loop', release: 'together' };
	const nodes = [
		aNode('Items', 'test.items'),
		node('Create 1', aCreate(provider, { prompt: 'A boat' })),
		node('Wait 1', wait),
		node('Create 2', aCreate(provider, { prompt: 'A bridge' })),
		node('Wait 2', wait),
		aNode('After', 'test.pass'),
	];
	const connections: IConnections = {
		Items: { main: [to('Create 1')] },
		'Create 1': { main: [to('Wait 1')] },
		'Wait 1': { main: [to('Wait 1'), to('Create 2')] },
		'Create 2': { main: [to('Wait 2')] },
		'Wait 2': { main: [to('Wait 2'), to('After')] },
	};
	return {
		goOn: async (resumeOf) =>
			await runWorkflow(nodes, connections, { credentials, executionId, ...(resumeOf && { resumeOf }) }),
		async endLast() {
			const id = simulator.jobs.at(-1)!.id;
			simulator.finishJob(id);
			const { rawBody } = await simulator.sendCallback(id, { url: simulator.cdnUrl });
			return JSON.parse(rawBody);
		},
		jobsMade: () => simulator.jobs.length,
	};
}

const onScene = async (provider: CallingProvider, act: (scene: Scene) => Promise<void>): Promise<void> =>
	await onStage(async (stage) => await act(sceneAt(stage, provider)), { callbackRetryDelaysMs: [] });

const stateIn = ({ data }: EngineRun): IDataObject => {
	const [held] = data.executionData?.nodeExecutionStack[0]?.data.main?.[0] ?? [];
	return Object(held?.json.hailuoWait);
};

/** The execution as another process of n8n wakes it for a callback: here nobody remembers that. */
function wokenElsewhere({ data }: EngineRun): IRunExecutionData {
	const woken: IRunExecutionData = JSON.parse(JSON.stringify(data));
	for (const { json } of woken.executionData?.nodeExecutionStack[0]?.data.main?.[0] ?? ([] as INodeExecutionData[]))
		json.hailuoWait = { ...Object(json.hailuoWait), rang: true };
	return woken;
}

const isRefused = ({ told, status }: WebhookCall): boolean => status === 409 && told?.workflowData === undefined;

/** Has the second wait end well. */
async function endWell({ goOn, endLast }: Scene, atSecond: EngineRun): Promise<void> {
	const call = await atSecond.callWebhook('Wait 2', await endLast());
	const ended = await goOn(wokenBy(call, atSecond));
	expect(ended.run.status).toBe('success');
	expect(ended.outputsOf('After')[0]).toMatchObject([{ json: { status: 'succeeded' } }]);
}

const HOSTS = ['shows the stored execution', 'hides the stored execution'] as const;

describe.each(CALLING_PROVIDERS)('two purchases in a row at %s, each with a suspended wait', (provider) => {
	test.each(HOSTS.flatMap((host) => [1, 14, 300].map((seconds) => [seconds, host] as const)))(
		'are two although a copy of the first callback is answered %d s after the first one has woken, where n8n %s',
		(seconds, host) =>
			onScene(provider, async (scene) => {
				const atFirst = await scene.goOn();
				expect(atFirst.run.status).toBe('waiting');
				const body = await scene.endLast();
				const first = await atFirst.callWebhook('Wait 1', body);
				const atSecond = await scene.goOn(wokenBy(first, atFirst));
				expect(atSecond.run.status).toBe('waiting');
				await pass(seconds * 1000);
				const stored = host === HOSTS[0] ? atSecond.data : 'hidden';
				expect(isRefused(await atFirst.callWebhook('Wait 1', body, stored))).toBe(true);
				if (seconds < 50) await endWell(scene, atSecond);
				expect(scene.jobsMade()).toBe(2);
			}),
	);

	test.each(HOSTS)('are two although the clock has woken the first wait under a callback, where n8n %s', (host) =>
		onScene(provider, async (scene) => {
			const atFirst = await scene.goOn();
			const body = await scene.endLast();
			await pass(61_000);
			const atSecond = await scene.goOn(atFirst.data);
			expect(atSecond.run.status).toBe('waiting');
			await pass(4000);
			const stored = host === HOSTS[0] ? atSecond.data : 'hidden';
			expect(isRefused(await atFirst.callWebhook('Wait 1', body, stored))).toBe(true);
			await endWell(scene, atSecond);
			expect(scene.jobsMade()).toBe(2);
		}),
	);

	test('are two although another process has woken the first wait under a callback', () =>
		onScene(provider, async (scene) => {
			const atFirst = await scene.goOn();
			const body = await scene.endLast();
			const atSecond = await scene.goOn(wokenElsewhere(atFirst));
			expect(atSecond.run.status).toBe('waiting');
			expect(isRefused(await atFirst.callWebhook('Wait 1', body, atSecond.data))).toBe(true);
			await endWell(scene, atSecond);
			expect(scene.jobsMade()).toBe(2);
		}));

	test('are left alone by a callback that comes when the execution is over', () =>
		onScene(provider, async (scene) => {
			const atFirst = await scene.goOn();
			const body = await scene.endLast();
			const atSecond = await scene.goOn(wokenElsewhere(atFirst));
			const second = await scene.endLast();
			expect(isRefused(await atSecond.callWebhook('Wait 2', second, 'gone'))).toBe(true);
			expect(isRefused(await atFirst.callWebhook('Wait 1', body, 'gone'))).toBe(true);
		}));

	test('are left alone by a callback that found the first wait a turn earlier', () =>
		onScene(provider, async (scene) => {
			const atFirst = await scene.goOn();
			await pass(5000);
			// Woken too early, it has read the job and waits on.
			const later = await scene.goOn(wokenElsewhere(atFirst));
			expect(later.run.status).toBe('waiting');
			expect(later.runsOf('Wait 1')).toBeGreaterThan(atFirst.runsOf('Wait 1'));
			const body = await scene.endLast();
			expect(isRefused(await atFirst.callWebhook('Wait 1', body, later.data))).toBe(true);
			expect(scene.jobsMade()).toBe(1);
			expect((await later.callWebhook('Wait 1', body)).told?.workflowData).toHaveLength(1);
		}));

	test.each([
		[-30_000, true],
		[-1, true],
		[0, true],
		[1000, true],
		[2000, true],
		[2001, false],
		[30_000, false],
	])('leave a callback that comes %d ms before the next check to the clock: %s', (ahead, isLeft) =>
		onScene(provider, async (scene) => {
			const atFirst = await scene.goOn();
			const body = await scene.endLast();
			await pass(Date.parse(String(stateIn(atFirst).nextCheckAt)) - ahead - Date.now());
			expect(isRefused(await atFirst.callWebhook('Wait 1', body))).toBe(isLeft);
		}),
	);
});
