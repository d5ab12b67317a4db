/** What travels on items and in n8n's memory comes back as it was, and harms nobody when it was touched. */
import fc from 'fast-check';

import { recordCallback } from '../../../nodes/Hailuo/core/callback/repeatedCallbacks';
import { findLoopFault, readWiring, starves } from '../../../nodes/Hailuo/io/wiring';
import { FAILURE_KINDS } from '../../../nodes/Hailuo/core/http/http';
import { JOB_STATUSES, type Job } from '../../../nodes/Hailuo/core/job/job';
import {
	readReference,
	readFailureFromItem,
	readJobFromItem,
	writeJob,
} from '../../../nodes/Hailuo/core/job/jobFromItem';
import {
	enter,
	isDue,
	isSettled,
	readWaitState,
	settle,
	WAIT_FIELD,
	wakeAt,
	writeWaitState,
	type WaitPlan,
	type WaitState,
} from '../../../nodes/Hailuo/core/waiting/waitState';
import { aFailure, aJob } from '../../tools/support/builders';
import { bodiesLike, hostileText } from './hostile';
import { failures, jobs, outcomes } from './jobs';
import { describeProperties } from './run';

const NOW = Date.parse('2026-05-04T10:00:00Z');

/** Whatever a form lets through, in minutes. */
const minutes = fc.oneof(
	fc.constantFrom(0.01, 1, 2, 30, 1440),
	fc.double({ min: 0.001, max: 1e6, noNaN: true }),
	fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
);

const plans: fc.Arbitrary<WaitPlan> = fc.record({
	timeoutMinutes: minutes,
	rhythm: fc.record({
		kind: fc.constant('rechecking' as const),
		shortestPauseSeconds: fc.constantFrom(2, 8),
		intervalMinutes: minutes,
	}),
});

/** As an item goes round: into n8n's database and out of it. */
const travelled = <Value>(value: Value): unknown => JSON.parse(JSON.stringify(value));

/** Of a read it says nothing whether something was made. */
function comparable({ failure, fault, ...state }: WaitState): unknown {
	const bare = (reason: typeof failure) => reason && { ...reason, made: undefined };
	return { ...state, ...(failure && { failure: bare(failure) }), ...(fault && { fault: bare(fault) }) };
}

/** Creations around now, since that is when jobs are made; others as well. */
const recent = fc
	.oneof(fc.integer({ min: -120_000, max: 5000 }), fc.integer({ min: -1e9, max: 1e9 }))
	.map((offset) => new Date(NOW + offset).toISOString());

const recentJobs = jobs(recent);

const steps = fc.array(
	fc.record({ outcome: outcomes(recentJobs), pause: fc.integer({ min: 0, max: 400_000 }), rang: fc.boolean() }),
	{ maxLength: 6 },
);

function expectSane(state: WaitState, now: number, plan: WaitPlan): void {
	const wake = wakeAt(state, plan);
	expect(new Date(wake).getTime()).toBe(Math.trunc(wake));
	if (isSettled(state)) expect(isDue(state, now, plan)).toBe(false);
}

const A_STATE = {
	since: '2026-05-04T09:59:00.000Z',
	nextCheckAt: '2026-05-04T10:01:00.000Z',
	rang: false,
	job: aJob({
		createdAt: '2026-05-04T09:59:00.000Z',
		videoUrl: 'https://cdn.example/1.mp4',
		failure: { code: 'x', message: 'Broken' },
		cost: { amount: 5, unit: 'credits' },
		handles: { jobToken: 'eDcCm5yyUfIvMFspTwww49OUfgXkQt', route: 'minimax' },
	}),
	failure: aFailure(),
	timedOut: true,
	fault: aFailure({ kind: 'rateLimit', retryAfterSeconds: 5 }),
	raw: { status: 'PROCESSING' },
	suspicion: { reads: 1, since: NOW },
	looks: 2,
	notBefore: '2026-05-04T09:59:30.000Z',
	answered: true,
	faultSince: '2026-05-04T09:59:10.000Z',
	suspectedSince: '2026-05-04T09:59:20.000Z',
};

const HANDLES = ['jobToken', 'route'];

/** As the item bears it. */
const onItem = <State extends { job: Job }>(state: State) => ({ ...state, job: writeJob(state.job) });

const NAMES = ['Hailuo', 'Edit Fields', ' If', 'Merge', '__proto__', 'constructor', '7'];

const edges = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.nat(2), fc.constantFrom(...NAMES)), { maxLength: 14 });

type Edge = [string, number, string];

/** As n8n keeps it: by source node, by output. */
function connectionsOf(wires: readonly Edge[]): unknown {
	const sources = [...new Set(wires.map(([source]) => source))];
	return Object.fromEntries(
		sources.map((source) => {
			const outputs = [0, 1, 2].map((output) =>
				wires
					.filter(([from, at]) => from === source && at === output)
					.map(([, , node]) => ({ node, type: 'main', index: 0 })),
			);
			return [source, { main: outputs.map((output) => (output.length === 0 ? null : output)) }];
		}),
	);
}

/** Everything an output leads to before it comes back to its node. */
function reachedFrom(wires: readonly Edge[], node: string, output: number): Set<string> {
	const reached = new Set(wires.filter(([from, at]) => from === node && at === output).map(([, , to]) => to));
	for (const name of reached) {
		if (name !== node) for (const [from, , to] of wires) if (from === name) reached.add(to);
	}
	return reached;
}

