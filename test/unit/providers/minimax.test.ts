import type { HttpRequest } from '../../../nodes/Hailuo/core/http/http';
import type { JobReference } from '../../../nodes/Hailuo/core/job/job';
import type { VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import { minimax } from '../../../nodes/Hailuo/providers/minimax/minimax';
import {
	A_CALLBACK_URL,
	A_PROMPT,
	FIRST_URL,
	LAST_URL,
	aFile,
	aRequest,
	aUrl,
	anAnswer,
	failureOf,
	follow,
	jobOf,
	jsonBodyOf,
} from './builders';

const OK = { base_resp: { status_code: 0, status_msg: 'success' } };
const UNKNOWN_V1 = anAnswer(200, { base_resp: { status_code: 2013, status_msg: 'invalid params, task_id' } });
/** The bytes 1, 2, 3 of `aFile`. */
const BASE64 = 'AQID';

const V1 = { jobId: '176843862716480', model: 'hailuo-02' };
const V2 = { jobId: '424010985738629', model: 'hailuo-03' };

const createOf = (changes: Partial<VideoRequest>): HttpRequest => minimax.create(aRequest(changes)).request;
const bodyOf = (changes: Partial<VideoRequest>) => jsonBodyOf(createOf(changes));
const linesOf = (requests: readonly HttpRequest[]) => requests.map(({ method, path }) => `${method} ${path}`);

const queried = (status: string, more: object = {}) => anAnswer(200, { task_id: V1.jobId, status, ...OK, ...more });
const filed = (url: string) => anAnswer(200, { file: { file_id: 7, download_url: url }, ...OK });
const task = (status: string, more: object = {}) =>
	anAnswer(200, { task: { id: V2.jobId, model: 'MiniMax-H3', status, ...more } });
const refusalV2 = (status: number, code: number, message = 'no') =>
	anAnswer(status, { type: 'error', error: { type: 'some_error', message: `${message} (${code})` } });

describe('creating in V1', () => {
	test('a video from text is one JSON request', () => {
		expect(createOf({ model: 'hailuo-02' })).toEqual({
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: '/v1/video_generation',
			body: {
				kind: 'json',
				value: {
					model: 'MiniMax-Hailuo-02',
					prompt: A_PROMPT,
					duration: 6,
					resolution: '768P',
					prompt_optimizer: true,
				},
			},
		});
	});

	test('a video between two frames has an address and a data URL, and every choice in its own type', () => {
		const extras = { fastPretreatment: true, aigcWatermark: true };
		const changes = { resolution: '1080P', promptOptimizer: false, callbackUrl: A_CALLBACK_URL, extras } as const;
		expect(bodyOf({ firstFrame: aUrl(), lastFrame: aFile('last.jpg', 'image/jpeg'), ...changes })).toEqual({
			model: 'MiniMax-Hailuo-02',
			prompt: A_PROMPT,
			first_frame_image: FIRST_URL,
			last_frame_image: `data:image/jpeg;base64,${BASE64}`,
			duration: 6,
			resolution: '1080P',
			prompt_optimizer: false,
			fast_pretreatment: true,
			aigc_watermark: true,
			callback_url: A_CALLBACK_URL,
		});
	});

	test.each([
		['hailuo-2.3-fast', 'MiniMax-Hailuo-2.3-Fast'],
		['hailuo-2.3', 'MiniMax-Hailuo-2.3'],
		['hailuo-02', 'MiniMax-Hailuo-02'],
	] as const)('%s goes under the name %s', (model, name) => {
		expect(bodyOf({ model, firstFrame: aUrl(), prompt: '' })).toEqual({
			model: name,
			first_frame_image: FIRST_URL,
			duration: 6,
			resolution: '768P',
			prompt_optimizer: true,
		});
	});

	test('a new job is queued, whatever the answer does not say', () => {
		const job = jobOf(minimax.create(aRequest()), anAnswer(200, { task_id: '106916112212032', ...OK }));
		expect(job).toMatchObject({ jobId: '106916112212032', model: 'hailuo-02', status: 'queued', rawStatus: null });
	});

	test('a task that has an id was made, whatever code stands beside it', () => {
		const answer = anAnswer(200, { task_id: '7', base_resp: { status_code: 1002, status_msg: 'rate limit' } });
		expect(jobOf(minimax.create(aRequest()), answer)).toMatchObject({ jobId: '7' });
	});
});

describe('creating in V2', () => {
	const third = { model: 'hailuo-03', resolution: '2K', duration: 5, promptOptimizer: null } as const;
	const common = { model: 'MiniMax-H3', duration: 5, resolution: '2K' };
	const text = { type: 'text', text: A_PROMPT };

	test('a video from text is one JSON request, with a ratio, which V2 wants', () => {
		expect(createOf(third)).toEqual({
			purpose: 'create',
			method: 'POST',
			host: 'api',
			path: '/v2/video_generation',
			body: { kind: 'json', value: { ...common, content: [text], ratio: '16:9' } },
		});
		expect(bodyOf({ ...third, aspectRatio: '9:16' }).ratio).toBe('9:16');
	});

	test('frames have their roles, and the ratio follows them', () => {
		expect(bodyOf({ ...third, firstFrame: aUrl(), lastFrame: aFile() })).toEqual({
			...common,
			content: [
				text,
				{ type: 'image_url', image_url: { url: FIRST_URL }, role: 'first_frame' },
				{ type: 'image_url', image_url: { url: `data:image/png;base64,${BASE64}` }, role: 'last_frame' },
			],
			ratio: 'adaptive',
		});
	});

	test('references come by kind, in the order in which a prompt counts them', () => {
		const references = {
			images: [aUrl(), aUrl(LAST_URL)],
			videos: [aFile('walk.mp4', 'video/mp4')],
			audios: [aFile('voice.mp3', 'audio/mpeg')],
		};
		const extras = { aigcWatermark: false };
		expect(bodyOf({ ...third, references, aspectRatio: '21:9', callbackUrl: A_CALLBACK_URL, extras })).toEqual({
			...common,
			content: [
				text,
				{ type: 'image_url', image_url: { url: FIRST_URL }, role: 'reference_image' },
				{ type: 'image_url', image_url: { url: LAST_URL }, role: 'reference_image' },
				{ type: 'video_url', video_url: { url: `data:video/mp4;base64,${BASE64}` }, role: 'reference_video' },
				{ type: 'audio_url', audio_url: { url: `data:audio/mpeg;base64,${BASE64}` }, role: 'reference_audio' },
			],
			ratio: '21:9',
			aigc_watermark: false,
			callback_url: A_CALLBACK_URL,
		});
	});

	test('H3-Max goes the same way under its own name', () => {
		expect(bodyOf({ ...third, model: 'hailuo-03-max', resolution: '480P' })).toEqual({
			model: 'MiniMax-H3-Max',
			content: [text],
			duration: 5,
			resolution: '480P',
			ratio: '16:9',
		});
	});
});

describe('a refused create', () => {
	const refusal = (code: unknown) => anAnswer(200, { task_id: '', base_resp: { status_code: code, status_msg: 'No' } });

	test.each([
		[1002, 'rateLimit'],
		[1004, 'authentication'],
		[1008, 'credit'],
		[1026, 'content'],
		[1028, 'credit'],
		[1030, 'credit'],
		[1039, 'rateLimit'],
		[1041, 'rateLimit'],
		[1042, 'invalid'],
		[2013, 'invalid'],
		[2045, 'rateLimit'],
		[2049, 'authentication'],
		[2056, 'credit'],
		[2061, 'permission'],
	])('with code %i is of kind %s, and made nothing, in either version', (code, kind) => {
		const expected = { kind, code: String(code), made: 'no' };
		expect(failureOf(minimax.create(aRequest()), refusal(code))).toMatchObject(expected);
		expect(failureOf(minimax.create(aRequest()), refusal(String(code)))).toMatchObject(expected);
		expect(failureOf(minimax.create(aRequest({ model: 'hailuo-03' })), refusalV2(400, code))).toMatchObject(expected);
	});

	test.each([1000, 1001, 1013, 1024, 1027, 1033, 9999, 'toString', '__proto__', -1, null])(
		'with code %j may have made a job',
		(code) => {
			expect(failureOf(minimax.create(aRequest()), refusal(code)).made).toBe('maybe');
			expect(failureOf(minimax.create(aRequest()), refusalV2(400, Number(code))).made).toBe('maybe');
		},
	);

	test('by a word that objects have of themselves is a fault like any other', () => {
		for (const code of ['__proto__', 'constructor', 'toString'])
			expect(failureOf(minimax.create(aRequest()), refusal(code)).kind).toBe('provider');
	});

	test.each([
		["V1's envelope with a status that V1 does not have", anAnswer(400, refusal(1008).json)],
		["V2's envelope in a 200", anAnswer(200, refusalV2(400, 1008).json)],
		["V2's envelope with a status that it does not have", refusalV2(403, 1008)],
		['a code without the envelope', anAnswer(400, { error: { message: 'no (1008)' } })],
		['the words without a code', anAnswer(402, { type: 'error', error: { message: 'insufficient balance' } })],
		['a number that is no code', refusalV2(400, 20130)],
		['a text in the place of the error', anAnswer(400, { type: 'error', error: 'no (1008)' })],
	])('proves nothing by %s', (_what, answer) => {
		expect(failureOf(minimax.create(aRequest()), answer).made).toBe('maybe');
	});
});

describe('reading', () => {
	test('a V1 job is asked for by its id alone', () => {
		const { requests } = follow(minimax.get(V1), queried('Processing'));
		expect(requests).toEqual([
			{
				purpose: 'read',
				method: 'GET',
				host: 'api',
				path: '/v1/query/video_generation',
				query: { task_id: V1.jobId },
			},
		]);
	});

	test('a V1 job that has succeeded leads to the file, whose link is another each time', () => {
		const links = ['https://videos.example/1.mp4', 'https://videos.example/2.mp4'].map((link) => {
			const replies = [queried('Success', { file_id: '176844028768320' }), filed(link)];
			const { requests, step } = follow(minimax.get(V1), ...replies);
			expect(requests[1]).toEqual({
				purpose: 'read',
				method: 'GET',
				host: 'api',
				path: '/v1/files/retrieve',
				query: { file_id: '176844028768320' },
			});
			return step.kind === 'value' ? [step.value.videoUrl, step.value.handles] : step;
		});
		expect(links).toEqual([
			['https://videos.example/1.mp4', { fileId: '176844028768320' }],
			['https://videos.example/2.mp4', { fileId: '176844028768320' }],
		]);
	});

	test("a file's refusal is a read that failed, not a job that failed", () => {
		const busy = anAnswer(200, { base_resp: { status_code: 1002, status_msg: 'rate limit' } });
		expect(failureOf(minimax.get(V1), queried('Success', { file_id: '7' }), busy)).toMatchObject({ kind: 'rateLimit' });
	});

	test('a link that only a program of another kind could open is none', () => {
		const answer = filed('file:///etc/passwd');
		expect(jobOf(minimax.get(V1), queried('Success', { file_id: '7' }), answer)).toMatchObject({
			status: 'unknown',
			videoUrl: null,
			failure: { code: 'no_video' },
		});
	});

	test('a V2 job is asked for in the path', () => {
		expect(minimax.get(V2).request).toEqual({
			purpose: 'read',
			method: 'GET',
			host: 'api',
			path: '/v2/query/video_generation/424010985738629',
		});
	});

	const isUnknown = refusalV2(400, 2013, 'invalid task_id');
	test.each<[string, JobReference, string[]]>([
		['of V1', V1, ['GET /v1/query/video_generation']],
		['of V2', V2, ['GET /v2/query/video_generation/424010985738629']],
		[
			'whose model is not known',
			{ jobId: '424010985738629' },
			['GET /v1/query/video_generation', 'GET /v2/query/video_generation/424010985738629'],
		],
		[
			'whose model is none of ours',
			{ jobId: '424010985738629', model: 'constructor' },
			['GET /v1/query/video_generation', 'GET /v2/query/video_generation/424010985738629'],
		],
	])('a job %s that nobody knows is looked for where it can be', (_what, reference, lines) => {
		const replies = lines.length === 1 && reference === V2 ? [isUnknown] : [UNKNOWN_V1, isUnknown];
		const { requests, step } = follow(minimax.get(reference), ...replies);
		expect(linesOf(requests)).toEqual(lines);
		expect(step).toMatchObject({ kind: 'failure', failure: { kind: 'notFound' } });
	});

	test('a refused key is no reason to ask the other version', () => {
		const refused = anAnswer(200, { base_resp: { status_code: 1004, status_msg: 'login fail' } });
		const { requests, step } = follow(minimax.get({ jobId: '7' }), refused);
		expect(requests).toHaveLength(1);
		expect(step).toMatchObject({ failure: { kind: 'authentication' } });
	});

	test('a job found in V2 by its id alone has its model from then on', () => {
		const answer = task('running', { model: 'MiniMax-H3-Max' });
		expect(jobOf(minimax.get({ jobId: V2.jobId }), UNKNOWN_V1, answer).model).toBe('hailuo-03-max');
	});

	test.each([
		['ends when the link says so', 'https://v.example/a.mp4?Expires=1772452800', '2026-03-02T12:00:00.000Z'],
		['has an end that is not told', 'https://v.example/a.mp4', null],
	])('a V2 link %s', (_what, url, expiresAt) => {
		expect(jobOf(minimax.get(V2), task('succeeded', { content: { url } }))).toMatchObject({ videoUrl: url, expiresAt });
	});
});

describe('cancelling', () => {
	const QUERY = 'GET /v2/query/video_generation/424010985738629';
	const DELETE = 'DELETE /v2/video_generation/424010985738629';
	const cancelled = anAnswer(200, { task_id: V2.jobId, action: 'cancelled', status: 'cancelled' });
	const begun = refusalV2(400, 2013, 'task is running');

	test('a job that waits for its turn is looked at and then ended', () => {
		const { requests, step } = follow(minimax.cancel!(V2), task('queued'), cancelled);
		expect(linesOf(requests)).toEqual([QUERY, DELETE]);
		expect(requests[1]).toEqual({
			purpose: 'cancel',
			method: 'DELETE',
			host: 'api',
			path: '/v2/video_generation/424010985738629',
		});
		expect(step).toMatchObject({ value: { jobId: V2.jobId, model: 'hailuo-03', status: 'cancelled' } });
	});

	test.each(['succeeded', 'failed', 'cancelled', 'expired'])(
		'a job that is over (%s) is answered as it is: the call would delete its record',
		(word) => {
			const content = { content: { url: 'https://videos.example/1.mp4' } };
			const { requests, step } = follow(minimax.cancel!(V2), task(word, content));
			expect(linesOf(requests)).toEqual([QUERY]);
			expect(step).toMatchObject({ kind: 'value', value: { rawStatus: word } });
		},
	);

	test.each(['running', 'a_new_word'])('a job that is %s is left alone', (word) => {
		const { requests, step } = follow(minimax.cancel!(V2), task(word));
		expect(linesOf(requests)).toEqual([QUERY]);
		expect(step).toMatchObject({
			failure: { kind: 'notCancellable', message: expect.stringContaining(`this one is '${word}'`) },
		});
	});

	test('a job of V1 is left alone, even one that waits for its turn', () => {
		const { requests, step } = follow(minimax.cancel!(V1), queried('Queueing'));
		expect(requests).toHaveLength(1);
		expect(step).toMatchObject({ failure: { kind: 'notCancellable' } });
	});

	test('a job whose model is not known is looked for in both versions first', () => {
		const { requests } = follow(minimax.cancel!({ jobId: V2.jobId }), UNKNOWN_V1, task('queued'), cancelled);
		expect(linesOf(requests)).toEqual(['GET /v1/query/video_generation', QUERY, DELETE]);
	});

	test('a job that has begun meanwhile goes on', () => {
		const { requests, step } = follow(minimax.cancel!(V2), task('queued'), begun, task('running'));
		expect(linesOf(requests)).toEqual([QUERY, DELETE, QUERY]);
		expect(step).toMatchObject({ failure: { kind: 'notCancellable' } });
	});

	test('a refusal that is not about its state is told as it is', () => {
		const refused = refusalV2(400, 2013, 'something else');
		expect(failureOf(minimax.cancel!(V2), task('queued'), refused, task('queued'))).toMatchObject({
			kind: 'invalid',
			message: 'something else (2013)',
		});
	});

	test('a job that has ended meanwhile is answered as it is', () => {
		const { step } = follow(minimax.cancel!(V2), task('queued'), begun, task('failed', { error: { message: 'x' } }));
		expect(step).toMatchObject({ value: { status: 'failed' } });
	});

	test.each([
		['a refused key', refusalV2(401, 1004), 'authentication'],
		['a deletion', anAnswer(200, { task_id: V2.jobId, action: 'deleted', status: 'succeeded' }), 'unreadable'],
		['a page', anAnswer(200, '<html>'), 'unreadable'],
		['a fault', refusalV2(500, 1000), 'provider'],
	])('is not done by %s', (_what, answer, kind) => {
		expect(failureOf(minimax.cancel!(V2), task('queued'), answer)).toMatchObject({ kind });
	});
});

describe('its challenge', () => {
	test.each(['1a2b3c', ' 1 ', '', 42])('%j comes back as it was', (challenge) => {
		expect(minimax.callbacks?.handshake?.({ challenge, more: 1 })).toEqual({ challenge });
	});

	test.each([{ challenge: { a: 1 } }, { challenge: null }, { challenge: ['x'] }])('%j is none', (body) => {
		expect(minimax.callbacks?.handshake?.(body)).toBeNull();
	});

	test('cannot be answered by an execution that does not wait yet, so its address is not given', () => {
		expect(minimax.callbacks).toMatchObject({ resumesExecution: false, httpsOnly: false });
		expect(minimax.callbacks).not.toHaveProperty('verify');
	});
});

test('there is no key that makes a repeated create harmless', () => {
	expect(minimax.idempotentCreate).toBeUndefined();
	expect(createOf({ idempotencyKey: 'order-7' })).not.toHaveProperty('headers');
});
