/** Nothing is bought twice, whatever goes wrong. */
import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';

import { MODEL_IDS } from '../../../nodes/Hailuo/core/video/catalog';
import { describeNetworkError } from '../../../nodes/Hailuo/io/networkError';
import { fingerprintOf, idempotencyKeyOf } from '../../../nodes/Hailuo/core/video/fingerprint';
import type { HttpPurpose, HttpRequest } from '../../../nodes/Hailuo/core/http/http';
import type { Frame, VideoRequest } from '../../../nodes/Hailuo/core/video/videoRequest';
import { repeatAfterSeconds, type RetryPolicy } from '../../../nodes/Hailuo/core/http/retry';
import { providers } from '../../../nodes/Hailuo/providers/registry';
import { words } from '../../tools/support/words';
import { anyText, hostileLeaf, hostileText } from './hostile';
import { creationFailures } from './jobs';
import { describeProperties } from './run';

const MINUTE = 60_000;

/** What proves that no connection was ever made, or no request sent over it. */
const EARLY: readonly object[] = [
	{ code: 'ENOTFOUND', syscall: 'getaddrinfo' },
	{ code: 'EAI_AGAIN' },
	{ code: 'ECONNREFUSED' },
	{ code: 'ETIMEDOUT', syscall: 'connect' },
	{ code: 'EHOSTUNREACH', syscall: 'connect' },
	{ code: 'EPROTO' },
	{ code: 'CERT_HAS_EXPIRED' },
	{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
	{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
	{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
];

/** What can also happen after the request was sent. */
const LATE_CODES = words(`
	ECONNRESET ECONNABORTED EPIPE ETIMEDOUT ESOCKETTIMEDOUT EHOSTUNREACH ENETDOWN ERR_SSL_WRONG_VERSION_NUMBER
	ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE ERR_STREAM_PREMATURE_CLOSE ERR_CANCELED HPE_INVALID_CONSTANT Z_DATA_ERROR
	UND_ERR_SOCKET
`);

function errorOf(facts: object, isError: boolean): object {
	return isError ? Object.assign(new Error('Failed'), facts) : facts;
}

/** Errors as a library may throw them, other errors inside; `facts` says what they are made of. */
function errorsOf(facts: fc.Arbitrary<object>): fc.Arbitrary<unknown> {
	return fc.letrec<{ error: unknown }>((tie) => ({
		error: fc.oneof(
			{ depthSize: 'small', withCrossShrink: true },
			{ weight: 2, arbitrary: fc.tuple(facts, fc.boolean()).map(([own, isError]) => errorOf(own, isError)) },
			{
				weight: 2,
				arbitrary: fc
					.tuple(facts, fc.boolean(), tie('error'), fc.array(tie('error'), { maxLength: 2 }))
					.map(([own, isError, cause, errors]) => errorOf({ ...own, cause, errors }, isError)),
			},
		),
	})).error;
}

const lateFacts = fc.record(
	{
		code: fc.oneof(fc.constantFrom(...LATE_CODES), fc.integer()),
		syscall: fc.constantFrom('read', 'write'),
		message: fc.constantFrom('socket hang up', 'timeout of 120000ms exceeded', 'read ECONNRESET', 'aborted'),
	},
	{ requiredKeys: [] },
);

const strangeFacts = fc.record(
	{
		code: fc.anything(),
		syscall: fc.anything(),
		message: fc.oneof(fc.anything(), hostileText),
		name: fc.anything(),
		cause: fc.anything(),
		errors: fc.anything(),
	},
	{ requiredKeys: [] },
);

/** An error that holds itself, many times over. */
function endless(width: number): Error {
	const error: Error & { errors?: unknown[] } = new Error('Round and round');
	error.cause = error;
	error.errors = Array(width).fill(error);
	return error;
}

/** An error none of whose properties can be read. */
function forbidding(): unknown {
	const refuse = () => {
		throw new Error('Not to be read');
	};
	return new Proxy(new Error('Hidden'), {
		get: refuse,
		getOwnPropertyDescriptor: refuse,
		has: refuse,
		ownKeys: refuse,
	});
}

const purposes = fc.constantFrom<HttpPurpose>('create', 'read', 'cancel', 'upload');

const requests: fc.Arbitrary<HttpRequest> = fc
	.record({ purpose: purposes, idempotent: fc.constantFrom(undefined, true, false) })
	.map(({ purpose, idempotent }) => ({
		purpose,
		method: 'POST',
		host: 'api',
		path: '/',
		...(idempotent !== undefined && { idempotent }),
	}));

const policies: fc.Arbitrary<RetryPolicy> = fc.record({
	retries: fc.integer({ min: 0, max: 8 }),
	slotWait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 * MINUTE })),
});

