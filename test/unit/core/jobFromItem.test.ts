import fc from 'fast-check';
import { JOB_STATUSES, type Job } from '../../../nodes/Hailuo/core/job/job';
import {
	readHandles,
	readReference,
	readFailureFromItem,
	readJobFromItem,
	writeJob,
} from '../../../nodes/Hailuo/core/job/jobFromItem';
import { aFailure, aJob } from '../../tools/support/builders';

const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const written = (job: Job): object => JSON.parse(JSON.stringify(writeJob(job)));

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
	handles: { jobToken: 'token' },
});

const NAMES = ['jobToken', 'route'];

const read = (value: unknown) => readJobFromItem(value, NAMES);

describe('a stored job', () => {
	test.each(JOB_STATUSES)('comes back as it was when it is %s', (status) => {
		expect(read(written({ ...FULL, status }))).toEqual({ ...FULL, status });
	});

	test('comes back as it was with all but the least unknown', () => {
		expect(read(written(aJob()))).toEqual(aJob());
	});

	test('has its handles beside its other fields', () => {
		const { handles, ...fields } = FULL;
		expect(writeJob(FULL)).toEqual({ ...fields, jobToken: 'token' });
	});

	test.each([[[]], [['fileId']]])('keeps of its handles only those its provider has: %j', (names) => {
		expect(readJobFromItem({ ...written(FULL), fileId: '7' }, names)?.handles).toEqual(
			names.length === 0 ? {} : { fileId: '7' },
		);
	});

	test.each([
		['without a provider', { provider: '' }],
		['without an ID', { jobId: null }],
		['with a status we do not know', { status: 'done' }],
		['without a status', { status: undefined }],
	])('%s is none', (_what, changes) => {
		expect(read({ ...written(FULL), ...changes })).toBeNull();
	});

	test('loses what somebody put there that is not what it should be', () => {
		const meddled = {
			...written(FULL),
			videoUrl: 'javascript:alert(1)',
			additionalUrls: ['file:///etc/passwd', 7, 'https://cdn.example/b.mp4'],
			progress: 700,
			createdAt: 'yesterday',
			cost: 'much',
			failure: 'yes',
			evil: { nested: true },
		};
		expect(read(meddled)).toEqual({
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
		fc.assert(fc.property(fc.anything(), (value) => void read(value)));
	});
});

describe('a reference', () => {
	test('holds what finds the job again and nothing else', () => {
		expect(readReference({ ...written(FULL), route: 'universal' }, 'job-1', NAMES)).toEqual({
			jobId: 'job-1',
			handles: { jobToken: 'token', route: 'universal' },
			model: 'hailuo-02',
			createdAt: '2026-05-04T10:00:00.000Z',
		});
	});

	test("has a moment in the package's own form, or none", () => {
		expect(readReference({ createdAt: '1777888800' }, 'job-1', NAMES).createdAt).toBe('2026-05-04T10:00:00.000Z');
		expect(readReference({ createdAt: 'yesterday' }, 'job-1', NAMES)).toEqual({ jobId: 'job-1', handles: {} });
	});

	test('is no more than its handles for an item that may be of any origin', () => {
		expect(readHandles({ ...written(FULL), route: 'universal' }, 'job-1', NAMES)).toEqual({
			jobId: 'job-1',
			handles: { jobToken: 'token', route: 'universal' },
		});
	});

	test.each([{ jobToken: '' }, { jobToken: {} }, { jobToken: null }])('takes no handle from %j', (json) => {
		expect(readHandles(json, 'job-1', NAMES)).toEqual({ jobId: 'job-1', handles: {} });
	});
});

describe('a stored failure', () => {
	test('comes back as it was', () => {
		const failure = aFailure({ kind: 'rateLimit', httpStatus: 429, retryAfterSeconds: 7, code: '96' });
		expect(readFailureFromItem(stored(failure))).toEqual(failure);
	});

	test.each([[null], ['network'], [{ message: 'Broken' }], [{ kind: 'whatever', message: 'Broken' }]])(
		'is none in %j',
		(value) => {
			expect(readFailureFromItem(value)).toBeNull();
		},
	);
});
