import type { IExecuteFunctions } from 'n8n-workflow';
import { equalInConstantTime, hmacHex, sha256 } from '../core/http/hmac';
import type { JsonObject } from '../core/http/http';
import { inOneOrder } from '../core/http/json';
import { textAt, valueAt } from '../core/http/read';
import { readWaitState, WAIT_FIELD, writeWaitState, type WaitState } from '../core/waiting/waitState';
import type { ProviderAdapter } from '../providers/adapter';
import { readSecret } from './tickets';

/** Seals the states that items carry, and looks at the seals. */
export interface StateSeal {
	/** @returns the state as an item carries it */
	seal(state: WaitState): JsonObject;
	/**
	 * @param json an item's
	 * @param state what was read from it
	 */
	isSealed(json: unknown, state: WaitState): boolean;
}

/** Where no item comes from outside. */
export const NO_SEAL: StateSeal = { seal: writeWaitState, isSealed: () => true };

/**
 * Tells the states of waits that this node has written, in this execution, from what else may stand on an item: whoever
 * feeds the workflow could make one up, with a job that is over and a video of their own.
 */
export class WaitProof implements StateSeal {
	private constructor(
		private readonly key: Uint8Array,
		private readonly place: readonly string[],
		private readonly handleNames: readonly string[],
	) {}

	static async open(context: IExecuteFunctions, adapter: ProviderAdapter): Promise<WaitProof> {
		const secret = await readSecret(context, adapter);
		// The credential's key signs other things as well, so there is a key made of it for this use alone.
		const key = sha256(`n8n-nodes-hailuo wait ${adapter.id} ${secret}`);
		return new WaitProof(key, [context.getExecutionId(), context.getNode().id], adapter.handles);
	}

	/**
	 * A ring is left out, since callbacks put it there without the key, and the next check, which comes by the deadline at
	 * the latest: both are worth one read at most.
	 */
	private signatureOf(state: WaitState): string {
		const sealed = inOneOrder(writeWaitState({ ...state, rang: false, nextCheckAt: '' }));
		return hmacHex(this.key, JSON.stringify([...this.place, sealed]));
	}

	seal(state: WaitState): JsonObject {
		const written = writeWaitState(state);
		// What reading leaves out, or puts otherwise, is not there when the proof is looked at.
		const asRead = readWaitState({ [WAIT_FIELD]: written }, this.handleNames) ?? state;
		return { ...written, proof: this.signatureOf(asRead) };
	}

	isSealed(json: unknown, state: WaitState): boolean {
		const proof = textAt(valueAt(json, WAIT_FIELD), 'proof');
		return proof !== null && equalInConstantTime(proof, this.signatureOf(state));
	}
}
