/** What n8n's REST interface takes and gives, as far as tests and demo use it. */

export interface Owner {
	email: string;
	password: string;
	firstName: string;
	lastName: string;
}

export interface CredentialReference {
	id: string;
	name: string;
}

export interface CredentialInput {
	name: string;
	type: string;
	data: Record<string, unknown>;
}

export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, CredentialReference>;
	webhookId?: string;
	disabled?: boolean;
	onError?: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	retryOnFail?: boolean;
	maxTries?: number;
	waitBetweenTries?: number;
	executeOnce?: boolean;
	alwaysOutputData?: boolean;
}

/** `ai_tool` and `ai_languageModel` join an agent with what serves it. */
export type ConnectionType = 'main' | 'ai_tool' | 'ai_languageModel';

export interface ConnectionTarget {
	node: string;
	type: ConnectionType;
	index: number;
}

type Outputs = Array<ConnectionTarget[] | null>;

export type Connections = Record<string, { main: Outputs } & Partial<Record<ConnectionType, Outputs>>>;

export interface WorkflowInput {
	name: string;
	nodes: WorkflowNode[];
	connections: Connections;
	settings: Record<string, unknown>;
	pinData?: Record<string, unknown>;
}

export interface Workflow extends WorkflowInput {
	id: string;
	versionId: string;
	active: boolean;
}

export type ExecutionStatus = 'new' | 'running' | 'waiting' | 'success' | 'error' | 'canceled' | 'crashed' | 'unknown';

export interface BinaryReference {
	id?: string;
	/** Base64 when `id` is absent, else the name of the storage. */
	data: string;
	mimeType: string;
	fileName?: string;
	fileExtension?: string;
	fileSize?: string;
	bytes?: number;
}

export interface ExecutedItem {
	json: Record<string, unknown>;
	binary?: Record<string, BinaryReference>;
	pairedItem?: unknown;
	error?: unknown;
}

/** One run of one node. */
export interface NodeRun {
	startTime: number;
	/** Milliseconds. */
	executionTime: number;
	executionStatus?: string;
	executionIndex?: number;
	data?: { main: Array<ExecutedItem[] | null>; ai_tool?: Array<ExecutedItem[] | null> };
	error?: { message: string; description?: string | null; [key: string]: unknown };
	hints?: Array<{ message: string }>;
	source?: unknown;
}

export interface RunData {
	resultData: {
		runData: Record<string, NodeRun[]>;
		lastNodeExecuted?: string;
		error?: { message: string; description?: string | null; [key: string]: unknown };
	};
	[key: string]: unknown;
}

export interface ExecutionSummary {
	id: string;
	workflowId: string;
	status: ExecutionStatus;
	mode: string;
	startedAt: string | null;
	stoppedAt: string | null;
	waitTill: string | null;
	retryOf: string | null;
}

export interface Execution extends ExecutionSummary {
	finished: boolean;
	data: RunData;
}

export interface CredentialTest {
	status: 'OK' | 'Error';
	message: string;
}

export interface NodeTypeDescription {
	name: string;
	displayName: string;
	version: number | number[];
	properties: Array<Record<string, unknown>>;
	[key: string]: unknown;
}
