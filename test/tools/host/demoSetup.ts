/** What `npm run demo` and `npm run dev` put into the n8n that they start. */
import type { Simulator } from '../simulator/types';
import { GATEWAYS } from './gateways';
import type { N8nClient } from './n8nClient';
import type { CredentialReference, Owner, WorkflowInput } from './n8nTypes';

/** Port of n8n's editor, unless told otherwise. */
export const DEFAULT_PORT = 5678;

/** How long a simulated job takes. */
export const JOB_DURATION_MS = 3_000;

export const OWNER: Owner = {
	email: 'owner@example.com',
	password: 'Hailuo-demo-1',
	firstName: 'Hailuo',
	lastName: 'Demo',
};

/**
 * @param text what followed `--port`
 * @throws Error when it is no port
 */
export function readPort(text: string): number {
	const port = Number(text);
	if (!Number.isInteger(port) || port < 1 || port > 65_535)
		throw new Error(`--port takes a number up to 65535, not ${text}`);
	return port;
}

/**
 * Stores a credential for every gateway. The simulator's address changes with every run, so those that are there already
 * are brought up to date.
 * @param environment where real keys may be; an empty one has all gateways simulated
 * @returns them by credential type
 */
export async function storeCredentials(
	client: N8nClient,
	simulator: Simulator,
	environment: NodeJS.ProcessEnv,
): Promise<Record<string, CredentialReference>> {
	const present = await client.listCredentials();
	const stored: Record<string, CredentialReference> = {};
	for (const gateway of GATEWAYS) {
		const real = gateway.realCredential(environment);
		const input = {
			name: `Hailuo demo: ${gateway.label}, ${real ? 'real' : 'simulated'}`,
			type: gateway.credentialType,
			data: real ?? gateway.simulatedCredential(simulator),
		};
		const before = present.find(({ name, type }) => name === input.name && type === input.type);
		stored[gateway.credentialType] = before
			? await client.updateCredential(before.id, input)
			: await client.createCredential(input);
	}
	return stored;
}

/** Creates a workflow, or brings the one of the same name up to date. @returns its id */
export async function storeWorkflow(client: N8nClient, workflow: WorkflowInput): Promise<string> {
	const present = (await client.listWorkflows()).find(({ name }) => name === workflow.name);
	const stored = present ? await client.updateWorkflow(present.id, workflow) : await client.createWorkflow(workflow);
	return stored.id;
}
