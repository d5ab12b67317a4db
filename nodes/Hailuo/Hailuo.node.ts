import {
	NodeOperationError,
	type ExpressionString,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { writeJob } from './core/job/jobFromItem';
import { hailuoCredentials, hailuoProperties, hailuoSubtitle, readStrategy } from './fields/form';
import { joinWords } from './core/video/words';
import { tellAgent, wholeText } from './io/agent';
import { jobOf } from './io/errors';
import {
	DOORBELL_PATH,
	ERROR_DETAILS,
	isCalledDirectly,
	isToolRun,
	NodeConnectionTypes,
	showHint,
} from './io/n8nInternals';
import { checkFollowers } from './operations/checkFollowers';
import { operationByName } from './operations/operationByName';
import { answerDoorbell } from './operations/suspend/doorbell';
import { runItems, type ItemOutcome } from './operations/runItems';
import { openRun, parametersOf, type RunContext } from './operations/runContext';
import { suspendItems } from './operations/suspend/suspendItems';
import { wait } from './operations/wait';
import { providers } from './providers/registry';

/**
 * Makes the item that n8n's Continue On Fail puts in the place of one that failed. On the regular output the job's
 * fields stand beside the error, so that the next node can read the job; for the error output n8n recognises only items
 * that have nothing but `error` and one or two more fields, so there the job is in one of these.
 */
function toErrorItem(run: RunContext, error: Error, itemIndex: number): INodeExecutionData {
	const made = run.made.get(itemIndex);
	const job = jobOf(error) ?? (made ? writeJob(made) : null);
	const known = job === null ? {} : { provider: run.adapter.id, ...job };
	const separate = run.context.getNode().onError === 'continueErrorOutput';
	const details = separate && job !== null ? { [ERROR_DETAILS]: known } : {};
	const text = isToolRun(run.context) ? wholeText(error) : error.message;
	return { json: { ...(separate ? {} : known), error: text, ...details }, pairedItem: { item: itemIndex } };
}

function toOutput(run: RunContext, outcome: ItemOutcome, itemIndex: number): INodeExecutionData {
	return outcome.ok ? outcome.item : toErrorItem(run, outcome.error, itemIndex);
}

function showHints({ context, hints }: RunContext): void {
	for (const message of hints.sentences()) showHint(context, message);
}

/** @returns what goes round by output Recheck and what leaves by output Finished */
async function suspend(run: RunContext): Promise<INodeExecutionData[][]> {
	const { recheck, finished } = await suspendItems(run, run.context.continueOnFail());
	showHints(run);
	const items = finished.map(({ itemIndex, outcome }) => {
		const item = toOutput(run, outcome, itemIndex);
		// On the error output n8n mixes in what came in, and that is the state of the wait; not where the pairing is a number.
		return outcome.ok ? item : { ...item, pairedItem: itemIndex };
	});
	return [recheck, items];
}

/** @returns what leaves by each output */
async function executeOperation(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	// First of all the provider: with one that is none, n8n finds no operation.
	const run = await openRun(context);
	const operation = operationByName(context.getNodeParameter('operation', 0));
	if (operation === undefined)
		throw new NodeOperationError(context.getNode(), `'Operation' is none of this node's operations`);
	if (operation === wait && readStrategy(parametersOf(run, 0)) === 'suspend') return await suspend(run);
	if (!operation.refersToJob) checkFollowers(run);
	const outcomes = await runItems(run, operation, items.length, context.continueOnFail()).catch((error: unknown) => {
		run.ledger.leave();
		throw error;
	});
	showHints(run);
	if (outcomes.every((outcome) => outcome.ok)) run.ledger.close();
	return [outcomes.map((outcome, itemIndex) => toOutput(run, outcome, itemIndex))];
}

/** Two outputs for a suspended wait, one for everything else; the parameters it reads take no expressions. */
const OUTPUTS: ExpressionString = `={{ $parameter["operation"] === "wait" && $parameter["waitStrategy"] === "suspend"
	? [{ type: "main", displayName: "Recheck" }, { type: "main", displayName: "Finished" }]
	: [{ type: "main" }] }}`;

/** Rings for a suspended execution. It has a path, so that a callback cannot wake n8n's own Wait node, which has none. */
const DOORBELL: IWebhookDescription[] = [
	{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: DOORBELL_PATH, restartWebhook: true },
];

const labels = providers.map(({ label }) => label);

export class Hailuo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hailuo',
		name: 'hailuo',
		icon: { light: 'file:hailuo.svg', dark: 'file:hailuo.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: hailuoSubtitle,
		description: `Make MiniMax Hailuo videos through ${joinWords(labels, 'or')}`,
		defaults: { name: 'Hailuo' },
		inputs: [NodeConnectionTypes.Main],
		outputs: OUTPUTS,
		usableAsTool: true,
		webhooks: DOORBELL,
		waitingNodeTooltip: 'The execution is put aside. A callback of the provider or the next recheck continues it',
		credentials: hailuoCredentials,
		properties: hailuoProperties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		try {
			return await executeOperation(this);
		} catch (error) {
			throw isToolRun(this) ? tellAgent(error, isCalledDirectly(this)) : error;
		}
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await answerDoorbell(this);
	}
}
