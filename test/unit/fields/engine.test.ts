/** The readers over n8n's own getNodeParameter, in n8n-core's engine. */
import type { IExecuteFunctions, INodeExecutionData, INodeParameters, INodeType } from 'n8n-workflow';
import {
	hailuoProperties,
	readCallbackForm,
	readDownloadForm,
	readJobId,
	readOptions,
	readRelease,
	readStrategy,
	readVideoForm,
	readWaitingForm,
} from '../../../nodes/Hailuo/fields/form';
import { providerById } from '../../../nodes/Hailuo/providers/registry';
import { aNode, inARow, runWorkflow } from '../../tools/support/runNode';

/** A node with our form that puts on each item what is read from it. */
class FormReader implements INodeType {
	description: INodeType['description'] = {
		displayName: 'Form Reader',
		name: 'formReader',
		group: ['transform'],
		version: 1,
		description: 'Reads the form',
		defaults: { name: 'Form Reader' },
		inputs: ['main'],
		outputs: ['main'],
		properties: hailuoProperties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData().map((_item, index) => {
			const get = (name: string, fallback?: unknown) => this.getNodeParameter(name, index, fallback) as unknown;
			const adapter = providerById(String(get('provider')))!;
			const read = {
				video: readVideoForm(get, adapter),
				waiting: readWaitingForm(get),
				download: readDownloadForm(get),
				options: readOptions(get, adapter),
				callback: readCallbackForm(get, adapter),
				strategy: readStrategy(get),
				release: readRelease(get, []),
				jobId: readJobId(get),
			};
			return { json: JSON.parse(JSON.stringify(read)), pairedItem: { item: index } };
		});
		return [items];
	}
}

async function readInEngine(
	parameters: INodeParameters,
	...items: INodeExecutionData['json'][]
): Promise<INodeExecutionData['json'][]> {
	const run = await runWorkflow(
		[aNode('Items', 'test.items'), aNode('Form', 'test.form', parameters)],
		inARow('Items', 'Form'),
		{
			items: items.map((json) => ({ json })),
			credentials: {},
			types: { 'test.form': new FormReader() },
		},
	);
	if (run.error) throw run.error;
	return (run.outputsOf('Form')[0] ?? []).map(({ json }) => json);
}

test('an untouched node is read with the defaults of the fields that its operation shows', async () => {
	const [create] = await readInEngine({ prompt: 'A boat' }, {});
	expect(create).toMatchObject({
		video: {
			model: 'hailuo-2.3',
			prompt: 'A boat',
			firstFrame: { kind: 'none' },
			resolution: '768P',
			duration: 6,
			problems: [],
		},
		waiting: { timeoutMinutes: 30, problems: [] },
		options: { extras: {}, problems: [] },
		jobId: null,
	});
	const [wait] = await readInEngine({ operation: 'wait' }, { jobId: 'job-1' });
	expect(wait).toMatchObject({ waiting: { onTimeout: 'error' }, download: { downloadVideo: false }, jobId: 'job-1' });
});

