/** The suspended wait in n8n-core's engine: its first turns, what it puts on the items, and how it goes on when woken. */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { Hailuo } from '../tools/support/built';
import type { EngineOptions, EngineRun } from '../tools/support/runNode';
import { fieldsOf, LABELS, moveTo, onJob, onStage, PROVIDERS } from './stage';
import { aged, due, suspend, wake } from './looping';

const secondsFromNow = (moment: Date | string | undefined) => (new Date(moment ?? 0).getTime() - Date.now()) / 1000;

/** What the suspended node will be given when it is woken. */
function heldItems({ data }: EngineRun): INodeExecutionData[] {
	return data.executionData?.nodeExecutionStack[0]?.data.main?.[0] ?? [];
}

/** Each turn of a suspended wait says them anew. */
const hintsOf = ({ hints }: EngineRun): string[] => [...new Set(hints)];

describe('a suspended wait', () => {
	test.each(PROVIDERS)('at %s lets a job that was just made rest until the first recheck', (provider) =>
		onStage(async (stage) => {
			const made = await stage.make(provider);
			const slept = await suspend(stage, onJob('wait', provider), { items: [made] });
			expect(slept.run.status).toBe('waiting');
			expect(secondsFromNow(slept.run.waitTill ?? undefined)).toBeLessThanOrEqual(60);
			expect(secondsFromNow(slept.run.waitTill ?? undefined)).toBeGreaterThan(50);
			expect(stage.simulator.requestsOf(provider, 'read')).toHaveLength(0);
			expect(slept.runsOf('Hailuo')).toBe(2);
			expect(slept.runsOf('After')).toBe(0);
		}),
	);

	test.each(PROVIDERS)('at %s reads an older job once, and suspends with what it learned on the item', (provider) =>
		onStage(async (stage) => {
			const item = aged(await stage.make(provider, 'running'));
			const slept = await suspend(stage, onJob('wait', provider), { items: [item] });
			expect(slept.run.status).toBe('waiting');
			expect(stage.simulator.requestsOf(provider, 'read')).toHaveLength(1);
			const [held, ...others] = heldItems(slept);
			expect(others).toEqual([]);
			expect(held?.json).toEqual({
				...item.json,
				hailuoWait: {
					since: expect.any(String),
					nextCheckAt: expect.any(String),
					notBefore: expect.any(String),
					looks: 1,
					answered: true,
					rang: false,
					job: expect.objectContaining({ provider, jobId: item.json.jobId, status: 'running' }),
					proof: expect.stringMatching(/^[0-9a-f]{64}$/),
				},
			});
		}),
	);

	test.each(PROVIDERS)('at %s never suspends for a job that is over', (provider) =>
		onStage(async (stage) => {
			const item = aged(await stage.make(provider, 'succeeded'));
			const ended = await suspend(stage, onJob('wait', provider), { items: [item] });
			expect(ended.run.status).toBe('success');
			expect(ended.runsOf('Hailuo')).toBe(1);
			expect(ended.outputsOf('After')[0]).toMatchObject([
				{ json: { provider, jobId: item.json.jobId, status: 'succeeded' }, pairedItem: { item: 0 } },
			]);
			expect(ended.outputsOf('After')[0]?.[0]?.json).not.toHaveProperty('hailuoWait');
			expect(stage.simulator.requestsOf(provider, 'read')).toHaveLength(1);
		}),
	);

	test('reads a job at once that its item calls over, however young, since nothing else would tell', () =>
		onStage(async (stage) => {
			const made = await stage.make('apiframe', 'succeeded');
			const item = { json: { ...made.json, status: 'succeeded' } };
			const ended = await suspend(stage, onJob('wait', 'apiframe'), { items: [item] });
			expect(ended.run.status).toBe('success');
			expect(ended.outputsOf('After')[0]).toHaveLength(1);
		}));

	test('woken early goes back to sleep without a read', () =>
		onStage(async (stage) => {
			const parameters = onJob('wait', 'apiframe');
			const slept = await suspend(stage, parameters, { items: [aged(await stage.make('apiframe', 'running'))] });
			const again = await wake(stage, parameters, slept);
			expect(again.run.status).toBe('waiting');
			expect(heldItems(again).map(({ json }) => json)).toEqual(heldItems(slept).map(({ json }) => json));
			expect(stage.simulator.requestsOf('apiframe', 'read')).toHaveLength(1);
		}));

	test('woken when a recheck is due reads all that are due and no others', () =>
		onStage(async (stage) => {
			const parameters = onJob('wait', 'apiframe');
			const items = [aged(await stage.make('apiframe')), aged(await stage.make('apiframe'))];
			const slept = await suspend(stage, parameters, { items });
			const again = await wake(stage, parameters, slept, (state, index) => {
				if (index === 1) due(state);
			});
			expect(again.run.status).toBe('waiting');
			const reads = stage.simulator.requestsOf('apiframe', 'read').map(({ jobId }) => jobId);
			expect(reads.sort()).toEqual([items[0]?.json.jobId, items[1]?.json.jobId, items[1]?.json.jobId].sort());
			const [, held] = heldItems(again);
			// By then the default interval of two minutes holds.
			expect(secondsFromNow(String((held?.json.hailuoWait as { nextCheckAt: string }).nextCheckAt))).toBeGreaterThan(
				100,
			);
		}));

	test('leaves an item that was not read as it is, so that n8n stores it once for all turns', () =>
		onStage(async (stage) => {
			const parameters = onJob('wait', 'apiframe');
			const items = [aged(await stage.make('apiframe')), aged(await stage.make('apiframe'))];
			const slept = await suspend(stage, parameters, { items });
			const { data } = await wake(stage, parameters, slept, (state, index) => {
				if (index === 1) due(state);
			});
			const [untouched, read] = [0, 1].map((index) =>
				(data.resultData.runData.Hailuo ?? []).slice(-3).map((turn) => turn.data?.main?.[0]?.[index]?.json),
			);
			// As it was handed on by the wake-up, as it went round, and as it is held.
			expect(new Set(untouched).size).toBe(1);
			expect(new Set(read).size).toBe(2);
		}));

	test("does not take a column of the user's own for the provider of the job", () =>
		onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'reset', provider: 'apiframe', operation: 'read', times: 2 });
			const made = aged(await stage.make('apiframe'));
			const item = { json: { ...made.json, provider: 'A film company' } };
			const slept = await suspend(stage, onJob('wait', 'apiframe'), { items: [item] });
			expect(slept.run.status).toBe('waiting');
			expect(slept.runsOf('Hailuo')).toBe(2);
			expect(heldItems(slept)[0]?.json).toMatchObject({
				provider: 'A film company',
				hailuoWait: { job: { provider: 'apiframe' } },
			});
		}));

	test("does not take a user's own columns for those of the job", () =>
		onStage(async (stage) => {
			const made = await stage.make('aimlApi', 'running');
			const columns = { provider: 'A film company', status: 'running', model: 'Camera 7', createdAt: '2026-01-02' };
			const slept = await suspend(stage, onJob('wait', 'aimlApi'), {
				items: [{ json: { ...columns, jobId: made.json.jobId } }],
			});
			expect(slept.run.status).toBe('waiting');
			expect(heldItems(slept)[0]?.json).toMatchObject({
				...columns,
				hailuoWait: { job: { provider: 'aimlApi', model: 'hailuo-02', createdAt: null } },
			});
		}));

	test('rung for one job reads that one, and lets it out when all are over, in order', () =>
		onStage(async (stage) => {
			const parameters = onJob('wait', 'apiframe');
			const items = [aged(await stage.make('apiframe')), aged(await stage.make('apiframe'))];
			const [first, second] = items.map(({ json }) => String(json.jobId));
			const ring = (wanted: number) => (state: Record<string, unknown>, index: number) => {
				if (index === wanted) state.rang = true;
			};
			let slept = await suspend(stage, parameters, { items });
			moveTo(stage.simulator, second ?? '', 'succeeded');
			slept = await wake(stage, parameters, slept, ring(1));
			expect(slept.run.status).toBe('waiting');
			expect(slept.runsOf('After')).toBe(0);
			moveTo(stage.simulator, first ?? '', 'succeeded');
			const ended = await wake(stage, parameters, slept, ring(0));
			expect(ended.run.status).toBe('success');
			expect(ended.outputsOf('After')[0]?.map(({ json }) => json.jobId)).toEqual([first, second]);
			expect(stage.simulator.requestsOf('apiframe', 'read')).toHaveLength(4);
		}));

	test('as finished lets each out as it ends', () =>
		onStage(async (stage) => {
			const parameters = onJob('wait', 'apiframe', { release: 'asFinished' });
			const items = [aged(await stage.make('apiframe')), aged(await stage.make('apiframe', 'succeeded'))];
			const slept = await suspend(stage, parameters, { items });
			expect(slept.run.status).toBe('waiting');
			expect(slept.outputsOf('After')[0]?.map(({ json }) => json.jobId)).toEqual([items[1]?.json.jobId]);
			expect(heldItems(slept).map(({ json }) => json.jobId)).toEqual([items[0]?.json.jobId]);
			expect(slept.hints).toEqual([]);
		}));

	test('asks nobody more often than every ten seconds, whatever interval an expression gives', () =>
		onStage(async (stage) => {
			const parameters = onJob('wait', 'apiframe', { options: { recheckInterval: 0.001 } });
			const slept = await suspend(stage, parameters, { items: [aged(await stage.make('apiframe'))] });
			expect(slept.run.status).toBe('waiting');
			expect(secondsFromNow(slept.run.waitTill ?? undefined)).toBeGreaterThan(8);
			expect(stage.simulator.requestsOf('apiframe', 'read')).toHaveLength(1);
		}));

	test('keeps the raw answer of a job that ended in an earlier turn', () =>
		onStage(async (stage) => {
			const parameters = onJob('wait', 'evolink', { options: { includeRaw: true } });
			const items = [aged(await stage.make('evolink', 'succeeded')), aged(await stage.make('evolink'))];
			const slept = await suspend(stage, parameters, { items });
			moveTo(stage.simulator, String(items[1]?.json.jobId), 'succeeded');
			const ended = await wake(stage, parameters, slept, due);
			expect(ended.outputsOf('After')[0]?.map(({ json }) => json.raw)).toEqual([
				expect.objectContaining({ id: items[0]?.json.jobId, status: 'completed' }),
				expect.objectContaining({ id: items[1]?.json.jobId, status: 'completed' }),
			]);
		}));

	test('keeps binary data and everything else of an item that goes round', () =>
		onStage(async (stage) => {
			const binary = { note: { data: 'Tm90ZQ==', mimeType: 'text/plain', fileName: 'note.txt' } };
			const item = { ...aged(await stage.make('apiframe')), binary };
			const slept = await suspend(stage, onJob('wait', 'apiframe'), { items: [item] });
			expect(heldItems(slept)).toMatchObject([{ binary: { note: { fileName: 'note.txt' } } }]);
			expect(item.json).not.toHaveProperty('hailuoWait');
		}));
});

