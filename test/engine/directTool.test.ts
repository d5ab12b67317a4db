/** Retry On Fail on a tool that an agent's own code calls: n8n gives every try a run index of its own. */
import type { INode, INodeParameters } from 'n8n-workflow';
import { valueAt } from '../../nodes/Hailuo/core/http/read';
import type { Simulator } from '../tools/simulator';
import { runAgent, type CallTool } from '../tools/support/toolCaller';
import { aCreate, aCreateAndWait, LABELS, nextExecutionId, onStage, PROVIDERS, type Stage, WITHOUT_KEY } from './stage';

const RETRY: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };

const BY_AGENT = { prompt: "={{ $fromAI('Prompt') }}" };

/** EvoLink is asked for a job only after eight seconds. */
const BRIEFLY_WAITED = ['aimlApi', 'apiframe', 'wiro'] as const;

/** The job is made, and the answer does not say so. */
const LOST = { kind: 'status', status: 500, operation: 'create', moment: 'after' } as const;

const REFUSED_KEY = { kind: 'status', status: 401, operation: 'read' } as const;

/** Answers of the tool, in the order in which they were asked for. */
async function talk(
	{ credentials }: Stage,
	parameters: INodeParameters,
	act: (takeTool: () => Promise<CallTool>) => Promise<string[]>,
	node: Partial<INode> = RETRY,
): Promise<string[]> {
	let answers: string[] = [];
	const { error } = await runAgent(parameters, { credentials, executionId: nextExecutionId(), node }, async (take) => {
		answers = await act(take);
	});
	expect(error).toBeUndefined();
	return answers;
}

const inTurn =
	(count: number, prompt = 'A boat') =>
	async (take: () => Promise<CallTool>) => {
		const call = await take();
		const answers: string[] = [];
		for (let turn = 0; turn < count; turn += 1) answers.push(await call({ Prompt: prompt }));
		return answers;
	};

const atOnce =
	(count: number, prompt = 'A boat') =>
	async (take: () => Promise<CallTool>) => {
		const call = await take();
		return await Promise.all(Array.from({ length: count }, async () => await call({ Prompt: prompt })));
	};

const idIn = (answer: string): unknown => valueAt(JSON.parse(answer), 0, 'jobId');

const creates = ({ requests }: Simulator) => requests.filter(({ operation }) => operation === 'create').length;

const idsOf = ({ jobs }: Simulator) => jobs.map(({ id }) => id).sort();

