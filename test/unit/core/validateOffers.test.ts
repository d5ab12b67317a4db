import { DURATIONS, MODEL_IDS, MODELS, RESOLUTIONS, type ModelId } from '../../../nodes/Hailuo/core/video/catalog';
import type { ImageType } from '../../../nodes/Hailuo/core/video/media';
import { IMAGE_TYPE_LABELS } from '../../../nodes/Hailuo/core/video/imageHeader';
import { validate, type Validation, type VideoDraft } from '../../../nodes/Hailuo/core/video/validate';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { aFileFrame, anImage, aUrlFrame, aVideoDraft } from '../../tools/support/builders';

const labels: Record<string, string> = {
	aimlApi: 'AI/ML API',
	apiframe: 'Apiframe',
	evolink: 'EvoLink',
	minimax: 'MiniMax',
	wiro: 'Wiro',
};

function check(id: string, changes: Partial<VideoDraft>): Validation {
	const provider = providers.find((candidate) => candidate.id === id);
	if (!provider) throw new Error(`No provider ${id}`);
	return validate(provider, aVideoDraft(changes));
}

/** What is wrong with a form; nothing when it is accepted. */
function problemsOf(provider: string, changes: Partial<VideoDraft>): string[] {
	const validation = check(provider, changes);
	return validation.ok ? [] : validation.problems;
}

function hintsOf(provider: string, changes: Partial<VideoDraft>): string[] {
	const validation = check(provider, changes);
	if (!validation.ok) throw new Error(`Refused: ${validation.problems.join('; ')}`);
	return validation.hints;
}

const [jpeg, png, webp] = ['image/jpeg', 'image/png', 'image/webp'] as const;

interface Sold {
	provider: string;
	model: ModelId;
	/** Durations by resolution. */
	shapes: Record<string, number[]>;
	firstFrame: 'optional' | 'recommended' | 'required';
	lastFrame: 'none' | 'besideFirst' | 'alone';
	prompt: 'required' | 'optional' | 'requiredWithoutImage';
	imageTypes: ImageType[];
	/** Characters, 2,000 where nothing is said. */
	promptLimit?: number;
}

const usual = { '768P': [6, 10], '1080P': [6] };
const noLast = { lastFrame: 'none' } as const;
const anyImage: { imageTypes: ImageType[] } = { imageTypes: [jpeg, png, webp] };
const noWebp: { imageTypes: ImageType[] } = { imageTypes: [jpeg, png] };

const fourToFifteen = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const fiveToFifteen = fourToFifteen.slice(1);
const variant = {
	shapes: { '480P': fiveToFifteen, '768P': fiveToFifteen },
	firstFrame: 'optional',
	lastFrame: 'besideFirst',
	prompt: 'required',
	promptLimit: 7000,
	...anyImage,
} as const;