describeProperties('state', (holds) => {
	describe('a stored job', () => {
		holds('comes back as it was', jobs(), (job) =>
			expect(readJobFromItem(travelled(writeJob(job)), HANDLES)).toEqual(job),
		);

		holds('that was touched is a legal one or none', bodiesLike([writeJob(A_STATE.job)]), ({ json }) => {
			readReference(json, 'job-1', HANDLES);
			const failure = readFailureFromItem(json);
			if (failure !== null) expect(FAILURE_KINDS).toContain(failure.kind);
			const job = readJobFromItem(json, HANDLES);
			if (job === null) return;
			expect(JOB_STATUSES).toContain(job.status);
			expect(job.jobId.trim()).not.toBe('');
			for (const url of [job.videoUrl ?? 'https://none.example', ...job.additionalUrls]) {
				expect(['http:', 'https:']).toContain(new URL(url).protocol);
			}
			expect(readJobFromItem(travelled(writeJob(job)), HANDLES)).toEqual(job);
		});

		holds('has a failure that comes back as it was', failures, (failure) => {
			expect(readFailureFromItem(travelled(failure))).toEqual(failure);
		});
	});

	describe('a wait', () => {
		holds(
			'comes back after every round as it was, and ends',
			fc.record({ job: recentJobs, plan: plans, steps }),
			({ job, plan, steps: rounds }) => {
				let now = NOW;
				let state = enter(job, now, plan);
				rounds.forEach(({ outcome, pause, rang }) => {
					expectSane(state, now, plan);
					const read = readWaitState(travelled({ [WAIT_FIELD]: writeWaitState({ ...state, rang }) }), HANDLES);
					expect(read && comparable(read)).toEqual(comparable({ ...state, rang }));
					if (isSettled(state) || read === null) return;
					now += pause;
					state = settle(read, outcome, now, plan);
					expect(state.rang).toBe(false);
					if (!isSettled(state)) expect(wakeAt(state, plan)).toBeGreaterThan(now);
				});
				expectSane(state, now, plan);
				const deadline = Date.parse(state.since) + plan.timeoutMinutes * 60_000;
				if (rounds.length > 0 && now >= deadline) expect(isSettled(state)).toBe(true);
			},
			{ cases: 1500 },
		);

		holds(
			'that was touched can still be gone on with',
			fc.record({ body: bodiesLike([onItem(A_STATE)]), plan: plans, outcome: outcomes(recentJobs) }),
			({ body, plan, outcome }) => {
				const state = readWaitState({ [WAIT_FIELD]: body.json }, HANDLES);
				if (state === null) return;
				expectSane(state, NOW, plan);
				const next = settle(state, outcome, NOW, plan);
				expectSane(next, NOW, plan);
				expect(readWaitState(travelled({ [WAIT_FIELD]: writeWaitState(next) }), HANDLES)).not.toBeNull();
			},
			{ cases: 1500 },
		);
	});

	describe('the memory of callbacks', () => {
		const day = 24 * 60 * 60 * 1000;
		const keys = fc.constantFrom('a', 'b', '__proto__', 'constructor', '7', '');
		const calls = fc.array(fc.record({ key: keys, pause: fc.oneof(fc.nat(1000), fc.nat(day)) }), { maxLength: 20 });

		holds('knows each callback for a day, and no other', calls, (taken) => {
			const first = new Map<string, number>();
			let memory: unknown;
			let now = NOW;
			for (const { key, pause } of taken) {
				now += pause;
				const known = first.get(key);
				const isNew = known === undefined || now - known >= day;
				if (isNew) first.set(key, now);
				const delivery = recordCallback([memory], key, now);
				expect(delivery.isNew).toBe(isNew);
				memory = travelled(delivery.memory);
			}
		});

		holds(
			'that was touched stays bounded and still learns',
			fc.record({
				body: bodiesLike([{ 'job-1:succeeded': NOW, 'job-2:failed': NOW - 5 }]),
				others: fc.oneof(fc.constant(0), fc.nat(1200)),
				key: hostileText,
			}),
			({ body: { json }, others, key }) => {
				const earlier = Object.fromEntries(Array.from({ length: others }, (_, index) => [`job-${index}`, NOW - index]));
				const { memory } = recordCallback([json, earlier, undefined, 'none'], key, NOW);
				expect(Object.keys(memory).length).toBeLessThanOrEqual(1000);
				expect(recordCallback([travelled(memory)], key, NOW + 1).isNew).toBe(false);
			},
		);
	});

	describe('a loop', () => {
		holds('is one when it comes back and ends nowhere', fc.tuple(edges, fc.nat(2)), ([wires, output]) => {
			const wiring = readWiring(connectionsOf(wires), {}, {})!;
			const reached = reachedFrom(wires, 'Hailuo', output);
			const isDeadEnd = (name: string) => name !== 'Hailuo' && !wires.some(([from]) => from === name);
			const expected =
				reached.size === 0 ? 'unwired' : reached.has('Hailuo') && ![...reached].some(isDeadEnd) ? null : 'elsewhere';
			expect(findLoopFault(wiring, 'Hailuo', output)).toBe(expected);
		});

		holds(
			'of wires in any other shape is judged without an accident',
			fc.tuple(
				bodiesLike([
					connectionsOf([
						['Hailuo', 0, 'If'],
						['If', 1, 'Hailuo'],
					]),
				]),
				bodiesLike([{ Hailuo: { position: [0, 0] } }]),
			),
			([connections, nodes]) => {
				const wiring = readWiring(connections.json, nodes.json, nodes.json);
				if (wiring === null) return;
				expect([null, 'unwired', 'elsewhere']).toContain(findLoopFault(wiring, 'Hailuo', 0));
				expect([true, false]).toContain(starves(wiring, 'Hailuo', 0, 1));
			},
		);
	});
});
