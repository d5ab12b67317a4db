import type { INodeExecutionData } from 'n8n-workflow';
import type { RunContext } from './runContext';

/** The part of an item's work that asks the provider. */
export type Task = () => Promise<INodeExecutionData>;

export interface Operation {
	/** It is about jobs that exist, which the items name. */
	readonly refersToJob?: true;
	/**
	 * Reads and checks one item's parameters.
	 *
	 * @returns what is left to do; nothing has been sent so far
	 * @throws NodeOperationError with everything that is wrong with the item
	 */
	prepare(run: RunContext, itemIndex: number): Task | Promise<Task>;
}
