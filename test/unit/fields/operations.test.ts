import { NodeHelpers, type INode, type INodeParameters, type INodeTypeDescription } from 'n8n-workflow';
import {
	hailuoCredentials,
	hailuoProperties,
	hailuoTriggerCredentials,
	hailuoTriggerProperties,
} from '../../../nodes/Hailuo/fields/form';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { choicesOf, fill, shopForm, shops, visibleFields, visibleNames, visibleOptions } from './form';

const EXPRESSION = '={{ $json.anything }}';
const IMAGE_URL = 'https://images.example/first.png';

describe('an operation', () => {
	const creating = [
		'model',
		'prompt',
		'firstFrame',
		'firstFrameUrl',
		'resolution',
		'duration',
		'cameraMovements',
		'promptOptimizer',
	];
	const waiting = ['timeout', 'onTimeout', 'onJobFailure'];

	test.each<[string, string[]]>([
		['create', [...creating, 'callback']],
		['createAndWait', [...creating, 'waitStrategy', 'downloadVideo', ...waiting]],
		['get', ['jobId', 'downloadVideo']],
		['wait', ['jobId', 'waitStrategy', 'downloadVideo', ...waiting]],
		['cancel', ['jobId']],
	])('%s has its own fields, in this order', (operation, fields) => {
		for (const { id, cancel, callbacks } of shops) {
			if (operation === 'cancel' && cancel === undefined) continue;
			const model = id === 'unlike' ? 'hailuo-02' : 'hailuo-2.3-fast';
			const values = { provider: id, operation, model, firstFrame: 'url' };
			expect([id, ...visibleNames(values)]).toEqual([
				id,
				'provider',
				'credential',
				'operation',
				...fields.filter((name) => name !== 'callback' || callbacks !== undefined),
				'options',
			]);
		}
	});

	test.each(shops)('of $label is on offer when the adapter can do it', ({ id, cancel }) => {
		const all = ['cancel', 'create', 'createAndWait', 'get', 'wait'];
		expect(choicesOf('operation', { provider: id })).toEqual(cancel ? all : all.slice(1));
		expect(fill({ provider: id }).operation).toBe('createAndWait');
	});

	test('that n8n lists as an action of the node is one of the default provider', () => {
		const listed = hailuoProperties.find(({ name }) => name === 'operation');
		expect(listed?.displayOptions?.show?.provider).toContain(hailuoProperties[0]?.default);
	});

	test('with a video to store asks where to put it', () => {
		expect(visibleNames({ operation: 'get', downloadVideo: true })).toContain('outputBinaryProperty');
		expect(visibleNames({ operation: 'get' })).not.toContain('outputBinaryProperty');
		expect(visibleNames({ operation: 'create', downloadVideo: true })).not.toContain('outputBinaryProperty');
	});
});

