import * as n8nWorkflow from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import { readWiring, type Wiring } from './wiring';
import { numberAt, textAt, valueAt } from '../core/http/read';

/**
 * What n8n does not publish but has: how the workflow is wired, and why the node runs. Read with care, so that a host
 * that has it elsewhere only loses the check.
 */

/**
 * The name of an ordinary connection, by the name that n8n has for it. Hosts before 1.85 export none, and a node that asks
 * for it there does not load.
 */
export const NodeConnectionTypes = { Main: 'main' } as const;

/**
 * Says where an item that is meant for n8n's error output may carry more than its error. n8n leads an item there whose json
 * has nothing but `error` and `message` and, since 2.34.6, `details`; with any other field it stays on the regular output.
 * Nothing shows that change itself, so hosts are told apart by a class that came a little later, with 2.35.
 *
 * @param exported what the host's n8n-workflow exports
 */
export function errorDetailsField(exported: object): 'details' | 'message' {
	return 'NodeVersionNotFoundError' in exported ? 'details' : 'message';
}

/** The name of that field on this host. */
export const ERROR_DETAILS = errorDetailsField(n8nWorkflow);

/** Calls a method that older hosts do not have; undefined where there is none. */
function callIfThere(context: object, name: string): unknown {
	const method: unknown = Reflect.get(context, name);
	return typeof method === 'function' ? Reflect.apply(method, context, []) : undefined;
}

/**
 * @returns the wiring of the workflow, or null where this host does not show it. n8n's own getChildNodes leaves the node
 * itself out, and so a direct loop
 */
export function wiringOf(context: IExecuteFunctions): Wiring | null {
	const workflow: unknown = Reflect.get(context, 'workflow');
	if (typeof workflow !== 'object' || workflow === null) return null;
	// These may be accessors of a class, which valueAt passes over.
	const part = (name: string): unknown => Reflect.get(workflow, name);
	return readWiring(part('connectionsBySourceNode'), part('nodes'), part('settings'));
}

/**
 * @returns after how many seconds n8n cancels an execution of this workflow; null for no limit of its own
 */
export function timeLimitOf(context: IExecuteFunctions): number | null {
	const workflow: unknown = Reflect.get(context, 'workflow');
	const seconds = numberAt(Reflect.get(Object(workflow), 'settings'), 'executionTimeout');
	return seconds !== null && seconds > 0 ? seconds : null;
}

/**
 * @returns true when only this node was asked for ("Execute step"): nothing behind it will run, nor the node again
 */
export function isSingleStep(context: IExecuteFunctions): boolean {
	const run: unknown = Reflect.get(context, 'runExecutionData');
	const destination = valueAt(run, 'startData', 'destinationNode');
	const name = textAt(destination) ?? textAt(destination, 'nodeName');
	return name !== null && name === context.getNode().name;
}

/**
 * @returns true when another workflow has called this one and waits for what its last node puts out
 */
export function isAwaitedByParent(context: IExecuteFunctions): boolean {
	const run: unknown = Reflect.get(context, 'runExecutionData');
	const parent = valueAt(run, 'parentExecution');
	return valueAt(parent, 'executionId') !== undefined && valueAt(parent, 'shouldResume') !== false;
}

/**
 * @returns true when an AI agent calls the node: it wants its answer now
 */
export function isToolRun(context: IExecuteFunctions): boolean {
	const { type } = context.getNode();
	const rewired: unknown = Reflect.get(context.getNode(), 'rewireOutputLogTo');
	return isCalledDirectly(context) || type.endsWith('Tool') || rewired === 'ai_tool';
}

/**
 * Says whether an agent's own code calls the node (agents of version 2, agents that are tools themselves, an MCP trigger),
 * outside n8n's engine. There n8n gives every call a run index of its own, and every try of Retry On Fail another one
 * (n8n-core 1.122 to 2.41, makeHandleToolInvocation).
 */
export function isCalledDirectly(context: object): boolean {
	return Reflect.get(context, 'connectionType') === 'ai_tool' || callIfThere(context, 'isToolExecution') === true;
}

/**
 * Shows a sentence above the node's output; in n8n's log where this host knows no hints (before 1.81).
 */
export function showHint(context: IExecuteFunctions, message: string): void {
	if (typeof Reflect.get(context, 'addExecutionHints') === 'function') {
		context.addExecutionHints({ message, location: 'outputPane' });
	} else {
		context.logger.info(`Hailuo: ${message}`);
	}
}

/**
 * @returns how often the node has run in the execution a callback came to; null where this host does not show it
 */
export function turnOf(context: IWebhookFunctions): number | null {
	const run: unknown = Reflect.get(context, 'runExecutionData');
	const turns = valueAt(run, 'resultData', 'runData', context.getNode().name);
	return Array.isArray(turns) ? turns.length : null;
}

/**
 * Says whether an execution is still where a callback has found it. n8n loads it when a request begins and does not look
 * again, however long the rest of the request takes.
 *
 * @returns null where this host does not show it
 */
export async function isStillThere(context: IWebhookFunctions): Promise<boolean | null> {
	const additional: unknown = Reflect.get(context, 'additionalData');
	const load: unknown = Reflect.get(Object(additional), 'getRunExecutionData');
	if (typeof load !== 'function') return null;
	try {
		const stored: unknown = await Reflect.apply(load, additional, [context.getExecutionId()]);
		if (stored === undefined) return false;
		const { name } = context.getNode();
		const turns = valueAt(stored, 'resultData', 'runData', name);
		const waitsHere = textAt(stored, 'resultData', 'lastNodeExecuted') === name;
		// Of what it has loaded n8n drops the run that waits before it asks the node; the execution keeps it.
		return waitsHere && Array.isArray(turns) && turns.length - 1 === turnOf(context);
	} catch {
		return null;
	}
}

/** The path of the doorbell below an execution's resume address; n8n's own Wait node has none. */
export const DOORBELL_PATH = 'hailuo';

/**
 * @returns the address that rings for this execution: its resume address with the doorbell's path
 */
export function doorbellUrlOf(context: IExecuteFunctions | IWebhookFunctions): string {
	const address = textAt(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)) ?? '';
	if (!URL.canParse(address)) return address;
	const url = new URL(address);
	url.pathname = `${url.pathname.replace(/\/$/, '')}/${DOORBELL_PATH}`;
	return url.href;
}

function isItem(value: unknown): value is INodeExecutionData {
	const json = valueAt(value, 'json');
	return typeof json === 'object' && json !== null;
}

/**
 * @returns the items a suspended node holds. n8n stores an object once, however many runs of nodes it appears in, so the
 * very objects are better than the copies an expression gives
 */
export function heldItems(context: IWebhookFunctions): INodeExecutionData[] {
	const held: unknown = Reflect.get(context, 'connectionInputData');
	const items: unknown = Array.isArray(held) ? held : context.evaluateExpression('{{ $input.all() }}', 0);
	return Array.isArray(items) ? items.filter(isItem) : [];
}
