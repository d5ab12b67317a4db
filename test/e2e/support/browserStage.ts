import { Hailuo } from '../../../nodes/Hailuo/Hailuo.node';
import { startBrowser } from '../../tools/host/browser';
import type { CredentialReference, WorkflowInput } from '../../tools/host/n8nTypes';
import { startTogether } from '../../tools/host/startTogether';
import { hailuo, manualTrigger, noOperation, workflowOf } from '../../tools/host/workflows';
import type { SimulatedJob } from '../../tools/simulator/types';
import { EditorPage } from './editorPage';
import type { NodeForm } from './nodeForm';
import { startSuite, storeCredentials, type Suite } from './suite';

/** Where this n8n says that it can be reached; the pictures show it. Nobody is there, so callbacks are sent by hand. */
export const PUBLIC_URL = 'https://n8n.example.com';

export const PROMPT = 'A paper boat crosses a puddle at dawn, the camera close to the water';

/** The address that the simulator reports for a finished job. */
export function videoUrlOf({ id }: Pick<SimulatedJob, 'id'>): string {
	return `https://videos.example.com/${id}.mp4`;
}

const { properties, waitingNodeTooltip } = new Hailuo().description;

/** What the form of a suspended wait says where its output will be. */
export const WAITING_TEXT = waitingNodeTooltip ?? '';

/**
 * Looks up how a choice is called in the form.
 *
 * @param field the parameter; all fields of this name are looked through
 * @throws Error where no such field offers the value
 */
export function labelOf(field: string, value: string | number): string {
	const options = properties.filter(({ name }) => name === field).flatMap((property) => property.options ?? []);
	const choice = options.find((option) => 'value' in option && option.value === value);
	if (choice === undefined) throw new Error(`'${field}' offers no ${value}`);
	return choice.name;
}

/** The credentials of somebody with an account at each gateway, named as such a person would. */
async function storeAccounts({ client, simulator }: Suite): Promise<Record<string, CredentialReference>> {
	return await storeCredentials(client, simulator, (label) => `My ${label} account`);
}

/** A real n8n in a real browser. */
export interface Stage {
	suite: Suite;
	editor: EditorPage;
	accounts: Record<string, CredentialReference>;
	/** Makes a workflow when its name is heard for the first time, and shows it; returns its id. */
	show(workflow: WorkflowInput): Promise<string>;
	/** The form of a Hailuo node with nothing but credentials; its fields are as the last test left them. */
	openPlainForm(): Promise<NodeForm>;
	/** Keeps what the browser shows, and goes where the next test finds nothing half done. */
	afterFailure(test: string): Promise<void>;
	close(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
	const started = await startTogether(async (stack) => {
		const suite = stack.adopt(
			await startSuite({
				simulator: { jobDurationMs: 600_000, callbackRetryDelaysMs: [], videoUrl: videoUrlOf },
				environment: { WEBHOOK_URL: `${PUBLIC_URL}/`, N8N_WEBHOOK_URL: `${PUBLIC_URL}/` },
			}),
			async (it) => await it.close(),
		);
		const accounts = await storeAccounts(suite);
		const browser = stack.adopt(await startBrowser(), async (it) => await it.close());
		const editor = await EditorPage.open(browser, suite);
		return { suite, accounts, editor, close: async () => await stack.disposeAsync() };
	});
	const { suite, editor } = started;
	const workflows = new Map<string, string>();

	async function show(workflow: WorkflowInput): Promise<string> {
		const id = workflows.get(workflow.name) ?? (await suite.client.createWorkflow(workflow)).id;
		workflows.set(workflow.name, id);
		await editor.openWorkflow(id);
		return id;
	}

	return {
		...started,
		show,
		async openPlainForm() {
			await show(workflowOf('Form', [manualTrigger(), hailuo({}, started.accounts)]));
			return await editor.openForm('Hailuo');
		},
		async afterFailure(test) {
			await editor.keepEvidence(test);
			await editor.leave();
			workflows.clear();
		},
	};
}

/** Start → Create → Wait, which waits in a loop, with Finished leading to After. */
export function loopingWorkflow({ accounts }: Stage, name: string, recheck: 'wired' | 'unwired'): WorkflowInput {
	const create = { operation: 'create', model: 'hailuo-2.3', prompt: PROMPT, callback: 'thisExecution' };
	const wait = { operation: 'wait', waitStrategy: 'loop' };
	const nodes = [
		manualTrigger(),
		hailuo({ provider: 'apiframe', ...create }, accounts, { name: 'Create', position: [240, 0] }),
		hailuo({ provider: 'apiframe', ...wait }, accounts, { name: 'Wait', position: [520, 0] }),
		noOperation('After', { position: [800, 16] }),
	];
	const wires = [
		{ from: 'Start', to: 'Create' },
		{ from: 'Create', to: 'Wait' },
		{ from: 'Wait', output: 1, to: 'After' },
		...(recheck === 'wired' ? [{ from: 'Wait', to: 'Wait' }] : []),
	];
	return workflowOf(name, nodes, { wires });
}
