import {
	type ICredentialType,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyOptions,
} from 'n8n-workflow';
import { HailuoAimlApi } from '../../../credentials/HailuoAimlApi.credentials';
import { HailuoApiframeApi } from '../../../credentials/HailuoApiframeApi.credentials';
import { HailuoEvolinkApi } from '../../../credentials/HailuoEvolinkApi.credentials';
import { HailuoMinimaxApi } from '../../../credentials/HailuoMinimaxApi.credentials';
import { HailuoWiroApi } from '../../../credentials/HailuoWiroApi.credentials';
import { CAMERA_MOVEMENTS, MODELS, RESOLUTIONS, type Duration } from '../../../nodes/Hailuo/core/video/catalog';
import type { Offer } from '../../../nodes/Hailuo/core/video/offer';
import { FAILURE_KINDS, type FailureKind } from '../../../nodes/Hailuo/core/http/http';
import { IMAGE_TYPE_LABELS } from '../../../nodes/Hailuo/core/video/imageHeader';
import { describeJob, JOB_STATUSES } from '../../../nodes/Hailuo/core/job/job';
import { writeJob } from '../../../nodes/Hailuo/core/job/jobFromItem';
import { describeFailure } from '../../../nodes/Hailuo/core/http/read';
import { hailuoProperties, hailuoTriggerProperties } from '../../../nodes/Hailuo/fields/form';
import {
	downloadError,
	jobFailedError,
	requestError,
	stoppedError,
	timedOutError,
	unknownOutcomeError,
} from '../../../nodes/Hailuo/io/errors';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import type { ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';
import { firstCells, section as sectionOf, tableOf } from '../../tools/support/documents';
import { hintsInCode, titlesInCode } from '../../tools/support/messages';
import { readRepositoryFile } from '../../tools/support/repository';

const credentialTypes: ICredentialType[] = [
	new HailuoAimlApi(),
	new HailuoApiframeApi(),
	new HailuoEvolinkApi(),
	new HailuoMinimaxApi(),
	new HailuoWiroApi(),
];

function aNode(parameters: INodeParameters): INode {
	return { id: '1', name: 'Hailuo', type: 'n8n-nodes-hailuo.hailuo', typeVersion: 1, position: [0, 0], parameters };
}

/** Where the tables live. */
const REFERENCE = 'docs/reference.md';
const CALLBACKS = 'docs/callbacks-and-trigger.md';
const FAILURES = 'docs/failures.md';
const README = 'README.md';

const section = (title: string) => sectionOf(REFERENCE, title);

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

/** Two lengths are named, more are a range: no model has gaps between them. */
function seconds(durations: readonly Duration[]): string {
	return durations.length > 2
		? `${Math.min(...durations)} to ${Math.max(...durations)} s`
		: `${durations.join(' or ')} s`;
}

function sourcesOf({ firstFrame, lastFrame, references }: Offer): string {
	const image = firstFrame === 'recommended' ? 'first frame (advised)' : 'first frame';
	return [
		firstFrame === 'optional' && 'text',
		image,
		lastFrame !== 'none' && 'first and last frame',
		lastFrame === 'alone' && 'last frame',
		references && 'references',
	]
		.filter(Boolean)
		.join(', ');
}

const PROMPT = { required: 'required', optional: 'optional', requiredWithoutImage: 'required without a frame' };

const modelTable = () =>
	table(
		['Provider', 'Model', 'Made from', 'Resolutions and seconds', 'Prompt', 'Image files', 'Video link lives'],
		providers.flatMap(({ label, offers, linkLifetime }) =>
			offers.map((offer) => [
				label,
				`${MODELS[offer.model].label} (\`${offer.model}\`)`,
				sourcesOf(offer),
				RESOLUTIONS.flatMap((resolution) => {
					const durations = offer.resolutions[resolution];
					return durations ? [`${resolution}: ${seconds(durations)}`] : [];
				}).join('; '),
				`${PROMPT[offer.prompt]}, ${offer.promptLimit.toLocaleString('en')}`,
				offer.imageTypes.map((type) => IMAGE_TYPE_LABELS[type]).join(', '),
				linkLifetime ?? 'not stated',
			]),
		),
	);

function describeCallbacks({ callbacks }: ProviderAdapter): string {
	if (callbacks === undefined) return 'no';
	const facts = ['yes', callbacks.verify && 'signed', callbacks.httpsOnly && 'https only'];
	return facts.filter(Boolean).join(', ');
}

const providerTable = () =>
	table(
		[
			'Provider',
			'Value',
			'Credential',
			'Cancel Video',
			'Create safe to repeat',
			'Shortest pause',
			'Callbacks',
			'Documentation',
		],
		providers.map((provider) => [
			provider.label,
			`\`${provider.id}\``,
			`\`${provider.credential}\``,
			provider.cancel ? 'yes' : 'no',
			provider.idempotentCreate ? 'yes, by key' : 'no',
			`${provider.shortestPollSeconds} s`,
			describeCallbacks(provider),
			`[${new URL(provider.documentationUrl).hostname}](${provider.documentationUrl})`,
		]),
	);

describe('the tables of providers and models', () => {
	test.each([
		['Providers', providerTable()],
		['Models', modelTable()],
	])('under "%s" are what the registry and the catalog say', (title, drawn) => {
		if (tableOf(REFERENCE, title) !== drawn)
			throw new Error(`The table of ${REFERENCE} under "${title}" has to read:\n\n${drawn}\n`);
	});

	test('leave the limits of references, which all share, to the prose', () => {
		const limits = providers.flatMap(({ offers }) => offers.flatMap(({ references }) => references ?? []));
		expect(limits.map(({ audioAlone: _audioAlone, ...counts }) => counts)).toEqual(
			limits.map(() => ({ images: 9, videos: 3, audios: 3, total: 12 })),
		);
		const words = section('Models').replace(/\s+/g, ' ');
		expect(words).toContain('at most 9 images, 3 videos and 3 audios, 12 together');
	});

	test('leave the sizes of files to the prose', () => {
		const words = section('Parameters').replace(/\s+/g, ' ');
		const sizes = new Set(
			providers.flatMap(({ offers }) => offers.flatMap(({ mediaSizes }) => Object.values(mediaSizes))),
		);
		for (const size of sizes) expect(words).toMatch(new RegExp(`\\b${size} MB`));
	});
});

describe('the form', () => {
	const isField = ({ type }: INodeProperties) => !['notice', 'credentials', 'hidden'].includes(type);
	const fields = hailuoProperties.filter(isField);
	const operations = fields.filter(({ name }) => name === 'operation').flatMap(({ options = [] }) => options);

	function startsRow(text: string, ...cells: string[]): boolean {
		return text.split('\n').some((line) => line.startsWith(`| ${cells.join(' | ')} |`));
	}

	test('has each operation in the table', () => {
		const missing = operations
			.filter((option): option is INodePropertyOptions => 'value' in option)
			.filter(({ name, value }) => !startsRow(sectionOf(README, 'Operations'), name, `\`${String(value)}\``));
		expect(missing.map(({ name }) => name)).toEqual([]);
	});

	test('has each parameter in the table', () => {
		const missing = fields
			.filter(({ name }) => name !== 'operation' && name !== 'options')
			.filter(({ displayName, name }) => !startsRow(section('Parameters'), displayName, `\`${name}\``));
		expect([...new Set(missing.map(({ name }) => name))]).toEqual([]);
	});

	const shownDefault = ({ default: value, options = [] }: INodeProperties): string => {
		if (typeof value === 'boolean') return value ? 'on' : 'off';
		if (value === '' || value === '{}') return 'empty';
		const choice = options.find((option) => 'value' in option && option.value === value);
		return choice?.name ?? String(value);
	};

	test('has each option in the table, with its default', () => {
		const options = fields
			.filter(({ name }) => name === 'options')
			.flatMap((field) => field.options ?? [])
			.filter((option): option is INodeProperties => 'type' in option);
		expect(options.length).toBeGreaterThan(0);
		const missing = options
			.map((option) => [option.displayName, `\`${option.name}\``, shownDefault(option)])
			.filter((cells) => !startsRow(section('Options'), ...cells));
		expect([...new Set(missing.map(row))]).toEqual([]);
	});

	const valuesOf = ({ options = [] }: INodeProperties) =>
		options.flatMap((option) => ('value' in option ? [`\`${String(option.value)}\``] : []));

	test.each(['callback', 'waitStrategy', 'release'])('has each value of %s', (name) => {
		const values = fields.filter((field) => field.name === name).flatMap(valuesOf);
		expect(values.length).toBeGreaterThan(0);
		const [line = ''] = section('Parameters')
			.split('\n')
			.filter((text) => text.includes(`| \`${name}\` |`));
		expect(values.filter((value) => !line.includes(value))).toEqual([]);
	});

	test.each(hailuoTriggerProperties.filter(isField).map((field) => [field.name, field] as const))(
		'of the trigger has %s, with each value',
		(name, field) => {
			const start = `| ${field.displayName} | \`${name}\` |`;
			const line = sectionOf(CALLBACKS, 'Hailuo Trigger')
				.split('\n')
				.find((text) => text.startsWith(start));
			expect(line).toBeDefined();
			expect(valuesOf(field).filter((value) => !line!.includes(value))).toEqual([]);
		},
	);

	test('has each camera movement', () => {
		expect(CAMERA_MOVEMENTS.filter((movement) => !section('Parameters').includes(movement))).toEqual([]);
	});
});

describe('the credentials', () => {
	test('are those of the registry', () => {
		expect(credentialTypes.map(({ name }) => name).sort()).toEqual(
			providers.map(({ credential }) => credential).sort(),
		);
	});

	test.each(credentialTypes.map((type) => [type.displayName, type] as const))('%s is described', (title, type) => {
		const text = section(title);
		expect(section('Credentials')).toContain(text);
		const { request } = type.test!;
		expect(text).toContain(`\`${type.name}\``);
		expect(text).toContain(`\`${request.method ?? 'GET'} ${request.url}\``);
		for (const { displayName, default: initial } of type.properties) {
			expect(text).toContain(displayName);
			if (/^(https|wss):/.test(String(initial))) expect(text).toContain(`\`${String(initial)}\``);
		}
	});
});

describe('the credentials in README', () => {
	test('are all there, each with where its key comes from', () => {
		const titles = credentialTypes.map(({ displayName }) => displayName);
		expect(firstCells(README, 'Credentials', 'Credential').sort()).toEqual(titles.sort());
	});
});

describe('the output', () => {
	const fields = Object.keys(writeJob(describeJob({ provider: '', jobId: '', timedOut: true })));

	test("has each field of a job, the providers' handles, and the raw answer", () => {
		const missing = [...fields, ...providers.flatMap(({ handles }) => handles), 'raw'].filter(
			(field) => !section('Output').includes(`\n| \`${field}\` |`),
		);
		expect(missing).toEqual([]);
	});

	test('of the trigger has what it adds', () => {
		const text = sectionOf(CALLBACKS, 'What the trigger puts out');
		expect(['event', 'context', 'deliveryKey'].filter((field) => !text.includes(`\n| \`${field}\` |`))).toEqual([]);
	});

	test('has each status', () => {
		expect(JOB_STATUSES.filter((status) => !section('Output').includes(`\`${status}\``))).toEqual([]);
	});
});

describe('the messages', () => {
	const place = {
		node: aNode({}),
		adapter: { ...providers[0]!, label: '…' },
		itemIndex: 0,
	};
	const job = describeJob({ provider: 'aimlApi', jobId: '…' });
	const failure = (kind: FailureKind) => describeFailure({ kind, message: '' });
	const titles = [
		...FAILURE_KINDS.map((kind) => requestError(place, failure(kind), null)),
		unknownOutcomeError(place, failure('network')),
		jobFailedError(place, { ...job, status: 'failed' }),
		jobFailedError(place, { ...job, status: 'failed', failure: { code: null, message: '…' } }),
		jobFailedError(place, { ...job, status: 'cancelled' }),
		timedOutError(place, job, null, 30),
		stoppedError(place, job, 'running'),
		downloadError(place, job, ''),
	].map(({ message }) => message.replace(' [item 0]', ''));

	test.each(titles)('"%s" has a cure', (title) => {
		expect(firstCells(README, 'Troubleshooting', 'Message')).toContain(title);
	});

	test('that the code spells out have a cure each, and no cure is for a message that there is not', () => {
		const cured = [
			...firstCells(FAILURES, 'Messages of Suspend and Loop', 'Message'),
			...firstCells(FAILURES, 'Messages about a value', 'Message'),
		];
		const waits = ['loop/checkLoop.ts', 'suspend/suspendItems.ts'].map((file) =>
			readRepositoryFile(`nodes/Hailuo/operations/${file}`),
		);
		const spelledOut = /(?:\w+: |refuse\(\s*run,\s*)`((?:An AI|Output|This|The workflow) [^`]+)`/g;
		const refusals = waits.flatMap((text) => [...text.matchAll(spelledOut)].map(([, title]) => title!));
		const credentialReading = readRepositoryFile('nodes/Hailuo/core/http/credentialFields.ts');
		const credentialTitles = [...credentialReading.matchAll(/title: `([^`]+)`/g)].map(([, title]) => title!);
		expect(refusals.length).toBeGreaterThan(0);
		expect(credentialTitles.length).toBeGreaterThan(0);
		const spelled = credentialTitles.map((title) => title.replace(/\$\{\w+\}/g, '…'));
		expect(cured.sort()).toEqual([...new Set([...titlesInCode(), ...refusals, ...spelled])].sort());
	});

	test('that are hints are explained, and are those of the node', () => {
		const explained = firstCells(README, 'Troubleshooting', 'Hint');
		const hints = hintsInCode();
		expect(hints.length).toBeGreaterThan(0);
		expect(hints.filter((hint) => !explained.some((start) => hint.startsWith(start)))).toEqual([]);
		expect(explained.filter((start) => !hints.some((hint) => hint.startsWith(start)))).toEqual([]);
	});

	test('of unknown outcome have a place to look at for each provider', () => {
		const text = sectionOf(FAILURES, 'When it is not known whether a job was made');
		for (const { label, jobsPage } of providers) {
			expect(text).toContain(`**${label}**`);
			expect(text).toContain(jobsPage);
		}
	});
});

describe('moving from the built-in MiniMax node', () => {
	test('names parameters and models that this node has', () => {
		const rows = tableOf('docs/moving.md', 'Parameters').split('\n').slice(2);
		const named = rows.flatMap((line) => [...line.split(' | ')[2]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
		const names = new Set(hailuoProperties.map(({ name }) => name));
		expect(named.length).toBeGreaterThan(5);
		expect(named.filter((name) => !names.has(name))).toEqual([]);
		const models = [...tableOf('docs/moving.md', 'Models').matchAll(/\| `([^`]+)` \|$/gm)].map(([, model]) => model!);
		expect(models.length).toBeGreaterThan(0);
		expect(models.filter((model) => !(model in MODELS))).toEqual([]);
	});
});
