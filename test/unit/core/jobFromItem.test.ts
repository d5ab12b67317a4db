import fc from 'fast-check';
import { JOB_STATUSES } from '../../../nodes/Hailuo/core/job/job';
import {
	readHandles,
	readReference,
	readFailureFromItem,
	readJobFromItem,
} from '../../../nodes/Hailuo/core/job/jobFromItem';
import { aFailure, aJob } from '../../tools/support/builders';

const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const FULL = aJob({
	provider: 'wiro',
	status: 'failed',
	progress: 40,
	videoUrl: 'https://cdn.example/a.mp4',
	additionalUrls: ['https://cdn.example/b.mp4'],
	failure: { code: 'E1', message: 'Broken' },
	cost: { amount: 0.19, unit: 'USD' },
	createdAt: '2026-05-04T10:00:00.000Z',
	completedAt: '2026-05-04T10:01:00.000Z',
	expiresAt: '2026-05-05T10:00:00.000Z',
	jobToken: 'token',
});

describe('a stored job', () => {
	test.each(JOB_STATUSES)('comes back as it was when it is %s', (status) => {
		expect(readJobFromItem(stored({ ...FULL, status }))).toEqual({ ...FULL, status });
	});

	test('comes back as it was with all but the least unknown', () => {
		expect(readJobFromItem(stored(aJob()))).toEqual(aJob());
	});

	test('keeps the route of AI/ML API', () => {
		const job = aJob({ provider: 'aimlApi', route: 'minimax' });
		expect(readJobFromItem(stored(job))).toEqual(job);
	});

	test.each([
		['without a provider', { provider: '' }],
		['without an ID', { jobId: null }],
		['with a status we do not know', { status: 'done' }],
		['without a status', { status: undefined }],
	])('%s is none', (_what, changes) => {
		expect(readJobFromItem({ ...FULL, ...changes })).toBeNull();
	});

	test('loses what somebody put there that is not what it should be', () => {
		const meddled = {
			...FULL,
			videoUrl: 'javascript:alert(1)',
			additionalUrls: ['file:///etc/passwd', 7, 'https://cdn.example/b.mp4'],
			progress: 700,
			createdAt: 'yesterday',
			cost: 'much',
			failure: 'yes',
			evil: { nested: true },
		};
		expect(readJobFromItem(meddled)).toEqual({
			...FULL,
			videoUrl: null,
			additionalUrls: ['https://cdn.example/b.mp4'],
			progress: null,
			createdAt: null,
			cost: null,
			failure: null,
		});
	});

	test('is read without an error from anything', () => {
		fc.assert(fc.property(fc.anything(), (value) => void readJobFromItem(value)));
	});
});

describe('a reference', () => {
	test('holds what finds the job again and nothing else', () => {
		expect(readReference({ ...FULL, route: 'universal' }, 'job-1')).toEqual({
			jobId: 'job-1',
			jobToken: 'token',
			route: 'universal',
			model: 'hailuo-02',
			createdAt: '2026-05-04T10:00:00.000Z',
		});
	});

	test("has a moment in the package's own form, or none", () => {
		expect(readReference({ createdAt: '1777888800' }, 'job-1').createdAt).toBe('2026-05-04T10:00:00.000Z');
		expect(readReference({ createdAt: 'yesterday' }, 'job-1')).toEqual({ jobId: 'job-1' });
	});

	test('is no more than its handles for an item that may be of any origin', () => {
		expect(readHandles({ ...FULL, route: 'universal' }, 'job-1')).toEqual({
			jobId: 'job-1',
			jobToken: 'token',
			route: 'universal',
		});
	});

	test('takes no route that is none', () => {
		expect(readReference({ route: 'sideways' }, 'job-1')).toEqual({ jobId: 'job-1' });
	});
});

describe('a stored failure', () => {
	test('comes back as it was', () => {
		const failure = aFailure({ kind: 'rateLimit', httpStatus: 429, retryAfterSeconds: 7, code: '96', made: 'no' });
		expect(readFailureFromItem(stored(failure))).toEqual(failure);
	});

	test.each([[null], ['network'], [{ message: 'Broken' }], [{ kind: 'whatever', message: 'Broken' }]])(
		'is none in %j',
		(value) => {
			expect(readFailureFromItem(value)).toBeNull();
		},
	);
});
