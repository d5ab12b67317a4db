import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';

/** A tool as the model is told of it. */
export interface ToolSchema {
	name: string;
	description: string;
	/** JSON Schema of its arguments. */
	parameters: { properties?: Record<string, Record<string, unknown>>; required?: string[] };
}

export interface ChatMessage {
	role: string;
	content: unknown;
	tool_call_id?: string;
}

interface ChatRequest {
	model: string;
	messages: ChatMessage[];
	tools?: Array<{ function: ToolSchema }>;
	stream?: boolean;
}

export interface ToolCall {
	tool: string;
	/** As a model gives them, right or wrong. */
	values: Record<string, unknown>;
}

/** What the model does next: call tools, or answer. */
export type Turn = { calls: readonly ToolCall[] } | { says: string };

/** A turn that depends on what the tools have answered so far, oldest first. */
export type Script = ReadonlyArray<Turn | ((answers: readonly string[]) => Turn)>;

/** One talk between an agent and the model. */
export interface Conversation {
	/** What the agent said of its tools. */
	tools(): ToolSchema[];
	/** What the tools have answered, oldest first. */
	answers(): string[];
	/** All that the model was sent, as text. */
	transcript(): string;
}

export interface ChatModel {
	/** For the Base URL of an OpenAI credential. */
	url: string;
	/**
	 * Prepares a conversation.
	 * @param about a text that only this conversation's first message holds
	 */
	expect(about: string, script: Script): Conversation;
	close(): Promise<void>;
}

function answersIn({ messages }: ChatRequest): string[] {
	return messages
		.filter(({ role }) => role === 'tool')
		.map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));
}

/** A turn in the words of OpenAI's chat completions (platform.openai.com/docs/api-reference/chat). */
function toCompletion(model: string, turn: Turn): Record<string, unknown> {
	const isAnswer = 'says' in turn;
	const message = isAnswer
		? { role: 'assistant', content: turn.says }
		: {
				role: 'assistant',
				content: null,
				tool_calls: turn.calls.map(({ tool, values }) => ({
					id: `call_${randomUUID()}`,
					type: 'function',
					function: { name: tool, arguments: JSON.stringify(values) },
				})),
			};
	return {
		id: `chatcmpl-${randomUUID()}`,
		object: 'chat.completion',
		created: Math.floor(Date.now() / 1000),
		model,
		choices: [{ index: 0, message, finish_reason: isAnswer ? 'stop' : 'tool_calls' }],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}

class ScriptedConversation implements Conversation {
	readonly requests: ChatRequest[] = [];

	constructor(
		readonly about: string,
		private readonly script: Script,
	) {}

	next(request: ChatRequest): Turn {
		const step = this.script[this.requests.length];
		this.requests.push(request);
		if (step === undefined) return { says: 'My script is over.' };
		return typeof step === 'function' ? step(answersIn(request)) : step;
	}

	tools(): ToolSchema[] {
		return (this.requests[0]?.tools ?? []).map((tool) => tool.function);
	}

	answers(): string[] {
		const last = this.requests.at(-1);
		return last === undefined ? [] : answersIn(last);
	}

	transcript(): string {
		return JSON.stringify(this.requests);
	}
}

function send(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' });
	response.end(JSON.stringify(body));
}

/**
 * Starts a chat model on loopback that follows scripts, for agents that speak to OpenAI's chat completions without
 * streaming. What it is asked, it records.
 */
export async function startChatModel(): Promise<ChatModel> {
	const conversations: ScriptedConversation[] = [];
	const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
		if (incoming.method !== 'POST' || incoming.url !== '/v1/chat/completions')
			return send(response, 404, { error: { message: `Nothing is at ${incoming.url}` } });
		const request = (await json(incoming)) as ChatRequest;
		if (request.stream === true) return send(response, 400, { error: { message: 'This model does not stream' } });
		const said = JSON.stringify(request.messages);
		const conversation = conversations.find(({ about }) => said.includes(about));
		if (conversation === undefined) return send(response, 400, { error: { message: 'Nobody expected this talk' } });
		return send(response, 200, toCompletion(request.model, conversation.next(request)));
	};
	const server = createServer((incoming, response) => {
		answer(incoming, response).catch((error: unknown) => send(response, 500, { error: { message: String(error) } }));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
		expect(about, script) {
			const conversation = new ScriptedConversation(about, script);
			conversations.push(conversation);
			return conversation;
		},
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
