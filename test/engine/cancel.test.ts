import { fieldsOf, moveTo, onJob, onStage, requestLines } from './stage';

const CANCEL = 'cancel /v1/Task/Cancel';
const KILL = 'kill /v1/Task/Kill';
const DETAIL = 'read /v1/Task/Detail';

/** Fraction of a Wiro task's time at which it is neither cancelled nor killed. */
const IN_BETWEEN = 0.28;

describe('Cancel', () => {
	test.each<[string, number, string[]]>([
		['queued', 0.1, [CANCEL]],
		['running', 0.5, [CANCEL, KILL]],
	])('ends a %s Wiro job', (_phase, fraction, lines) =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make('wiro');
			const id = String(made.json.jobId);
			simulator.setJobProgress(id, fraction);
			simulator.requests.length = 0;
			const { items, error } = await run(onJob('cancel', 'wiro'), { items: [made] });
			expect(error).toBeUndefined();
			expect(items).toEqual([
				{
					json: {
						...made.json,
						status: 'cancelled',
						rawStatus: 'task_cancel',
						createdAt: expect.any(String),
						completedAt: expect.any(String),
					},
					pairedItem: { item: 0 },
				},
			]);
			expect(simulator.phaseOf(id)).toBe('cancelled');
			expect(requestLines(simulator)).toEqual(lines);
		}),
	);

	test.each(['succeeded', 'failed', 'cancelled'] as const)('of a Wiro job that has %s reports it as it is', (phase) =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make('wiro', phase);
			simulator.requests.length = 0;
			const { items, error } = await run(onJob('cancel', 'wiro'), { items: [made] });
			expect(error).toBeUndefined();
			expect(fieldsOf(items, 'status')).toEqual([phase]);
			expect(fieldsOf(items, 'videoUrl')).toEqual([phase === 'succeeded' ? simulator.jobs[0]?.videoUrl : null]);
			expect(requestLines(simulator)).toEqual([CANCEL, KILL, DETAIL]);
		}),
	);

	test.concurrent(
		'of a Wiro job that stays between queue and work is asked for some seconds and then says what to do',
		() =>
			onStage(async ({ simulator, run, make }) => {
				const made = await make('wiro');
				simulator.setJobProgress(String(made.json.jobId), IN_BETWEEN);
				simulator.requests.length = 0;
				const { error } = await run(onJob('cancel', 'wiro'), { items: [made] });
				expect(error).toMatchObject({
					name: 'NodeApiError',
					message: 'Wiro did not cancel the job [item 0]',
					context: { itemIndex: 0, job: { jobId: made.json.jobId } },
				});
				expect(error?.description).toContain('try again in a moment');
				const rounds = Array.from({ length: 8 }, () => [CANCEL, KILL, DETAIL]);
				expect(requestLines(simulator)).toEqual(rounds.flat());
			}),
	);

	test('of a Wiro job that begins its work meanwhile kills it', () =>
		onStage(async ({ simulator, run, make }) => {
			const made = await make('wiro');
			const id = String(made.json.jobId);
			simulator.setJobProgress(id, IN_BETWEEN);
			simulator.addFault({
				kind: 'slow',
				operation: 'kill',
				delayMs: 0,
				matches: () => {
					// After the first refusal of both calls the work begins.
					setTimeout(() => moveTo(simulator, id, 'running'), 0);
					return true;
				},
				moment: 'after',
			});
			const { items, error } = await run(onJob('cancel', 'wiro'), { items: [made] });
			expect(error).toBeUndefined();
			expect(fieldsOf(items, 'status')).toEqual(['cancelled']);
		}));

	test.each(['taskid', 'tasktoken'] as const)('serves a Wiro that takes the %s only', (field) =>
		onStage(
			async ({ simulator, run, make }) => {
				const made = await make('wiro', 'running');
				const { items, error } = await run(onJob('cancel', 'wiro', { jobId: String(made.json.jobId) }), {
					items: [{ json: {} }],
				});
				expect(error).toBeUndefined();
				expect(fieldsOf(items, 'status')).toEqual(['cancelled']);
				expect(simulator.phaseOf(String(made.json.jobId))).toBe('cancelled');
			},
			{ wiroCancelBy: field },
		),
	);

	test('of a task Wiro does not know says so', () =>
		onStage(async ({ run }) => {
			const { error } = await run(onJob('cancel', 'wiro', { jobId: '123' }));
			expect(error).toMatchObject({
				message: 'Wiro does not know what was asked for [item 0]',
				context: { job: { jobId: '123' } },
			});
			expect(error?.description).toContain('There is no task yet.');
		}));
});
