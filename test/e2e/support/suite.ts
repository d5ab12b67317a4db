import { mkdtemp, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GATEWAYS, wiroKeyOnlyCredential } from '../../host/gateways';
import { N8nClient } from '../../host/n8nClient';
import { ensureN8nHost } from '../../host/n8nHost';
import { N8nServer } from '../../host/n8nServer';
import type { CredentialReference, Execution, Owner, WorkflowInput } from '../../host/n8nTypes';
import { ensurePackedPackage, installPackage, type PackedPackage } from '../../host/packageTarball';
import { startSimulator } from '../../simulator';
import type { Simulator, SimulatorOptions } from '../../simulator/types';

export const OWNER: Owner = {
	email: 'owner@example.com',
	password: 'Hailuo-e2e-1',
	firstName: 'Hailuo',
	lastName: 'Tester',
};

/** A real n8n with our packed package, beside a simulator, with a stored credential for every gateway. */
export interface Suite {
	server: N8nServer;
	client: N8nClient;
	simulator: Simulator;
	/** By credential type, ready for a node's `credentials`. */
	credentials: Record<string, CredentialReference>;
	/** The same with the other kind of Wiro project, whose requests carry the key alone. */
	credentialsWithWiroKeyOnly: Record<string, CredentialReference>;
	/** Creates a workflow, runs it from its first node and waits for its end. */
	run(workflow: WorkflowInput, options?: { timeoutMs?: number }): Promise<Execution>;
	/** Ends n8n as a crash does, and starts it again on the same folder and port. */
	crashAndRestart(): Promise<void>;
	close(): Promise<void>;
}

/** run.ts names a folder that it removes when all went well, so that logs of a failed run can be read. */
async function newUserFolder(): Promise<string> {
	const parent = process.env['HAILUO_E2E_FOLDER'] ?? tmpdir();
	await mkdir(parent, { recursive: true });
	return mkdtemp(path.join(parent, 'n8n-'));
}

/** run.ts hands on what it packed, so that all suites of a run test the same package. */
async function packedPackage(): Promise<PackedPackage> {
	const handedOn = process.env['HAILUO_E2E_PACKED'];
	return handedOn ? (JSON.parse(handedOn) as PackedPackage) : ensurePackedPackage();
}

async function storeCredentials(client: N8nClient, simulator: Simulator): Promise<Record<string, CredentialReference>> {
	const stored: Record<string, CredentialReference> = {};
	for (const gateway of GATEWAYS) {
		stored[gateway.credentialType] = await client.createCredential({
			name: `Simulated ${gateway.label}`,
			type: gateway.credentialType,
			data: gateway.simulatedCredential(simulator),
		});
	}
	return stored;
}

/**
 * Starts what an end-to-end suite needs; for beforeAll, with close() in afterAll.
 * @param options.environment for n8n
 */
export async function startSuite(
	options: { simulator?: SimulatorOptions; environment?: Record<string, string> } = {},
): Promise<Suite> {
	const host = await ensureN8nHost();
	const userFolder = await newUserFolder();
	await installPackage(await packedPackage(), userFolder);

	const simulator = await startSimulator(options.simulator);
	const server = await N8nServer.start(host, { userFolder, environment: options.environment ?? {} });
	const client = new N8nClient(server.url);
	await client.signIn(OWNER);
	const credentials = await storeCredentials(client, simulator);
	const hailuoWiroApi = await client.createCredential({
		name: 'Simulated Wiro, key only',
		type: 'hailuoWiroApi',
		data: wiroKeyOnlyCredential(simulator),
	});

	return {
		server,
		client,
		simulator,
		credentials,
		credentialsWithWiroKeyOnly: { ...credentials, hailuoWiroApi },
		async run(workflow, { timeoutMs } = {}) {
			const { id } = await client.createWorkflow(workflow);
			const executionId = await client.runWorkflow(id, { trigger: workflow.nodes[0]!.name });
			return client.waitForExecution(executionId, timeoutMs === undefined ? {} : { timeoutMs });
		},
		async crashAndRestart() {
			await server.kill();
			await server.start();
			await client.signIn(OWNER);
		},
		async close() {
			await server.stop();
			await simulator.close();
		},
	};
}
