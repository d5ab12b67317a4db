/** Forms as people and their expressions fill them in. */
import fc from 'fast-check';

import {
	ASPECT_RATIOS,
	CAMERA_MOVEMENTS,
	DURATIONS,
	MODEL_IDS,
	RESOLUTIONS,
} from '../../../nodes/Hailuo/core/video/catalog';
import { IMAGE_TYPES, type MediaKind } from '../../../nodes/Hailuo/core/video/media';
import type { Offer } from '../../../nodes/Hailuo/core/video/offer';
import type { ExtraValues } from '../../../nodes/Hailuo/core/video/videoRequest';
import type { DraftFrame, DraftMedia, DraftReferences, VideoDraft } from '../../../nodes/Hailuo/core/video/validate';
import type { ExtraOption, ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';
import { testImage, testMedia } from '../../tools/simulator';
import { anImage, NO_REFERENCES } from '../../tools/support/builders';
import { anyText, hostileText } from './hostile';

/** A form, and what does not come from it. */
export interface Filled {
	draft: VideoDraft;
	extras: ExtraValues;
	callbackUrl: string | null;
	callbackProgress: boolean;
	/** What the idempotency key is made of, besides the request; null for a create without one. */
	key: { given: string | null; execution: string; itemIndex: number } | null;
}

/** How many values out of a hundred are strange: few where a form is to be in order, more where it is not. */
export type Strangeness = 4 | 25;

/** Characters that prompts of the older models may have, and those of MiniMax-H3. */
const LIMITS = [2000, 7000] as const;

/** About as long as a prompt may be, of characters that are counted in different ways. */
const longPrompt = fc
	.tuple(
		fc.constantFrom('a', 'é', '🎬', '視', 'e\u0301', 'a\n', 'a\r\n', 'a\r', 'a\t', '\ud83c', '"', '\\', '&', '%'),
		fc.constantFrom(...LIMITS),
		fc.integer({ min: -60, max: 5 }),
	)
	.map(([unit, limit, difference]) => {
		const room = limit + difference - 2;
		return `<${Array.from(unit.repeat(room)).slice(0, room).join('')}>`;
	});

const prompt = fc.oneof(
	{ weight: 5, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }) },
	{ weight: 3, arbitrary: anyText },
	{ weight: 3, arbitrary: longPrompt },
	{ weight: 2, arbitrary: hostileText },
	{ weight: 1, arbitrary: fc.constantFrom('', ' ', '\n', '[Pan left]', '[[seconds:1]] boat', '--boundary\r\n\r\n') },
);

/** A value that is in order, or once in a while one that is not. */
function mostly<Value>(
	share: Strangeness,
	usual: fc.Arbitrary<Value>,
	strange: fc.Arbitrary<Value>,
): fc.Arbitrary<Value> {
	return fc.oneof({ weight: 100 - share, arbitrary: usual }, { weight: share, arbitrary: strange });
}

const webUrl = fc.oneof(
	fc.webUrl({ withQueryParameters: true, withFragments: true }),
	fc.constantFrom(
		'https://images.example/first.png',
		' http://images.example/視頻.jpg?a=1&b=2#c ',
		'HTTPS://IMAGES.EXAMPLE/A.PNG',
	),
);

const fileName = fc.oneof(
	fc.constantFrom('frame.png', 'Großes "Bild".jpg', 'a\r\nb.png', '', '視頻.webp', 'a;b=c.png'),
	hostileText,
);

const image = fc.constantFrom(...IMAGE_TYPES.map((type) => anImage(type)));

const noImage = fc.oneof(
	fc.constantFrom<Uint8Array>(testImage('gif'), testImage('bmp')),
	fc.uint8Array({ minLength: 1, maxLength: 20 }),
);

const asFile = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<DraftMedia> =>
	fc.record({ bytes, fileName }).map((file) => ({ kind: 'file', size: file.bytes.length, ...file }));

const asUrl = (url: fc.Arbitrary<string>): fc.Arbitrary<DraftMedia> =>
	url.map((value) => ({ kind: 'url', url: value }));

function frame(share: Strangeness, none: number): fc.Arbitrary<DraftFrame> {
	return fc.oneof(
		{ weight: none, arbitrary: fc.constant<DraftFrame>({ kind: 'none' }) },
		{ weight: 2, arbitrary: mostly(share, asUrl(webUrl), asUrl(hostileText)) },
		{ weight: 2, arbitrary: mostly(share, asFile(image), asFile(noImage)) },
	);
}

const FILES: Record<MediaKind, fc.Arbitrary<Uint8Array>> = {
	images: image,
	videos: fc.constant<Uint8Array>(testMedia('mp4')),
	audios: fc.constantFrom<Uint8Array>(testMedia('mp3'), testMedia('wav')),
};

