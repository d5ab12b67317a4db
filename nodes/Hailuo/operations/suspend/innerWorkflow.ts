import type {
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeParameters,
	IWorkflowBase,
	NodeParameterValueType,
} from 'n8n-workflow';
import { toJson } from '../../core/http/json';
import { WAITING_FIELDS, type HandBack } from '../../fields/form';
import { NodeConnectionTypes } from '../../io/n8nInternals';
import { PARKED_SETTINGS } from './parkedItem';

/**
 * The workflow that waits in the place of a node: its start, a copy of the node that waits in a loop, and an end, since n8n
 * hands back what the last node puts out by its first output. Users never see it drawn.
 */

const START = 'Parked Jobs';
const END = 'Finished Jobs';

function isExpression(value: unknown): boolean {
	return typeof value === 'string' && value.startsWith('=');
}

/** Says whether a stored value, or any value in it, is an expression. */
function holdsExpression(stored: unknown): boolean {
	if (typeof stored !== 'object' || stored === null) return isExpression(stored);
	return Object.values(stored).some(holdsExpression);
}

/** Puts the way to the resolved value in the place of each expression. */
function redirect(stored: NodeParameterValueType, path: string): NodeParameterValueType {
	if (isExpression(stored)) return `={{ ${path} }}`;
	if (!isCollection(stored)) return stored;
	const redirected: INodeParameters = {};
	for (const [name, value] of Object.entries(stored))
		redirected[name] = redirect(value, `${path}[${JSON.stringify(name)}]`);
	return redirected;
}

function isCollection(stored: NodeParameterValueType): stored is INodeParameters {
	return typeof stored === 'object' && stored !== null && !Array.isArray(stored) && !('__rl' in stored);
}

/**
 * Resolves the fields of a wait that have expressions: in the inner workflow there are no other nodes to ask.
 *
 * @returns values by name for each item; undefined where no field has an expression
 */
export function resolveSettings(context: IExecuteFunctions): (itemIndex: number) => IDataObject | undefined {
	const { parameters } = context.getNode();
	const names = WAITING_FIELDS.filter((name) => holdsExpression(parameters[name]));
	if (names.length === 0) return () => undefined;
	return (itemIndex) => {
		const values: IDataObject = {};
		for (const name of names) values[name] = toJson(context.getNodeParameter(name, itemIndex));
		return values;
	};
}

function innerParameters({ parameters }: INode, handBack: HandBack): INodeParameters {
	const fields: INodeParameters = {};
	for (const name of WAITING_FIELDS) {
		const stored = parameters[name];
		if (stored !== undefined) fields[name] = redirect(stored, `${PARKED_SETTINGS}[${JSON.stringify(name)}]`);
	}
	return {
		...fields,
		provider: parameters.provider ?? null,
		operation: 'wait',
		waitStrategy: 'loop',
		release: 'together',
		handBack,
	};
}

/**
 * A name that no node of the outer workflow has, since the inner execution bears that one's id: where 'Retry' in the list of
 * executions takes the saved workflow, n8n looks for the node by its name and would run the one that buys (n8n 2.41,
 * ExecutionService.retry). Not being there, it is refused.
 */
function nameOfWaiting(context: IExecuteFunctions): string {
	return `${context.getNode().name}, waiting for execution ${context.getExecutionId()}`;
}

const to = (node: string) => [{ node, type: NodeConnectionTypes.Main, index: 0 }];

/**
 * Draws the inner workflow. It bears the outer one's id, without which n8n does not resume it. Its rows are always saved:
 * n8n finds by them, after a crash, what the outer execution waits for. It has no time limit, since it may wait for long.
 *
 * @param goOn n8n's Continue On Fail
 */
export function drawInnerWorkflow(context: IExecuteFunctions, goOn: boolean): IWorkflowBase {
	const node = context.getNode();
	const workflow = context.getWorkflow();
	const errorOutput = node.onError === 'continueErrorOutput';
	const { id, type, typeVersion, credentials } = node;
	const name = nameOfWaiting(context);
	const waiting: INode = {
		...{ id, name, type, typeVersion, position: [200, 0], ...(credentials && { credentials }) },
		onError: goOn ? 'continueRegularOutput' : 'stopWorkflow',
		parameters: innerParameters(node, errorOutput ? 'errorOutput' : 'regularOutput'),
	};
	const start: INode = {
		...{ id: 'parked-jobs', name: START, type: 'n8n-nodes-base.executeWorkflowTrigger', typeVersion: 1.1 },
		position: [0, 0],
		parameters: { inputSource: 'passthrough' },
	};
	const end: INode = {
		...{ id: 'finished-jobs', name: END, type: 'n8n-nodes-base.noOp', typeVersion: 1 },
		position: [400, 0],
		parameters: {},
	};
	const now = new Date();
	return {
		id: workflow.id ?? '',
		name: `${workflow.name ?? 'Workflow'}: ${node.name}`,
		active: false,
		isArchived: false,
		activeVersionId: null,
		createdAt: now,
		updatedAt: now,
		nodes: [start, waiting, end],
		connections: { [START]: { main: [to(name)] }, [name]: { main: [to(name), to(END)] } },
		settings: {
			executionOrder: 'v1',
			callerPolicy: 'any',
			saveDataSuccessExecution: 'all',
			saveDataErrorExecution: 'all',
			saveManualExecutions: true,
			executionTimeout: -1,
		},
	};
}
