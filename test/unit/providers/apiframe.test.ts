import type { VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import { apiframe } from '../../../nodes/Hailuo/providers/apiframe/apiframe';
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

const JOB_ID = 'b2c3d4e5-f6a7-8901-bcde-f23456789012';
// The search for any address of an mp4 finds neither, so that each documented shape is read by its own name.
const VIDEO = 'https://cdn2.apiframe.ai/videos/one';
const SECOND = 'https://cdn2.apiframe.ai/videos/two';

const made = anAnswer(202, { jobId: JOB_ID, status: 'QUEUED' });
const uploaded = (url: string) => anAnswer(201, { id: '1', url, kind: 'image' });
const create = (changes: Partial<VideoRequest> = {}) => apiframe.create(aRequest(changes));
const read = (body: object) => jobOf(apiframe.get({ jobId: JOB_ID }), anAnswer(200, { id: JOB_ID, ...body }));

describe('the create request of Apiframe', () => {
	test('has the names of its specification, the resolution in lower case', () => {
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
			path: '/v2/videos/generate',
			body: {
				kind: 'json',
				value: {
					model: 'hailuo-02',
					prompt: A_PROMPT,
					hailuoParams: {
						image: FIRST_URL,
						end_image: LAST_URL,
						duration: 6,
						resolution: '1080p',
						prompt_optimizer: false,
					},
				},
			},
		});
	});

	test('without frames, callback and key has none of their names: unknown keys are refused', () => {
		const { request } = create({ model: 'hailuo-03', duration: 10 });
		expect(request.headers).toBeUndefined();
		expect(jsonBodyOf(request)).toEqual({
			model: 'hailuo-03',
			prompt: A_PROMPT,
			hailuoParams: { duration: 10, resolution: '768p', prompt_optimizer: true },
		});
	});

	test('with an idempotency key may be repeated', () => {
		expect(create({ idempotencyKey: 'order-7' }).request).toMatchObject({
			headers: { 'Idempotency-Key': 'order-7' },
			idempotent: true,
		});
		expect(create().request.idempotent).toBeUndefined();
	});

	test('asks to be called back at the end only', () => {
		expect(jsonBodyOf(create({ callbackUrl: A_CALLBACK_URL }).request)).toMatchObject({
			webhookUrl: A_CALLBACK_URL,
			webhookEvents: ['completed', 'failed'],
		});
	});
});

describe('the spelling of the callback field', () => {
	const request = { callbackUrl: A_CALLBACK_URL, idempotencyKey: 'order-7' };
	const unknownKey = anAnswer(400, {
		error: 'Validation failed',
		details: { '': ["Unrecognized key(s) in object: 'webhookUrl', 'webhookEvents'"] },
	});

	test('is the other one after a refusal that does not know ours, with a key of its own', () => {
		const chain = follow(create(request), unknownKey, made);
		expect(chain.requests.map(({ headers }) => headers)).toEqual([
			{ 'Idempotency-Key': 'order-7' },
			{ 'Idempotency-Key': 'order-7-2' },
		]);
		expect(jsonBodyOf(chain.requests[1]!)).toEqual({
			model: 'hailuo-02',
			prompt: A_PROMPT,
			hailuoParams: { duration: 6, resolution: '768p', prompt_optimizer: true },
			webhook_url: A_CALLBACK_URL,
		});
		expect(chain.step).toMatchObject({ kind: 'value', value: { jobId: JOB_ID } });
	});

	test('is changed once only', () => {
		expect(follow(create(request), unknownKey).requests.length).toBe(2);
	});

	test.each([
		[
			'the address itself is refused',
			anAnswer(400, { error: 'Invalid body', details: { webhookUrl: ['Invalid url'] } }),
		],
		['another key is unknown', anAnswer(400, { error: "Unrecognized key(s) in object: 'hailuoParams.image'" })],
		['the fault is not ours', anAnswer(500, { error: "Unrecognized key(s) in object: 'webhookUrl'" })],
		['the refusal is not in words of Apiframe', anAnswer(400, { seen: "Unrecognized key(s): 'webhookUrl'" })],
	])('is kept when %s', (_case, reply) => {
		expect(follow(create(request), reply).requests.length).toBe(1);
	});

	test('is kept where there is no callback', () => {
		expect(follow(create(), unknownKey).requests.length).toBe(1);
	});
});