const frames: fc.Arbitrary<Frame | null> = fc.oneof(
	fc.constant(null),
	fc.constantFrom('https://a.example/1', 'https://a.example/2').map((url): Frame => ({ kind: 'url', url })),
	fc
		.record({
			bytes: fc.uint8Array({ minLength: 1, maxLength: 2, max: 2 }),
			fileName: fc.constantFrom('a.png', 'b.png'),
			mimeType: fc.constantFrom('image/png', 'image/jpeg'),
		})
		.map((file): Frame => ({ kind: 'file', ...file })),
);

const videoRequests: fc.Arbitrary<VideoRequest> = fc.record({
	model: fc.constantFrom(...MODEL_IDS),
	prompt: fc.oneof(fc.constantFrom('a', 'A', 'a ', '["a"]', 'null', ''), hostileText),
	firstFrame: frames,
	lastFrame: frames,
	resolution: fc.constantFrom('512P', '768P', '1080P'),
	duration: fc.constantFrom(6, 10),
	promptOptimizer: fc.boolean(),
	callbackUrl: fc.constantFrom(null, 'https://n8n.example/webhook/1'),
	idempotencyKey: fc.constantFrom(null, 'order-7'),
	extras: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.constantFrom('', 'true', 'x', true, false), {
		noNullPrototype: true,
	}),
});

const REQUEST_KEYS: ReadonlyArray<keyof VideoRequest> = [
	'model',
	'prompt',
	'firstFrame',
	'lastFrame',
	'resolution',
	'duration',
	'promptOptimizer',
	'callbackUrl',
	'idempotencyKey',
	'extras',
];

/** The same request with one of its values, or none, of another. */
const neighbours = fc
	.tuple(videoRequests, videoRequests, fc.constantFrom<keyof VideoRequest | 'none'>('none', ...REQUEST_KEYS))
	.map(([one, donor, key]): [VideoRequest, VideoRequest] => [
		one,
		key === 'none' ? { ...one } : { ...one, [key]: donor[key] },
	]);

/** What makes another video; a file's name does not, nor where the end is reported to. */
function essenceOf({ callbackUrl: _url, idempotencyKey: _key, firstFrame, lastFrame, ...rest }: VideoRequest): unknown {
	const bare = (frame: Frame | null) => (frame?.kind === 'file' ? { ...frame, fileName: '' } : frame);
	return { ...rest, firstFrame: bare(firstFrame), lastFrame: bare(lastFrame) };
}

const providerIds = fc.constantFrom(...providers.map(({ id }) => id));

const places = fc.record({
	given: fc.oneof(fc.constantFrom(null, '', 'a', 'a-1', 'a-1-1', 'a'.repeat(240), `${'a'.repeat(240)}b`), anyText),
	place: fc.array(fc.constantFrom('1', '2', '', 'Hailuo', '","'), { maxLength: 4 }),
	itemIndex: fc.nat(12),
	fingerprint: fc.constantFrom('1'.repeat(64), `2${'1'.repeat(63)}`, '0123456789abcdef'.repeat(4)),
});

const keyOf = ({
	given,
	place,
	itemIndex,
	fingerprint,
}: typeof places extends fc.Arbitrary<infer Place> ? Place : never) =>
	idempotencyKeyOf(given, place, itemIndex, fingerprint);

