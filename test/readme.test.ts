import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
	type ICredentialType,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyOptions,
} from 'n8n-workflow';
import { HailuoAimlApi } from '../credentials/HailuoAimlApi.credentials';
import { HailuoApiframeApi } from '../credentials/HailuoApiframeApi.credentials';
import { HailuoEvolinkApi } from '../credentials/HailuoEvolinkApi.credentials';
import { HailuoWiroApi } from '../credentials/HailuoWiroApi.credentials';
import {
	CAMERA_MOVEMENTS,
	DURATIONS,
	MODELS,
	RESOLUTIONS,
	type Duration,
	type Offer,
} from '../nodes/Hailuo/core/catalog';
import type { FailureKind } from '../nodes/Hailuo/core/http';
import { IMAGE_TYPE_LABELS } from '../nodes/Hailuo/core/image';
import { describeJob, JOB_STATUSES, type Job } from '../nodes/Hailuo/core/job';
import { describeFailure } from '../nodes/Hailuo/core/read';
import { hailuoProperties, hailuoTriggerProperties } from '../nodes/Hailuo/fields';
import {
	downloadError,
	jobFailedError,
	requestError,
	stoppedError,
	timedOutError,
	unknownOutcomeError,
} from '../nodes/Hailuo/io/errors';
import { providers } from '../nodes/Hailuo/providers';
import type { ProviderAdapter } from '../nodes/Hailuo/providers/adapter';
import { readRepositoryFile, listFiles, repositoryRoot } from './support/repository';

const readme = readRepositoryFile('README.md');
const manifest = JSON.parse(readRepositoryFile('package.json'));
const credentialTypes: ICredentialType[] = [
	new HailuoAimlApi(),
	new HailuoApiframeApi(),
	new HailuoEvolinkApi(),
	new HailuoWiroApi(),
];

function aNode(parameters: INodeParameters): INode {
	return { id: '1', name: 'Hailuo', type: 'n8n-nodes-hailuo.hailuo', typeVersion: 1, position: [0, 0], parameters };
}

/** The text under a heading, up to the next heading that is not below it. */
function section(title: string): string {
	const lines = readme.split('\n');
	const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === title);
	if (start < 0) throw new Error(`README has no heading "${title}"`);
	const depth = lines[start]!.indexOf(' ');
	const end = lines.findIndex((line, index) => index > start && /^#+ /.test(line) && line.indexOf(' ') <= depth);
	return lines.slice(start + 1, end < 0 ? undefined : end).join('\n');
}

/** @returns the first table of a section */
function tableOf(title: string): string {
	const lines = section(title).split('\n');
	const start = lines.findIndex((line) => line.startsWith('|'));
	const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
	return lines.slice(start, length < 0 ? undefined : start + length).join('\n');
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

const seconds = (durations: readonly Duration[]) => `${durations.join(' or ')} s`;

function sourcesOf({ firstFrame, lastFrame }: Offer): string {
	const image = firstFrame === 'recommended' ? 'first frame (advised)' : 'first frame';
	return [firstFrame === 'optional' && 'text', image, lastFrame && 'first and last frame'].filter(Boolean).join(', ');
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
				PROMPT[offer.prompt],
				offer.imageTypes.map((type) => IMAGE_TYPE_LABELS[type]).join(', '),
				linkLifetime ?? 'not stated',
			]),
		),
	);

function describeCallbacks({ callbacks }: ProviderAdapter): string {
	if (callbacks === undefined) return 'no';
	const facts = [
		callbacks.documented ? 'yes' : 'not documented for Hailuo',
		callbacks.verify && 'signed',
		callbacks.httpsOnly && 'https only',
	];
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
		if (tableOf(title) !== drawn) throw new Error(`README's table under "${title}" has to read:\n\n${drawn}\n`);
	});

	test('leave the limits that all models share to the prose, which names them', () => {
		const limits = new Set(Object.values(MODELS).map(({ promptLimit }) => promptLimit));
		for (const limit of limits) expect(section('Models')).toContain(`${limit} characters`);
		for (const duration of DURATIONS) expect(section('Models')).toContain(String(duration));
	});
});

