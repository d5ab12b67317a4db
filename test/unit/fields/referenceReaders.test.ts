import { readVideoForm } from '../../../nodes/Hailuo/fields/form';
import { validate, type DraftReferences } from '../../../nodes/Hailuo/core/video/validate';
import { aVideoDraft, NO_REFERENCES } from '../../tools/support/builders';
import { readerOfAny, shops } from './form';

const evolink = shops.find(({ id }) => id === 'evolink')!;
const readVideo = (values: Record<string, unknown>) => readVideoForm(readerOfAny(values), evolink);

describe('references', () => {
	const url = (address: string) => ({ kind: 'url', url: address });
	const field = (property: string) => ({ kind: 'binary', property });
	const A = 'https://media.example/a.png';
	const B = 'https://media.example/b.png?size=300,200';

	test.each<[unknown, object[]]>([
		['', []],
		[undefined, []],
		[null, []],
		[' \n, ', []],
		[A, [url(A)]],
		['data', [field('data')]],
		['data, image2', [field('data'), field('image2')]],
		['data,image2', [field('data'), field('image2')]],
		[`${A}, ${B}`, [url(A), url(B)]],
		[`${A},${B}`, [url(A), url(B)]],
		[`${B}\n${A}\r\ndata`, [url(B), url(A), field('data')]],
		[`data,${A}, other`, [field('data'), url(A), field('other')]],
		[
			[A, 'data', ''],
			[url(A), field('data')],
		],
		[
			[[A], [B, null]],
			[url(A), url(B)],
		],
		[JSON.stringify([A, 'data']), [url(A), field('data')]],
		[7, [field('7')]],
		['ftp://media.example/a', [url('ftp://media.example/a')]],
		['data:image/png;base64,AAAA', [url('data:image/png;base64,AAAA')]],
		['media.example/a.png', [field('media.example/a.png')]],
	])('are read of %j', (value, expected) => {
		for (const [name, kind] of [
			['referenceImages', 'images'],
			['referenceVideos', 'videos'],
			['referenceAudios', 'audios'],
		] as const) {
			const { references, problems } = readVideo({ model: 'hailuo-03', [name]: value });
			expect([references, problems]).toEqual([{ ...NO_REFERENCES, [kind]: expected }, []]);
		}
	});

	test.each<[unknown, string]>([
		[{ data: 'aGk=', mimeType: 'image/png' }, 'an object'],
		[[{ data: 'aGk=' }], 'an object'],
		[true, 'true'],
	])('that are files themselves are refused: %j', (value, shownAs) => {
		const { references, problems } = readVideo({ model: 'hailuo-03', referenceVideos: value });
		expect(references.videos).toEqual([{ kind: 'unclear' }]);
		expect(problems).toEqual([
			`'Reference Videos' holds ${shownAs}; give addresses or names of binary fields, not the files themselves`,
		]);
	});

	test('that are unclear are refused once, and the validation says no more', () => {
		const { references } = readVideo({ model: 'hailuo-03', referenceImages: [{}] });
		const draft = aVideoDraft({ model: 'hailuo-03', resolution: '2K', references: references as DraftReferences });
		expect(validate(evolink, draft)).toEqual({ ok: false, problems: [] });
	});
});

describe('an aspect ratio', () => {
	test.each([
		['9:16', '9:16'],
		['', ''],
		[null, ''],
		[{}, 'an object'],
	])('of %j is read as %j', (value, ratio) => {
		expect(readVideo({ model: 'hailuo-03', aspectRatio: value }).aspectRatio).toBe(ratio);
	});
});
