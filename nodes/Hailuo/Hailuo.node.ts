import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { hailuoCredentials, hailuoProperties } from './fields';
import { jobOf } from './io/errors';
import { operationByName } from './operations';
import { runAll } from './operations/run';
import { openSession, type Session } from './operations/session';

/**
 * Makes the item that n8n's Continue On Fail puts in the place of one that failed. On the regular output the job's
 * fields stand beside the error, so that the next node can read the job; for the error output n8n recognises only items
 * that have nothing but `error`, `message` and `details`, so there the job is in `details`.
 */
function toErrorItem(session: Session, error: Error, itemIndex: number): INodeExecutionData {
	const job = jobOf(error) ?? session.made.get(itemIndex) ?? null;
	const known = job === null ? {} : { provider: session.adapter.id, ...job };
	const separate = session.context.getNode().onError === 'continueErrorOutput';
	const details = separate && job !== null ? { details: known } : {};
	return { json: { ...(separate ? {} : known), error: error.message, ...details }, pairedItem: { item: itemIndex } };
}

export class Hailuo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hailuo',
		name: 'hailuo',
		icon: { light: 'file:hailuo.svg', dark: 'file:hailuo.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["model"] }}',
		description: 'Make MiniMax Hailuo videos through AI/ML API, Apiframe, EvoLink or Wiro',
		defaults: { name: 'Hailuo' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: hailuoCredentials,
		properties: hailuoProperties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		const operation = operationByName(this.getNodeParameter('operation', 0));
		if (operation === undefined)
			throw new NodeOperationError(this.getNode(), `'Operation' is none of this node's operations`);
		const session = await openSession(this);
		const outcomes = await runAll(session, operation, items.length, this.continueOnFail());
		for (const message of session.hints.sentences()) this.addExecutionHints({ message, location: 'outputPane' });
		if (outcomes.every((outcome) => outcome.ok)) session.ledger.close();
		return [
			outcomes.map((outcome, itemIndex) =>
				outcome.ok ? outcome.item : toErrorItem(session, outcome.error, itemIndex),
			),
		];
	}
}
