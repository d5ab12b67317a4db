/** What the contract's parts share: what a legal job is, and what a hostile body. */
import fc from 'fast-check';

import { JOB_STATUSES, type Job } from '../../../nodes/Hailuo/core/job/job';
import { isWebUrl } from '../../../nodes/Hailuo/core/http/read';
import type { ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';

/** Answers of status 2xx that say nothing a provider documents. */
export const MEANINGLESS_BODIES: unknown[] = [
	'',
	'<html><body>Welcome</body></html>',
	'{"id": "cut off',
	null,
	true,
	42,
	[],
	['id', 'status'],
	{},
	{ id: {}, jobId: [], generation_id: null, taskid: true, status: { word: 'done' }, tasklist: 'none' },
	{ __proto__: { id: 'inherited' }, constructor: 'x' },
];

/** One line of at most 500 characters without controls and without characters that reorder it. */
export function expectShowable(text: string): void {
	expect(text.trim()).not.toBe('');
	expect(Array.from(text).length).toBeLessThanOrEqual(500);
	expect(text).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
}

function expectMoment(moment: string | null): void {
	if (moment !== null) expect(new Date(moment).toISOString()).toBe(moment);
}

export function expectLegalJob(job: Job, adapter: ProviderAdapter): void {
	expect(job.provider).toBe(adapter.id);
	expect(job.jobId).toEqual(expect.stringMatching(/./u));
	expect(JOB_STATUSES).toContain(job.status);
	if (job.progress !== null) {
		expect(job.progress).toBeGreaterThanOrEqual(0);
		expect(job.progress).toBeLessThanOrEqual(100);
	}
	if (job.status === 'succeeded') expect(job.videoUrl).not.toBeNull();
	if (job.status === 'succeeded') expect(job.failure).toBeNull();
	if (job.status === 'failed') expect(job.failure).not.toBeNull();
	if (job.failure !== null) expectShowable(job.failure.message);
	for (const url of [job.videoUrl, ...job.additionalUrls]) if (url !== null) expect(isWebUrl(url)).toBe(true);
	expect(job.additionalUrls).not.toContain(job.videoUrl);
	if (job.cost !== null) expect(job.cost.amount).toBeGreaterThanOrEqual(0);
	// What failed or was cancelled is charged by none.
	if (job.status === 'failed' || job.status === 'cancelled') expect(job.cost).toBeNull();
	[job.createdAt, job.completedAt, job.expiresAt].forEach(expectMoment);
	expect(JSON.parse(JSON.stringify(job))).toEqual(job);
	expect(job).not.toHaveProperty('error');
}

/** Replaces the value at a random place of a body. */
export function damaged(body: unknown): fc.Arbitrary<unknown> {
	const places: Array<Array<string | number>> = [];
	const visit = (value: unknown, path: Array<string | number>) => {
		places.push(path);
		if (typeof value !== 'object' || value === null) return;
		for (const [key, part] of Object.entries(value)) visit(part, [...path, key]);
	};
	visit(body, []);
	return fc.tuple(fc.constantFrom(...places), fc.jsonValue()).map(([path, value]) => {
		const copy: { root: unknown } = { root: structuredClone(body) };
		let holder: object = copy;
		const keys: Array<string | number> = ['root', ...path];
		for (const key of keys.slice(0, -1)) holder = Reflect.get(holder, key) as object;
		Reflect.set(holder, keys.at(-1)!, value);
		return copy.root;
	});
}
