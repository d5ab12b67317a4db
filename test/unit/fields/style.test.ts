/**
 * n8n's lint reads literals in source files, and this form is drawn at run time: its rules (n8n's UX guidelines and
 * eslint-plugin-n8n-nodes-base) are restated here for what is drawn.
 */
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { hailuoProperties, hailuoTriggerProperties } from '../../../nodes/Hailuo/fields/form';

interface Labelled {
	/** Where it stands, so that a failure names it. */
	path: string;
	label: string;
	description: string | undefined;
}

function optionsOf({ options = [] }: INodeProperties): INodePropertyOptions[] {
	return options.filter((option): option is INodePropertyOptions => 'value' in option);
}

function itemsOf({ options = [] }: INodeProperties): INodeProperties[] {
	return options.filter((option): option is INodeProperties => 'type' in option);
}

const forms = [hailuoProperties, hailuoTriggerProperties];
const collections = forms.flat().filter(({ type }) => type === 'collection');
/** A notice is no field: what n8n calls its label is a text to read. */
const notices = forms.flat().filter(({ type }) => type === 'notice');
const fields = [
	// Neither is the place of the credential's list, which n8n labels itself.
	...forms.flat().filter(({ type }) => type !== 'notice' && type !== 'credentials'),
	...collections.flatMap(itemsOf),
];
const lists = fields.filter(({ type }) => type === 'options' || type === 'multiOptions');
const labelled: Labelled[] = fields.flatMap((field) => [
	{ path: field.name, label: field.displayName, description: field.description },
	...optionsOf(field).map((option) => ({
		path: `${field.name}.${option.value}`,
		label: option.name,
		description: option.description,
	})),
]);
const descriptions = labelled.flatMap(({ path, label, description }) =>
	description === undefined ? [] : [{ path, label, description }],
);

const SMALL_WORDS = ['a', 'an', 'and', 'at', 'for', 'in', 'of', 'on', 'or', 'the', 'to', 'with'];

