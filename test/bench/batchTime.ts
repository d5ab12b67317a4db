/**
 * How long a batch of prompts takes to become video files in a real n8n: Create Video and Wait at every gateway, beside
 * n8n's built-in MiniMax node, for jobs of the same length at the same simulator.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { pauseSeconds } from '../../nodes/Hailuo/core/poll';
import { providerById } from '../../nodes/Hailuo/providers';
import { startSuite, type Suite } from '../e2e/support/suite';
import { GATEWAYS, type Gateway } from '../host/gateways';
import type { WorkflowNode } from '../host/n8nTypes';
import { runStep } from '../host/steps';
import { hailuo, items, manualTrigger, workflowOf } from '../host/workflows';
import { BUILT_IN_LABEL, BUILT_IN_PAUSE_SECONDS, builtInNode, connectBuiltIn } from './builtInNode';
import { asFactor, type Bench, inSeconds, median, mediansOf, verdict } from './table';
import { timeExecution, type Timing } from './timeExecution';

const JOB_DURATION_MS = 2_000;
const ITEM_COUNTS = [1, 8, 32];
/** More would only sleep: one item after another. */
const MOST_BUILT_IN_ITEMS = 8;
const LARGEST_FACTOR = 1.5;
const TRIGGER = 'Start';
const VIDEO_NODE = 'Video';

/** One node with one number of items. */
interface Case {
	label: string;
	provider: Gateway['provider'] | 'builtIn';
	itemCount: number;
	workflowId: string;
	timings: Timing[];
}

async function run(suite: Suite, { workflowId, itemCount }: Case): Promise<Timing> {
	return timeExecution(suite.client, { id: workflowId, trigger: TRIGGER, node: VIDEO_NODE, itemCount });
}

async function storeWorkflow(suite: Suite, label: string, itemCount: number, node: WorkflowNode): Promise<string> {
	const prompts = Array.from({ length: itemCount }, (_, index) => ({
		prompt: `A paper boat crosses puddle number ${index + 1} at dawn`,
	}));
	const workflow = workflowOf(`${label}, ${itemCount} items`, [manualTrigger(TRIGGER), items(prompts), node]);
	return (await suite.client.createWorkflow(workflow)).id;
}

function ourNode(suite: Suite, { provider }: Gateway): WorkflowNode {
	const parameters = {
		provider,
		operation: 'createAndWait',
		model: 'hailuo-2.3',
		prompt: '={{ $json.prompt }}',
		resolution: '768P',
		duration: 6,
		downloadVideo: true,
	};
	return hailuo(parameters, suite.credentials, { name: VIDEO_NODE });
}

async function prepareCases(suite: Suite): Promise<Case[]> {
	const minimaxCredential = await connectBuiltIn(suite, JOB_DURATION_MS);
	const cases: Case[] = [];
	const add = async (label: string, provider: Case['provider'], itemCount: number, node: WorkflowNode) => {
		const workflowId = await storeWorkflow(suite, label, itemCount, node);
		cases.push({ label, provider, itemCount, workflowId, timings: [] });
	};
	for (const gateway of GATEWAYS) {
		for (const count of ITEM_COUNTS) await add(gateway.label, gateway.provider, count, ourNode(suite, gateway));
	}
	for (const count of ITEM_COUNTS.filter((each) => each <= MOST_BUILT_IN_ITEMS)) {
		await add(BUILT_IN_LABEL, 'builtIn', count, builtInNode(VIDEO_NODE, minimaxCredential));
	}
	return cases;
}

async function measure(suite: Suite, cases: readonly Case[], runs: number): Promise<void> {
	await runStep('Warming up: one item by every node', async () => {
		const single = cases.filter(({ itemCount }) => itemCount === 1);
		await Promise.all(single.map((each) => run(suite, each)));
	});
	for (let round = 1; round <= runs; round += 1) {
		for (const { provider, label } of GATEWAYS) {
			const ours = cases.filter((each) => each.provider === provider);
			await runStep(`${label}: ${ITEM_COUNTS.join(', ')} items, run ${round} of ${runs}`, async () => {
				for (const each of ours) each.timings.push(await run(suite, each));
			});
		}
	}
	await measureBuiltIn(
		suite,
		cases.filter(({ provider }) => provider === 'builtIn'),
		runs,
	);
}

/**
 * Its executions only sleep between two looks, so they run side by side; the starts are spread over one of its pauses, so
 * that no two of them are awake at the same time.
 */
