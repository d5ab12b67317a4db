import type { HttpRequest } from '../../../nodes/Hailuo/core/http/http';
import type { VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import { evolink } from '../../../nodes/Hailuo/providers/evolink/evolink';
import {
	A_CALLBACK_URL,
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
	follow,
	jobOf,
	jsonBodyOf,
	urlReferences,
} from './builders';

const CREATED = anAnswer(200, { id: 'task-unified-1-a', status: 'pending', created: 1757169743 });

const uploadedAs = (url: string) =>
	anAnswer(200, { success: true, code: 200, msg: 'ok', data: { file_url: url, download_url: `${url}?dl` } });

function createOf(changes: Partial<VideoRequest>): HttpRequest {
	return evolink.create(aRequest(changes)).request;
}

function read(body: Record<string, unknown>, reference = { jobId: 'task-unified-1-a' }) {
	return jobOf(evolink.get(reference), anAnswer(200, body));
}

describe('creating', () => {
	test('a video from text is one JSON request to the API host', () => {
		expect(createOf({ model: 'hailuo-02' })).toEqual({
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: '/v1/videos/generations',
			body: {
				kind: 'json',
				value: {
					model: 'MiniMax-Hailuo-02',
					prompt: A_PROMPT,
					quality: '768p',
					duration: 6,
					model_params: { prompt_optimizer: true },
				},
			},
		});
	});

	test('a video between two frames lists them in order, and every choice arrives in its own type', () => {
		const request = createOf({
			model: 'hailuo-02',
			firstFrame: aUrl(),
			lastFrame: aUrl(LAST_URL),
			resolution: '1080P',
			promptOptimizer: false,
			callbackUrl: A_CALLBACK_URL,
			extras: { fastPretreatment: true },
		});
		expect(jsonBodyOf(request)).toEqual({
			model: 'MiniMax-Hailuo-02',
			prompt: A_PROMPT,
			image_urls: [FIRST_URL, LAST_URL],
			quality: '1080p',
			duration: 6,
			model_params: { prompt_optimizer: false, fast_pretreatment: true },
			callback_url: A_CALLBACK_URL,
		});
	});

	test.each([
		['hailuo-2.3-fast', 'MiniMax-Hailuo-2.3-Fast', { prompt_optimizer: true }],
		['hailuo-2.3', 'MiniMax-Hailuo-2.3', { prompt_optimizer: true, fast_pretreatment: true }],
		['hailuo-02', 'MiniMax-Hailuo-02', { prompt_optimizer: true, fast_pretreatment: true }],
	] as const)('%s goes under the name %s with the parameters it has', (model, name, parameters) => {
		const body = jsonBodyOf(createOf({ model, firstFrame: aUrl(), extras: { fastPretreatment: true } }));
		expect(body).toMatchObject({ model: name });
		expect(body.model_params).toEqual(parameters);
	});

	test('an empty prompt is left out', () => {
		expect(jsonBodyOf(createOf({ model: 'hailuo-2.3-fast', prompt: '', firstFrame: aUrl() }))).not.toHaveProperty(
			'prompt',
		);
	});

	test('512P and 10 seconds are sent as they are called there', () => {
		expect(jsonBodyOf(createOf({ firstFrame: aUrl(), resolution: '512P', duration: 10 }))).toMatchObject({
			quality: '512p',
			duration: 10,
		});
	});

	test('frames whose bytes we hold are uploaded to the files host first, in order', () => {
		const [first, last] = [aFile('first.png'), aFile('last.jpg', 'image/jpeg')];
		const { requests, step } = follow(
			evolink.create(aRequest({ firstFrame: first, lastFrame: last })),
			uploadedAs('https://files.evolink.example/1.png'),
			uploadedAs('https://files.evolink.example/2.jpg'),
			CREATED,
		);
		const uploadOf = (file: typeof first) => ({
			purpose: 'upload',
			method: 'POST',
			host: 'files',
			path: '/api/v1/files/upload/stream',
			body: { kind: 'multipart', fields: [{ name: 'file', file }] },
		});
		expect(requests.slice(0, 2)).toEqual([uploadOf(first), uploadOf(last)]);
		expect(jsonBodyOf(requests[2]!).image_urls).toEqual([
			'https://files.evolink.example/1.png',
			'https://files.evolink.example/2.jpg',
		]);
		expect(step).toMatchObject({ kind: 'value', value: { jobId: 'task-unified-1-a' } });
	});

	test.each([
		['says success: false', { success: false, code: 413, msg: 'Too large' }, { kind: 'invalid', message: 'Too large' }],
		['has no address', { success: true, data: {} }, { kind: 'unreadable' }],
		[
			'has an address no one can fetch',
			{ success: true, data: { file_url: 'file:///etc/passwd' } },
			{ kind: 'unreadable' },
		],
	])('an upload that answers 200 but %s ends before anything is bought', (_what, body, failure) => {
		const { requests, step } = follow(evolink.create(aRequest({ firstFrame: aFile() })), anAnswer(200, body));
		expect(requests.map(({ purpose }) => purpose)).toEqual(['upload']);
		expect(step).toMatchObject({ failure: { ...failure, made: 'no' } });
	});

	test('an id is kept whatever else the answer says', () => {
		const body = { id: 'task-unified-1-a', error: { code: 500, message: 'odd' } };
		expect(jobOf(evolink.create(aRequest()), anAnswer(200, body))).toMatchObject({
			jobId: 'task-unified-1-a',
			model: 'hailuo-02',
		});
	});

	test('an accepted answer that holds an error instead of an id gives the words, and may have made a job', () => {
		const failure = failureOf(
			evolink.create(aRequest()),
			anAnswer(200, { error: { code: 429, message: 'Slow down', type: 'rate_limit_error' } }),
		);
		expect(failure).toMatchObject({ kind: 'rateLimit', message: 'Slow down', made: 'maybe' });
	});

	test("a proxy's 503 is no promise that nothing was made", () => {
		const failure = failureOf(
			evolink.create(aRequest()),
			anAnswer(503, '<html>Service Unavailable</html>', { 'retry-after': '5' }),
		);
		expect(failure).toMatchObject({ kind: 'provider', made: 'maybe', retryAfterSeconds: 5 });
	});
});

describe('creating a video of MiniMax-H3', () => {
	const h3 = { model: 'hailuo-03', resolution: '2K', duration: 9, promptOptimizer: null } as const;
	const common = { prompt: A_PROMPT, quality: '2k', duration: 9 };
	const bodyOf = (changes: Partial<VideoRequest>) => jsonBodyOf(createOf({ ...h3, ...changes }));

	test('from text is one request to the model for it', () => {
		expect(createOf({ ...h3, aspectRatio: '1:1', callbackUrl: A_CALLBACK_URL })).toEqual({
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: '/v1/videos/generations',
			body: {
				kind: 'json',
				value: {
					...common,
					model: 'minimax-h3-text-to-video',
					aspect_ratio: '1:1',
					callback_url: A_CALLBACK_URL,
				},
			},
		});
		expect(bodyOf({})).toEqual({ ...common, model: 'minimax-h3-text-to-video' });
	});

	test('from frames names each, the last one also alone, and never a list of images', () => {
		const model = 'minimax-h3-image-to-video';
		const [first, last] = [aUrl(), aUrl(LAST_URL)];
		expect(bodyOf({ firstFrame: first })).toEqual({ ...common, model, image_start: FIRST_URL });
		expect(bodyOf({ lastFrame: last })).toEqual({ ...common, model, image_end: LAST_URL });
		expect(bodyOf({ firstFrame: first, lastFrame: last })).toEqual({
			...common,
			model,
			image_start: FIRST_URL,
			image_end: LAST_URL,
		});
	});

	test('from references has a list for each kind that there is', () => {
		const model = 'minimax-h3-reference-to-video';
		expect(bodyOf({ references: urlReferences(), aspectRatio: 'adaptive' })).toEqual({
			...common,
			model,
			image_urls: [FIRST_URL, LAST_URL],
			video_urls: [VIDEO_URL],
			audio_urls: [AUDIO_URL],
			aspect_ratio: 'adaptive',
		});
		const alone = { images: [], videos: [], audios: [aUrl(AUDIO_URL)] };
		expect(bodyOf({ references: alone })).toEqual({ ...common, model, audio_urls: [AUDIO_URL] });
	});

	test('uploads the files among references and among frames one after the other, and keeps their order', () => {
		const [one, two, three] = [aFile('one.png'), aFile('dance.mp4', 'video/mp4'), aFile('voice.mp3', 'audio/mpeg')];
		const references = { images: [aUrl(), one], videos: [two], audios: [aUrl(AUDIO_URL), three] };
		const request = aRequest({ ...h3, references });
		const answers = ['1.png', '2.mp4', '3.mp3'].map((name) => uploadedAs(`https://files.evolink.example/${name}`));
		const { requests, step } = follow(evolink.create(request), ...answers, CREATED);
		expect(requests.slice(0, 3).map(({ host, body }) => ({ host, body }))).toEqual(
			[one, two, three].map((file) => ({
				host: 'files',
				body: { kind: 'multipart', fields: [{ name: 'file', file }] },
			})),
		);
		expect(jsonBodyOf(requests[3]!)).toEqual({
			...common,
			model: 'minimax-h3-reference-to-video',
			image_urls: [FIRST_URL, 'https://files.evolink.example/1.png'],
			video_urls: ['https://files.evolink.example/2.mp4'],
			audio_urls: [AUDIO_URL, 'https://files.evolink.example/3.mp3'],
		});
		expect(step).toMatchObject({ kind: 'value', value: { model: 'hailuo-03' } });
		const framed = follow(evolink.create(aRequest({ ...h3, lastFrame: one })), answers[0]!, CREATED);
		expect(jsonBodyOf(framed.requests[1]!)).toMatchObject({ image_end: 'https://files.evolink.example/1.png' });
	});

	test.each([
		['hailuo-03-max', {}, 'minimax-h3-max-text-to-video'],
		['hailuo-03-max', { firstFrame: aUrl() }, 'minimax-h3-max-image-to-video'],
		['hailuo-03-max', { references: urlReferences() }, 'minimax-h3-max-reference-to-video'],
		['hailuo-03-max-turbo', {}, 'minimax-h3-max-turbo-text-to-video'],
		['hailuo-03-max-turbo', { firstFrame: aUrl() }, 'minimax-h3-max-turbo-image-to-video'],
	] as const)('of the variant %s with %j goes to %s', (model, changes, name) => {
		const body = bodyOf({ model, resolution: '480P', duration: 5, ...changes });
		expect(body).toMatchObject({ model: name, quality: '480p', duration: 5 });
	});

	test.each([
		['minimax-h3-text-to-video', 'hailuo-03'],
		['minimax-h3-reference-to-video', 'hailuo-03'],
		['minimax-h3-max-turbo-image-to-video', 'hailuo-03-max-turbo'],
	])('is known again by the name %s', (name, model) => {
		expect(read({ status: 'processing', model: name }).model).toBe(model);
	});
});

describe('reading', () => {
	test('asks for the task by its id', () => {
		expect(evolink.get({ jobId: 'task-unified-1-a' }).request).toEqual({
			purpose: 'read',
			method: 'GET',
			host: 'api',
			path: '/v1/tasks/task-unified-1-a',
		});
	});

	test('an id stays one segment of the path', () => {
		expect(evolink.get({ jobId: '../credits?x=1#y' }).request.path).toBe('/v1/tasks/..%2Fcredits%3Fx%3D1%23y');
	});

	test.each([
		[
			'what was used',
			{ credits_reserved: 17.5, credits_used: 16.8, cost: { credits: 16.8, usd: 0.25 } },
			{ amount: 16.8, unit: 'credits' },
		],
		['the credits of the cost', { cost: { credits: 16.8, usd: 0.25 } }, { amount: 16.8, unit: 'credits' }],
		['dollars where there are no credits', { cost: { usd: '0.25' } }, { amount: 0.25, unit: 'USD' }],
		['nothing of what is merely reserved', { credits_reserved: 17.5 }, null],
		['nothing negative', { credits_used: -1 }, null],
	])('the cost is %s', (_what, usage, cost) => {
		expect(read({ status: 'processing', usage }).cost).toEqual(cost);
	});

	test('only web addresses are results, each once', () => {
		const results = [
			'data:video/mp4;base64,AAAA',
			'https://x.example/1.mp4',
			7,
			'https://x.example/1.mp4',
			'https://x.example/2.mp4',
		];
		expect(read({ status: 'completed', results })).toMatchObject({
			videoUrl: 'https://x.example/1.mp4',
			additionalUrls: ['https://x.example/2.mp4'],
		});
	});

	test('links expire 24 hours after the creation that the reference tells, where the answer does not', () => {
		const job = jobOf(
			evolink.get({ jobId: 'a', createdAt: '2026-01-01T00:00:00.000Z', model: 'hailuo-02' }),
			anAnswer(200, { status: 'completed', results: ['https://x.example/1.mp4'] }),
		);
		expect(job).toMatchObject({ model: 'hailuo-02', expiresAt: '2026-01-02T00:00:00.000Z' });
	});

	test("a task's reason is bounded and cleaned", () => {
		const failure = read({
			status: 'failed',
			error: { code: 'service_error', message: `bad\u0000\n${'x'.repeat(2000)}` },
		}).failure;
		expect(failure?.message).toMatch(/^bad x{495}…$/);
	});

	test.each([
		['content_policy_violation'],
		['invalid_parameters'],
		['image_processing_error'],
		['image_dimension_mismatch'],
		['request_cancelled'],
		['resource_not_found'],
		['generation_timeout'],
		['resource_exhausted'],
		['service_error'],
		['service_unavailable'],
		['quota_exceeded'],
		['generation_failed_no_content'],
		['unknown_error'],
	])('a task that failed with %s carries the code', (code) => {
		expect(read({ status: 'failed', error: { code, message: 'words' } })).toMatchObject({
			status: 'failed',
			failure: { code, message: 'words' },
		});
	});
});

test('there is no cancellation, and callbacks are known for other models only', () => {
	expect(evolink.cancel).toBeUndefined();
	expect(evolink.callbacks).toMatchObject({ httpsOnly: true });
});

test('512P is sold for Hailuo 02 alone', () => {
	expect(evolink.offers.filter(({ resolutions }) => resolutions['512P']).map(({ model }) => model)).toEqual([
		'hailuo-02',
	]);
});

describe("EvoLink's idempotency key", () => {
	const sent = (idempotencyKey: string | null) => evolink.create(aRequest({ idempotencyKey })).request;

	test.each(['n8n-0123456789abcdef0123456789abcdef-0-0123456789abcdef', 'A.b_c-0123456789', 'x'.repeat(96)])(
		'is sent as it is where EvoLink takes it: %s',
		(key) => {
			expect(sent(key)).toMatchObject({ headers: { 'Idempotency-Key': key }, idempotent: true });
		},
	);

	test.each(['too-short', 'with a blank in it 0123456789', 'x'.repeat(97), 'schlüssel-0123456789'])(
		'is another one of the same kind where it does not: %j',
		(key) => {
			const { headers } = sent(key);
			expect(headers?.['Idempotency-Key']).toMatch(/^[A-Za-z0-9._-]{16,96}$/);
			expect(sent(key).headers).toEqual(headers);
			expect(sent(`${key}x`).headers).not.toEqual(headers);
		},
	);

	test('is left out where there is none', () => {
		expect(sent(null)).not.toHaveProperty('headers');
	});
});
