import type { JobReference } from '../../../nodes/Hailuo/core/job/job';
import type { VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import { aimlApi } from '../../../nodes/Hailuo/providers/aimlapi/aimlapi';
import {
	A_PROMPT,
	AUDIO_URL,
	FIRST_URL,
	LAST_URL,
	VIDEO_URL,
	aFile,
	aRequest,
	aUrl,
	anAnswer,
	failureOf,
	fileReferences,
	follow,
	jobOf,
	jsonBodyOf,
	urlReferences,
} from './builders';

const UNIVERSAL = '/v2/video/generations';
const MINIMAX = '/v2/generate/video/minimax/generation';

/** The documented one. */
const envelope = (statusCode: number, message: string) => ({
	message,
	path: UNIVERSAL,
	requestId: '798b860e-98c2-4e8e-8c50-550bcf1d4f1e',
	statusCode,
	timestamp: '2026-01-02T03:04:05.000Z',
});

const made = anAnswer(201, { generation_id: '282052359471184', status: 'queued' });
const pathsOf = (requests: Array<{ path: string }>) => requests.map(({ path }) => path);
const create = (changes: Partial<VideoRequest> = {}) => aimlApi.create(aRequest(changes));
const read = (body: unknown, reference: Partial<JobReference> = {}) =>
	jobOf(aimlApi.get({ jobId: '7', ...reference }), anAnswer(200, body));

describe('the create request of AI/ML API', () => {
	test('on the universal route has the names of its specification', () => {
		const { request } = create({
			firstFrame: aUrl(),
			lastFrame: aUrl(LAST_URL),
			resolution: '1080P',
			promptOptimizer: false,
		});
		expect(request).toEqual({
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: UNIVERSAL,
			body: {
				kind: 'json',
				value: {
					model: 'minimax/hailuo-02',
					prompt: A_PROMPT,
					image_url: FIRST_URL,
					last_image_url: LAST_URL,
					resolution: '1080P',
					duration: 6,
					enhance_prompt: false,
				},
			},
		});
	});

	test('on the older route has the names of that route', () => {
		const { request } = create({
			firstFrame: aUrl(),
			lastFrame: aUrl(LAST_URL),
			duration: 10,
			extras: { route: 'minimax' },
		});
		expect(request).toEqual({
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: MINIMAX,
			body: {
				kind: 'json',
				value: {
					model: 'minimax/hailuo-02',
					prompt: A_PROMPT,
					first_frame_image: FIRST_URL,
					last_image_url: LAST_URL,
					resolution: '768P',
					duration: 10,
					prompt_optimizer: true,
				},
			},
		});
	});

	test('without frames names none', () => {
		expect(jsonBodyOf(create().request)).toEqual({
			model: 'minimax/hailuo-02',
			prompt: A_PROMPT,
			resolution: '768P',
			duration: 6,
			enhance_prompt: true,
		});
	});

	test.each([
		['universal', 'image_url'],
		['minimax', 'first_frame_image'],
	])('on the %s route carries the bytes of a file as a data URL', (route, field) => {
		const request = create({ firstFrame: aFile(), lastFrame: aFile('b.jpg', 'image/jpeg'), extras: { route } }).request;
		// AQID is 1, 2, 3 in Base64.
		expect(jsonBodyOf(request)).toMatchObject({
			[field]: 'data:image/png;base64,AQID',
			last_image_url: 'data:image/jpeg;base64,AQID',
		});
	});

	test.each([
		['hailuo-2.3-fast', 'minimax/hailuo-2.3-fast'],
		['hailuo-2.3', 'minimax/hailuo-2.3'],
	] as const)('calls %s %s', (model, slug) => {
		expect(jsonBodyOf(create({ model, firstFrame: aUrl() }).request).model).toBe(slug);
	});
});

describe('the create request of AI/ML API for MiniMax-H3', () => {
	const h3 = { model: 'hailuo-03', resolution: '2K', duration: 9, promptOptimizer: null } as const;
	const common = { model: 'minimax/h3', prompt: A_PROMPT, resolution: '2K', duration: 9 };
	const bodyOf = (changes: Partial<VideoRequest>) => jsonBodyOf(create({ ...h3, ...changes }).request);

	test('from text has no prompt optimizer, and a ratio where one is named', () => {
		expect(create({ ...h3, aspectRatio: '9:16' }).request).toEqual({
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: UNIVERSAL,
			body: { kind: 'json', value: { ...common, ratio: '9:16' } },
		});
		expect(bodyOf({})).toEqual(common);
	});

	test('from frames names them as the older models do, the last one also alone', () => {
		expect(bodyOf({ firstFrame: aUrl(), lastFrame: aFile(), aspectRatio: 'adaptive' })).toEqual({
			...common,
			image_url: FIRST_URL,
			last_image_url: 'data:image/png;base64,AQID',
			ratio: 'adaptive',
		});
		expect(bodyOf({ lastFrame: aUrl(LAST_URL) })).toEqual({ ...common, last_image_url: LAST_URL });
	});

	test('from references has a list for each kind, files as data URLs', () => {
		expect(bodyOf({ references: urlReferences() })).toEqual({
			...common,
			reference_image_urls: [FIRST_URL, LAST_URL],
			video_urls: [VIDEO_URL],
			audio_urls: [AUDIO_URL],
		});
		expect(bodyOf({ references: fileReferences() })).toEqual({
			...common,
			reference_image_urls: ['data:image/png;base64,AQID', 'data:image/jpeg;base64,AQID'],
			video_urls: ['data:video/mp4;base64,AQID'],
			audio_urls: ['data:audio/mpeg;base64,AQID'],
		});
	});

	test('leaves out the kinds of which there is none', () => {
		const references = { images: [], videos: [aUrl(VIDEO_URL)], audios: [] };
		expect(bodyOf({ references })).toEqual({ ...common, video_urls: [VIDEO_URL] });
	});
});

describe('the route of AI/ML API', () => {
	test.each([404, 405, 410])('is the older one when the universal one answers %i', (status) => {
		const chain = follow(create({ firstFrame: aUrl() }), anAnswer(status, envelope(status, 'Cannot POST')), made);
		expect(pathsOf(chain.requests)).toEqual([UNIVERSAL, MINIMAX]);
		expect(jsonBodyOf(chain.requests[1]!)).toMatchObject({ first_frame_image: FIRST_URL, prompt_optimizer: true });
		expect(chain.step).toMatchObject({
			kind: 'value',
			value: { jobId: '282052359471184', handles: { route: 'minimax' } },
		});
	});

	test.each([400, 401, 403, 408, 429, 500, 502, 503, 504])(
		'is not tried a second time after %i, which does not prove that the route is gone',
		(status) => {
			expect(pathsOf(follow(create(), anAnswer(status)).requests)).toEqual([UNIVERSAL]);
		},
	);

	test.each([404, 405, 410])('is not left for a page of status %i, which proves nothing', (status) => {
		for (const page of ['', '<html>Not Found</html>', { message: 'no Route matched with those values' }]) {
			const { requests, step } = follow(create(), anAnswer(status, page));
			expect(pathsOf(requests)).toEqual([UNIVERSAL]);
			expect(step).toMatchObject({ kind: 'failure', failure: { made: 'maybe' } });
		}
	});

	test('ends in not found when neither is there', () => {
		expect(failureOf(create(), anAnswer(404, envelope(404, 'Cannot POST')))).toMatchObject({
			kind: 'notFound',
			made: 'no',
			httpStatus: 404,
		});
	});

	test.each([
		['universal', UNIVERSAL],
		['minimax', MINIMAX],
	])('chosen as %s, is kept whatever it answers', (route, path) => {
		expect(pathsOf(follow(create({ extras: { route } }), anAnswer(404)).requests)).toEqual([path]);
	});

	test('is offered as an option for the models that both routes sell', () => {
		expect(aimlApi.extras.map(({ name, models }) => [name, models])).toEqual([
			['route', ['hailuo-2.3-fast', 'hailuo-2.3', 'hailuo-02']],
		]);
	});

	test('of MiniMax-H3 is the universal one alone', () => {
		const { requests } = follow(
			create({ model: 'hailuo-03', resolution: '2K', promptOptimizer: null }),
			anAnswer(404, envelope(404, 'Cannot POST')),
		);
		expect(pathsOf(requests)).toEqual([UNIVERSAL]);
	});

	test.each([
		['hailuo-02', 'first_frame_image'],
		['hailuo-2.3', 'image_url'],
		['hailuo-2.3-fast', 'image_url'],
	] as const)('that is the older one has the first frame of %s as %s', (model, field) => {
		const { request } = create({ model, firstFrame: aUrl(), extras: { route: 'minimax' } });
		expect(jsonBodyOf(request)).toMatchObject({ [field]: FIRST_URL, prompt_optimizer: true });
	});

	test('that made a job is on the job', () => {
		expect(jobOf(create(), made).handles).toEqual({ route: 'universal' });
		expect(jobOf(create({ extras: { route: 'minimax' } }), made).handles).toEqual({ route: 'minimax' });
	});
});

describe('reading a job of AI/ML API', () => {
	test('asks for the id as a parameter', () => {
		expect(
			aimlApi.get({ jobId: '349872201343396:minimax/hailuo-2.3-fast', handles: { route: 'universal' } }).request,
		).toEqual({
			purpose: 'read',
			method: 'GET',
			host: 'api',
			path: UNIVERSAL,
			query: { generation_id: '349872201343396:minimax/hailuo-2.3-fast' },
		});
	});

	const routes: Array<[string, string[]]> = [
		['none', [UNIVERSAL, MINIMAX]],
		['sideways', [UNIVERSAL, MINIMAX]],
		['minimax', [MINIMAX, UNIVERSAL]],
		['universal', [UNIVERSAL]],
	];
	test.each(routes)('with %s as its known route, asks in turn while it is not found', (route, paths) => {
		const reference = route === 'none' ? { jobId: '7' } : { jobId: '7', handles: { route } };
		const chain = follow(aimlApi.get(reference), anAnswer(404, { message: 'Not Found' }));
		expect(pathsOf(chain.requests)).toEqual(paths);
		expect(chain.step).toMatchObject({ kind: 'failure', failure: { kind: 'notFound' } });
	});

	test('of a bare id found on the older route puts that route on the job', () => {
		const job = jobOf(aimlApi.get({ jobId: '7' }), anAnswer(404), anAnswer(200, { id: '7', status: 'generating' }));
		expect(job).toMatchObject({ jobId: '7', status: 'running', handles: { route: 'minimax' } });
	});

	test('keeps no route that is none', () => {
		expect(read({ status: 'queued' }, { handles: { route: 'sideways' } }).handles).toEqual({ route: 'universal' });
	});

	test('keeps what the reference knows', () => {
		const reference = { jobId: 'mine', model: 'hailuo-02', createdAt: '2026-01-02T03:04:05.000Z' };
		expect(read({ id: 'theirs', status: 'queued' }, reference)).toMatchObject({
			jobId: 'mine',
			model: 'hailuo-02',
			createdAt: '2026-01-02T03:04:05.000Z',
		});
	});

	test('reads the model from an id that ends in one', () => {
		const known = (jobId: string) => read({ status: 'queued' }, { jobId }).model;
		expect(known('1:minimax/hailuo-2.3-fast')).toBe('hailuo-2.3-fast');
		expect(known('1:minimax/hailuo-2.3')).toBe('hailuo-2.3');
		expect(known('282052359471184')).toBeNull();
	});

	test.each([
		['no video', { status: 'completed' }],
		['no address', { status: 'completed', video: { url: null } }],
		['an address that is not of the web', { status: 'completed', video: { url: 'file:///etc/passwd' } }],
	])('called completed with %s stays open, with a provisional failure', (_case, body) => {
		expect(read(body)).toMatchObject({
			status: 'unknown',
			rawStatus: 'completed',
			videoUrl: null,
			failure: { code: 'no_video' },
		});
	});

	test('gives no address before success', () => {
		expect(read({ status: 'generating', video: { url: 'https://cdn.example/half.mp4' } }).videoUrl).toBeNull();
	});

	test.each([
		['error', { error: { name: 'Timeout', message: 'Too slow' } }, { code: 'Timeout', message: 'Too slow' }],
		['failed', { error: 'Refused' }, { code: null, message: 'Refused' }],
		['failed', {}, { code: null, message: 'AI/ML API gave no reason' }],
		['expired', {}, { code: 'expired', message: "AI/ML API ended the job as 'expired'" }],
		['TIMED_OUT', { error: null }, { code: 'timed_out', message: "AI/ML API ended the job as 'timed_out'" }],
	])('that ended as %s with %j says why', (status, rest, failure) => {
		expect(read({ status, ...rest })).toMatchObject({ status: 'failed', failure });
	});

	test.each([
		[{ credits_used: 399000 }, { amount: 399000, unit: 'credits' }],
		[
			{ credits_used: 399000, usd_spent: 0.19 },
			{ amount: 0.19, unit: 'USD' },
		],
		[{ usd_spent: '0.19' }, { amount: 0.19, unit: 'USD' }],
		[{ credits_used: -1 }, null],
		[{}, null],
	])('with usage %j costs %j', (usage, cost) => {
		expect(read({ status: 'queued', meta: { usage } }).cost).toEqual(cost);
	});
});

describe('a refusal by AI/ML API', () => {
	const refusal = (status: number, body: unknown) => failureOf(create({ model: 'hailuo-2.3' }), anAnswer(status, body));

	test.each([
		["You've run out of credits. Please top up your balance", 'credit'],
		['Plan limit reached, update your payment method', 'credit'],
		['This key lacks the scope model:video', 'permission'],
	])('of status 403 with "%s" is about %s', (message, kind) => {
		expect(refusal(403, { message, statusCode: 403 })).toMatchObject({ kind, made: 'no', message });
	});

	test.each([
		[{ message: 'at the top', error: 'below' }, 'at the top', null],
		[{ message: ['one', 'two'] }, 'one; two', null],
		[{ error: { message: 'inside', name: 'BadRequest' } }, 'inside', 'BadRequest'],
		[{ error: { message: 'inside', code: 17, name: 'BadRequest' } }, 'inside', '17'],
		[{ error: 'as text' }, 'as text', null],
		[{}, 'HTTP 400 without an explanation', null],
		['<html>Bad Request</html>', 'HTTP 400 without an explanation', null],
	])('%j says %j', (body, message, code) => {
		expect(refusal(400, body)).toMatchObject({ kind: 'invalid', message, code });
	});
});
