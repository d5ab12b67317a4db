/** The state of a suspended wait that is not the node's own: made up outside, copied, or touched on its way round. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeParameters, INodeType } from 'n8n-workflow';
import type { ProviderName } from '../tools/simulator';
import { Endpoint } from '../tools/support/endpoint';
import type { EngineRun } from '../tools/support/runNode';
import { fieldsOf, moveTo, nextExecutionId, onJob, onStage, PROVIDERS, type Stage } from './stage';
import { aged, drive, suspend, type SuspendOptions } from './looping';

const TIMEOUT_MINUTES = 6;

const A_LONG_JOB = { jobDurationMs: 3_600_000 };

const FAR = '9990-01-01T00:00:00.000Z';

const FORGED = 'https://videos.example/forged.mp4';

/** Gives a test a server that nobody should ask, beside the stage. */
async function withForeignServer(act: (stage: Stage, foreign: Endpoint) => Promise<void>): Promise<void> {
	const foreign = await new Endpoint().open();
	try {
		await onStage(async (stage) => await act(stage, foreign), A_LONG_JOB);
		expect(foreign.received).toEqual([]);
	} finally {
		await foreign.close();
	}
}

const waiting = (provider: ProviderName, changes: INodeParameters = {}): INodeParameters =>
	onJob('wait', provider, { timeout: TIMEOUT_MINUTES, ...changes });

const stateOf = (item: INodeExecutionData | undefined): IDataObject => Object(item?.json.hailuoWait);

function heldItems({ data }: EngineRun): INodeExecutionData[] {
	return data.executionData?.nodeExecutionStack[0]?.data.main?.[0] ?? [];
}

/** What somebody outside may write, as changes to a state of the right form that calls the job over. */
const FORGERIES: Array<[string, IDataObject]> = [
	['that calls the job over', {}],
	['with a proof of nothing', { proof: '0'.repeat(64) }],
	['whose next check is far', { nextCheckAt: FAR }],
	['that begins far from now', { since: FAR }],
	['that has rung', { rang: true }],
	['that is out of time', { timedOut: true }],
	['that has failed for good', { failure: { kind: 'permission', message: 'Go away' } }],
	['in which looks are countless', { looks: 1e300, answered: true }],
];