function isTitleCase(label: string): boolean {
	return label.split(' ').every((word, index) => /^[A-Z0-9(]/.test(word) || (index > 0 && SMALL_WORDS.includes(word)));
}

const withoutAbbreviations = (text: string) => text.replace(/e\.g\./g, 'eg');

describe('labels', () => {
	test('are in title case', () => {
		expect(labelled.filter(({ label }) => !isTitleCase(label))).toEqual([]);
	});

	test('and descriptions write ID, URL, JSON and AI in capitals', () => {
		const texts = labelled.flatMap(({ path, label, description }) => [
			`${path}: ${label}`,
			`${path}: ${description ?? ''}`,
		]);
		expect(
			texts.filter((text) => /(?<![\w'-])(id|ids|Id|Ids|url|Url|json|Json)(?![\w'-])/.test(text.replace(/^\S+: /, ''))),
		).toEqual([]);
	});

	test('have no blanks around or double blanks within', () => {
		const texts = labelled.flatMap(({ label, description }) => [label, description ?? '']);
		expect(texts.filter((text) => text !== text.trim() || /\s{2,}/.test(text))).toEqual([]);
	});

	test('do not speak of a node or of binary properties', () => {
		expect(labelled.filter(({ label }) => /\bnode\b|binary propert/i.test(label))).toEqual([]);
	});
});

describe('descriptions', () => {
	test('stand at every field but the operation, whose options have them, and the collection', () => {
		const bare = fields.filter(({ description }) => description === undefined).map(({ name }) => name);
		expect([...new Set(bare)]).toEqual(['operation', 'options']);
	});

	test('begin with a capital or a number', () => {
		expect(descriptions.filter(({ description }) => !/^[A-Z0-9]/.test(description))).toEqual([]);
	});

	test('end with a full stop when they have several sentences, and without when they have one', () => {
		const wrong = descriptions.filter(({ description }) => {
			const text = withoutAbbreviations(description);
			return text.includes('. ') !== text.endsWith('.');
		});
		expect(wrong).toEqual([]);
	});

	test('say more than the label', () => {
		expect(descriptions.filter(({ label, description }) => label.toLowerCase() === description.toLowerCase())).toEqual(
			[],
		);
	});

	test('of switches begin with "Whether"', () => {
		const switches = fields.filter(({ type }) => type === 'boolean');
		expect(switches.length).toBeGreaterThan(0);
		expect(switches.filter(({ description }) => !description?.startsWith('Whether '))).toEqual([]);
	});

	test('and hints use straight quotes and no markup', () => {
		const texts = [...descriptions.map(({ description }) => description), ...fields.map(({ hint }) => hint ?? '')];
		expect(texts.filter((text) => /[<>`“”‘’]/.test(text))).toEqual([]);
	});
});

describe('notices', () => {
	const texts = notices.map(({ displayName }) => displayName);

	test('are whole sentences, without a node in them', () => {
		expect(texts.length).toBeGreaterThan(0);
		expect(texts.filter((text) => !/^[A-Z].*\.$/.test(text) || /\bnode\b/i.test(text))).toEqual([]);
	});

	test('use straight quotes, single blanks and no markup but bold', () => {
		expect(texts.filter((text) => /[<>`“”‘’]|\s{2}/.test(text.replace(/<\/?b>/g, '')))).toEqual([]);
	});

	test('hold no value and have no description, which n8n would not show', () => {
		expect(notices.filter((notice) => notice.default !== '' || notice.description !== undefined)).toEqual([]);
	});
});

describe('placeholders', () => {
	test('begin with "e.g."', () => {
		const wrong = fields.filter(
			({ type, placeholder }) => type !== 'collection' && placeholder !== undefined && !placeholder.startsWith('e.g. '),
		);
		expect(wrong).toEqual([]);
	});

	test('stand at every text field', () => {
		expect(fields.filter(({ type, placeholder }) => type === 'string' && placeholder === undefined)).toEqual([]);
	});
});

describe('lists', () => {
	test('of five or more are in alphabetical order', () => {
		const names = lists.map((list) => optionsOf(list).map(({ name }) => name)).filter(({ length }) => length >= 5);
		expect(names.length).toBeGreaterThan(0);
		expect(names).toEqual(names.map((unsorted) => [...unsorted].sort((left, right) => left.localeCompare(right))));
	});

	test('name no option and no value twice', () => {
		const wrong = lists.filter((list) => {
			const options = optionsOf(list);
			return [options.map(({ name }) => name), options.map(({ value }) => value)].some(
				(all) => new Set(all).size < all.length,
			);
		});
		expect(wrong).toEqual([]);
	});

	test('of one choice begin with one of their options, those of several with none', () => {
		const wrong = lists.filter((list) =>
			list.type === 'options'
				? !optionsOf(list).some(({ value }) => value === list.default)
				: !Array.isArray(list.default),
		);
		expect(wrong).toEqual([]);
	});

	test('of operations label every action in sentence case, without articles', () => {
		const actions = lists
			.filter(({ name }) => name === 'operation')
			.flatMap(optionsOf)
			.map(({ action = '' }) => action);
		expect(actions.filter((action) => !/^[A-Z][a-z ]+$/.test(action) || /\b(a|an|the)\b/.test(action))).toEqual([]);
	});
});

describe('collections', () => {
	test('are in alphabetical order', () => {
		const names = collections.map((collection) => itemsOf(collection).map(({ displayName }) => displayName));
		expect(names).toEqual(names.map((unsorted) => [...unsorted].sort((left, right) => left.localeCompare(right))));
	});

	test('demand nothing', () => {
		expect(collections.flatMap(itemsOf).filter((item) => 'required' in item)).toEqual([]);
	});
});

describe('fields', () => {
	test('have a default of their type', () => {
		const types: Record<string, string> = { string: 'string', number: 'number', boolean: 'boolean' };
		expect(fields.filter((field) => field.type in types && typeof field.default !== types[field.type])).toEqual([]);
	});

	test('that shape the form, and only they, take no expressions', () => {
		const fixed = fields.filter(({ noDataExpression }) => noDataExpression === true).map(({ name }) => name);
		expect([...new Set(fixed)].sort()).toEqual(['onCallback', 'operation', 'provider', 'waitStrategy']);
	});

	test('of numbers of minutes or seconds say so', () => {
		const wrong = fields.filter(
			({ type, description, hint }) =>
				type === 'number' && /minutes|seconds/.test(description ?? '') && hint === undefined,
		);
		expect(wrong).toEqual([]);
	});

	test('stand after every field that decides whether they are shown', () => {
		const late = forms.flatMap((form) =>
			form.filter(({ displayOptions }, index) => {
				const deciding = [displayOptions?.show, displayOptions?.hide].flatMap((rules) =>
					Object.keys(rules ?? {}).map((key) => key.replace('/', '')),
				);
				const later = form.slice(index).map(({ name }) => name);
				return deciding.some((name) => later.includes(name));
			}),
		);
		expect(late).toEqual([]);
	});
});
