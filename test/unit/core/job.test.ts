import { describeJob, isOver, JOB_STATUSES, type JobStatus } from '../../../nodes/Hailuo/core/job/job';
import { aJob } from '../../tools/support/builders';

const over: Record<JobStatus, boolean> = {
	queued: false,
	running: false,
	succeeded: true,
	failed: true,
	cancelled: true,
	unknown: false,
};

test('a job has one of six statuses', () => {
	expect([...JOB_STATUSES].sort()).toEqual(Object.keys(over).sort());
});

test.each(Object.entries(over) as Array<[JobStatus, boolean]>)('a job that is %s is over: %s', (status, expected) => {
	expect(isOver(aJob({ status }))).toBe(expected);
});

test('a failure alone ends no job: the provider may only have hinted at it', () => {
	expect(isOver(aJob({ status: 'running', failure: { code: null, message: 'task_error' } }))).toBe(false);
});

describe('a described job', () => {
	test('is complete when only its provider and id are known', () => {
		expect(describeJob({ provider: 'wiro', jobId: '534574' })).toEqual({
			provider: 'wiro',
			jobId: '534574',
			model: null,
			status: 'unknown',
			rawStatus: null,
			progress: null,
			videoUrl: null,
			additionalUrls: [],
			failure: null,
			cost: null,
			createdAt: null,
			completedAt: null,
			expiresAt: null,
			handles: {},
		});
	});

	test('has what is known', () => {
		const job = describeJob({ provider: 'aimlApi', jobId: 'g:1', status: 'queued', handles: { route: 'minimax' } });
		expect(job).toMatchObject({ status: 'queued', handles: { route: 'minimax' } });
		expect(job).not.toHaveProperty('timedOut');
	});

	test('shares no list with another one', () => {
		const first = describeJob({ provider: 'wiro', jobId: '1' });
		first.additionalUrls.push('https://cdn.example/2.mp4');
		expect(describeJob({ provider: 'wiro', jobId: '2' }).additionalUrls).toEqual([]);
	});
});
