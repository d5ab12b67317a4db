import { MODELS, RESOLUTIONS } from '../../nodes/Hailuo/core/video/catalog';
import type { Offer } from '../../nodes/Hailuo/core/video/offer';
import { providers } from '../../nodes/Hailuo/providers/registry';
import type { ProviderAdapter } from '../../nodes/Hailuo/providers/adapter';
import { GATEWAYS } from '../tools/host/gateways';
import type { Workflow } from '../tools/host/n8nTypes';
import { hailuo, itemsOf, manualTrigger, noOperation, workflowOf } from '../tools/host/workflows';
import type { SimulatedJob } from '../tools/simulator/types';
import { until } from '../tools/support/until';
import {
	labelOf,
	loopingWorkflow,
	PROMPT,
	PUBLIC_URL,
	startStage,
	videoUrlOf,
	WAITING_TEXT,
	type Stage,
} from './support/browserStage';
import { describeInBrowser } from './support/describe';
import { watchHands } from './support/handwork';
import type { NodeForm } from './support/nodeForm';
import { hailuoTrigger, make } from './support/trigger';

const SEARCHED = ['hailuo', 'minimax', 'video', 'apiframe', 'wiro', 'evolink', 'aiml'];

const ON_CANVAS = ['Start', 'Create', 'Wait', 'After'];

/** Node names are written below the nodes, and the marks of a trigger stand beside it. */
const CANVAS_MARGIN = 88;

const BOATS = ['dawn', 'noon', 'dusk', 'midnight', 'first snow'].map((time) => `A paper boat at ${time}`);

/** The node looks within 75 s where nobody calls back. */
const RECHECK_MS = 150_000;

let stage: Stage;

/** A test that leaves a picture and the page when it fails. */
function scenario(name: string, act: () => Promise<void>): void {
	it(name, async () => {
		try {
			await act();
		} catch (error) {
			await stage.afterFailure(name).catch((fault: unknown) => {
				// What went wrong here must not take the place of what the test has found.
				process.stderr.write(`After the failure of "${name}": ${String(fault)}\n`);
			});
			throw error;
		}
	});
}

/** The job that a test is about to have made. */
function nextJob(): () => Promise<SimulatedJob> {
	const { simulator } = stage.suite;
	const before = simulator.jobs.length;
	return async () => {
		await until('a job is made', () => simulator.jobs.length > before, { timeoutMs: 60_000 });
		return simulator.jobs[before]!;
	};
}

/** The editor saves by itself, a moment after a change. */
async function untilSaved(workflowId: string, what: string, isIn: (workflow: Workflow) => boolean): Promise<void> {
	const isSaved = async () => isIn(await stage.suite.client.getWorkflow(workflowId));
	await until(`${what} is saved`, isSaved, { timeoutMs: 60_000, pauseMs: 200 });
}

function pathOf(url: string): string {
	const { pathname, search } = new URL(url);
	return pathname + search;
}

async function pictureOfCanvas(name: string): Promise<void> {
	const { editor } = stage;
	await editor.picture(name, { around: ON_CANVAS.map((node) => editor.node(node)), margin: CANVAS_MARGIN });
}

/** What came out of the node Hailuo: the first execution was the step before it, the last one waited in its place. */
async function videosOf(workflowId: string): Promise<unknown[]> {
	const rows = await stage.suite.client.listExecutions({ workflowId });
	const [, outer] = rows.map(({ id }) => Number(id)).sort((one, other) => one - other);
	const execution = await stage.suite.client.getExecution(String(outer));
	expect(execution.status).toBe('success');
	return itemsOf(execution, 'Hailuo').map(({ json }) => json['videoUrl']);
}

/** Shows one field after another what can be chosen there, and compares it with what the provider sells. */
async function compareChoices(form: NodeForm, { offers }: ProviderAdapter, offer: Offer): Promise<void> {
	const models = await form.choose('model', MODELS[offer.model].label);
	expect(models.sort()).toEqual(offers.map(({ model }) => MODELS[model].label).sort());

	await form.choose('firstFrame', labelOf('firstFrame', 'url'));
	const offered = RESOLUTIONS.filter((resolution) => offer.resolutions[resolution]);
	for (const resolution of offered) {
		const resolutions = await form.choose('resolution', labelOf('resolution', resolution));
		expect(resolutions).toEqual(offered.map((value) => labelOf('resolution', value)));
		await compareDurations(form, offer.resolutions[resolution] ?? []);
	}
}

