import type { Suite } from '../../../e2e/support/suite';
import type { WorkflowInput, WorkflowNode } from '../../host/n8nTypes';
import { hailuo, noOperation, VIDEO_FROM_PROMPT, webhookTrigger, workflowOf } from '../../host/workflows';
import type { ProviderName } from '../../simulator/types';
import { BUILT_IN_LABEL, builtInNode, connectBuiltIn } from '../alternatives/builtInNode';
import {
	connectHandBuilt,
	CREATE,
	HAND_BUILT_LABEL,
	HAND_BUILT_PROVIDER,
	handBuiltLoop,
	READY,
} from '../alternatives/handBuilt';

/** Times are milliseconds since 1970. */
export interface WaitingJob {
	id: string;
	createdAt: number;
	endsAt: number;
}

/** A workflow that waits for one video per call of its webhook, and what the simulator knows of its jobs. */
export interface WaitingWorkflow {
	workflow: WorkflowInput;
	/** The field of an item's json that holds the job's id. */
	jobIdField: string;
	/** All so far, oldest first. */
	jobs(): WaitingJob[];
	/** Ends a job now. */
	finish(jobId: string): void;
	/** The requests about a job since it was made. */
	readsOf(jobId: string): number;
}

/** A way to wait. */
export interface Strategy {
	label: string;
	/** Whether n8n puts the execution away while it waits. */
	suspends: boolean;
	prepare(suite: Suite): Promise<WaitingWorkflow>;
}

/** Of the webhook, below n8n's /webhook/. */
export const WEBHOOK_PATH = 'wanted';

/** The node behind the wait. */
export const DOWNSTREAM = 'After';

/** Has callbacks, and no socket that would help a poll; the hand-built loop's gateway too. */
export const PROVIDER = HAND_BUILT_PROVIDER;

/** No execution meets its job's end, nor a second recheck, before somebody ends the job. */
const JOB_DURATION_MS = 3_600_000;
export const RECHECK_MINUTES = 60;

/** The prompt comes from the webhook's caller. */
function withParameters(node: WorkflowNode, parameters: Record<string, unknown> = {}): WorkflowNode {
	return { ...node, parameters: { ...node.parameters, prompt: '={{ $json.body.prompt }}', ...parameters } };
}

function atGateway(
	{ simulator }: Suite,
	workflow: WorkflowInput,
	{ jobIdField = 'jobId', provider = PROVIDER }: { jobIdField?: string; provider?: ProviderName } = {},
): WaitingWorkflow {
	simulator.configure({ jobDurationMs: JOB_DURATION_MS });
	return {
		workflow,
		jobIdField,
		jobs: () => simulator.jobs,
		finish: (jobId) => simulator.finishJob(jobId),
		readsOf: (jobId) => simulator.requestsOf(provider, 'read').filter((request) => request.jobId === jobId).length,
	};
}

const suspend: Strategy = {
	label: 'Hailuo node, suspended',
	suspends: true,
	prepare: async (suite) => {
		const video = { provider: PROVIDER, operation: 'createAndWait', ...VIDEO_FROM_PROMPT };
		const waiting = {
			waitStrategy: 'suspend',
			callback: 'thisExecution',
			options: { recheckInterval: RECHECK_MINUTES },
		};
		const node = withParameters(hailuo({ ...video, ...waiting }, suite.credentials, { name: 'Video' }));
		return atGateway(suite, workflowOf('Suspends', [webhookTrigger(WEBHOOK_PATH), node, noOperation(DOWNSTREAM)]));
	},
};

const poll: Strategy = {
	label: 'Hailuo node, polling',
	suspends: false,
	prepare: async (suite) => {
		const video = { provider: PROVIDER, operation: 'createAndWait', ...VIDEO_FROM_PROMPT };
		const node = withParameters(hailuo(video, suite.credentials, { name: 'Video' }));
		return atGateway(suite, workflowOf('Polls', [webhookTrigger(WEBHOOK_PATH), node, noOperation(DOWNSTREAM)]));
	},
};

const builtIn: Strategy = {
	label: BUILT_IN_LABEL,
	suspends: false,
	prepare: async (suite) => {
		const node = withParameters(builtInNode('Video', await connectBuiltIn(suite)), { downloadVideo: false });
		const workflow = workflowOf('Built in', [webhookTrigger(WEBHOOK_PATH), node, noOperation(DOWNSTREAM)]);
		return atGateway(suite, workflow, { jobIdField: 'taskId', provider: 'minimax' });
	},
};

const handBuilt: Strategy = {
	label: HAND_BUILT_LABEL,
	suspends: false,
	prepare: async (suite) => {
		const trigger = webhookTrigger(WEBHOOK_PATH);
		const loopPart = handBuiltLoop(suite, await connectHandBuilt(suite), '$json.body.prompt');
		const nodes = [trigger, ...loopPart.nodes, noOperation(DOWNSTREAM)];
		const wires = [{ from: trigger.name, to: CREATE }, ...loopPart.wires, { from: READY, to: DOWNSTREAM }];
		return atGateway(suite, workflowOf('Hand-built', nodes, { wires }), { jobIdField: 'id' });
	},
};

/** Every way to wait, the one that has a requirement first. */
export const STRATEGIES: readonly Strategy[] = [suspend, poll, builtIn, handBuilt];
