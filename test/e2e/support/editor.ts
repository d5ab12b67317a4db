import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { OWNER, type Suite } from './suite';

/** n8n binds a login to the browser it was made in. */
const BROWSER_ID = 'hailuo-test-editor';

/** What n8n tells an editor in which somebody watches a workflow. */
export interface PushMessage {
	type: string;
	data: Record<string, unknown>;
}

export interface Editor {
	/** In the order in which they came. */
	messages: PushMessage[];
	/** Presses "Execute workflow"; returns the execution's id. */
	execute(workflowId: string, trigger: string): Promise<string>;
	close(): void;
}

/** Opens n8n's editor in a browser of its own, without the browser: a login, a socket and a button. */
export async function openEditor({ client }: Suite): Promise<Editor> {
	const headers = { 'content-type': 'application/json', 'browser-id': BROWSER_ID };
	const login = await request(`${client.url}/rest/login`, {
		method: 'POST',
		headers,
		body: JSON.stringify({ emailOrLdapLoginId: OWNER.email, password: OWNER.password }),
	});
	await login.body.dump();
	const cookie = [login.headers['set-cookie'] ?? []].flat().map((each) => each.split(';')[0]);
	const pushRef = randomUUID();
	const socket = new WebSocket(`${client.url.replace('http', 'ws')}/rest/push?pushRef=${pushRef}`, {
		headers: { ...headers, cookie: cookie.join('; '), origin: client.url },
	});
	const messages: PushMessage[] = [];
	socket.on('message', (data: Buffer) => {
		const message = JSON.parse(data.toString('utf8')) as PushMessage;
		if (typeof message.type === 'string') messages.push(message);
	});
	await once(socket, 'open');
	return {
		messages,
		async execute(workflowId, trigger) {
			const started = await request(`${client.url}/rest/workflows/${workflowId}/run`, {
				method: 'POST',
				headers: { ...headers, cookie: cookie.join('; '), 'push-ref': pushRef },
				body: JSON.stringify({ triggerToStartFrom: { name: trigger } }),
			});
			const { data } = (await started.body.json()) as { data: { executionId: string } };
			return data.executionId;
		},
		close: () => socket.close(),
	};
}
