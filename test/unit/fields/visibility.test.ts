import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { ASPECT_RATIOS, MODEL_IDS, RESOLUTIONS } from '../../../nodes/Hailuo/core/video/catalog';
import { validate, type DraftFrame } from '../../../nodes/Hailuo/core/video/validate';
import { readVideoForm } from '../../../nodes/Hailuo/fields/form';
import { NO_REFERENCES } from '../../tools/support/builders';
import {
	choicesOf,
	combinations,
	fill,
	load,
	loaded,
	namesShownFor,
	readerOf,
	shops,
	visibleFields,
	visibleNames,
	wares,
} from './form';

const FRAME_KINDS = ['none', 'url', 'binary'];
const EXPRESSION = '={{ $json.anything }}';
const IMAGE_URL = 'https://images.example/first.png';

const filledIn: INodeParameters = { prompt: 'A boat', firstFrameUrl: IMAGE_URL, lastFrameUrl: IMAGE_URL };

/** The shortest and the longest there is, and the two that most models have. */
const DURATIONS_TO_TRY = [4, 6, 10, 15] as const;

/** Every way to set the fields that depend on each other, for one provider and model. */
function settings(provider: string, model: string): Array<INodeParameters & { resolution: string; duration: number }> {
	return combinations<string, string | number>({
		firstFrame: FRAME_KINDS,
		lastFrame: FRAME_KINDS,
		resolution: RESOLUTIONS,
		duration: DURATIONS_TO_TRY,
	}).map((row) => ({
		...filledIn,
		...row,
		provider,
		operation: 'create',
		model,
		resolution: String(row.resolution),
		duration: Number(row.duration),
	}));
}

function frameOf(kind: unknown): DraftFrame {
	if (kind === 'url') return { kind, url: IMAGE_URL };
	return load(kind === 'binary' ? { kind, property: 'data' } : { kind: 'none' });
}

/** Whether a field takes a value: one of its choices, or a number within its limits. */
function takes({ type, typeOptions, options = [] }: INodeProperties, value: unknown): boolean {
	const { minValue = -Infinity, maxValue = Infinity } = typeOptions ?? {};
	if (type === 'number') return typeof value === 'number' && value >= minValue && value <= maxValue;
	return options.some((option) => 'value' in option && option.value === value);
}

/** Whether a person can set exactly this in the form: each value is among its choices, or its field is off and away. */
function canBeChosen(values: INodeParameters): boolean {
	const fields = visibleFields(values);
	return ['model', 'firstFrame', 'lastFrame', 'resolution', 'duration'].every((name) => {
		const field = fields.find((candidate) => candidate.name === name);
		return field === undefined ? name === 'lastFrame' && values.lastFrame === 'none' : takes(field, values[name]);
	});
}

describe.each(wares)('$provider with $model', ({ shop, provider, model }) => {
	test('offers the combinations that the validation accepts, and no others', () => {
		const disagreeing = settings(provider, model).filter((values) => {
			const accepted = validate(shop, {
				model,
				prompt: 'A boat',
				cameraMovements: [],
				firstFrame: frameOf(values.firstFrame),
				lastFrame: frameOf(values.lastFrame),
				references: NO_REFERENCES,
				resolution: values.resolution,
				duration: values.duration,
				aspectRatio: '',
				promptOptimizer: true,
			}).ok;
			return accepted !== canBeChosen(values);
		});
		expect(disagreeing).toEqual([]);
	});

	test('needs nothing but a prompt and an image address to make a valid request', () => {
		const form = readVideoForm(readerOf({ ...filledIn, provider, model }), shop);
		expect(form.problems).toEqual([]);
		const validation = validate(shop, loaded(form));
		expect(validation).toMatchObject({ ok: true, hints: [] });
	});

	test('begins every list with one of its choices', () => {
		const astray = settings(provider, model).flatMap((values) =>
			visibleFields(values)
				.filter(({ type }) => type === 'options')
				.filter(({ name, default: initial }) => !choicesOf(name, values)?.includes(initial))
				.map(({ name }) => name),
		);
		expect(astray).toEqual([]);
	});
});

