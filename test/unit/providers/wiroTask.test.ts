import type { HttpResponse } from '../../../nodes/Hailuo/core/http/http';
import { wiro } from '../../../nodes/Hailuo/providers/wiro/wiro';
import { anAnswer, followWith, jobOf } from './builders';

const TOKEN = 'eDcCm5yyUfIvMFspTwww49OUfgXkQt';

const refusal = (code: number, message: string, status = 200) =>
	anAnswer(status, { result: false, errors: [{ code, message }] });

const task = (status: string, more: Record<string, unknown> = {}) =>
	anAnswer(200, {
		total: '1',
		errors: [],
		result: true,
		tasklist: [{ id: '534574', socketaccesstoken: TOKEN, status, ...more }],
	});

const ENDED = task('task_postprocess_end', {
	pexit: '0',
	outputs: [{ contenttype: 'video/mp4', url: 'https://cdn1.wiro.ai/0.mp4' }],
});

describe('reading', () => {
	test.each([
		['its token where that is known', { jobId: '534574', handles: { jobToken: TOKEN } }, { tasktoken: TOKEN }],
		['its id otherwise', { jobId: '534574' }, { taskid: '534574' }],
		['a token that stands in the place of the id', { jobId: TOKEN }, { tasktoken: TOKEN }],
	])('asks for the task by %s', (_what, reference, body) => {
		expect(wiro.get(reference).request).toEqual({
			purpose: 'read',
			method: 'POST',
			host: 'api',
			path: '/v1/Task/Detail',
			body: { kind: 'json', value: body },
		});
	});

	test('the id we know stays the id, and the token is learned', () => {
		expect(jobOf(wiro.get({ jobId: '534574' }), ENDED)).toMatchObject({
			jobId: '534574',
			handles: { jobToken: TOKEN },
		});
		expect(jobOf(wiro.get({ jobId: TOKEN, handles: { jobToken: TOKEN } }), ENDED)).toMatchObject({
			jobId: TOKEN,
			handles: { jobToken: TOKEN },
		});
	});

	test.each<[string, Record<string, unknown>, string]>([
		['exit code 0 and an output', { pexit: '0' }, 'succeeded'],
		['exit code 0 as a number', { pexit: 0 }, 'succeeded'],
		['no exit code but an output', { pexit: null }, 'succeeded'],
		['an exit code that is not 0', { pexit: '1' }, 'failed'],
		['an exit code that is no number', { pexit: 'killed' }, 'failed'],
		['exit code 0 without outputs', { pexit: '0', outputs: [] }, 'unknown'],
		['exit code 0 and an output no one can fetch', { pexit: '0', outputs: [{ url: 'file:///0.mp4' }] }, 'unknown'],
		['an exit code that is not 0 and no outputs', { pexit: '1', outputs: [] }, 'failed'],
		['neither exit code nor outputs', { outputs: null }, 'unknown'],
	])('a task that ended with %s has %s', (_what, more, status) => {
		const outputs = [{ contenttype: 'video/mp4', url: 'https://cdn1.wiro.ai/0.mp4' }];
		const job = jobOf(wiro.get({ jobId: '534574' }), task('task_postprocess_end', { outputs, ...more }));
		expect(job).toMatchObject({ status, videoUrl: status === 'succeeded' ? 'https://cdn1.wiro.ai/0.mp4' : null });
		expect(job.failure === null).toBe(status === 'succeeded');
	});

	test('an error line without words still says something', () => {
		expect(jobOf(wiro.get({ jobId: '534574' }), task('task_error')).failure).toEqual({
			code: null,
			message: 'Wiro reports an error',
		});
	});

	test('a long error log is bounded', () => {
		const debugerror = `Traceback\n${'x'.repeat(100_000)}`;
		const { failure } = jobOf(wiro.get({ jobId: '534574' }), task('task_postprocess_end', { pexit: '1', debugerror }));
		expect(failure?.message).toMatch(/^Traceback x{489}…$/);
	});
});