describe('a suspended wait that does not end well', () => {
	test('fails out of time, with the job on the error and why the last read failed', () =>
		onStage(async (stage) => {
			const made = await stage.make('apiframe', 'running');
			stage.simulator.addFault({ kind: 'status', provider: 'apiframe', operation: 'read', status: 500, times: 9 });
			const parameters = onJob('wait', 'apiframe', { timeout: 0.001 });
			const { run, error } = await suspend(stage, parameters, { items: [aged(made)] });
			expect(run.status).toBe('error');
			expect(error).toMatchObject({
				message: 'Apiframe did not finish the video within 0.001 minutes [item 0]',
				context: { job: { jobId: made.json.jobId } },
			});
			expect(error?.description).toContain('The last read failed:');
		}));

	test('waits on through a fault that may pass', () =>
		onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'reset', provider: 'apiframe', operation: 'read' });
			const parameters = onJob('wait', 'apiframe');
			const slept = await suspend(stage, parameters, { items: [aged(await stage.make('apiframe', 'running'))] });
			expect(slept.run.status).toBe('waiting');
			moveTo(stage.simulator, String(heldItems(slept)[0]?.json.jobId), 'succeeded');
			const ended = await wake(stage, parameters, slept, due);
			expect(ended.outputsOf('After')[0]).toMatchObject([{ json: { status: 'succeeded' } }]);
		}));

	test.each(PROVIDERS)('at %s fails at once for a job nobody knows', (provider) =>
		onStage(async (stage) => {
			const ids = { aimlApi: '1:minimax/hailuo-02', apiframe: 'none', evolink: 'none', minimax: '1', wiro: '1' };
			const jobId = ids[provider];
			const item = aged({ json: { provider, jobId, status: 'queued' } });
			const { run, error } = await suspend(stage, onJob('wait', provider), { items: [item] });
			expect(run.status).toBe('error');
			expect(error?.message).toContain(LABELS[provider]);
		}),
	);

	test('fails when the video cannot be downloaded, unless it shall go on', () =>
		onStage(async (stage) => {
			const item = aged(await stage.make('apiframe', 'succeeded'));
			stage.simulator.addFault({ kind: 'status', provider: 'cdn', operation: 'download', status: 410, times: 99 });
			const parameters = onJob('wait', 'apiframe', { downloadVideo: true });
			const stopped = await suspend(stage, parameters, { items: [item] });
			expect(stopped.run.status).toBe('error');
			const wentOn = await suspend(stage, parameters, {
				items: [item],
				node: { onError: 'continueRegularOutput' },
			});
			expect(wentOn.outputsOf('After')[0]).toMatchObject([
				{ json: { jobId: item.json.jobId, error: expect.stringContaining('[item 0]') } },
			]);
		}));

	test("refuses another provider's item", () =>
		onStage(async (stage) => {
			const item = aged(await stage.make('wiro'));
			const { error } = await suspend(stage, onJob('wait', 'apiframe'), { items: [item] });
			expect(error?.message).toContain('was made by Wiro');
		}));

	test('with Continue On Fail keeps items without an ID in their places until the others are over', () =>
		onStage(async (stage) => {
			const parameters = onJob('wait', 'apiframe');
			const node = { onError: 'continueRegularOutput' } as const;
			const item = aged(await stage.make('apiframe'));
			const slept = await suspend(stage, parameters, {
				items: [{ json: { error: 'Before' } }, { json: {} }, item],
				node,
			});
			expect(slept.run.status).toBe('waiting');
			expect(slept.runsOf('After')).toBe(0);
			moveTo(stage.simulator, String(item.json.jobId), 'succeeded');
			const ended = await wake(stage, parameters, slept, due, { node });
			expect(ended.outputsOf('After')[0]).toMatchObject([
				{ json: { error: 'Before' } },
				{ json: { error: expect.stringContaining(`'Job ID' is empty`) } },
				{ json: { jobId: item.json.jobId, status: 'succeeded' } },
			]);
		}));
});