describe('what only some models have', () => {
	const at = (provider: string, model: string, more: INodeParameters = {}) =>
		visibleNames({ ...filledIn, provider, operation: 'create', model, ...more });
	const references = ['referenceImages', 'referenceVideos', 'referenceAudios'];
	const some = (names: readonly string[]) => names.filter((name) => references.includes(name));

	test.each(wares)(
		'stands in the form at $provider with $model exactly where it is sold',
		({ provider, model, sold }) => {
			const names = at(provider, model, { firstFrame: 'none' });
			expect(names.includes('promptOptimizer')).toBe(sold.promptOptimizer);
			expect(names.includes('cameraMovements')).toBe(sold.cameraMovements);
			if (sold.firstFrame === 'required') return;
			expect(some(names)).toEqual(sold.references === null ? [] : references);
			expect(names.includes('aspectRatio')).toBe(Object.keys(sold.aspectRatios).length > 0);
		},
	);

	test.each([
		[{ firstFrame: 'none' }, references],
		[{ firstFrame: 'url' }, []],
		[{ firstFrame: 'binary', lastFrame: 'url' }, []],
		[{ firstFrame: 'none', lastFrame: 'url' }, []],
	])('is left away where frames take its place: %j', (frames, shown) => {
		expect(some(at('aimlApi', 'hailuo-03', frames))).toEqual(shown);
	});

	test('is a last frame alone, or beside a first one only', () => {
		expect(at('evolink', 'hailuo-03', { firstFrame: 'none' })).toContain('lastFrame');
		expect(at('evolink', 'hailuo-03-max', { firstFrame: 'none' })).not.toContain('lastFrame');
		expect(at('evolink', 'hailuo-03-max', { firstFrame: 'url' })).toContain('lastFrame');
	});

	test.each<[string, string, string[]]>([
		['aimlApi', 'none', [...ASPECT_RATIOS]],
		['aimlApi', 'url', [...ASPECT_RATIOS]],
		['evolink', 'none', [...ASPECT_RATIOS]],
	])('is an aspect ratio: %s with a first frame of kind %s offers %j', (provider, firstFrame, ratios) => {
		const values = { ...filledIn, provider, operation: 'create', model: 'hailuo-03', firstFrame };
		expect(new Set(choicesOf('aspectRatio', values))).toEqual(new Set(ratios));
	});

	test('is no aspect ratio beside a frame where the gateway takes none', () => {
		expect(at('evolink', 'hailuo-03', { firstFrame: 'url' })).not.toContain('aspectRatio');
		expect(at('evolink', 'hailuo-03', { firstFrame: 'none', lastFrame: 'url' })).not.toContain('aspectRatio');
	});
});

describe('a duration', () => {
	const fieldAt = (model: string, resolution: string) =>
		visibleFields({ provider: 'evolink', operation: 'create', model, resolution }).find(
			({ name }) => name === 'duration',
		);

	test('of few lengths is a list', () => {
		expect(fieldAt('hailuo-02', '768P')).toMatchObject({ type: 'options', default: 6 });
	});

	test.each([
		['hailuo-03', '2K', 4, 15],
		['hailuo-03-max', '480P', 5, 15],
	])('of many lengths is a number: %s at %s', (model, resolution, minValue, maxValue) => {
		const typeOptions = { minValue, maxValue, numberPrecision: 0 };
		expect(fieldAt(model, resolution)).toMatchObject({ type: 'number', default: 6, typeOptions });
	});

	test.each([6, '6', '10'])('that a saved workflow holds stays as it is, whatever field shows it: %j', (duration) => {
		for (const model of ['hailuo-02', 'hailuo-03'])
			expect(fill({ provider: 'evolink', operation: 'create', model, duration }).duration).toBe(duration);
	});

	test('beside a model from an expression takes every length that a model has', () => {
		expect(fieldAt(EXPRESSION, '768P')).toMatchObject({ type: 'number', typeOptions: { minValue: 4, maxValue: 15 } });
	});
});

