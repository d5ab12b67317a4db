import type {
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeParameters,
	IWorkflowBase,
	NodeParameterValueType,
} from 'n8n-workflow';
import { toJson } from '../../core/http/json';
import { textAt } from '../../core/http/read';
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
	const { id, name, type, typeVersion, credentials } = node;
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
		name: `${workflow.name ?? 'Workflow'}: ${name}`,
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

/** @returns the doorbell that the inner execution has left on the item with which it was put aside; null for none */
export function readDoorbell(json: unknown): string | null {
	return textAt(json, DOORBELL_FIELD);
}

/** Where the inner execution leaves the address of its doorbell. */
export const DOORBELL_FIELD = 'hailuoDoorbell';