/** What the gateways document of what they sell; read from their documents, not from the code. */
const sold: Sold[] = [
	{
		provider: 'aimlApi',
		model: 'hailuo-2.3-fast',
		shapes: usual,
		firstFrame: 'required',
		prompt: 'required',
		...noLast,
		...noWebp,
	},
	{
		provider: 'aimlApi',
		model: 'hailuo-2.3',
		shapes: usual,
		firstFrame: 'optional',
		prompt: 'required',
		...noLast,
		...noWebp,
	},
	{
		provider: 'aimlApi',
		model: 'hailuo-02',
		shapes: usual,
		firstFrame: 'optional',
		prompt: 'required',
		lastFrame: 'besideFirst',
		...noWebp,
	},
	{
		provider: 'apiframe',
		model: 'hailuo-2.3-fast',
		shapes: usual,
		firstFrame: 'recommended',
		prompt: 'required',
		...noLast,
		...anyImage,
	},
	{
		provider: 'apiframe',
		model: 'hailuo-2.3',
		shapes: usual,
		firstFrame: 'optional',
		prompt: 'required',
		...noLast,
		...anyImage,
	},
	{
		provider: 'apiframe',
		model: 'hailuo-02',
		shapes: usual,
		firstFrame: 'optional',
		prompt: 'required',
		lastFrame: 'besideFirst',
		...anyImage,
	},
	{
		provider: 'apiframe',
		model: 'hailuo-03',
		shapes: { '768P': [6, 10], '1080P': [6, 10] },
		firstFrame: 'optional',
		prompt: 'required',
		...noLast,
		...anyImage,
	},
	{
		provider: 'evolink',
		model: 'hailuo-2.3-fast',
		shapes: usual,
		firstFrame: 'required',
		prompt: 'optional',
		...noLast,
		...anyImage,
	},
	{
		provider: 'evolink',
		model: 'hailuo-2.3',
		shapes: usual,
		firstFrame: 'optional',
		prompt: 'required',
		...noLast,
		...anyImage,
	},
	{
		provider: 'evolink',
		model: 'hailuo-02',
		shapes: { '512P': [6, 10], ...usual },
		firstFrame: 'optional',
		prompt: 'requiredWithoutImage',
		lastFrame: 'besideFirst',
		...anyImage,
	},
	{
		provider: 'wiro',
		model: 'hailuo-2.3-fast',
		shapes: usual,
		firstFrame: 'required',
		prompt: 'optional',
		...noLast,
		...anyImage,
	},
	{
		provider: 'wiro',
		model: 'hailuo-2.3',
		shapes: usual,
		firstFrame: 'optional',
		prompt: 'requiredWithoutImage',
		...noLast,
		...anyImage,
	},
	{
		provider: 'wiro',
		model: 'hailuo-02',
		shapes: usual,
		firstFrame: 'optional',
		prompt: 'requiredWithoutImage',
		lastFrame: 'besideFirst',
		...anyImage,
	},
	{
		provider: 'aimlApi',
		model: 'hailuo-03',
		shapes: { '2K': fourToFifteen },
		firstFrame: 'optional',
		prompt: 'required',
		lastFrame: 'alone',
		promptLimit: 7000,
		...noWebp,
	},
	{
		provider: 'evolink',
		model: 'hailuo-03',
		shapes: { '768P': fourToFifteen, '2K': fourToFifteen },
		firstFrame: 'optional',
		prompt: 'required',
		lastFrame: 'alone',
		promptLimit: 7000,
		...anyImage,
	},
	{
		provider: 'minimax',
		model: 'hailuo-2.3-fast',
		shapes: usual,
		firstFrame: 'required',
		prompt: 'optional',
		...noLast,
		...anyImage,
	},
	{
		provider: 'minimax',
		model: 'hailuo-2.3',
		shapes: usual,
		firstFrame: 'optional',
		prompt: 'requiredWithoutImage',
		...noLast,
		...anyImage,
	},
	{
		provider: 'minimax',
		model: 'hailuo-02',
		shapes: { '512P': [6, 10], ...usual },
		firstFrame: 'optional',
		prompt: 'requiredWithoutImage',
		lastFrame: 'besideFirst',
		...anyImage,
	},
	{
		provider: 'minimax',
		model: 'hailuo-03',
		shapes: { '768P': fourToFifteen, '2K': fourToFifteen },
		firstFrame: 'optional',
		prompt: 'required',
		lastFrame: 'alone',
		promptLimit: 7000,
		...anyImage,
	},
	{ ...variant, provider: 'minimax', model: 'hailuo-03-max' },
	{ ...variant, provider: 'evolink', model: 'hailuo-03-max' },
	{ ...variant, provider: 'evolink', model: 'hailuo-03-max-turbo' },
	{
		provider: 'wiro',
		model: 'hailuo-03',
		shapes: { '768P': fourToFifteen, '2K': fourToFifteen },
		firstFrame: 'optional',
		prompt: 'required',
		lastFrame: 'besideFirst',
		promptLimit: 7000,
		...anyImage,
	},
];

test('the tables here cover every provider and every model it sells', () => {
	const offered = providers.flatMap(({ id, offers }) => offers.map(({ model }) => `${id} ${model}`));
	expect(sold.map(({ provider, model }) => `${provider} ${model}`).sort()).toEqual(offered.sort());
});

