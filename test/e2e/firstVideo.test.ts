import { GATEWAYS, wiroKeyOnlyCredential } from '../tools/host/gateways';
import { hailuo, itemsOf, manualTrigger, noOperation, runsOf, workflowOf } from '../tools/host/workflows';
import { startSuite, type Suite } from './support/suite';

let suite: Suite;

beforeAll(async () => {
	suite = await startSuite({ simulator: { jobDurationMs: 1_000, videoBytes: 300_000 } });
});

afterAll(async () => {
	await suite.close();
});

/** Create and Wait from text alone, which Hailuo 2.3 takes at every gateway. */
function createAndWait(provider: string, credentials: Suite['credentials']) {
	return workflowOf(`One video by ${provider}`, [
		manualTrigger(),
		hailuo(
			{
				provider,
				operation: 'createAndWait',
				model: 'hailuo-2.3',
				prompt: 'A paper boat crosses a puddle at dawn',
				resolution: '768P',
				duration: 6,
				downloadVideo: true,
			},
			credentials,
		),
		noOperation('After'),
	]);
}

describe('the packed package in a real n8n', () => {
	it('is loaded as a community package', async () => {
		const nodeType = await suite.client.nodeType('n8n-nodes-hailuo.hailuo');
		expect(nodeType?.displayName).toMatch(/Hailuo/);
	});

	const projects = [
		...GATEWAYS.map(({ provider, label }) => ({ provider, label, credentials: () => suite.credentials })),
		{
			provider: 'wiro' as const,
			label: 'Wiro with a key-only project',
			credentials: () => suite.credentialsWithWiroKeyOnly,
		},
	];

	it.each(projects)('turns a prompt into a video through $label', async ({ provider, credentials }) => {
		const execution = await suite.run(createAndWait(provider, credentials()));

		expect(execution.data.resultData.error).toBeUndefined();
		expect(runsOf(execution, 'After')).toHaveLength(1);
		const [item, ...others] = itemsOf(execution, 'After');
		expect(others).toEqual([]);
		expect(item!.json).toMatchObject({ provider, status: 'succeeded', model: 'hailuo-2.3', failure: null });

		const job = suite.simulator.job(String(item!.json['jobId']));
		expect(job?.provider).toBe(provider);
		expect(item!.json['videoUrl']).toBe(job!.videoUrl);

		const video = item!.binary!['data']!;
		expect(video.mimeType).toBe('video/mp4');
		expect(video.fileName).toMatch(/\.mp4$/);
		const bytes = await suite.client.downloadBinary(video.id!);
		expect(bytes).toHaveLength(300_000);
		expect(bytes.subarray(4, 8).toString('latin1')).toBe('ftyp');
	});
});

describe('the credential test in the editor', () => {
	const good = [
		...GATEWAYS.map(({ label, credentialType, simulatedCredential }) => ({
			label,
			credentialType,
			data: () => simulatedCredential(suite.simulator),
		})),
		{
			label: 'Wiro with a key-only project',
			credentialType: 'hailuoWiroApi',
			data: () => wiroKeyOnlyCredential(suite.simulator),
		},
	];

	it.each(good)('passes for $label with a good key', async ({ credentialType, data }) => {
		expect(await suite.client.testCredential(credentialType, data())).toMatchObject({ status: 'OK' });
	});

	it.each(good)('fails for $label with a bad key', async ({ credentialType, data }) => {
		const outcome = await suite.client.testCredential(credentialType, { ...data(), apiKey: 'not-the-key' });
		expect(outcome.status).toBe('Error');
	});

	it('fails for Wiro with a good key and a bad secret', async () => {
		const wiro = GATEWAYS.find(({ provider }) => provider === 'wiro')!;
		const outcome = await suite.client.testCredential(wiro.credentialType, {
			...wiro.simulatedCredential(suite.simulator),
			apiSecret: 'not-the-secret',
		});
		expect(outcome.status).toBe('Error');
	});
});
