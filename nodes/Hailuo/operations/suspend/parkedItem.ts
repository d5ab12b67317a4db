import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { valueAt } from '../../core/http/read';
import { WAIT_FIELD, writeWaitState, type WaitState } from '../../core/waiting/waitState';

/**
 * Items on their way into the execution that waits. Nothing but our own node makes them, and no other node sees them, so
 * what they hold is believed. They hold no more than the wait needs: n8n writes them down at every turn.
 */

const PARKED_FIELD = 'hailuoParked';

/** What an item of the waiting execution holds beside the state of its wait. */
export interface Parked {
	/** Values of the fields that have expressions, which can be resolved only where the other nodes are. */
	settings?: IDataObject;
	/** The item waits for nothing: this is what leaves for it. */
	outcome?: IDataObject;
	/** Its job was made by the very node that waits for it. */
	isBought?: true;
}

/** The way to a parked value in an expression. */
export const PARKED_SETTINGS = `$json.${PARKED_FIELD}.settings`;

/**
 * @param state none where the item waits for nothing
 */
export function parkItem(itemIndex: number, parked: Parked, state?: WaitState): INodeExecutionData {
	return {
		json: { ...(state && { [WAIT_FIELD]: writeWaitState(state) }), [PARKED_FIELD]: { ...parked } },
		pairedItem: { item: itemIndex },
	};
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @returns what leaves for an item that waits for nothing; null for one that waits
 */
export function parkedOutcome({ json }: INodeExecutionData): IDataObject | null {
	const outcome = valueAt(json, PARKED_FIELD, 'outcome');
	return isObject(outcome) ? outcome : null;
}

/** @returns whether the item's job was made by the node that waits for it */
export function isBought({ json }: INodeExecutionData): boolean {
	return valueAt(json, PARKED_FIELD, 'isBought') === true;
}