describe("a suspended wait that is run by the editor's 'Execute step'", () => {
	const HINT = 'Only this step was run, so the jobs were read once and nothing waits. Run the whole workflow to wait';

	test.each(PROVIDERS)('at %s reads each job once, puts out what there is, and says that nothing waits', (provider) =>
		onStage(async (stage) => {
			// Too young to be read by a wait that has time.
			const items = [await stage.make(provider, 'succeeded'), await stage.make(provider, 'running')];
			const ran = await suspend(stage, onJob('wait', provider), { items, step: 'Hailuo', recheck: null });
			expect([ran.run.status, ran.error]).toEqual(['success', undefined]);
			expect(ran.hints).toEqual([HINT]);
			expect([ran.runsOf('Hailuo'), ran.runsOf('After'), ran.runsOf('Round')]).toEqual([1, 0, 0]);
			const [recheck = [], finished = []] = ran.outputsOf('Hailuo');
			expect(fieldsOf(finished, 'status')).toEqual(['succeeded']);
			expect(recheck).toMatchObject([
				{ json: { hailuoWait: { job: { status: 'running' } } }, pairedItem: { item: 1 } },
			]);
			const reads = stage.simulator.requestsOf(provider, 'read').map(({ jobId }) => jobId);
			expect(reads.sort()).toEqual(fieldsOf(items, 'jobId').sort());
		}),
	);

	test('says nothing of the kind where all jobs are over', () =>
		onStage(async (stage) => {
			const items = [await stage.make('apiframe', 'succeeded')];
			const ran = await suspend(stage, onJob('wait', 'apiframe'), { items, step: 'Hailuo' });
			expect([ran.hints, ran.outputsOf('Hailuo').map((out) => out.length)]).toEqual([[], [0, 1]]);
		}));

	test('of a node behind it is no such step: it waits', () =>
		onStage(async (stage) => {
			const items = [await stage.make('apiframe', 'running')];
			const ran = await suspend(stage, onJob('wait', 'apiframe'), { items, step: 'After' });
			expect([ran.run.status, ran.hints]).toEqual(['waiting', []]);
		}));
});