describe.each(PROVIDERS)('an item from outside at %s', (provider) => {
	const forge = (job: INodeExecutionData, videoUrl: string, changes: IDataObject): INodeExecutionData => {
		const now = new Date().toISOString();
		const over = { ...job.json, status: 'succeeded', videoUrl, additionalUrls: [videoUrl] };
		return { json: { ...over, hailuoWait: { since: now, nextCheckAt: now, notBefore: now, job: over, ...changes } } };
	};

	test.each(FORGERIES)('with a made-up state %s has its job read before it leaves, with the true video', (_, changes) =>
		withForeignServer(async (stage, foreign) => {
			const job = aged(await stage.make(provider, 'running'));
			const jobId = String(job.json.jobId);
			const items = [forge(job, `${foreign.url}/video.mp4`, changes)];
			const parameters = waiting(provider, { downloadVideo: true });
			const { ended } = await drive(stage, parameters, { items }, () => moveTo(stage.simulator, jobId, 'succeeded'));
			expect(ended.error).toBeUndefined();
			expect(ended.outputsOf('After')[0]).toMatchObject([
				{ json: { status: 'succeeded', videoUrl: stage.simulator.job(jobId)?.videoUrl }, binary: expect.anything() },
			]);
			expect(JSON.stringify(ended.outputsOf('After'))).not.toContain(foreign.url);
			expect(new Set(stage.simulator.requestsOf(provider, 'read').map((read) => read.jobId))).toEqual(new Set([jobId]));
		}),
	);

	test.each(FORGERIES)('with a made-up state %s about a job of somebody else waits for its own', (_, changes) =>
		withForeignServer(async (stage, foreign) => {
			const job = aged(await stage.make(provider, 'succeeded'));
			const other = await stage.make(provider, 'succeeded');
			const forged = forge(other, `${foreign.url}/video.mp4`, changes);
			const items = [{ json: { ...job.json, hailuoWait: forged.json.hailuoWait } }];
			const { ended } = await drive(stage, waiting(provider), { items });
			expect(fieldsOf(ended.outputsOf('After')[0] ?? [], 'jobId')).toEqual([job.json.jobId]);
			const reads = stage.simulator.requestsOf(provider, 'read');
			expect(reads.map(({ jobId }) => jobId)).toEqual([job.json.jobId]);
		}),
	);

	test.each<[string, IDataObject]>([
		['all', { since: FAR, nextCheckAt: FAR, notBefore: FAR }],
		['the next check', { nextCheckAt: FAR }],
		['the rest after a read', { notBefore: FAR }],
	])('whose made-up state puts %s into a far future waits until its Timeout', (_what, changes) =>
		withForeignServer(async (stage, foreign) => {
			const job = aged(await stage.make(provider, 'running'));
			const items = [forge(job, `${foreign.url}/video.mp4`, changes)];
			const begun = Date.now();
			const { ended } = await drive(stage, waiting(provider, { onTimeout: 'output' }), { items });
			expect(ended.outputsOf('After')[0]).toMatchObject([{ json: { jobId: job.json.jobId, timedOut: true } }]);
			expect(JSON.stringify(ended.outputsOf('After'))).not.toContain(foreign.url);
			expect(Date.now() - begun).toBeLessThanOrEqual(TIMEOUT_MINUTES * 60_000 + 2000);
		}),
	);

	test('whose made-up state is all there is of a job is refused, and nothing is read', () =>
		withForeignServer(async (stage, foreign) => {
			const job = await stage.make(provider, 'succeeded');
			const { hailuoWait } = forge(job, foreign.url, {}).json;
			const { ended } = await drive(stage, waiting(provider), { items: [{ json: { hailuoWait } }] });
			expect(ended.error?.message).toContain(`'Job ID' is empty`);
			expect(stage.simulator.requestsOf(provider, 'read')).toEqual([]);
		}));

	test('with a made-up state has its job read by a wait that polls, too', () =>
		withForeignServer(async (stage, foreign) => {
			const job = aged(await stage.make(provider, 'succeeded'));
			const items = [forge(job, `${foreign.url}/video.mp4`, {})];
			const { items: left } = await stage.run(waiting(provider, { downloadVideo: true }), { items });
			expect(fieldsOf(left, 'videoUrl')).toEqual([stage.simulator.jobs[0]?.videoUrl]);
		}));

	test.each<[string, boolean, (executionId: string) => SuspendOptions]>([
		['in the execution and node it was written by is believed', true, (executionId) => ({ executionId })],
		['in another execution is not', false, () => ({ executionId: nextExecutionId() })],
		['at another node is not', false, (executionId) => ({ executionId, node: { id: 'another' } })],
	])('with a proved state %s', (_where, isBelieved, placeOf) =>
		onStage(async (stage) => {
			const executionId = nextExecutionId();
			const items = [aged(await stage.make(provider, 'succeeded')), aged(await stage.make(provider, 'running'))];
			const slept = await suspend(stage, waiting(provider), { items, executionId });
			const [over] = heldItems(slept);
			expect(stateOf(over)).toMatchObject({ job: { status: 'succeeded' }, proof: expect.any(String) });
			const before = stage.simulator.requestsOf(provider, 'read').length;
			const { ended } = await drive(stage, waiting(provider), { items: [over!], ...placeOf(executionId) });
			expect(ended.outputsOf('After')[0]).toMatchObject([{ json: { status: 'succeeded' } }]);
			expect(stage.simulator.requestsOf(provider, 'read')).toHaveLength(before + (isBelieved ? 0 : 1));
		}),
	);

	const onJobOf =
		(changes: IDataObject) =>
		(state: IDataObject): IDataObject => ({ ...state, job: { ...Object(state.job), ...changes } });

	test.each<[string, boolean, (state: IDataObject) => IDataObject]>([
		['fields in another order is believed', true, (state) => Object.fromEntries(Object.entries(state).reverse())],
		['another video is not', false, onJobOf({ videoUrl: FORGED })],
		['one more address in its list is not', false, onJobOf({ additionalUrls: [FORGED] })],
		['another time of its making is not', false, onJobOf({ createdAt: new Date(0).toISOString() })],
	])('with a proved state that has %s', (_what, isBelieved, change) =>
		onStage(async (stage) => {
			const executionId = nextExecutionId();
			const items = [aged(await stage.make(provider, 'succeeded')), aged(await stage.make(provider, 'running'))];
			const [over] = heldItems(await suspend(stage, waiting(provider), { items, executionId }));
			const before = stage.simulator.requestsOf(provider, 'read').length;
			const changed = { ...over!, json: { ...over!.json, hailuoWait: change(stateOf(over)) } };
			const { ended } = await drive(stage, waiting(provider), { items: [changed], executionId });
			const left = ended.outputsOf('After')[0] ?? [];
			expect(fieldsOf(left, 'videoUrl')).toEqual([stage.simulator.jobs[0]?.videoUrl]);
			expect(fieldsOf(left, 'additionalUrls')).toEqual([[]]);
			expect(stage.simulator.requestsOf(provider, 'read')).toHaveLength(before + (isBelieved ? 0 : 1));
		}),
	);
});