describe('files for Apiframe', () => {
	test('are uploaded one after the other, and only their addresses go into the create', () => {
		const first = aFile();
		const last = aFile('last.jpg', 'image/jpeg');
		const chain = follow(create({ firstFrame: first, lastFrame: last }), uploaded(VIDEO), uploaded(SECOND), made);
		const upload = (file: typeof first) => ({
			purpose: 'upload',
			method: 'POST',
			host: 'api',
			path: '/v2/uploads',
			body: { kind: 'multipart', fields: [{ name: 'file', file: expect.objectContaining({ bytes: file.bytes }) }] },
		});
		expect(chain.requests.slice(0, 2)).toEqual([upload(first), upload(last)]);
		expect(jsonBodyOf(chain.requests[2]!).hailuoParams).toMatchObject({ image: VIDEO, end_image: SECOND });
		expect(chain.step.kind).toBe('value');
	});

	test('go with their name and type', () => {
		const [field] = (create({ firstFrame: aFile('boat.png') }).request.body as { fields: unknown[] }).fields;
		expect(field).toMatchObject({ file: { fileName: 'boat.png', mimeType: 'image/png' } });
	});

	test('leave an address beside them as it is', () => {
		const chain = follow(create({ firstFrame: aUrl(), lastFrame: aFile() }), uploaded(SECOND), made);
		expect(chain.requests.map(({ purpose }) => purpose)).toEqual(['upload', 'create']);
		expect(jsonBodyOf(chain.requests[1]!).hailuoParams).toMatchObject({ image: FIRST_URL, end_image: SECOND });
	});

	test('keep the one spelling of the callback field from being uploaded for again', () => {
		const unknownKey = anAnswer(400, { error: "Unrecognized key(s) in object: 'webhookUrl'" });
		const exchange = create({ firstFrame: aFile(), callbackUrl: A_CALLBACK_URL });
		const chain = follow(exchange, uploaded(VIDEO), unknownKey, made);
		expect(chain.requests.map(({ purpose }) => purpose)).toEqual(['upload', 'create', 'create']);
	});

	test('whose upload has no address make nothing', () => {
		expect(failureOf(create({ firstFrame: aFile() }), anAnswer(201, { id: '1', url: 'ftp://x' }))).toMatchObject({
			kind: 'unreadable',
			made: 'no',
		});
	});
});

