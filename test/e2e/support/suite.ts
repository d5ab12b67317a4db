import { mkdtemp, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GATEWAYS } from '../../tools/host/gateways';
import { N8nClient } from '../../tools/host/n8nClient';
import { ensureN8nHost, type N8nHost } from '../../tools/host/n8nHost';
import { N8nServer } from '../../tools/host/n8nServer';
import type { CredentialReference, Execution, Owner, WorkflowInput, WorkflowNode } from '../../tools/host/n8nTypes';
import { ensurePackedPackage, installPackage, type PackedPackage } from '../../tools/host/packageTarball';
import { startTogether } from '../../tools/host/startTogether';
import { startSimulator } from '../../tools/simulator';
import type { Simulator, SimulatorOptions } from '../../tools/simulator/types';

export const OWNER: Owner = {
	email: 'owner@example.com',
	password: 'Hailuo-e2e-1',
	firstName: 'Hailuo',
	lastName: 'Tester',
};

/** A real n8n with our packed package, beside a simulator, with a stored credential for every gateway. */
export interface Suite {
	/** The process that serves editor and REST interface. */
	server: N8nServer;
	/** Where production webhooks and waiting executions are reached, without a slash at the end. */
	webhookUrl: string;
	/** What all processes of n8n have printed. */
	readonly log: string;
	client: N8nClient;
	simulator: Simulator;
	/** By credential type, ready for a node's `credentials`. */
	credentials: Record<string, CredentialReference>;
	/** Creates a workflow and presses "Execute workflow"; returns the execution's id. */
	start(workflow: WorkflowInput): Promise<string>;
	/** The same, and waits for its end. */
	run(workflow: WorkflowInput, options?: { timeoutMs?: number }): Promise<Execution>;
	/** Ends n8n as a crash does, and starts it again on the same folder and port. */
	crashAndRestart(whileDown?: () => Promise<void>): Promise<void>;
	close(): Promise<void>;
}

/** Where servers get their folders. run.ts names one that it removes when all went well, so that logs of a failed run can be read. */
export async function suiteFolder(): Promise<string> {
	const folder = process.env['HAILUO_E2E_FOLDER'] ?? tmpdir();
	await mkdir(folder, { recursive: true });
	return folder;
}

/** run.ts hands on what it packed, so that all suites of a run test the same package. */
export async function packedPackage(): Promise<PackedPackage> {
	const handedOn = process.env['HAILUO_E2E_PACKED'];
	return handedOn ? (JSON.parse(handedOn) as PackedPackage) : ensurePackedPackage();
}

/**
 * Stores a credential for every gateway.
 * @param nameOf what the credential for a gateway of this label is called
 * @returns them by credential type
 */
export async function storeCredentials(
	client: N8nClient,
	simulator: Simulator,
	nameOf: (label: string) => string,
): Promise<Record<string, CredentialReference>> {
	const stored: Record<string, CredentialReference> = {};
	for (const { credentialType: type, label, simulatedCredential } of GATEWAYS) {
		const data = simulatedCredential(simulator);
		stored[type] = await client.createCredential({ name: nameOf(label), type, data });
	}
	return stored;
}

/** The node with which a workflow starts. */
export function triggerOf({ nodes }: WorkflowInput): WorkflowNode {
	const trigger = nodes.find(({ type }) => /(Trigger|\.webhook)$/.test(type));
	if (trigger === undefined) throw new Error('No node starts this workflow');
	return trigger;
}

/** What was started for a suite. */
export interface Started extends Pick<Suite, 'server' | 'webhookUrl' | 'simulator'> {
	/** All of it, to be closed with the suite. */
	stack: AsyncDisposableStack;
	/** All processes of n8n as one. */
	n8n: Pick<N8nServer, 'kill' | 'start' | 'log'>;
	/** Speaks to that n8n. */
	client?: N8nClient | undefined;
}

/** Signs in to a new n8n and stores the credentials, in every mode of n8n alike. */
export async function openSuite(started: Started): Promise<Suite> {
	const { server, webhookUrl, simulator, stack, n8n, client = new N8nClient(server.url) } = started;
	await client.signIn(OWNER);
	const credentials = await storeCredentials(client, simulator, (label) => `Simulated ${label}`);
	const start = async (workflow: WorkflowInput) => {
		const { id } = await client.createWorkflow(workflow);
		return await client.runWorkflow(id, { trigger: triggerOf(workflow).name });
	};
	return {
		server,
		webhookUrl,
		get log() {
			return n8n.log;
		},
		client,
		simulator,
		credentials,
		start,
		run: async (workflow, options) =>
			await client.waitForExecution(await start(workflow), { timeoutMs: 120_000, ...options }),
		async crashAndRestart(whileDown) {
			await n8n.kill();
			await whileDown?.();
			await n8n.start();
			await client.signIn(OWNER);
		},
		async close() {
			await stack.disposeAsync();
		},
	};
}

/**
 * Starts what an end-to-end suite needs; for beforeAll, with close() in afterAll.
 * @param options.environment for n8n
 * @param options.host default the n8n this package is developed with
 * @param options.clientFor speaks to that n8n
 */
export async function startSuite(
	options: {
		simulator?: SimulatorOptions;
		environment?: Record<string, string>;
		host?: N8nHost;
		clientFor?: (url: string) => N8nClient;
	} = {},
): Promise<Suite> {
	const host = options.host ?? (await ensureN8nHost());
	const userFolder = await mkdtemp(path.join(await suiteFolder(), 'n8n-'));
	await installPackage(await packedPackage(), userFolder);

	return await startTogether(async (stack) => {
		const simulator = stack.adopt(await startSimulator(options.simulator), async (it) => await it.close());
		const { environment = {} } = options;
		const server = stack.adopt(await N8nServer.start(host, { userFolder, environment }), async (it) => await it.stop());
		const client = options.clientFor?.(server.url);
		return await openSuite({ stack, simulator, server, webhookUrl: server.url, n8n: server, client });
	});
}