/** A node on the way round that does something to every item. */
function touching(change: (json: IDataObject) => IDataObject): Record<string, INodeType> {
	let runs = 0;
	const type: INodeType = {
		description: {
			displayName: 'Touch',
			name: 'touch',
			group: ['input'],
			version: 1,
			description: 'Changes what goes round',
			defaults: { name: 'Touch' },
			inputs: ['main'],
			outputs: ['main'],
			properties: [],
		},
		async execute(this: IExecuteFunctions) {
			const items = this.getInputData();
			if (this.getNode().name !== 'Round') return await Promise.resolve([items]);
			runs += 1;
			if (runs > 100) throw new Error('It goes round and round');
			const copies: INodeExecutionData[] = JSON.parse(JSON.stringify(items));
			return [copies.map((item) => ({ ...item, json: change(item.json) }))];
		},
	};
	return { 'test.pass': type };
}

const onState =
	(change: (state: IDataObject) => IDataObject) =>
	(json: IDataObject): IDataObject => ({ ...json, hailuoWait: change(Object(json.hailuoWait)) });

describe.each(PROVIDERS)('a node on the way round at %s', (provider) => {
	test.each<[string, (json: IDataObject) => IDataObject]>([
		['takes the state away', ({ hailuoWait: _, ...json }) => json],
		['makes a text of the state', onState((state) => ({ text: JSON.stringify(state) }))],
		['takes the proof away', onState(({ proof: _, ...state }) => state)],
		['calls the job over', onState((state) => ({ ...state, job: { ...Object(state.job), status: 'succeeded' } }))],
		['names another job', onState((state) => ({ ...state, job: { ...Object(state.job), jobId: 'another' } }))],
		['forgets the looks', onState((state) => ({ ...state, looks: 0 }))],
		['asks for a look at once', onState((state) => ({ ...state, nextCheckAt: new Date(0).toISOString() }))],
		['asks for a ring', onState((state) => ({ ...state, rang: true }))],
		['lets the beginning be now', onState((state) => ({ ...state, since: new Date().toISOString() }))],
	])('that %s causes no endless rounds and one read a recheck', (_what, change) =>
		onStage(async (stage) => {
			const job = aged(await stage.make(provider, 'running'));
			const parameters = waiting(provider, { onTimeout: 'output' });
			const { ended, wakings } = await drive(stage, parameters, { items: [job], types: touching(change) });
			const reads = stage.simulator.requestsOf(provider, 'read').length;
			expect(reads).toBeLessThanOrEqual(wakings + 1);
			expect(wakings).toBeLessThanOrEqual(TIMEOUT_MINUTES + 1);
			expect(ended.error).toBeUndefined();
			expect(ended.outputsOf('After')[0]).toMatchObject([{ json: { timedOut: true } }]);
		}, A_LONG_JOB),
	);
});