async function measureBuiltIn(suite: Suite, cases: readonly Case[], runs: number): Promise<void> {
	const executions = Array.from({ length: runs }, () => cases).flat();
	const spreadMs = (BUILT_IN_PAUSE_SECONDS * 1000) / executions.length;
	const seconds = BUILT_IN_PAUSE_SECONDS * (MOST_BUILT_IN_ITEMS + 1);
	await runStep(`${BUILT_IN_LABEL}: all its runs side by side (about ${seconds} s)`, async () => {
		await Promise.all(
			executions.map(async (each, index) => {
				await pause(index * spreadMs);
				each.timings.push(await run(suite, each));
			}),
		);
	});
}

const executionTime = ({ timings }: Case) => median(timings.map(({ execution }) => execution));

function factorOf(each: Case, cases: readonly Case[]): number {
	const single = cases.find(({ provider, itemCount }) => provider === each.provider && itemCount === 1);
	return executionTime(each) / executionTime(single ?? each);
}

function rowOf(each: Case, cases: readonly Case[]): string[] {
	const builtIn = cases.find(({ provider, itemCount }) => provider === 'builtIn' && itemCount === each.itemCount);
	return [
		each.provider === 'builtIn' ? each.label : `Hailuo node, ${each.label}`,
		String(each.itemCount),
		inSeconds(executionTime(each)),
		inSeconds(median(each.timings.map(({ wall }) => wall))),
		asFactor(factorOf(each, cases)),
		builtIn === undefined ? '-' : asFactor(executionTime(builtIn) / executionTime(each)),
	];
}

function rowsOf(cases: readonly Case[]): string[][] {
	const notRun = ITEM_COUNTS.filter((count) => count > MOST_BUILT_IN_ITEMS).map((count) => [
		BUILT_IN_LABEL,
		String(count),
		`not run: ${BUILT_IN_PAUSE_SECONDS} s an item`,
		'-',
		'-',
		'-',
	]);
	return [...cases.map((each) => rowOf(each, cases)), ...notRun];
}

/** "after 2 s at AI/ML API, ...": no gateway is asked more often than it wants to be. */
function firstLooks(): string {
	return GATEWAYS.map(({ provider, label }) => {
		const shortestPollSeconds = providerById(provider)?.shortestPollSeconds ?? 0;
		return `after ${pauseSeconds(1, { shortestPollSeconds, pollIntervalSeconds: 0 })} s at ${label}`;
	}).join(', ');
}

export const batchTime: Bench = async ({ runs }) => {
	const suite = await runStep('Starting n8n beside the simulator', () =>
		startSuite({ simulator: { jobDurationMs: JOB_DURATION_MS } }),
	);
	let cases: Case[];
	try {
		cases = await prepareCases(suite);
		await measure(suite, cases, runs);
	} catch (error) {
		await suite.close();
		process.stderr.write(`n8n left its log and database in ${suite.server.userFolder}\n`);
		throw error;
	}
	await suite.close();
	await suite.server.remove();

	const most = Math.max(...ITEM_COUNTS);
	const factors = cases
		.filter(({ provider, itemCount }) => provider !== 'builtIn' && itemCount === most)
		.map((each) => factorOf(each, cases));
	const largest = Math.max(...factors);
	return {
		title: `From prompts to video files in n8n, jobs of ${JOB_DURATION_MS / 1000} s`,
		columns: ['Node', 'Items', 'Execution', 'Wall clock', 'Beside one item', 'Built-in takes'],
		rows: rowsOf(cases),
		notes: [
			`Execution is n8n's own time from start to stop, wall clock what a caller sees; ${mediansOf(runs)}, those of the ` +
				'built-in side by side. Both nodes save the video file.',
			`The Hailuo node takes its first look ${firstLooks()}, or sooner when Wiro's socket says that a job ` +
				'is over; the built-in looks at once and then every ' +
				`${BUILT_IN_PAUSE_SECONDS} s, at one item after another. Videos take minutes in real life: then the pauses ` +
				'matter less, and what remains is that the built-in makes them one after another.',
			`Wanted: ${most} items in at most ${asFactor(LARGEST_FACTOR)} the time of one. The largest is ` +
				`${asFactor(largest)}: ${verdict(largest <= LARGEST_FACTOR)}.`,
		],
		data: {
			jobDurationMs: JOB_DURATION_MS,
			unit: 'milliseconds',
			cases: cases.map(({ provider, itemCount, timings }) => ({ provider, itemCount, timings })),
			notRun: ITEM_COUNTS.filter((count) => count > MOST_BUILT_IN_ITEMS).map((itemCount) => ({
				provider: 'builtIn',
				itemCount,
			})),
		},
	};
};