describe('the drawing around a suspended wait', () => {
	const parameters = (changes: INodeParameters = {}) => onJob('wait', 'apiframe', changes);

	test.each([
		['is not connected', null],
		['leads away from this node', 'After'],
	])('is refused when Recheck %s', (what, recheck) =>
		onStage(async (stage) => {
			const { error } = await suspend(stage, parameters(), { items: [await stage.make('apiframe')], recheck });
			expect(error?.message).toBe(`Output 'Recheck' ${what}`);
			expect(error?.description).toContain(`Drag from the output 'Recheck' to this node's own input`);
			expect(stage.simulator.requestsOf('apiframe', 'read')).toHaveLength(0);
		}),
	);

	test.each([
		['above a direct loop', 'Hailuo', -200, false],
		['level with a direct loop', 'Hailuo', 0, true],
		['below a direct loop', 'Hailuo', 200, true],
		['above the way round', 'Round', 0, false],
		['below the way round', 'Round', 400, true],
	])('with Finished %s hints where finished items would starve', (_where, recheck, finishedAt, starving) =>
		onStage(async (stage) => {
			const { hints } = await suspend(stage, parameters({ release: 'asFinished' }), {
				items: [await stage.make('apiframe')],
				recheck,
				finishedAt,
			});
			const [hint] = hints;
			if (starving) expect(hint).toMatch(/^Finished items wait for the others: n8n runs the higher branch first/);
			else expect(hints).toEqual([]);
		}),
	);

	test("hints at n8n's old execution order, in which the branches take turns", () =>
		onStage(async (stage) => {
			const { hints } = await suspend(stage, parameters({ release: 'asFinished' }), {
				items: [await stage.make('apiframe')],
				executionOrder: 'v0',
			});
			expect(hints[0]).toContain(`Choose v1 for 'Execution order'`);
		}));

	test('is refused in a sub-workflow when nothing follows Finished', () =>
		onStage(async (stage) => {
			const options = { items: [await stage.make('apiframe')], finishedAt: null };
			const alone = await suspend(stage, parameters(), options);
			expect(alone.error).toBeUndefined();
			const parentExecution = { executionId: '7', workflowId: 'parent' };
			const called = await suspend(stage, parameters(), { ...options, parentExecution });
			expect(called.error?.message).toBe(`Output 'Finished' is not connected`);
			const left = await suspend(stage, parameters(), {
				...options,
				parentExecution: { ...parentExecution, shouldResume: false },
			});
			expect(left.error).toBeUndefined();
		}));

	test('hints in a sub-workflow that the caller gets the last items only, as finished', () =>
		onStage(async (stage) => {
			const options = { items: [await stage.make('apiframe')], parentExecution: { executionId: '7', workflowId: 'p' } };
			const { hints } = await suspend(stage, parameters({ release: 'asFinished' }), options);
			expect(hints.join()).toContain('The workflow that called this one gets only the items that finish last');
		}));

	test('hints that n8n would cancel the workflow before the time of a suspended item is up', () =>
		onStage(async (stage) => {
			const items = [await stage.make('apiframe')];
			const hintsWithin = async (timeLimit: number) =>
				hintsOf(await suspend(stage, parameters({ timeout: 2 }), { items, timeLimit }));
			expect(await hintsWithin(119)).toEqual([
				expect.stringMatching(/^n8n cancels this workflow 119 seconds after its start .* \[item 0\]$/),
			]);
			expect(await hintsWithin(120)).toEqual([]);
		}));

	test.each(['together', 'asFinished'])(
		'hints in a sub-workflow that n8n goes on with the first item alone, where items are released %s',
		(release) =>
			onStage(async (stage) => {
				const ONCE = 'Run this workflow once with all items: where the one that calls it runs it once for each,';
				const parent = { executionId: '7', workflowId: 'parent' };
				const hintsUnder = async (parent: Pick<EngineOptions, 'parentExecution'>) => {
					const items = [await stage.make('apiframe'), await stage.make('apiframe')];
					const slept = await suspend(stage, parameters({ release }), { items, ...parent });
					expect(slept.run.status).toBe('waiting');
					return hintsOf(slept).filter((hint) => hint.startsWith('Run this workflow'));
				};
				expect(await hintsUnder({ parentExecution: parent })).toEqual([
					`${ONCE} n8n goes on with the first item alone after a suspended wait`,
				]);
				expect(await hintsUnder({})).toEqual([]);
				expect(await hintsUnder({ parentExecution: { ...parent, shouldResume: false } })).toEqual([]);
			}),
	);

	test('is not asked for where an AI agent calls the node: there it is refused', () =>
		onStage(async (stage) => {
			const type = 'n8n-nodes-hailuo.hailuoTool';
			const { error } = await suspend(stage, parameters(), {
				items: [await stage.make('apiframe')],
				node: { type },
				types: { [type]: new Hailuo() },
			});
			expect(error?.message).toMatch(/^An AI agent cannot use this 'Wait Strategy'\..* Set 'Wait Strategy' to Poll/);
		}));
});