function referencesOf(share: Strangeness): fc.Arbitrary<DraftReferences> {
	const some = (kind: MediaKind, most: number) => {
		const one = fc.oneof(
			mostly(share, asUrl(webUrl), asUrl(hostileText)),
			mostly(share, asFile(FILES[kind]), asFile(noImage)),
		);
		return fc.array(one, { maxLength: share === 4 ? 2 : most });
	};
	return fc.record({ images: some('images', 10), videos: some('videos', 4), audios: some('audios', 4) });
}

function isSome(references: DraftReferences): boolean {
	return Object.values(references).some((media) => media.length > 0);
}

function valueOf(extra: ExtraOption): fc.Arbitrary<string | boolean> {
	if (extra.type === 'boolean') return fc.boolean();
	return extra.type === 'options'
		? fc.constantFrom(...extra.choices.map(({ value }) => value))
		: fc.oneof(anyText, hostileText);
}

/**
 * Forms for a provider.
 *
 * @param share how many of their values are strange
 */
export function forms(adapter: ProviderAdapter, share: Strangeness): fc.Arbitrary<Filled> {
	const movement = mostly(share, fc.constantFrom<string>(...CAMERA_MOVEMENTS), hostileText);
	const draftOf = (offer: Offer) =>
		fc.record<VideoDraft>({
			model: mostly(
				share,
				fc.constant<string>(offer.model),
				fc.oneof(fc.constantFrom<string>(...MODEL_IDS), hostileText),
			),
			prompt,
			cameraMovements: fc.oneof(fc.constant<string[]>([]), fc.array(movement, { maxLength: 5 })),
			firstFrame: frame(share, 2),
			lastFrame: frame(share, share === 4 ? 12 : 4),
			references: fc.oneof(
				{ weight: share === 4 ? 1 : 3, arbitrary: fc.constant(NO_REFERENCES) },
				{ weight: 1, arbitrary: referencesOf(share) },
			),
			resolution: mostly(
				share,
				fc.constantFrom<string>(...Object.keys(offer.resolutions), ...Object.keys(offer.resolutions).map(spelled)),
				fc.oneof(fc.constantFrom<string>(...RESOLUTIONS, '720P'), hostileText),
			),
			duration: mostly(
				share,
				fc.constantFrom<number>(6, 6, ...Object.values(offer.resolutions).flat()),
				fc.oneof(fc.constantFrom<number>(...DURATIONS), fc.integer(), fc.double()),
			),
			aspectRatio: fc.oneof(
				fc.constantFrom('adaptive', '', ...Object.values(offer.aspectRatios).flat()),
				...(share === 4 ? [] : [fc.constantFrom<string>(...ASPECT_RATIOS, '5:4'), hostileText]),
			),
			promptOptimizer: fc.boolean(),
		});
	const draft = fc
		.constantFrom(...adapter.offers)
		.chain((offer) => draftOf(offer).map((form) => (share === 4 ? tidied(offer, form) : form)));
	const url = fc.oneof(fc.constant(null), fc.webUrl({ validSchemes: ['https'], withQueryParameters: true }));
	const key = fc.record({
		given: fc.option(fc.oneof(anyText, hostileText)),
		execution: fc.string(),
		itemIndex: fc.nat(100),
	});
	const extras = fc.record(Object.fromEntries(adapter.extras.map((extra) => [extra.name, valueOf(extra)])));
	return fc
		.record({
			draft,
			extras,
			callbackUrl: adapter.callbacks === undefined ? fc.constant(null) : url,
			callbackProgress: fc.boolean(),
			key: fc.option(key),
		})
		.map((form) => ({ ...form, extras: offeredExtras(adapter, form.draft.model, form.extras) }));
}

const spelled = (resolution: string) => ` ${resolution.toLowerCase()}`;

/** References and frames exclude each other, and most models read camera movements or take references, not both. */
function tidied(offer: Offer, form: VideoDraft): VideoDraft {
	const references = offer.references === null ? NO_REFERENCES : form.references;
	const none = { kind: 'none' } as const;
	return {
		...form,
		references,
		...(isSome(references) && { firstFrame: none, lastFrame: none }),
		cameraMovements: offer.cameraMovements ? form.cameraMovements : [],
	};
}

/** The form shows an option only for the models it is offered for. */
function offeredExtras(adapter: ProviderAdapter, model: string, extras: ExtraValues): ExtraValues {
	const offered = adapter.extras.filter(({ models }) => models === undefined || models.includes(model));
	return Object.fromEntries(offered.flatMap(({ name }) => (extras[name] === undefined ? [] : [[name, extras[name]]])));
}
