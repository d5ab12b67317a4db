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
import { hailuoCredentials, hailuoProperties, hailuoSubtitle, readStrategy } from './fields/form';
import { joinWords } from './core/video/words';
import { tellAgent } from './io/agent';
import { DOORBELL_PATH, isCalledDirectly, isToolRun, NodeConnectionTypes, showHint } from './io/n8nInternals';
import { checkFollowers } from './operations/checkFollowers';
import { operationByName } from './operations/operationByName';
import { createAndWait } from './operations/create';
import { answerDoorbell } from './operations/loop/doorbell';
import { loopItems } from './operations/loop/loopItems';
import type { Operation } from './operations/operation';
import { runItems, toOutput } from './operations/runItems';
import { openRun, parametersOf, type RunContext } from './operations/runContext';
import { handOnCallback } from './operations/suspend/handOn';
import { suspendItems } from './operations/suspend/suspendItems';
import { wait } from './operations/wait';
import { providers } from './providers/registry';

function showHints({ context, hints }: RunContext): void {
	for (const message of hints.sentences()) showHint(context, message);
}

/** @returns what goes round by output Recheck and what leaves by output Finished */
async function loop(run: RunContext): Promise<INodeExecutionData[][]> {
	const { recheck, finished } = await loopItems(run, run.context.continueOnFail());
	showHints(run);
	const items = finished.map(({ itemIndex, outcome }) => {
		const item = toOutput(run, outcome, itemIndex);
		// On the error output n8n mixes in what came in, and that is the state of the wait; not where the pairing is a number.
		return outcome.ok || run.handBack !== null ? item : { ...item, pairedItem: itemIndex };
	});
	return [recheck, items];
}

/** @returns what leaves by the one output */
async function runOperation(run: RunContext, operation: Operation): Promise<INodeExecutionData[]> {
	const goOn = run.context.continueOnFail();
	if (readStrategy(parametersOf(run, 0)) === 'suspend') {
		if (operation === wait) return await suspendItems(run, 'wait', goOn);
		if (operation === createAndWait) return await suspendItems(run, 'createAndWait', goOn);
	}
	const outcomes = await runItems(run, operation, run.context.getInputData().length, goOn);
	if (outcomes.every((outcome) => outcome.ok)) run.ledger.close();
	return outcomes.map((outcome, itemIndex) => toOutput(run, outcome, itemIndex));
}

/** @returns what leaves by each output */
async function executeOperation(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	// First of all the provider: with one that is none, n8n finds no operation.
	const run = await openRun(context);
	const operation = operationByName(context.getNodeParameter('operation', 0));
	if (operation === undefined)
		throw new NodeOperationError(context.getNode(), `'Operation' is none of this node's operations`);
	if (operation === wait && readStrategy(parametersOf(run, 0)) === 'loop') return await loop(run);
	if (!operation.refersToJob) checkFollowers(run);
	const output = await runOperation(run, operation)
		.catch((error: unknown) => {
			run.ledger.leave();
			throw error;
		})
		.finally(() => showHints(run));
	return [output];
}

/** Two outputs for a wait in a loop, one for everything else; the parameters it reads take no expressions. */
const OUTPUTS: ExpressionString = `={{ $parameter["operation"] === "wait" && $parameter["waitStrategy"] === "loop"
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
		const strategy = readStrategy((name, fallback) => this.getNodeParameter(name, fallback));
		return strategy === 'suspend' ? handOnCallback(this) : await answerDoorbell(this);
	}
}
