/** A create and what stands behind it: what is bound to fail is found before money is spent, and failed items stop nobody. */
import type { IConnections, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { ProviderName } from '../tools/simulator';
import { aHailuoNode, aNode, runWorkflow, type EngineRun } from '../tools/support/runNode';
import { aCreate, aPrompt, fieldsOf, LABELS, nextExecutionId, onJob, onStage, PROVIDERS, type Stage } from './stage';
import { pass, to } from './looping';

const NEXT: Record<ProviderName, ProviderName> = {
	aimlApi: 'apiframe',
	apiframe: 'evolink',
	evolink: 'minimax',
	minimax: 'wiro',
	wiro: 'aimlApi',
};

/** A node by its parameters; n8n hands on what comes in where there are none. */
type Drawn = Record<string, INodeParameters | null>;

interface Drawing {
	nodes: Drawn;
	/** Node names by output. */
	wires: Record<string, string[][]>;
	disabled?: string;
}

const fork = (outputs: string[][]): IConnections[string] => ({ main: outputs.map((names) => names.flatMap(to)) });

function nodesOf({ nodes, disabled }: Drawing): INode[] {
	return Object.entries(nodes).map(([name, parameters]) => {
		const more = { id: name, name, ...(name === disabled && { disabled: true }) };
		return parameters === null ? aNode(name, 'test.pass') : aHailuoNode(parameters, more);
	});
}

/** Runs Items → Create → what is drawn behind it, and goes on with it whenever it is to be woken. */
async function play(
	{ credentials }: Stage,
	create: INodeParameters,
	drawing: Drawing,
	items: INodeExecutionData[] = [aPrompt()],
	more: Partial<INode> = {},
): Promise<EngineRun> {
	const nodes = [
		aNode('Items', 'test.items'),
		aHailuoNode(create, { id: 'Create', name: 'Create', ...more }),
		...nodesOf(drawing),
	];
	const wires = Object.entries(drawing.wires).map(([name, outputs]) => [name, fork(outputs)] as const);
	const connections = { Items: fork([['Create']]), ...Object.fromEntries(wires) };
	const options = { credentials, items, executionId: nextExecutionId() };
	let run = await runWorkflow(nodes, connections, options);
	for (let wakings = 0; run.run.status === 'waiting' && wakings < 10; wakings += 1) {
		await pass(Math.max(0, new Date(run.run.waitTill ?? 0).getTime() - Date.now()));
		run = await runWorkflow(nodes, connections, { ...options, resumeOf: run.data });
	}
	return run;
}

const wait = (provider: ProviderName, changes: INodeParameters = {}): INodeParameters =>
	onJob('wait', provider, changes);

const looping = (provider: ProviderName): INodeParameters =>
	wait(provider, { waitStrategy: 'loop', release: 'together' });

const UNWIRED = /^Output 'Recheck' is not connected \(node 'Wait'\)/;
const ELSEWHERE = /^Output 'Recheck' leads away from this node \(node 'Wait'\)/;
const STRANGER = /^'Wait' waits for jobs of .+, but this node makes them at /;

type Draw = (own: ProviderName, other: ProviderName) => Drawing;

const BOUND_TO_FAIL: Array<[string, RegExp, Draw]> = [
	[
		'a wait in a loop without Recheck',
		UNWIRED,
		(own) => ({ nodes: { Wait: looping(own) }, wires: { Create: [['Wait']] } }),
	],
	[
		'a wait in a loop without Recheck, three nodes away',
		UNWIRED,
		(own) => ({
			nodes: { One: null, Two: null, Wait: looping(own), After: null },
			wires: { Create: [['One']], One: [['Two']], Two: [['Wait']], Wait: [[], ['After']] },
		}),
	],
	[
		'a wait in a loop without Recheck, on the second branch',
		UNWIRED,
		(own) => ({
			nodes: { If: null, Good: wait(own), Wait: looping(own) },
			wires: { Create: [['If']], If: [['Good'], ['Wait']] },
		}),
	],
	[
		'a wait in a loop without Recheck, behind another wait',
		UNWIRED,
		(own) => ({
			nodes: { Good: wait(own), Wait: looping(own) },
			wires: { Create: [['Good']], Good: [['Wait']] },
		}),
	],
	[
		'a wait in a loop whose Recheck leads away',
		ELSEWHERE,
		(own) => ({ nodes: { Wait: looping(own), After: null }, wires: { Create: [['Wait']], Wait: [['After']] } }),
	],
	[
		'a suspended wait with a loop still drawn around it',
		/^This node has one output now, but two are connected \(node 'Wait'\)/,
		(own) => ({
			nodes: { Wait: wait(own, { waitStrategy: 'suspend' }), After: null },
			wires: { Create: [['Wait']], Wait: [['Wait'], ['After']] },
		}),
	],
	[
		'a suspended wait at another provider',
		STRANGER,
		(_own, other) => ({
			nodes: { Wait: wait(other, { waitStrategy: 'suspend' }), After: null },
			wires: { Create: [['Wait']], Wait: [['After']] },
		}),
	],
	[
		'a wait at another provider',
		STRANGER,
		(_own, other) => ({ nodes: { Wait: wait(other) }, wires: { Create: [['Wait']] } }),
	],
	[
		'a wait at another provider, three nodes away',
		STRANGER,
		(_own, other) => ({
			nodes: { One: null, Two: null, Wait: wait(other) },
			wires: { Create: [['One']], One: [['Two']], Two: [['Wait']] },
		}),
	],
	[
		'a wait in a loop at another provider, well wired',
		STRANGER,
		(_own, other) => ({
			nodes: { Wait: looping(other), After: null },
			wires: { Create: [['Wait']], Wait: [['Wait'], ['After']] },
		}),
	],
	[
		'a wait at another provider, in a loop of other nodes',
		STRANGER,
		(_own, other) => ({
			nodes: { Loop: null, Wait: wait(other) },
			wires: { Create: [['Loop']], Loop: [[], ['Loop', 'Wait']] },
		}),
	],
];

const FINE: Array<[string, Draw]> = [
	['nothing', () => ({ nodes: {}, wires: {} })],
	['a wait', (own) => ({ nodes: { Wait: wait(own) }, wires: { Create: [['Wait']] } })],
	[
		'a wait in a loop, well wired',
		(own) => ({
			nodes: { Wait: looping(own), Round: null, After: null },
			wires: { Create: [['Wait']], Wait: [['Round'], ['After']], Round: [['Wait']] },
		}),
	],
	[
		'a Switch to waits of several providers',
		(own, other) => ({
			nodes: { Switch: null, Own: wait(own), Other: wait(other) },
			wires: { Create: [['Switch']], Switch: [['Own'], ['Other']] },
		}),
	],
	[
		'another create with a wait at its own provider',
		(_own, other) => ({
			nodes: { Again: aCreate(other, { prompt: 'Another' }), Wait: wait(other) },
			wires: { Create: [['Again']], Again: [['Wait']] },
		}),
	],
	[
		'a wait at another provider for a job typed in',
		(_own, other) => ({
			nodes: { If: null, Wait: wait(other, { jobId: 'job-7' }) },
			wires: { Create: [['If']], If: [[], ['Wait']] },
		}),
	],
	[
		'a wait at another provider that is deactivated',
		(_own, other) => ({ nodes: { Wait: wait(other) }, wires: { Create: [['Wait']] }, disabled: 'Wait' }),
	],
	[
		'a wait at another provider that nothing leads to',
		(_own, other) => ({ nodes: { Wait: looping(other) }, wires: {} }),
	],
];

describe.each(PROVIDERS)('before a create at %s', (provider) => {
	const other = NEXT[provider];

	describe.each(['create', 'createAndWait'])('(%s)', (operation) => {
		test.each(BOUND_TO_FAIL)('%s behind it is found, and nothing is bought', (_what, title, draw) =>
			onStage(async (stage) => {
				const run = await play(stage, aCreate(provider, { operation }), draw(provider, other), [
					aPrompt(),
					aPrompt('Two'),
				]);
				expect(run.error?.message).toMatch(title);
				expect(run.error?.description).toContain('Nothing was bought so far.');
				if (title === STRANGER) {
					expect(run.error?.message).toContain(LABELS[other]);
					expect(run.error?.message).toContain(LABELS[provider]);
				}
				expect(stage.simulator.requests).toEqual([]);
			}),
		);
	});

	test.each(FINE)('%s behind it is fine', (_what, draw) =>
		onStage(
			async (stage) => {
				const run = await play(stage, aCreate(provider), draw(provider, other));
				expect(run.error).toBeUndefined();
				expect(run.run.status).toBe('success');
				expect(stage.simulator.requestsOf(provider, 'create')).toHaveLength(1);
			},
			{ jobDurationMs: 20_000 },
		),
	);
});

/** What may stand behind a create, drawn as a node of this name, and what becomes of its jobs. */
const FOLLOWERS: Array<[string, (provider: ProviderName) => INodeParameters, string]> = [
	['Wait (poll)', (provider) => wait(provider), 'succeeded'],
	['Wait (loop)', looping, 'succeeded'],
	['Get', (provider) => onJob('get', provider), 'queued'],
	['Cancel', (provider) => onJob('cancel', provider), 'cancelled'],
];

const CANCELLING: readonly ProviderName[] = ['wiro'];

const BEHIND = PROVIDERS.flatMap((provider) =>
	FOLLOWERS.flatMap(([name, parametersOf, status]) =>
		name === 'Cancel' && !CANCELLING.includes(provider)
			? []
			: [[name, LABELS[provider], provider, parametersOf(provider), status] as const],
	),
);

const REFUSED = 'REFUSED';

describe.each(BEHIND)('%s at %s behind a create', (name, _label, provider, parameters, status) => {
	const drawing: Drawing = {
		nodes: { Follower: parameters, After: null },
		wires: {
			Create: [['Follower']],
			Follower: name === 'Wait (loop)' ? [['Follower'], ['After']] : [['After']],
		},
	};

	test.each([
		['by the form', ''],
		['by the provider', REFUSED],
	])('passes on the one of three items that was refused %s, and does the others', (_by, prompt) =>
		onStage(
			async (stage) => {
				const matches = ({ rawBody }: { rawBody: Buffer }) => rawBody.toString('utf8').includes(REFUSED);
				stage.simulator.addFault({ kind: 'status', provider, operation: 'create', status: 400, times: 9, matches });
				const create = aCreate(provider, { options: { createRetries: 0 } });
				const items = [aPrompt('One'), aPrompt(prompt), aPrompt('Three')];
				const run = await play(stage, create, drawing, items, { onError: 'continueRegularOutput' });
				expect(run.error).toBeUndefined();
				const left = run.outputsOf('After')[0] ?? [];
				expect(fieldsOf(left, 'status')).toEqual([status, undefined, status]);
				expect(left[1]?.json.error).toEqual(run.outputsOf('Create')[0]?.[1]?.json.error);
				expect(new Set([left[0]?.json.jobId, left[2]?.json.jobId])).toEqual(
					new Set(stage.simulator.jobs.map(({ id }) => id)),
				);
			},
			{ jobDurationMs: 20_000 },
		),
	);

	test('that gets an item with neither a job nor an error names the jobs of the others', () =>
		onStage(async (stage) => {
			const made = [await stage.make(provider), await stage.make(provider)];
			const items = [made[0]!, { json: { row: 7 } }, made[1]!];
			const { error } = await runWorkflow(
				[aNode('Items', 'test.items'), ...nodesOf(drawing)],
				{ Items: fork([['Follower']]), Follower: fork(drawing.wires.Follower!) },
				{ credentials: stage.credentials, items, executionId: nextExecutionId() },
			);
			expect(error?.message).toContain(`'Job ID' is empty`);
			expect(error?.message).toContain('[item 1]');
			for (const { json } of made) expect(error?.description).toContain(String(json.jobId));
			expect(stage.simulator.requestsOf(provider, 'read')).toEqual([]);
			expect(stage.simulator.requestsOf(provider, 'cancel')).toEqual([]);
		}));
});
