/** What docs/moving.md says of n8n's built-in MiniMax node, beside that node as the real n8n has it. Starts nothing. */
import { createRequire } from 'node:module';
import path from 'node:path';
import type { INodeProperties } from 'n8n-workflow';
import { ensureN8nHost } from '../tools/host/n8nHost';
import { firstCells, section, tableOf } from '../tools/support/documents';

const DOCUMENT = 'docs/moving.md';
const MINIMAX = 'node_modules/@n8n/n8n-nodes-langchain/dist/nodes/vendors/MiniMax';

let properties: INodeProperties[];
/** A function of the node's, called with n8n's helpers as its `this`. */
type Part = (...parts: unknown[]) => Promise<unknown>;
let node: Record<'pollVideoTask' | 'pollVideoTaskV2' | 'router', Part>;

beforeAll(async () => {
	const { folder } = await ensureN8nHost();
	const host = createRequire(path.join(folder, 'package.json'));
	const load = (file: string) => host(path.join(folder, MINIMAX, file));
	node = { ...load('transport/index.js'), ...load('actions/router.js') };
	const described: INodeProperties[] = load('actions/video/index.js').description;
	properties = described.flatMap((property) => {
		const inner = property.type === 'collection' ? (property.options ?? []) : [];
		const options = inner.filter((option): option is INodeProperties => 'type' in option);
		return property.type === 'collection' ? options : [property];
	});
});

const namesIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

test('every parameter of its videos is in the table, by the name it has', () => {
	const rows = tableOf(DOCUMENT, 'Parameters')
		.split('\n')
		.map((line) => line.split(' | ')[1] ?? '');
	const named = namesIn(rows.join('\n'));
	const names = [...new Set(properties.map(({ name }) => name))].filter((name) => name !== 'operation');
	expect(names.length).toBeGreaterThan(10);
	expect(names.filter((name) => !named.includes(name))).toEqual([]);
	// Its resource and credential are not among the parameters of videos; the operations are values.
	const others = ['resource', 'minimaxApi', 'textToVideo', 'imageToVideo'];
	expect(named.filter((name) => !names.includes(name) && !others.includes(name))).toEqual([]);
});

test('every model is in the table, and none that it does not have', () => {
	const models = properties
		.filter(({ name }) => name === 'modelId')
		.flatMap(({ options = [] }) => options)
		.flatMap((option) => ('value' in option ? [String(option.value)] : []));
	const named = namesIn(firstCells(DOCUMENT, 'Models', 'MiniMax node').join('\n'));
	expect(named.sort()).toEqual([...new Set(models)].sort());
});

test('the version it was compared with is named', async () => {
	const { version } = await ensureN8nHost();
	expect(section(DOCUMENT, 'Parameters')).toContain(version);
});

describe('the built-in node', () => {
	/** n8n as this node sees it, where MiniMax answers what is given. */
	function hostOf(answer: (url: string) => unknown, parameters: Record<string, unknown> = {}, count = 1) {
		const asked: Array<{ url: string; encoding?: string }> = [];
		const ask = async (request: { url: string; encoding?: string }) => {
			asked.push(request);
			return await Promise.resolve(answer(request.url));
		};
		const stop = new AbortController();
		return {
			asked,
			stop,
			host: {
				getInputData: () => Array.from({ length: count }, () => ({ json: {} })),
				getNodeParameter: (name: string, _index: number, initial?: unknown) => parameters[name] ?? initial,
				getNode: () => ({ name: 'MiniMax', type: 'minimax', typeVersion: 1.2, parameters: {} }),
				getCredentials: async () => await Promise.resolve({ url: 'https://minimax.example/v1' }),
				continueOnFail: () => false,
				getExecutionCancelSignal: () => stop.signal,
				helpers: {
					httpRequestWithAuthentication: async (_type: string, request: { url: string }) => await ask(request),
					httpRequest: ask,
					prepareBinaryData: async () => await Promise.resolve({ data: '', mimeType: 'video/mp4' }),
				},
			},
		};
	}

	beforeEach(() => {
		jest.useFakeTimers();
	});

	afterEach(() => {
		jest.useRealTimers();
	});

	test('looks 60 times, 15 seconds apart, heeds no Stop, and then names the ID', async () => {
		const { asked, host, stop } = hostOf(() => ({ status: 'Processing' }));
		stop.abort();
		const failure = node.pollVideoTask.call(host, '106916112').catch(String);
		await jest.advanceTimersByTimeAsync(59 * 15_000 - 1);
		expect(asked).toHaveLength(59);
		await jest.advanceTimersByTimeAsync(15_001);
		expect(asked).toHaveLength(60);
		expect(await failure).toContain('106916112');
	});

	test('heeds a Stop where it waits for MiniMax-H3', async () => {
		const { asked, host, stop } = hostOf(() => ({ task: { status: 'running' } }));
		const failure = node.pollVideoTaskV2.call(host, '7').catch(String);
		await jest.advanceTimersByTimeAsync(1);
		stop.abort();
		await jest.advanceTimersByTimeAsync(1);
		expect(await failure).toContain('Error');
		expect(asked).toHaveLength(1);
	});

	test('makes one video after another, sends what it is given, and loads the file into memory', async () => {
		const accepted = { base_resp: { status_code: 0 } };
		const answers: Record<string, unknown> = {
			video_generation: { ...accepted, task_id: '7' },
			query: { status: 'Success', file_id: '8' },
			retrieve: { file: { download_url: 'https://minimax.example/video.mp4' } },
		};
		const kindOf = (url: string) =>
			['query', 'retrieve', 'video_generation'].find((part) => url.includes(part)) ?? 'download';
		const parameters = {
			resource: 'video',
			operation: 'textToVideo',
			modelId: 'MiniMax-Hailuo-2.3',
			prompt: 'A boat',
			duration: 10,
			resolution: '1080P',
			downloadVideo: true,
			options: {},
		};
		const { asked, host } = hostOf(
			(url) => answers[kindOf(url)] ?? { body: Buffer.from('video'), headers: {} },
			parameters,
			2,
		);
		await node.router.call(host);
		const one = ['video_generation', 'query', 'retrieve', 'download'];
		expect(asked.map(({ url }) => kindOf(url))).toEqual([...one, ...one]);
		// MiniMax sells no 10 s at 1080P.
		expect(asked[0]).toMatchObject({ body: { duration: 10, resolution: '1080P' } });
		expect(asked[3]).toMatchObject({ encoding: 'arraybuffer' });
	});
});