describeProperties('money', (holds) => {
	describe('an error of the network', () => {
		holds(
			'is read whatever it is',
			fc.oneof(
				errorsOf(strangeFacts),
				fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true }),
				fc.constantFrom(
					() => endless(3),
					() => endless(300),
					forbidding,
				),
				hostileLeaf,
			),
			(given) => {
				// Some cannot even be shown by what generates them.
				const error: unknown = typeof given === 'function' ? given() : given;
				const { kind, message, code, made } = describeNetworkError(error);
				expect(['network', 'timeout']).toContain(kind);
				expect(['no', 'maybe']).toContain(made);
				for (const text of [message, code ?? '']) {
					expect(Array.from(text).length).toBeLessThanOrEqual(500);
					expect(text).not.toMatch(/\p{Cc}/u);
				}
			},
			{ cases: 1500 },
		);

		holds('that can come after the request was sent leaves open what was made', errorsOf(lateFacts), (error) => {
			expect(describeNetworkError(error).made).toBe('maybe');
		});

		holds(
			'that comes before the request was sent made nothing, however it is wrapped',
			fc.tuple(fc.constantFrom(...EARLY), fc.array(lateFacts, { maxLength: 3 }), fc.boolean(), fc.boolean()),
			([early, wrappers, isError, inList]) => {
				const wrap = (inner: object, facts: object) =>
					errorOf({ ...facts, ...(inList ? { errors: [inner] } : { cause: inner }) }, isError);
				expect(describeNetworkError(wrappers.reduce(wrap, errorOf(early, isError))).made).toBe('no');
			},
		);
	});

	describe('a repeat', () => {
		const attempts = fc.record({
			sent: fc.integer({ min: 1, max: 50 }),
			elapsed: fc.nat(MINUTE * 60),
			random: fc.double({ min: 0, max: 1, noNaN: true }),
		});

		holds(
			'never comes of a create that may have been made and has no key that makes it harmless',
			fc.tuple(requests, creationFailures, attempts, policies),
			([request, failure, tried, policy]) => {
				const wait = repeatAfterSeconds(request, failure, tried, policy);
				const harmless = request.purpose !== 'create' || request.idempotent === true || failure.made === 'no';
				if (!harmless) expect(wait).toBeNull();
				if (wait !== null) expect(wait).toBeGreaterThanOrEqual(Math.max(1, failure.retryAfterSeconds ?? 0));
			},
			{ cases: 2000 },
		);

		holds(
			'is followed by an end',
			fc.record({
				request: requests,
				failures: fc.array(creationFailures, { minLength: 1, maxLength: 4 }),
				policy: policies,
			}),
			({ request, failures, policy }) => {
				let elapsed = 0;
				let sent = 1;
				for (;;) {
					const failure = failures[(sent - 1) % failures.length]!;
					const seconds = repeatAfterSeconds(request, failure, { sent, elapsed, random: 1 }, policy);
					if (seconds === null) break;
					elapsed += seconds * 1000;
					sent += 1;
					expect(sent).toBeLessThan(2000);
				}
				// Beyond the time for a slot only the counted repeats are left, each after a minute at most.
				expect(elapsed).toBeLessThanOrEqual(policy.slotWait + (Math.max(policy.retries, 4) + 1) * 1.25 * MINUTE);
			},
		);
	});

	describe('a fingerprint', () => {
		holds(
			'differs when the request makes another video, and only then',
			fc.tuple(neighbours, providerIds, providerIds),
			([[one, other], provider, otherProvider]) => {
				const same = provider === otherProvider && isDeepStrictEqual(essenceOf(one), essenceOf(other));
				expect(fingerprintOf(provider, one) === fingerprintOf(otherProvider, other)).toBe(same);
			},
			{ cases: 2000 },
		);
	});

	describe('an idempotency key', () => {
		holds('fits into a header', places, (place) => expect(keyOf(place)).toMatch(/^[\x21-\x7e]{1,250}$/));

		holds(
			'differs when place, item, request or the key that was given differ, and only then',
			fc.tuple(
				places,
				places,
				fc.constantFrom<'given' | 'place' | 'itemIndex' | 'fingerprint' | 'none'>(
					'given',
					'place',
					'itemIndex',
					'fingerprint',
					'none',
				),
			),
			([one, donor, changed]) => {
				const other = changed === 'none' ? { ...one } : { ...one, [changed]: donor[changed] };
				// Where the key was given, the place does not count.
				const essence = ({ place, ...rest }: typeof one) => (rest.given === null ? { ...rest, place } : rest);
				expect(keyOf(one) === keyOf(other)).toBe(isDeepStrictEqual(essence(one), essence(other)));
			},
			{ cases: 1500 },
		);
	});
});