describe('reading a job of Apiframe', () => {
	test('asks for it by its id', () => {
		expect(apiframe.get({ jobId: 'a/b' }).request).toEqual({
			purpose: 'read',
			method: 'GET',
			host: 'api',
			path: '/v2/jobs/a%2Fb',
		});
	});

	test.each<[unknown, string[]]>([
		[{ videoUrl: VIDEO }, [VIDEO]],
		[{ video_url: VIDEO }, [VIDEO]],
		[{ url: VIDEO }, [VIDEO]],
		[VIDEO, [VIDEO]],
		[{ videos: [VIDEO, SECOND] }, [VIDEO, SECOND]],
		[{ videos: [{ url: VIDEO }, { url: SECOND }] }, [VIDEO, SECOND]],
		[{ urls: [VIDEO, SECOND] }, [VIDEO, SECOND]],
		[{ output: VIDEO }, [VIDEO]],
		[{ output: [VIDEO, VIDEO, SECOND] }, [VIDEO, SECOND]],
		[
			[VIDEO, SECOND],
			[VIDEO, SECOND],
		],
		[{ videoUrl: VIDEO, urls: [VIDEO, SECOND] }, [VIDEO, SECOND]],
		[{ videoUrl: VIDEO, thumbnailUrl: 'https://cdn2.apiframe.ai/thumb.jpg' }, [VIDEO]],
		[
			{ assets: { thumb: 'https://cdn2.apiframe.ai/thumb.jpg', clip: `${VIDEO}.mp4?token=1` } },
			[`${VIDEO}.mp4?token=1`],
		],
	])('finds the video in the result %j', (result, [videoUrl, ...additionalUrls]) => {
		expect(read({ status: 'COMPLETED', result })).toMatchObject({ status: 'succeeded', videoUrl, additionalUrls });
	});

	test.each([
		undefined,
		null,
		'soon',
		'javascript:alert(1)',
		{},
		[],
		{ videoUrl: 'file:///x.mp4' },
		{ page: 'https://apiframe.ai' },
	])('that is completed with the result %j stays open, with a provisional failure', (result) => {
		const job = read({ status: 'COMPLETED', result });
		expect(job).toMatchObject({
			status: 'unknown',
			rawStatus: 'COMPLETED',
			videoUrl: null,
			failure: { code: 'no_video' },
		});
	});

	test('does not follow a result without end', () => {
		let result: unknown = { url: VIDEO };
		for (let depth = 0; depth < 1_000; depth++) result = { output: result };
		expect(read({ status: 'COMPLETED', result }).status).toBe('unknown');
	});

	test('says until when the video is kept, where it says when it was finished', () => {
		const completed = { status: 'COMPLETED', result: VIDEO };
		expect(read({ ...completed, completedAt: '2026-02-28T23:30:00Z' })).toMatchObject({
			completedAt: '2026-02-28T23:30:00.000Z',
			expiresAt: '2026-03-01T23:30:00.000Z',
		});
		expect(read(completed).expiresAt).toBeNull();
		expect(read({ status: 'FAILED', completedAt: '2026-02-28T23:30:00Z' }).expiresAt).toBeNull();
	});

	test('whose video was purged has failed as expired, whether or not its address is still given', () => {
		expect(read({ status: 'COMPLETED', expired: true })).toMatchObject({
			status: 'failed',
			failure: { code: 'expired' },
		});
		expect(read({ status: 'COMPLETED', expired: true, result: VIDEO })).toMatchObject({
			status: 'failed',
			videoUrl: null,
			failure: { code: 'expired' },
		});
	});

	test.each([
		[40, 40],
		[null, null],
		[101, null],
	])('with progress %j shows %j', (progress, shown) => {
		expect(read({ status: 'PROCESSING', progress }).progress).toBe(shown);
	});
});

describe('a refusal by Apiframe', () => {
	const refusal = (status: number, body: unknown) => failureOf(create(), anAnswer(status, body));

	test('names every field it is about', () => {
		const details = { prompt: ['Required', 'Too short'], 'hailuoParams.duration': 'Expected 6 | 10' };
		expect(refusal(400, { error: 'Validation failed', details }).message).toBe(
			'Validation failed; prompt: Required, Too short; hailuoParams.duration: Expected 6 | 10',
		);
	});

	test('for want of credits says how many', () => {
		expect(refusal(402, { error: 'Insufficient credits', creditsRequired: 10, creditsAvailable: 0 })).toMatchObject({
			kind: 'credit',
			message: 'Insufficient credits; 10 credits required, 0 available',
		});
	});

	test('of status 503 made nothing when Apiframe itself speaks, and may have made a job when a proxy does', () => {
		expect(refusal(503, { error: 'Queue outage' })).toMatchObject({ kind: 'unavailable', made: 'no' });
		expect(refusal(503, '<html>Service Unavailable</html>')).toMatchObject({ kind: 'provider', made: 'maybe' });
	});

	test('of a key used for another request is a conflict', () => {
		expect(refusal(409, { error: 'Key reused' })).toMatchObject({ kind: 'conflict', made: 'no' });
	});
});