describe('a tool with Retry On Fail', () => {
	test.concurrent.each(BRIEFLY_WAITED)('at %s waits on for the job that the first try made', (provider) =>
		onStage(
			async (stage) => {
				stage.simulator.addFault({ ...REFUSED_KEY, times: 2 });
				const [answer] = await talk(stage, aCreateAndWait(provider, BY_AGENT), inTurn(1));
				expect(JSON.parse(String(answer))).toMatchObject([{ jobId: stage.simulator.jobs[0]?.id, status: 'succeeded' }]);
				expect(creates(stage.simulator)).toBe(1);
			},
			{ jobDurationMs: 100 },
		),
	);

	test.concurrent.each(WITHOUT_KEY)('at %s sends a create of unknown outcome in no further try', (provider) =>
		onStage(async (stage) => {
			stage.simulator.addFault(LOST);
			const [answer] = await talk(stage, aCreate(provider, BY_AGENT), inTurn(1));
			expect(answer).toContain(`It is not known whether ${LABELS[provider]} made this job`);
			expect([creates(stage.simulator), stage.simulator.jobs.length]).toEqual([1, 1]);
		}),
	);

	test.concurrent(
		'at apiframe asks in the next try under the key of the first',
		() =>
			onStage(async (stage) => {
				const { simulator } = stage;
				simulator.addFault(LOST);
				simulator.addFault({ kind: 'status', status: 402, operation: 'create' });
				const [answer] = await talk(stage, aCreate('apiframe', BY_AGENT), inTurn(1));
				expect([idIn(String(answer))]).toEqual(idsOf(simulator));
				const keys = simulator.requestsOf('apiframe', 'create').map(({ headers }) => headers['idempotency-key']);
				expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
			}),
		20_000,
	);

	test.concurrent("tells what happened in our words, not in n8n's for a network code: they say to send it again", () =>
		onStage(async (stage) => {
			stage.simulator.addFault({ ...LOST, kind: 'reset' });
			const [answer] = await talk(stage, aCreate('wiro', BY_AGENT), inTurn(1));
			expect(answer).toMatch(/It is not known whether Wiro made this job .* the job may exist and cost money/);
			expect(answer).not.toContain('retry the request');
		}),
	);

	test.concurrent.each(PROVIDERS)('at %s makes a job in the second try when the first has made none', (provider) =>
		onStage(async (stage) => {
			stage.simulator.addFault({ kind: 'status', status: 400, operation: 'create' });
			const [answer] = await talk(stage, aCreate(provider, BY_AGENT), inTurn(1));
			expect([idIn(String(answer))]).toEqual(idsOf(stage.simulator));
			expect(creates(stage.simulator)).toBe(2);
		}),
	);

	test.concurrent.each(PROVIDERS)('at %s buys for each of three calls of one prompt, at once', (provider) =>
		onStage(async (stage) => {
			const answers = await talk(stage, aCreate(provider, BY_AGENT), atOnce(3));
			expect(answers.map(idIn).sort()).toEqual(idsOf(stage.simulator));
			expect(stage.simulator.jobs).toHaveLength(3);
		}),
	);

	test.concurrent.each(PROVIDERS)('at %s buys for each of two calls of one prompt, one after the other', (provider) =>
		onStage(async (stage) => {
			const answers = await talk(stage, aCreate(provider, BY_AGENT), inTurn(2));
			expect(answers.map(idIn).sort()).toEqual(idsOf(stage.simulator));
			expect(stage.simulator.jobs).toHaveLength(2);
		}),
	);

	test.concurrent.each(['apiframe', 'wiro'] as const)(
		'at %s takes over one job each when several calls of one prompt fail at once',
		(provider) =>
			onStage(
				async (stage) => {
					stage.simulator.addFault({ ...REFUSED_KEY, times: 4 });
					const answers = await talk(stage, aCreateAndWait(provider, BY_AGENT), atOnce(3));
					expect(answers.map(idIn).sort()).toEqual(idsOf(stage.simulator));
					expect(creates(stage.simulator)).toBe(3);
				},
				{ jobDurationMs: 100 },
			),
	);

	test.concurrent('keeps apart the calls of two items that an agent works on at once', () =>
		onStage(
			async (stage) => {
				stage.simulator.addFault({ ...REFUSED_KEY, times: 2 });
				const answers = await talk(stage, aCreateAndWait('apiframe', BY_AGENT), async (take) => {
					// n8n begins the count of the runs anew with every tool it makes.
					const tools = [await take(), await take()];
					return await Promise.all(tools.map(async (call) => await call({ Prompt: 'A boat' })));
				});
				expect(answers.map(idIn).sort()).toEqual(idsOf(stage.simulator));
				expect(creates(stage.simulator)).toBe(2);
			},
			{ jobDurationMs: 100 },
		),
	);

	test.concurrent('takes over nothing for another prompt', () =>
		onStage(async (stage) => {
			stage.simulator.addFault(LOST);
			const answers = await talk(stage, aCreate('wiro', BY_AGENT), async (take) => {
				const call = await take();
				return [await call({ Prompt: 'A boat' }), await call({ Prompt: 'A ship' })];
			});
			expect(answers[0]).toContain('It is not known');
			expect(idIn(String(answers[1]))).toBe(stage.simulator.jobs[1]?.id);
			expect(stage.simulator.jobs).toHaveLength(2);
		}),
	);

	test.concurrent('takes over in a later call what a call has left that failed in all its tries', () =>
		onStage(
			async (stage) => {
				stage.simulator.addFault({ ...REFUSED_KEY, times: 3 });
				const answers = await talk(stage, aCreateAndWait('wiro', BY_AGENT), inTurn(2));
				expect(answers[0]).toContain('Wiro refused the credential');
				expect(idIn(String(answers[1]))).toBe(stage.simulator.jobs[0]?.id);
				expect(creates(stage.simulator)).toBe(1);
			},
			{ jobDurationMs: 100 },
		),
	);
});

test.concurrent.each(BRIEFLY_WAITED)(
	'a tool without Retry On Fail buys at %s in the call after one that failed',
	(provider) =>
		onStage(
			async (stage) => {
				stage.simulator.addFault(REFUSED_KEY);
				const answers = await talk(stage, aCreateAndWait(provider, BY_AGENT), inTurn(2), {});
				expect(answers[0]).toContain(`${LABELS[provider]} refused the credential`);
				expect(idIn(String(answers[1]))).toBe(stage.simulator.jobs[1]?.id);
				expect(stage.simulator.jobs).toHaveLength(2);
			},
			{ jobDurationMs: 100 },
		),
);
