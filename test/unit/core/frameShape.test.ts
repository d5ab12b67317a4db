import { validate, type DraftFrame, type VideoDraft } from '../../../nodes/Hailuo/core/video/validate';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { aFileFrame, anImage, aUrlFrame, aVideoDraft } from '../../tools/support/builders';

/** What is wrong with a form; nothing when it is accepted. */
function problemsOf(id: string, changes: Partial<VideoDraft>): string[] {
	const validation = validate(
		providers.find((provider) => provider.id === id)!,
		aVideoDraft(changes),
	);
	return validation.ok ? [] : validation.problems;
}

/** A PNG's header with a size of its own. */
function aPng(width: number, height: number): Uint8Array {
	const bytes = Buffer.from(anImage('image/png'));
	bytes.writeUInt32BE(width, 16);
	bytes.writeUInt32BE(height, 20);
	return bytes;
}

describe('the size of a file for a frame', () => {
	const problem = (label: string, width: number, height: number) =>
		`'${label}' has ${width} x ${height} pixels; the short side needs more than 300, and the long one at most 2.5 times as many`;

	const older = providers.flatMap((provider) =>
		provider.offers
			.filter(({ imageShape }) => imageShape.shortSideAbove === 300)
			.map((sold) => [provider.id, sold.model, sold] as const),
	);

	test('is of the older shape for every model but MiniMax-H3 and its variants, and for that at AI/ML API and Apiframe', () => {
		const others = providers.flatMap(({ id, offers }) => offers.map(({ model }) => `${id} ${model}`));
		const named = older.map(([id, model]) => `${id} ${model}`);
		expect(others.filter((name) => !named.includes(name))).toEqual([
			'evolink hailuo-03',
			'evolink hailuo-03-max',
			'evolink hailuo-03-max-turbo',
			'minimax hailuo-03',
			'minimax hailuo-03-max',
			'wiro hailuo-03',
		]);
	});

	describe.each(older)('at %s with %s', (provider, model, { lastFrame, resolutions }) => {
		const usual = { model, resolution: resolutions['768P'] ? '768P' : Object.keys(resolutions)[0]! };
		const cases = (file: DraftFrame): Array<[string, Partial<VideoDraft>]> => [
			['First Frame', { ...usual, firstFrame: file }],
			...(lastFrame !== 'none'
				? [['Last Frame', { ...usual, firstFrame: aUrlFrame(), lastFrame: file }] as [string, Partial<VideoDraft>]]
				: []),
		];

		test.each([
			[1, 1],
			[200, 200],
			[300, 300],
			[300, 700],
			[2000, 200],
			[301, 753],
			[753, 301],
			[5760, 2303],
		])('is refused as %i x %i', (width, height) => {
			for (const [label, changes] of cases(aFileFrame(aPng(width, height))))
				expect(problemsOf(provider, changes)).toEqual([problem(label, width, height)]);
		});

		test.each([
			[301, 301],
			[301, 752],
			[752, 301],
			[512, 1280],
			[5760, 2304],
		])('is taken as %i x %i', (width, height) => {
			for (const [, changes] of cases(aFileFrame(aPng(width, height))))
				expect(problemsOf(provider, changes)).toEqual([]);
		});

		test('is refused where it cannot be read', () => {
			for (const [label, changes] of cases(aFileFrame(new Uint8Array([0xff, 0xd8, 0xff])))) {
				expect(problemsOf(provider, changes)).toEqual([
					`'${label}' begins like a JPEG, but the file is cut short or damaged`,
				]);
			}
		});
	});
});