/** Few durations are a list; many are a number, which takes the shortest and the longest. */
async function compareDurations(form: NodeForm, durations: readonly number[]): Promise<void> {
	if (durations.length < 4) {
		expect(await form.offered('duration')).toEqual(durations.map((seconds) => labelOf('duration', seconds)));
		return;
	}
	for (const seconds of [durations[0]!, durations.at(-1)!]) {
		await form.fill('duration', String(seconds));
		expect(await form.shown('duration')).toBe(String(seconds));
	}
}

beforeAll(async () => {
	stage = await startStage();
});

afterAll(async () => {
	await stage?.close();
});

describeInBrowser('the node panel', () => {
	for (const words of SEARCHED) {
		scenario(`finds the node by "${words}"`, async () => {
			const { editor, show } = stage;
			await show(workflowOf('Empty', [manualTrigger()]));
			await editor.searchNodes(words);
			await editor.foundNode('Hailuo').waitFor();
			if (words === 'video')
				await editor.picture('search', { around: [editor.nodePanel], downTo: editor.lastFoundNode });
		});
	}

	scenario('puts a node on the canvas that makes a video and waits for it', async () => {
		const { editor, show } = stage;
		const id = await show(workflowOf('Empty', [manualTrigger()]));
		await editor.searchNodes('hailuo');
		await editor.foundNode('Hailuo').click();
		const action = editor.nodePanel.getByText('Create video and wait', { exact: true });
		await action.waitFor();
		await editor.picture('actions', { around: [editor.nodePanel] });
		await action.click();

		const form = await editor.openForm('Hailuo');
		expect(await form.shown('provider')).toBe(labelOf('provider', 'aimlApi'));
		expect(await form.shown('operation')).toBe(labelOf('operation', 'createAndWait'));
		await form.close();
		await untilSaved(id, 'the node', ({ nodes }) => nodes.some(({ name }) => name === 'Hailuo'));
	});
});

describeInBrowser('the form', () => {
	for (const provider of providers) {
		scenario(`offers what ${provider.label} sells and nothing else`, async () => {
			const form = await stage.openPlainForm();
			await form.choose('provider', provider.label);
			for (const offer of provider.offers) await compareChoices(form, provider, offer);

			await form.choose('model', labelOf('model', 'hailuo-2.3'));
			await form.choose('resolution', labelOf('resolution', '768P'));
			await form.fill('prompt', PROMPT);
			await form.fill('firstFrameUrl', 'https://example.com/paper-boat.png');
			const downTo = form.field('promptOptimizer');
			await stage.editor.picture(`form-${provider.id}`, { around: [form.parameters], downTo });
		});
	}

	scenario('marks what another provider does not offer, and the node sends none of it', async () => {
		const form = await stage.openPlainForm();
		const { simulator } = stage.suite;
		const chosen = async () => await Promise.all(['model', 'resolution', 'duration'].map((name) => form.shown(name)));
		await form.choose('provider', labelOf('provider', 'evolink'));
		await form.choose('model', labelOf('model', 'hailuo-03-max'));
		await form.choose('firstFrame', labelOf('firstFrame', 'none'));
		await form.choose('resolution', labelOf('resolution', '480P'));
		await form.fill('duration', '12');
		await form.fill('prompt', PROMPT);
		const before = await chosen();
		for (const name of ['model', 'resolution']) await form.issues(name).waitFor({ state: 'hidden' });

		await form.choose('provider', labelOf('provider', 'aimlApi'));
		for (const name of ['model', 'resolution']) await form.issues(name).waitFor();
		expect(await chosen()).toEqual(before);
		await stage.editor.picture('stale', { around: [form.parameters] });
		const requests = simulator.requests.length;
		await form.executeStep();
		await form.output.getByText('nothing was bought').waitFor();
		expect(simulator.requests.slice(requests)).toEqual([]);

		await form.choose('provider', labelOf('provider', 'evolink'));
		for (const name of ['model', 'resolution']) await form.issues(name).waitFor({ state: 'hidden' });
		expect(await chosen()).toEqual(before);
	});

	scenario('offers references of MiniMax-H3 where no frame is chosen', async () => {
		const form = await stage.openPlainForm();
		const references = ['referenceImages', 'referenceVideos', 'referenceAudios'];
		await form.choose('provider', labelOf('provider', 'evolink'));
		await form.choose('model', labelOf('model', 'hailuo-03'));
		await form.choose('firstFrame', labelOf('firstFrame', 'none'));
		await form.choose('resolution', labelOf('resolution', '2K'));
		for (const name of references) await form.fill(name, 'https://example.com/cat.png, data');
		await stage.editor.picture('form-references', { around: [form.parameters], downTo: form.field('aspectRatio') });
		await form.choose('firstFrame', labelOf('firstFrame', 'url'));
		for (const name of [...references, 'aspectRatio']) await form.field(name).waitFor({ state: 'hidden' });
	});

	scenario('offers 512P beside a first frame only', async () => {
		const form = await stage.openPlainForm();
		const seller = providers.find(({ offers }) => offers.some(({ resolutions }) => resolutions['512P']));
		await form.choose('provider', seller?.label ?? 'nobody who sells 512P');
		await form.choose('model', labelOf('model', 'hailuo-02'));
		await form.choose('firstFrame', labelOf('firstFrame', 'none'));
		expect(await form.offered('resolution')).not.toContain(labelOf('resolution', '512P'));
		await form.choose('firstFrame', labelOf('firstFrame', 'url'));
		expect(await form.offered('resolution')).toContain(labelOf('resolution', '512P'));
	});
});

