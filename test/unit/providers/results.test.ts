/** Where providers put the addresses of videos, documented or seen, and what is none. */
import type { ProviderAdapter } from '../../../nodes/Hailuo/providers/adapter';
import { aimlApi } from '../../../nodes/Hailuo/providers/aimlapi/aimlapi';
import { apiframe } from '../../../nodes/Hailuo/providers/apiframe/apiframe';
import { evolink } from '../../../nodes/Hailuo/providers/evolink/evolink';
import { minimax } from '../../../nodes/Hailuo/providers/minimax/minimax';
import { wiro } from '../../../nodes/Hailuo/providers/wiro/wiro';
import { anAnswer, jobOf } from './builders';

/** No address ends in .mp4, so that no search for such finds it. */
const ONE = 'https://videos.example/1?sign=a%2Fb';
const TWO = 'https://videos.example/2';

/** A job that is completed, with its result in some place. */
const COMPLETED: ReadonlyArray<[ProviderAdapter, (place: object) => unknown]> = [
	[aimlApi, (place) => ({ id: '7', status: 'completed', ...place })],
	[apiframe, (place) => ({ id: '7', status: 'COMPLETED', ...place })],
	[evolink, (place) => ({ id: '7', status: 'completed', ...place })],
	[minimax, (place) => ({ task: { id: '7', status: 'succeeded', ...place } })],
	[wiro, (place) => ({ result: true, errors: [], tasklist: [{ id: '7', status: 'task_postprocess_end', ...place }] })],
];

const PLACES: Record<string, ReadonlyArray<(value: unknown) => object>> = {
	aimlApi: [(video) => ({ video })],
	apiframe: [(result) => ({ result })],
	evolink: [(results) => ({ results }), (result_data) => ({ results: [], result_data })],
	minimax: [(content) => ({ content })],
	wiro: [(outputs) => ({ outputs, pexit: '0' }), (output) => ({ output, pexit: '0' })],
};

const SHAPES: ReadonlyArray<[string, unknown, string[]]> = [
	['a text', ONE, [ONE]],
	['a text between blanks', ` ${ONE} `, [ONE]],
	['a list of texts', [ONE, TWO], [ONE, TWO]],
	['an object with url', { url: ONE }, [ONE]],
	['an object with video_url', { video_url: ONE }, [ONE]],
	['a list of objects', [{ url: ONE }, { url: TWO }], [ONE, TWO]],
	['one address twice', [{ url: ONE }, ONE], [ONE]],
	['texts of which one is no address', ['7', 'file:///etc/passwd', ONE], [ONE]],
	['no address', ['7', null, { url: 'javascript:alert(1)' }], []],
	['nothing', null, []],
];

const ROWS = COMPLETED.flatMap(([adapter, complete]) =>
	(PLACES[adapter.id] ?? []).flatMap((place, index) =>
		SHAPES.map(([shape, value, urls]) => [adapter.label, index, shape, adapter, complete(place(value)), urls] as const),
	),
);

test.each(ROWS)('%s, place %i: %s', (_label, _place, _shape, adapter, body, [videoUrl = null, ...additionalUrls]) => {
	const job = jobOf(adapter.get({ jobId: '7', model: 'hailuo-03' }), anAnswer(200, body));
	expect(job).toMatchObject({ videoUrl, additionalUrls, status: videoUrl === null ? 'unknown' : 'succeeded' });
	expect(job.failure?.code ?? null).toBe(videoUrl === null ? 'no_video' : null);
});

test.each([
	['at the top', { videoUrl: ONE }],
	['at the top, in the other spelling', { video_url: ONE }],
	['deep in a result of its own shape', { result: { data: { clip: 'https://videos.example/3.mp4' } } }],
])("Apiframe's address %s is found", (_place, place) => {
	const job = jobOf(apiframe.get({ jobId: '7' }), anAnswer(200, { id: '7', status: 'COMPLETED', ...place }));
	expect(job.status).toBe('succeeded');
});

test("Wiro's outputs are read from JSON as text, the video first", () => {
	const outputs = JSON.stringify([
		{ contenttype: 'image/png', url: TWO },
		{ contenttype: 'video/mp4', url: ONE },
	]);
	const body = {
		result: true,
		errors: [],
		tasklist: [{ id: '7', status: 'task_postprocess_end', pexit: '0', outputs }],
	};
	expect(jobOf(wiro.get({ jobId: '7' }), anAnswer(200, body))).toMatchObject({ videoUrl: ONE, additionalUrls: [TWO] });
});

test.each([
	['https://cdn.aimlapi.com/v.mp4?Expires=1767003365&OSSAccessKeyId=EXAMPLE', '2025-12-29T10:16:05.000Z'],
	['https://cdn.aimlapi.com/v.mp4?Expires=soon', null],
	['https://cdn.aimlapi.com/v.mp4', null],
])("AI/ML API's link %s ends at %s", (url, expiresAt) => {
	const body = { id: '7', status: 'completed', video: { url } };
	expect(jobOf(aimlApi.get({ jobId: '7' }), anAnswer(200, body)).expiresAt).toBe(expiresAt);
});

test.each([
	[{ tokens_used: 399000 }, { amount: 399000, unit: 'tokens' }],
	[
		{ tokens_used: 399000, credits_used: 12 },
		{ amount: 12, unit: 'credits' },
	],
])('usage of %j on the older route of AI/ML API costs %j', (usage, cost) => {
	const body = { id: '7', status: 'completed', video: { url: ONE }, meta: { usage } };
	expect(jobOf(aimlApi.get({ jobId: '7' }), anAnswer(200, body)).cost).toEqual(cost);
});