describe.each(sold)(
	'$provider with $model',
	({ provider, model, shapes, firstFrame, lastFrame, prompt, imageTypes, promptLimit = 2000 }) => {
		const label = labels[provider];
		// AI/ML API and Apiframe validate with Zod, which takes a string's own length.
		const promptCounts = ['aimlApi', 'apiframe'].includes(provider) ? 'utf16Units' : 'characters';
		const modelLabel = MODELS[model].label;
		const usualShape = { model, resolution: '768P' in shapes ? '768P' : Object.keys(shapes)[0]! };
		const withFrame = { ...usualShape, firstFrame: aUrlFrame() };

		test.each(RESOLUTIONS.flatMap((resolution) => DURATIONS.map((duration) => [resolution, duration] as const)))(
			'makes %s videos of %i s exactly where it says so',
			(resolution, duration) => {
				const validation = check(provider, { ...withFrame, resolution, duration });
				expect(validation.ok).toBe(shapes[resolution]?.includes(duration) ?? false);
				if (validation.ok) expect(validation.request).toMatchObject({ model, resolution, duration });
			},
		);

		test(`takes a form without a first frame: ${firstFrame}`, () => {
			const validation = check(provider, usualShape);
			if (firstFrame === 'required') {
				expect(validation).toEqual({
					ok: false,
					problems: [`'First Frame' is missing; ${modelLabel} makes its video from an image`],
				});
			} else {
				const hint = `${modelLabel} makes its video from an image: without a 'First Frame' ${label} may refuse the job or fail it`;
				expect(validation).toMatchObject({ ok: true, hints: firstFrame === 'recommended' ? [hint] : [] });
			}
			expect(hintsOf(provider, withFrame)).toEqual([]);
		});

		test(`takes a last frame beside the first: ${lastFrame}`, () => {
			expect(problemsOf(provider, { ...withFrame, lastFrame: aUrlFrame('https://images.example/last.jpg') })).toEqual(
				lastFrame !== 'none' ? [] : [`'Last Frame' is not offered by ${label} for ${modelLabel}`],
			);
		});

		test.each(['', '   \n'])(`takes the prompt %j: ${prompt}`, (empty) => {
			const problem =
				prompt === 'required'
					? `'Prompt' is empty; ${label} needs one for ${modelLabel}`
					: `'Prompt' is empty; without a 'First Frame' ${modelLabel} needs one`;
			const promptProblems = (changes: Partial<VideoDraft>) =>
				problemsOf(provider, { ...usualShape, prompt: empty, ...changes }).filter((text) =>
					text.startsWith("'Prompt'"),
				);
			expect(promptProblems({})).toEqual(prompt === 'optional' ? [] : [problem]);
			expect(promptProblems({ firstFrame: aUrlFrame() })).toEqual(prompt === 'required' ? [problem] : []);
		});

		test.each([
			[`${promptLimit} characters`, 'x'.repeat(promptLimit), []],
			[`${promptLimit} characters and blanks around them`, ` ${'x'.repeat(promptLimit)}\n`, []],
			[
				`${promptLimit + 1} characters`,
				'x'.repeat(promptLimit + 1),
				[`'Prompt' has ${promptLimit + 1} characters; ${modelLabel} takes at most ${promptLimit}`],
			],
		])('has an opinion on a prompt of %s', (_what, text, problems) => {
			expect(problemsOf(provider, { ...withFrame, prompt: text })).toEqual(problems);
		});

		test(`counts a prompt in ${promptCounts}`, () => {
			const units = promptCounts === 'utf16Units' ? 2 : 1;
			const most = promptLimit / units;
			const counted = units === 2 ? `, as ${label} counts them (an emoji as two or more)` : '';
			const problem = `'Prompt' has ${promptLimit + units} characters${counted}; ${modelLabel} takes at most ${promptLimit}`;
			expect(problemsOf(provider, { ...withFrame, prompt: '🎬'.repeat(most) })).toEqual([]);
			expect(problemsOf(provider, { ...withFrame, prompt: '🎬'.repeat(most + 1) })).toEqual([problem]);
		});

		test.each([jpeg, png, webp])('takes a file that is %s by its content, or names what it takes', (type) => {
			const names = imageTypes.length === 3 ? 'JPEG, PNG or WebP' : 'JPEG or PNG';
			const frame = aFileFrame(anImage(type), 'misnamed.gif');
			expect(problemsOf(provider, { ...usualShape, firstFrame: frame })).toEqual(
				imageTypes.includes(type)
					? []
					: [`'First Frame' is a ${IMAGE_TYPE_LABELS[type]} by its content; ${label} takes ${names}`],
			);
		});
	},
);

describe('a model', () => {
	test.each(
		Object.keys(labels).flatMap((provider) =>
			MODEL_IDS.filter((model) => !sold.some((row) => row.provider === provider && row.model === model)).map(
				(model) => [provider, model] as const,
			),
		),
	)('that %s does not sell is refused: %s', (provider, model) => {
		const models = sold.filter((row) => row.provider === provider).map((row) => MODELS[row.model].label);
		const choices = `${models.slice(0, -1).join(', ')} or ${models.at(-1)}`;
		expect(problemsOf(provider, { model })).toEqual([
			`'Model' '${model}' is not offered by ${labels[provider]}; choose ${choices}`,
		]);
	});
});