describeInBrowser('a credential', () => {
	for (const gateway of GATEWAYS) {
		scenario(`for ${gateway.label} fails its test with a wrong key, and passes with the right one`, async () => {
			const form = await stage.openPlainForm();
			await form.choose('provider', gateway.label);
			const credential = await form.newCredential();
			const { authentication: _preset, ...fields } = gateway.simulatedCredential(stage.suite.simulator);
			const right = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
			await credential.fill({ ...right, apiKey: 'not-the-key' });
			await credential.save();
			await credential.failure.waitFor();
			await stage.editor.picture(`credential-refused-${gateway.provider}`, { around: [credential.dialog] });

			await credential.fill({ apiKey: right['apiKey'] ?? '' });
			await credential.save();
			await credential.closed();
			const again = await form.editCredential();
			await again.success.waitFor();
			await stage.editor.picture(`credential-${gateway.provider}`, { around: [again.dialog] });
			await again.close();
		});
	}
});

describeInBrowser('a video', () => {
	scenario('is made and waited for, and its address stands in the output', async () => {
		const { accounts, editor, show, suite } = stage;
		const made = nextJob();
		const parameters = { operation: 'createAndWait', provider: 'apiframe', model: 'hailuo-2.3', prompt: PROMPT };
		await show(workflowOf('First video', [manualTrigger(), hailuo(parameters, accounts)]));
		await editor.execute();
		const job = await made();
		suite.simulator.finishJob(job.id);
		await editor.success('Hailuo').waitFor();

		const form = await editor.openForm('Hailuo');
		await form.showOutputFields();
		await form.outputValue(videoUrlOf(job)).waitFor();
		await form.outputValue('succeeded').waitFor();
		await editor.picture('result', { around: [form.output], downTo: form.lastOutputField });
		await form.close();
	});
});

describeInBrowser('a wait that suspends', () => {
	scenario('is ten clicks and a drag from an empty canvas, and ends with five videos', async () => {
		const { editor, show, suite } = stage;
		const workflowId = await show(workflowOf('Five boats', []));
		const handwork = await watchHands(editor.page);
		const before = suite.simulator.jobs.length;

		await editor.addFirstStep();
		await editor.typeAndChoose('code', 'Code', 'Code in JavaScript');
		const list = await editor.openForm('Code in JavaScript');
		await list.writeCode('jsCode', `return ${JSON.stringify(BOATS.map((prompt) => ({ prompt })))};`);
		// The editor takes code a moment after it is typed.
		await untilSaved(workflowId, 'the code', ({ nodes }) => JSON.stringify(nodes).includes(BOATS[0]!));
		await list.executeStep();
		await list.output.getByText('5 items').waitFor();
		await list.escape();
		await editor.addBehind('Code in JavaScript');
		await editor.typeAndChoose('hailuo', 'Hailuo', 'Create video and wait');
		const form = await editor.openForm('Hailuo');
		await form.dragInput('prompt', 'prompt');
		// As long as the form makes room for the expression, a list that is opened closes again.
		await untilSaved(workflowId, 'the expression', ({ nodes }) => JSON.stringify(nodes).includes('$json.prompt'));
		await form.choose('waitStrategy', labelOf('waitStrategy', 'suspend'));
		await form.close();
		await editor.execute();

		const { clicks, drags, keys } = await handwork();
		process.stdout.write(`${clicks.length} clicks: ${clicks.join(', ')}. Keys: ${keys.join(', ')}\n`);
		expect(clicks.slice(10)).toEqual([]);
		expect(drags).toHaveLength(1);

		await editor.waiting('Hailuo').waitFor();
		await until('five jobs are made', () => suite.simulator.jobs.length === before + 5, { timeoutMs: 60_000 });
		const waiting = await editor.openForm('Hailuo');
		const text = waiting.output.getByText(WAITING_TEXT);
		await text.waitFor();
		await editor.picture('suspend', {
			around: [waiting.item('prompt'), waiting.item('waitStrategy'), text],
			margin: 12,
		});
		await waiting.close();

		const jobs = suite.simulator.jobs.slice(before);
		for (const { id } of jobs) suite.simulator.finishJob(id);
		await editor.success('Hailuo').waitFor({ timeout: RECHECK_MS });
		const after = await editor.openForm('Hailuo');
		await after.output.getByText('5 items').waitFor();
		await after.close();
		const about = (boat: string) => jobs.filter(({ request }) => JSON.stringify(request).includes(boat));
		expect(await videosOf(workflowId)).toEqual(BOATS.flatMap(about).map(videoUrlOf));
		expect(suite.simulator.jobs).toHaveLength(before + 5);
	});
});

