import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { parse as parseFlatted } from 'flatted';
import { request } from 'undici';
import { until } from '../support/until';
import type {
	CredentialInput,
	CredentialReference,
	CredentialTest,
	Execution,
	ExecutionStatus,
	ExecutionSummary,
	NodeTypeDescription,
	Owner,
	RunData,
	Workflow,
	WorkflowInput,
} from './n8nTypes';

/** n8n binds a login to the browser it was made in. */
const BROWSER_ID = 'hailuo-test-host';
const ENDED: readonly ExecutionStatus[] = ['success', 'error', 'canceled', 'crashed'];
const DEFAULT_WAIT_MS = 60_000;

/** n8n refused a request. */
export class N8nRefused extends Error {
	constructor(
		readonly method: string,
		readonly path: string,
		readonly status: number,
		readonly body: string,
	) {
		super(`n8n answered ${status} to ${method} ${path}: ${body.slice(0, 600)}`);
		this.name = 'N8nRefused';
	}
}

/** Drives n8n as its editor does, over the editor's own REST interface (2.41). Every call throws N8nRefused when n8n does. */
export class N8nClient {
	#cookie = '';

	/** @param url n8n's address without a slash at the end */
	constructor(readonly url: string) {}

	/** Creates the owner of a new n8n, or logs in to one that has it. */
	async signIn(owner: Owner): Promise<void> {
		if (await this.#needsOwner()) await this.#post('/rest/owner/setup', owner);
		else await this.#post('/rest/login', { emailOrLdapLoginId: owner.email, password: owner.password });
	}

	/** @param name with its package, `n8n-nodes-hailuo.hailuo` */
	async nodeType(name: string): Promise<NodeTypeDescription | undefined> {
		const types = JSON.parse(await this.#text('GET', '/types/nodes.json')) as NodeTypeDescription[];
		return types.find((type) => type.name === name);
	}

	async createCredential(input: CredentialInput): Promise<CredentialReference> {
		const { id, name } = await this.#post<CredentialReference>('/rest/credentials', input);
		return { id, name };
	}

	async updateCredential(id: string, input: CredentialInput): Promise<CredentialReference> {
		const updated = await this.#call<CredentialReference>('PATCH', `/rest/credentials/${id}`, input);
		return { id: updated.id, name: updated.name };
	}

	async listCredentials(): Promise<Array<CredentialReference & { type: string }>> {
		return this.#call('GET', '/rest/credentials');
	}

	/** Presses the editor's "Test" on a credential form that was not saved yet. */
	async testCredential(type: string, data: Record<string, unknown>): Promise<CredentialTest> {
		return this.#post('/rest/credentials/test', { credentials: { id: '', name: 'Unsaved', type, data } });
	}

	async createWorkflow(workflow: WorkflowInput): Promise<Workflow> {
		return this.#post('/rest/workflows', workflow);
	}

	async updateWorkflow(id: string, workflow: Partial<WorkflowInput>): Promise<Workflow> {
		return this.#call('PATCH', `/rest/workflows/${id}?forceSave=true`, workflow);
	}

	async getWorkflow(id: string): Promise<Workflow> {
		return this.#call('GET', `/rest/workflows/${id}`);
	}

	async listWorkflows(): Promise<Array<{ id: string; name: string; active: boolean }>> {
		return this.#call('GET', '/rest/workflows');
	}

	/**
	 * Publishes the saved version, and waits until its triggers and production webhooks live, which n8n does not.
	 * @throws Error when n8n cannot start one of its triggers
	 */
	async activateWorkflow(id: string): Promise<void> {
		const { versionId } = await this.getWorkflow(id);
		await this.#post(`/rest/workflows/${id}/activate`, { versionId });
		const isLive = async () => {
			const publication = await this.#call<{ status: string }>('GET', `/rest/workflows/${id}/publication-status`);
			if (publication.status === 'failed' || publication.status === 'partial')
				throw new Error(`Workflow ${id} is not live: ${JSON.stringify(publication)}`);
			return publication.status === 'published';
		};
		await until(`workflow ${id} is live`, isLive, { pauseMs: 100 });
	}

	async deactivateWorkflow(id: string): Promise<void> {
		await this.#post(`/rest/workflows/${id}/deactivate`, {});
	}

	/**
	 * Runs a saved workflow as the editor does.
	 * @param start the trigger that starts it, or the node whose "Execute step" was pressed
	 * @returns the execution's id
	 */
	async runWorkflow(id: string, start: { trigger: string } | { step: string }): Promise<string> {
		const body =
			'trigger' in start
				? { triggerToStartFrom: { name: start.trigger } }
				: { destinationNode: { nodeName: start.step, mode: 'inclusive' } };
		const answer = await this.#post<{ executionId?: string }>(`/rest/workflows/${id}/run`, body);
		if (answer.executionId === undefined) throw new Error(`n8n started nothing: ${JSON.stringify(answer)}`);
		return answer.executionId;
	}

	/**
	 * Opens the editor's chat of a saved workflow, for one message.
	 * @param trigger the name of its Chat Trigger
	 * @param session any text that no other chat uses
	 * @returns the address that takes the message and answers as the chat is answered
	 */
	async openChat(id: string, trigger: string, session: string): Promise<string> {
		const body = { triggerToStartFrom: { name: trigger }, chatSessionId: session };
		const answer = await this.#post<{ waitingForWebhook?: boolean }>(`/rest/workflows/${id}/run`, body);
		if (answer.waitingForWebhook !== true) throw new Error(`n8n opened no chat: ${JSON.stringify(answer)}`);
		return `${this.url}/webhook-test/${id}/${session}`;
	}

	async getExecution(id: string): Promise<Execution> {
		const stored = await this.#call<ExecutionSummary & { finished: boolean; data: string }>(
			'GET',
			`/rest/executions/${id}`,
		);
		// An execution that has only just begun may have no data yet.
		const data = parseFlatted(stored.data || '[]') as RunData | undefined;
		return { ...stored, data: data?.resultData ? data : { resultData: { runData: {} } } };
	}

	/**
	 * Waits until an execution reaches one of the given states.
	 * @param options.until default: any in which it is over
	 * @throws Error with the state it is in when the time is up, or when it is over in another state
	 */
	async waitForExecution(
		id: string,
		options: { until?: readonly ExecutionStatus[]; timeoutMs?: number } = {},
	): Promise<Execution> {
		const wanted = options.until ?? ENDED;
		const timeoutMs = options.timeoutMs ?? DEFAULT_WAIT_MS;
		const deadline = Date.now() + timeoutMs;
		for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.3, 1_000)) {
			const execution = await this.getExecution(id);
			if (wanted.includes(execution.status)) return execution;
			if (ENDED.includes(execution.status)) {
				throw new Error(`Execution ${id} ended as ${execution.status}, not as ${wanted.join(' or ')}`);
			}
			if (Date.now() > deadline)
				throw new Error(`Execution ${id} is still ${execution.status} after ${timeoutMs / 1000} s`);
			await pause(pauseMs);
		}
	}

	/** Newest first, at most 100. */
	async listExecutions(filter: { workflowId?: string; status?: ExecutionStatus[] } = {}): Promise<ExecutionSummary[]> {
		const query = new URLSearchParams({ limit: '100', filter: JSON.stringify(filter) });
		const { results } = await this.#call<{ results: ExecutionSummary[] }>('GET', `/rest/executions?${query}`);
		return results;
	}

	/** All of a workflow's executions, or those in some states, newest first. */
	async listAllExecutions(workflowId: string, status?: ExecutionStatus[]): Promise<ExecutionSummary[]> {
		const all: ExecutionSummary[] = [];
		for (;;) {
			const last = all.at(-1);
			const query = new URLSearchParams({ limit: '100', filter: JSON.stringify({ workflowId, status }) });
			if (last !== undefined) query.set('lastId', last.id);
			const { results } = await this.#call<{ results: ExecutionSummary[] }>('GET', `/rest/executions?${query}`);
			all.push(...results);
			if (results.length < 100) return all;
		}
	}

	async stopExecution(id: string): Promise<void> {
		await this.#post(`/rest/executions/${id}/stop`, {});
	}

	async deleteExecution(id: string): Promise<void> {
		await this.#post('/rest/executions/delete', { ids: [id] });
	}

	/**
	 * Retries a failed execution from the node that failed, and waits for it, as n8n itself does here.
	 * @returns the new execution's id
	 */
	async retryExecution(id: string): Promise<string> {
		await this.#post(`/rest/executions/${id}/retry`, { loadWorkflow: false });
		const { workflowId } = await this.getExecution(id);
		const retries = (await this.listExecutions({ workflowId })).filter((execution) => execution.retryOf === id);
		const newest = retries[0];
		if (newest === undefined) throw new Error(`n8n lists no retry of execution ${id}`);
		return newest.id;
	}

	/** @param binaryId the `id` of an item's binary entry */
	async downloadBinary(binaryId: string): Promise<Buffer> {
		return await buffer(await this.streamBinary(binaryId));
	}

	/** The same for a file that is too large to be held in memory. */
	async streamBinary(binaryId: string): Promise<Readable> {
		const query = new URLSearchParams({ id: binaryId, action: 'download' });
		return (await this.#send('GET', `/rest/binary-data?${query}`)).body;
	}

	async #needsOwner(): Promise<boolean> {
		const settings = await this.#call<{ userManagement: { showSetupOnFirstLoad: boolean } }>('GET', '/rest/settings');
		return settings.userManagement.showSetupOnFirstLoad;
	}

	/** For what a version of n8n wants to be asked differently. */
	protected async ask<Answer>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<Answer> {
		return this.#call(method, path, body);
	}

	async #post<Answer>(path: string, body: unknown): Promise<Answer> {
		return this.#call('POST', path, body);
	}

	async #call<Answer>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Answer> {
		const { data } = JSON.parse(await this.#text(method, path, body)) as { data: Answer };
		return data;
	}

	async #text(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<string> {
		const response = await this.#send(method, path, body);
		return response.body.text();
	}

	async #send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) {
		const response = await request(`${this.url}${path}`, {
			method,
			headers: { 'content-type': 'application/json', 'browser-id': BROWSER_ID, cookie: this.#cookie },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		if (response.statusCode >= 400) throw new N8nRefused(method, path, response.statusCode, await response.body.text());
		const cookies = [response.headers['set-cookie'] ?? []].flat();
		const login = cookies.find((cookie) => cookie.startsWith('n8n-auth='));
		if (login !== undefined) this.#cookie = login.split(';')[0] ?? '';
		return response;
	}
}