test('expressions are read for each item, also where the fields depend on them', async () => {
	const read = await readInEngine(
		{
			provider: 'evolink',
			operation: 'create',
			model: '={{ $json.model }}',
			prompt: '={{ $json.prompt }}',
			firstFrame: '={{ $json.image ? "url" : "none" }}',
			firstFrameUrl: '={{ $json.image }}',
			lastFrame: 'none',
			resolution: '={{ $json.resolution }}',
			duration: '={{ $json.seconds }}',
			cameraMovements: '={{ $json.camera }}',
			options: { fastPretreatment: '={{ $json.fast }}' },
		},
		{ model: 'hailuo-2.3', prompt: 'A boat', resolution: '1080P', seconds: '6', camera: 'pan left', fast: 'true' },
		{
			model: 'hailuo-02',
			image: 'https://images.example/first.png',
			resolution: '512P',
			seconds: 10,
			camera: ['Shake'],
			fast: false,
		},
		{ model: 'hailuo-2.3-fast', fast: true },
	);
	expect(read).toMatchObject([
		{
			video: {
				model: 'hailuo-2.3',
				prompt: 'A boat',
				firstFrame: { kind: 'none' },
				resolution: '1080P',
				duration: '6',
				cameraMovements: ['Pan left'],
			},
			options: { extras: { fastPretreatment: true }, problems: [] },
		},
		{
			video: {
				model: 'hailuo-02',
				prompt: '',
				firstFrame: { kind: 'url', url: 'https://images.example/first.png' },
				resolution: '512P',
				duration: 10,
			},
			options: { extras: { fastPretreatment: false }, problems: [] },
		},
		{
			video: { resolution: '', cameraMovements: [] },
			options: { extras: {}, problems: [`'Fast Pretreatment' is not offered by EvoLink for Hailuo 2.3 Fast`] },
		},
	]);
});

test('what is left behind in hidden fields is not read, what is left behind in visible ones is', async () => {
	const [read] = await readInEngine(
		{
			provider: 'aimlApi',
			operation: 'create',
			model: 'hailuo-2.3',
			prompt: 'A boat',
			lastFrame: 'url',
			lastFrameUrl: 'https://images.example/last.png',
			resolution: '512P',
			timeout: -1,
			options: { projectId: '12', idempotencyKey: 'mine', route: 'minimax', includeRaw: true },
		},
		{},
	);
	expect(read).toMatchObject({
		video: { lastFrame: { kind: 'none' }, resolution: '512P' },
		waiting: { timeoutMinutes: 30, problems: [] },
		options: { extras: {}, idempotencyKey: null, includeRaw: true, problems: [] },
	});
});

test('a last frame beside a model from an expression is read for each item', async () => {
	const [read] = await readInEngine(
		{
			provider: 'aimlApi',
			operation: 'create',
			model: '={{ $json.model }}',
			prompt: 'A boat',
			firstFrame: '={{ "binary" }}',
			lastFrame: 'url',
			lastFrameUrl: 'https://images.example/last.png',
		},
		{ model: 'hailuo-2.3' },
	);
	expect(read).toMatchObject({
		video: {
			model: 'hailuo-2.3',
			firstFrame: { kind: 'binary', property: 'data' },
			lastFrame: { kind: 'url', url: 'https://images.example/last.png' },
		},
	});
});

test('the address of a callback, and what travels with it, are read for each item', async () => {
	const read = await readInEngine(
		{
			provider: 'wiro',
			operation: 'create',
			model: 'hailuo-2.3',
			prompt: 'A boat',
			callback: '={{ $json.hook ? "url" : "none" }}',
			callbackUrl: '={{ $json.hook }}',
			options: { context: '={{ { row: $json.row } }}' },
		},
		{ row: 1, hook: 'https://n8n.example.com/webhook/a/hailuo' },
		{ row: 2 },
	);
	expect(read).toMatchObject([
		{
			callback: { choice: 'url', url: 'https://n8n.example.com/webhook/a/hailuo', problems: [] },
			options: { context: { row: 1 }, problems: [] },
		},
		{ callback: { choice: 'none', url: '', problems: [] }, options: { context: { row: 2 } } },
	]);
});

test('how to wait is read from the operations that wait only', async () => {
	const left = { waitStrategy: 'loop', release: 'together', options: { recheckInterval: 5 } };
	const [wait] = await readInEngine({ operation: 'wait', ...left }, { jobId: 'job-1' });
	expect(wait).toMatchObject({
		strategy: 'loop',
		release: 'together',
		options: { recheckIntervalMinutes: 5, problems: [] },
	});
	const [get] = await readInEngine({ operation: 'get', ...left }, { jobId: 'job-1' });
	expect(get).toMatchObject({ strategy: 'poll', release: 'asFinished', options: { recheckIntervalMinutes: 2 } });
});