describeInBrowser('a wait in a loop', () => {
	scenario('is drawn by hand, from Recheck to its own input', async () => {
		const { editor, show } = stage;
		const id = await show(loopingWorkflow(stage, 'Loop to draw', 'unwired'));
		await editor.node('Wait').getByText('Recheck').waitFor();
		await editor.connect('Wait', 0, 'Wait');
		await untilSaved(id, 'the loop', ({ connections }) => {
			const recheck = connections['Wait']?.main[0] ?? [];
			return recheck.some(({ node }) => node === 'Wait');
		});
		await pictureOfCanvas('loop');
	});

	scenario('is shown as waiting, and goes on with the video when the provider calls back', async () => {
		const { editor, show, suite } = stage;
		const made = nextJob();
		await show(loopingWorkflow(stage, 'Loop that waits', 'wired'));
		await editor.execute();
		await editor.waiting('Wait').waitFor();
		await pictureOfCanvas('waiting');
		const form = await editor.openForm('Wait');
		await form.output.getByText(WAITING_TEXT).waitFor();
		await editor.picture('waiting-form');
		await form.close();

		const job = await made();
		suite.simulator.finishJob(job.id);
		const url = suite.server.url + pathOf(job.callbackUrl ?? '');
		const { attempts } = await suite.simulator.sendCallback(job.id, { url });
		expect(attempts.map(({ status }) => status)).toEqual([200]);
		await editor.success('After').waitFor();
		const after = await editor.openForm('After');
		await after.showOutputFields();
		await after.outputValue(videoUrlOf(job)).waitFor();
		await after.close();
	});
});

describeInBrowser('the trigger', () => {
	scenario('shows its two addresses, and catches a test event', async () => {
		const { accounts, editor, show, suite } = stage;
		const trigger = hailuoTrigger({ provider: 'apiframe' }, accounts, 'Hailuo Trigger');
		await show(workflowOf('Listener', [trigger, noOperation('After')]));
		const form = await editor.openForm('Hailuo Trigger');
		const testUrl = await form.webhookUrl('test');
		const productionUrl = await form.webhookUrl('production');
		expect(productionUrl).toMatch(new RegExp(`^${PUBLIC_URL}/webhook/[0-9a-f-]+/hailuo$`));
		expect(testUrl).toBe(productionUrl.replace('/webhook/', '/webhook-test/'));
		await editor.picture('trigger', { around: [form.parameters], downTo: form.field('events') });

		const { jobId, ticket } = await make(suite, 'apiframe', { path: pathOf(productionUrl) }, { context: { row: 7 } });
		suite.simulator.finishJob(jobId);
		await form.executeStep();
		await editor.page.getByTestId('trigger-listening').waitFor();
		const url = `${suite.server.url}${pathOf(testUrl)}?hailuoTicket=${ticket}`;
		const { attempts } = await suite.simulator.sendCallback(jobId, { url });
		expect(attempts.map(({ status }) => status)).toEqual([200]);
		await form.showOutputFields();
		await form.outputValue(jobId).waitFor();
		await form.outputValue(videoUrlOf({ id: jobId })).waitFor();
		await editor.picture('trigger-event');
		await form.close();
	});
});