describe('the form', () => {
	const isField = ({ type }: INodeProperties) => type !== 'notice' && type !== 'credentials';
	const fields = hailuoProperties.filter(isField);
	const operations = fields.filter(({ name }) => name === 'operation').flatMap(({ options = [] }) => options);

	function startsRow(text: string, ...cells: string[]): boolean {
		return text.split('\n').some((line) => line.startsWith(`| ${cells.join(' | ')} |`));
	}

	test('has each operation in the table', () => {
		const missing = operations
			.filter((option): option is INodePropertyOptions => 'value' in option)
			.filter(({ name, value }) => !startsRow(section('Operations'), name, `\`${String(value)}\``));
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
			const line = section('Hailuo Trigger')
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

describe('the output', () => {
	/** Complete by its type. */
	const always: Record<keyof Job, true> = {
		...(describeFields() as Record<keyof Job, true>),
		timedOut: true,
		jobToken: true,
		route: true,
	};

	function describeFields(): Record<string, true> {
		return Object.fromEntries(Object.keys(describeJob({ provider: '', jobId: '' })).map((key) => [key, true]));
	}

	test('has each field of a job, and the raw answer', () => {
		const missing = [...Object.keys(always), 'raw'].filter(
			(field) => !section('Output').includes(`\n| \`${field}\` |`),
		);
		expect(missing).toEqual([]);
	});

	test('of the trigger has what it adds', () => {
		const text = section('What the trigger puts out');
		expect(['event', 'context', 'deliveryKey'].filter((field) => !text.includes(`\n| \`${field}\` |`))).toEqual([]);
	});

	test('has each status', () => {
		expect(JOB_STATUSES.filter((status) => !section('Output').includes(`\`${status}\``))).toEqual([]);
	});
});

describe('the messages', () => {
	const kinds: Record<FailureKind, true> = {
		authentication: true,
		permission: true,
		credit: true,
		invalid: true,
		content: true,
		notFound: true,
		conflict: true,
		rateLimit: true,
		slot: true,
		unavailable: true,
		provider: true,
		notCancellable: true,
		redirect: true,
		unreadable: true,
		network: true,
		timeout: true,
		stopped: true,
	};
	const place = {
		node: aNode({}),
		adapter: { ...providers[0]!, label: '…' },
		itemIndex: 0,
	};
	const job = describeJob({ provider: 'aimlApi', jobId: '…' });
	const failure = (kind: FailureKind) => describeFailure({ kind, message: '' });
	const titles = [
		...(Object.keys(kinds) as FailureKind[]).map((kind) => requestError(place, failure(kind), null)),
		unknownOutcomeError(place, failure('network')),
		jobFailedError(place, { ...job, status: 'failed' }),
		jobFailedError(place, { ...job, status: 'cancelled' }),
		timedOutError(place, job, null, 30),
		stoppedError(place, job, 'running'),
		downloadError(place, job, ''),
	].map(({ message }) => message.replace(' [item 0]', ''));

	test.each(titles)('"%s" has a cure', (title) => {
		expect(section('Troubleshooting')).toContain(`\n| ${title} |`);
	});

	const cellsUnder = (head: string) => {
		const lines = section('Troubleshooting').split('\n');
		const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
		const rows = lines.slice(start + 2);
		return rows.slice(0, rows.indexOf('')).map((line) => line.split(' | ')[0]!.slice(2));
	};

	test('about the drawing of a suspended wait are there, no less and no more', () => {
		const layout = readRepositoryFile('nodes/Hailuo/operations/layout.ts');
		const refusals = [...layout.matchAll(/`((?:Output '|'Wait Strategy' )[^`]+)`/g)].map(([, title]) => title!);
		expect(refusals.length).toBeGreaterThan(0);
		expect(cellsUnder('Message of a suspended wait').sort()).toEqual(refusals.sort());
	});

	test('that are hints are those of the node', () => {
		const source = listFiles('nodes', '.ts').map(readRepositoryFile).join('\n');
		const hints = cellsUnder('Hint');
		expect(hints.length).toBeGreaterThan(0);
		expect(hints.filter((hint) => !source.includes(`\`${hint}`))).toEqual([]);
	});

	test('of unknown outcome have a place to look at for each provider', () => {
		const text = section('When it is not known whether a job was made');
		for (const { label, jobsPage } of providers) {
			expect(text).toContain(`**${label}**`);
			expect(text).toContain(jobsPage);
		}
	});
});

describe('README', () => {
	test('has the first example to paste, as it is in its file', () => {
		expect(readme).toContain(`\`\`\`json\n${readRepositoryFile('examples/first-video.json')}\`\`\`\n`);
	});

	const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, title]) => anchorOf(title!));

	/** The anchor that GitHub gives a heading. */
	function anchorOf(title: string): string {
		return title
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-');
	}

	const links = (text: string) => [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);

	test('links to headings and files that exist', () => {
		const documents = ['README.md', ...listFiles('examples', '.md')];
		const broken = documents.flatMap((document) =>
			links(readRepositoryFile(document)).filter((target) => {
				if (target.startsWith('https://')) return false;
				if (target.startsWith('#')) return document !== 'README.md' || !headings.includes(target.slice(1));
				return !existsSync(join(repositoryRoot, dirname(document), target));
			}),
		);
		expect(broken).toEqual([]);
	});

	test('has the headings that n8n links to', () => {
		const { resources } = JSON.parse(readRepositoryFile('nodes/Hailuo/Hailuo.node.json'));
		const anchors = Object.values<Array<{ url: string }>>(resources)
			.flat()
			.map(({ url }) => new URL(url).hash.slice(1));
		// GitHub's own name for the whole of it.
		expect(anchors.filter((anchor) => anchor !== 'readme' && !headings.includes(anchor))).toEqual([]);
	});

	test('names only commands that package.json has, and the environment variables that the demo reads', () => {
		const commands = [...readme.matchAll(/npm run ([a-z:0-9]+)/g)].map(([, name]) => name!);
		expect(commands).toEqual(expect.arrayContaining(['demo', 'test:e2e', 'bench', 'simulator']));
		expect(commands.filter((name) => !(name in manifest.scripts))).toEqual([]);
		const variables = readRepositoryFile('test/host/gateways.ts').match(/HAILUO_[A-Z]+_(KEY|SECRET)/g) ?? [];
		expect(variables.length).toBeGreaterThan(0);
		for (const variable of variables) expect(section('For contributors')).toContain(`\`${variable}\``);
	});

	test('names the version of n8n that the tests run', () => {
		expect(section('Compatibility')).toContain(manifest.devDependencies['n8n-core']);
	});
});
