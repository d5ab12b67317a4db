/**
 * How long a batch of prompts takes to become video files: our node at every gateway, n8n's built-in MiniMax node, the
 * hand-built loop and a script, for jobs of the same length.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { pauseSeconds } from '../../../../nodes/Hailuo/core/waiting/rhythm';
import { providerById } from '../../../../nodes/Hailuo/providers/registry';
import type { Suite } from '../../../e2e/support/suite';
import { GATEWAYS } from '../../host/gateways';
import { runStep } from '../../host/steps';
import { BUILT_IN_PAUSE_SECONDS } from '../alternatives/builtInNode';
import { TAUGHT_PAUSE_SECONDS } from '../alternatives/handBuilt';
import { SCRIPT_PAUSE_SECONDS } from '../alternatives/undiciScript';
import { withSuite } from '../benchSuite';
import { attempt, type BenchOptions } from '../table';
import type { BatchCell, BatchData, WayKind } from './data';
import { CHARTED_LABEL, hailuoWays, handBuiltWay, oneByOneWays, scriptWay, type Way } from './ways';

const JOB_DURATION_MS = 2_000;
const ITEM_COUNTS = [1, 8, 32, 128];

/** One way with one number of items. */
interface Case {
	way: Way;
	itemCount: number;
	milliseconds: number[];
	failure?: string;
}

function casesOf(ways: readonly Way[]): Case[] {
	return ways.flatMap((way) =>
		ITEM_COUNTS.filter((itemCount) => itemCount <= way.mostItems).map((itemCount): Case => ({
			way,
			itemCount,
			milliseconds: [],
		})),
	);
}

async function runOnce(each: Case): Promise<void> {
	// What has failed once will hardly have a time that means something.
	if (each.failure !== undefined) return;
	const outcome = await attempt(() => each.way.run(each.itemCount));
	if ('failure' in outcome) each.failure = outcome.failure;
	else each.milliseconds.push(outcome.value);
}

/** Cases that mostly sleep run side by side; their starts are spread over one pause, so that few are awake together. */
async function runSpread(cases: readonly Case[], spreadSeconds: number): Promise<void> {
	const spreadMs = (spreadSeconds * 1000) / cases.length;
	await Promise.all(
		cases.map(async (each, index) => {
			await pause(index * spreadMs);
			await runOnce(each);
		}),
	);
}

async function measureAwake(suite: Suite, runs: number): Promise<Case[]> {
	const ways = [...hailuoWays(suite), scriptWay(suite)];
	const cases = casesOf(ways);
	await runStep('Warming up: one item by every way that does not sleep', () =>
		Promise.all(ways.map((way) => attempt(() => way.run(1)))),
	);
	for (let round = 1; round <= runs; round += 1) {
		for (const way of ways) {
			await runStep(`${way.label}: ${ITEM_COUNTS.join(', ')} items, run ${round} of ${runs}`, async () => {
				for (const each of cases) if (each.way === way) await runOnce(each);
			});
		}
	}
	return cases;
}

async function measureAsleep(suite: Suite, runs: number): Promise<Case[]> {
	const handBuilt = await handBuiltWay(suite);
	const slow = casesOf(await oneByOneWays(suite));
	const batches = casesOf([handBuilt]);
	await attempt(() => handBuilt.run(1));
	const most = Math.max(...slow.map(({ itemCount }) => itemCount));
	const about = BUILT_IN_PAUSE_SECONDS * (most + 1);
	await runStep(`${[...new Set(slow.map(({ way }) => way.label))].join(' and ')} (about ${about} s)`, () =>
		runSpread(Array.from({ length: runs }, () => slow).flat(), BUILT_IN_PAUSE_SECONDS),
	);
	for (let round = 1; round <= runs; round += 1) {
		await runStep(`${handBuilt.label}: ${ITEM_COUNTS.join(', ')} items, run ${round} of ${runs}`, () =>
			runSpread(batches, TAUGHT_PAUSE_SECONDS),
		);
	}
	return [...slow, ...batches];
}

/** No gateway is asked more often than it wants to be. */
function firstLooks(): string {
	return GATEWAYS.map(({ provider, label }) => {
		const shortestPauseSeconds = providerById(provider)?.shortestPollSeconds ?? 0;
		return `after ${pauseSeconds(1, { kind: 'polling', shortestPauseSeconds, intervalSeconds: 0 })} s at ${label}`;
	}).join(', ');
}

function cellOf(itemCount: number, found: Case | undefined): BatchCell {
	if (found === undefined) return { itemCount, notRun: true };
	if (found.failure !== undefined) return { itemCount, failure: found.failure };
	return { itemCount, value: found.milliseconds };
}

/** In the table: ours, what every n8n has, what people build, the floor. */
const ORDER: readonly WayKind[] = ['ours', 'builtIn', 'handBuilt', 'oneByOne', 'script'];

const rankOf = ({ way }: Case) => ORDER.indexOf(way.kind);

export async function measureBatch({ runs }: BenchOptions): Promise<BatchData> {
	// Each in an n8n of its own, at the same time: what sleeps hardly disturbs what does not.
	const options = { simulator: { jobDurationMs: JOB_DURATION_MS } };
	const [awake, asleep] = await Promise.all([
		withSuite(options, (suite) => measureAwake(suite, runs)),
		withSuite(options, (suite) => measureAsleep(suite, runs)),
	]);
	const cases = [...awake, ...asleep].sort((one, other) => rankOf(one) - rankOf(other));
	const ways = [...new Set(cases.map(({ way }) => way))].map((way) => ({
		kind: way.kind,
		label: way.label,
		cells: ITEM_COUNTS.map((itemCount) =>
			cellOf(
				itemCount,
				cases.find((each) => each.way === way && each.itemCount === itemCount),
			),
		),
	}));
	return {
		runs,
		jobSeconds: JOB_DURATION_MS / 1000,
		itemCounts: ITEM_COUNTS,
		ways,
		chartedLabel: CHARTED_LABEL,
		firstLooks: firstLooks(),
		pauseSeconds: {
			builtIn: BUILT_IN_PAUSE_SECONDS,
			handBuilt: TAUGHT_PAUSE_SECONDS,
			script: SCRIPT_PAUSE_SECONDS,
		},
	};
}