describe('the options', () => {
	const everywhere = ['includeRaw', 'maxConcurrency'];
	const creating = ['createRetries', 'includeRaw', 'maxConcurrency', 'waitForSlot'];

	test.each<[string, INodeParameters, string[]]>([
		['aimlApi create', { model: 'hailuo-02' }, [...creating, 'route']],
		['aimlApi create', { model: 'hailuo-2.3' }, [...creating, 'route']],
		['aimlApi create', { model: EXPRESSION }, [...creating, 'route']],
		['apiframe create', {}, [...creating, 'idempotencyKey']],
		['evolink create', { model: 'hailuo-2.3' }, [...creating, 'fastPretreatment', 'idempotencyKey']],
		['evolink create', { model: 'hailuo-2.3-fast' }, [...creating, 'idempotencyKey']],
		['wiro create', {}, [...creating, 'projectId']],
		['wiro create', { callback: 'thisExecution' }, [...creating, 'projectId']],
		['wiro create', { callback: 'url' }, [...creating, 'projectId', 'context']],
		['wiro create', { callback: EXPRESSION }, [...creating, 'projectId', 'context']],
		['apiframe create', { callback: 'url' }, [...creating, 'idempotencyKey', 'context']],
		['evolink create', { model: 'hailuo-2.3-fast', callback: 'url' }, [...creating, 'idempotencyKey', 'context']],
		['aimlApi create', { model: 'hailuo-2.3', callback: 'url' }, [...creating, 'route']],
		['unlike create', { model: 'hailuo-03' }, [...creating, 'idempotencyKey', 'tier', 'watermark']],
		['wiro createAndWait', {}, [...creating, 'projectId', 'pollInterval', 'cancelOnStop']],
		['wiro createAndWait', { waitStrategy: 'suspend' }, [...creating, 'projectId', 'recheckInterval', 'cancelOnStop']],
		['aimlApi wait', {}, [...everywhere, 'pollInterval']],
		['wiro wait', {}, [...everywhere, 'pollInterval', 'cancelOnStop']],
		['aimlApi wait', { waitStrategy: 'suspend' }, [...everywhere, 'recheckInterval']],
		['aimlApi wait', { waitStrategy: 'loop' }, [...everywhere, 'recheckInterval']],
		['wiro wait', { waitStrategy: 'suspend' }, [...everywhere, 'recheckInterval', 'cancelOnStop']],
		['wiro wait', { downloadVideo: true }, [...everywhere, 'pollInterval', 'cancelOnStop', 'maxVideoSize']],
		['evolink get', {}, everywhere],
		['evolink get', { downloadVideo: true }, [...everywhere, 'maxVideoSize']],
		['wiro cancel', {}, everywhere],
		['wiro get', { waitStrategy: 'suspend', callback: 'url' }, everywhere],
	])('of %s %j are those that mean something there', (place, values, names) => {
		const [provider = '', operation = ''] = place.split(' ');
		expect(visibleOptions({ ...values, provider, operation }).sort()).toEqual([...names].sort());
	});

	test.each(shops)('name how often $label wants to be asked at most', ({ id, shortestPollSeconds }) => {
		const collection = shopForm.at(-1)?.options ?? [];
		const field = collection.find(
			(option) =>
				option.name === 'pollInterval' && 'type' in option && option.displayOptions?.show?.['/provider']?.includes(id),
		);
		expect(field && 'description' in field && field.description).toContain(`at least the ${shortestPollSeconds} `);
	});
});

describe('a new node', () => {
	const newNode = (parameters: INodeParameters): INode => ({
		id: '1',
		name: 'Hailuo',
		type: 'hailuo',
		typeVersion: 1,
		position: [0, 0],
		parameters: fill(parameters, hailuoProperties),
	});
	const issuesOf = (parameters: INodeParameters) =>
		Object.keys(NodeHelpers.getNodeParametersIssues(hailuoProperties, newNode(parameters), null)?.parameters ?? {});

	test('makes a video of Hailuo 2.3 from text at AI/ML API', () => {
		expect(fill({}, hailuoProperties)).toMatchObject({
			provider: 'aimlApi',
			operation: 'createAndWait',
			model: 'hailuo-2.3',
			firstFrame: 'none',
			resolution: '768P',
			duration: 6,
			promptOptimizer: true,
			timeout: 30,
			onTimeout: 'error',
			onJobFailure: 'error',
			downloadVideo: false,
			options: {},
		});
	});

	test('asks for no callback, and waits by polling', () => {
		expect(fill({ provider: 'wiro', operation: 'create' }, hailuoProperties)).toMatchObject({ callback: 'none' });
		expect(fill({ operation: 'wait' }, hailuoProperties)).toMatchObject({ waitStrategy: 'poll' });
		const looping = fill({ operation: 'wait', waitStrategy: 'loop' }, hailuoProperties);
		expect(looping).toMatchObject({ release: 'asFinished', options: {} });
	});

	test('that is to suspend asks for callbacks of its own, where its provider can call it', () => {
		const suspending = (provider: string) =>
			fill({ provider, operation: 'createAndWait', waitStrategy: 'suspend' }, hailuoProperties).callback;
		expect(['aimlApi', 'apiframe', 'evolink', 'wiro'].map(suspending)).toEqual([
			undefined,
			...['thisExecution', 'thisExecution', 'thisExecution'],
		]);
		expect(fill({ provider: 'wiro', operation: 'createAndWait' }, hailuoProperties)).not.toHaveProperty('callback');
	});

	test('misses nothing but the prompt, and the address of the image where the model is made for one', () => {
		expect(issuesOf({})).toEqual(['prompt']);
		expect(issuesOf({ prompt: 'A boat' })).toEqual([]);
		expect(issuesOf({ model: 'hailuo-2.3-fast' })).toEqual(['prompt', 'firstFrameUrl']);
		expect(issuesOf({ model: 'hailuo-2.3-fast', prompt: 'A boat', firstFrameUrl: IMAGE_URL })).toEqual([]);
	});

	test('demands no address beside an expression, which may come to another kind of frame', () => {
		const frames = { firstFrame: EXPRESSION, lastFrame: EXPRESSION };
		expect(issuesOf({ prompt: 'A boat', model: 'hailuo-02', ...frames })).toEqual([]);
		expect(issuesOf({ prompt: 'A boat', model: 'hailuo-02', firstFrame: 'url', lastFrame: 'url' })).toEqual([
			'firstFrameUrl',
			'lastFrameUrl',
		]);
	});

	test('demands an address to report to only when that is the choice', () => {
		const create = { provider: 'wiro', operation: 'create', prompt: 'A boat', firstFrameUrl: IMAGE_URL };
		expect(issuesOf(create)).toEqual([]);
		expect(issuesOf({ ...create, callback: 'thisExecution' })).toEqual([]);
		expect(issuesOf({ ...create, callback: EXPRESSION })).toEqual([]);
		expect(issuesOf({ ...create, callback: 'url' })).toEqual(['callbackUrl']);
	});

	test('that reads a job takes its ID from the item', () => {
		expect(fill({ operation: 'get' }, hailuoProperties).jobId).toBe('={{ $json.jobId }}');
		expect(issuesOf({ operation: 'get' })).toEqual([]);
	});

	test.each(providers)('asks for the credential of $label alone when that is chosen', ({ id, credential }) => {
		const shown = hailuoCredentials.filter((candidate) =>
			NodeHelpers.displayParameter(
				{ provider: id },
				candidate,
				{ typeVersion: 1 },
				null as unknown as INodeTypeDescription,
			),
		);
		expect(shown.map(({ name, required }) => ({ name, required }))).toEqual([{ name: credential, required: true }]);
	});
});

