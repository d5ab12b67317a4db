import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Exchange, Failure, HttpRequest, HttpResponse, Step } from '../../../nodes/Hailuo/core/http/http';
import type { Job, JobReference, JobStatus } from '../../../nodes/Hailuo/core/job/job';
import type { Frame, References, VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import type { CallbackNote } from '../../../nodes/Hailuo/providers/adapter';

export const A_PROMPT = 'A paper boat crosses a puddle [Push in]';
export const A_CALLBACK_URL = 'https://n8n.example/webhook-waiting/7/hailuo?signature=abc';
export const FIRST_URL = 'https://images.example/first.png?size=large&v=2';
export const LAST_URL = 'https://images.example/last.jpg';

/** The file 1, 2, 3 as an image; not the start of its buffer, as files in n8n rarely are. */
export function aFile(fileName = 'frame.png', mimeType = 'image/png'): Frame & { kind: 'file' } {
	return { kind: 'file', bytes: new Uint8Array([0, 1, 2, 3, 0]).subarray(1, 4), fileName, mimeType };
}

export function aUrl(url = FIRST_URL): Frame & { kind: 'url' } {
	return { kind: 'url', url };
}

export const VIDEO_URL = 'https://videos.example/dance.mp4';
export const AUDIO_URL = 'https://sounds.example/voice.mp3';

/** Two images, a video and a sound by address. */
export function urlReferences(): References {
	return {
		images: [aUrl(FIRST_URL), aUrl(LAST_URL)],
		videos: [aUrl(VIDEO_URL)],
		audios: [aUrl(AUDIO_URL)],
	};
}

/** The same as files. */
export function fileReferences(): References {
	return {
		images: [aFile('one.png'), aFile('two.jpg', 'image/jpeg')],
		videos: [aFile('dance.mp4', 'video/mp4')],
		audios: [aFile('voice.mp3', 'audio/mpeg')],
	};
}

/** A request that every provider takes for hailuo-02: text to video, 6 s at 768P. */
export function aRequest(changes: Partial<VideoRequest> = {}): VideoRequest {
	return {
		model: 'hailuo-02',
		prompt: A_PROMPT,
		firstFrame: null,
		lastFrame: null,
		resolution: '768P',
		duration: 6,
		promptOptimizer: true,
		callbackUrl: null,
		idempotencyKey: null,
		extras: {},
		...changes,
	};
}

/** An answer; an object is a JSON body, a text is one that is no JSON. */
export function anAnswer(status: number, body: unknown = '', headers: Record<string, string> = {}): HttpResponse {
	return typeof body === 'string'
		? { status, headers, json: undefined, text: body }
		: { status, headers, json: body, text: JSON.stringify(body) };
}

/** The end of a chain, and the requests on the way to it. */
export interface Ending<Value> {
	requests: HttpRequest[];
	step: Exclude<Step<Value>, { kind: 'next' }>;
}

/**
 * Follows a chain of exchanges.
 *
 * @param replies what answers the requests in turn; the last one answers all further ones too
 */
export function follow<Value>(exchange: Exchange<Value>, ...replies: HttpResponse[]): Ending<Value> {
	return followWith(exchange, (_request, index) => {
		const reply = replies[index] ?? replies.at(-1);
		if (!reply) throw new Error('No reply to give');
		return reply;
	});
}

export function followWith<Value>(
	exchange: Exchange<Value>,
	reply: (request: HttpRequest, index: number) => HttpResponse,
): Ending<Value> {
	const requests: HttpRequest[] = [];
	for (let current = exchange; requests.length < 10;) {
		requests.push(current.request);
		const step = current.read(reply(current.request, requests.length - 1));
		if (step.kind !== 'next') return { requests, step };
		current = step.exchange;
	}
	throw new Error('A chain of ten requests has no end');
}

/** The job a chain ends in; throws when it fails. */
export function jobOf(exchange: Exchange<Job>, ...replies: HttpResponse[]): Job {
	const { step } = follow(exchange, ...replies);
	if (step.kind === 'failure') throw new Error(`Failed: ${JSON.stringify(step.failure)}`);
	return step.value;
}

/** The failure a chain ends in; throws when it does not fail. */
export function failureOf(exchange: Exchange<unknown>, ...replies: HttpResponse[]): Failure {
	const { step } = follow(exchange, ...replies);
	if (step.kind !== 'failure') throw new Error(`Did not fail: ${JSON.stringify(step.value)}`);
	return step.failure;
}

/** The JSON body of a request; throws for any other body. */
export function jsonBodyOf(request: HttpRequest): Record<string, unknown> {
	if (request.body?.kind !== 'json') throw new Error('The request has no JSON body');
	return request.body.value;
}

/** Replies to one operation, or a callback, of a provider. */
export interface Fixture {
	name: string;
	/** Where the reply was documented or seen. */
	_source: string;
	operation: 'create' | 'get' | 'cancel' | 'upload' | 'callback' | 'prepare';
	/** What answers the requests of the operation, in turn. */
	answers: HttpResponse[];
	/** For a callback: what was sent, and with which headers. */
	body?: unknown;
	headers?: Record<string, string>;
	/** For what a create depends on: the body of the request that asks for it. */
	question?: unknown;
	/** For get and cancel, whatever is needed beside the id. */
	reference?: Partial<JobReference>;
	/** For a signed callback: the bytes that were signed, as text, and the credential's key. */
	rawBody?: string;
	secret?: string;
	/** Part of the note that a callback is read as. */
	note?: Partial<CallbackNote>;
	/** For a callback that tries the address: what to answer. */
	handshake?: unknown;
	/** Part of the job or of the failure that the reply is read as. */
	job?: Partial<Job>;
	failure?: Partial<Failure>;
}

const WORDS_FILE = 'statusWords.json';

/** How a file holds a fixture: with one answer, or with several. A body that is a text stands for one that is no JSON. */
type StoredAnswer = { status?: number; body?: unknown; headers?: Record<string, string> };
type StoredFixture = Omit<Fixture, 'name' | 'answers'> & StoredAnswer & { answers?: StoredAnswer[] };

function readFixture<Value>(providerId: string, file: string): Value {
	return JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', providerId, file), 'utf8')) as Value;
}

/** Reads test/unit/fixtures/<provider id>/<name>.json. */
export function readFixtures(providerId: string): Fixture[] {
	return readdirSync(join(__dirname, '..', 'fixtures', providerId))
		.filter((file) => file.endsWith('.json') && file !== WORDS_FILE)
		.sort()
		.map((file) => {
			const { answers, status, ...stored } = readFixture<StoredFixture>(providerId, file);
			const given = answers ?? [{ ...stored, ...(status && { status }) }];
			const replies = given.map((answer) => anAnswer(answer.status ?? 200, answer.body, answer.headers));
			return { ...stored, answers: replies, name: file.replace(/\.json$/, '') };
		});
}

/** Every status word that a provider's own pages name, in code or prose, as test/unit/fixtures/<provider id> holds them. */
export function readStatusWords(providerId: string): Record<string, JobStatus> {
	return readFixture<{ words: Record<string, JobStatus> }>(providerId, WORDS_FILE).words;
}
