import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { providerById, providers } from '../../../nodes/Hailuo/providers/registry';
import { readFixtures, readStatusWords } from './builders';
import { describeContract } from './contract';
import { sampleProvider } from './sampleProvider';

// A further provider registers with one line, in the list below as in the registry, and keeps the same contract.
const adapters = [...providers, sampleProvider];

for (const adapter of adapters) describeContract(adapter, readFixtures(adapter.id), readStatusWords(adapter.id));

describe('the registry', () => {
	test.each(['id', 'label', 'credential'] as const)('has no %s twice', (key) => {
		const values = adapters.map((adapter) => adapter[key]);
		expect(new Set(values).size).toBe(values.length);
	});

	/** The folders are named by the ids that workflows have saved, so that an id cannot change unseen. */
	test('has the providers whose answers stand in test/unit/fixtures, each found by its id', () => {
		const folders = readdirSync(join(__dirname, '..', 'fixtures'));
		expect(adapters.map(({ id }) => id).sort()).toEqual(folders.sort());
		for (const id of folders) if (id !== sampleProvider.id) expect(providerById(id)?.id).toBe(id);
	});

	test.each(['', 'sample', 'AIMLAPI', '__proto__', 'length'])('finds none for %j', (id) => {
		expect(providerById(id)).toBeUndefined();
	});
});