describe('a value left behind from another provider or model', () => {
	test.each(shops)('is refused at $label exactly where the form shows that it is none of the choices', (shop) => {
		const unnoticed = MODEL_IDS.flatMap((model) => settings(shop.id, model)).filter((values) => {
			const lists = visibleFields(values).filter(({ type }) => type === 'options' || type === 'number');
			const filled = fill(values);
			const showsAll = lists.every((field) => takes(field, filled[field.name]));
			const form = readVideoForm(readerOf(values), shop);
			const validation = validate(shop, loaded(form));
			return validation.ok !== showsAll;
		});
		expect(unnoticed).toEqual([]);
	});

	test('is gone where its field is hidden: what the form does not show is not sent', () => {
		const values = { ...filledIn, provider: 'aimlApi', model: 'hailuo-2.3', firstFrame: 'url', lastFrame: 'url' };
		expect(visibleNames(values)).not.toContain('lastFrame');
		expect(readVideoForm(readerOf(values), shops[0]!).lastFrame).toEqual({ kind: 'none' });
	});

	test('is back when its provider is chosen again', () => {
		const values: INodeParameters = {
			...filledIn,
			provider: 'evolink',
			model: 'hailuo-02',
			firstFrame: 'url',
			resolution: '512P',
		};
		const there = fill({ ...values, provider: 'wiro' });
		expect(there.resolution).toBe('512P');
		expect(choicesOf('resolution', there)).toEqual(['768P', '1080P']);
		expect(choicesOf('resolution', { ...there, provider: 'evolink' })).toContain('512P');
	});
});

describe('an expression', () => {
	/** As the node keeps it, and what the editor hands over: what it comes to, which may be anything, or nothing yet. */
	const ODD: ReadonlyArray<INodeParameters[string]> = [EXPRESSION, '', 'nonsense', 7, true, null, undefined];

	test.each(shops)('in any list, whatever it comes to, leaves one field of each name at $label', ({ id }) => {
		const rows = combinations<string, INodeParameters[string]>({
			model: [...MODEL_IDS, ...ODD],
			firstFrame: [...FRAME_KINDS, ...ODD],
			lastFrame: [...FRAME_KINDS, ...ODD],
			resolution: [...RESOLUTIONS, ...ODD],
		});
		const crowded = rows.filter((row) => {
			const names = namesShownFor({ ...row, provider: id, operation: 'create' });
			const always = ['model', 'prompt', 'firstFrame', 'resolution', 'duration'];
			return new Set(names).size < names.length || !always.every((name) => names.includes(name));
		});
		expect(crowded).toEqual([]);
	});

	test.each(shops)('for a callback, whatever it comes to, leaves one field of each name at $label', ({ id }) => {
		const rows = ['none', 'thisExecution', 'url', ...ODD].map((callback) => ({ callback }));
		const crowded = rows.filter((row) => {
			const names = namesShownFor({ ...row, provider: id, operation: 'create' });
			return new Set(names).size < names.length;
		});
		expect(crowded).toEqual([]);
	});

	test.each(shops)('for the model shows every field that a model of $label has', ({ id, offers }) => {
		const values = {
			provider: id,
			operation: 'create',
			model: EXPRESSION,
			firstFrame: EXPRESSION,
			lastFrame: EXPRESSION,
		};
		const names = visibleNames(values);
		expect(names).toEqual(expect.arrayContaining(['firstFrameUrl', 'firstFrameBinaryProperty']));
		const takesLast = offers.some(({ lastFrame }) => lastFrame !== 'none');
		expect(names.includes('lastFrame')).toBe(takesLast);
		expect(names.includes('lastFrameUrl') && names.includes('lastFrameBinaryProperty')).toBe(takesLast);
	});

	test('for the model keeps a last frame, which the validation then judges for each item', () => {
		expect(fill({ provider: 'aimlApi', model: EXPRESSION, firstFrame: 'url', lastFrame: 'url' }).lastFrame).toBe('url');
	});

	test('for the resolution leaves all durations to choose from', () => {
		expect(
			choicesOf('duration', { provider: 'wiro', operation: 'create', model: 'hailuo-02', resolution: EXPRESSION }),
		).toEqual([6, 10]);
	});
});

test('each resolution says for how long it is made, and 512P that it takes a first frame alone', () => {
	const fields = visibleFields({ provider: 'evolink', operation: 'create', model: 'hailuo-02', firstFrame: 'url' });
	const [resolution] = fields.filter(({ name }) => name === 'resolution');
	expect(resolution?.options).toEqual([
		{ name: '512P', value: '512P', description: '6 or 10 seconds, from a first frame alone' },
		{ name: '768P', value: '768P', description: '6 or 10 seconds' },
		{ name: '1080P', value: '1080P', description: '6 seconds only' },
	]);
});