describe('cancelling', () => {
	const BUSY = refusal(1, 'Task is not in a cancellable state.');
	const UNKILLABLE = refusal(1, 'Task could not be killed: task is not running');
	const UNKNOWN = refusal(1, 'There is no task yet.');

	/** Answers each call by its next scripted reply, the last one for ever. */
	function cancel(replies: Partial<Record<'Cancel' | 'Kill' | 'Detail', HttpResponse[]>>, reference = {}) {
		const { requests, step } = followWith(wiro.cancel!({ jobId: '534574', ...reference }), ({ path }) => {
			const call = path.slice('/v1/Task/'.length) as 'Cancel' | 'Kill' | 'Detail';
			const left = replies[call] ?? [];
			const reply = left.length > 1 ? left.shift() : left[0];
			if (!reply) throw new Error(`${call} was not expected`);
			return reply;
		});
		const calls = requests.map(({ path, body }) => [
			path.slice('/v1/Task/'.length),
			body?.kind === 'json' ? body.value : body,
		]);
		return { calls, requests, step };
	}

	const ID = { taskid: '534574' };

	test('a queued task takes one call', () => {
		const { requests, step } = cancel({ Cancel: [task('task_cancel')] });
		expect(requests).toEqual([
			{ purpose: 'cancel', method: 'POST', host: 'api', path: '/v1/Task/Cancel', body: { kind: 'json', value: ID } },
		]);
		expect(step).toMatchObject({
			kind: 'value',
			value: { jobId: '534574', status: 'cancelled', rawStatus: 'task_cancel' },
		});
	});

	test('a running task is killed', () => {
		const { calls, step } = cancel({ Cancel: [BUSY], Kill: [task('task_cancel')] });
		expect(calls).toEqual([
			['Cancel', ID],
			['Kill', ID],
		]);
		expect(step).toMatchObject({ value: { status: 'cancelled' } });
	});

	test('a finished task is reported as it is', () => {
		const { calls, step } = cancel(
			{ Cancel: [BUSY], Kill: [UNKILLABLE], Detail: [ENDED] },
			{ handles: { jobToken: TOKEN } },
		);
		expect(calls).toEqual([
			['Cancel', ID],
			['Kill', ID],
			['Detail', { tasktoken: TOKEN }],
		]);
		expect(step).toMatchObject({ value: { status: 'succeeded', videoUrl: 'https://cdn1.wiro.ai/0.mp4' } });
	});

	test('a task caught between queue and work gets one more round', () => {
		const { calls, step } = cancel({
			Cancel: [BUSY],
			Kill: [UNKILLABLE, task('task_cancel')],
			Detail: [task('task_accept')],
		});
		expect(calls.map(([call]) => call)).toEqual(['Cancel', 'Kill', 'Detail', 'Cancel', 'Kill']);
		expect(step).toMatchObject({ value: { status: 'cancelled' } });
	});

	test('a task that stays between queue and work fails after two rounds, with advice', () => {
		const { calls, step } = cancel({ Cancel: [BUSY], Kill: [UNKILLABLE], Detail: [task('task_preprocess_start')] });
		expect(calls.map(([call]) => call)).toEqual(['Cancel', 'Kill', 'Detail', 'Cancel', 'Kill', 'Detail']);
		expect(step).toMatchObject({
			failure: {
				kind: 'notCancellable',
				message:
					'Wiro does not end a task in state task_preprocess_start: the task is just being started; try again in a moment',
			},
		});
	});

	test("a running task that Wiro does not kill fails with Wiro's words", () => {
		const { calls, step } = cancel({ Cancel: [BUSY], Kill: [UNKILLABLE], Detail: [task('task_output')] });
		expect(calls.map(([call]) => call)).toEqual(['Cancel', 'Kill', 'Detail', 'Cancel', 'Kill', 'Detail']);
		expect(step).toMatchObject({
			failure: {
				kind: 'notCancellable',
				message: 'Wiro does not end a task in state task_output: Task could not be killed: task is not running',
			},
		});
	});

	test('a task nobody knows is not found', () => {
		const { step } = cancel({ Cancel: [UNKNOWN], Kill: [UNKNOWN], Detail: [UNKNOWN] });
		expect(step).toMatchObject({ failure: { kind: 'notFound', message: 'There is no task yet.' } });
	});

	test.each([
		[
			'that the reference knows',
			{ handles: { jobToken: TOKEN } },
			[
				['Cancel', ID],
				['Cancel', { tasktoken: TOKEN }],
				['Kill', { tasktoken: TOKEN }],
			],
		],
		[
			'that a look at the task tells',
			{},
			[
				['Cancel', ID],
				['Detail', ID],
				['Cancel', { tasktoken: TOKEN }],
				['Kill', { tasktoken: TOKEN }],
			],
		],
	])('where Wiro wants the token, it gets the one %s', (_where, reference, expected) => {
		const { calls, step } = cancel(
			{
				Cancel: [refusal(0, 'Request parameter [tasktoken] required'), BUSY],
				Kill: [task('task_cancel')],
				Detail: [task('task_start')],
			},
			reference,
		);
		expect(calls).toEqual(expected);
		expect(step).toMatchObject({ value: { status: 'cancelled' } });
	});

	test('a token in the place of the id is exchanged for the id first', () => {
		const { calls, step } = cancel({ Detail: [task('task_queue')], Cancel: [task('task_cancel')] }, { jobId: TOKEN });
		expect(calls).toEqual([
			['Detail', { tasktoken: TOKEN }],
			['Cancel', ID],
		]);
		expect(step).toMatchObject({ value: { jobId: TOKEN, status: 'cancelled' } });
	});

	test('a token of no task ends it at once', () => {
		const { calls, step } = cancel({ Detail: [UNKNOWN] }, { jobId: TOKEN });
		expect(calls).toHaveLength(1);
		expect(step).toMatchObject({ failure: { kind: 'notFound' } });
	});

	test.each(['Cancel', 'Kill'] as const)('%s that is accepted with an empty list has cancelled the task', (call) => {
		const accepted = anAnswer(200, { result: true, errors: [], tasklist: [] });
		const replies = call === 'Cancel' ? { Cancel: [accepted] } : { Cancel: [BUSY], Kill: [accepted] };
		expect(cancel(replies).step).toMatchObject({ value: { jobId: '534574', status: 'cancelled', failure: null } });
	});

	test('an accepted call that shows no task is followed by a look', () => {
		const { calls, step } = cancel({
			Cancel: [anAnswer(200, { result: true, errors: [] })],
			Detail: [task('task_cancel')],
		});
		expect(calls.map(([call]) => call)).toEqual(['Cancel', 'Detail']);
		expect(step).toMatchObject({ value: { status: 'cancelled' } });
	});

	test('a refused key ends it at once', () => {
		const { calls, step } = cancel({ Cancel: [refusal(0, 'Project authorization is not founded.', 401)] });
		expect(calls).toHaveLength(1);
		expect(step).toMatchObject({ failure: { kind: 'authentication' } });
	});
});
