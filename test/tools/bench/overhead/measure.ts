/**
 * What the node adds to each item: the operations Create and Get run in n8n-core's engine against a simulator that answers
 * at once, beside the very same requests sent by undici alone.
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { INodeExecutionData } from 'n8n-workflow';
import { GATEWAYS, type Gateway } from '../../host/gateways';
import { runStep } from '../../host/steps';
import { startSimulator, type Simulator } from '../../simulator';
import { credentialsFor } from '../../support/gateways';
import { aHailuoNode, aNode, inARow, runWorkflow } from '../../support/runNode';
import type { BenchOptions } from '../table';
import type { OverheadData, Pair, PerItem } from './data';
import { replay } from './replay';

const ITEMS = 200;
const IN_FLIGHT = [8, 1];

interface Case {
	gateway: Gateway;
	inFlight: number;
	pairs: Pair[];
}

async function runNode(simulator: Simulator, { gateway, inFlight }: Case): Promise<void> {
	const { provider } = gateway;
	const items = Array.from({ length: ITEMS }, (_, index): INodeExecutionData => ({ json: { number: index } }));
	const video = {
		model: 'hailuo-2.3',
		prompt: '=A paper boat crosses puddle number {{ $json.number }} at dawn',
		resolution: '768P',
		duration: 6,
	};
	const options = { maxConcurrency: inFlight };
	const nodes = [
		aNode('Items', 'test.items'),
		aHailuoNode({ provider, operation: 'create', ...video, options }, { id: 'Create', name: 'Create' }),
		aHailuoNode({ provider, operation: 'get', options }, { id: 'Get', name: 'Get' }),
	];
	const run = await runWorkflow(nodes, inARow('Items', 'Create', 'Get'), {
		items,
		credentials: credentialsFor(simulator),
		executionId: randomUUID(),
	});
	if (run.error) throw run.error;
	const succeeded = (run.outputsOf('Get')[0] ?? []).filter(({ json }) => json['status'] === 'succeeded');
	if (succeeded.length !== ITEMS) throw new Error(`${succeeded.length} of ${ITEMS} jobs succeeded`);
}

async function timePerItem(work: () => Promise<void>): Promise<PerItem> {
	const start = performance.now();
	const processorBefore = process.cpuUsage();
	await work();
	const { user, system } = process.cpuUsage(processorBefore);
	return { elapsed: (performance.now() - start) / ITEMS, processor: (user + system) / 1000 / ITEMS };
}

/**
 * The simulator works in this process for both, so its own time is in both and not in their difference. Apiframe alone has
 * less to do the second time: it knows the idempotency keys, which makes undici look a little better than it is.
 */
async function measurePair(simulator: Simulator, each: Case): Promise<Pair> {
	simulator.reset();
	const { provider } = each.gateway;
	const node = await timePerItem(() => runNode(simulator, each));
	const creates = simulator.requestsOf(provider, 'create');
	const reads = simulator.requestsOf(provider, 'read');
	if (creates.length !== ITEMS || reads.length !== ITEMS || simulator.requests.length !== 2 * ITEMS)
		throw new Error(`The node sent ${simulator.requests.length} requests for ${ITEMS} creates and reads`);
	const { baseUrl } = simulator.endpoints[provider];
	const undici = await timePerItem(async () => {
		await replay(baseUrl, creates, each.inFlight);
		await replay(baseUrl, reads, each.inFlight);
	});
	return { node, undici };
}

export async function measureOverhead({ runs }: BenchOptions): Promise<OverheadData> {
	const simulator = await startSimulator({ jobDurationMs: 0 });
	const cases = GATEWAYS.flatMap((gateway) => IN_FLIGHT.map((inFlight): Case => ({ gateway, inFlight, pairs: [] })));
	try {
		await runStep('Warming up', async () => {
			for (const each of cases) await measurePair(simulator, each);
		});
		for (let round = 1; round <= runs; round += 1) {
			await runStep(`Create and Get of ${ITEMS} items at every gateway, run ${round} of ${runs}`, async () => {
				for (const each of cases) each.pairs.push(await measurePair(simulator, each));
			});
		}
	} finally {
		await simulator.close();
	}
	return {
		runs,
		items: ITEMS,
		cases: cases.map(({ gateway, ...measured }) => ({ gateway: gateway.label, ...measured })),
	};
}