describe('the editor', () => {
	/** With `show`, n8n's editor takes the field whose values are all named there for the kind of login, and hides it. */
	test.each([
		['node', hailuoCredentials],
		['trigger', hailuoTriggerCredentials],
	])('keeps the provider in the form of the %s, since no credential shows at a list of its values', (_what, all) => {
		expect(all.length).toBeGreaterThan(1);
		expect(all.filter(({ displayOptions }) => displayOptions?.show !== undefined)).toEqual([]);
	});

	test.each([
		['node', hailuoProperties],
		['trigger', hailuoTriggerProperties],
	])('puts the credential right under the provider of the %s', (_what, properties) => {
		const places = properties.map(({ name, type }) => (type === 'credentials' ? type : name));
		expect(places.filter((place) => place === 'credentials')).toHaveLength(1);
		expect(places[places.indexOf('provider') + 1]).toBe('credentials');
	});
});

describe('what costs time or money', () => {
	const hintsOf = (name: string, values: INodeParameters) =>
		visibleFields(values, hailuoProperties)
			.filter((field) => field.name === name)
			.map(({ hint }) => hint);

	test.each(providers)('is said under the model of $label, wherever a video is bought', ({ id }) => {
		for (const operation of ['create', 'createAndWait'])
			expect(hintsOf('model', { provider: id, operation })).toEqual([
				'Each item buys one video, which usually takes one to ten minutes',
			]);
	});

	test.each(providers)('is said of the links of $label where the video can be downloaded', ({ id, linkLifetime }) => {
		for (const operation of ['createAndWait', 'get', 'wait']) {
			const [hint = ''] = hintsOf('downloadVideo', { provider: id, operation });
			expect(hint).toContain(linkLifetime ?? 'does not say how long');
		}
	});

	test('is at stake where another model makes its video from the prompt alone, which the first frame says', () => {
		const ofModel = (model: string) => hintsOf('firstFrame', { provider: 'wiro', operation: 'create', model });
		expect(ofModel('hailuo-2.3')).toEqual(["Changing 'Model' may set this back to None"]);
		expect(ofModel('hailuo-2.3-fast')).toEqual([undefined]);
	});
});

describe('a change in the editor', () => {
	/** n8n's editor clears a list whose conditions name the changed field and whose value is none of its options. */
	const clearedBy = (changed: string) =>
		shopForm
			.filter(
				({ options, displayOptions }) =>
					options && (displayOptions?.show?.[changed] ?? displayOptions?.hide?.[changed]),
			)
			.map(({ name }) => name);

	test('of the operation clears nothing, so expressions and camera movements survive it', () => {
		expect(clearedBy('operation')).toEqual([]);
	});

	test.each(['provider', 'model', 'firstFrame', 'lastFrame', 'resolution', 'callback', 'waitStrategy'])(
		'of %s leaves camera movements alone',
		(changed) => {
			expect(clearedBy(changed)).not.toContain('cameraMovements');
		},
	);
});
