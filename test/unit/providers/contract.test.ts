import type { JobStatus } from '../../../nodes/Hailuo/core/job/job';
import { providerById, providers } from '../../../nodes/Hailuo/providers/registry';
import { readFixtures } from './builders';
import { describeContract } from './contract';
import { sampleProvider } from './sampleProvider';

// A further provider registers with one line, in the list below as in the registry, and keeps the same contract.
const adapters = [...providers, sampleProvider];

for (const adapter of adapters) describeContract(adapter, readFixtures(adapter.id));

describe('the registry', () => {
	test.each(['id', 'label', 'credential'] as const)('has no %s twice', (key) => {
		const values = adapters.map((adapter) => adapter[key]);
		expect(new Set(values).size).toBe(values.length);
	});

	test('finds a provider by the id that workflows have saved', () => {
		for (const id of ['aimlApi', 'apiframe', 'evolink', 'wiro']) expect(providerById(id)?.id).toBe(id);
	});

	test.each(['', 'sample', 'AIMLAPI', '__proto__', 'length'])('finds none for %j', (id) => {
		expect(providerById(id)).toBeUndefined();
	});
});

/** Every status word that the providers' own pages name, in code or prose. */
const DOCUMENTED_WORDS: Record<string, Record<string, JobStatus>> = {
	aimlApi: {
		waiting: 'queued',
		queued: 'queued',
		generating: 'running',
		active: 'running',
		completed: 'succeeded',
		// Only the prose of hailuo-02's older page says so.
		complete: 'succeeded',
		error: 'failed',
		// Its other video models, and the words its own n8n node tests for.
		processing: 'running',
		success: 'succeeded',
		succeeded: 'succeeded',
		done: 'succeeded',
		finished: 'succeeded',
		ready: 'succeeded',
		failed: 'failed',
		timeout: 'failed',
		timed_out: 'failed',
		expired: 'failed',
		cancelled: 'cancelled',
		canceled: 'cancelled',
	},
	apiframe: {
		QUEUED: 'queued',
		PROCESSING: 'running',
		COMPLETED: 'succeeded',
		FAILED: 'failed',
		CANCELLED: 'cancelled',
	},
	evolink: {
		pending: 'queued',
		processing: 'running',
		completed: 'succeeded',
		failed: 'failed',
		// Its callback documentation.
		cancelled: 'cancelled',
	},
	wiro: {
		task_queue: 'queued',
		task_accept: 'running',
		task_preprocess_start: 'running',
		task_preprocess_end: 'running',
		task_assign: 'running',
		task_start: 'running',
		task_output: 'running',
		task_error: 'running',
		task_output_full: 'running',
		task_error_full: 'running',
		task_end: 'running',
		task_postprocess_start: 'running',
		task_postprocess_end: 'succeeded',
		task_cancel: 'cancelled',
	},
};

describe('every status word a provider documents is mapped', () => {
	const rows = Object.entries(DOCUMENTED_WORDS).flatMap(([id, words]) =>
		Object.entries(words).map(([word, status]) => [id, word, status] as const),
	);
	test.each(rows)('%s: %s is %s', (id, word, status) => {
		expect(providerById(id)?.statusWords[word.toLowerCase()]).toBe(status);
	});

	test('for every provider there is a list', () => {
		expect(Object.keys(DOCUMENTED_WORDS)).toEqual(providers.map(({ id }) => id));
	});
});
