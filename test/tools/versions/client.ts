import { setTimeout as pause } from 'node:timers/promises';
import { N8nClient, N8nRefused } from '../host/n8nClient';
import type { CredentialTest, Execution, Owner, Workflow, WorkflowInput } from '../host/n8nTypes';

const READY_MS = 120_000;

/** Speaks to older versions of n8n too, whose REST interface differs in places. */
export class AnyN8nClient extends N8nClient {
	/** Older versions call themselves ready before they take requests. */
	override async signIn(owner: Owner): Promise<void> {
		const deadline = Date.now() + READY_MS;
		for (;;) {
			try {
				await super.signIn(owner);
				return;
			} catch (error) {
				if (!(error instanceof N8nRefused) || Date.now() > deadline) throw error;
				if (error.status === 400) return await this.#logInByEmail(owner);
				if (error.status !== 404 && error.status !== 503) throw error;
			}
			await pause(500);
		}
	}

	/** As the oldest versions call it. */
	async #logInByEmail({ email, password }: Owner): Promise<void> {
		await this.ask('POST', '/rest/login', { email, password });
	}

	/** Older versions do not say themselves that a new workflow is not active yet. */
	override async createWorkflow(workflow: WorkflowInput): Promise<Workflow> {
		return await this.ask('POST', '/rest/workflows', { active: false, ...workflow });
	}

	/** Older versions test only what was saved once. */
	override async testCredential(type: string, data: Record<string, unknown>): Promise<CredentialTest> {
		try {
			return await super.testCredential(type, data);
		} catch (error) {
			if (!(error instanceof N8nRefused) || error.status !== 403) throw error;
		}
		const { id, name } = await this.createCredential({ name: 'To be tested', type, data });
		return await this.ask('POST', '/rest/credentials/test', { credentials: { id, name, type, data } });
	}

	/** Versions before 2.20 run what the editor sends along, and the oldest know the destination by its bare name. */
	override async runWorkflow(id: string, start: { trigger: string } | { step: string }): Promise<string> {
		try {
			return await super.runWorkflow(id, start);
		} catch (error) {
			if (!(error instanceof N8nRefused)) throw error;
		}
		const workflowData = await this.getWorkflow(id);
		const run = async (begin: Record<string, unknown>) => {
			const body = { workflowData, ...begin };
			return (await this.ask<{ executionId: string }>('POST', `/rest/workflows/${id}/run`, body)).executionId;
		};
		if ('trigger' in start) return await run({ triggerToStartFrom: { name: start.trigger } });
		try {
			return await run({ destinationNode: { nodeName: start.step, mode: 'inclusive' } });
		} catch (error) {
			if (!(error instanceof N8nRefused)) throw error;
			return await run({ destinationNode: start.step });
		}
	}

	/** Some versions cannot tell of an execution that has only just begun. */
	override async getExecution(id: string): Promise<Execution> {
		for (let tries = 1; ; tries += 1) {
			try {
				return await super.getExecution(id);
			} catch (error) {
				if (!(error instanceof N8nRefused) || error.status !== 500 || tries === 20) throw error;
			}
			await pause(500);
		}
	}

	/** Older versions store that an execution is over before they store what came of it. */
	override async waitForExecution(
		...[id, options]: Parameters<N8nClient['waitForExecution']>
	): ReturnType<N8nClient['waitForExecution']> {
		const execution = await super.waitForExecution(id, options);
		for (let tries = 0; tries < 20; tries += 1) {
			const now = await this.getExecution(id);
			if (Object.keys(now.data.resultData.runData).length > 0) return now;
			await pause(500);
		}
		return execution;
	}

	/** Older versions activate while the request lasts, the oldest by a change of the workflow's field. */
	override async activateWorkflow(id: string): Promise<void> {
		try {
			await super.activateWorkflow(id);
			return;
		} catch (error) {
			if (!(error instanceof N8nRefused) || error.status !== 404) throw error;
		}
		const { active, versionId } = await this.getWorkflow(id);
		if (!active) await this.ask('PATCH', `/rest/workflows/${id}`, { active: true, versionId });
	}
}
