import * as n8nWorkflow from 'n8n-workflow';
import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { textAt, valueAt } from '../core/http/read';

/**
 * What passes between an execution and the one that waits in its place, beyond what n8n publishes. Read with care, as all
 * of n8n's internals.
 */

/**
 * Whether this host can put an execution aside for another one that it has begun, and hands back what that one comes to,
 * be it items or an error: n8n 2.27 and later. Nothing shows that itself, so hosts are told apart by a function that came
 * with the same version.
 */
export const CAN_AWAIT_EXECUTION = 'isNodeClassInstance' in n8nWorkflow;

/** In the node's memory, which an execution keeps while it waits. */
const KEPT_DOORBELL = 'hailuoDoorbell';

/** Keeps the address that rings for the execution which waits in the place of this node. */
export function keepDoorbell(context: IExecuteFunctions, url: string): void {
	context.getContext('node')[KEPT_DOORBELL] = url;
}

/** @returns the address that was kept; null for none */
export function keptDoorbell(context: IWebhookFunctions): string | null {
	const run: unknown = Reflect.get(context, 'runExecutionData');
	return textAt(run, 'executionData', 'contextData', `node:${context.getNode().name}`, KEPT_DOORBELL);
}

export type StoreFile = IExecuteFunctions['helpers']['prepareBinaryData'];

/**
 * Gives the helper that stores files. n8n binds it to an execution when it makes a node's context, and there the file lives.
 *
 * @param forParent whether the file is to belong to the execution that waits for this one, and live as long as that one's
 * own data. A context is made for that; where this host makes them in another way the file stays with this execution
 */
export function fileStoreOf(context: IExecuteFunctions, forParent: boolean): StoreFile {
	const own = context.helpers.prepareBinaryData.bind(context.helpers);
	const part = (name: string): unknown => Reflect.get(context, name);
	const executionId = valueAt(part('runExecutionData'), 'parentExecution', 'executionId');
	const Context = part('constructor');
	if (!forParent || typeof executionId !== 'string' || typeof Context !== 'function') return own;
	const additionalData: object = Object.assign({}, part('additionalData'), { executionId });
	const before = [part('workflow'), part('node'), additionalData, part('mode'), part('runExecutionData')];
	const after = ['runIndex', 'connectionInputData', 'inputData', 'executeData'].map(part);
	try {
		const other: unknown = Reflect.construct(Context, [...before, ...after, []]);
		return hasFileHelper(other) ? other.helpers.prepareBinaryData.bind(other.helpers) : own;
	} catch {
		return own;
	}
}

function hasFileHelper(context: unknown): context is Pick<IExecuteFunctions, 'helpers'> {
	return typeof valueAt(context, 'helpers', 'prepareBinaryData') === 'function';
}
